"""From the days and instants that people name to the instants that the engine is told."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

Moment: TypeAlias = date | datetime


def begin_of(moment: Moment) -> datetime:
    """Return the first instant of a day, 00:00 UTC; an instant stays, and a naive one is UTC."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.combine(moment, time.min, tzinfo=UTC)


def end_of(moment: Moment) -> datetime:
    """Return the first instant after a day, 00:00 UTC of the next; an instant stays itself."""
    if isinstance(moment, datetime):
        return begin_of(moment)
    if moment == date.max:  # "for ever", as people systems write it
        return datetime.max.replace(tzinfo=UTC)
    return begin_of(moment + timedelta(days=1))
