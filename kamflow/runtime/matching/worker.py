"""The process in which durable_rules runs; it may die or hang without harm to anybody.

Started as a script: it needs durable-rules, msgspec and nothing of kamflow. It reads frames (four
bytes of length, then msgpack) from standard input, answers each with one frame, and ends with its
input. The only module that imports the C engine, and only the calls that were found sound are made.
"""

import os
import signal
import struct
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any, BinaryIO, TypeAlias

import msgspec

KNOWN_VERSION = "2.0.28"  # the subset was measured on this one; others may have other faults
MEMORY_LIMIT = 1 << 30  # bytes of address space; what needs more is a fault of the engine

Answer: TypeAlias = list[tuple[int, tuple[int, ...]]]  # rule, then the fact of each of its patterns


class _Chosen(msgspec.Struct):
    """What is read of a fact in a firing."""

    id: str


_firing = msgspec.json.Decoder(dict[str, dict[str, _Chosen]])


def installed_version() -> str | None:
    """Return which durable-rules is installed, without importing it."""
    try:
        return version("durable-rules")
    except PackageNotFoundError:
        return None


class RuleSets:
    """Rule sets that are loaded, by number."""

    def __init__(self, engine: Any) -> None:  # noqa: ANN401 - a C module without types
        self._engine = engine
        self._handles: dict[int, int] = {}

    def answer(self, request: list[Any]) -> object:
        """Do what a request says; troubles with a set or with a session are answers, as text."""
        match request:
            case ["load", number, text]:
                return self._load(number, text)
            case ["drop", number]:
                self._engine.delete_ruleset(self._handles.pop(number))
                return None
            case ["run", number, sessions]:
                return [self._run(self._handles[number], facts) for facts in sessions]
            case _:
                raise ValueError(f"no such request: {request!r:.80}")

    def _load(self, number: int, text: str) -> str | None:
        try:
            self._handles[number] = self._engine.create_ruleset(f"set{number}", text)
        except Exception as error:  # noqa: BLE001 - the engine raises an error of its own
            return f"refused the rules: {error}"
        return None

    def _run(self, handle: int, facts: list[str]) -> Answer | str:
        """Return what fires on the facts, in a state that lives for this session only."""
        fired: Answer = []
        # INVARIANT: the first fact makes a rule of ours fire. `delete_state` reads memory that was
        # never set when nothing ever fired in the state.
        for _ in self._put(handle, '{"sid":"s","id":"b","k":1}'):
            pass
        try:
            for fact in (*facts, '{"sid":"s","id":"g","k":2}'):
                fired += self._put(handle, fact)
        except Exception as error:  # noqa: BLE001 - as above; the other sessions are answered
            return f"refused a fact: {error}"
        finally:
            self._engine.delete_state(handle, "s")
        return fired

    def _put(self, handle: int, fact: str) -> Iterator[tuple[int, tuple[int, ...]]]:
        engine = self._engine
        code, state = engine.assert_fact(handle, fact)
        if code == 1:  # no pattern looks at it
            return
        if code != 0:
            raise RuntimeError(f"code {code}")
        started = engine.start_action_for_state(handle, state)
        text = started[1] if started else None
        while text:
            ((rule, chosen),) = _firing.decode(text).items()
            if rule != "begin":
                places = (chosen[name].id for name in sorted(chosen) if name != "go")
                yield int(rule[1:]), tuple(int(place[1:]) for place in places)
            text = engine.complete_and_start_action(handle, state)


def main(limit: int) -> int:
    """Answer until the input ends; a request that takes `limit` seconds ends the process."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the engine prints must not get between the answers
    _restrict()
    found = installed_version()
    if found != KNOWN_VERSION:
        _write(answers, f"durable-rules {KNOWN_VERSION} is needed, {found or 'none'} is installed")
        return 1
    import durable_rules_engine  # noqa: PLC0415 - never in another version

    sets = RuleSets(durable_rules_engine)
    _write(answers, "")
    while (request := _read(requests)) is not None:
        # The default action of the alarm ends the process even where C code spins for ever; who
        # asked may be gone by then and cannot do it.
        signal.alarm(limit)
        answer = sets.answer(request)
        signal.alarm(0)
        _write(answers, answer)
    return 0


def _restrict() -> None:
    """Leave stopping to who started us, and leave neither core files nor all memory taken."""
    import resource  # noqa: PLC0415 - POSIX only, while others read the constants above

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, MEMORY_LIMIT)):
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, hard))


def _read(stream: BinaryIO) -> list[Any] | None:
    head = stream.read(4)
    if len(head) < 4:  # noqa: PLR2004 - the input has ended
        return None
    body = stream.read(struct.unpack(">I", head)[0])
    return msgspec.msgpack.decode(body, type=list[Any])


def _write(stream: BinaryIO, answer: object) -> None:
    body = msgspec.msgpack.encode(answer)
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
