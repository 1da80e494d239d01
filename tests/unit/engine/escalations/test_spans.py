"""Spans as a policy writes them, and the instants at which they end."""

from datetime import UTC, datetime, timedelta

import pytest

from kamflow.engine.spans import end_of, offset_of, span_of
from kamflow.model.deadline import Span
from tests.builders import World
from tests.unit.engine.escalations.alerts import ACME, MONDAY, alerted

BERLIN = "calendars: {berlin: {zone: Europe/Berlin, default: true}}"


def ended(world: World, text: str, since: datetime) -> datetime:
    view = world.view(ACME)
    return end_of(span_of(text, world.compiled, view), since, world.compiled, view)


def test_a_span_is_written_out_or_named() -> None:
    world = alerted()
    view = world.view(ACME)

    assert span_of("5 business days", world.compiled, view) == Span(count=5, unit="business days")
    assert span_of("P.months", world.compiled, view) == Span(count=1, unit="months")


@pytest.mark.parametrize("text", ["", "soon", "5 weeks", "-3 days"])
def test_anything_else_is_none(text: str) -> None:
    world = alerted()

    with pytest.raises(ValueError, match="is no span of time"):
        span_of(text, world.compiled, world.view(ACME))


def test_an_offset_lies_before_or_after() -> None:
    world = alerted()
    view = world.view(ACME)

    assert offset_of("-30 days", world.compiled, view) == (Span(count=30, unit="days"), True)
    assert offset_of("+P.months", world.compiled, view) == (Span(count=1, unit="months"), False)


@pytest.mark.parametrize(
    ("text", "days"),
    [("24 hours", 1), ("3 days", 3), ("1 month", 31), ("5 business days", 7)],
)
def test_a_span_ends_at_the_same_time_of_day(text: str, days: int) -> None:
    assert ended(alerted(), text, MONDAY) == MONDAY + timedelta(days=days)


def test_a_month_ends_with_the_last_day_of_a_shorter_one() -> None:
    end = ended(alerted(), "1 month", datetime(2026, 1, 31, 12, tzinfo=UTC))

    assert end == datetime(2026, 2, 28, 12, tzinfo=UTC)


def test_business_days_are_those_of_the_calendar() -> None:
    # Late on a Monday in UTC it is Tuesday in Berlin, and the clocks go forward before it ends.
    since = datetime(2026, 3, 23, 23, 30, tzinfo=UTC)

    assert ended(alerted(BERLIN), "5 business days", since) == datetime(
        2026, 3, 30, 22, 30, tzinfo=UTC
    )


def test_no_span_ends_after_the_last_year() -> None:
    with pytest.raises(OverflowError, match="36500 days end after year 9999"):
        ended(alerted(), "36500 days", datetime(9999, 1, 1, tzinfo=UTC))
