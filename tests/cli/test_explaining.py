"""An explanation as lines: what was read, from when, and what would open the gate."""

from decimal import Decimal

from kamflow_cli.explaining import explanation_lines

from kamflow.reports.why import explain
from tests.builders import LIFECYCLE, World, a_world, days_ago

RULES = """
facts:
  account:
    account.share: {type: percent}
    account.revenue: {type: money, writers: [kam]}
    account.debt: {type: money, writers: [kam]}
roles: {kam: {who: the manager}}
gates: {G: {subject: account, criteria: [{id: G.1, must: 'CONDITION'}]}}
"""


def lines(world: World) -> list[str]:
    explanation = explain(world.compiled, world.view("north/acme"))
    return [line.strip() for line in explanation_lines(explanation, everything=True)]


def a_gate(condition: str) -> World:
    lifecycle = LIFECYCLE.replace("to: planning", "to: planning, gate: G")
    world = a_world(RULES.replace("CONDITION", condition), lifecycle=lifecycle)
    world.staff("north")
    return world


def test_a_former_value_stands_beside_that_of_today_with_its_own_day() -> None:
    world = a_gate("account.share - account.share as of (today - 3 months) >= -2")
    world.record("north/acme", {"account.share": Decimal(40)}, as_of=days_ago(100))
    world.record("north/acme", {"account.share": Decimal(30)}, as_of=days_ago(1))

    said = lines(world)

    assert "account.share = 30 % (erp, service:erp, 1 days old)" in said
    age = "(erp, service:erp, 2025-12-21, 100 days old)"
    assert f"account.share as of (today - 3 months) = 40 % {age}" in said


def test_what_a_set_comes_to_is_told() -> None:
    world = a_gate("sum(account.revenue of accounts) >= 1000")
    world.record("north/acme", {"account.revenue": 900})

    assert "sum(account.revenue of accounts) = 900 EUR (derived)" in lines(world)


def test_a_quotient_names_what_divides_and_who_can_supply_it() -> None:
    world = a_gate("account.revenue / account.debt > 2")
    world.record("north/acme", {"account.revenue": 900, "account.debt": 0})

    cause = "divided by zero: `account.debt` is 0; kam can supply it"
    assert f"unknown because `account.revenue / account.debt`: {cause}" in lines(world)


def test_what_changed_values_have_to_fulfil_between_them_is_told_in_words() -> None:
    said = lines(a_gate("account.debt < account.revenue"))

    assert "to open it: so that the debt is below the revenue" in said
