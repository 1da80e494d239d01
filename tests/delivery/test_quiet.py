"""Quiet hours and digests, on the days and at the hours on which they go wrong."""

from datetime import UTC, datetime

import pytest

from kamflow.engine.calendars import WorkCalendar
from kamflow.model.pack import Calendar
from kamflow.model.rules import Notifying
from kamflow.runtime.delivery.quiet import after_quiet, told_at

BERLIN = WorkCalendar(Calendar(id="de", title="Berlin", zone="Europe/Berlin", country="DE"))
INDIA = WorkCalendar(Calendar(id="in", title="Kolkata", zone="Asia/Kolkata"))

NIGHT = Notifying(quiet_from="19:00", quiet_to="07:00")
NOON_BREAK = Notifying(quiet_from="12:00", quiet_to="14:00")
DAILY = Notifying(quiet_from="19:00", quiet_to="07:00", digest="daily at 08:00")
EVERY_DAY = Notifying(digest="daily at 08:00")
HOURLY = Notifying(quiet_from="19:00", quiet_to="07:00", digest="hourly")


def at(text: str, calendar: WorkCalendar = BERLIN) -> datetime:
    """Return an instant from local time."""
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone).astimezone(UTC)


def local(instant: datetime, calendar: WorkCalendar = BERLIN) -> str:
    return f"{instant.astimezone(calendar.zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("policy", "happens", "told"),
    [
        (None, "2026-04-12 03:00", "2026-04-12 03:00"),
        (Notifying(), "2026-04-12 03:00", "2026-04-12 03:00"),
        (NIGHT, "2026-04-14 06:59", "2026-04-14 07:00"),
        (NIGHT, "2026-04-14 07:00", "2026-04-14 07:00"),
        (NIGHT, "2026-04-14 18:59", "2026-04-14 18:59"),
        (NIGHT, "2026-04-14 19:00", "2026-04-15 07:00"),
        (NIGHT, "2026-04-14 23:59", "2026-04-15 07:00"),
        (NIGHT, "2026-04-17 19:00", "2026-04-20 07:00"),  # Friday evening
        (NIGHT, "2026-04-18 12:00", "2026-04-20 07:00"),  # Saturday
        (NIGHT, "2026-04-02 19:00", "2026-04-07 07:00"),  # before Good Friday and Easter
        (NIGHT, "2026-04-03 10:00", "2026-04-07 07:00"),
        (NIGHT, "2026-03-27 20:00", "2026-03-30 07:00"),  # the clocks go forward meanwhile
        (NIGHT, "2026-10-23 20:00", "2026-10-26 07:00"),  # and back
        (NOON_BREAK, "2026-04-14 11:59", "2026-04-14 11:59"),
        (NOON_BREAK, "2026-04-14 12:00", "2026-04-14 14:00"),
        (DAILY, "2026-04-14 07:59", "2026-04-14 08:00"),
        (DAILY, "2026-04-14 08:00", "2026-04-14 08:00"),
        (DAILY, "2026-04-14 08:01", "2026-04-15 08:00"),
        (DAILY, "2026-04-17 09:00", "2026-04-20 08:00"),
        (DAILY, "2026-04-02 09:00", "2026-04-07 08:00"),
        (EVERY_DAY, "2026-04-17 09:00", "2026-04-18 08:00"),
        (EVERY_DAY, "2026-03-28 09:00", "2026-03-29 08:00"),  # a day of 23 hours
        (HOURLY, "2026-04-14 09:01", "2026-04-14 10:00"),
        (HOURLY, "2026-04-14 09:00", "2026-04-14 09:00"),
        (HOURLY, "2026-04-14 18:30", "2026-04-15 07:00"),
        (HOURLY, "2026-04-17 18:30", "2026-04-20 07:00"),
    ],
)
def test_people_are_told(policy: Notifying | None, happens: str, told: str) -> None:
    assert local(told_at(policy, BERLIN, at(happens))) == told


def test_hours_are_those_of_the_zone() -> None:
    assert local(told_at(HOURLY, INDIA, at("2026-04-14 09:10", INDIA)), INDIA) == "2026-04-14 10:00"


def test_an_hour_that_the_clocks_leave_out_ends_when_they_change() -> None:
    policy = Notifying(quiet_from="23:00", quiet_to="02:30")
    sundays = WorkCalendar(Calendar(id="x", title="x", zone="Europe/Berlin", weekend=("friday",)))

    assert local(after_quiet(policy, sundays, at("2026-03-29 01:00"))) == "2026-03-29 03:30"


def test_of_an_hour_that_comes_twice_the_later_one_counts_when_it_is_quiet_in_both() -> None:
    policy = Notifying(quiet_from="23:00", quiet_to="02:30")
    sundays = WorkCalendar(Calendar(id="x", title="x", zone="Europe/Berlin", weekend=("friday",)))
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 for the second time

    assert after_quiet(policy, sundays, second) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_it_ends_where_nobody_is_ever_at_work() -> None:
    never = WorkCalendar(
        Calendar(
            id="x",
            title="x",
            zone="UTC",
            weekend=(
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
            ),
        )
    )

    assert told_at(DAILY, never, at("2026-04-14 09:00")) >= at("2026-04-14 09:00")
    assert told_at(NIGHT, never, at("2026-04-14 09:00")) >= at("2026-04-14 09:00")
