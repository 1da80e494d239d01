"""An open condition of a yes in what people read: the gate may be met, the way is shut."""

from datetime import date

import pytest

from kamflow.model.commands import Promise
from kamflow.model.values import Verdict
from kamflow.reports.status import is_ready
from kamflow.reports.why import TransitionView, explain
from tests.builders import World
from tests.unit.engine.requests import ACME, Desk, asked

BUDGET = Promise(text="name a budget", owner="kim", due_on=date(2026, 4, 1))


def conditional() -> World:
    """Return a world in which the plan was approved on a condition."""
    world = asked()
    Desk(world).vote("approve", by="ann", conditions=(BUDGET,))
    Desk(world).vote("approve", by="ben")
    return world


def way(world: World, trigger: str) -> TransitionView:
    (found,) = explain(world.compiled, world.view(ACME), trigger).transitions
    return found


def test_a_way_that_a_condition_shuts_is_not_open_and_names_it() -> None:
    found = way(conditional(), "run")

    assert (found.open, found.verdict) == (False, Verdict.MET)
    (condition,) = found.conditions
    assert (condition.id, condition.text) == (f"{ACME}#2.1", BUDGET.text)
    assert (condition.owner, condition.due_on) == (BUDGET.owner, BUDGET.due_on)


@pytest.mark.parametrize("trigger", ["run", "retreat", "renew", "wait", "escape", "move", "lose"])
def test_a_way_is_told_to_be_open_when_it_can_be_gone(trigger: str) -> None:
    world = conditional()

    found = way(world, trigger)

    assert found.open is not bool(found.conditions)
    assert world.request(ACME, trigger, by="zoe").accepted is found.open


def test_the_way_back_from_a_wait_is_told_by_where_it_leads() -> None:
    world = conditional()
    world.request(ACME, "wait", by="zoe")

    assert [item.id for item in way(world, "back").conditions] == [f"{ACME}#2.1"]


def test_who_waits_for_a_condition_is_not_ready() -> None:
    world = conditional()
    before = is_ready(world.compiled, world.view(ACME))
    Desk(world).settle(f"{ACME}#2.1", by="kim")

    assert (before, is_ready(world.compiled, world.view(ACME))) == (False, True)
    assert way(world, "run").open
