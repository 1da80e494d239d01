"""Why a gate is shut: each value that a criterion reads is shown, with unit, source and age."""

from datetime import timedelta
from decimal import Decimal

import pytest

from kamflow.model.values import Verdict
from kamflow.reports.why import CriterionView, explain
from tests.builders import World, a_world, days_ago

FACTS = """
facts:
  account:
    account.share: {type: percent}
    account.revenue: {type: money}
    account.kam: {type: person}
  program:
    program.share: {type: percent}
events:
  account:
    incident.opened: {payload: {cost: {type: money}}}
gates: {G: {subject: account, criteria: [{id: G.1, must: 'CONDITION'}]}}
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning, gate: G}
"""


def a_gate(condition: str) -> World:
    """Return a world in which the share fell from 30 to 28 to 26 in half a year."""
    world = a_world(FACTS.replace("CONDITION", condition), lifecycle=LIFECYCLE)
    for days, share in ((180, 30), (90, 28), (0, 26)):
        world.record("north/acme", {"account.share": Decimal(share)}, as_of=days_ago(days))
    return world


def criterion(world: World) -> CriterionView:
    (transition,) = explain(world.compiled, world.view("north/acme")).transitions
    (found,) = transition.criteria
    return found


def seen(world: World) -> dict[str, str]:
    """Return what was read by its name: value and unit."""
    found = criterion(world).seen
    return {item.name: f"{item.value} {item.unit}".rstrip() for item in found}


def test_a_former_value_is_shown_with_its_own_date_and_source() -> None:
    world = a_gate("account.share - account.share as of (today - 3 months) >= -2")

    now, before = criterion(world).seen

    assert (now.name, now.value, now.age_days, now.former) == ("account.share", "26", 0, False)
    assert before.name == "account.share as of (today - 3 months)"
    assert (before.value, before.unit, before.source) == ("28", "%", "erp")
    assert (before.as_of, before.age_days, before.former) == (days_ago(90), 90, True)


def test_a_former_value_of_what_is_above_is_shown() -> None:
    world = a_gate("program.share as of (today - 1 months) > 5")
    world.record("north", {"program.share": 7}, as_of=days_ago(40))
    world.record("north", {"program.share": 9})

    assert seen(world)["program.share as of (today - 1 months)"] == "7 %"


def test_a_former_value_that_was_never_measured_is_shown_as_none() -> None:
    world = a_gate("account.share as of 2020-01-01 > 5")

    found = criterion(world)

    assert found.verdict is Verdict.UNKNOWN
    assert (found.seen[1].name, found.seen[1].value) == ("account.share as of 2020-01-01", None)


def test_a_change_is_shown_with_the_value_that_it_starts_from() -> None:
    assert seen(a_gate("change(account.share over 180 days) >= 0")) == {
        "account.share": "26 %",
        "change(account.share over 180 days)": "-4 pp",
        "account.share as of (today - 180 days)": "30 %",
    }


def test_the_readings_of_a_trend_are_shown_oldest_first() -> None:
    world = a_gate("not trend(account.share, 2, falling by 2)")

    readings = criterion(world).seen[1:]

    assert [(item.name, item.value, item.age_days) for item in readings] == [
        ("account.share, reading 1 of the last 3", "30", 180),
        ("account.share, reading 2 of the last 3", "28", 90),
        ("account.share, reading 3 of the last 3", "26", 0),
    ]
    assert {item.unit for item in readings} == {"%"}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sum(account.revenue of accounts)", "800 EUR"),
        ("avg(account.revenue of accounts)", "400 EUR"),
        ("min(account.revenue of accounts)", "300 EUR"),
        ("max(account.revenue of accounts)", "500 EUR"),
        ("count(accounts where account.revenue > 400)", "1"),
        ("share(accounts where account.revenue > 400)", "50 %"),
        ("max_per(account.kam of accounts)", "2"),
        ("count(incident.opened within 90 days)", "1"),
        ("sum(event.cost of incident.opened)", "50 EUR"),
    ],
)
def test_what_a_set_comes_to_is_shown_with_its_unit(expression: str, value: str) -> None:
    world = a_gate(f"{expression} > 10")
    world.open("account", "beta", "north")
    world.record("north/acme", {"account.revenue": 300, "account.kam": "ana"})
    world.record("north/beta", {"account.revenue": 500, "account.kam": "ana"})
    world.report("north/acme", "incident.opened", {"cost": "50"}, days=9)

    assert seen(world) == {expression: value}


def test_what_stands_twice_is_shown_once() -> None:
    world = a_gate("count(accounts) > 1 or count(accounts) = 0")

    assert seen(world) == {"count(accounts)": "1"}


def test_the_readings_are_part_of_the_decision_and_of_the_history() -> None:
    world = a_gate("count(accounts) > 1")
    world.now += timedelta(hours=1)

    decision = world.request("north/acme", "plan")

    assert "count(accounts) = 1" in decision.explain()
    assert decision.gate is not None
    assert decision.gate.findings[0].kept().values == {"count(accounts)": "1"}
