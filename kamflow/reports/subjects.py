"""A subject as it is now, and its history, for a person to read."""

from datetime import datetime

from msgspec import Struct

from kamflow.engine.approvals import approval_of
from kamflow.engine.clocks import days_in_stage
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.people import holders
from kamflow.engine.view import View
from kamflow.model.snapshot import OpenCondition, Waiver
from kamflow.model.values import Unknown, format_value
from kamflow.reports.escalations import EscalationEntry, escalation_entry
from kamflow.reports.tasks import TaskEntry, task_entry
from kamflow.reports.timers import TimerView, timer_views


class FactView(Struct, frozen=True, kw_only=True):
    """A fact as it stands now; `value` is the newest one even when it is stale."""

    name: str
    value: str | None
    unit: str
    state: str  # fresh, stale, derived, default, missing
    source: str
    author: str
    as_of: datetime | None


class ApprovalView(Struct, frozen=True, kw_only=True):
    """An open approval."""

    id: str
    approval: str
    title: str
    transition: str
    target: str
    requested_by: str
    requested_at: datetime
    votes: dict[str, str]


class SubjectView(Struct, frozen=True, kw_only=True):
    """Everything known of a subject."""

    id: str
    kind: str
    name: str
    parent: str | None
    stage: str
    since: datetime
    days_in_stage: int
    sla_days: int | None
    policy: str
    facts: tuple[FactView, ...]
    roles: dict[str, tuple[str, ...]]
    approvals: tuple[ApprovalView, ...]
    triggers: tuple[str, ...]
    conditions: tuple[OpenCondition, ...] = ()  # of conditional yeses, not met yet
    waivers: tuple[Waiver, ...] = ()  # that hold today and mean something
    escalations: tuple[EscalationEntry, ...] = ()  # that are open, observed ones included
    tasks: tuple[TaskEntry, ...] = ()  # that are open
    timers: tuple[TimerView, ...] = ()  # that run


def subject_view(compiled: CompiledPack, view: View) -> SubjectView:
    """Return everything known of the subject of `view`."""
    snapshot, pack = view.snapshot, compiled.pack
    workflow = pack.workflows[snapshot.workflow]
    roles = {role: tuple(sorted(holders(pack, view, role))) for role in pack.roles}
    return SubjectView(
        id=snapshot.id,
        kind=snapshot.kind,
        name=snapshot.name,
        parent=snapshot.parent,
        stage=snapshot.stage,
        since=snapshot.entered_at,
        days_in_stage=days_in_stage(snapshot, view.today),
        sla_days=workflow.stages[snapshot.stage].sla_days,
        policy=f"{pack.id} {pack.version} ({pack.digest[:12]})",
        facts=tuple(
            _fact(compiled, view, fact.name)
            for fact in pack.facts.values()
            if fact.kind == snapshot.kind
        ),
        roles={role: people for role, people in roles.items() if people},
        approvals=tuple(open_approvals(compiled, view)),
        triggers=tuple(dict.fromkeys(i.trigger for i in workflow.leaving(snapshot.stage))),
        conditions=tuple(snapshot.conditions.values()),
        waivers=snapshot.waivers_under(pack, view.today),
        escalations=tuple(
            escalation_entry(compiled, view, item) for item in snapshot.escalations.values()
        ),
        tasks=tuple(task_entry(compiled, view, item) for item in snapshot.tasks.values()),
        timers=tuple(timer_views(compiled, view)),
    )


def open_approvals(compiled: CompiledPack, view: View) -> list[ApprovalView]:
    """Return the approvals of a subject that wait for votes."""
    return [
        ApprovalView(
            id=item.id,
            approval=item.approval,
            title=approval_of(compiled, item).title,
            transition=item.transition,
            target=item.target,
            requested_by=item.requested_by,
            requested_at=item.requested_at,
            votes={vote.person: vote.vote for vote in item.votes},
        )
        for item in view.snapshot.approvals.values()
    ]


def _fact(compiled: CompiledPack, view: View, name: str) -> FactView:
    fact, observed, value = compiled.pack.facts[name], view.snapshot.facts.get(name), view[name]
    known = not isinstance(value, Unknown)
    if observed is not None:
        state = "fresh" if known else "stale"
    elif fact.derived is not None:
        state = "derived" if known else "missing"
    else:
        state = "default" if known else "missing"
    return FactView(
        name=name,
        value=format_value(value) if known else observed.value if observed else None,
        unit=fact.shape.unit,
        state=state,
        source=observed.source if observed else "",
        author=observed.author if observed else "",
        as_of=observed.as_of if observed else None,
    )
