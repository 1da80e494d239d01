"""What calls for attention, before it has any effect."""

from datetime import datetime

from msgspec import Struct

from kamflow.model.rules import Effects, EventRule, Rung


class Called(Struct, frozen=True, kw_only=True):
    """What calls for attention: an event rule that came true, or a timer at a mark."""

    rule: str  # id of the event rule or timer
    title: str
    severity: str
    as_of: datetime  # aware UTC; when it came true
    key: str = ""
    evidence: tuple[str, ...] = ()
    values: dict[str, str | None] = {}  # what the condition read
    to: tuple[Rung, ...] = ()
    effects: Effects = Effects()
    observed: bool = False
    mark: str = ""  # of a timer
    climbs: bool = True  # whether the levels above join by and by


def called_by(
    rule: EventRule,
    *,
    severity: str,
    as_of: datetime,
    key: str = "",
    evidence: tuple[str, ...] = (),
    values: dict[str, str | None] | None = None,
) -> Called:
    """Return what an event rule calls for that came true."""
    return Called(
        rule=rule.id,
        title=rule.title,
        severity=severity,
        as_of=as_of,
        key=key,
        evidence=evidence,
        values=values or {},
        to=(*rule.to, *rungs_of(rule, severity)),
        effects=rule.effects or Effects(),
        observed=bool(rule.observe),
    )


def rungs_of(rule: EventRule | None, severity: str) -> tuple[Rung, ...]:
    """Return the rungs that a rule has for a severity alone."""
    grades = rule.grades if rule is not None else ()
    return next((item.to for item in grades if item.severity == severity), ())
