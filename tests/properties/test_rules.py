"""The laws of event rules, timers and regions on random policies and lives."""

import random
from collections import defaultdict
from datetime import timedelta

import pytest

from kamflow.engine.evolve import replay
from kamflow.model.escalated import EscalationExtended, EscalationRaised, NoticeGiven
from kamflow.model.events import EventReported
from tests.builders import World
from tests.properties.rule_worlds import (
    a_life,
    a_report,
    apart_from_recording,
    begun,
    growing_policy,
    live,
    policy,
)
from tests.unit.engine.rules.ruled import ACME

POLICIES = 25
AFTERWARDS = timedelta(days=40)


@pytest.mark.parametrize("policy_number", range(POLICIES))
def test_late_is_like_on_time(policy_number: int) -> None:
    for number in range(20):
        dice = random.Random(f"{policy_number} {number}")  # noqa: S311 - nothing is kept secret
        timely, late = begun(policy(policy_number)), begun(policy(policy_number))
        steps = a_life(dice, timely.began)
        for step in steps:
            timely.run_until(step[0])
            live((timely, late), step)
        end = steps[-1][0] + AFTERWARDS
        timely.run_until(end)
        late.now = end
        late.turn(ACME)
        assert apart_from_recording(late.events[ACME]) == apart_from_recording(timely.events[ACME])
        assert late.schedules.get(ACME, {}) == timely.schedules.get(ACME, {})
        for world in (timely, late):
            assert replay(world.events[ACME]) == world.subjects[ACME]


@pytest.mark.parametrize("policy_number", range(POLICIES))
def test_nothing_is_planned_too_late(policy_number: int) -> None:
    """Judge all rules anew every day: that finds nothing that the schedule did not."""
    for number in range(3):
        dice = random.Random(f"{policy_number} {number}")  # noqa: S311 - nothing is kept secret
        planned, daily = begun(policy(policy_number)), begun(policy(policy_number))
        steps = a_life(dice, planned.began)
        end = steps[-1][0] + AFTERWARDS
        for step in [*steps, (end, "people", (0,))]:
            planned.run_until(step[0])
            _every_day(daily, step[0])
            if step[0] < end:
                live((planned, daily), step)
        assert apart_from_recording(daily.events[ACME]) == apart_from_recording(
            planned.events[ACME]
        )


def _every_day(world: World, until: object) -> None:
    midnight = world.now.replace(hour=0, minute=0, second=0, microsecond=0)
    while (midnight := midnight + timedelta(days=1)) <= until:  # type: ignore[operator]
        world.run_until(midnight)
        world.schedules[ACME] = {**world.schedules.get(ACME, {}), "": 0}
        world.turn(ACME)
    world.run_until(until)  # type: ignore[arg-type]


@pytest.mark.parametrize("part", range(10))
def test_the_order_in_which_a_batch_arrives_does_not_count(part: int) -> None:
    """Reports within the bound call for the same in any order, and by the same reports."""
    pack = growing_policy()
    for number in range(20):
        dice = random.Random(f"{part} {number}")  # noqa: S311 - nothing is kept secret
        now = begun(pack).began + timedelta(days=9)
        some = [a_report(dice, now) for _ in range(12)]
        batch = [item for item in some if now - item.happened_at < timedelta(days=7)]
        called = []
        for _ in range(3):
            world = begun(pack)
            world.run_until(now)
            for command in dice.sample(batch, len(batch)):
                world.submit(ACME, command)
            called.append(_called(world))
        assert called[0] == called[1] == called[2]


def _called(world: World) -> dict[tuple[str, str], set[object]]:
    """Return by rule and key what was called for, with the reports as they were told."""
    told = {
        f"{ACME}#{item.sequence}": (
            item.event.name,
            item.event.happened_at,
            str(item.event.payload),
        )
        for item in world.events[ACME]
        if isinstance(item.event, EventReported)
    }
    names: dict[str, tuple[str, str]] = {}
    found: dict[tuple[str, str], set[object]] = defaultdict(set)
    for item in world.events[ACME]:
        event = item.event
        if isinstance(event, EscalationRaised):
            names[event.id] = (event.rule, event.key)
        if isinstance(event, EscalationRaised | NoticeGiven):
            found[event.rule, event.key] |= {told[name] for name in event.evidence}
        elif isinstance(event, EscalationExtended):
            found[names[event.id]] |= {told[name] for name in event.evidence}
    return dict(found)
