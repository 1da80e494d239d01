"""Gaps and idle rows of tables, gates that never open, comparisons that say nothing."""
# ruff: noqa: E501, ISC004 - tables of cases read best one to a line, messages in one piece

import pytest

from tests.unit.analysis.checks.found import found, gate, lifecycle, table


@pytest.mark.parametrize(
    ("rows", "example"),
    [
        (("account.size < 10", "account.size > 10"), "`account.size` = 10"),
        (("account.revenue <= 1", "account.revenue >= 2"), "`account.revenue` = 1.1"),
        (("account.segment in {core, growth}",), "`account.segment` = strategic"),
        (("account.kam is absent",), "`account.kam`"),
        (("account.kam is present",), "`account.kam` has no value"),
        (("account.pilot", "account.size > 3"), "`account.pilot` = false"),
        (("account.revenue > account.cost",), "`account.revenue`"),
        (("account.large", "account.size < 40"), "`account.size` = 40"),
        (('account.kam != "ana"',), "`account.kam` = ana"),
        (("account.size / account.score > 2", "account.size / account.score < 2"), "account.size"),
        (("account.signed_on >= 2026-01-01",), "2025-12-31"),
    ],
)
def test_a_gap_is_told_with_an_input_that_falls_into_it(
    rows: tuple[str, ...], example: str
) -> None:
    said = found(table(*rows), only=("K511", "K561"))

    assert [line[:4] for line in said] == ["K511"]
    assert example in said[0]


@pytest.mark.parametrize(
    "rows",
    [
        ("account.size < 10", "account.size >= 10"),  # an unknown size waits for its value
        ("account.size < 10", "account.size > 9"),
        ("account.segment in {core, growth}", "account.segment = strategic"),
        ("account.pilot and account.size < 9", "not account.pilot or account.size > 8"),
        ("account.revenue > account.cost", "account.cost >= account.revenue"),
        ("account.kam is present", "account.kam is absent"),
        ("account.size < 10", "otherwise"),
        ("account.large", "account.size < 50"),
        ("account.score between 1 and 3", "account.score > 3"),
    ],
)
def test_a_table_that_takes_every_known_input_has_no_gap(rows: tuple[str, ...]) -> None:
    assert found(table(*rows), only=("K511", "K512", "K561")) == []


def test_a_row_behind_rows_that_take_its_inputs_is_never_reached() -> None:
    said = found(
        table("account.size < 5", "account.pilot", "account.size >= 3", "account.size > 7", "otherwise"),
        only=("K512",),
    )  # fmt: skip

    assert said == [
        "K512 row `R3` is never reached: `R2` takes all of its inputs, for example "
        "`account.size` = 8",
        "K512 row `R4` is never reached: `R0` and `R2` take all of its inputs, or wait for a value "
        "that is not known",
    ]


def test_a_row_that_no_input_meets_is_never_reached() -> None:
    said = found(table("account.size < 5 and account.size > 7", "otherwise"), only=("K512",))

    assert said == [
        "K512 row `R0` is never reached: no input meets `account.size < 5 and account.size > 7`"
    ]


def test_an_earlier_row_that_is_unknown_keeps_later_ones_from_being_reached() -> None:
    """The table stops at a row that is unknown, so a missing size never comes to `R1`."""
    said = found(table("account.size > 5", "account.size is unknown", "otherwise"), only=("K512",))

    assert [line[:33] for line in said] == ["K512 row `R1` is never reached: `"]


def test_rows_of_a_unique_table_are_not_met_together() -> None:
    rows = ("account.size > 5", "account.size < 7", "account.size = 5")

    said = found(table(*rows, hit="unique"), only=("K513",))

    assert said == [
        "K513 rows `R0` and `R1` of table `route` answer differently and are both met, for example "
        "when `account.size` = 6",
        "K513 rows `R1` and `R2` of table `route` answer differently and are both met, for example "
        "when `account.size` = 5",
    ]


def test_rows_of_a_first_hit_table_may_overlap() -> None:
    rows = ("account.size > 5", "account.size < 7")

    assert found(table(*rows)) == []


def test_a_column_of_a_table_is_looked_into() -> None:
    """Only `t0` and `t1` can come out, so the guard on `t2` never opens."""
    rows = table("account.size < 50", "account.size >= 50", "account.pilot")
    workflow = lifecycle(
        "a: {kind: initial}, b: {kind: end}", "id: T1, trigger: go, from: a, to: b, when: route.to = t2"
    )  # fmt: skip

    said = found(rows, lifecycle=workflow, only=("K507",))

    assert said == ["K507 T1 never opens: in stage `a` no input meets `route.to = t2`"]


SCORES = """
scorecards:
  worth:
    subject: account
    criteria:
      - {id: S1, fact: account.size, weight: 2, bands: [{at_least: 50, points: 5}, {at_least: 20, points: 3}], otherwise: 1}
      - {id: S2, fact: account.score}
"""


