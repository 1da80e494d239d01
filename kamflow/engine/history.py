"""What was recorded and reported of one subject before, for conditions that look back."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from kamflow.model.events import EventReported, FactsRecorded, Recorded
from kamflow.model.snapshot import Observation


class History:
    """Observations by fact and reports by event, each in the order in which they were true."""

    def __init__(self, events: Iterable[Recorded] = ()) -> None:
        observed: dict[str, list[Observation]] = defaultdict(list)
        reported: dict[str, list[EventReported]] = defaultdict(list)
        for recorded in events:
            if isinstance(recorded.event, FactsRecorded):
                for name, item in recorded.event.facts.items():
                    observed[name].append(item)
            elif isinstance(recorded.event, EventReported):
                reported[recorded.event.name].append(recorded.event)
        # Sorting is stable: of two that were true at the same instant, the one recorded later wins.
        self._observed = {
            name: sorted(items, key=lambda item: item.as_of) for name, items in observed.items()
        }
        self._reported = {
            name: sorted(items, key=lambda item: item.happened_at)
            for name, items in reported.items()
        }

    def readings(self, fact: str) -> Sequence[Observation]:
        """Return all observations of a fact, oldest first."""
        return self._observed.get(fact, ())

    def on(self, fact: str, day: int) -> Observation | None:
        """Return the newest observation of a fact that was true on `day` (its ordinal)."""
        readings = self.readings(fact)
        place = bisect_right(readings, day, key=lambda item: item.as_of.toordinal())
        return readings[place - 1] if place else None

    def reported(self, event: str) -> Sequence[EventReported]:
        """Return all reports of an event, in event time."""
        return self._reported.get(event, ())
