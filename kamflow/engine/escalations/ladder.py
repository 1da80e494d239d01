"""Who joins an escalation: at once, and later while it is open."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.deadlines import afterwards, due, read_span
from kamflow.engine.spans import span_of
from kamflow.engine.view import View
from kamflow.model.deadline import Pause, Span
from kamflow.model.escalation import Climb, OpenEscalation
from kamflow.model.rules import Escalating, Rung


class Joining(Struct, frozen=True, kw_only=True):
    """Who joins now, with the highest level of them, and who joins later."""

    level: str = ""
    roles: tuple[str, ...] = ()
    climb: tuple[Climb, ...] = ()


class Ladder:
    """The levels of a policy, and the spans of it as they are counted for one subject."""

    def __init__(self, compiled: CompiledPack, view: View) -> None:
        self._compiled, self._view = compiled, view
        self._escalating = compiled.pack.escalating or Escalating()
        self._levels = self._escalating.levels

    def joining(
        self, to: tuple[Rung, ...], severity: str, since: datetime, *, climbs: bool = True
    ) -> Joining:
        """Return who joins an escalation of a severity that is raised at an instant.

        Where no rung has a time of its own, the levels above join one after the other, until
        somebody acknowledges it. A severity can have a level at which it starts at least.

        Args:
            to: The rungs of the rule; the lowest level where there are none.
            severity: Of the escalation.
            since: When it is raised, aware UTC.
            climbs: Whether the levels above join by and by.
        """
        joined = self._joined(to, severity)
        later = [rung for rung in to if rung.after]
        highest = joined[-1] if joined else -1
        roles = self._roles(joined, to)
        if later:
            climb = _to_come(self._rungs(later, since), roles)
        else:
            climb = tuple(self._above(highest, since)) if climbs else ()
        return Joining(level=self._levels[highest].id if joined else "", roles=roles, climb=climb)

    def worsened(
        self, open_one: OpenEscalation, to: tuple[Rung, ...], severity: str, since: datetime
    ) -> Joining:
        """Return who joins as an escalation becomes more severe, and all who join later.

        Args:
            open_one: The escalation as it is.
            to: The rungs of its new severity.
            severity: The new one.
            since: When it became so, aware UTC.
        """
        present = self._place(open_one.level)
        own = any(rung.level and not rung.after for rung in to)
        joined = [place for place in self._named(to, severity) if own or place > present]
        highest = max((present, *joined))
        roles, climb = self._roles(joined, to), list(open_one.climb)
        if highest > present and any(not item.acknowledged for item in climb):
            climb = [item for item in climb if item.acknowledged]
            climb += self._above(highest, since)
        climb += self._rungs([rung for rung in to if rung.after], since)
        return Joining(
            level=self._levels[highest].id if highest > present else "",
            roles=tuple(role for role in roles if role not in open_one.roles),
            climb=_to_come(climb, (*open_one.roles, *roles)),
        )

    def higher(self, level: str, than: str) -> str:
        """Return a level where it is higher than another one; else nothing."""
        return level if self._place(level) > self._place(than) else ""

    def further(self, open_one: OpenEscalation, found: Joining) -> Joining:
        """Return who joins an open escalation beside those who have, as a timer goes on.

        Once somebody has acknowledged it, nobody else is called in by and by.
        """
        later = [item for item in found.climb if item.acknowledged or not open_one.acknowledged_by]
        return Joining(
            level=self.higher(found.level, open_one.level),
            roles=tuple(role for role in found.roles if role not in open_one.roles),
            climb=_to_come((*open_one.climb, *later), (*open_one.roles, *found.roles)),
        )

    def resumed(self, open_one: OpenEscalation, now: datetime) -> tuple[Climb, ...]:
        """Return what is still to come, counted without the time in which the clock stood still."""
        if open_one.stopped_at is None:
            return open_one.climb
        pauses = (*open_one.pauses, Pause(begins_at=open_one.stopped_at, ends_at=now))
        calendar = self._compiled.calendar_of(self._view)
        moved: dict[datetime, datetime] = {}
        found = []
        for item in open_one.climb:
            span, since = read_span(item.wait), item.since or open_one.raised_at
            since = moved.get(since, since)
            at = due(calendar, since, span, pauses).at or item.at
            for unit in ("hours", "days"):  # as those count from it who come after this one
                moved[afterwards(item.at, unit)] = afterwards(at, unit)
            found.append(replace(item, at=at, since=since))
        return tuple(sorted(found, key=_when))

    def _joined(self, to: tuple[Rung, ...], severity: str) -> list[int]:
        """Return the places of the levels that join at once, from the lowest."""
        named = self._named(to, severity)
        return [0] if not named and not to and self._levels else named

    def _named(self, to: tuple[Rung, ...], severity: str) -> list[int]:
        """Return the places of the levels that rungs name, none below that of the severity."""
        start = self._start(severity)
        named = {self._place(rung.level) for rung in to if rung.level and not rung.after}
        if start is not None:
            named = {max(place, start) for place in named} or {start}
        return sorted(place for place in named if place >= 0)

    def _roles(self, joined: Iterable[int], to: tuple[Rung, ...]) -> tuple[str, ...]:
        """Return the roles of levels that join, and those that rungs name by themselves."""
        own = (role for rung in to if not rung.after for role in rung.roles)
        ranked = (role for place in joined for role in self._levels[place].roles)
        return tuple(dict.fromkeys((*ranked, *own)))

    def _start(self, severity: str) -> int | None:
        level = self._escalating.start.get(severity)
        return None if level is None else self._place(level)

    def _place(self, level: str) -> int:
        """Return the place of a level in the ladder; before the first one for none."""
        return next((at for at, item in enumerate(self._levels) if item.id == level), -1)

    def _rungs(self, later: Iterable[Rung], since: datetime) -> Iterator[Climb]:
        """Yield who joins by the rungs that have a time of their own."""
        for rung in later:
            place = self._place(rung.level)
            roles = self._levels[place].roles if rung.level else rung.roles
            span = span_of(rung.after, self._compiled, self._view)
            yield self._climb(span, since, roles, level=rung.level, acknowledged=True)

    def _above(self, highest: int, since: datetime) -> Iterator[Climb]:
        """Yield the levels above one, each after the wait of the level before."""
        if highest < 0:
            return
        begins, ladder = since, self._levels[highest:]
        for below, level in pairwise(ladder):
            if not below.wait:
                return
            span = span_of(below.wait, self._compiled, self._view)
            if begins != since:
                begins = afterwards(begins, span.unit)
            item = self._climb(span, begins, level.roles, level=level.id)
            yield item
            begins = item.at

    def _climb(
        self,
        span: Span,
        since: datetime,
        roles: tuple[str, ...],
        *,
        level: str,
        acknowledged: bool = False,
    ) -> Climb:
        at = due(self._compiled.calendar_of(self._view), since, span).at
        return Climb(
            at=at or since,  # which it always has, as nothing stands still
            roles=roles,
            level=level,
            acknowledged=acknowledged,
            since=since,
            wait=f"{span.count} {span.unit}",
        )


def _to_come(climb: Iterable[Climb], joined: tuple[str, ...]) -> tuple[Climb, ...]:
    """Return who joins later in the order of time, but for those who have joined already."""
    left = (item for item in climb if not set(item.roles) <= set(joined))
    return tuple(sorted(left, key=_when))


def _when(item: Climb) -> datetime:
    return item.at
