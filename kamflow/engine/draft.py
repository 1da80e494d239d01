"""A decision while it is being made."""

from datetime import datetime

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.evolve import evolve
from kamflow.engine.view import Scene, View
from kamflow.model.decision import Decision, GateVerdict
from kamflow.model.events import CommandRefused, Event, Recorded
from kamflow.model.snapshot import Snapshot


class Draft:
    """Collects the events of a decision and shows the subject as they leave it."""

    def __init__(
        self,
        compiled: CompiledPack,
        scene: Scene,
        snapshot: Snapshot | None,
        actor: str,
        *,
        instance: str,
        newest: str | None = None,
    ) -> None:
        self.compiled, self.scene, self.actor, self.instance = compiled, scene, actor, instance
        self.newest = newest or compiled.pack.digest
        self._before = snapshot
        self._snapshot = snapshot
        self._view: View | None = None
        self._events: list[Recorded] = []
        self.gate: GateVerdict | None = None
        self.notes: list[str] = []

    @property
    def now(self) -> datetime:
        """The instant of the decision."""
        return self.scene.now

    @property
    def snapshot(self) -> Snapshot:
        """The subject after the events so far."""
        if self._snapshot is None:
            raise AssertionError(f"`{self.instance}` is not open")
        return self._snapshot

    @property
    def view(self) -> View:
        """What conditions see of the subject after the events so far."""
        if self._view is None:
            self._view = self.scene.look(self.snapshot)
        return self._view

    @property
    def next_sequence(self) -> int:
        """The number of the next event."""
        return (self._snapshot.sequence if self._snapshot else 0) + 1

    def emit(self, event: Event, *, actor: str | None = None, pack: str | None = None) -> None:
        """Add an event; by the actor of the command and under its policy unless told otherwise."""
        recorded = Recorded(
            instance=self.instance,
            sequence=self.next_sequence,
            at=self.now,
            actor=actor or self.actor,
            pack=pack or self.compiled.pack.digest,
            event=event,
            cause=self._events[0].sequence if self._events else None,
        )
        self._events.append(recorded)
        self._snapshot = evolve(self._snapshot, recorded)
        self._view = None

    def mark(self) -> tuple[int, Snapshot | None, int]:
        """Return the present point, for `back_to`."""
        return len(self._events), self._snapshot, len(self.notes)

    def back_to(self, mark: tuple[int, Snapshot | None, int]) -> None:
        """Drop every event and note since `mark`."""
        count, self._snapshot, notes = mark
        del self._events[count:], self.notes[notes:]
        self._view = None

    def accepted(self) -> Decision:
        """Return the decision with all events."""
        return Decision(
            accepted=True,
            events=tuple(self._events),
            snapshot=self._snapshot,
            reasons=tuple(self.notes),
            gate=self.gate,
        )

    def refused(
        self,
        command: str,
        *reasons: str,
        transition: str = "",
        gate: GateVerdict | None = None,
        faults: dict[str, str] | None = None,
    ) -> Decision:
        """Return a refusal: the events so far are dropped, the refusal itself is kept."""
        self._events.clear()
        self._snapshot, self._view = self._before, None
        if self._before is not None:
            kept = tuple(item.kept() for item in gate.open_findings()) if gate else ()
            self.emit(
                CommandRefused(
                    command=command, reasons=reasons, transition=transition, findings=kept
                )
            )
        return Decision(
            accepted=False,
            events=tuple(self._events),
            snapshot=self._snapshot,
            reasons=reasons,
            gate=gate,
            faults=faults or {},
        )
