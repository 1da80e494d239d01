"""The lives of requests, read from a history: what became of each, event by event."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kamflow.engine.evolve_approvals import Progress, with_approval
from kamflow.engine.people import SYSTEM
from kamflow.model.events import (
    ApprovalDecided,
    ApprovalExpired,
    ApprovalReevaluated,
    ApprovalRequested,
    ApprovalReturned,
    ApprovalWithdrawn,
    ConditionMet,
    Event,
    GlassBroken,
    Recorded,
    ReviewClosed,
    ReviewOpened,
    StageEntered,
    VoteCast,
    WaiverGranted,
)
from kamflow.model.overdue import ConditionOverdue, ReviewOverdue
from kamflow.model.remark import Evidence
from kamflow.model.snapshot import OpenApproval, OpenCondition, Snapshot

Closing = ApprovalDecided | ApprovalWithdrawn | ApprovalExpired
_AFTER = GlassBroken | WaiverGranted | ReviewOpened | ReviewOverdue | ReviewClosed
_OF_ONE = ApprovalRequested | Progress | Closing | _AFTER


class CastView(Struct, frozen=True, kw_only=True):
    """A vote as it was cast. One that is void does not count: the request was judged again."""

    person: str
    vote: str
    at: datetime
    principal: str = ""
    remark: str = ""
    conditions: tuple[OpenCondition, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    void: bool = False


class Life(Struct, kw_only=True):
    """What a history tells of one request, or of one yes that the policy gave by itself."""

    events: list[Recorded]
    open_one: OpenApproval | None = None  # as it was before it was closed
    closing: Recorded | None = None
    asked_by: str = ""
    target: str = ""
    votes: list[CastView] = []
    set_off_by: dict[int, str] = {}  # event of the engine -> who did what it came of
    _ground: Snapshot | None = None

    @property
    def begun(self) -> Recorded:
        """The first event."""
        return self.events[0]

    @property
    def end(self) -> Closing | None:
        """What closed it, if anything did."""
        event = self.closing.event if self.closing else None
        return event if isinstance(event, Closing) else None

    def by(self, recorded: Recorded) -> str:
        """Return who did an event, or what it came of where the engine did it."""
        return self.set_off_by.get(recorded.sequence, recorded.actor)

    def take(self, recorded: Recorded, by: str) -> None:
        """Go on by an event; `by` did what it came of."""
        event = recorded.event
        if by != recorded.actor:
            self.set_off_by[recorded.sequence] = by
        if not self.events:
            self.asked_by = recorded.actor
        self.events.append(recorded)
        if isinstance(event, ApprovalRequested | Progress):
            self._grow(event, recorded)
        elif isinstance(event, Closing):
            self.closing = recorded
        if isinstance(event, ApprovalReevaluated | ApprovalReturned):
            self.votes = [replace(vote, void=True) for vote in self.votes]
        elif isinstance(event, VoteCast):
            self.votes.append(_cast(event, recorded))

    def _grow(self, event: ApprovalRequested | Progress, recorded: Recorded) -> None:
        ground = self._ground or bare(recorded)
        self._ground = with_approval(ground, event, recorded)
        self.open_one = self._ground.approvals[event.id]


def lives(history: Iterable[Recorded]) -> dict[str, Life]:
    """Return the lives in the history of one subject by the id of the request, oldest first."""
    found: dict[str, Life] = {}
    actors: dict[int, str] = {}
    for recorded in history:
        event, actor = recorded.event, recorded.actor
        actors[recorded.sequence] = actor
        if isinstance(event, StageEntered):
            _asked_for(found, event, recorded)
        elif identity := request_of(event):
            life = found.get(identity)
            if life is None:
                life = found[identity] = Life(events=[], votes=[], set_off_by={})
            cause = recorded.cause if actor == SYSTEM else None
            life.take(recorded, actor if cause is None else actors.get(cause, actor))
    return found


def request_of(event: Event) -> str:
    """Return the request (or automatic yes) that an event belongs to; nothing for others."""
    if isinstance(event, ConditionMet | ConditionOverdue):
        return event.id.rpartition(".")[0]
    return event.id if isinstance(event, _OF_ONE) else ""


def _asked_for(found: dict[str, Life], event: StageEntered, recorded: Recorded) -> None:
    """Tell an automatic yes who asked: whoever made the transition in the same decision."""
    decision = recorded.cause or recorded.sequence
    for life in reversed(found.values()):
        first = life.begun
        if (first.cause or first.sequence) != decision:
            return
        given = first.event
        if isinstance(given, ApprovalDecided) and given.transition == event.transition:
            life.asked_by, life.target = recorded.actor, event.stage


def bare(recorded: Recorded) -> Snapshot:
    """Return an instance of which nothing is known but what its life is told of."""
    return Snapshot(
        id=recorded.instance,
        kind="",
        name="",
        parent=None,
        workflow="",
        stage="",
        entered_at=recorded.at,
        opened_at=recorded.at,
        pack=recorded.pack,
        sequence=0,
    )


def _cast(event: VoteCast, recorded: Recorded) -> CastView:
    return CastView(
        person=recorded.actor,
        vote=event.vote,
        at=recorded.at,
        principal=event.principal,
        remark=event.remark,
        conditions=event.conditions,
        evidence=event.evidence,
    )
