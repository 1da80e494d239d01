"""Timers of stages: their marks at exact instants, holds, restarts, and the end of a run."""

from datetime import date, timedelta

from kamflow.engine.escalations.timers import Coming, upcoming
from kamflow.model.escalated import (
    EscalationAcknowledged,
    EscalationClimbed,
    EscalationRaised,
    EscalationResolved,
    EscalationWorsened,
    NoticeGiven,
    TimerEnded,
    TimerReached,
)
from tests.unit.engine.escalations.alerts import (
    ACME,
    MONDAY,
    alerted,
    do,
    end_of_day,
    escalation,
    names,
    next_of,
    timed,
)
from tests.unit.engine.escalations.timing import SLA, TIMER, dated, held, reached, timing

# ---------------------------------------------------------------------------- stage SLA


def test_a_stage_has_its_marks_at_the_ends_of_days() -> None:
    world = timing(SLA)

    found = []
    for day in (8, 10, 12, 15):  # 80, 100, 120 and 150 % of ten days
        assert next_of(world, "TM-01") == end_of_day(day)
        assert timed(world, "TM-01", end_of_day(day) - timedelta(seconds=1)) == []
        found.append(reached(timed(world, "TM-01", end_of_day(day))))

    assert found == [["warn"], ["due"], ["late"], ["worst"]]
    assert next_of(world, "TM-01") is None


def test_each_mark_lets_others_join_the_one_escalation() -> None:
    world = timing(SLA)

    _, told = timed(world, "TM-01", end_of_day(8))
    _, raised = timed(world, "TM-01", end_of_day(10))
    _, worse, climbed = timed(world, "TM-01", end_of_day(12))
    timed(world, "TM-01", end_of_day(15))

    assert isinstance(told, NoticeGiven)
    assert (told.rule, told.mark, told.title, told.roles) == (
        "TM-01",
        "warn",
        "Soon over",
        ("kam",),
    )
    assert world.subjects[ACME].settled == {}
    assert isinstance(raised, EscalationRaised)
    assert (raised.rule, raised.roles, raised.climb) == ("TM-01", ("manager",), ())
    assert isinstance(worse, EscalationWorsened)
    assert isinstance(climbed, EscalationClimbed)
    assert (climbed.level, climbed.roles, climbed.due_at) == ("L3", ("sponsor",), end_of_day(12))
    assert escalation(world, "TM-01").roles == ("manager", "sponsor", "board", "steering")
    assert escalation(world, "TM-01").severity == "high"


def test_a_later_mark_calls_in_nobody_by_and_by_once_it_is_acknowledged() -> None:
    world = timing(SLA.replace("  - {id: worst, at: 150%, severity: high, to: [L4]}\n", ""))
    timed(world, "TM-01", end_of_day(10))
    one = escalation(world, "TM-01").id
    world.happened(ACME, EscalationAcknowledged(id=one))

    timed(world, "TM-01", end_of_day(12))

    assert escalation(world, "TM-01").roles == ("manager", "sponsor")
    assert escalation(world, "TM-01").climb == ()


def test_a_mark_by_which_nobody_joins_says_only_that_it_was_reached() -> None:
    world = timing(SLA.replace("severity: high, to: [L3]", "severity: medium, to: [L2]"))
    timed(world, "TM-01", end_of_day(10))

    assert names(timed(world, "TM-01", end_of_day(12))) == ["TimerReached"]


def test_what_is_late_is_done_as_it_was_due() -> None:
    world = timing(SLA)

    events = timed(world, "TM-01", end_of_day(40))

    assert [(item.mark, item.due_at) for item in events if isinstance(item, TimerReached)] == [
        ("warn", end_of_day(8)),
        ("due", end_of_day(10)),
        ("late", end_of_day(12)),
        ("worst", end_of_day(15)),
    ]
    assert timed(world, "TM-01", end_of_day(41)) == []


def test_the_last_mark_climbs_by_and_by_as_it_is_the_end_of_the_ladder() -> None:
    world = timing("due: 5 days\nmarks: [{id: due, severity: medium, to: [L2]}]")

    timed(world, "TM-01", end_of_day(5))

    assert [item.level for item in escalation(world, "TM-01").climb] == ["L3", "L4"]


