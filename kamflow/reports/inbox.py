"""What waits for people: votes, answers to questions, conditions, reviews, escalations, tasks."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from msgspec import Struct

from kamflow.engine.alerts import carer_of
from kamflow.engine.approvals import approval_of
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.deadlines import last_day
from kamflow.engine.overdue import end_of
from kamflow.engine.people import holders
from kamflow.engine.view import View
from kamflow.model.approval import Approval
from kamflow.model.escalation import OpenEscalation, OpenTask
from kamflow.model.events import ApprovalReevaluated, Change, Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import OpenApproval, OpenCondition, OpenReview, WaiverAsked
from kamflow.reports.coming import Coming, calendar_of, coming
from kamflow.reports.escalations import clearing, escalation_entry, steps_of
from kamflow.reports.tasks import task_entry
from kamflow.reports.voters import MayVote, present, stall_of

VOTE, ANSWER, CONDITION, REVIEW = "vote", "answer", "condition", "review"
ESCALATION, TASK = "escalation", "task"

Events = Callable[[], Sequence[Recorded]]


class InboxItem(Struct, frozen=True, kw_only=True):
    """Something that waits for people; `waiting_for` are those who can do it now."""

    task: str  # "vote", "answer", "condition", "review", "escalation" or "task"
    id: str
    what: str  # what it is about, on one line
    title: str
    subject: str
    name: str
    waiting_for: tuple[str, ...]
    approval: str = ""
    purpose: str = ""  # "" for a transition, else "waiver", "call_in", "appeal", "break_glass"
    about: str = ""  # the decision that is called in or appealed against; escalation of a task
    waiver: WaiverAsked | None = None
    transition: str = ""
    trigger: str = ""
    target: str = ""
    requested_by: str = ""
    requested_at: datetime | None = None
    waiting_days: int = 0
    remark: str = ""
    reason: str = ""
    step: str = ""  # "2 of 3: Board", where there are several
    votes: dict[str, str] = {}
    may_vote: tuple[MayVote, ...] = ()
    rounds: int = 0  # how often it was judged again
    changed: dict[str, Change] = {}  # facts, since people voted or were asked
    question: str = ""
    comments: int = 0
    deadline: str = ""
    due_at: datetime | None = None
    due_on: date | None = None  # the last local day
    overdue: bool = False
    stalled: str = ""  # why nobody can decide it for now, if so
    stalled_until: datetime | None = None  # people are back then
    coming: tuple[Coming, ...] = ()  # what happens if nobody decides, or answers
    rule: str = ""  # event rule or timer that escalated it, or gave the task
    severity: str = ""  # of an escalation
    level: str = ""  # the highest one that has joined
    acknowledged: bool = False  # then the escalation is still to be resolved


def inbox_items(compiled: CompiledPack, view: View, events: Events = tuple) -> Iterable[InboxItem]:
    """Yield what waits for people on one subject.

    Args:
        compiled: The policy that the subject stands under.
        view: The subject.
        events: Gives its history; asked for only where facts changed under an open request.
    """
    for open_one in view.snapshot.approvals.values():
        yield _request(compiled, view, open_one, events)
    for condition in view.snapshot.conditions.values():
        yield _condition(view, condition)
    for review in view.snapshot.reviews.values():
        yield _review(compiled, view, review)
    for escalation in view.snapshot.escalations.values():
        if not escalation.observed and _wants_answer(compiled, view, escalation):
            yield _escalation(compiled, view, escalation)
    for task in view.snapshot.tasks.values():
        yield _task(compiled, view, task)


def _request(
    compiled: CompiledPack, view: View, open_one: OpenApproval, events: Events
) -> InboxItem:
    pack, snapshot = compiled.pack, view.snapshot
    approval = approval_of(compiled, open_one)
    voters, step = present(compiled, view, open_one)
    returned = open_one.returned_at is not None
    due_at = open_one.due.at if open_one.due and not returned else None
    calendar = calendar_of(pack, open_one.due)
    people = (open_one.requested_by,) if returned else sorted({item.person for item in voters})
    stalled, stalled_until = stall_of(view, open_one)
    return InboxItem(
        task=ANSWER if returned else VOTE,
        id=open_one.id,
        what=what_of(pack, snapshot.workflow, open_one),
        approval=approval.id,
        title=approval.title,
        subject=snapshot.id,
        name=snapshot.name,
        purpose=open_one.purpose,
        about=open_one.about,
        waiver=open_one.waiver,
        transition=open_one.transition,
        trigger=trigger_of(pack, snapshot.workflow, open_one),
        target=open_one.target,
        requested_by=open_one.requested_by,
        requested_at=open_one.requested_at,
        waiting_days=view.day - open_one.requested_at.toordinal(),
        remark=open_one.remark,
        reason=_reason(compiled, view, approval, open_one.transition),
        step=step,
        votes={vote.person: vote.vote for vote in open_one.votes},
        waiting_for=tuple(people),
        may_vote=() if returned else voters,
        rounds=open_one.rounds,
        changed=_changed(events(), open_one.id) if open_one.rounds else {},
        question=open_one.question,
        comments=len(open_one.comments),
        deadline=pack.deadline_of(approval),
        due_at=due_at,
        due_on=last_day(calendar, due_at) if due_at else None,
        overdue=due_at is not None and due_at <= view.scene.now,
        stalled=stalled,
        stalled_until=stalled_until,
        coming=tuple(coming(compiled, view, approval, open_one)),
    )


def trigger_of(pack: Pack, workflow: str, open_one: OpenApproval) -> str:
    """Return the trigger of the transition that is asked for; nothing where none is."""
    for item in pack.workflows[workflow].transitions:
        if item.id == open_one.transition:
            return item.trigger
    return ""


def what_of(pack: Pack, workflow: str, open_one: OpenApproval) -> str:
    """Return what people are asked for, on one line."""
    goes = f"{trigger_of(pack, workflow, open_one)} -> {open_one.target}"
    match open_one.purpose:
        case "waiver" if open_one.waiver is not None:
            return f"waive {open_one.waiver.criterion} until {open_one.waiver.ends_on}"
        case "call_in":
            return f"uphold {open_one.about}, or else {goes}"
        case "appeal":
            return f"appeal against {open_one.about}: {goes}"
        case "break_glass":
            return f"break glass: {goes}"
        case _:
            return goes


def _condition(view: View, item: OpenCondition) -> InboxItem:
    due_at = end_of(item)
    return InboxItem(
        task=CONDITION,
        id=item.id,
        what=item.text,
        title=item.text,
        subject=view.snapshot.id,
        name=view.snapshot.name,
        waiting_for=(item.owner,),
        due_at=due_at,
        due_on=item.due_on,
        overdue=due_at is not None and due_at <= view.scene.now,
    )


def _review(compiled: CompiledPack, view: View, item: OpenReview) -> InboxItem:
    people: set[str] = set()
    for role in item.roles:
        people |= holders(compiled.pack, view, role)
    due_at, calendar = end_of(item), calendar_of(compiled.pack, item.due)
    return InboxItem(
        task=REVIEW,
        id=item.id,
        what=item.kind.replace("_", " "),
        title=item.kind.replace("_", " "),
        subject=view.snapshot.id,
        name=view.snapshot.name,
        waiting_for=tuple(sorted(people - set(item.people))),
        due_at=due_at,
        due_on=last_day(calendar, due_at) if due_at else None,
        overdue=due_at is not None and due_at <= view.scene.now,
    )


def _wants_answer(compiled: CompiledPack, view: View, item: OpenEscalation) -> bool:
    """Tell whether people have to do something: acknowledge it, or resolve what only they can."""
    return not carer_of(view, item) or not any(clearing(compiled.pack, item.rule))


def _escalation(compiled: CompiledPack, view: View, item: OpenEscalation) -> InboxItem:
    entry = escalation_entry(compiled, view, item)
    about = f" ({item.key})" if item.key else ""
    return InboxItem(
        task=ESCALATION,
        id=item.id,
        what=f"{item.title}{about}",
        title=item.title,
        subject=view.snapshot.id,
        name=view.snapshot.name,
        waiting_for=entry.waiting_for,
        requested_at=item.raised_at,
        waiting_days=view.day - item.raised_at.toordinal(),
        comments=len(item.comments),
        coming=steps_of(compiled, view, item),
        rule=item.rule,
        severity=item.severity,
        level=item.level,
        acknowledged=bool(carer_of(view, item)),
    )


def _task(compiled: CompiledPack, view: View, item: OpenTask) -> InboxItem:
    entry = task_entry(compiled, view, item)
    about = f" ({item.key})" if item.key else ""
    return InboxItem(
        task=TASK,
        id=item.id,
        what=f"{item.title}{about}",
        title=item.title,
        subject=view.snapshot.id,
        name=view.snapshot.name,
        waiting_for=entry.waiting_for,
        about=item.escalation,
        transition=item.transition,
        trigger=entry.trigger,
        requested_at=item.given_at,
        waiting_days=view.day - item.given_at.toordinal(),
        due_at=entry.due_at,
        due_on=entry.due_on,
        overdue=entry.status == "overdue",
        rule=item.rule,
    )


def _changed(events: Sequence[Recorded], identity: str) -> dict[str, Change]:
    """Return what changed when the request was judged again for the last time."""
    for recorded in reversed(events):
        event = recorded.event
        if isinstance(event, ApprovalReevaluated) and event.id == identity:
            return event.changed
    return {}


def _reason(compiled: CompiledPack, view: View, approval: Approval, transition: str) -> str:
    """Return why people are asked: the table row that sent the approval to them."""
    workflow = compiled.pack.workflows[view.snapshot.workflow]
    asked = [found.approval for found in workflow.transitions if found.id == transition]
    route = compiled.pack.approvals[asked[0]].route if asked and asked[0] else None
    read = f"{route or ''} {approval.auto_when.text if approval.auto_when else ''}"
    rows = [view[name].row for name in compiled.pack.tables if f"{name}." in read]
    return "; ".join(f"row {row.id}: {row.why}" for row in rows if row is not None)
