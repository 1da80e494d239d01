"""Days, months, ages: whole and in UTC, at the edges."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from kamflow.model.values import Unknown
from tests.builders import NOON, World, a_pack, a_world, days_ago

FACTS = """
facts:
  account:
    account.day: {type: date}
    account.score: {type: score, max_age: 180 days, writers: [judge]}
    account.kam: {type: person}
    account.checked: {type: number, max_age: P.check_days}
roles: {judge: {who: judge}}
parameters: {check_days: {type: integer, value: 30}}
scorecards:
  card: {subject: account, criteria: [{id: C1, fact: account.score}]}
"""


def asked(day: str, expression: str, now: datetime) -> object:
    """Return what an expression about a recorded day comes to at an instant."""
    world = World(a_pack(FACTS), now)
    world.open("program", "north")
    world.open("account", "acme", "north")
    world.record("north/acme", {"account.day": day})
    return world.ask("north/acme", expression)


@pytest.mark.parametrize(
    ("day", "days"),
    [
        ("2026-03-31", 0),
        ("2026-03-30", 1),
        ("2026-04-02", -2),
        ("2025-03-31", 365),
        ("2024-02-29", 761),
    ],
)
def test_days_since_counts_whole_days(day: str, days: int) -> None:
    assert asked(day, "days_since(account.day)", NOON) == Decimal(days)


@pytest.mark.parametrize(
    "now", [datetime(2026, 3, 31, tzinfo=UTC), datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)]
)
def test_the_time_of_day_does_not_count(now: datetime) -> None:
    assert asked("2026-03-01", "days_since(account.day)", now) == Decimal(30)


@pytest.mark.parametrize(
    ("day", "today", "months"),
    [
        ("2026-01-15", "2026-02-14", 0),
        ("2026-01-15", "2026-02-15", 1),
        ("2026-01-31", "2026-02-27", 0),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-03-30", 1),
        ("2026-01-31", "2026-03-31", 2),
        ("2026-01-31", "2026-04-30", 3),
        ("2024-01-31", "2024-02-28", 0),
        ("2024-01-31", "2024-02-29", 1),
        ("2024-02-29", "2025-02-28", 12),
        ("2024-02-29", "2024-03-28", 0),
        ("2024-02-29", "2024-03-29", 1),
        ("2025-12-31", "2026-01-01", 0),
        ("2025-12-01", "2026-01-01", 1),
        ("2026-03-31", "2026-03-31", 0),
        ("2026-04-01", "2026-03-31", -1),
    ],
)
def test_months_since_counts_whole_calendar_months(day: str, today: str, months: int) -> None:
    now = datetime.fromisoformat(f"{today}T12:00:00+00:00")

    assert asked(day, "months_since(account.day)", now) == Decimal(months)


@pytest.mark.parametrize(
    ("age", "known"), [(0, True), (179, True), (180, True), (181, False), (4_000, False)]
)
def test_a_fact_is_stale_the_day_after_its_greatest_age(age: int, known: bool) -> None:  # noqa: FBT001
    world = a_world(FACTS)
    world.assign("north", "judge", "judge")
    world.record("north/acme", {"account.score": 4}, as_of=days_ago(age))

    value = world.ask("north/acme", "account.score")

    assert (value == 4) is known


def test_a_stale_fact_says_its_age_and_who_can_renew_it() -> None:
    world = a_world(FACTS)
    world.assign("north", "judge", "judge")
    world.record("north/acme", {"account.score": 4}, as_of=days_ago(181))

    value = world.ask("north/acme", "account.score > 3")

    assert isinstance(value, Unknown)
    (cause,) = value.causes
    assert cause.name == "account.score"
    assert cause.reason == "stale: 181 days old, at most 180"
    assert cause.writers == ("judge",)


@pytest.mark.parametrize(("age", "known"), [(30, True), (31, False)])
def test_a_greatest_age_may_be_a_parameter(age: int, known: bool) -> None:  # noqa: FBT001
    world = a_world(FACTS)
    world.record("north/acme", {"account.checked": 4}, as_of=days_ago(age))

    assert (world.ask("north/acme", "account.checked") == 4) is known


def test_a_fact_becomes_stale_while_nothing_happens() -> None:
    world = a_world(FACTS)
    world.record("north/acme", {"account.checked": 4})

    world.later(30)
    before = world.ask("north/acme", "account.checked is known")
    world.later(1)
    after = world.ask("north/acme", "account.checked is known")

    assert (before, after) == (True, False)


def test_ages_are_counted_in_utc_wherever_the_observation_was_made() -> None:
    far_east = timezone(timedelta(hours=14))
    world = a_world(FACTS)
    early = datetime(2026, 3, 1, 1, tzinfo=far_east)  # still February in UTC

    world.record("north/acme", {"account.checked": 4}, as_of=early)

    assert world.subjects["north/acme"].facts["account.checked"].as_of.date() == date(2026, 2, 28)
    assert isinstance(world.ask("north/acme", "account.checked"), Unknown)


def edited_by(author: str, hours: float) -> object:
    """Return whether `ana` counts as an editor when `author` scored so many hours ago."""
    world = a_world(FACTS)
    world.assign("north", "judge", "ana")
    world.assign("north", "judge", "ben")
    world.record("north/acme", {"account.kam": "ana"})
    world.record_by(author, "north/acme", {"account.score": 4})
    world.now += timedelta(hours=hours)
    return world.ask("north/acme", "edited(card by account.kam within 24 hours)")


@pytest.mark.parametrize(
    ("hours", "edited"), [(0, True), (23, True), (24, True), (24.001, False), (48, False)]
)
def test_edited_looks_back_so_many_hours(hours: float, edited: bool) -> None:  # noqa: FBT001
    assert edited_by("ana", hours) is edited


def test_edited_looks_at_one_person_only() -> None:
    assert edited_by("ben", 1) is False


def test_edited_is_unknown_while_the_person_is() -> None:
    world = a_world(FACTS)

    value = world.ask("north/acme", "edited(card by account.kam within 24 hours)")

    assert isinstance(value, Unknown)
    assert value.causes[0].name == "account.kam"


def test_edited_goes_by_when_it_was_recorded_not_by_when_it_was_true() -> None:
    world = a_world(FACTS)
    world.assign("north", "judge", "judge")
    world.record("north/acme", {"account.kam": "judge"})

    world.record("north/acme", {"account.score": 4}, as_of=days_ago(90))

    assert world.ask("north/acme", "edited(card by account.kam within 24 hours)") is True
