"""Business days: weekends, public holidays, closures, and where a local day ends."""

from datetime import UTC, date, datetime

import pytest

from kamflow.engine.calendars import WITHOUT, WorkCalendar, calendar_for, work_calendar
from kamflow.language.almanac import holiday_tables, public_days
from kamflow.model.pack import Calendar, Closure
from tests.builders import a_pack, a_world

BAVARIA = Calendar(id="BY", title="", zone="Europe/Berlin", country="DE", subdivision="BY")
SAUDI = Calendar(
    id="SA", title="", zone="Asia/Riyadh", weekend=("friday", "saturday"), country="SA"
)
WORKS_HOLIDAY = Closure(title="works holiday", first=date(2026, 12, 28), last=date(2027, 1, 8))


def a_calendar(*closures: Closure, **fields: object) -> WorkCalendar:
    made = {"id": "x", "title": "", "zone": "UTC", "closures": closures, **fields}
    return WorkCalendar(Calendar(**made))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("declared", "day", "reason"),
    [
        (BAVARIA, date(2026, 11, 20), ""),
        (BAVARIA, date(2026, 11, 21), "Saturday"),
        (BAVARIA, date(2026, 1, 6), "Epiphany"),
        (BAVARIA, date(2026, 4, 3), "Good Friday"),
        (BAVARIA, date(2026, 10, 3), "German Unity Day"),  # a Saturday as well
        (SAUDI, date(2026, 11, 20), "Friday"),
        (SAUDI, date(2026, 11, 22), ""),  # a Sunday
        (WITHOUT, date(2026, 12, 25), ""),
    ],
)
def test_a_day_is_closed_for_a_reason(declared: Calendar, day: date, reason: str) -> None:
    calendar = work_calendar(declared)

    assert calendar.closed_for(day) == reason
    assert calendar.is_business_day(day) is not bool(reason)


def test_a_holiday_of_one_state_is_none_of_another() -> None:
    berlin = a_calendar(country="DE", subdivision="BE")

    assert berlin.is_business_day(date(2026, 1, 6))
    assert not berlin.is_business_day(date(2027, 3, 8))


def test_a_closure_goes_over_new_year_and_before_a_public_holiday() -> None:
    calendar = a_calendar(WORKS_HOLIDAY, country="DE")

    assert calendar.closed_for(date(2027, 1, 1)) == "works holiday"
    assert calendar.add_business_days(date(2026, 12, 24), 1) == date(2027, 1, 11)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 12, 23), 1, date(2026, 12, 24)),
        (date(2026, 12, 23), 2, date(2026, 12, 28)),  # Christmas is Friday and Saturday
        (date(2026, 12, 30), 2, date(2027, 1, 4)),
        (date(2027, 1, 4), -2, date(2026, 12, 30)),
        (date(2026, 12, 25), 1, date(2026, 12, 28)),  # from a holiday
        (date(2026, 12, 25), 0, date(2026, 12, 25)),
        (date(2026, 11, 21), 5, date(2026, 11, 27)),  # from a Saturday
        (date(2026, 11, 21), -1, date(2026, 11, 20)),
    ],
)
def test_business_days_are_counted_from_the_day_after(start: date, count: int, end: date) -> None:
    assert a_calendar(country="DE").add_business_days(start, count) == end


def test_a_holiday_is_made_up_for_in_the_year_before() -> None:
    # New Year's Day 2028 is a Saturday, and Americans have the Friday before it off.
    assert a_calendar(country="US").closed_for(date(2027, 12, 31)).startswith("New Year's Day")


def test_a_weekend_that_a_country_works_is_worked() -> None:
    # China works on Sunday, 4 January 2026, for a long New Year.
    assert a_calendar(country="CN").is_business_day(date(2026, 1, 4))
    assert a_calendar().closed_for(date(2026, 1, 4)) == "Sunday"


@pytest.mark.parametrize("count", [4_000_000, -4_000_000, 2_200_000, -600_000])
def test_no_calendar_goes_beyond_its_years(count: int) -> None:
    with pytest.raises(ValueError, match=r"year|business days"):
        a_calendar(country="DE").add_business_days(date(2026, 1, 1), count)


