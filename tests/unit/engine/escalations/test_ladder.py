"""Who joins an escalation, and when: rungs, the climb by waits, severities, clocks that stop."""

from datetime import UTC, datetime, timedelta

import pytest

from kamflow.engine.escalations.raising import worsen
from kamflow.model.commands import AcknowledgeEscalation
from kamflow.model.escalated import (
    EscalationClimbed,
    EscalationRaised,
    EscalationResumed,
    EscalationStopped,
    EscalationWorsened,
)
from kamflow.model.events import Event
from tests.builders import World
from tests.unit.engine.escalations.alerts import (
    ACME,
    MONDAY,
    RULE,
    after_business_days,
    alerted,
    do,
    end_of_day,
    escalation,
    names,
    raise_it,
    ruled,
    tended,
    wait_until,
)

LONG_AFTER = MONDAY + timedelta(days=400)


def joined(events: list[Event]) -> list[tuple[str, tuple[str, ...], datetime]]:
    """Return who joined by the clock, and when."""
    return [
        (item.level, item.roles, item.due_at)
        for item in events
        if isinstance(item, EscalationClimbed)
    ]


def worsened(world: World, severity: str) -> list[Event]:
    return do(world, lambda draft: worsen(draft, escalation(world), severity, draft.scene.now))


def acknowledge(world: World, by: str = "kam-person") -> None:
    command = AcknowledgeEscalation(actor=by, escalation=escalation(world).id)
    decision = world.submit(ACME, command)
    assert decision.accepted, decision.reasons


# ---------------------------------------------------------------------------- at once


@pytest.mark.parametrize(
    ("to", "severity", "level", "roles"),
    [
        ("[L1]", "medium", "L1", ("kam",)),
        ("[L2, L1]", "medium", "L2", ("kam", "manager")),
        ("[L2, {roles: [office]}]", "high", "L2", ("manager", "office")),
        ("[L1, L4]", "critical", "L4", ("sponsor", "board", "steering")),
        ("[L1]", "critical", "L3", ("sponsor",)),
        ("[{roles: [office]}]", "low", "", ("office",)),
        ("[{roles: [office]}]", "critical", "L3", ("sponsor", "office")),
        ("[{level: L2, after: 3 days}]", "medium", "", ()),
    ],
)
def test_rungs_without_a_time_join_at_once(
    to: str, severity: str, level: str, roles: tuple[str, ...]
) -> None:
    world = ruled(f"to: {to}")

    (raised,) = raise_it(world, severity=severity)

    assert isinstance(raised, EscalationRaised)
    assert (raised.level, raised.roles) == (level, roles)
    assert raised.raised_at == MONDAY


def test_a_rule_that_names_nobody_begins_with_the_lowest_level() -> None:
    world = ruled("severity: low")

    raise_it(world, severity="low")

    assert escalation(world).level == "L1"


# ---------------------------------------------------------------------------- climbing


def test_the_levels_above_join_after_the_waits_of_those_below() -> None:
    world = ruled("to: [L1]")
    raise_it(world)

    events = wait_until(world, LONG_AFTER)

    assert joined(events) == [
        ("L2", ("manager",), after_business_days(3)),
        ("L3", ("sponsor",), after_business_days(8)),
        ("L4", ("board", "steering"), after_business_days(13)),
    ]
    assert escalation(world).level == "L4"
    assert escalation(world).roles == ("kam", "manager", "sponsor", "board", "steering")


def test_nobody_joins_a_moment_before() -> None:
    world = ruled("to: [L1]")
    raise_it(world)

    events = wait_until(world, after_business_days(3) - timedelta(microseconds=1))

    assert events == []


def test_nobody_joins_by_and_by_where_no_level_is_named() -> None:
    world = ruled("to: [{roles: [office]}]")
    raise_it(world)

    assert wait_until(world, LONG_AFTER) == []


def test_who_acknowledges_ends_the_climb() -> None:
    world = ruled("to: [L1]")
    raise_it(world)
    wait_until(world, after_business_days(3))

    acknowledge(world)

    assert wait_until(world, LONG_AFTER) == []
    assert escalation(world).level == "L2"
    assert escalation(world).acknowledged_by == "kam-person"


def test_rungs_with_a_time_join_though_it_is_acknowledged() -> None:
    world = ruled("to: [L1, {level: L2, after: 14 days}, {roles: [office], after: 24 hours}]")
    raise_it(world)
    acknowledge(world)

    events = wait_until(world, LONG_AFTER)

    assert joined(events) == [
        ("", ("office",), MONDAY + timedelta(hours=24)),
        ("L2", ("manager",), end_of_day(14)),
    ]


def test_a_level_below_can_join_later() -> None:
    world = ruled("to: [L1, L3, {level: L2, after: 14 days}, {level: L1, after: 20 days}]")
    raise_it(world)

    events = wait_until(world, LONG_AFTER)

    assert joined(events) == [("", ("manager",), end_of_day(14))]
    assert escalation(world).level == "L3"


def test_spans_can_be_parameters() -> None:
    world = ruled("to: [L1, {level: L3, after: P.rung_days}]")
    raise_it(world)

    assert joined(wait_until(world, LONG_AFTER)) == [("L3", ("sponsor",), end_of_day(3))]