@pytest.mark.parametrize(
    ("criterion", "codes"),
    [
        ("worth.total <= 15", ["K524"]),
        ("worth.total > 15", ["K521", "K523"]),
        ("worth.total >= 15", []),
        ("worth.total >= 13 and account.size < 50", ["K521"]),
        ("worth.total >= 11 and account.size < 50", []),
        ("worth.completeness_pct = 50 and worth.total > 5", ["K521"]),
    ],
)
def test_a_scorecard_reaches_what_its_bands_give(criterion: str, codes: list[str]) -> None:
    said = found(SCORES, gate(criterion), only=("K521", "K522", "K523", "K524", "K561"))

    assert [line[:4] for line in said] == codes


def test_the_least_criteria_that_contradict_each_other_are_named() -> None:
    said = found(
        gate(
            "account.pilot",
            "account.revenue >= account.cost",
            "account.size > 3",
            "account.cost > 100",
            "account.segment != core or account.revenue < 50",
            "account.segment = core",
        )
    )

    assert said == ["K521 gate G never opens: `C1`, `C3`, `C4` and `C5` cannot be met together"]


def test_a_gate_is_judged_in_the_stages_where_it_is_asked() -> None:
    workflow = lifecycle(
        "a: {kind: initial}, b: {kind: active}, c: {kind: end}",
        "id: T1, trigger: go, from: a, to: b, gate: G",
        "id: T2, trigger: end, from: b, to: c",
    )

    said = found(gate("stage = b", "account.pilot"), lifecycle=workflow)

    assert said == ["K521 gate G never opens: C0 is never met"]


def test_a_should_does_not_shut_a_gate_and_a_must_when_does() -> None:
    criteria = (
        "gates: {G: {subject: account, criteria: ["
        "{id: C0, must: account.size > 5}, {id: C1, should: account.size < 3, %s}]}}"
    )

    assert found(criteria % "why: x") == []
    assert found(criteria % "must_when: account.size > 5") == [
        "K521 gate G never opens: `C0` and `C1` cannot be met together"
    ]


def test_what_a_criterion_needs_has_to_be_known() -> None:
    said = found(
        "gates: {G: {subject: account, criteria: ["
        "{id: C0, must: account.size is unknown, needs: [account.size]}]}}"
    )

    assert said == ["K521 gate G never opens: C0 is never met"]


def test_a_criterion_that_every_value_meets_says_nothing() -> None:
    said = found(gate("account.size > 3 or account.size < 5", "account.large or not account.large"))

    assert [line.split(",")[0] for line in said] == [
        "K522 C0 is never unmet",
        "K522 C1 is never unmet",
    ]


def test_that_a_value_is_known_says_something() -> None:
    assert found(gate("account.size is known", "account.kam is present")) == []


@pytest.mark.parametrize(
    ("condition", "code", "reach"),
    [
        ("account.score >= 7", "K523", "`account.score` is a number from 1 to 5"),
        ("account.size between 101 and 200", "K523", "is a whole number from 0 to 100"),
        ("account.size = 2.5", "K523", "is a whole number from 0 to 100"),
        ("P.low > P.high", "K523", "both sides are fixed"),
        ("account.score >= 1", "K524", "`account.score` is a number from 1 to 5"),
        ("count(accounts) >= 0", "K524", "`count(accounts)` is a whole number from 0 up"),
        ("share(accounts where account.pilot) <= 100", "K524", "is a number from 0 to 100"),
        ("account.segment in {strategic, growth, core}", "K524", "is one of strategic, growth, core"),
        ("account.size >= 2.5", "K525", "compares the whole number `account.size` with 2.5"),
        ("count(accounts where account.score > 5) > 3", "K523", "is a number from 1 to 5"),
    ],
)  # fmt: skip
def test_a_comparison_that_always_comes_out_the_same_is_found(
    condition: str, code: str, reach: str
) -> None:
    parameters = "parameters: {low: {type: number, value: 1}, high: {type: number, value: 2}}"

    said = found(gate(condition), parameters, only=("K523", "K524", "K525"))

    assert [line[:4] for line in said] == [code]
    assert reach in said[0]


@pytest.mark.parametrize(
    "condition",
    [
        "account.score >= 5",
        "account.score > 1",
        "account.size = 100",
        "account.revenue >= 1000000000",  # no range is declared
        "account.segment in {strategic, growth}",
        "count(accounts) > 0",
        "days_since(account.signed_on) >= 0",
    ],
)
def test_a_comparison_that_can_come_out_both_ways_is_let_pass(condition: str) -> None:
    assert found(gate(condition), only=("K521", "K522", "K523", "K524", "K525")) == []
