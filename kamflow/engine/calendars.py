"""Calendars at work: which days are business days, for whom, and when a local day is over.

Nothing here reads a clock. Public holidays are those of the installed package `holidays`; what was
counted by them is kept with its result (`kamflow.engine.deadlines`), not counted again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from kamflow.engine.days import (
    BUSINESS_DAYS,
    Moving,
    add_business_days,
    first_day,
    shift,
    unit_of,
)
from kamflow.engine.view import View
from kamflow.language.almanac import PublicDays, holiday_tables, public_days
from kamflow.model import expression as tree
from kamflow.model.pack import WEEKDAYS, Calendar, Closure, Pack
from kamflow.model.values import Cause, Unknown, Value

CalendarOf: TypeAlias = Callable[[View], "WorkCalendar"]

_LONGEST = date.max.toordinal()  # no two days are further apart
_NO_DAYS = PublicDays({}, frozenset())

WITHOUT = Calendar(id="", title="Monday to Friday", zone="UTC")  # of a policy without calendars


class WorkCalendar:
    """The business days of one calendar, worked out year by year when they are needed."""

    def __init__(self, declared: Calendar) -> None:
        self.id, self.title = declared.id, declared.title
        self.zone = ZoneInfo(declared.zone)
        self._country, self._subdivision = declared.country, declared.subdivision
        self._weekend = frozenset(map(WEEKDAYS.index, declared.weekend))
        self._closures: dict[int, list[Closure]] = {}  # by the years that they touch
        for item in declared.closures:
            for year in range(item.first.year, item.last.year + 1):
                self._closures.setdefault(year, []).append(item)
        self._years: dict[int, tuple[int, ...]] = {}  # year -> ordinals of its business days

    @property
    def tables(self) -> str:
        """Whose public holidays are counted: `holidays` with its version; empty when none are."""
        return holiday_tables() if self._country else ""

    def is_business_day(self, day: date) -> bool:
        """Tell whether people are at work on a day."""
        return not self.closed_for(day)

    def closed_for(self, day: date) -> str:
        """Return why a day is no business day: `Saturday`, `Good Friday`; nothing when it is one.

        A closure goes before a public holiday, and both before the weekend.
        """
        public = self._public(day.year)
        for item in self._closures.get(day.year, ()):
            if item.first <= day <= item.last:
                return item.title
        if day in public.off:
            return public.off[day]
        is_free = day.weekday() in self._weekend and day not in public.worked
        return WEEKDAYS[day.weekday()].capitalize() if is_free else ""

    def add_business_days(self, day: date, count: int) -> date:
        """Return the `count`-th business day after the day, or before it when negative.

        None of them is the day itself, whether it is a business day or not.

        Raises:
            ValueError: There is no such day before year 1 or after year 9999.
        """
        if not count:
            return day
        if abs(count) > _LONGEST:
            raise ValueError(f"no calendar has {count} business days")
        year = day.year
        days = self._business_days(year)
        if count > 0:
            place = bisect_right(days, day.toordinal()) + count - 1
            while place >= len(days):
                place -= len(days)
                year += 1
                days = self._business_days(year)
        else:
            place = bisect_left(days, day.toordinal()) + count
            while place < 0:
                year -= 1
                days = self._business_days(year)
                place += len(days)
        return date.fromordinal(days[place])

    def day_of(self, instant: datetime) -> date:
        """Return the local day on which an instant falls."""
        return instant.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the instant, UTC, at which a local day is over and the next one begins.

        Where a change of the clocks leaves midnight out, that is the instant of the change; where
        there are two midnights, the first.
        """
        midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=self.zone)
        return midnight.astimezone(UTC)

    def _business_days(self, year: int) -> tuple[int, ...]:
        if year not in self._years:
            self._years[year] = tuple(self._worked_in(year))
        return self._years[year]

    def _worked_in(self, year: int) -> Iterator[int]:
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        public = self._public(year)
        off = {day.toordinal() for day in public.off}
        worked = {day.toordinal() for day in public.worked}
        for item in self._closures.get(year, ()):
            off.update(range(item.first.toordinal(), item.last.toordinal() + 1))
        for day in range(first, last + 1):
            weekday = (day - 1) % 7  # the first day of year 1 was a Monday
            if day not in off and (weekday not in self._weekend or day in worked):
                yield day

    def _public(self, year: int) -> PublicDays:
        if not self._country:
            return _NO_DAYS
        return public_days(self._country, self._subdivision, year)


