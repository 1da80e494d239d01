"""Escalations as people follow them in a list.

What is open is told by the subject as it is now, what is over by its history alone.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kamflow.engine.alerts import carer_of
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.escalations.answering import who_may
from kamflow.engine.view import View
from kamflow.model.deadline import Milestone
from kamflow.model.escalated import EscalationResolved
from kamflow.model.escalation import Climb, OpenEscalation
from kamflow.model.expression import Condition
from kamflow.model.pack import Pack
from kamflow.model.rules import EventRule, Timer
from kamflow.reports.alert_lives import AlertLife
from kamflow.reports.coming import Coming, told
from kamflow.reports.tasks import people_of

OPEN, ACKNOWLEDGED, RESOLVED = "open", "acknowledged", "resolved"


class EscalationEntry(Struct, frozen=True, kw_only=True):
    """An escalation in a list."""

    id: str  # "north/acme#31"
    rule: str  # id of the event rule or timer
    title: str
    subject: str
    name: str
    severity: str
    status: str  # "open", "acknowledged" or "resolved"
    raised_at: datetime  # aware UTC; when it was recorded
    as_of: datetime  # aware UTC; when it came true
    key: str = ""  # what the events have in common, where the rule tells them apart
    level: str = ""  # the highest one that has joined
    roles: tuple[str, ...] = ()  # all that have joined
    person: str = ""  # who has it, since it was given to somebody
    waiting_for: tuple[str, ...] = ()  # who can answer it now
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    evidence: tuple[str, ...] = ()  # ids of events
    shut: tuple[str, ...] = ()  # gates that stay shut meanwhile
    next: Coming | None = None  # who joins next unless it is answered
    stopped_at: datetime | None = None  # since then the clock of what is to come stands still
    clears_by_itself: bool = False  # whether a condition ends it
    observed: bool = False  # reported, without effect
    resolved_at: datetime | None = None
    resolved_by: str = ""
    remark: str = ""  # why it is over


def escalation_entry(compiled: CompiledPack, view: View, item: OpenEscalation) -> EscalationEntry:
    """Return an escalation that is open."""
    steps, carer = steps_of(compiled, view, item), carer_of(view, item)
    return replace(
        _entry(view, item),
        status=ACKNOWLEDGED if carer else OPEN,
        acknowledged_by=carer,
        acknowledged_at=item.acknowledged_at if carer else None,
        waiting_for=_waiting_for(compiled, view, item),
        next=steps[0] if steps else None,
        clears_by_itself=any(clearing(compiled.pack, item.rule)),
    )


def _waiting_for(compiled: CompiledPack, view: View, item: OpenEscalation) -> tuple[str, ...]:
    """Return who has it: to whom it was given, who acknowledged it, or who holds its roles."""
    people = who_may(compiled, view, item)
    carer = carer_of(view, item)
    one = carer or item.person
    return (one,) if one and (one in people or one == carer) else tuple(sorted(people))


def resolved_entry(view: View, life: AlertLife) -> EscalationEntry | None:
    """Return an escalation of the past; nothing for one that is open, or for a task."""
    item, closing, event = life.escalation, life.closing, life.end
    if item is None or closing is None or not isinstance(event, EscalationResolved):
        return None
    return replace(
        _entry(view, item),
        status=RESOLVED,
        resolved_at=closing.at,
        resolved_by=closing.actor,
        remark=event.remark,
    )


def clearing(pack: Pack, rule: str) -> Iterator[tuple[str, Condition | None]]:
    """Yield what ends the escalations of a rule or timer by itself: text, and its condition."""
    found = pack.caller(rule)
    if isinstance(found, EventRule) and found.clears_when is not None:
        lasting = f" for {found.clears_lasting}" if found.clears_lasting else ""
        yield f"{found.clears_when.text}{lasting}", found.clears_when
    elif isinstance(found, Timer):
        if found.unless is not None:
            yield found.unless.text, found.unless
        if found.since is None:
            yield f"the {found.kind} leaves its stage", None
            return
        yield f"{found.since.text} changes", None
        if found.stages:
            yield f"the {found.kind} leaves {' or '.join(found.stages)}", None


def steps_of(compiled: CompiledPack, view: View, item: OpenEscalation) -> tuple[Coming, ...]:
    """Return who joins when, unless it is answered; nobody while its clock stands still."""
    return tuple(_steps(compiled, view, item))


def _entry(view: View, item: OpenEscalation) -> EscalationEntry:
    return EscalationEntry(
        id=item.id,
        rule=item.rule,
        title=item.title,
        subject=view.snapshot.id,
        name=view.snapshot.name,
        severity=item.severity,
        status=OPEN,
        raised_at=item.raised_at,
        as_of=item.as_of,
        key=item.key,
        level=item.level,
        roles=item.roles,
        person=item.person,
        acknowledged_by=item.acknowledged_by,
        acknowledged_at=item.acknowledged_at,
        evidence=item.evidence,
        shut=item.shut,
        stopped_at=item.stopped_at if item.climb else None,
        observed=item.observed,
    )


def _steps(compiled: CompiledPack, view: View, item: OpenEscalation) -> Iterator[Coming]:
    if item.stopped_at is not None or item.observed:
        return
    calendar = compiled.calendar_of(view)
    for step in item.climb:
        if item.acknowledged_by and not step.acknowledged:
            continue
        people = people_of(compiled.pack, view, step.roles)
        text = _joining(step, people)
        milestone = Milestone(at=step.at, kind="climb")
        yield told(calendar, milestone, text, roles=step.roles, people=people)


def _joining(step: Climb, people: tuple[str, ...]) -> str:
    who = f"{', '.join(step.roles)} ({', '.join(people) or 'nobody holds the role'})"
    verb = "joins" if len(step.roles) == 1 else "join"
    at = f" at {step.level}" if step.level else ""
    return f"{who} {verb}{at}{', acknowledged or not' if step.acknowledged else ''}"
