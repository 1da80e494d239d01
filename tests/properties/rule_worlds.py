"""Random policies with event rules, timers and regions, and random lives of an account."""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from msgspec.structs import replace

from kamflow.engine.people import SYSTEM
from kamflow.model.commands import (
    AcknowledgeEscalation,
    Command,
    CompleteTask,
    RecordFacts,
    ReportEvent,
    RequestTransition,
    ResolveEscalation,
    Stated,
)
from kamflow.model.events import Event, FactsRecorded, Recorded, StageEntered
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Observation
from tests.builders import World, a_pack
from tests.unit.engine.rules.ruled import ACME, FACTS, HEALTH, LIFE

TWICE = "count(incident.opened where event.severity in {major, critical} within %s) >= 2"
MET = "days_since(account.met_on)"
CONDITIONS = (
    TWICE % "10 days",
    TWICE % "P.window",
    "count(incident.opened within 5 days) >= 3",
    "count(incident.opened within 8 days) = 1",
    "count(person.met) = 0 and account.value > 5",
    f"{MET} > 20",
    f"{MET} > 10 and account.blocked",
    f"{MET} - 3 >= account.value",
    f"not ({MET} <= 15) or account.value > 9",
    f"{MET} between 5 and 12",
    "months_since(account.met_on) >= 1",
    "account.met_on within 4 days",
    "account.age > 25 and not account.blocked",
    "account.size > 5",
    "account.size is unknown and account.value > 2",
    "account.value > 5",
    "account.value > 2 and account.value < 8",
    "account.health = red",
    "today > account.met_on + 9 days",
    "no incident.resolved within 4 days after incident.opened",
    "no incident.resolved within 30 hours after incident.opened by incident",
    "no person.met within 3 business days after signal.competitor",
    "count(incident.opened without incident.resolved by incident within 12 days) >= 1",
    "change(account.value over 6 days) > 2",
    "trend(account.value, 2, rising)",
    'escalated("E-1")',
    "subject.days_in_stage > 14",
    "(if account.blocked then account.value else account.size) > 4",
)
TOGETHER = {
    "within": "9 days",
    "events": [
        {"id": "rival", "event": "signal.competitor"},
        {"id": "incident", "event": "incident.opened", "where": "event.severity = major"},
    ],
}
BY_FUNCTION = "count(action.blocked where event.function = key within 9 days) >= 2"
LADDER = """
escalating:
  levels:
    L1: {roles: [kam], wait: 2 business days}
    L2: {roles: [boss], wait: 3 days}
    L3: {roles: [boss]}
  start: {critical: L2}
  late: 7 days
"""
TIMERS = """
timers:
  TM-1:
    title: Stage
    subject: account
    due: 12 days
    marks:
      - {id: warn, at: 50%, tell: [boss]}
      - {id: due, at: 100%, severity: medium, to: [L1]}
      - {id: late, after: 3 days, severity: high, to: [L2]}
  TM-2:
    title: Meeting
    subject: account
    since: account.met_on
    due: 20 days
    unless: account.blocked
    marks:
      - id: due
        at: 100%
        tasks:
          - id: meet
            title: Meet
            roles: [kam]
            within: 4 days
            done_when: days_since(account.met_on) < 5
"""
SEVERITIES = ("info", "low", "medium", "high", "critical")


def a_rule(dice: random.Random, number: int) -> dict[str, Any]:
    """Return a rule as a file has it, of any form."""
    rule: dict[str, Any] = {"title": f"Rule {number}", "subject": "account"}
    form = dice.random()
    if form < 0.12:
        rule |= {"each": {"event": "action.blocked", "field": "function"}, "when": BY_FUNCTION}
    elif form < 0.24:
        rule["together"] = TOGETHER
    else:
        rule["when"] = dice.choice([item for item in CONDITIONS if number > 1 or "E-1" not in item])
    rule["severity"] = dice.choice(SEVERITIES)
    if dice.random() < 0.3 and "each" not in rule and "when" in rule:
        rule["lasting"] = dice.choice(["2 days", "30 hours", "5 days", "3 business days"])
    if dice.random() < 0.3:
        rule["cooldown"] = dice.choice(["1 day", "36 hours", "10 days"])
    if dice.random() < 0.3:
        rule["stages"] = ["planning"]
    if rule["severity"] != "info":
        _escalates(dice, rule)
    return rule


def _escalates(dice: random.Random, rule: dict[str, Any]) -> None:
    rule["to"] = dice.choice([["L1"], ["L2"], ["L1", {"level": "L2", "after": "2 days"}]])
    if dice.random() < 0.5 and "when" in rule and "each" not in rule:
        rule["clears_when"] = dice.choice(
            [f"not ({rule['when']})", "account.value < 3", f"{MET} < 4"]
        )
        if dice.random() < 0.4:
            rule["clears_lasting"] = dice.choice(["2 days", "12 hours"])
    if dice.random() < 0.3 and rule["severity"] == "low":
        rule["grades"] = [{"severity": "high", "when": f"{MET} > 18"}]
    if dice.random() < 0.2:
        rule["observe"] = True
    if dice.random() < 0.2:
        rule["tasks"] = [
            {
                "id": "look",
                "title": "Look at it",
                "roles": ["kam"],
                "within": "3 days",
                "done_when": f"{MET} < 2",
            }
        ]


