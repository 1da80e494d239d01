"""A decision while it is being made."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.evolve import evolve
from kamflow.engine.people import SYSTEM
from kamflow.engine.view import Scene, View
from kamflow.model.decision import Decision, GateVerdict
from kamflow.model.events import CommandRefused, Event, Recorded
from kamflow.model.snapshot import Snapshot


class Mark(Struct, frozen=True):
    """A point of a draft to go back to."""

    events: int
    snapshot: Snapshot | None
    notes: int
    compiled: CompiledPack
    scene: Scene


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
        newest: CompiledPack | None = None,
    ) -> None:
        self.compiled, self.scene, self.actor, self.instance = compiled, scene, actor, instance
        self.submitter = actor  # who set all off, also while the engine acts by itself
        self._now = scene.now
        self._newest = newest or compiled
        self._start = Mark(0, snapshot, 0, compiled, scene)
        self._snapshot = snapshot
        self._view: View | None = None
        self._events: list[Recorded] = []
        self.gate: GateVerdict | None = None
        self.notes: list[str] = []
        self.watched: Snapshot | None = None  # in which every open request was looked at

    @property
    def now(self) -> datetime:
        """The instant of the decision, at which its events are recorded."""
        return self._now

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
            self._view = self.scene.look(self.snapshot, self._events)
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
            cause=self._cause,
        )
        self._events.append(recorded)
        self._snapshot = evolve(self._snapshot, recorded)
        self._view = None

    @property
    def _cause(self) -> int | None:
        """The number of the event that set off the next one: the first of the command."""
        first = self._start.events
        return self._events[first].sequence if len(self._events) > first else None

    @property
    def caught_up(self) -> tuple[Recorded, ...]:
        """What had fallen due before the command was looked at."""
        return tuple(self._events[: self._start.events])

    def events_so_far(self) -> tuple[Recorded, ...]:
        """Return the whole history of the subject, with the events of this decision."""
        self.scene.look(self.snapshot, self._events)
        self._view = None
        return self.scene.happened(self.instance)

    def look_from(self, instant: datetime) -> None:
        """See the subject as it was to be seen at an instant; events are still recorded now."""
        self.scene.forget()
        self.scene.now = instant
        self._view = None

    @contextmanager
    def seen_from(self, instant: datetime) -> Iterator[None]:
        """See the subject from an instant for a while, then from where it was seen before."""
        before = self.scene.now
        self.look_from(instant)
        try:
            yield
        finally:
            self.look_from(before)

    @contextmanager
    def by_system(self) -> Iterator[None]:
        """Let the engine act for a while, instead of whoever gave the command."""
        actor, self.actor = self.actor, SYSTEM
        try:
            yield
        finally:
            self.actor = actor

    def policy_of(self, stage: str) -> CompiledPack:
        """Return the policy under which a stage is entered: the newest one that has the stage."""
        workflow = self._newest.pack.workflows.get(self.snapshot.workflow)
        return self._newest if workflow and stage in workflow.stages else self.compiled

    def go_on_under(self, compiled: CompiledPack) -> None:
        """Judge by another policy from here on."""
        if compiled is not self.compiled:
            self.compiled, self.scene = compiled, self.scene.under(compiled.sources)
            self._view = None

    def mark(self) -> Mark:
        """Return the present point, for `back_to`."""
        count, notes = len(self._events), len(self.notes)
        return Mark(count, self._snapshot, notes, self.compiled, self.scene)

    def keep(self) -> None:
        """Keep the events so far, even when the command is refused."""
        self._start = self.mark()

    def back_to(self, mark: Mark) -> None:
        """Drop every event and note since `mark`."""
        self.scene.forget()
        del self._events[mark.events :], self.notes[mark.notes :]
        self._snapshot, self.compiled, self.scene = mark.snapshot, mark.compiled, mark.scene
        self._view = None

    def accepted(self) -> Decision:
        """Return the decision with all events."""
        self.scene.forget()
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
        self.back_to(self._start)
        if self._snapshot is not None:
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