def test_the_waits_are_those_of_the_calendar_of_the_subject() -> None:
    berlin = """
calendars:
  berlin:
    zone: Europe/Berlin
    default: true
    closures: [{title: Works outing, day: 2026-03-04}]
"""
    world = alerted(berlin, RULE % "to: [L1]")

    raise_it(world)

    # Thursday is the second business day, as there is none on Wednesday, and ends an hour earlier.
    assert escalation(world).climb[0].at == datetime(2026, 3, 6, 23, tzinfo=UTC)


# ---------------------------------------------------------------------------- severity


def test_a_higher_severity_lets_its_level_join_and_those_above_wait_anew() -> None:
    world = ruled("to: [L1]")
    raise_it(world)
    wait_until(world, MONDAY + timedelta(days=1))

    (event,) = worsened(world, "critical")

    assert isinstance(event, EscalationWorsened)
    assert (event.level, event.roles) == ("L3", ("sponsor",))
    assert joined(wait_until(world, LONG_AFTER)) == [
        ("L4", ("board", "steering"), end_of_day(8)),  # five business days after Tuesday
    ]


def test_a_severity_without_a_level_of_its_own_changes_nobody() -> None:
    world = ruled("to: [L1]")
    raise_it(world)

    (event,) = worsened(world, "high")

    assert isinstance(event, EscalationWorsened)
    assert (event.level, event.roles) == ("", ())
    assert escalation(world).severity == "high"
    assert [item.level for item in escalation(world).climb] == ["L2", "L3", "L4"]


@pytest.mark.parametrize("severity", ["low", "medium"])
def test_it_never_becomes_less_severe(severity: str) -> None:
    world = ruled("to: [L1]")
    raise_it(world)

    assert worsened(world, severity) == []


def test_a_grade_can_have_rungs_of_its_own() -> None:
    grade = "grades: [{severity: high, when: account.value > 5000, to: [L4]}]"
    world = ruled(f"to: [L2, {{level: L3, after: 5 days}}]\n{grade}")
    raise_it(world)

    (event,) = worsened(world, "high")

    assert isinstance(event, EscalationWorsened)
    assert (event.level, event.roles) == ("L4", ("board", "steering"))
    assert joined(wait_until(world, LONG_AFTER)) == [("", ("sponsor",), end_of_day(5))]


def test_a_grade_at_the_start_joins_with_its_rungs() -> None:
    grade = "grades: [{severity: high, when: account.value > 5000, to: [L4]}]"
    world = ruled(f"to: [L2]\n{grade}")

    raise_it(world, severity="high")

    assert escalation(world).roles == ("manager", "board", "steering")


def test_who_acknowledged_keeps_the_climb_ended_when_it_gets_worse() -> None:
    world = ruled("to: [L1]")
    raise_it(world)
    acknowledge(world)

    worsened(world, "critical")

    assert escalation(world).roles == ("kam", "sponsor")
    assert wait_until(world, LONG_AFTER) == []


# ---------------------------------------------------------------------------- clocks


def test_the_climb_stands_still_where_the_rule_is_not_judged() -> None:
    world = ruled("stages: [planning, running]\nto: [L1]")
    raise_it(world)
    world.now = MONDAY + timedelta(days=1)
    world.place(ACME, "on_hold")

    assert names(tended(world)) == ["EscalationStopped"]
    assert wait_until(world, MONDAY + timedelta(days=60)) == []
    assert tended(world) == []


def test_the_climb_goes_on_where_it_stood() -> None:
    world = ruled("stages: [planning, running]\nto: [L1]")
    raise_it(world)
    world.now = MONDAY + timedelta(days=1)
    world.place(ACME, "on_hold")
    (stopped,) = tended(world)
    world.now = MONDAY + timedelta(days=15)  # two weeks later, on a Tuesday again
    world.place(ACME, "planning")

    (resumed,) = tended(world)

    assert isinstance(stopped, EscalationStopped)
    assert stopped.stopped_at == MONDAY + timedelta(days=1)
    assert isinstance(resumed, EscalationResumed)
    two_weeks = timedelta(days=14)
    assert [at for _, _, at in joined(wait_until(world, LONG_AFTER))] == [
        after_business_days(3) + two_weeks,
        after_business_days(8) + two_weeks,
        after_business_days(13) + two_weeks,
    ]


def test_a_climb_can_stand_still_more_than_once() -> None:
    world = ruled("stages: [planning, running]\nto: [L1, {level: L2, after: 10 days}]")
    raise_it(world)
    for day in (2, 9):
        world.now = MONDAY + timedelta(days=day)
        world.place(ACME, "on_hold")
        tended(world)
        world.now += timedelta(days=5)
        world.place(ACME, "planning")
        tended(world)

    assert joined(wait_until(world, LONG_AFTER)) == [("L2", ("manager",), end_of_day(20))]


def test_a_rule_that_is_judged_while_the_subject_waits_goes_on() -> None:
    world = ruled("stages: [planning, on_hold]\nto: [L1]")
    raise_it(world)
    world.place(ACME, "on_hold")

    assert tended(world) == []
    assert len(joined(wait_until(world, LONG_AFTER))) == 3
