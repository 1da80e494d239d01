"""The one place that reads the time."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]  # gives an aware instant in UTC


def system_clock() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)  # noqa: TID251 - this is the place


def fixed_clock(instant: datetime) -> Clock:
    """Return a clock that stands still, for tests and for looking at another day."""
    return lambda: instant