def test_years_that_the_tables_do_not_know_have_no_public_holidays() -> None:
    assert not public_days("DE", "", 1850).off
    assert not public_days("DE", "", 9999).off
    assert a_calendar(country="DE").is_business_day(date(9999, 12, 31))


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("UTC", date(2026, 3, 31), datetime(2026, 4, 1, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # 23 hours
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # 25 hours
        ("America/New_York", date(2026, 12, 31), datetime(2027, 1, 1, 5, tzinfo=UTC)),
        # Clocks go from midnight to 1:00: the day before ends with the change.
        ("Asia/Beirut", date(2026, 3, 28), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        # Clocks go from 1:00 back to midnight: the first midnight ends the day.
        ("Atlantic/Azores", date(2026, 10, 24), datetime(2026, 10, 25, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_local_midnight(zone: str, day: date, end: datetime) -> None:
    assert a_calendar(zone=zone).end_of(day) == end


def test_an_instant_falls_on_a_local_day() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    assert a_calendar(zone="Asia/Tokyo").day_of(late) == date(2026, 11, 21)
    assert a_calendar(zone="America/New_York").day_of(late) == date(2026, 11, 20)


def test_the_tables_have_a_name_and_a_version() -> None:
    assert holiday_tables().startswith("holidays 0.")
    assert a_calendar(country="DE").tables == holiday_tables()
    assert not a_calendar().tables


# ---- whose calendar it is

REGIONS = """
facts:
  program:
    program.region: {type: choice, values: [DE, SA]}
  account:
    account.region: {type: choice, values: [DE, SA], max_age: 365 days}
    account.day: {type: date}
calendars:
  DE: {zone: Europe/Berlin, country: DE, closures: [{day: 2026-04-02, title: move}], default: true}
  SA: {zone: Asia/Riyadh, weekend: [friday, saturday], country: SA}
subjects:
  contact: {plural: contacts, parent: account}
"""
BY_REGION = "calendar_by: [account.region, program.region]"


@pytest.mark.parametrize(
    ("program", "account", "calendar"),
    [("", "", "DE"), ("SA", "", "SA"), ("", "SA", "SA"), ("SA", "DE", "DE"), ("XX", "", "DE")],
)
def test_the_first_known_region_picks_the_calendar(
    program: str, account: str, calendar: str
) -> None:
    regions = {"program.region": program, "account.region": account}
    known = {name: value for name, value in regions.items() if value}

    assert calendar_for(a_pack(REGIONS, head_keys=BY_REGION), known).id == calendar


@pytest.mark.parametrize(
    ("program", "account", "day"),
    [
        ("", "", date(2026, 4, 8)),  # without 2, 3 and 6 April
        ("SA", "", date(2026, 4, 5)),  # without 3 and 4 April; Sunday is the third
        ("SA", "DE", date(2026, 4, 8)),
        ("DE", "SA", date(2026, 4, 5)),
    ],
)
def test_a_condition_counts_by_the_calendar_of_its_subject(
    program: str, account: str, day: date
) -> None:
    world = a_world(REGIONS, head_keys=BY_REGION)
    if program:
        world.record("north", {"program.region": program})
    if account:
        world.record("north/acme", {"account.region": account})

    assert world.ask("north/acme", "today + 3 business days") == day
    inherited = date(2026, 4, 5) if program == "SA" else date(2026, 4, 8)
    assert world.ask("north", "today + 3 business days") == inherited


@pytest.mark.parametrize(("day", "met"), [("2026-03-26", False), ("2026-03-27", True)])
def test_a_span_of_business_days_ends_today(day: str, met: bool) -> None:  # noqa: FBT001
    world = a_world(REGIONS, head_keys=BY_REGION)
    world.record("north/acme", {"account.day": day})

    assert world.ask("north/acme", "account.day within 2 business days") is met
    assert world.ask("north/acme", "account.day >= today - 2 business days") is met


def test_without_calendars_monday_to_friday_are_business_days() -> None:
    assert a_world().ask("north/acme", "2026-04-02 + 1 business days") == date(2026, 4, 3)
    assert a_world().ask("north/acme", "2026-11-21 + 5 business days") == date(2026, 11, 27)
