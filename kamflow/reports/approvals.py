"""Requests as people follow them: a list of them, and the whole life of one.

What is open is told by the subject as it is now, what is closed by its history alone. So a request
reads the same whenever it is looked at.
"""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from kamflow.engine.approvals import approval_of
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.deadlines import last_day
from kamflow.engine.overdue import end_of
from kamflow.engine.view import View
from kamflow.model.deadline import Milestone
from kamflow.model.events import (
    ApprovalDecided,
    ApprovalEscalated,
    ApprovalExpired,
    ApprovalReevaluated,
    ApprovalReminded,
    ApprovalWithdrawn,
    Change,
    ConditionMet,
    Recorded,
)
from kamflow.model.remark import Comment
from kamflow.model.snapshot import OpenApproval, OpenCondition, WaiverAsked
from kamflow.reports.coming import Coming, calendar_of, coming, told
from kamflow.reports.inbox import trigger_of, what_of
from kamflow.reports.lives import CastView, Life
from kamflow.reports.voters import StepView, closed_steps, may_vote, open_steps, stall_of

OPEN, RETURNED = "open", "returned"
STATUSES = (
    OPEN, RETURNED, "approved", "conditional", "rejected", "withdrawn", "expired",
)  # fmt: skip


class ApprovalEntry(Struct, frozen=True, kw_only=True):
    """A request in a list. A yes that the policy gave by itself is `automatic`."""

    id: str
    what: str  # what is asked for, on one line
    approval: str
    title: str
    subject: str
    name: str
    requested_by: str
    requested_at: datetime
    status: str  # of `STATUSES`
    purpose: str = ""
    transition: str = ""
    trigger: str = ""
    target: str = ""
    automatic: bool = False
    rounds: int = 0
    reason: str = ""  # why it was closed as it was
    closed_at: datetime | None = None
    closed_by: str = ""
    due_at: datetime | None = None
    due_on: date | None = None  # the last local day
    waiting_for: tuple[str, ...] = ()
    stalled: str = ""  # why nobody can decide it for now, if so
    stalled_until: datetime | None = None  # people are back then


class Rejudged(Struct, frozen=True, kw_only=True):
    """Facts changed under a request, so that people had to vote again."""

    at: datetime
    by: str
    changed: dict[str, Change]


class PromiseView(Struct, frozen=True, kw_only=True):
    """A condition of a yes, and when it was met."""

    id: str
    text: str
    owner: str
    due_on: date
    met_at: datetime | None = None
    met_by: str = ""
    remark: str = ""
    overdue: bool = False  # whether its day is over, and it is still open


class ApprovalLife(ApprovalEntry, frozen=True, kw_only=True):
    """The whole life of a request."""

    remark: str = ""
    about: str = ""
    waiver: WaiverAsked | None = None
    question: str = ""  # to which an answer is awaited
    returns: int = 0
    level: int = 0
    bound: dict[str, str | None] = {}  # the facts that people vote on
    steps: tuple[StepView, ...] = ()
    votes: tuple[CastView, ...] = ()
    comments: tuple[Comment, ...] = ()
    changes: tuple[Rejudged, ...] = ()
    milestones: tuple[Coming, ...] = ()  # those that are done, then those to come
    conditions: tuple[PromiseView, ...] = ()
    revisable: str = ""  # "call_in" or "appeal"
    revisable_until: datetime | None = None
    events: tuple[Recorded, ...] = ()
    set_off_by: dict[int, str] = {}  # number of an event of the engine -> who did what it came of


def open_entry(compiled: CompiledPack, view: View, open_one: OpenApproval) -> ApprovalEntry:
    """Return a request that is open."""
    approval, calendar = approval_of(compiled, open_one), calendar_of(compiled.pack, open_one.due)
    returned = open_one.returned_at is not None
    due_at = open_one.due.at if open_one.due and not returned else None
    voters = {item.person for item in may_vote(compiled, view, open_one)}
    stalled, stalled_until = stall_of(view, open_one)
    return ApprovalEntry(
        id=open_one.id,
        what=what_of(compiled.pack, view.snapshot.workflow, open_one),
        approval=open_one.approval,
        title=approval.title,
        subject=view.snapshot.id,
        name=view.snapshot.name,
        requested_by=open_one.requested_by,
        requested_at=open_one.requested_at,
        status=RETURNED if returned else OPEN,
        purpose=open_one.purpose,
        transition=open_one.transition,
        trigger=trigger_of(compiled.pack, view.snapshot.workflow, open_one),
        target=open_one.target,
        rounds=open_one.rounds,
        due_at=due_at,
        due_on=last_day(calendar, due_at) if due_at else None,
        waiting_for=(open_one.requested_by,) if returned else tuple(sorted(voters)),
        stalled=stalled,
        stalled_until=stalled_until,
    )


