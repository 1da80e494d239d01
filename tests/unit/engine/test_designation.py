"""The designation scorecard and table of the shipped pack, row by row.

Source: policy section c.3 (worked examples) and c.2 (rows).
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from kamflow.model.events import FactsRecorded
from kamflow.model.values import Unknown
from tests.builders import Plain, World, days_ago, shipped_pack

FACTS = (
    "account.growth_potential_3y_pct",
    "account.revenue_share_pct",
    "account.net_margin_vs_avg_pp",
    "account.strategic_importance_score",
    "account.strategic_fit_score",
    "account.partnership_orientation_score",
    "account.innovation_potential_score",
    "account.complexity_score",
)
EXAMPLES = {
    "Nordwind AG": ("28 3.1 4 5 4 5 4 4", "4 4 4 5 4 5 4 4", "82.5", "R9", "auto_approve"),
    "Helio Foods": ("12 2.4 1 4 4 4 3 4", "3 4 3 4 4 4 3 4", "65", "R11", "needs_approval"),
    "Quarz Retail": ("6 6.0 -12 5 3 2 2 5", "2 5 1 5 3 2 2 5", "51.25", "R6", "incubate"),
    "Pinetree Labs": ("40 0.4 9 3 4 5 5 2", "5 1 5 3 4 5 5 2", "71.25", "R10", "needs_approval"),
    "Omega Steel": ("18 4.5 5 4 4 1 3 4", "3 5 4 4 4 1 3 4", "60", "R4", "reject"),
    "Delta Rail": ("22 1.5 0 3 4 3 3 3", "4 3 3 3 4 3 3 3", "57.5", "R12", "needs_approval"),
    "Vela Pharma": ("36 4.2 -11 5 5 4 4 4", "5 5 1 5 5 4 4 4", "82.5", "R10", "needs_approval"),
}


def facts_of(values: str) -> dict[str, str]:
    """Return the scored facts in their order."""
    return dict(zip(FACTS, values.split(), strict=True))


NORDWIND = facts_of(EXAMPLES["Nordwind AG"][0])
MIDDLE = facts_of("12 1.5 0 3 3 3 3 3")  # scores 50
BEST = facts_of("40 5 10 5 5 5 5 5")  # scores 100
CLEAR: dict[str, Plain] = {
    "account.compliance_block": False,
    "account.credit_block": False,
    "account.sponsor": "sam",
    "account.kam": "kim",
}
ACCOUNT = "north/nordwind"


def a_program(stage: str = "optimize", customers: int = 1_000) -> World:
    """Return a program of the shipped pack in a stage, with every role filled."""
    world = World(shipped_pack())
    world.open("program", "north")
    world.staff("north")
    world.record("north", {"program.customer_count": customers})
    world.place("north", stage)
    return world


def nominated(world: World, facts: dict[str, str], **changed: Plain | None) -> World:
    """Nominate an account with these facts, some of them changed or (`None`) left out."""
    world.open("account", "nordwind", "north", by="nina")
    all_facts: dict[str, Plain | None] = {**CLEAR, **facts}
    all_facts |= {name.replace("__", "."): value for name, value in changed.items()}
    known = {name: value for name, value in all_facts.items() if value is not None}
    decision = world.record(ACCOUNT, known)
    assert decision.accepted, decision.reasons
    return world


def crowded(world: World, count: int, **facts: Plain) -> World:
    """Add key accounts to a program."""
    for number in range(count):
        other = f"north/other-{number}"
        world.open("account", f"other-{number}", "north")
        world.place(other, "planning")
        if facts:
            world.record(other, {name.replace("__", "."): value for name, value in facts.items()})
    return world


def row_of(world: World) -> str:
    row = world.ask(ACCOUNT, "designation.row")
    return "unknown" if isinstance(row, Unknown) else str(row)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_worked_examples_come_out_as_they_were_computed(name: str) -> None:
    values, points, score, row, outcome = EXAMPLES[name]

    world = nominated(a_program(), facts_of(values))

    found = [world.ask(ACCOUNT, f"designation_score.D{number}") for number in range(1, 9)]
    assert [str(value) for value in found] == points.split()
    assert world.ask(ACCOUNT, "designation_score.total") == Decimal(score)
    assert row_of(world) == row
    assert world.ask(ACCOUNT, "account.designation_outcome") == outcome


@pytest.mark.parametrize(
    ("criterion", "fact", "edges"),
    [
        ("D1", "account.growth_potential_3y_pct", {"4.99": 1, "5": 2, "10": 3, "20": 4, "35": 5}),
        ("D2", "account.revenue_share_pct", {"0.49": 1, "0.5": 2, "1": 3, "2": 4, "4": 5}),
        ("D3", "account.net_margin_vs_avg_pp", {"-10.1": 1, "-10": 2, "-3": 3, "3": 4, "8": 5}),
        ("D4", "account.strategic_importance_score", {"1": 1, "2.5": "2.5", "5": 5}),
    ],
)
def test_points_begin_at_the_edge_of_their_band(
    criterion: str, fact: str, edges: dict[str, int | str]
) -> None:
    world = nominated(a_program(), NORDWIND)
    for value, points in edges.items():
        world.record(ACCOUNT, {fact: value})

        assert world.ask(ACCOUNT, f"designation_score.{criterion}") == Decimal(points), value


@pytest.mark.parametrize(
    ("facts", "changed", "row"),
    [
        (NORDWIND, {"account__compliance_block": True}, "R1"),
        (NORDWIND, {"account__compliance_block": True, "account__credit_block": True}, "R1"),
        (NORDWIND, {"account__credit_block": True}, "R2"),
        (NORDWIND, {"account__complexity_score": None}, "R3"),
        (NORDWIND, {"account__revenue_share_pct": None}, "R3"),
        (BEST, {"account__partnership_orientation_score": 1}, "R4"),
        (
            MIDDLE,
            {"account__growth_potential_3y_pct": 6, "account__complexity_score": "2.99"},
            "R5",
        ),
        (MIDDLE, {"account__growth_potential_3y_pct": 6}, "R6"),
        (
            MIDDLE,
            {"account__growth_potential_3y_pct": 22, "account__complexity_score": "2.99"},
            "R6",
        ),
        (MIDDLE, {"account__growth_potential_3y_pct": 22}, "R12"),
        (NORDWIND, {"account__sponsor": None}, "R7"),
        (NORDWIND, {"account__kam": None}, "R7"),
        (NORDWIND, {"account__sponsor_capacity": 0}, "R7"),
        (NORDWIND, {}, "R9"),
        (BEST, {"account__partnership_orientation_score": "2.9"}, "R10"),
        (
            BEST,
            {"account__growth_potential_3y_pct": 12, "account__strategic_importance_score": 3},
            "R10",
        ),
        (
            BEST,
            {"account__growth_potential_3y_pct": 12, "account__strategic_importance_score": 4},
            "R9",
        ),
        (BEST, {"account__revenue_share_pct": "0.4"}, "R10"),
        (BEST, {"account__revenue_share_pct": 20}, "R9"),
        (BEST, {"account__revenue_share_pct": "20.1"}, "R10"),
        (BEST, {"account__net_margin_vs_avg_pp": -11}, "R10"),
        (NORDWIND, {"account__kam": "nina"}, "R10"),
        (NORDWIND, {"account__sponsor": "nina"}, "R10"),
    ],
)
def test_the_first_row_that_is_met_decides(
    facts: dict[str, str], changed: dict[str, Plain | None], row: str
) -> None:
    assert row_of(nominated(a_program(), facts, **changed)) == row


@pytest.mark.parametrize(("severity", "row"), [("critical", "R10"), ("major", "R9")])
def test_people_look_at_an_account_with_an_open_critical_incident(severity: str, row: str) -> None:
    world = nominated(a_program(), NORDWIND)

    world.report(ACCOUNT, "incident.opened", {"incident": "I-1", "severity": severity})
    before = row_of(world)
    world.report(ACCOUNT, "incident.resolved", {"incident": "I-1"})

    assert (before, row_of(world)) == (row, "R9")


@pytest.mark.parametrize(
    ("complexity", "row"),
    [("2.99", "R12"), ("3", "R11")],
)
def test_the_band_of_two_approvers_begins_at_its_edge(complexity: str, row: str) -> None:
    world = nominated(
        a_program(),
        MIDDLE,
        account__growth_potential_3y_pct=22,
        account__strategic_fit_score=4,
        account__innovation_potential_score=5,
        account__complexity_score=complexity,
    )

    assert row_of(world) == row


@pytest.mark.parametrize(("complexity", "row"), [("2.99", "R11"), ("3", "R9")])
def test_automatic_approval_begins_at_its_edge(complexity: str, row: str) -> None:
    world = nominated(
        a_program(),
        MIDDLE,
        account__growth_potential_3y_pct=22,
        account__strategic_fit_score=4,
        account__partnership_orientation_score=5,
        account__innovation_potential_score=5,
        account__complexity_score=complexity,
    )

    assert row_of(world) == row


@pytest.mark.parametrize(
    ("stage", "row"),
    [("design", "R8"), ("pilot", "R8"), ("scale", "R9"), ("optimize", "R9"), ("paused", "R9")],
)
def test_people_choose_every_account_in_design_and_pilot(stage: str, row: str) -> None:
    assert row_of(nominated(a_program(stage), NORDWIND)) == row


@pytest.mark.parametrize(
    ("others", "capacity", "row"),
    [(2, None, "R9"), (3, None, "R7"), (3, 4, "R9"), (4, 9, "R9"), (5, 9, "R7")],
)
def test_a_sponsor_has_room_up_to_the_capacity_and_never_over_the_hard_cap(
    others: int, capacity: int | None, row: str
) -> None:
    world = crowded(a_program(), others, account__sponsor="sam")

    assert row_of(nominated(world, NORDWIND, account__sponsor_capacity=capacity)) == row


@pytest.mark.parametrize(("others", "row"), [(4, "R9"), (5, "R7")])
def test_a_kam_has_room_for_five(others: int, row: str) -> None:
    world = crowded(a_program(), others, account__kam="kim")

    assert row_of(nominated(world, NORDWIND)) == row


@pytest.mark.parametrize(
    ("customers", "others", "row"),
    [
        (140, 6, "R9"),
        (140, 7, "R7"),
        (20, 4, "R9"),
        (20, 5, "R7"),
        (5_000, 49, "R9"),
        (5_000, 50, "R7"),
    ],
)
def test_a_program_has_room_for_a_share_of_its_customers_within_two_bounds(
    customers: int, others: int, row: str
) -> None:
    world = crowded(a_program(customers=customers), others)

    assert row_of(nominated(world, NORDWIND)) == row


def test_an_account_that_is_designated_already_keeps_its_place() -> None:
    world = nominated(a_program(), NORDWIND, account__sponsor_capacity=0)

    world.set_fact(ACCOUNT, "account.designation_approved_on", "2025-01-01")
    world.place(ACCOUNT, "selection")

    assert row_of(world) == "R9"


def test_an_account_that_comes_back_after_an_exit_is_decided_by_people() -> None:
    world = nominated(a_program(), NORDWIND)

    world.set_fact(ACCOUNT, "account.cycle_no", 2)

    assert row_of(world) == "R10"


@pytest.mark.parametrize(("hours", "row"), [(3, "R10"), (25, "R9")])
def test_a_score_that_the_nominator_changed_lately_is_a_red_flag(hours: int, row: str) -> None:
    world = nominated(a_program(), NORDWIND)
    world.assign("north", "program_office", "nina")
    world.record_by("nina", ACCOUNT, {"account.complexity_score": 5})

    world.now += timedelta(hours=hours)

    assert row_of(world) == row


@pytest.mark.parametrize(
    "fact", ["account.compliance_block", "account.credit_block", "program.customer_count"]
)
def test_nothing_is_decided_while_a_row_on_the_way_is_unknown(fact: str) -> None:
    world = nominated(a_program(), NORDWIND)
    subject = "north" if fact.startswith("program.") else ACCOUNT
    world.happened(subject, FactsRecorded(facts={}, forgotten=(fact,)))

    outcome = world.ask(ACCOUNT, "account.designation_outcome")

    assert isinstance(outcome, Unknown)
    assert fact in [cause.name for cause in outcome.causes]


@pytest.mark.parametrize(("age", "row"), [(180, "R9"), (181, "R3")])
def test_a_score_of_181_days_is_no_basis_for_a_decision(age: int, row: str) -> None:
    world = nominated(a_program(), NORDWIND, account__strategic_fit_score=None)

    world.record(ACCOUNT, {"account.strategic_fit_score": 4}, as_of=days_ago(age))

    assert row_of(world) == row
    assert world.ask(ACCOUNT, "designation_score.oldest_days") == age


def test_the_total_is_unknown_while_a_part_is() -> None:
    world = nominated(a_program(), NORDWIND, account__complexity_score=None)

    total = world.ask(ACCOUNT, "designation_score.total")

    assert isinstance(total, Unknown)
    assert [cause.name for cause in total.causes] == ["account.complexity_score"]
    assert world.ask(ACCOUNT, "designation_score.completeness_pct") == Decimal("87.5")
