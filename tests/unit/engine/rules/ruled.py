"""A policy with facts, events and whatever rules a test is about, and what became of them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from kamflow.model.escalated import (
    EscalationExtended,
    EscalationRaised,
    EscalationResolved,
    EscalationWorsened,
    NoticeGiven,
)
from tests.builders import World, a_world

ACME = "north/acme"

LIFE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    planning: {kind: active}
    on_hold: {kind: waiting}
    gone: {kind: end}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning}
    - {id: A2, trigger: hold, from: planning, to: on_hold}
    - {id: A3, trigger: resume, from: on_hold, to: planning}
    - {id: A4, trigger: leave, from: [candidate, planning, on_hold], to: gone}
"""

FACTS = """
roles:
  kam: {who: kam}
  boss: {who: boss}
  engine: {who: the engine, identity: system}
facts:
  account:
    account.met_on: {type: date}
    account.value: {type: number}
    account.blocked: {type: flag}
    account.size: {type: number, max_age: 30 days}
    account.seen_on:
      type: date
      derived: if account.blocked is present then account.met_on + 3 days else account.met_on
    account.age: {type: number, unit: days, derived: days_since(account.met_on)}
    account.health: {type: choice, values: [green, amber, red], writers: [engine]}
  program:
    program.budget: {type: number}
    program.sick: {type: number, derived: count(accounts where account.health = red)}
parameters:
  window: {type: integer, value: 90, unit: days}
events:
  account:
    incident.opened:
      payload:
        severity: {type: choice, values: [minor, major, critical]}
        incident: {type: text}
    incident.resolved: {payload: {incident: {type: text}}}
    action.blocked: {payload: {function: {type: choice, values: [it, legal, sales]}}}
    signal.competitor: {}
    person.met: {}
  program:
    person.left: {payload: {person: {type: text}}}
"""

HEALTH = """
regions:
  health:
    title: Health
    subject: account
    fact: account.health
    moves:
      - {id: HE-1, from: [green], to: amber, when: 'escalated("E-1")'}
      - {id: HE-2, from: [green, amber], to: red, when: account.blocked, lasting: 3 days}
      - id: HE-3
        from: [amber, red]
        to: green
        when: not escalated("E-1") and not account.blocked
"""
ESCALATING = """
escalating:
  levels: {L1: {roles: [kam], wait: 5 business days}, L2: {roles: [boss]}}
  late: 7 days
"""


def ruled(
    rules: Mapping[str, Mapping[str, object]], *more: str, escalating: str = ESCALATING
) -> World:
    """Return a world whose policy has event rules about accounts, each as in a file."""
    whole: dict[str, dict[str, object]] = {
        name: {"title": f"Rule {name}", "subject": "account", "to": ["L1"], **rule}
        for name, rule in rules.items()
    }
    for rule in whole.values():
        if rule.get("severity") == "info":
            rule.pop("to")
    return a_world(FACTS, escalating, json.dumps({"rules": whole}), *more, lifecycle=LIFE)


def at(world: World, *, days: float = 0, hours: float = 0) -> None:
    """Let time go by until so long after the world began."""
    world.run_until(world.began + timedelta(days=days, hours=hours))


def lived(world: World, subject: str = ACME) -> list[str]:
    """Return what became of escalations, each as `E-1 raised high 2026-04-01`."""
    return [text for item in world.events[subject] if (text := _told(item.event))]


def _told(event: object) -> str:
    match event:
        case EscalationRaised():
            return f"{_name(event.rule, event.key)} raised {event.severity} {_day(event.as_of)}"
        case NoticeGiven():
            return f"{_name(event.rule, event.key)} told {_day(event.as_of)}"
        case EscalationExtended():
            return f"extended by {len(event.evidence)} {_day(event.as_of)}"
        case EscalationWorsened():
            return f"worsened to {event.severity} {_day(event.as_of)}"
        case EscalationResolved():
            return f"{_name(event.rule, event.key)} resolved {_day(event.as_of)}"
        case _:
            return ""


def _name(rule: str, key: str) -> str:
    return f"{rule}:{key}" if key else rule


def _day(instant: datetime) -> str:
    return f"{instant:%m-%d %H:%M}" if instant.minute or instant.hour else f"{instant:%m-%d}"
