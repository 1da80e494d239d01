"""A decision while it is being made."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.evolve import evolve
from kamflow.engine.people import SYSTEM
from kamflow.engine.touching import touched
from kamflow.engine.view import Scene, View
from kamflow.model.decision import Decision, GateVerdict, Schedule
from kamflow.model.events import CommandRefused, Event, Recorded
from kamflow.model.snapshot import Snapshot


class Mark(Struct, frozen=True):
    """A point of a draft to go back to."""

    events: int
    snapshot: Snapshot | None
    notes: int
    compiled: CompiledPack
    scene: Scene
    schedule: Schedule | None = None  # nothing: not asked for by then
    judged: int = 0  # events of which rules know


class Draft:
    """Collects the events of a decision and shows the subject as they leave it."""

    snapshot: Snapshot  # the subject after the events so far; not there before it is opened

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
        self._snapshot: Snapshot | None = None
        self._stand(snapshot)
        self._view: View | None = None
        self._events: list[Recorded] = []
        self.gate: GateVerdict | None = None
        self.notes: list[str] = []
        self.watched: Snapshot | None = None  # in which every open request was looked at
        self._opens, self._first = snapshot is None, compiled
        self._schedule: Schedule | None = None
        self._planned: Schedule | None = None  # as it was kept
        self._judged = 0
        self._rested: tuple[Snapshot | None, datetime] | None = None

    def _stand(self, snapshot: Snapshot | None) -> None:
        self._snapshot = snapshot
        if snapshot is not None:
            self.snapshot = snapshot
        else:
            self.__dict__.pop("snapshot", None)

    @property
    def now(self) -> datetime:
        """The instant of the decision, at which its events are recorded."""
        return self._now

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
        self._stand(evolve(self._snapshot, recorded))
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

    @property
    def schedule(self) -> Schedule:
        """When rules and timers have to be looked at again, by id: seconds since 1970."""
        if self._schedule is None:
            kept = {} if self._opens else self.scene.ports.schedule(self.instance)
            self._planned = self._schedule = dict(kept)
        return self._schedule

    def plan(self, name: str, at: datetime | None) -> None:
        """Have a rule or timer looked at again at an instant; nothing: not by time alone."""
        seconds = None if at is None else -int(-at.timestamp() // 1)  # never before its time
        if self.schedule.get(name) == seconds:
            return
        planned = {key: value for key, value in self.schedule.items() if key != name}
        if seconds is not None:
            planned[name] = seconds
        self._schedule = planned

    @property
    def has_news(self) -> bool:
        """Whether there are events of which rules do not know yet."""
        return self._judged < len(self._events)

    def take_touched(self) -> frozenset[str]:
        """Return what the events touch of which rules do not know yet; they do from now on."""
        fresh = self._events[self._judged :]
        self._judged = len(self._events)
        return frozenset(touched(self.snapshot.kind, fresh)) if fresh else frozenset()

    def pass_over(self) -> None:
        """Take all events for known, where nothing reacts to them."""
        self._judged = len(self._events)

    def rest(self) -> None:
        """Remember that nothing more follows from the events so far, as they are seen now."""
        self._rested = (self._snapshot, self.scene.now)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing has happened since all had followed that was to."""
        rested = self._rested
        return rested is not None and rested[0] is self._snapshot and rested[1] == self.scene.now

    @property
    def unjudged(self) -> tuple[Recorded, ...]:
        """The events of which rules do not know yet."""
        return tuple(self._events[self._judged :])

    def look_from(self, instant: datetime) -> None:
        """See the subject as it was to be seen at an instant; events are still recorded now."""
        self.scene.look_away()
        self.scene.now = instant
        self._view = None

    @contextmanager
    def correlating(self, instant: datetime) -> Iterator[None]:
        """See the subject for a while from an instant as event rules do: without late reports."""
        before, self.scene.correlating = self.scene.now, True
        self.look_from(instant)
        try:
            yield
        finally:
            self.scene.correlating = False
            self.look_from(before)

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

    @property
    def has_changed_policy(self) -> bool:
        """Whether the subject came under another policy by the events so far."""
        return self.compiled is not self._first

    def go_on_under(self, compiled: CompiledPack) -> None:
        """Judge by another policy from here on."""
        if compiled is not self.compiled:
            self.compiled, self.scene = compiled, self.scene.under(compiled.sources)
            self._view = None

    def mark(self) -> Mark:
        """Return the present point, for `back_to`."""
        count, notes = len(self._events), len(self.notes)
        return Mark(
            count,
            self._snapshot,
            notes,
            self.compiled,
            self.scene,
            self._schedule,
            self._judged,
        )

    def keep(self) -> None:
        """Keep the events so far, even when the command is refused."""
        self._start = self.mark()

    def back_to(self, mark: Mark) -> None:
        """Drop every event and note since `mark`."""
        self.scene.look_away()
        del self._events[mark.events :], self.notes[mark.notes :]
        self.compiled, self.scene = mark.compiled, mark.scene
        self._stand(mark.snapshot)
        self._schedule = self._planned if mark.schedule is None else mark.schedule
        self._judged = mark.judged
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
            schedule=self._to_keep(),
            touched=self._touched(),
        )

    def _to_keep(self) -> Schedule | None:
        return None if self._schedule == self._planned else self._schedule

    def _touched(self) -> frozenset[str]:
        """Return what rules of other subjects may have to look at."""
        pack = self.compiled.pack
        if self._snapshot is None or not (pack.rules or pack.timers or pack.regions):
            return frozenset()
        return frozenset(touched(self._snapshot.kind, self._events))

    def refused(
        self,
        command: str,
        *reasons: str,
        transition: str = "",
        gate: GateVerdict | None = None,
        faults: dict[str, str] | None = None,
        unchanged: bool = False,
    ) -> Decision:
        """Return a refusal: the events so far are dropped, the refusal itself is kept."""
        self.back_to(self._start)
        if self._snapshot is not None:
            kept = tuple(item.kept() for item in gate.open_findings()) if gate else ()
            self.emit(
                CommandRefused(
                    command=command,
                    reasons=reasons,
                    transition=transition,
                    findings=kept,
                    unchanged=unchanged,
                )
            )
        return Decision(
            accepted=False,
            events=tuple(self._events),
            snapshot=self._snapshot,
            reasons=reasons,
            gate=gate,
            faults=faults or {},
            schedule=self._to_keep(),
            touched=self._touched(),
        )
