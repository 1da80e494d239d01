"""When a message is tried again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_FIRST_S = 30.0
_FACTOR = 3
_LONGEST_S = 86_400.0
_LONGEST_PAUSE = timedelta(days=1)


def backoff(attempt: int, random: Callable[[], float]) -> timedelta:
    """Return the wait after failed attempt number `attempt`, from 1, with full jitter.

    It lies between nothing and 30 s, 90 s, 270 s ... at most a day: 12 attempts take about two
    days on average. Receivers that failed together are so not tried again together.

    Args:
        attempt: How many attempts have failed.
        random: Gives a number from 0 to 1.
    """
    # The eighth power is past the longest wait already; much larger ones overflow a float.
    longest = min(_LONGEST_S, _FIRST_S * _FACTOR ** min(attempt - 1, 8))
    return timedelta(seconds=longest * random())


def pause_of(header: str | None, now: datetime) -> timedelta | None:
    """Return the pause that a `Retry-After` asks for, at most a day; nothing when it is no pause.

    Args:
        header: Seconds, or an instant as HTTP writes it.
        now: The present instant, aware.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=min(int(text[:9]), 10**8)), _LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(aware - now, timedelta(0)), _LONGEST_PAUSE)
