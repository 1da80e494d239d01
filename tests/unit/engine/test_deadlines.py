"""When deadlines end: days, business days, months, hours, shares of them, and clocks that stop."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from kamflow.engine.calendars import WITHOUT, work_calendar
from kamflow.engine.deadlines import afterwards, due, read_span, share_of
from kamflow.language.almanac import holiday_tables
from kamflow.model.deadline import Due, Pause, Span
from kamflow.model.pack import Calendar, Closure

BERLIN = ZoneInfo("Europe/Berlin")
GERMANY = Calendar(id="DE", title="Germany", zone="Europe/Berlin", country="DE")
FIVE = Span(count=5, unit="business days")
MONDAY = datetime(2026, 11, 16, 9, tzinfo=BERLIN)


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def ends(
    since: datetime, written: str, *pauses: Pause, declared: Calendar = GERMANY
) -> datetime | None:
    return due(work_calendar(declared), since, read_span(written), pauses).at


@pytest.mark.parametrize(
    ("since", "written", "end"),
    [
        ("2026-11-20T17:59", "5 business days", "2026-11-28T00:00"),  # Friday evening
        ("2026-11-20T23:59:59.999999", "1 business day", "2026-11-24T00:00"),
        ("2026-11-21T00:00", "1 business day", "2026-11-24T00:00"),  # Saturday
        ("2026-12-25T10:00", "1 business day", "2026-12-29T00:00"),  # on a holiday
        ("2026-12-23T10:00", "5 business days", "2027-01-01T00:00"),
        ("2026-01-31T10:00", "1 month", "2026-03-01T00:00"),  # a shorter month, to its last day
        ("2028-01-31T10:00", "1 month", "2028-03-01T00:00"),
        ("2026-08-31T10:00", "6 months", "2027-03-01T00:00"),
        ("2026-12-23T10:00", "6 business days", "2027-01-05T00:00"),  # over New Year
        ("2026-03-27T12:00", "1 business day", "2026-03-31T00:00"),  # clocks go forward on Sunday
        ("2026-10-23T12:00", "1 business day", "2026-10-27T00:00"),  # clocks go back on Sunday
        ("2026-11-20T17:59", "14 days", "2026-12-05T00:00"),
        ("2026-03-28T12:00", "1 day", "2026-03-30T00:00"),
        ("2026-11-20T17:59", "0 business days", "2026-11-21T00:00"),
    ],
)
def test_the_whole_of_the_last_day_counts(since: str, written: str, end: str) -> None:
    assert ends(local(since), written) == local(end).astimezone(UTC)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_of_a_change_of_clocks_has_its_own_length(day: str, hours: int) -> None:
    before = ends(local(f"{day}T00:00") - timedelta(days=1), "0 days")
    after = ends(local(f"{day}T00:00"), "0 days")

    assert before is not None
    assert after is not None
    assert after - before == timedelta(hours=hours)


def test_hours_are_hours_over_a_change_of_clocks() -> None:
    since = local("2026-03-28T12:00")

    assert ends(since, "24 hours") == since.astimezone(UTC) + timedelta(hours=24)


def test_the_day_of_the_request_is_that_of_the_calendar() -> None:
    friday_evening = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    tokyo = Calendar(id="JP", title="Japan", zone="Asia/Tokyo")
    emirates = Calendar(id="OM", title="Oman", zone="Asia/Muscat", weekend=("friday", "saturday"))

    in_tokyo, in_oman = (
        ends(friday_evening, "1 business day", declared=item) for item in (tokyo, emirates)
    )

    assert in_tokyo == local("2026-11-24T00:00", ZoneInfo("Asia/Tokyo"))  # it was Saturday there
    assert in_oman == local("2026-11-23T00:00", ZoneInfo("Asia/Muscat"))  # Sunday is worked


@pytest.mark.parametrize(
    ("count", "percent", "share"),
    [
        (10, 50, 5), (10, 100, 10), (10, 150, 15), (10, 300, 30),  # as SC-09 has it
        (5, 50, 3), (1, 50, 1), (3, 33, 1), (7, 0, 0), (0, 300, 0), (15, 70, 11),
    ],
)  # fmt: skip
def test_a_share_of_a_deadline_is_rounded_up(count: int, percent: int, share: int) -> None:
    assert share_of(replace(FIVE, count=count), percent) == replace(FIVE, count=share)


def test_reminder_levels_and_expiry_come_in_their_order() -> None:
    span, calendar = read_span("10 business days"), work_calendar(GERMANY)

    steps = [due(calendar, MONDAY, share_of(span, share)).at for share in (50, 100, 150, 300)]

    days = ("2026-11-24", "2026-12-01", "2026-12-08", "2026-12-30")  # each the day after the last
    assert steps == [local(f"{day}T00:00") for day in days]


# ---- clocks that stand still


def a_pause(begins: str, ends_at: str = "") -> Pause:
    return Pause(begins_at=local(begins), ends_at=local(ends_at) if ends_at else None)


@pytest.mark.parametrize(
    ("pauses", "end"),
    [
        ([("2026-11-17T10:00", "2026-11-17T18:00")], "2026-11-24T00:00"),  # within a day: nothing
        ([("2026-11-17T10:00", "2026-11-19T10:00")], "2026-11-26T00:00"),  # two ends of days
        ([("2026-11-20T20:00", "2026-11-22T20:00")], "2026-11-25T00:00"),  # Friday's end only
        ([("2026-11-21T00:00", "2026-11-23T00:00")], "2026-11-25T00:00"),  # begins as it ends
        ([("2026-11-21T01:00", "2026-11-23T01:00")], "2026-11-24T00:00"),  # a weekend: nothing
        ([("2026-11-10T10:00", "2026-11-12T10:00")], "2026-11-24T00:00"),  # was over before
        ([("2026-11-10T10:00", "2026-11-18T10:00")], "2026-11-25T00:00"),  # began before
        (
            [("2026-11-18T10:00", "2026-11-19T10:00"), ("2026-11-17T10:00", "2026-11-19T09:00")],
            "2026-11-26T00:00",  # overlapping, in any order
        ),
        ([("2026-11-24T09:00", "2026-12-24T09:00")], "2026-11-24T00:00"),  # begins afterwards
        ([("2026-11-24T09:00", "")], "2026-11-24T00:00"),
        ([("2026-11-23T09:00", "")], ""),  # and goes on
    ],
)
def test_a_day_counts_at_whose_end_the_clock_runs(pauses: list[tuple[str, str]], end: str) -> None:
    found = ends(MONDAY, "5 business days", *(a_pause(*item) for item in pauses))

    assert found == (local(end).astimezone(UTC) if end else None)


@pytest.mark.parametrize(
    ("pauses", "hours"),
    [
        ([("2026-11-16T10:00", "2026-11-16T12:00")], 26),
        ([("2026-11-16T08:00", "2026-11-16T12:00")], 27),
        ([("2026-11-16T10:00", "2026-11-16T12:00"), ("2026-11-16T11:00", "2026-11-16T13:00")], 27),
        ([("2026-11-17T10:00", "2026-11-17T12:00")], 24),
        ([("2026-11-16T10:00", "2026-11-16T12:00"), ("2026-11-17T10:00", "2026-11-17T12:00")], 28),
        ([("2026-11-15T10:00", "2026-11-15T12:00")], 24),
        ([("2026-11-16T10:00", "")], 0),
    ],
)
def test_hours_stop_with_the_clock(pauses: list[tuple[str, str]], hours: int) -> None:
    found = ends(MONDAY, "24 hours", *(a_pause(*item) for item in pauses))

    assert found == (MONDAY + timedelta(hours=hours) if hours else None)


def test_a_deadline_of_no_days_waits_for_the_end_of_a_running_day() -> None:
    assert ends(MONDAY, "0 days", a_pause("2026-11-16T10:00", "2026-11-17T10:00")) == local(
        "2026-11-18T00:00"
    )


# ---- kept, not counted again


def test_a_deadline_tells_by_which_days_it_was_counted() -> None:
    counted = due(work_calendar(GERMANY), MONDAY, FIVE)

    assert counted == Due(
        at=local("2026-11-24T00:00").astimezone(UTC), calendar="DE", tables=holiday_tables()
    )
    assert due(work_calendar(WITHOUT), MONDAY, FIVE).tables == ""
    assert due(work_calendar(GERMANY), MONDAY, read_span("5 days")).tables == ""


def test_a_day_off_that_is_added_later_moves_later_deadlines_only() -> None:
    fixed = due(work_calendar(GERMANY), MONDAY, FIVE)

    added = Closure(
        title="move",
        first=MONDAY.date() + timedelta(days=2),
        last=MONDAY.date() + timedelta(days=2),
    )
    later = due(work_calendar(replace(GERMANY, closures=(added,))), MONDAY, FIVE)

    assert fixed.at == local("2026-11-24T00:00")
    assert later.at == local("2026-11-25T00:00")


@pytest.mark.parametrize("text", ["", "5", "soon", "5 weeks", "-1 days", "5  days", "123456 days"])
def test_a_span_that_is_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no span of time"):
        read_span(text)


def test_a_deadline_after_the_last_year_is_told() -> None:
    with pytest.raises(OverflowError, match="9999"):
        due(work_calendar(GERMANY), datetime(9999, 12, 30, tzinfo=UTC), FIVE)


def test_a_pause_makes_months_later_by_its_days() -> None:
    begins, ends_at = local("2026-02-10T12:00"), local("2026-02-20T12:00")

    end = ends(local("2026-01-31T10:00"), "1 month", Pause(begins_at=begins, ends_at=ends_at))

    assert end == local("2026-03-11T00:00")


def test_a_time_that_follows_another_one_has_all_of_its_days() -> None:
    calendar = work_calendar(replace(GERMANY, country=""))
    first = due(calendar, MONDAY, Span(count=3, unit="business days")).at
    assert first is not None

    second = due(calendar, afterwards(first, FIVE.unit), FIVE).at

    assert second == due(calendar, MONDAY, Span(count=8, unit="business days")).at
    assert afterwards(first, "hours") == first
