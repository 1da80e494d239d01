"""When a timer runs, since when, and when it comes to its marks."""

from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from kamflow.engine.asking import number_of
from kamflow.engine.calendars import WITHOUT, WorkCalendar, work_calendar
from kamflow.engine.clocks import stage_clock
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.days import BUSINESS_DAYS, add_months, over
from kamflow.engine.deadlines import (
    HOURS,
    MONTHS,
    afterwards,
    due,
    last_day,
    share_of,
)
from kamflow.engine.spans import offset_of, span_of
from kamflow.engine.view import View
from kamflow.model.deadline import Pause, Span
from kamflow.model.expression import Condition
from kamflow.model.pack import Stage
from kamflow.model.rules import OF_STAGE, Mark, Timer
from kamflow.model.snapshot import Snapshot

_UTC = work_calendar(WITHOUT)
_DAYS = "days"
_ALL = 100


class Start(Struct, frozen=True):
    """A timer runs, and since when: from a date, or from the clock of a stage with its pauses."""

    since: datetime  # aware UTC
    span: Span  # how long it runs up to its end
    day: date | None = None
    pauses: tuple[Pause, ...] = ()


class Halted(Struct, frozen=True):
    """A timer stands still, as the subject waits and may come back."""


class Over(Struct, frozen=True):
    """A timer does not run."""

    reason: str


def start_of(compiled: CompiledPack, view: View, timer: Timer) -> Start | Halted | Over:
    """Return since when a timer runs for a subject, or why it does not."""
    snapshot = view.snapshot
    stage = compiled.pack.workflows[snapshot.workflow].stages.get(snapshot.stage)
    if stage is None or not _runs_in(timer, stage):
        if is_halted(compiled, snapshot, timer):
            return Halted()
        return Over(f"the subject has entered `{snapshot.stage}`")
    if timer.due == OF_STAGE and stage.sla_days is None:
        return Over(f"stage `{stage.id}` has no `sla_days`")
    if timer.unless is not None and compiled.ask(timer.unless, view) is True:
        return Over(timer.unless.text)
    span = _span(compiled, view, timer, stage)
    if timer.since is None:
        clock = stage_clock(snapshot)
        return Start(clock.began_at, span, None, clock.pauses)
    day = compiled.ask(timer.since, view)
    if not isinstance(day, date):
        return Over(f"{timer.since.text} is not known")
    return Start(datetime.combine(day, time(), UTC), span, day)


def is_halted(compiled: CompiledPack, snapshot: Snapshot, timer: Timer) -> bool:
    """Tell whether a timer stands still, as the subject waits and may come back."""
    left = snapshot.interrupted
    if left is None:
        return False
    stages = compiled.pack.workflows[snapshot.workflow].stages
    here, before = stages.get(snapshot.stage), stages.get(left.stage)
    if here is None or _runs_in(timer, here):
        return False
    return before is not None and _runs_in(timer, before)


def reads(timer: Timer) -> tuple[Condition, ...]:
    """Return the conditions by which a timer starts and ends, besides the stage."""
    return tuple(item for item in (timer.since, timer.unless) if item is not None)


def mark_at(compiled: CompiledPack, view: View, mark: Mark, start: Start) -> datetime | None:
    """Return when a timer comes to a mark, in whole seconds; nothing where it never does.

    A person has the whole of the last day, so a mark is at the end of a day, unless it is counted
    in hours. Days from a date are those of UTC, as `days_since` counts them; business days and days
    from a stage those of the calendar of the subject.
    """
    calendar = compiled.calendar_of(view)
    try:
        if mark.offset:
            offset, back = offset_of(mark.offset, compiled, view)
            at = _beside(calendar, start, offset, -1 if back else 1)
        else:
            at = _ends(calendar, start, _share(calendar, start, percent_of(mark, view)))
    except (ValueError, OverflowError):
        return None
    if at is None or not at.microsecond:
        return at
    return at.replace(microsecond=0) + timedelta(seconds=1)


def first_end(compiled: CompiledPack, timer: Timer, today: date) -> datetime | None:
    """Return when an override ends by which a timer is counted, the first of those to come."""
    if not compiled.ending:
        return None
    texts = [timer.due, *(mark.offset[1:].strip() for mark in timer.marks)]
    names = [text.removeprefix("P.") for text in texts if text.startswith("P.")]
    names += [mark.percent.parameter for mark in timer.marks if mark.percent is not None]
    days = (day for name in names for day in compiled.ending.get(name, ()) if day >= today)
    return min((end for day in days if (end := over(day)) is not None), default=None)


def percent_of(mark: Mark, view: View) -> int:
    """Return at how many percent of the time a mark lies that has no offset; the end is 100."""
    return _ALL if mark.percent is None else number_of(mark.percent, view)


def _runs_in(timer: Timer, stage: Stage) -> bool:
    if timer.stages:
        return stage.id in timer.stages
    waits = stage.kind == "waiting" and timer.since is None
    return stage.kind != "end" and not waits


def _span(compiled: CompiledPack, view: View, timer: Timer, stage: Stage) -> Span:
    if timer.due == OF_STAGE:
        return Span(count=stage.sla_days or 0, unit=_DAYS)
    return span_of(timer.due, compiled, view)


def _ends(calendar: WorkCalendar, start: Start, span: Span) -> datetime | None:
    """Return when a span from the start is over."""
    if start.day is None:
        return due(calendar, start.since, span, start.pauses).at
    end = _UTC.end_of(start.day)
    if span.unit == HOURS:
        return end + timedelta(hours=span.count)
    return _moved(_counting(calendar, start, span), start.day, span, 1)


def _counting(calendar: WorkCalendar, start: Start, span: Span) -> WorkCalendar:
    """Return the calendar whose days count."""
    return _UTC if start.day is not None and span.unit != BUSINESS_DAYS else calendar


def _moved(calendar: WorkCalendar, day: date, span: Span, sign: int) -> datetime:
    """Return the end of the day that lies a span after a day, or before it."""
    count = sign * span.count
    if span.unit == MONTHS:
        return calendar.end_of(add_months(day, count))
    if span.unit == BUSINESS_DAYS:
        return calendar.end_of(calendar.add_business_days(day, count))
    return calendar.end_of(day + timedelta(days=count))


def _share(calendar: WorkCalendar, start: Start, percent: int) -> Span:
    """Return so many percent of the time, in whole days or hours, rounded up."""
    span = start.span
    if percent == _ALL:
        return span
    if span.unit != MONTHS:
        return share_of(span, percent)
    first = start.day or calendar.day_of(start.since)
    return share_of(Span(count=(add_months(first, span.count) - first).days, unit=_DAYS), percent)


def _beside(calendar: WorkCalendar, start: Start, offset: Span, sign: int) -> datetime | None:
    """Return the instant so long after the end, or before it where `sign` is -1."""
    if offset.unit == start.span.unit:
        count = start.span.count + sign * offset.count
        if count >= 0 or start.day is not None:
            return _ends(calendar, start, Span(count=count, unit=offset.unit))
        return start.since
    end = _ends(calendar, start, start.span)
    if end is None or offset.unit == HOURS:
        return end and end + sign * timedelta(hours=offset.count)
    if sign > 0 and start.day is None:
        return due(calendar, afterwards(end, offset.unit), offset, start.pauses).at
    counting = _counting(calendar, start, offset)
    return _moved(counting, last_day(counting, end), offset, sign)