def closed_entry(compiled: CompiledPack, view: View, life: Life) -> ApprovalEntry:
    """Return a request that is closed, by the policy that closed it."""
    open_one = life.open_one or _given(life)
    approval = approval_of(compiled, open_one)
    closing = life.closing or life.begun
    return ApprovalEntry(
        id=open_one.id,
        what=what_of(compiled.pack, view.snapshot.workflow, open_one),
        approval=open_one.approval,
        title=approval.title,
        subject=view.snapshot.id,
        name=view.snapshot.name,
        requested_by=open_one.requested_by,
        requested_at=open_one.requested_at,
        status=_status(life),
        purpose=open_one.purpose,
        transition=open_one.transition,
        trigger=trigger_of(compiled.pack, view.snapshot.workflow, open_one),
        target=open_one.target,
        automatic=life.open_one is None,
        rounds=open_one.rounds,
        reason=_reason(life),
        closed_at=closing.at,
        closed_by=life.by(closing) if isinstance(life.end, ApprovalWithdrawn) else closing.actor,
    )


def approval_life(compiled: CompiledPack, view: View, life: Life) -> ApprovalLife:
    """Return the whole life of a request, open or closed."""
    is_open = life.closing is None and life.open_one is not None
    open_one = life.open_one or _given(life)
    if is_open:
        open_one = view.snapshot.approvals.get(open_one.id, open_one)
    approval = approval_of(compiled, open_one)
    entry = open_entry(compiled, view, open_one) if is_open else closed_entry(compiled, view, life)
    to_come = tuple(coming(compiled, view, approval, open_one)) if is_open else ()
    decided = life.end if isinstance(life.end, ApprovalDecided) else None
    steps = open_steps(compiled, view, open_one) if is_open else closed_steps(approval)
    return ApprovalLife(
        **{name: getattr(entry, name) for name in ApprovalEntry.__struct_fields__},
        remark=open_one.remark,
        about=open_one.about,
        waiver=open_one.waiver,
        question=open_one.question,
        returns=open_one.returns,
        level=open_one.level,
        bound=open_one.bound,
        steps=() if entry.automatic else tuple(steps),
        votes=tuple(life.votes),
        comments=open_one.comments,
        changes=tuple(_changes(life)),
        milestones=(*_past(compiled, open_one, life), *to_come),
        conditions=tuple(_promises(life, view.scene.now)),
        revisable=decided.revisable if decided else "",
        revisable_until=decided.revisable_until if decided else None,
        events=tuple(life.events),
        set_off_by=life.set_off_by,
    )


def _given(life: Life) -> OpenApproval:
    """Return what people would have been asked, had the policy not said yes by itself."""
    event, begun = life.begun.event, life.begun
    decided = event if isinstance(event, ApprovalDecided) else None
    return OpenApproval(
        id=decided.id if decided else "",
        approval=decided.approval if decided else "",
        transition=decided.transition if decided else "",
        target=life.target,
        requested_by=life.asked_by,
        requested_at=begun.at,
    )


def _status(life: Life) -> str:
    event = life.end
    if isinstance(event, ApprovalExpired):
        return "expired"
    if isinstance(event, ApprovalDecided):
        if not event.approved:
            return "rejected"
        return "conditional" if event.conditions else "approved"
    return "withdrawn" if isinstance(event, ApprovalWithdrawn) else OPEN


def _reason(life: Life) -> str:
    event = life.end
    if isinstance(event, ApprovalExpired):
        return "nobody decided in time"
    return event.reason if event is not None else ""


def _changes(life: Life) -> Iterator[Rejudged]:
    for recorded in life.events:
        if isinstance(recorded.event, ApprovalReevaluated):
            yield Rejudged(at=recorded.at, by=life.by(recorded), changed=recorded.event.changed)


def _past(compiled: CompiledPack, open_one: OpenApproval, life: Life) -> Iterator[Coming]:
    """Yield what the clock has brought about."""
    calendar = calendar_of(compiled.pack, open_one.due)
    for recorded in life.events:
        match recorded.event:
            case ApprovalReminded(due_at=datetime() as at, people=people):
                text = f"{', '.join(people)} reminded"
                yield told(calendar, Milestone(at=at, kind="remind"), text, done=True)
            case ApprovalEscalated(due_at=datetime() as at, roles=roles, people=people):
                item = Milestone(at=at, kind="escalate")
                text = f"{', '.join(roles)} ({', '.join(people)}) joined"
                yield told(calendar, item, text, roles=roles, people=people, done=True)
            case ApprovalExpired(due_at=at):
                yield told(calendar, Milestone(at=at, kind="expire"), "expired", done=True)
            case _:
                pass


def _promises(life: Life, now: datetime) -> Iterator[PromiseView]:
    conditions: tuple[OpenCondition, ...] = ()
    if isinstance(life.end, ApprovalDecided):
        conditions = life.end.conditions
    met = {
        item.event.id: (item, item.event)
        for item in life.events
        if isinstance(item.event, ConditionMet)
    }
    for condition in conditions:
        recorded, event = met.get(condition.id, (None, None))
        end = end_of(condition)
        yield PromiseView(
            id=condition.id,
            text=condition.text,
            owner=condition.owner,
            due_on=condition.due_on,
            met_at=recorded.at if recorded else None,
            met_by=recorded.actor if recorded else "",
            remark=event.remark if event else "",
            overdue=event is None and end is not None and end <= now,
        )
