"""Many evaluations in one process, with its memory and ours: `bench` and a test of a part."""

import os
import subprocess
from collections.abc import Iterator
from random import Random

from msgspec import Struct

from kamflow.model.matching import Fact, Join, MatchRule, MatchSet, Pattern, Where
from kamflow.runtime.matching import ConfirmedMatcher
from kamflow.runtime.matching.supervisor import Supervisor

RULES, KINDS = 50, 20  # of a set; of facts
SESSIONS, FACTS = 200, 5  # of a batch; of a session


class Memory(Struct, frozen=True, kw_only=True):
    """What two processes occupy, in MiB."""

    worker: float
    ours: float


def correlated(number: int) -> MatchRule:
    """Return a rule that looks at two facts in any order, and at one that should not be there."""
    kind = f"kind {number % KINDS}"
    bad = (Where("severity", ">=", 2),)
    near = (Join("day", ">=", "first", "day"), Join("day", "<=", "first", "day", 30))
    return MatchRule(
        f"E-{number:02}",
        (Pattern("first", kind, bad), Pattern("second", kind, bad, near)),
        (Pattern("over", f"{kind} over", (), (Join("key", "==", "first", "key"),)),),
    )


def a_correlating_set(number: int = 0, rules: int = RULES) -> MatchSet:
    return MatchSet(f"soak {number}", tuple(correlated(number + place) for place in range(rules)))


def random_sessions(chance: Random, sessions: int = SESSIONS) -> list[list[Fact]]:
    """Return facts of which about one session in three makes something fire."""
    return [[_random_fact(chance) for _ in range(FACTS)] for _ in range(sessions)]


def _random_fact(chance: Random) -> Fact:
    kind = f"kind {chance.randrange(4)}{' over' * (chance.random() < 0.1)}"
    fields = {"day": chance.randrange(90), "severity": chance.randrange(4)}
    return Fact(kind, {**fields, "key": f"key {chance.randrange(3)}"})


def soak(evaluations: int, sets: int) -> Iterator[Memory]:
    """Evaluate sessions; yield the memory after each tenth.

    The sets of rules take turns, a batch each, and half of them have room in the process: each is
    loaded and dropped again and again.

    Raises:
        RuntimeError: Something differed, stayed open or killed the process.
    """
    chance, fired = Random(1), 0  # noqa: S311 - the same facts each time
    supervisor = Supervisor(most_loaded=sets // 2)
    batches = evaluations // SESSIONS
    with ConfirmedMatcher(supervisor) as matcher:
        for number in range(batches):
            rules = a_correlating_set(number % sets)
            told = matcher.match_all(rules, random_sessions(chance))
            fired += sum(len(one.firings) for one in told)
            if (number + 1) % (batches // 10) == 0 and supervisor.pid is not None:
                yield Memory(worker=resident_mib(supervisor.pid), ours=resident_mib(os.getpid()))
        state = matcher.state
    if not fired or (state.differed, state.unconfirmed, state.restarts) != (0, 0, 0):
        raise RuntimeError(f"{fired} fired, {state}")


def resident_mib(pid: int) -> float:
    """Return how much memory of a process is in use now."""
    ps = ("ps", "-o", "rss=", "-p", str(pid))
    said = subprocess.run(ps, check=True, capture_output=True, text=True)
    return int(said.stdout) / 1024
