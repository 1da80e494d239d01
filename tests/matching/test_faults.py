"""The process dies, hangs or is poisoned: everything is answered once, and the culprit is named."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kamflow.engine.rules.matcher import match
from kamflow.model.matching import MatchRule, MatchSet, Pattern, Where
from kamflow.runtime.matching import ConfirmedMatcher
from kamflow.runtime.matching.supervisor import PATIENCE, Fault, Supervisor
from tests.chaos.processes import Process
from tests.matching.poison import FATAL, RULES, Dividing, Endless
from tests.matching.rulesets import Session, a_set, fact

SESSIONS: list[Session] = [(fact("x", i=2 * n + 2, j=2), fact("x", j=1)) for n in range(30)]
EXPECTED = [match(RULES, facts).firings for facts in SESSIONS]


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    supervisor.close()


def killed(supervisor: Supervisor, how: signal.Signals) -> int:
    """Make sure that there is a process, and send it a signal; return which one it was."""
    assert supervisor.propose(RULES, SESSIONS[:1]) == EXPECTED[:1]
    assert supervisor.pid is not None
    os.kill(supervisor.pid, how)
    return supervisor.pid


def runs(pid: int) -> bool:
    """Whether there is such a process, be it a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_a_process_that_was_killed_is_replaced_and_all_is_answered(supervisor: Supervisor) -> None:
    pid = killed(supervisor, signal.SIGKILL)

    assert supervisor.propose(RULES, SESSIONS) == EXPECTED

    assert supervisor.restarts == 1
    assert not runs(pid)


def test_killed_in_the_middle_of_a_batch_nothing_is_lost_or_doubled(
    supervisor: Supervisor,
) -> None:
    for _ in range(5):
        pid = killed(supervisor, signal.SIGSTOP)  # the batch is under way until it is killed
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(supervisor.propose, RULES, SESSIONS * 10)
            os.kill(pid, signal.SIGKILL)

            assert asked.result() == EXPECTED * 10

    assert supervisor.restarts == 5


def test_a_process_that_hangs_is_replaced_in_time() -> None:
    supervisor = Supervisor(timeout_s=1.0)
    pid = killed(supervisor, signal.SIGSTOP)

    # More than a pipe holds: writing must not wait for ever either.
    many = supervisor.propose(RULES, [(fact("x", i=2, j=2),) * 500] * 20)
    supervisor.close()

    assert not any(isinstance(item, Fault) for item in many)
    assert supervisor.restarts == 1
    assert not runs(pid)


def test_the_session_that_kills_is_named_and_the_others_are_answered() -> None:
    supervisor = Supervisor(compiler=Dividing)

    proposals = supervisor.propose(RULES, [*SESSIONS[:13], FATAL, *SESSIONS[13:]])
    supervisor.close()

    assert proposals.pop(13) == Fault(f"set `{RULES.digest}`: the process died (SIGFPE)")
    assert proposals == EXPECTED
    assert 1 < supervisor.restarts <= 2 * 6


def test_rules_that_kill_every_time_are_left_alone_and_others_are_not() -> None:
    supervisor = Supervisor(compiler=Dividing)

    proposals = supervisor.propose(RULES, [FATAL] * 100)
    restarts = supervisor.restarts
    again = supervisor.propose(RULES, [FATAL] * 100)
    other = MatchSet("another set", RULES.rules)

    assert proposals == again
    assert {type(item) for item in proposals} == {Fault}
    assert restarts == supervisor.restarts
    assert supervisor.propose(other, SESSIONS) == EXPECTED
    supervisor.close()


def test_rules_that_never_load_are_given_up() -> None:
    supervisor = Supervisor(timeout_s=0.3, compiler=Endless)

    (proposal,) = supervisor.propose(RULES, SESSIONS[:1])
    supervisor.close()

    assert proposal == Fault(f"set `{RULES.digest}`: no answer in 0.3 s")
    assert supervisor.restarts == PATIENCE


def test_whatever_happens_the_answer_is_that_of_the_reference() -> None:
    with ConfirmedMatcher(Supervisor(compiler=Dividing)) as matcher:
        told = [matcher(RULES, facts) for facts in (SESSIONS[0], FATAL, SESSIONS[1])]
        state = matcher.state

    assert told == [match(RULES, facts) for facts in (SESSIONS[0], FATAL, SESSIONS[1])]
    assert (state.asked, state.differed, state.unconfirmed) == (3, 0, 1)
    assert state.reason == f"set `{RULES.digest}`: the process died (SIGFPE)"
    assert state.restarts == 2  # once more by itself, to be sure


class Interrupted(BaseException):
    """What Ctrl-C raises, anywhere."""


def test_whoever_was_interrupted_may_ask_again(supervisor: Supervisor) -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise Interrupted

    pid = killed(supervisor, signal.SIGSTOP)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(Interrupted):
            supervisor.propose(RULES, SESSIONS)
    finally:
        signal.signal(signal.SIGALRM, before)

    assert not runs(pid)
    assert supervisor.propose(RULES, SESSIONS) == EXPECTED


def test_closing_leaves_no_process_and_no_pipe(supervisor: Supervisor) -> None:
    before = open_files()

    for how in (signal.SIGCONT, signal.SIGKILL, signal.SIGSTOP) * 2:
        pid = killed(supervisor, how)
        supervisor.close()

        assert supervisor.pid is None
        assert not runs(pid)
    assert open_files() == before
    assert supervisor.propose(RULES, SESSIONS) == EXPECTED


def test_closing_a_process_that_is_stopped_does_not_take_long(supervisor: Supervisor) -> None:
    pid = killed(supervisor, signal.SIGSTOP)

    supervisor.close()

    assert not runs(pid)


def test_sets_that_are_no_longer_used_make_room() -> None:
    supervisor = Supervisor(most_loaded=2)
    sets = [
        a_set(MatchRule(str(n), (Pattern("a", "x", (Where("i", ">", n),)),))) for n in range(20)
    ]

    for _ in range(3):
        for rules in sets:
            assert supervisor.propose(rules, SESSIONS) == [
                match(rules, facts).firings for facts in SESSIONS
            ]

    assert supervisor.restarts == 0
    supervisor.close()


def test_a_digest_that_stands_for_other_rules_is_loaded_again(supervisor: Supervisor) -> None:
    for least in (0, 10, 0):
        rule = MatchRule("r", (Pattern("a", "x", (Where("i", ">", least),)),))
        rules = MatchSet("the same", (rule,))

        assert supervisor.propose(rules, SESSIONS) == [
            match(rules, facts).firings for facts in SESSIONS
        ]


def test_eight_threads_share_a_process(supervisor: Supervisor) -> None:
    sets = [a_set(MatchRule(str(n), (Pattern("a", "x", (Where("i", ">", n),)),))) for n in range(8)]

    def work(rules: MatchSet) -> None:
        for facts in SESSIONS:
            assert supervisor.propose(rules, [facts]) == [match(rules, facts).firings]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, sets))

    assert supervisor.restarts == 0


def test_a_child_has_a_process_of_its_own(supervisor: Supervisor) -> None:
    pid = killed(supervisor, signal.SIGCONT)

    def work() -> None:
        assert supervisor.propose(RULES, SESSIONS) == EXPECTED
        assert supervisor.pid != pid
        supervisor.close()

    assert [Process(work).wait() for _ in range(3)] == [0, 0, 0]
    assert supervisor.propose(RULES, SESSIONS) == EXPECTED
    assert (supervisor.pid, supervisor.restarts) == (pid, 0)
