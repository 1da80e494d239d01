"""Later instants: when days and reports come into spans that end today, and when they leave."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from kamflow.engine.calendars import moving_source, span_source
from kamflow.engine.days import first_day, shift
from kamflow.engine.view import View
from kamflow.model import expression as tree
from kamflow.model.events import EventReported
from kamflow.model.pack import Pack

_NEVER = datetime.max.replace(tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_WEEK = 7  # days; a span of months or business days that ends is found within one


def midnight(day: int) -> datetime | None:
    """Return the instant at which a day (its ordinal) begins, UTC; nothing after the last one."""
    if day > date.max.toordinal():
        return None
    return datetime.combine(date.fromordinal(max(day, 1)), time(), UTC)


def tomorrow(view: View) -> datetime | None:
    """Return when the day from which a subject is seen is over, UTC."""
    return midnight(view.day + 1)


def first_of(instants: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest of some instants, if there is any."""
    return min((item for item in instants if item is not None), default=None)


def passing(pack: Pack, day: int, span: tree.Span, view: View) -> datetime | None:
    """Return when a day comes into a span that ends today, or else when it leaves it."""
    if day > view.day:
        return midnight(day)
    number = span_source(span, pack)(view)
    moving = moving_source(number.unit, pack)(view)
    if first_day(view.today, number, moving) > day:
        return None  # it has left
    if number.unit == "days":
        return midnight(day + int(number.value) + 1)
    end = shift(date.fromordinal(day), number.value, number.unit, moving)
    if end is None:
        return None
    for later in range(max(end.toordinal() - _WEEK, view.day + 1), date.max.toordinal()):
        if first_day(date.fromordinal(later), number, moving) > day:
            return midnight(later)
    return None


def next_report(pack: Pack, node: tree.Aggregate, view: View) -> datetime | None:
    """Return when a set of reports could be another one: one comes into the span or leaves it."""
    span = node.within
    if span is None:
        return None
    number = span_source(span, pack)(view)
    first = first_day(view.today, number, moving_source(number.unit, pack)(view))
    reported = _owner_of(view, pack, node.members).history.reported(node.members)
    oldest = bisect_left(reported, first, key=_day)
    coming = bisect_right(reported, view.day, key=_day)
    days = {_day(reported[place]) for place in (oldest, coming) if place < len(reported)}
    return first_of(passing(pack, day, span, view) for day in days)


def _day(report: EventReported) -> int:
    return report.happened_at.toordinal()


def next_end(pack: Pack, node: tree.Absence, view: View) -> datetime | None:
    """Return when the time is over in which something should follow what was reported.

    For a subject, as it is seen from an instant, that is worked out once.
    """
    history = _owner_of(view, pack, node.after).history
    key = (view.snapshot.id, id(node), "end")
    if key not in history.worked_out:
        found = _next_end(pack, node, view, history.reported(node.after))
        history.worked_out[key] = (found, node)  # which stays, and with it its identity
    end: datetime | None = history.worked_out[key][0]
    return end


def _next_end(
    pack: Pack, node: tree.Absence, view: View, reported: Sequence[EventReported]
) -> datetime | None:
    number = span_source(node.span, pack)(view)
    moving = moving_source(number.unit, pack)(view)

    def end_of(report: EventReported) -> datetime:
        if number.unit == "hours":
            return report.happened_at + timedelta(hours=int(number.value))
        last = shift(report.happened_at.date(), number.value, number.unit, moving)
        end = None if last is None else midnight(last.toordinal() + 1)
        return _NEVER if end is None else end

    place = bisect_right(reported, view.scene.now, key=end_of)  # who comes later ends later
    end = end_of(reported[place]) if place < len(reported) else _NEVER
    return None if end is _NEVER else end


def next_former(pack: Pack, node: tree.Change, view: View) -> datetime | None:
    """Return when another reading is the one of so long ago."""
    number = span_source(node.span, pack)(view)
    first = first_day(view.today, number, moving_source(number.unit, pack)(view))
    name = node.fact.path
    readings = (view.at(pack.facts[name].kind) or view).history.readings(name)
    later = [day for item in readings if (day := item.as_of.toordinal()) > first]
    if not later:
        return None
    exact = number.unit == "days"
    return midnight(min(later) + int(number.value)) if exact else tomorrow(view)


def next_edit(pack: Pack, node: tree.Edited, view: View) -> datetime | None:
    """Return when the first edit of the last hours is no longer one of those."""
    facts, hours = view.snapshot.facts, timedelta(hours=float(node.hours))
    ends = (
        facts[item.fact].recorded_at + hours + _INSTANT
        for item in pack.scorecards[node.scorecard].criteria
        if item.fact in facts
    )
    return first_of(end for end in ends if end > view.scene.now)


def _owner_of(view: View, pack: Pack, event: str) -> View:
    """Return the view of the subject of which an event is reported: this one, or one above."""
    kind = pack.events[event].kind
    return view if view.snapshot.kind == kind else view.at(kind) or view