@lru_cache(maxsize=256)
def work_calendar(declared: Calendar) -> WorkCalendar:
    """Return a calendar at work; the same one for the same declaration, so that it works once."""
    return WorkCalendar(declared)


def calendar_for(pack: Pack, regions: Mapping[str, object]) -> WorkCalendar:
    """Return the calendar that the values of the facts in `calendar_by` pick.

    Args:
        pack: The policy.
        regions: The facts by name; what is unknown is left out, or no text. The first one in the
            order of the policy that picks a calendar counts; none picks the default.
    """
    return _picker(pack)(pack.calendar_by, regions)


def _picker(pack: Pack) -> Callable[[Iterable[str], Mapping[str, object]], WorkCalendar]:
    """Return what finds the calendar by the values of some facts, the first one before others."""
    calendars = pack.calendars.values()
    served = {region: work_calendar(item) for item in calendars for region in item.regions}
    default = work_calendar(next((item for item in calendars if item.default), WITHOUT))

    def pick(facts: Iterable[str], regions: Mapping[str, object]) -> WorkCalendar:
        for name in facts:
            region = regions.get(name)
            if isinstance(region, str) and region in served:
                return served[region]
        return default

    return pick


def calendar_source(pack: Pack) -> CalendarOf:
    """Return what finds the calendar of a subject, by its own region or that of what is above."""
    pick, lines = _picker(pack), _lines(pack)
    facts_of = {
        kind: tuple(name for name in pack.calendar_by if pack.facts[name].kind in line)
        for kind, line in lines.items()
    }

    def find(view: View) -> WorkCalendar:
        facts = facts_of.get(view.snapshot.kind, ())
        return pick(facts, {name: view[name] for name in facts})

    return find


def moving_source(unit: str, pack: Pack) -> Callable[[View], Moving]:
    """Return what finds how business days are added for a subject, where `unit` is that at all."""
    if unit != BUSINESS_DAYS or not pack.calendars:
        return lambda _view: add_business_days
    find = calendar_source(pack)
    return lambda view: find(view).add_business_days


def span_source(span: tree.Span, pack: Pack) -> Callable[[View], tree.Number]:
    """Return what finds how long a span is, with its unit; a parameter may have overrides."""
    if isinstance(span, tree.Number):
        return lambda _view: span
    path, unit = span.path, unit_of(span, pack)
    return lambda view: tree.Number(value=view[path], unit=unit)


def first_source(span: tree.Span, pack: Pack) -> Callable[[View], int]:
    """Return what finds the ordinal of the first day of a span that ends today."""
    moving_of, span_of = moving_source(unit_of(span, pack), pack), span_source(span, pack)
    return lambda view: first_day(view.today, span_of(view), moving_of(view))


def date_arithmetic(
    node: tree.Arithmetic, pack: Pack
) -> Callable[[View, Any, Any], Value | Unknown]:
    """Return what gives the days between two dates, or the date so many days or months on."""
    left, right = unit_of(node.left, pack), unit_of(node.right, pack)
    back = node.op != "+"
    of_left, of_right = moving_source(left, pack), moving_source(right, pack)

    def work(view: View, one: Any, other: Any) -> Value | Unknown:  # noqa: ANN401 - a value
        if isinstance(one, date) and isinstance(other, date):
            return Decimal(one.toordinal() - other.toordinal())
        if isinstance(one, date):
            found = shift(one, -other if back else other, right, of_right(view))
        else:
            found = shift(other, -one if back else one, left, of_left(view))
        return found or Unknown((Cause(node.op, "the calendar has no such day"),))

    return work


def _lines(pack: Pack) -> dict[str, tuple[str, ...]]:
    """Return each kind of subject with those above it: whose facts a subject of it can read."""
    lines = {}
    for kind in pack.kinds:
        line, above = [kind], pack.kinds[kind].parent
        while above is not None and above not in line:
            line.append(above)
            above = pack.kinds[above].parent
        lines[kind] = tuple(line)
    return lines
