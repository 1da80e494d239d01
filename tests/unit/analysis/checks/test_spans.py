"""Months and business days are as long as the calendar makes them; a span ends today."""
# ruff: noqa: E501 - tables of cases read best one to a line

import pytest

from tests.unit.analysis.checks.found import found, gate, table

DAY = "account.signed_on"


@pytest.mark.parametrize(
    ("one", "other", "open_"),
    [
        (f"{DAY} >= today - 12 months", f"{DAY} < today - 365 days", True),  # over a leap day
        (f"{DAY} >= today - 12 months", f"{DAY} < today - 366 days", False),
        (f"{DAY} + 12 months < today", f"days_since({DAY}) = 366", True),
        (f"{DAY} + 12 months < today", f"days_since({DAY}) = 365", False),
        (f"{DAY} >= today - P.term", f"{DAY} < today - 92 days", False),
        (f"{DAY} >= today - P.term", f"{DAY} < today - 91 days", True),
        (f"{DAY} < today + 1 months", f"days_since({DAY}) = -30", True),
        (f"{DAY} < today + 1 months", f"days_since({DAY}) = -31", False),
        (f"{DAY} >= today - 5 business days", f"days_since({DAY}) = 7", True),
        (f"{DAY} >= today - 5 business days", f"days_since({DAY}) = 10", False),
        (f"{DAY} >= today - 2.5 days", f"{DAY} < today - 2 days", False),  # no part of a day counts
        (f"{DAY} within 9 days", f"days_since({DAY}) = 9", True),
        (f"{DAY} within 9 days", f"days_since({DAY}) = 10", False),
        (f"{DAY} within 9 days", f"days_since({DAY}) = 0", True),
        (f"{DAY} within 9 days", f"days_since({DAY}) = -1", False),
        (f"not ({DAY} within 9 days)", f"days_since({DAY}) = -1", True),
        (f"{DAY} within 12 months", f"not ({DAY} >= today - 12 months)", False),
        (f"{DAY} + account.size * 1 days > today", f"days_since({DAY}) = 100", False),
        (f"months_since({DAY}) > 12", f"days_since({DAY}) < 500", True),
    ],
)
def test_a_span_is_as_long_as_it_can_be(one: str, other: str, open_: bool) -> None:  # noqa: FBT001
    term = "parameters: {term: {type: integer, value: 3, unit: months}}"

    said = found(term, gate(one, other), only=("K521", "K523"))

    assert [line[:4] for line in said] == ([] if open_ else ["K521"])


def test_business_days_of_calendars_can_be_any_number_of_days() -> None:
    calendars = "calendars: {all: {zone: UTC, default: true}}"
    never = (f"{DAY} >= today - 5 business days", f"days_since({DAY}) = 10")

    with_calendars = found(calendars, gate(*never), only=("K521", "K523"))

    assert with_calendars == []
    assert found(gate(*never), only=("K521", "K523")) != []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((f"{DAY} < today - 12 months", f"{DAY} >= today - 12 months"), ""),
        ((f"{DAY} within 12 months", f"{DAY} < today - 12 months"), "is in 1 day, `today - 12 months` is 366 days ago"),
        ((f"{DAY} < today - 12 months", f"{DAY} >= today - 11 months"), "is 335 days ago"),
        ((f"months_since({DAY}) < 2", f"months_since({DAY}) > 2"), "where `months_since(account.signed_on)` = 2;"),
    ],
)  # fmt: skip
def test_a_gap_between_spans_is_told_with_days(rows: tuple[str, ...], said: str) -> None:
    lines = found(table(*rows), only=("K511", "K561"))

    assert said in lines[0] if said else lines == []


@pytest.mark.parametrize(
    "rows",
    [
        (f"months_since({DAY}) < 2", f"days_since({DAY}) > 31"),  # two months are 59 days or more
        ("count(accounts) >= 1", "count(accounts where account.pilot) < 1"),
    ],
)
def test_what_hangs_together_unseen_is_left_open_rather_than_reported(
    rows: tuple[str, ...],
) -> None:
    assert [line[:4] for line in found(table(*rows), only=("K511", "K561"))] == ["K561"]


def test_an_empty_set_fits_together() -> None:
    rows = ("count(accounts) >= 1", "count(accounts where account.pilot) >= 1")

    (said,) = found(table(*rows), only=("K511", "K561"))

    assert said.startswith("K511 table `route` has a gap: no row takes the input where `count(")
