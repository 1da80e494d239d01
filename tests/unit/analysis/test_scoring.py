"""The smallest change where a scorecard is read: what to record, not which output is wrong."""

import pytest

from kamflow.analysis.smallest import SmallestChange, smallest_change
from tests.builders import Plain, World, a_world, days_ago

FACTS = """
facts:
  account:
    account.growth: {type: percent}
    account.fit: {type: integer, range: 1 to 5, max_age: 90 days}
    account.trust: {type: integer, range: 1 to 5}
    account.share: {type: percent, derived: card.completeness_pct}
scorecards:
  card:
    subject: account
    scale: 1 to 5
    criteria:
      - {id: C1, fact: account.growth, weight: 20, bands: [{at_least: 30, points: 5}], otherwise: 1}
      - {id: C2, fact: account.fit, weight: 40}
      - {id: C3, fact: account.trust, weight: 40}
"""


def a_gate(condition: str) -> World:
    return a_world(
        FACTS, f"gates: {{G: {{subject: account, criteria: [{{id: c1, must: '{condition}'}}]}}}}"
    )


def record(world: World, *, age: int = 0, **facts: Plain) -> None:
    values = {f"account.{name}": value for name, value in facts.items()}
    world.record("north/acme", values, as_of=days_ago(age))


def change_of(world: World) -> SmallestChange:
    return smallest_change(world.compiled, "G", world.view("north/acme"))


def lines(world: World) -> list[list[str]]:
    return [[wish.text for wish in item.wishes] for item in change_of(world).alternatives]


@pytest.mark.parametrize("condition", ["card.completeness_pct >= 90", "account.share = 100"])
def test_a_score_is_completed_by_what_is_missing_and_what_is_too_old(condition: str) -> None:
    world = a_gate(condition)
    record(world, age=100, fit=3)
    record(world, trust=2)

    assert lines(world) == [["record account.growth", "record account.fit again, last 3"]]


def test_any_of_the_facts_that_are_missing_may_complete_it() -> None:
    world = a_gate("card.completeness_pct > 60")
    record(world, trust=2)

    assert lines(world) == [["record account.growth"], ["record account.fit"]]


def test_the_oldest_fact_is_recorded_again_even_when_it_counts_still() -> None:
    world = a_gate("card.oldest_days <= 30")
    record(world, age=31, trust=4, growth=5)
    record(world, age=30, fit=4)

    (alternative,) = change_of(world).alternatives

    assert [wish.text for wish in alternative.wishes] == [
        "record account.growth again, last 5",
        "record account.trust again, last 4",
    ]
    assert [wish.example for wish in alternative.wishes] == ["5", "4"]


def test_a_limit_that_nothing_can_keep_is_a_conflict() -> None:
    change = change_of(a_gate("card.oldest_days < 0"))

    assert (change.alternatives, change.conflict) == ((), ("c1",))


def test_each_fact_that_can_lift_the_total_alone_is_an_alternative() -> None:
    world = a_gate("card.total >= 60")
    record(world, growth=12, fit=3, trust=3)

    assert lines(world) == [
        ["account.growth at least 30 %, now 12 %"],
        ["account.fit 5, now 3"],
        ["account.trust 5, now 3"],
    ]


def test_a_total_that_is_unknown_asks_for_the_fact_and_its_least_value() -> None:
    world = a_gate("card.total >= 60")
    record(world, growth=40, trust=3)

    assert lines(world) == [["record account.fit: at least 3"]]


def test_the_points_of_a_criterion_lead_to_its_fact() -> None:
    world = a_gate("max(card.C1, card.C3) >= 4")
    record(world, growth=1, fit=1, trust=1)

    assert lines(world) == [
        ["account.growth at least 30 %, now 1 %"],
        ["account.trust at least 4, now 1"],
    ]
