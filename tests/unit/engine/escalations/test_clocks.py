"""The clock of a stage through waiting, coming back, and going elsewhere."""

from datetime import timedelta

import pytest

from kamflow.engine.clocks import days_in_stage, stage_clock
from kamflow.engine.evolve import replay
from kamflow.model.deadline import Pause
from tests.builders import World
from tests.unit.engine.escalations.alerts import ACME, MONDAY, alerted


def moved(world: World, day: int, trigger: str) -> None:
    world.now = MONDAY + timedelta(days=day)
    decision = world.request(ACME, trigger)
    assert decision.accepted, decision.reasons


def days(world: World, day: int) -> int:
    return days_in_stage(world.subjects[ACME], (MONDAY + timedelta(days=day)).date())


def test_a_stage_counts_from_when_it_was_entered() -> None:
    world = alerted()

    assert stage_clock(world.subjects[ACME]).began_at == MONDAY
    assert days(world, 4) == 4
    assert world.subjects[ACME].clock is None


def test_days_of_waiting_do_not_count() -> None:
    world = alerted()
    moved(world, 3, "hold")
    assert days(world, 5) == 2  # on hold
    moved(world, 10, "resume")

    clock = stage_clock(world.subjects[ACME])

    pause = Pause(begins_at=MONDAY + timedelta(days=3), ends_at=MONDAY + timedelta(days=10))
    assert (clock.stage, clock.began_at, clock.pauses) == ("planning", MONDAY, (pause,))
    assert days(world, 12) == 5


def test_a_second_hold_is_counted_as_well() -> None:
    world = alerted()
    for day, trigger in ((3, "hold"), (5, "resume"), (8, "hold"), (9, "resume")):
        moved(world, day, trigger)

    assert days(world, 10) == 7
    assert len(stage_clock(world.subjects[ACME]).pauses) == 2


@pytest.mark.parametrize("trigger", ["restart", "lose"])
def test_who_goes_elsewhere_begins_anew(trigger: str) -> None:
    world = alerted()
    moved(world, 3, "hold")
    moved(world, 5, trigger)

    snapshot = world.subjects[ACME]

    assert (snapshot.clock, snapshot.interrupted) == (None, None)
    assert days(world, 6) == 1


def test_the_clock_of_a_stage_is_forgotten_with_it() -> None:
    world = alerted()
    for day, trigger in ((3, "hold"), (5, "resume"), (8, "run")):
        moved(world, day, trigger)

    assert world.subjects[ACME].clock is None
    assert replay(world.events[ACME]) == world.subjects[ACME]
