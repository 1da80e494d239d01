"""When a deadline ends, in business days, days, months or hours, and what falls due on the way.

A person has the whole of the last day: `5 business days` are over when the fifth business day after
the day of the request is over where the calendar is. Which day that is, the request's included, is
told by the calendar's time zone.

A clock that stands still counts no day at whose end it stands still, and no time for hours. So a
pause of two days makes a deadline two days later, and one within a day makes none later.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from kamflow.engine.calendars import WorkCalendar
from kamflow.engine.days import BUSINESS_DAYS, add_months
from kamflow.model.deadline import Due, Pause, Span

MONTHS, HOURS = "months", "hours"
_WRITTEN = re.compile(r"(\d{1,5}) (business day|day|month|hour)s?")
_INSTANT = timedelta(microseconds=1)


def read_span(text: str) -> Span:
    """Return the time that a policy writes as `5 business days`, `6 months` or `24 hours`.

    Raises:
        ValueError: It is written otherwise.
    """
    return _read(text)


@lru_cache(maxsize=1024)
def _read(text: str) -> Span:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"`{text}` is no span of time; write it like `5 business days`")
    return Span(count=int(match[1]), unit=f"{match[2]}s")


def share_of(span: Span, percent: int) -> Span:
    """Return so many percent of a span, rounded up: 50 % of 5 business days are 3."""
    return Span(count=-(-span.count * percent // 100), unit=span.unit)


def due(calendar: WorkCalendar, since: datetime, span: Span, pauses: Iterable[Pause] = ()) -> Due:
    """Return when `span` is over that began at `since`.

    Args:
        calendar: The calendar of the subject.
        since: When the time began, aware.
        span: How much time there is. Of no days at all, it is the rest of the local day. Months are
            those of the calendar: one from 31 January is over when 28 February is.
        pauses: When the clock stood still, in any order; they may overlap.

    Raises:
        OverflowError: The deadline lies after year 9999.
    """
    merged = _merged(pauses)
    try:
        if span.unit == HOURS:
            at = _after_hours(since.astimezone(UTC), span.count, merged)
        else:
            at = _after_days(calendar, since, span, merged)
    except (ValueError, OverflowError) as error:
        raise OverflowError(f"{span.count} {span.unit} end after year 9999") from error
    tables = calendar.tables if span.unit == BUSINESS_DAYS else ""
    return Due(at=at, calendar=calendar.id, tables=tables)


def last_day(calendar: WorkCalendar, at: datetime) -> date:
    """Return the local day that a deadline leaves to people, which ends at `at` at the latest."""
    return calendar.day_of(at - _INSTANT)


def afterwards(at: datetime, unit: str) -> datetime:
    """Return from when a further time in `unit` is counted that begins where another one ended.

    What ended with a day leaves the next one whole: 3 and then 5 business days are 8.
    """
    return at if unit == HOURS else at - _INSTANT


def _after_hours(since: datetime, count: int, pauses: list[Pause]) -> datetime | None:
    at = since + timedelta(hours=count)
    for pause in pauses:
        begins = max(pause.begins_at, since)
        if begins >= at:
            break
        if pause.ends_at is None:
            return None
        at += max(pause.ends_at - begins, timedelta(0))
    return at


def _after_days(
    calendar: WorkCalendar, since: datetime, span: Span, pauses: list[Pause]
) -> datetime | None:
    """Return the end of the last day: each day counts at whose end the clock runs."""
    first = calendar.day_of(since)
    if span.unit == MONTHS:
        span = Span(count=(add_months(first, span.count) - first).days, unit="days")

    def end_of(number: int) -> datetime:
        if span.unit == BUSINESS_DAYS:
            return calendar.end_of(calendar.add_business_days(first, number))
        return calendar.end_of(first + timedelta(days=number))

    if not pauses:
        return end_of(span.count)
    number, left = min(span.count, 1), max(span.count, 1)  # of no days, today has to end
    while True:
        at = end_of(number)
        standing = [item for item in pauses if _stands_still(item, at)]
        if any(item.ends_at is None for item in standing):
            return None
        left -= not standing
        if not left:
            return at
        number += 1


def _stands_still(pause: Pause, at: datetime) -> bool:
    return pause.begins_at <= at and (pause.ends_at is None or at < pause.ends_at)


def _merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Return the pauses in order, those that overlap as one."""
    found: list[Pause] = []
    for item in sorted(pauses, key=lambda one: one.begins_at):
        last = found[-1] if found else None
        if last is None or (last.ends_at is not None and last.ends_at < item.begins_at):
            found.append(item)
        elif last.ends_at is not None:
            ends = None if item.ends_at is None else max(last.ends_at, item.ends_at)
            found[-1] = Pause(begins_at=last.begins_at, ends_at=ends)
    return found
