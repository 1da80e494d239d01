"""Conditions that look back: trends, former values, changes, events, cohorts."""

from datetime import date
from decimal import Decimal

import pytest

from kamflow.model.values import Unknown, Verdict
from tests.builders import LIFECYCLE, ROLLOUT, World, a_world, days_ago, verdict_of

FACTS = """
facts:
  account:
    account.share: {type: percent}
    account.revenue: {type: money}
    account.met_on: {type: date}
    account.sponsor: {type: person}
    account.pilot: {type: flag}
  program:
    program.budget: {type: money}
parameters:
  drop: {type: number, value: 2, unit: pp}
  span: {type: integer, value: 3, unit: months}
events:
  account:
    incident.opened: {payload: {severity: {type: choice, values: [minor, major, critical]}}}
    value.claimed: {}
    outcome.validated: {}
"""


def a_series(*shares: int) -> World:
    """Return a world in which the share was measured once a quarter, the last time today."""
    world = a_world(FACTS)
    for place, share in enumerate(reversed(shares)):
        at = days_ago(90 * place, world.now)
        world.record("north/acme", {"account.share": Decimal(share)}, as_of=at)
    return world


@pytest.mark.parametrize(
    ("shares", "condition", "verdict"),
    [
        ((30, 28, 26), "trend(account.share, 2, falling by P.drop)", Verdict.MET),
        ((30, 29, 26), "trend(account.share, 2, falling by P.drop)", Verdict.UNMET),
        ((30, 28, 26), "trend(account.share, 2, falling)", Verdict.MET),
        ((30, 28, 28), "trend(account.share, 2, falling)", Verdict.UNMET),
        ((30, 28, 26), "trend(account.share, 2, rising)", Verdict.UNMET),
        ((26, 28, 31), "trend(account.share, 2, rising by 2)", Verdict.MET),
        ((50, 30, 28, 26), "trend(account.share, 2, falling by 3)", Verdict.UNMET),
        ((28, 26), "trend(account.share, 2, falling)", Verdict.UNKNOWN),
        ((), "trend(account.share, 1, falling)", Verdict.UNKNOWN),
    ],
)
def test_a_trend_compares_the_last_readings_step_by_step(
    shares: tuple[int, ...], condition: str, verdict: Verdict
) -> None:
    world = a_series(*shares)

    assert verdict_of(world.ask("north/acme", condition)) is verdict


def test_readings_that_arrive_late_take_their_place_in_the_trend() -> None:
    world = a_series(30, 26)

    world.record("north/acme", {"account.share": Decimal(28)}, as_of=days_ago(45, world.now))

    met = world.ask("north/acme", "trend(account.share, 2, falling by 2)")
    assert met is True


def test_a_trend_of_stale_readings_is_unknown() -> None:
    world = a_world(FACTS.replace("{type: percent}", "{type: percent, max_age: 60 days}"))
    for share, days in ((30, 240), (28, 150), (26, 61)):
        at = days_ago(days, world.now)
        world.record("north/acme", {"account.share": Decimal(share)}, as_of=at)

    value = world.ask("north/acme", "trend(account.share, 2, falling)")

    assert isinstance(value, Unknown)
    assert value.causes[0].reason == "stale: 61 days old, at most 60"


def test_too_few_readings_say_how_many_there_are() -> None:
    value = a_series(30, 28).ask("north/acme", "trend(account.share, 4, falling)")

    assert isinstance(value, Unknown)
    assert value.causes[0].reason == "measured 2 times, 5 are needed"


def test_a_former_value_is_the_one_that_held_on_that_day() -> None:
    world = a_series(30, 28, 26)

    assert world.ask("north/acme", "account.share as of (today - 90 days)") == 28
    assert world.ask("north/acme", "account.share as of (today - 91 days)") == 30
    assert world.ask("north/acme", "account.share as of today") == 26


def test_before_the_first_reading_a_former_value_is_unknown() -> None:
    value = a_series(30, 28).ask("north/acme", "account.share as of 2020-01-01")

    assert isinstance(value, Unknown)
    assert value.causes[0].reason == "never measured by then"


def test_a_change_is_the_value_now_less_the_value_then() -> None:
    world = a_series(30, 28, 25)

    assert world.ask("north/acme", "change(account.share over 90 days)") == -3
    assert world.ask("north/acme", "change(account.share over 180 days)") == -5
    assert isinstance(world.ask("north/acme", "change(account.share over 12 months)"), Unknown)


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(-1, Verdict.UNMET), (0, Verdict.MET), (90, Verdict.MET), (91, Verdict.UNMET)],
)
def test_within_a_span_counts_both_ends_and_no_day_to_come(days: int, verdict: Verdict) -> None:
    world = a_world(FACTS)
    world.record("north/acme", {"account.met_on": days_ago(days, world.now).date()})

    assert verdict_of(world.ask("north/acme", "account.met_on within 90 days")) is verdict


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today - 90 days", date(2025, 12, 31)),
        ("today - 1 month", date(2026, 2, 28)),
        ("today + P.span", date(2026, 6, 30)),
        ("today + 3 business days", date(2026, 4, 3)),
        ("today + 4 business days", date(2026, 4, 6)),
        ("today - 2 business days", date(2026, 3, 27)),
        ("2026-03-28 + 5 business days", date(2026, 4, 3)),  # from a Saturday
        ("2026-03-28 + 6 business days", date(2026, 4, 6)),
        ("2026-03-29 - 5 business days", date(2026, 3, 23)),  # from a Sunday
        ("2026-03-29 - 6 business days", date(2026, 3, 20)),
        ("2026-03-28 + 0 business days", date(2026, 3, 28)),
        ("2024-02-29 + 12 months", date(2025, 2, 28)),
    ],
)
def test_days_months_and_business_days_move_a_date(text: str, day: date) -> None:
    assert a_world(FACTS).ask("north/acme", text) == day