def test_the_next_stage_begins_anew() -> None:
    world = timing(SLA)
    timed(world, "TM-01", end_of_day(10))
    world.place(ACME, "running")

    ended, resolved = timed(world, "TM-01")

    assert ended == TimerEnded(timer="TM-01", reason="timer TM-01 was started anew")
    assert isinstance(resolved, EscalationResolved)
    assert next_of(world, "TM-01") == end_of_day(16, world.now)


def test_a_stage_without_an_sla_has_no_time() -> None:
    world = timing("due: sla\nmarks: [{id: due, tell: [kam]}]")
    world.place(ACME, "candidate")

    assert next_of(world, "TM-01") is None


def test_the_time_of_a_stage_is_over_when_it_is_left_for_good() -> None:
    world = timing(SLA)
    timed(world, "TM-01", end_of_day(10))
    world.place(ACME, "lost")

    ended, resolved = timed(world, "TM-01")

    assert isinstance(ended, TimerEnded)
    assert isinstance(resolved, EscalationResolved)
    assert world.subjects[ACME].timers == {}


# ---------------------------------------------------------------------------- hold


def test_the_clock_of_a_stage_stands_still_on_hold() -> None:
    world = timing(SLA)

    held(world, 3, 20)

    assert next_of(world, "TM-01") == end_of_day(8 + 17)


def test_it_can_stand_still_more_than_once() -> None:
    world = timing(SLA)

    held(world, 1, 3)
    held(world, 5, 9)

    assert next_of(world, "TM-01") == end_of_day(8 + 2 + 4)


def test_a_hold_within_a_day_makes_nothing_later() -> None:
    world = timing(SLA)
    world.request(ACME, "hold")
    world.now += timedelta(hours=5)
    world.request(ACME, "resume")

    assert next_of(world, "TM-01") == end_of_day(8)


def test_the_escalation_of_a_stage_waits_on_hold_and_goes_on() -> None:
    world = timing("due: 5 days\nstages: [planning]\nmarks: [{id: d, severity: high, to: [L1]}]")
    timed(world, "TM-01", end_of_day(5))
    before = escalation(world, "TM-01").climb[0].at

    assert names(held(world, 6, 13)) == ["EscalationStopped"]

    assert escalation(world, "TM-01").climb[0].at == before + timedelta(days=7)
    assert timed(world, "TM-01") == []


def test_after_a_hold_another_stage_begins_anew() -> None:
    world = timing(SLA)

    held(world, 3, 20, back_to="running")

    assert next_of(world, "TM-01") == end_of_day(20 + 16)
    assert world.subjects[ACME].interrupted is None


def test_the_hold_itself_can_have_a_limit() -> None:
    world = timing("due: 90 days\nstages: [on_hold]\nmarks: [{id: check, at: 30%, tell: [kam]}]")
    world.now = MONDAY + timedelta(days=3)
    world.request(ACME, "hold")

    assert next_of(world, "TM-01") == end_of_day(30)


# ---------------------------------------------------------------------------- others


def test_an_observed_timer_has_no_effect() -> None:
    world = dated("10 days", date(2026, 2, 1), "observe: true")

    mark, raised = timed(world, "TM-01")

    assert isinstance(mark, TimerReached)
    assert isinstance(raised, EscalationRaised)
    assert mark.observed
    assert raised.observed
    assert raised.climb == ()


def test_what_comes_is_told_without_doing_it() -> None:
    world = timing(SLA)
    timed(world, "TM-01", end_of_day(8))

    (coming,) = upcoming(world.compiled, world.view(ACME))

    assert coming == Coming(
        "TM-01",
        MONDAY,
        (
            ("warn", end_of_day(8), True),
            ("due", end_of_day(10), False),
            ("late", end_of_day(12), False),
            ("worst", end_of_day(15), False),
        ),
    )


def test_a_timer_of_another_kind_is_none_of_the_subject() -> None:
    body = (
        TIMER.replace("subject: account", "subject: program")
        % "due: 5 days\n    marks: [{id: m, tell: [kam]}]"
    )
    world = alerted(body)

    assert next_of(world, "TM-01") is None
    assert do(world, lambda _draft: None) == []
