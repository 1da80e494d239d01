"""Timers from a date: exact edges, calendar months, business days, restarts, tasks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kamflow.model.escalated import (
    EscalationRaised,
    EscalationResolved,
    TaskDropped,
    TaskGiven,
    TimerEnded,
    TimerReached,
)
from tests.unit.engine.escalations.alerts import (
    ACME,
    MONDAY,
    alerted,
    end_of_day,
    names,
    next_of,
    tended,
    timed,
)
from tests.unit.engine.escalations.timing import DATED, dated, held, reached, timing


@pytest.mark.parametrize(
    ("due", "since", "at"),
    [
        ("90 days", date(2026, 1, 1), datetime(2026, 4, 2, tzinfo=UTC)),
        ("P.months", date(2026, 1, 31), datetime(2026, 3, 1, tzinfo=UTC)),
        ("6 months", date(2026, 2, 28), datetime(2026, 8, 29, tzinfo=UTC)),
        ("1 month", date(2028, 1, 31), datetime(2028, 3, 1, tzinfo=UTC)),
        ("5 business days", date(2026, 3, 6), datetime(2026, 3, 14, tzinfo=UTC)),
        ("36 hours", date(2026, 3, 2), datetime(2026, 3, 4, 12, tzinfo=UTC)),
    ],
)
def test_from_a_date_the_whole_last_day_is_left(due: str, since: date, at: datetime) -> None:
    world = dated(due, since)
    world.now = at - timedelta(seconds=1)

    assert timed(world, "TM-01") == []
    assert next_of(world, "TM-01") == at
    assert reached(timed(world, "TM-01", at)) == ["due"]


def test_days_from_a_date_are_over_when_days_since_is_more() -> None:
    world = dated("90 days", date(2026, 1, 1))

    before = datetime(2026, 4, 2, tzinfo=UTC)

    world.now = before - timedelta(seconds=1)
    assert world.ask(ACME, "days_since(account.since) > 90") is False
    world.now = before
    assert world.ask(ACME, "days_since(account.since) > 90") is True
    assert reached(timed(world, "TM-01")) == ["due"]


@pytest.mark.parametrize(
    ("mark", "at"),
    [
        ("before: 30 days", datetime(2026, 6, 1, tzinfo=UTC)),
        ("after: 30 days", datetime(2026, 7, 31, tzinfo=UTC)),
        ("before: P.months", datetime(2026, 5, 31, tzinfo=UTC)),
        ("before: 5 business days", datetime(2026, 6, 24, tzinfo=UTC)),
        ("after: 2 hours", datetime(2026, 7, 1, 2, tzinfo=UTC)),
        ("at: 50%", datetime(2026, 5, 16, tzinfo=UTC)),  # 46 of 91 days, as half a day is a day
    ],
)
def test_marks_lie_before_and_after_the_end(mark: str, at: datetime) -> None:
    body = f"since: account.since\ndue: 3 months\nmarks: [{{id: m, {mark}, tell: [kam]}}]"
    world = timing(body)
    world.set_fact(ACME, "account.since", date(2026, 3, 30))

    assert next_of(world, "TM-01") == at


@pytest.mark.parametrize(
    ("mark", "day"), [("before: 4 days", 6), ("after: 4 days", 14), ("at: 45%", 5)]
)
def test_marks_lie_before_and_after_the_end_of_a_stage(mark: str, day: int) -> None:
    world = timing(f"due: sla\nmarks: [{{id: m, {mark}, tell: [kam]}}]")

    assert next_of(world, "TM-01") == end_of_day(day)


def test_a_mark_that_lies_before_the_start_is_reached_there() -> None:
    world = timing("due: sla\nmarks: [{id: m, before: 20 days, tell: [kam]}]")

    assert world.subjects[ACME].timers["TM-01"].reached == ("m",)


def test_a_mark_after_the_end_waits_for_a_hold_as_well() -> None:
    world = timing("due: 1 month\nmarks: [{id: m, after: 5 days, tell: [kam]}]")

    held(world, 33, 43)

    assert next_of(world, "TM-01") == end_of_day(31 + 5 + 10)


def test_hours_from_a_stage_are_over_with_the_next_whole_second() -> None:
    world = timing("due: 36 hours\nstages: [running]\nmarks: [{id: m, at: 50%, tell: [kam]}]")
    world.now = MONDAY + timedelta(microseconds=300)
    world.place(ACME, "running")

    assert next_of(world, "TM-01") == MONDAY + timedelta(hours=18, seconds=1)


def test_what_a_mark_asked_for_is_dropped_with_the_run() -> None:
    task = "tasks: [{id: t, title: Prepare, roles: [kam]}]"
    mark = f"marks: [{{id: m, before: 80 days, {task}}}]"
    world = timing(f"since: account.since\ndue: 90 days\n{mark}")
    world.record(ACME, {"account.since": date(2026, 2, 1)})
    assert len(world.subjects[ACME].tasks) == 1

    _, *events = world.record(ACME, {"account.since": date(2026, 3, 1)}).happenings

    assert names(events) == ["TimerEnded", "TaskDropped"]


def test_another_date_starts_it_anew() -> None:
    world = dated("10 days", date(2026, 2, 1))
    timed(world, "TM-01")
    assert world.subjects[ACME].tasks
    world.set_fact(ACME, "account.since", date(2026, 3, 1))

    events = timed(world, "TM-01")

    assert names(events) == ["TimerEnded", "EscalationResolved", "TaskDropped"]
    assert next_of(world, "TM-01") == datetime(2026, 3, 12, tzinfo=UTC)


def test_it_is_counted_anew_when_an_override_ends() -> None:
    override = """
