"""What was recorded and reported of one subject before, for conditions that look back."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from msgspec import Struct

from kamflow.model.events import EventReported, FactsRecorded, Recorded
from kamflow.model.snapshot import Observation


class Reported(Struct, frozen=True, gc=False):
    """A report in its place in the history of a subject."""

    sequence: int
    event: EventReported


def reported_in(events: Iterable[Recorded], name: str) -> list[Reported]:
    """Return the reports of an event among what happened, in the order of recording."""
    return [
        Reported(item.sequence, item.event)
        for item in events
        if isinstance(item.event, EventReported) and item.event.name == name
    ]


class History:
    """Observations by fact and reports by event, each in the order in which they were true."""

    def __init__(
        self,
        happened: Callable[[], Iterable[Recorded]],
        reports: Callable[[str], Iterable[Reported]],
        until: datetime | None = None,
    ) -> None:
        """Take what loads the history when a condition asks for it.

        Args:
            happened: All events of the subject, oldest first.
            reports: All reports of an event.
            until: With it, what event rules see: nothing that happened later, and no report that
                came too late to be correlated.
        """
        self._happened, self._reports, self._until = happened, reports, until
        self._reported: dict[str, Sequence[Reported]] = {}
        self._ahead: dict[str, datetime] = {}
        self._plain: dict[str, Sequence[EventReported]] = {}
        self.worked_out: dict[tuple[object, ...], Any] = {}  # of the reports, by what it is

    @cached_property
    def _observed(self) -> dict[str, list[Observation]]:
        observed: dict[str, list[Observation]] = defaultdict(list)
        for recorded in self._happened():
            if isinstance(recorded.event, FactsRecorded):
                for name, item in recorded.event.facts.items():
                    observed[name].append(item)
        # Sorting is stable: of two that were true at the same instant, the one recorded later wins.
        for items in observed.values():
            items.sort(key=lambda item: item.as_of)
        return observed

    def readings(self, fact: str) -> Sequence[Observation]:
        """Return all observations of a fact, oldest first."""
        return self._observed.get(fact, ())

    def on(self, fact: str, day: int) -> Observation | None:
        """Return the newest observation of a fact that was true on `day` (its ordinal)."""
        readings = self.readings(fact)
        place = bisect_right(readings, day, key=lambda item: item.as_of.toordinal())
        return readings[place - 1] if place else None

    def reports(self, event: str) -> Sequence[Reported]:
        """Return all reports of an event with their places in the history, in event time."""
        found = self._reported.get(event)
        if found is None:
            found = sorted(self._reports(event), key=lambda item: item.event.happened_at)
            if self._until is not None:
                found = self._up_to(event, found, self._until)
            self._reported[event] = found
        return found

    def _up_to(self, event: str, every: Sequence[Reported], until: datetime) -> list[Reported]:
        found = [item for item in every if not item.event.late]
        place = bisect_right(found, until, key=lambda item: item.event.happened_at)
        if place < len(found):
            self._ahead[event] = found[place].event.happened_at
        return found[:place]

    def ahead(self, event: str) -> datetime | None:
        """Return when the first report happened that is later than what event rules see.

        Of an event that nobody has asked for nothing is known.
        """
        return self._ahead.get(event)

    def reported(self, event: str) -> Sequence[EventReported]:
        """Return all reports of an event, in event time."""
        found = self._plain.get(event)
        if found is None:
            found = self._plain[event] = [item.event for item in self.reports(event)]
        return found

    def told(self, event: str) -> dict[int, Reported]:
        """Return the reports of an event in their places, by the identity of what they report."""
        found: dict[int, Reported] | None = self.worked_out.get((event, "told"))
        if found is None:
            found = {id(item.event): item for item in self.reports(event)}
            self.worked_out[event, "told"] = found
        return found
