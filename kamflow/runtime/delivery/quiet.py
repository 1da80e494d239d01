"""When people are told: not at night, on weekends and holidays, and many things at once.

Pure: instants in, instants out. Hours and days are those of the calendar of the subject.
"""

from datetime import UTC, date, datetime, time, timedelta

from kamflow.engine.calendars import WorkCalendar
from kamflow.model.rules import Notifying

HOURLY = "hourly"
_DAILY = "daily at "
_MOST_DAYS = 800  # of a calendar in which nobody is ever at work


def told_at(policy: Notifying | None, calendar: WorkCalendar, at: datetime) -> datetime:
    """Return when people are told of something that happened: now, or with the next digest.

    Args:
        policy: When people may be told; at any time when nothing is given.
        calendar: That of the subject.
        at: When it happened, aware.
    """
    if policy is None:
        return at
    if policy.digest == HOURLY:
        at = _next_hour(calendar, at)
    elif policy.digest.startswith(_DAILY):
        return _next_day(policy, calendar, at)
    return after_quiet(policy, calendar, at)


def after_quiet(policy: Notifying | None, calendar: WorkCalendar, at: datetime) -> datetime:
    """Return the first instant from `at` on at which people may be told something."""
    for _ in range(_MOST_DAYS * 2):
        later = _end_of_quiet(policy, calendar, at)
        if later is None:
            return at
        at = later
    return at


def _end_of_quiet(
    policy: Notifying | None, calendar: WorkCalendar, at: datetime
) -> datetime | None:
    """Return when what is quiet at an instant ends; nothing when it is not quiet."""
    if policy is None or not (policy.quiet_from and policy.quiet_to):
        return None
    local = at.astimezone(calendar.zone)
    day, hour = local.date(), local.time()
    if not calendar.is_business_day(day):
        return calendar.end_of(day)
    begins, ends = map(time.fromisoformat, (policy.quiet_from, policy.quiet_to))
    if begins <= ends:
        return _moment(calendar, day, ends, at) if begins <= hour < ends else None
    if hour >= begins:
        return calendar.end_of(day)
    return _moment(calendar, day, ends, at) if hour < ends else None


def _next_hour(calendar: WorkCalendar, at: datetime) -> datetime:
    local = at.astimezone(calendar.zone)
    over = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return at if not over else at.astimezone(UTC) + timedelta(hours=1) - over


def _next_day(policy: Notifying, calendar: WorkCalendar, at: datetime) -> datetime:
    """Return when the next daily digest goes out, on a day on which people are at work."""
    hour = time.fromisoformat(policy.digest.removeprefix(_DAILY))
    day = calendar.day_of(at)
    works = bool(policy.quiet_from and policy.quiet_to)
    for number in range(_MOST_DAYS):
        on = day + timedelta(days=number)
        moment = _moment(calendar, on, hour, at)
        if moment >= at and not (works and calendar.closed_for(on)):
            return after_quiet(policy, calendar, moment)
    return at


def _moment(calendar: WorkCalendar, day: date, hour: time, after: datetime) -> datetime:
    """Return when a clock on the wall shows an hour; of two such moments the first from `after`."""
    local = datetime.combine(day, hour, tzinfo=calendar.zone)
    first = local.astimezone(UTC)
    return first if first >= after else local.replace(fold=1).astimezone(UTC)
