"""Raises escalations, adds to them, makes them more severe, and closes them.

All of it counts from the instant from which the subject is seen (`draft.scene.now`).
"""

from datetime import datetime

from kamflow.engine.alerts import settled_of
from kamflow.engine.draft import Draft
from kamflow.engine.escalations import tasks
from kamflow.engine.escalations.called import Called, called_by, rungs_of
from kamflow.engine.escalations.effects import carry_out
from kamflow.engine.escalations.ladder import Ladder
from kamflow.engine.people import SYSTEM
from kamflow.engine.spans import end_of, span_of
from kamflow.model.escalated import (
    EscalationClimbed,
    EscalationExtended,
    EscalationRaised,
    EscalationResolved,
    EscalationWorsened,
    NoticeGiven,
)
from kamflow.model.escalation import OpenEscalation
from kamflow.model.remark import Evidence
from kamflow.model.rules import SEVERITIES, Escalating, EventRule

__all__ = [
    "called_by",
    "clear",
    "extend",
    "go_further",
    "quiet_until",
    "raise_alert",
    "resolve",
    "worsen",
]


def raise_alert(draft: Draft, called: Called) -> None:
    """Raise an escalation, or give a notice of what needs no answer, with all that follows.

    What is only observed is kept, and nothing follows. The stage and the policy of the draft may be
    others afterwards, as a transition may be asked for.
    """
    if called.severity == "info":
        give_notice(draft, called)
        if not called.observed:
            carry_out(draft, called, "")
        return
    identity = f"{draft.instance}#{draft.next_sequence}"
    draft.emit(_raised(draft, called, identity), actor=SYSTEM)
    if called.observed:
        return
    roles = draft.snapshot.escalations[identity].roles
    draft.notes.append(f"{_name(called)} was escalated to {', '.join(roles) or 'nobody'}")
    carry_out(draft, called, identity)


def _raised(draft: Draft, called: Called, identity: str) -> EscalationRaised:
    now, effects = draft.scene.now, called.effects
    found = Ladder(draft.compiled, draft.view).joining(
        called.to, called.severity, now, climbs=called.climbs
    )
    return EscalationRaised(
        id=identity,
        rule=called.rule,
        title=called.title,
        severity=called.severity,
        as_of=called.as_of,
        raised_at=now,
        key=called.key,
        level=found.level,
        roles=found.roles,
        told=() if called.observed else effects.tell,
        evidence=called.evidence,
        values=called.values,
        climb=() if called.observed else found.climb,
        shut=() if called.observed else effects.shut,
        observed=called.observed,
    )


def give_notice(draft: Draft, called: Called) -> None:
    """Let people know of something that needs no answer."""
    draft.emit(
        NoticeGiven(
            rule=called.rule,
            title=called.title,
            roles=called.effects.tell,
            as_of=called.as_of,
            key=called.key,
            mark=called.mark,
            evidence=called.evidence,
            values=called.values,
            observed=called.observed,
        ),
        actor=SYSTEM,
    )


def extend(
    draft: Draft, open_one: OpenEscalation, evidence: tuple[str, ...], as_of: datetime
) -> None:
    """Add to an open escalation what has happened since; nothing where all of it is known."""
    known = frozenset(open_one.evidence)
    news = tuple(item for item in dict.fromkeys(evidence) if item not in known)
    if news:
        event = EscalationExtended(
            id=open_one.id, evidence=news, as_of=as_of, observed=open_one.observed
        )
        draft.emit(event, actor=SYSTEM)


def worsen(draft: Draft, open_one: OpenEscalation, severity: str, as_of: datetime) -> None:
    """Make an open escalation more severe; nothing where it is as severe already.

    Those join with whom so severe an escalation starts, though somebody has acknowledged it.
    """
    if SEVERITIES.index(severity) <= SEVERITIES.index(open_one.severity):
        return
    to = rungs_of(draft.compiled.pack.rules.get(open_one.rule), severity)
    found = Ladder(draft.compiled, draft.view).worsened(open_one, to, severity, draft.scene.now)
    event = EscalationWorsened(
        id=open_one.id,
        severity=severity,
        as_of=as_of,
        level=found.level,
        roles=found.roles,
        climb=() if open_one.observed else found.climb,
        observed=open_one.observed,
    )
    draft.emit(event, actor=SYSTEM)


def go_further(draft: Draft, open_one: OpenEscalation, called: Called) -> None:
    """Let those join an open escalation of a timer who belong to a further mark of it."""
    worsen(draft, open_one, called.severity, called.as_of)
    open_one = draft.snapshot.escalations[open_one.id]
    if open_one.observed:
        return
    ladder = Ladder(draft.compiled, draft.view)
    found = ladder.joining(called.to, called.severity, draft.scene.now, climbs=called.climbs)
    more = ladder.further(open_one, found)
    if not (more.roles or called.effects.shut) and more.climb == open_one.climb:
        return
    event = EscalationClimbed(
        id=open_one.id,
        roles=more.roles,
        due_at=called.as_of,
        level=more.level,
        climb=more.climb,
        shut=called.effects.shut,
    )
    draft.emit(event, actor=SYSTEM)


def clear(draft: Draft, open_one: OpenEscalation, remark: str, as_of: datetime) -> None:
    """Close an escalation by itself; its tasks are asked for no longer."""
    with draft.by_system():
        resolve(draft, open_one, remark, as_of=as_of)


def resolve(
    draft: Draft,
    open_one: OpenEscalation,
    remark: str,
    *,
    as_of: datetime,
    evidence: tuple[Evidence, ...] = (),
) -> None:
    """Close an escalation, by the actor of the draft; its tasks are asked for no longer."""
    draft.emit(
        EscalationResolved(
            id=open_one.id,
            rule=open_one.rule,
            remark=remark,
            as_of=as_of,
            key=open_one.key,
            evidence=evidence,
            observed=open_one.observed,
        )
    )
    tasks.drop_those_of(draft, open_one.id, f"escalation {open_one.id} is resolved: {remark}")


def quiet_until(draft: Draft, rule: EventRule, key: str = "") -> datetime | None:
    """Return when the same may be escalated or told again; nothing where it may be at any time."""
    settled = settled_of(draft.snapshot, rule.id, key, observed=bool(rule.observe))
    text = rule.cooldown or (draft.compiled.pack.escalating or Escalating()).cooldown
    if settled is None or not text:
        return None
    span = span_of(text, draft.compiled, draft.view)
    return end_of(span, settled.at, draft.compiled, draft.view)


def _name(called: Called) -> str:
    return f"{called.rule} {called.title}{f' ({called.key})' if called.key else ''}"
