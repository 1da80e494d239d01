"""Calendars drawn at random, and business days as they are counted one by one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count as numbers
from zoneinfo import ZoneInfo

import holidays
from hypothesis import strategies as st

from kamflow.model.pack import WEEKDAYS, Calendar, Closure

PLACES = (("", ""), ("DE", "BY"), ("US", ""), ("CH", "ZH"), ("SA", ""), ("CN", ""), ("IL", ""))
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Beirut", "Pacific/Auckland")
COUNTRY_YEARS = range(1988, 2042)

days = st.dates(date(1995, 1, 1), date(2035, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    weekend = draw(st.sets(st.sampled_from(WEEKDAYS), max_size=3))
    country, subdivision = draw(st.sampled_from(PLACES))
    spans = draw(st.lists(st.tuples(days, st.integers(0, 20)), max_size=4))
    return Calendar(
        id="x",
        title="",
        zone=draw(st.sampled_from(ZONES)),
        weekend=tuple(weekend),
        country=country,
        subdivision=subdivision,
        closures=tuple(
            Closure(title="closed", first=first, last=first + timedelta(days=more))
            for first, more in spans
        ),
    )


# ---- counting day by day


@cache
def tables(country: str, subdivision: str) -> tuple[frozenset[date], frozenset[date]]:
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=COUNTRY_YEARS)
    return frozenset(found), frozenset(found.weekend_workdays)


def is_open(calendar: Calendar, day: date) -> bool:
    off, worked = tables(calendar.country, calendar.subdivision) if calendar.country else ((), ())
    if day in off or any(item.first <= day <= item.last for item in calendar.closures):
        return False
    return WEEKDAYS[day.weekday()] not in calendar.weekend or day in worked


def slowly(calendar: Calendar, day: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        if is_open(calendar, day):
            count -= step.days
    return day


def day_ends(calendar: Calendar, since: datetime, *, business: bool) -> Iterator[datetime]:
    """Yield the ends of the days that count after the day of an instant."""
    first = since.astimezone(ZoneInfo(calendar.zone)).date()
    for number in numbers(1):
        day = first + timedelta(days=number)
        if not business or is_open(calendar, day):
            after = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(calendar.zone))
            yield after.astimezone(UTC)
