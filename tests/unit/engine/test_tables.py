"""Scorecards and decision tables of any pack: weights, missing facts, order of rows."""

from decimal import Decimal

import pytest

from kamflow.engine.tables import explain_table
from kamflow.model.values import Unknown
from tests.builders import World, a_world, days_ago

FACTS = """
facts:
  account:
    account.a: {type: number, max_age: 100 days}
    account.b: {type: number}
    account.flag: {type: flag}
"""


def scored(criteria: str, facts: dict[str, int], head: str = "") -> World:
    card = f"scorecards: {{card: {{subject: account, {head} criteria: [{criteria}]}}}}"
    world = a_world(FACTS, card)
    world.record("north/acme", facts)
    return world


def output(world: World, name: str) -> object:
    return world.ask("north/acme", f"card.{name}")


TWO = "{id: A, fact: account.a, weight: 3}, {id: B, fact: account.b, weight: 0.5}"


def test_without_a_scale_points_are_weighted_as_they_are() -> None:
    world = scored(TWO, {"account.a": 2, "account.b": 4})

    assert output(world, "total") == Decimal(8)


def test_on_a_scale_points_become_a_share_of_it() -> None:
    world = scored(TWO, {"account.a": 2, "account.b": 4}, "scale: 1 to 5,")

    assert output(world, "total") == Decimal("1.125")


@pytest.mark.parametrize(
    ("value", "points"), [(-1, 9), (0, 9), (1, 5), (4, 5), (5, 1), (9, 1), (10, 3), (99, 3)]
)
def test_the_first_band_that_a_value_reaches_gives_the_points(value: int, points: int) -> None:
    bands = "{at_most: 0, points: 9}, {at_least: 10, points: 3}, {at_least: 5, points: 1}"

    world = scored(
        f"{{id: A, fact: account.a, bands: [{bands}], otherwise: 5}}", {"account.a": value}
    )

    assert output(world, "A") == points


def test_a_band_may_have_both_ends() -> None:
    bands = "{at_least: 2, at_most: 4, points: 7}"
    world = scored(f"{{id: A, fact: account.a, bands: [{bands}]}}", {})
    found = []
    for value in (1, 2, 4, 5):
        world.record("north/acme", {"account.a": value})
        found.append(output(world, "A"))

    assert found == [0, 7, 7, 0]


def test_a_missing_fact_leaves_the_total_unknown() -> None:
    world = scored(TWO, {"account.a": 2})

    total = output(world, "total")

    assert isinstance(total, Unknown)
    assert [cause.name for cause in total.causes] == ["account.b"]
    assert output(world, "A") == 2
    assert output(world, "completeness_pct") == 50


def test_a_missing_fact_may_have_points_of_its_own() -> None:
    world = scored("{id: A, fact: account.a, weight: 3, missing: 1}", {})

    assert output(world, "total") == 3
    assert output(world, "completeness_pct") == 0


def test_a_stale_fact_is_missing_and_its_age_is_told() -> None:
    world = scored(TWO, {"account.b": 1})

    world.record("north/acme", {"account.a": 2}, as_of=days_ago(101))

    assert isinstance(output(world, "total"), Unknown)
    assert output(world, "oldest_days") == 101


def test_without_any_scored_fact_there_is_no_oldest() -> None:
    value = output(scored(TWO, {}), "oldest_days")

    assert isinstance(value, Unknown)
    assert value.causes[0].reason == "no scored fact is recorded"


def test_the_order_of_criteria_does_not_change_the_score() -> None:
    facts = {"account.a": 2, "account.b": 4}
    other = ", ".join(reversed(TWO.replace("}, {", "}|{").split("|")))

    assert output(scored(other, facts), "total") == output(scored(TWO, facts), "total")


ROWS = (
    "{id: R1, when: account.a > 10, then: {way: high, who: boss}, why: it is a lot}",
    "{id: R2, when: account.flag and account.b > 1, then: {way: low, who: clerk}}",
    "{id: R3, otherwise: true, then: {way: none, who: none}}",
)


def a_table(*rows: str, facts: dict[str, int | bool] | None = None) -> World:
    world = a_world(FACTS, f"tables: {{way: {{subject: account, rows: [{', '.join(rows)}]}}}}")
    world.record("north/acme", facts or {})
    return world


def row_of(world: World) -> str:
    row = world.ask("north/acme", "way.row")
    return "unknown" if isinstance(row, Unknown) else str(row)


@pytest.mark.parametrize(
    ("facts", "row"),
    [
        ({"account.a": 11}, "R1"),
        ({"account.a": 11, "account.flag": True, "account.b": 5}, "R1"),
        ({"account.a": 10, "account.flag": True, "account.b": 5}, "R2"),
        ({"account.a": 10, "account.flag": False}, "R3"),
        ({"account.a": 10, "account.flag": True}, "unknown"),
        ({"account.flag": True, "account.b": 5}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_a_table_answers_with_the_first_row_that_is_met_and_not_past_an_unknown_one(
    facts: dict[str, int | bool], row: str
) -> None:
    assert row_of(a_table(*ROWS, facts=facts)) == row


def test_a_table_reads_every_column_of_its_row() -> None:
    world = a_table(*ROWS, facts={"account.a": 11})

    assert (world.ask("north/acme", "way.way"), world.ask("north/acme", "way.who")) == (
        "high",
        "boss",
    )


def test_a_table_without_a_row_that_is_met_gives_no_answer() -> None:
    value = a_table(ROWS[0], facts={"account.a": 1}).ask("north/acme", "way.way")

    assert isinstance(value, Unknown)
    assert value.causes[0].reason == "no row is met"


def test_a_table_explains_what_each_row_missed() -> None:
    world = a_table(*ROWS, facts={"account.a": 10, "account.flag": True, "account.b": 1})

    checks = explain_table(
        world.compiled.pack.tables["way"], world.compiled.pack, world.view("north/acme")
    )

    assert [(check.row.id, check.hit, check.missed) for check in checks] == [
        ("R1", False, ("account.a > 10",)),
        ("R2", False, ("account.b > 1",)),
        ("R3", True, ()),
    ]


def test_a_table_explains_itself_up_to_the_row_that_is_unknown() -> None:
    world = a_table(*ROWS, facts={"account.a": 10, "account.b": 2})

    checks = explain_table(
        world.compiled.pack.tables["way"], world.compiled.pack, world.view("north/acme")
    )

    assert [check.row.id for check in checks] == ["R1", "R2"]
    assert checks[-1].missed == ("account.flag",)
