"""The clock of the demo: months pass in seconds."""

from datetime import datetime, timedelta


class PlayedClock:
    """A clock that the story sets forward, up to the present: there the facts are fresh."""

    def __init__(self, end: datetime, *, days_before: int) -> None:
        self._end = end.replace(second=0, microsecond=0)
        self._now = self._end - timedelta(days=days_before)

    def __call__(self) -> datetime:
        """Return the instant at which the story stands."""
        return self._now

    def go_to(self, *, days_before: int, hours: int = 0) -> None:
        """Go on to so many days (and hours) before the end; a story never goes back."""
        instant = self._end - timedelta(days=days_before, hours=hours)
        if instant < self._now:
            raise ValueError(f"the story is at {self._now} already, after {instant}")
        self._now = instant
