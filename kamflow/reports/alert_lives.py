"""The lives of escalations and tasks, read from a history: what became of each, event by event."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from kamflow.engine.evolve_alerts import with_alert
from kamflow.engine.people import SYSTEM
from kamflow.model.escalated import (
    EscalationResolved,
    OfEscalations,
    OfTasks,
    TaskDone,
    TaskDropped,
)
from kamflow.model.escalation import OpenEscalation, OpenTask
from kamflow.model.events import Event, Recorded
from kamflow.model.snapshot import Snapshot
from kamflow.reports.lives import bare

Closing = EscalationResolved | TaskDone | TaskDropped


class AlertLife(Struct, kw_only=True):
    """What a history tells of one escalation, or of one task."""

    events: list[Recorded]
    escalation: OpenEscalation | None = None  # as it was before it was closed
    task: OpenTask | None = None
    closing: Recorded | None = None
    set_off_by: dict[int, str]  # number of an event of the engine -> who did what it came of
    _ground: Snapshot | None = None

    @property
    def begun(self) -> Recorded:
        """The event that raised it."""
        return self.events[0]

    @property
    def end(self) -> Closing | None:
        """What closed it, if anything did."""
        event = self.closing.event if self.closing else None
        return event if isinstance(event, Closing) else None

    def take(self, recorded: Recorded, by: str) -> None:
        """Go on by an event; `by` did what it came of."""
        event = recorded.event
        if by != recorded.actor:
            self.set_off_by[recorded.sequence] = by
        self.events.append(recorded)
        if isinstance(event, OfEscalations):
            ground = with_alert(self._ground or bare(recorded), event, recorded)
            self.escalation = ground.escalations.get(event.id, self.escalation)
            self._ground = replace(ground, settled={})
        elif isinstance(event, OfTasks):
            self._ground = with_alert(self._ground or bare(recorded), event, recorded)
            self.task = self._ground.tasks.get(event.id, self.task)
        if isinstance(event, Closing):
            self.closing = recorded


def alert_lives(history: Iterable[Recorded]) -> dict[str, AlertLife]:
    """Return the lives of the escalations and tasks of one subject by their id, oldest first."""
    found: dict[str, AlertLife] = {}
    actors: dict[int, str] = {}
    for recorded in history:
        actors[recorded.sequence] = recorded.actor
        identity = alert_of(recorded.event)
        if not identity:
            continue
        life = found.setdefault(identity, AlertLife(events=[], set_off_by={}))
        cause = recorded.cause if recorded.actor == SYSTEM else None
        by = recorded.actor if cause is None else actors.get(cause, recorded.actor)
        life.take(recorded, by)
    return found


def alert_of(event: Event) -> str:
    """Return the escalation or task that an event belongs to; nothing for others."""
    return event.id if isinstance(event, OfEscalations | OfTasks) else ""
