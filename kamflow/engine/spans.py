"""Spans of time as a policy writes them: `14 days`, `6 months`, or the name of a parameter."""

from datetime import UTC, datetime, timedelta

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.days import BUSINESS_DAYS, add_months
from kamflow.engine.deadlines import HOURS, MONTHS, read_span
from kamflow.engine.view import View
from kamflow.model.deadline import Span


def span_of(text: str, compiled: CompiledPack, view: View) -> Span:
    """Return the span that a policy writes as `14 days` or as `P.name`.

    A parameter is read for the subject of `view`, with its overrides.

    Raises:
        ValueError: It is written otherwise.
    """
    if not text.startswith("P."):
        return read_span(text)
    parameter = compiled.pack.parameters[text.removeprefix("P.")]
    return Span(count=int(view[text]), unit=parameter.shape.unit)


def offset_of(text: str, compiled: CompiledPack, view: View) -> tuple[Span, bool]:
    """Return how far something lies from an end, `-30 days` or `+P.name`, and whether before it."""
    return span_of(text[1:].strip(), compiled, view), text.startswith("-")


def end_of(span: Span, since: datetime, compiled: CompiledPack, view: View) -> datetime:
    """Return the instant that lies a span after another one, at the same time of day.

    Days have 24 hours; of a month that is shorter it is the last day; business days are those of
    the calendar of the subject. Deadlines of people are counted otherwise (`deadlines.due`).

    Raises:
        OverflowError: It lies after year 9999.
    """
    try:
        if span.unit == HOURS:
            return since + timedelta(hours=span.count)
        if span.unit == BUSINESS_DAYS:
            calendar = compiled.calendar_of(view)
            local = since.astimezone(calendar.zone)
            day = calendar.add_business_days(local.date(), span.count)
            return datetime.combine(day, local.time(), calendar.zone).astimezone(UTC)
        if span.unit == MONTHS:
            utc = since.astimezone(UTC)
            return datetime.combine(add_months(utc.date(), span.count), utc.time(), UTC)
        return since + timedelta(days=span.count)
    except (ValueError, OverflowError) as error:
        raise OverflowError(f"{span.count} {span.unit} end after year 9999") from error
