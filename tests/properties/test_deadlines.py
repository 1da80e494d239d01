"""Deadlines agree with counting day by day, in whatever calendar, with clocks that stand still."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kamflow.engine.calendars import WorkCalendar
from kamflow.engine.deadlines import due, share_of
from kamflow.model.deadline import Pause, Span
from kamflow.model.pack import Calendar
from tests.properties.calendar_cases import calendars, day_ends

instants = st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone
pauses = st.builds(
    lambda begins, hours: Pause(begins_at=begins, ends_at=begins + timedelta(hours=hours)),
    instants,
    st.integers(0, 400),
)


@given(
    calendar=calendars(),
    since=instants,
    count=st.integers(1, 60),
    unit=st.sampled_from(["business days", "days"]),
    stops=st.lists(pauses, max_size=5),
)
def test_a_deadline_is_the_last_of_the_days_that_count(
    calendar: Calendar,
    since: datetime,
    count: int,
    unit: str,
    stops: list[Pause],
) -> None:
    span = Span(count=count, unit=unit)
    left = count
    expected = since
    for end in day_ends(calendar, since, business=unit == "business days"):
        expected = end
        left -= not any(item.begins_at <= end < (item.ends_at or end) for item in stops)
        if not left:
            break

    assert due(WorkCalendar(calendar), since, span, stops).at == expected


@given(since=instants, count=st.integers(1, 200), stops=st.lists(pauses, max_size=5))
def test_hours_run_minute_by_minute_while_the_clock_runs(
    since: datetime, count: int, stops: list[Pause]
) -> None:
    span, calendar = Span(count=count, unit="hours"), Calendar(id="", title="", zone="UTC")
    end = due(WorkCalendar(calendar), since, span, stops).at
    assert end is not None

    edges = sorted(
        {since, end, *(at for item in stops for at in (item.begins_at, item.ends_at) if at)}
    )
    edges = [at for at in edges if since <= at <= end]
    ran = timedelta(0)
    for begins, ends in pairwise(edges):
        if not any(item.begins_at <= begins < (item.ends_at or end) for item in stops):
            ran += ends - begins

    assert ran == timedelta(hours=count)


@given(
    calendar=calendars(),
    since=instants,
    later=st.integers(0, 10_000),
    count=st.integers(0, 60),
    more=st.integers(0, 20),
    stops=st.lists(pauses, max_size=3),
)
def test_who_asks_later_or_has_more_time_is_never_due_earlier(
    calendar: Calendar, since: datetime, later: int, count: int, more: int, stops: list[Pause]
) -> None:
    work = WorkCalendar(calendar)
    first = due(work, since, Span(count=count, unit="business days"), stops).at
    second_since = since + timedelta(minutes=later)
    second = due(work, second_since, Span(count=count + more, unit="business days"), stops).at

    assert first is not None
    assert second is not None
    assert since < first <= second


@given(count=st.integers(0, 9_999), percent=st.integers(0, 300))
def test_a_share_is_the_least_whole_number_that_is_enough(count: int, percent: int) -> None:
    share = share_of(Span(count=count, unit="days"), percent).count

    assert share * 100 >= count * percent > (share - 1) * 100