def test_the_difference_of_two_dates_is_in_days() -> None:
    assert a_world(FACTS).ask("north/acme", "today - 2026-03-01") == 30


def test_a_day_outside_the_calendar_is_unknown() -> None:
    value = a_world(FACTS).ask("north/acme", "today + 9999999 days")

    assert isinstance(value, Unknown)
    assert value.causes[0].reason == "the calendar has no such day"


@pytest.mark.parametrize(("days", "count"), [(89, 2), (90, 2), (91, 1)])
def test_events_are_counted_in_a_window_of_event_time(days: int, count: int) -> None:
    world = a_world(FACTS)
    world.report("north/acme", "incident.opened", {"severity": "major"}, days=days)
    world.report("north/acme", "incident.opened", {"severity": "critical"}, days=0)
    world.report("north/acme", "incident.opened", {"severity": "minor"}, days=1)

    text = "count(incident.opened within 90 days where event.severity in {major, critical})"

    assert world.ask("north/acme", text) == count


def test_an_event_without_the_value_that_is_asked_for_is_not_counted() -> None:
    world = a_world(FACTS)
    world.report("north/acme", "incident.opened", {})

    assert world.ask("north/acme", "count(incident.opened where event.severity = major)") == 0
    assert world.ask("north/acme", "count(incident.opened within 1 day)") == 1


@pytest.mark.parametrize(
    ("claimed", "validated", "missing"),
    [(91, None, True), (90, None, False), (91, 1, False), (120, 20, True), (91, 95, True)],
)
def test_what_should_have_followed_is_missed_once_its_time_is_over(
    claimed: int, validated: int | None, *, missing: bool
) -> None:
    world = a_world(FACTS)
    world.report("north/acme", "value.claimed", days=claimed)
    if validated is not None:
        world.report("north/acme", "outcome.validated", days=validated)

    text = "no outcome.validated within 90 days after value.claimed"

    assert world.ask("north/acme", text) is missing


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        ("incident.opend", {}, "did you mean `incident.opened`"),
        ("incident.opened", {"severity": "huge"}, "`huge` is not one of minor, major, critical"),
        ("incident.opened", {"sevrity": "major"}, "did you mean `severity`"),
    ],
)
def test_a_report_that_the_policy_does_not_know_is_refused(
    event: str, payload: dict[str, str], reason: str
) -> None:
    decision = a_world(FACTS).report("north/acme", event, payload)

    assert not decision.accepted
    assert reason in " ".join(decision.reasons)


def test_a_report_of_tomorrow_is_refused() -> None:
    decision = a_world(FACTS).report("north/acme", "value.claimed", days=-1)

    assert not decision.accepted
    assert "lies in the future" in decision.reasons[0]


FREEZING = ROLLOUT.replace(
    "to: pilot}", "to: pilot, freeze: {pilot: accounts where account.pilot}}"
)


def a_cohort() -> World:
    """Return a world with four accounts, three of which were frozen as the pilot cohort."""
    world = a_world(FACTS, rollout=FREEZING, lifecycle=LIFECYCLE)
    for name in ("bolt", "corvo", "dorn"):
        world.open("account", name, "north")
    for name in ("acme", "bolt", "corvo"):
        world.record(f"north/{name}", {"account.pilot": True, "account.share": Decimal(10)})
    assert world.request("north", "launch").accepted
    return world


def test_a_cohort_keeps_its_members_whatever_becomes_of_them() -> None:
    world = a_cohort()

    world.record("north/acme", {"account.pilot": False, "account.share": Decimal(40)})
    world.record("north/dorn", {"account.pilot": True})

    assert world.ask("north", 'count(cohort("pilot"))') == 3
    share = world.ask("north", 'share(cohort("pilot") where account.share > 20)')
    assert round(Decimal(str(share)), 4) == Decimal("33.3333")
    assert world.ask("north", "count(accounts where account.pilot)") == 3


def test_a_cohort_can_be_read_from_its_members() -> None:
    assert a_cohort().ask("north/bolt", 'count(cohort("pilot"))') == 3


def test_a_cohort_that_is_not_frozen_yet_is_unknown() -> None:
    value = a_world(FACTS, rollout=FREEZING).ask("north", 'count(cohort("pilot"))')

    assert isinstance(value, Unknown)
    assert value.causes[0].reason == "not frozen yet"


def test_the_largest_load_of_one_person_is_found() -> None:
    world = a_world(FACTS)
    for name in ("bolt", "corvo", "dorn"):
        world.open("account", name, "north")
    for name, sponsor in (("acme", "ina"), ("bolt", "ina"), ("corvo", "jo")):
        world.record(f"north/{name}", {"account.sponsor": sponsor})

    assert world.ask("north", "max_per(account.sponsor of accounts)") == 2
    assert world.ask("north", "max_per(account.sponsor of accounts where account.pilot)") == 0


@pytest.mark.parametrize(
    "span",
    [
        "(if account.pilot then P.span else 1 months)",
        "(if account.pilot then 3 months else P.span)",
        "max(P.span, 1 months)",
        "(2 months + 1 months)",
        "(3 * 1 months)",
    ],
)
def test_a_span_that_is_worked_out_keeps_its_unit(span: str) -> None:
    world = a_world(FACTS)
    world.record("north/acme", {"account.pilot": True, "account.met_on": date(2026, 3, 31)})

    assert world.ask("north/acme", f"account.met_on + {span} = 2026-06-30") is True