@cache
def policy(number: int) -> Pack:
    """Return one of many random policies."""
    dice = random.Random(number)  # noqa: S311 - nothing is kept secret
    rules = {f"E-{place}": a_rule(dice, place) for place in range(1, 9)}
    return a_pack(FACTS, LADDER, TIMERS, HEALTH, json.dumps({"rules": rules}), lifecycle=LIFE)


@cache
def growing_policy() -> Pack:
    """Return a policy whose rules are called for by more reports, and never by fewer."""
    forms: tuple[dict[str, Any], ...] = (
        {"when": TWICE % "2 days"},
        {"when": TWICE % "P.window"},
        {"when": "count(incident.opened within 1 day) >= 3"},
        {"when": "count(person.met) >= 1 and count(signal.competitor within 4 days) >= 1"},
        {"each": {"event": "action.blocked", "field": "function"}, "when": BY_FUNCTION},
        {"together": {**TOGETHER, "within": "40 hours"}},
        {"together": TOGETHER, "when": "count(incident.opened) >= 2"},
    )
    rules = {
        f"E-{place}": {"title": "Rule", "subject": "account", "to": ["L1"], **form}
        for place, form in enumerate(forms)
    }
    return a_pack(FACTS, LADDER, json.dumps({"rules": rules}), lifecycle=LIFE)


Step = tuple[datetime, str, tuple[Any, ...]]


def a_life(dice: random.Random, began: datetime, count: int = 14) -> list[Step]:
    """Return what happens to an account, with the instants."""
    steps: list[Step] = []
    now = began
    for _ in range(count):
        now += timedelta(hours=dice.choice([1, 5, 24, 30, 72, 200]), minutes=dice.randrange(60))
        what = dice.choice(["facts", "facts", "report", "report", "report", "move", "people"])
        steps.append((now, what, (dice.randrange(1_000_000),)))
    return steps


def asked(world: World, step: Step) -> Command | None:
    """Return what a step asks for, as the account is then; its own number says what exactly."""
    at, what, (number,) = step
    dice = random.Random(number)  # noqa: S311 - nothing is kept secret
    if what == "facts":
        return _some_facts(dice, at)
    if what == "report":
        return a_report(dice, at)
    if what == "move":
        trigger = dice.choice(["plan", "plan", "hold", "resume"])
        return RequestTransition(actor="kim", trigger=trigger)
    return _answer(world, dice)


def _some_facts(dice: random.Random, now: datetime) -> RecordFacts:
    ago = timedelta(days=dice.choice([0, 0, 0, 2, 9]))
    values = {
        "account.met_on": str((now - timedelta(days=dice.choice([0, 1, 12]))).date()),
        "account.value": str(dice.randrange(12)),
        "account.size": str(dice.randrange(12)),
        "account.blocked": dice.choice(["true", "false"]),
    }
    some = dice.sample(sorted(values), dice.randrange(1, 4))
    facts = {
        name: Stated(text=values[name], as_of=now - ago, source="erp", author="erp")
        for name in some
    }
    return RecordFacts(actor="erp", facts=facts)


def a_report(dice: random.Random, now: datetime) -> ReportEvent:
    """Return a report of something that happened now or before, perhaps too long ago."""
    payloads: dict[str, dict[str, str]] = {
        "incident.opened": {
            "severity": dice.choice(["minor", "major", "critical"]),
            "incident": dice.choice("ab"),
        },
        "incident.resolved": {"incident": dice.choice("ab")},
        "action.blocked": {"function": dice.choice(["it", "legal"])},
        "signal.competitor": {},
        "person.met": {},
    }
    event = dice.choice(sorted(payloads))
    ago = timedelta(hours=dice.choice([0, 0, 0, 7, 50, 100, 160, 300]))
    return ReportEvent(
        actor="erp", name=event, happened_at=now - ago, payload=payloads[event], source="erp"
    )


def _answer(world: World, dice: random.Random) -> Command | None:
    snapshot = world.subjects[ACME]
    if snapshot.escalations and dice.random() < 0.6:
        identity = dice.choice(sorted(snapshot.escalations))
        if dice.random() < 0.3:
            return AcknowledgeEscalation(actor="kim", escalation=identity, remark="seen")
        return ResolveEscalation(actor="kim", escalation=identity, remark="seen to")
    if snapshot.tasks:
        identity = dice.choice(sorted(snapshot.tasks))
        return CompleteTask(actor="kim", task=identity, remark="done")
    return None


def live(worlds: Sequence[World], step: Step) -> None:
    """Do what a step says in several worlds, as the account is in the first one."""
    command = asked(worlds[0], step)
    for world in worlds:
        world.now = step[0]
        if command is not None:
            world.submit(ACME, command)


def begun(pack: Pack) -> World:
    """Return a world with an account and two people who hold the roles."""
    world = World(pack)
    world.open("program", "north")
    world.open("account", "acme", "north")
    world.assign("north", "kam", "kim")
    world.assign("north", "boss", "bea")
    return world


def apart_from_recording(events: list[Recorded]) -> list[tuple[str, Event]]:
    """Return what happened, without when it was recorded."""
    return [(item.actor, _timeless(item.event)) for item in events]


def _timeless(event: Event) -> Event:
    if isinstance(event, FactsRecorded):
        facts = {name: _seen(item) for name, item in event.facts.items()}
        return replace(event, facts=facts)
    return replace(event, since=None) if isinstance(event, StageEntered) else event


def _seen(item: Observation) -> Observation:
    return replace(item, recorded_at=item.as_of) if item.author == SYSTEM else item
