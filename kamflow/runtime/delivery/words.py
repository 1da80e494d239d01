"""What a message says of its subject, its rule and its time: words for texts and templates."""

from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from kamflow.engine.calendars import WorkCalendar
from kamflow.engine.deadlines import last_day
from kamflow.model.deadline import Due
from kamflow.reports.inbox import what_of
from kamflow.runtime.delivery.audience import Case, Told

_LONGEST_VALUE = 300


class Rule(Struct, frozen=True, kw_only=True):
    """The event rule or timer that set something off."""

    id: str
    title: str
    why: str = ""
    source: str = ""


class Thing(Struct, frozen=True, kw_only=True):
    """What a message is about: a request, an escalation, a task ..."""

    id: str = ""
    title: str = ""
    severity: str = ""
    level: str = ""
    rule: str = ""
    due_on: date | None = None  # the last local day


def words_of(case: Case, person: str, told: Told, *, link_base: str) -> dict[str, Any]:
    """Return what texts and templates can name, as plain values."""
    snapshot, message = case.view.snapshot, case.message
    thing, rule = thing_of(case), rule_of(case)
    name = " ".join(snapshot.name.split())  # a name is one line, whatever somebody called it
    return {
        "type": message.type,
        "subject": {
            "id": snapshot.id,
            "name": name,
            "kind": snapshot.kind,
            "stage": snapshot.stage,
        },
        "label": f"{name} ({snapshot.id})",
        "event": message.event,
        "actor": message.actor,
        "person": person,
        "at": local(case, message.time),
        "thing": {
            "id": thing.id,
            "title": thing.title,
            "severity": thing.severity,
            "level": thing.level,
            "due_on": thing.due_on.isoformat() if thing.due_on else "",
        },
        "rule": {
            "id": rule.id if rule else "",
            "title": rule.title if rule else "",
            "why": rule.why if rule else "",
            "source": rule.source if rule else "",
        },
        "values": {name: short(value) for name, value in values_of(case).items()},
        "roles": list(told.roles),
        "reason": reason_of(case, told),
        "link": link_to(link_base, snapshot.id),
    }


def thing_of(case: Case) -> Thing:
    """Return what a message is about, as it stands now."""
    snapshot, event = case.view.snapshot, case.event
    identity = event.get("id", "")
    if identity in snapshot.approvals:
        open_one = snapshot.approvals[identity]
        title = what_of(case.compiled.pack, snapshot.workflow, open_one)
        return Thing(id=identity, title=title, due_on=_day(case, open_one.due))
    if identity in snapshot.escalations:
        found = snapshot.escalations[identity]
        return Thing(
            id=identity,
            title=_of_key(found.title, found.key),
            severity=found.severity,
            level=found.level,
            rule=found.rule,
        )
    if identity in snapshot.tasks:
        task = snapshot.tasks[identity]
        title = _of_key(task.title, task.key)
        return Thing(id=identity, title=title, rule=task.rule, due_on=_day(case, task.due))
    return _ended(case, identity)


def _ended(case: Case, identity: str) -> Thing:
    """Return what a message is about that is neither a request, an escalation nor a task now."""
    snapshot, event = case.view.snapshot, case.event
    if identity in snapshot.conditions:
        condition = snapshot.conditions[identity]
        return Thing(id=identity, title=condition.text, due_on=condition.due_on)
    if identity in snapshot.reviews:
        review = snapshot.reviews[identity]
        return Thing(
            id=identity, title=review.kind.replace("_", " "), due_on=_day(case, review.due)
        )
    approval = case.compiled.pack.approvals.get(event.get("approval", ""))
    title = event.get("title") or (approval.title if approval else event.get("criterion", ""))
    return Thing(
        id=identity,
        title=_of_key(title, event.get("key", "")),
        rule=event.get("rule", ""),
        severity=event.get("severity", ""),
    )


def _of_key(title: str, key: str) -> str:
    """Return a title that tells what it is about from others of the same rule."""
    return f"{title} ({short(' '.join(key.split()))})" if key else title


def answer_to(case: Case) -> str:
    """Return how to answer what waits for people, on one line; nothing where nothing waits."""
    snapshot, identity = case.view.snapshot, case.event.get("id", "")
    if identity in snapshot.approvals:
        return f"To decide: kamflow vote '{identity}' approve (or reject)"
    if identity in snapshot.escalations:
        return f"To take care of it: kamflow acknowledge '{identity}'"
    if identity in snapshot.tasks:
        return f"When it is done: kamflow done '{identity}' --remark '...'"
    return ""


def rule_of(case: Case) -> Rule | None:
    """Return the event rule or timer that is behind a message, if there is one."""
    identity = case.event.get("rule") or case.event.get("timer") or thing_of(case).rule
    found = case.compiled.pack.caller(identity)
    if found is None:
        return None
    return Rule(id=found.id, title=found.title, why=found.why, source=found.source)


def values_of(case: Case) -> dict[str, str | None]:
    """Return what the condition read that set a message off."""
    found: dict[str, str | None] = case.event.get("values") or {}
    return found


def reason_of(case: Case, told: Told) -> str:
    """Return why a person gets a message, on one line."""
    roles = [f"you are {role}" for role in told.roles]
    rule = rule_of(case)
    called = [f"rule {rule.id} ({rule.title}) called for it"] if rule else []
    return "; ".join([*roles, *([told.reason] if told.reason else []), *called])


def link_to(base: str, subject: str) -> str:
    """Return the address of the page of a subject; nothing where no pages are known."""
    return f"{base.rstrip('/')}/subjects/{quote(subject)}" if base else ""


def thing_key(case: Case) -> tuple[str, str]:
    """Return what tells a thing from others, so that people hear of it once at a time."""
    event = case.event
    identity = event.get("id") or f"{event.get('rule', '')}:{event.get('key', '')}"
    return case.message.subject, identity if identity != ":" else str(case.message.number)


def local(case: Case, at: datetime) -> str:
    """Return an instant as the clocks show it where the subject is: `2026-03-31 14:00 CEST`."""
    return f"{at.astimezone(calendar_of(case).zone):%Y-%m-%d %H:%M %Z}"


def calendar_of(case: Case) -> WorkCalendar:
    """Return the calendar of the subject."""
    return case.compiled.calendar_of(case.view)


def short(value: object) -> str:
    """Return a value as text, cut where it is too long for a message."""
    text = "unknown" if value is None else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def _day(case: Case, due: Due | None) -> date | None:
    if due is None or due.at is None:
        return None
    return last_day(calendar_of(case), due.at)
