"""What a decision sets off at other subjects, in its transaction: rules that read what it touched.

It is looked at once when all of the transaction is decided, however often it was touched.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.spreading import Reader, read_by, readers
from kamflow.errors import RefusedError
from kamflow.model.decision import Decision
from kamflow.model.snapshot import Snapshot


class Subjects(Protocol):
    """Where subjects are found."""

    def load(self, instance: str, /) -> Snapshot | None:
        """Return a subject as it is now; nothing when there is none of that id."""

    def members(self, above: str, kind: str, /) -> Sequence[Snapshot]:
        """Return all subjects of a kind below another one."""


class Ripples:
    """Who still has to look at what was touched."""

    def __init__(self) -> None:
        self._waiting: dict[Reader, frozenset[str]] = {}
        self._marked: dict[Reader, frozenset[str]] = {}

    def take(self, compiled: CompiledPack, decision: Decision) -> None:
        """Remember who reads what a decision touched."""
        if decision.touched:
            for reader, tokens in readers(compiled, decision):
                self._waiting[reader] = self._waiting.get(reader, frozenset()) | tokens

    def mark(self) -> None:
        """Remember this point for `back_to_mark`."""
        self._marked = dict(self._waiting)

    def back_to_mark(self) -> None:
        """Forget what was taken since the mark."""
        self._waiting = dict(self._marked)

    def settle(
        self,
        subjects: Subjects,
        compiled_for: Callable[[Snapshot], CompiledPack],
        turn: Callable[[str, tuple[str, ...]], object],
    ) -> None:
        """Let `turn` bring everybody up to date who reads what was touched, until all is at rest.

        Raises:
            RefusedError: It does not come to an end within the limit of a policy.
        """
        rounds = 0
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            rounds += 1
            touched: dict[str, frozenset[str]] = {}
            for reader, tokens in waiting.items():
                for snapshot in _meant(subjects, reader):
                    compiled = compiled_for(snapshot)
                    if rounds > compiled.pack.chain_limit:
                        raise RefusedError([_endless(waiting)])
                    if found := read_by(compiled, snapshot.kind, tokens):
                        touched[snapshot.id] = touched.get(snapshot.id, frozenset()) | {*found}
            for instance in sorted(touched):
                turn(instance, tuple(sorted(touched[instance])))


def _meant(subjects: Subjects, reader: Reader) -> list[Snapshot]:
    if reader.kind:
        return list(subjects.members(reader.instance, reader.kind))
    found = subjects.load(reader.instance)
    return [] if found is None else [found]


def _endless(waiting: dict[Reader, frozenset[str]]) -> str:
    names = ", ".join(sorted({item.instance for item in waiting})[:6])
    return f"rules set each other off without end, at {names}; correct the policy"