parameters:
  due_days: {type: integer, unit: days, value: 10}
overrides:
  - parameter: due_days
    layer: account
    key: acme
    value: 90
    owner: ana
    reason: they asked
    until: 2026-03-20
"""
    timer = "since: account.since\ndue: P.due_days\nmarks: [{id: m, tell: [kam]}]"
    world = timing(timer, override)

    world.record(ACME, {"account.since": date(2026, 3, 1)})

    assert world.due_at(ACME) == datetime(2026, 3, 21, tzinfo=UTC)
    world.run_until(datetime(2026, 3, 21, tzinfo=UTC))
    assert world.subjects[ACME].timers["TM-01"].reached == ("m",)


def test_without_a_date_it_does_not_run() -> None:
    world = timing(DATED % "10 days")

    assert next_of(world, "TM-01") is None
    assert timed(world, "TM-01") == []


def test_it_does_not_run_unless() -> None:
    world = dated("10 days", date(2026, 2, 1), "unless: account.paused")
    timed(world, "TM-01")

    _, *ended = world.record(ACME, {"account.paused": True}).happenings
    _, *again = world.record(ACME, {"account.paused": False}).happenings

    assert names(ended) == ["TimerEnded", "EscalationResolved", "TaskDropped"]
    assert ended[0] == TimerEnded(timer="TM-01", reason="timer TM-01 is over: account.paused")
    assert names(again) == ["TimerReached", "EscalationRaised", "TaskGiven"]


def test_a_date_at_the_end_of_all_days_is_never_due() -> None:
    world = dated("10 days", date(9999, 12, 31))

    assert next_of(world, "TM-01") is None


def test_a_mark_gives_tasks_and_its_end_drops_them() -> None:
    world = dated("10 days", date(2026, 2, 1))

    events = timed(world, "TM-01")
    world.place(ACME, "lost")
    over = timed(world, "TM-01")

    given = next(item for item in events if isinstance(item, TaskGiven))
    assert (given.rule, given.task, given.escalation) == (
        "TM-01",
        "t",
        next(item.id for item in events if isinstance(item, EscalationRaised)),
    )
    assert [type(item) for item in over] == [TimerEnded, EscalationResolved, TaskDropped]


def test_it_ends_when_the_policy_has_it_no_more() -> None:
    world = dated("10 days", date(2026, 2, 1))
    timed(world, "TM-01")
    world.packs[world.subjects[ACME].pack] = alerted().compiled

    assert names(tended(world)) == ["TimerEnded", "EscalationResolved", "TaskDropped"]


def test_a_timer_that_starts_itself_anew_without_end_is_refused() -> None:
    marks = """
since: account.since
due: 10 days
marks:
  - {id: a, set: {account.since: today - 50 days}}
  - {id: b, set: {account.since: today - 60 days}}
"""
    world = timing(marks)

    decision = world.record(ACME, {"account.since": date(2026, 1, 1)})

    assert not decision.accepted
    assert "they do not come to an end: TM-01 -> TM-01" in decision.reasons[0]


def test_a_timer_can_start_itself_anew() -> None:
    mark = "marks: [{id: a, set: {account.since: today}}]"
    world = timing(f"since: account.since\ndue: 10 days\n{mark}")
    world.record(ACME, {"account.since": date(2026, 3, 1)})

    world.run_until(datetime(2026, 4, 3, tzinfo=UTC))

    reached_then = [one.event for one in world.events[ACME] if isinstance(one.event, TimerReached)]
    starts = [event.since.date() for event in reached_then]
    assert starts == [date(2026, 3, 1), date(2026, 3, 12), date(2026, 3, 23)]
