"""What rules and timers ask people to do: a list of it, open or of the past."""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.deadlines import last_day
from kamflow.engine.escalations.answering import who_may
from kamflow.engine.escalations.tasks import task_rule
from kamflow.engine.people import holders
from kamflow.engine.view import View
from kamflow.model.escalated import TaskDone, TaskDropped
from kamflow.model.escalation import OpenTask
from kamflow.model.pack import Pack
from kamflow.model.remark import Evidence
from kamflow.model.snapshot import Snapshot
from kamflow.reports.alert_lives import AlertLife
from kamflow.reports.coming import calendar_of

OPEN, OVERDUE, DONE, DROPPED = "open", "overdue", "done", "dropped"
TASK_STATUSES = (OPEN, OVERDUE, DONE, DROPPED)


class TaskEntry(Struct, frozen=True, kw_only=True):
    """Something that people are asked to do; with `transition`, to consider making that."""

    id: str  # "north/acme#32"
    task: str  # id of the task in the rule; empty for a proposal
    title: str
    rule: str  # id of the event rule or timer
    subject: str
    name: str
    status: str  # of `TASK_STATUSES`
    given_at: datetime
    roles: tuple[str, ...] = ()  # any holder may do it ...
    person: str = ""  # ... or this person alone, since it was given to one
    waiting_for: tuple[str, ...] = ()  # who can do it now
    key: str = ""
    escalation: str = ""  # to which it belongs
    transition: str = ""  # that people are asked to consider
    trigger: str = ""  # by which it is asked for
    due_at: datetime | None = None
    due_on: date | None = None  # the last local day
    done_when: str = ""  # condition by which it is done by itself
    closed_at: datetime | None = None
    closed_by: str = ""
    remark: str = ""  # what was said when it was done, or why it was dropped
    evidence: tuple[Evidence, ...] = ()


def task_entry(compiled: CompiledPack, view: View, item: OpenTask) -> TaskEntry:
    """Return a task that is open."""
    due_at = item.due.at if item.due else None
    late = item.overdue or (due_at is not None and due_at <= view.scene.now)
    return _entry(
        compiled,
        view.snapshot,
        item,
        status=OVERDUE if late else OPEN,
        waiting_for=tuple(sorted(who_may(compiled, view, item))),
    )


def closed_task(compiled: CompiledPack, snapshot: Snapshot, life: AlertLife) -> TaskEntry | None:
    """Return a task of the past; nothing for one that is open, or for an escalation."""
    if life.task is None or life.closing is None:
        return None
    event, closing = life.end, life.closing
    return _entry(
        compiled,
        snapshot,
        life.task,
        status=DONE if isinstance(event, TaskDone) else DROPPED,
        closed_at=closing.at,
        closed_by=closing.actor,
        remark=_said(life),
        evidence=event.evidence if isinstance(event, TaskDone) else (),
    )


def people_of(pack: Pack, view: View, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return who holds one of the roles now; the policy may have dropped some of them since."""
    found: set[str] = set()
    for role in roles:
        found |= holders(pack, view, role) if role in pack.roles else frozenset()
    return tuple(sorted(found))


def trigger_of(pack: Pack, workflow: str, transition: str) -> str:
    """Return the word by which a transition is asked for; nothing for none."""
    if not transition or workflow not in pack.workflows:
        return ""
    found = pack.workflows[workflow].transitions
    return next((item.trigger for item in found if item.id == transition), "")


def _said(life: AlertLife) -> str:
    match life.end:
        case TaskDone(remark=remark):
            return remark
        case TaskDropped(reason=reason):
            return reason
        case _:
            return ""


def _entry(compiled: CompiledPack, snapshot: Snapshot, item: OpenTask, **told: object) -> TaskEntry:
    rule = task_rule(compiled.pack, item)
    due_at = item.due.at if item.due else None
    calendar = calendar_of(compiled.pack, item.due)
    base = TaskEntry(
        id=item.id,
        task=item.task,
        title=item.title,
        rule=item.rule,
        subject=snapshot.id,
        name=snapshot.name,
        status=OPEN,
        given_at=item.given_at,
        roles=item.roles,
        person=item.person,
        key=item.key,
        escalation=item.escalation,
        transition=item.transition,
        trigger=trigger_of(compiled.pack, snapshot.workflow, item.transition),
        due_at=due_at,
        due_on=last_day(calendar, due_at) if due_at else None,
        done_when=rule.done_when.text if rule is not None and rule.done_when is not None else "",
    )
    return replace(base, **told)
