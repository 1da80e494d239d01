"""Keeps a worker alive: starts it, gives it rules and facts, and finds out which ones kill it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import count
from typing import TypeAlias

from msgspec import Struct
from msgspec.msgpack import Decoder

from kamflow.model.matching import Fact, Firing, MatchSet
from kamflow.runtime.matching.compiling import Compiled
from kamflow.runtime.matching.fields import OutsideError
from kamflow.runtime.matching.forking import begins_anew
from kamflow.runtime.matching.process import LostError, WorkerProcess
from kamflow.runtime.matching.worker import Answer

TIMEOUT_S = 5.0  # for a batch; sessions take a fraction of a millisecond
BATCH = 200  # sessions that are sent together
MOST_LOADED = 32  # sets of rules; the one that was not used for longest makes room
PATIENCE = 3  # troubles one after the other, until a set or the process is left alone


class Fault(Struct, frozen=True):
    """Why there is no proposal for a session."""

    reason: str


Proposal: TypeAlias = tuple[Firing, ...] | Fault
Batch: TypeAlias = Sequence[list[str]]  # the facts of sessions, as the engine reads them

_loaded: Decoder[str | None] = Decoder(str | None)
_fired: Decoder[list[Answer | str]] = Decoder(list[Answer | str])


class _Set:
    """A set of rules, compiled, and how it fares."""

    def __init__(
        self, number: int, rules: MatchSet, compiler: Callable[[MatchSet], Compiled]
    ) -> None:
        self.number, self.rules = number, rules
        self.troubles, self.reason = 0, ""  # one after the other, and the last one
        self.compiled: Compiled | None = None
        try:
            self.compiled = compiler(rules)
        except OutsideError as error:
            self.reason = str(error)

    def fault(self) -> Fault:
        return Fault(f"set `{self.rules.digest}`: {self.reason}")


class Supervisor:
    """Proposes firings by durable_rules. Thread-safe; a forked child starts a worker of its own."""

    def __init__(
        self,
        *,
        timeout_s: float = TIMEOUT_S,
        most_loaded: int = MOST_LOADED,
        compiler: Callable[[MatchSet], Compiled] = Compiled,
    ) -> None:
        self._timeout_s, self._most_loaded, self._compiler = timeout_s, most_loaded, compiler
        self._sets: OrderedDict[str, _Set] = OrderedDict()  # the one used last comes last
        self._numbers = count()
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None
        self._inside: set[int] = set()  # numbers of the sets that the process has loaded
        self._answered = False  # by this process
        self._failed_starts, self._trouble = 0, ""  # one after the other, and the last one
        self.restarts = 0
        begins_anew(self)

    @property
    def pid(self) -> int | None:
        """The id of the process, while there is one."""
        return None if self._process is None else self._process.pid

    def propose(self, rules: MatchSet, sessions: Sequence[Sequence[Fact]]) -> list[Proposal]:
        """Return what fires in each session; a fault where nobody knows.

        Sessions know nothing of each other. A batch that ends the process is halved until the
        session is found that does it; the others are answered.
        """
        with self._lock:
            held = self._held(rules)
            proposals, batch = _encoded(held, sessions)
            places = [place for place, found in enumerate(proposals) if found is None]
            answers: list[Proposal] = []
            for start in range(0, len(batch), BATCH):
                answers += self._run(held, batch[start : start + BATCH])
            answered = dict(zip(places, answers, strict=True))
        return [
            answered[place] if found is None else found for place, found in enumerate(proposals)
        ]

    def close(self) -> None:
        """End the process. Who asks again gets a new one, and troubles are forgotten."""
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                process.close()
            self._sets.clear()
            self._inside.clear()
            self._failed_starts = 0

    def begin_anew(self) -> None:
        """Leave the process to the parent, after a fork in the child."""
        self._lock = threading.Lock()
        if self._process is not None:
            self._process.abandon()
        self._forget_process()

    def _held(self, rules: MatchSet) -> _Set:
        """Return a set by its digest; the one that was not used for longest makes room."""
        held = self._sets.get(rules.digest)
        if held is None or (held.rules is not rules and held.rules != rules):
            self._drop(rules.digest)
            held = self._sets[rules.digest] = _Set(next(self._numbers), rules, self._compiler)
        self._sets.move_to_end(rules.digest)
        if len(self._sets) > self._most_loaded:
            self._drop(next(iter(self._sets)))
        return held

    def _drop(self, digest: str) -> None:
        held = self._sets.pop(digest, None)
        if held is None or held.number not in self._inside or self._process is None:
            return
        self._inside.discard(held.number)
        try:
            self._process.ask(("drop", held.number), _loaded)
        except LostError:
            self._lose_process()

    def _run(self, held: _Set, batch: Batch) -> list[Proposal]:
        process = self._ready(held)
        if process is None:
            return [held.fault()] * len(batch)
        fresh = not self._answered
        try:
            answers = process.ask(("run", held.number, batch), _fired)
        except LostError as error:
            self._lose_process()
            if len(batch) > 1:
                half = len(batch) // 2
                return self._run(held, batch[:half]) + self._run(held, batch[half:])
            if not fresh:  # something before may have been at fault
                return self._run(held, batch)
            held.troubles, held.reason = held.troubles + 1, str(error)
            return [held.fault()]
        self._answered, held.troubles = True, 0
        return [_proposal(held, answer) for answer in answers]

    def _ready(self, held: _Set) -> WorkerProcess | None:
        """Return a process that has loaded a set; nothing when that was tried often enough."""
        while held.compiled and max(held.troubles, self._failed_starts) < PATIENCE:
            try:
                process = self._started()
                if held.number in self._inside:
                    return process
                refusal = process.ask(("load", held.number, held.compiled.text), _loaded)
            except LostError as error:
                self._lose_process()
                held.troubles, self._trouble = held.troubles + 1, str(error)
                held.reason = self._trouble
                continue
            if refusal is None:
                self._inside.add(held.number)
                return process
            held.compiled, held.reason = None, refusal
        held.reason = held.reason or self._trouble
        return None

    def _started(self) -> WorkerProcess:
        if self._process is not None and self._process.ended:  # somebody was interrupted
            self._forget_process()
        if self._process is None:
            self._failed_starts += 1
            self._process = WorkerProcess(self._timeout_s)
            self._failed_starts = 0
        return self._process

    def _lose_process(self) -> None:
        self.restarts += 1
        self._forget_process()

    def _forget_process(self) -> None:
        self._process, self._answered = None, False
        self._inside.clear()


def _encoded(
    held: _Set, sessions: Sequence[Sequence[Fact]]
) -> tuple[list[Proposal | None], list[list[str]]]:
    """Return the answers that are clear from the start, nothing for the others; and those."""
    if held.compiled is None:
        return [held.fault()] * len(sessions), []
    proposals: list[Proposal | None] = []
    batch: list[list[str]] = []
    for facts in sessions:
        try:
            texts = held.compiled.encode(facts)
        except OutsideError as error:
            proposals.append(Fault(f"set `{held.rules.digest}`: {error}"))
            continue
        # Every rule needs a fact, so nothing fires where no rule looks at any.
        proposals.append(None if texts else ())
        if texts:
            batch.append(texts)
    return proposals, batch


def _proposal(held: _Set, answer: Answer | str) -> Proposal:
    if isinstance(answer, str) or held.compiled is None:
        return Fault(f"set `{held.rules.digest}`: {answer}")
    try:
        return held.compiled.firings(answer)
    except (ValueError, IndexError):
        return Fault(f"set `{held.rules.digest}`: the answer `{answer}` means nothing")
