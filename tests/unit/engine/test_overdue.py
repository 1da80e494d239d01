"""Conditions and reviews that nobody looks after: the clock says so, once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from kamflow.engine.evolve import replay
from kamflow.engine.turning import next_due
from kamflow.model.commands import BreakGlass, Promise
from kamflow.model.events import ConditionMet, Event
from kamflow.model.overdue import ConditionOverdue, ReviewOverdue
from kamflow.model.snapshot import OpenReview
from kamflow.reports.inbox import inbox_items
from tests.builders import World
from tests.unit.engine import duties
from tests.unit.engine.duties import GLASS, closing, governed
from tests.unit.engine.requests import ACME, Desk, asked, kinds, turned

BUDGET = Promise(text="name a budget", owner="kim", due_on=date(2026, 4, 1))
TEAM = Promise(text="name a team", owner="tom", due_on=date(2026, 4, 2))
OVER = datetime(2026, 4, 2, tzinfo=UTC)
FIRST = f"{ACME}#2.1"
MOMENT = timedelta(microseconds=1)


def conditional(*promises: Promise) -> World:
    """Return a world in which the plan was approved on conditions."""
    world = asked()
    desk = Desk(world)
    desk.vote("approve", by="ann", conditions=promises or (BUDGET,))
    desk.vote("approve", by="ben")
    return world


def past_the_gate() -> World:
    """Return a world with a broken glass on a Tuesday, to be reviewed in five business days."""
    world = governed(break_glass=GLASS)
    world.record(ACME, {"account.good": False})
    world.submit(ACME, BreakGlass(actor="ann", trigger="plan", reason="a fire"))
    duties.vote(world, "cid")
    return world


def the_review(world: World) -> OpenReview:
    (review,) = world.subjects[ACME].reviews.values()
    return review


def told(world: World) -> list[Event]:
    return [item.event for item in world.events[ACME]]


# ---------------------------------------------------------------------------- conditions


def test_the_clock_looks_at_a_condition_when_its_day_is_over() -> None:
    world = conditional()

    assert next_due(world.subjects[ACME]) == OVER
    assert turned(world, OVER - MOMENT).events == ()


def test_a_condition_whose_day_is_over_is_overdue_and_stays_open() -> None:
    world = conditional()

    decision = turned(world, OVER)

    assert decision.happenings == (ConditionOverdue(id=FIRST, owner="kim", due_at=OVER),)
    assert [item.actor for item in decision.events] == ["system"]
    assert world.subjects[ACME].conditions[FIRST].overdue
    assert not world.request(ACME, "run", by="zoe").accepted


def test_it_is_said_once() -> None:
    world = conditional()
    turned(world, OVER)

    assert turned(world, OVER + timedelta(days=90)).events == ()
    assert next_due(world.subjects[ACME]) is None


def test_each_is_said_of_its_own_day_also_late() -> None:
    timely, late = conditional(TEAM, BUDGET), conditional(TEAM, BUDGET)
    for day in range(4):
        turned(timely, OVER + timedelta(days=day))

    turned(late, OVER + timedelta(days=3))

    assert told(timely) == told(late)
    assert [item for item in told(late) if isinstance(item, ConditionOverdue)] == [
        ConditionOverdue(id=f"{ACME}#2.2", owner="kim", due_at=OVER),
        ConditionOverdue(id=FIRST, owner="tom", due_at=OVER + timedelta(days=1)),
    ]


def test_who_meets_it_late_meets_it_after_that_was_said() -> None:
    world = conditional()
    world.now = OVER

    decision = Desk(world).settle(FIRST, by="kim")

    assert kinds(decision) == ["ConditionOverdue", "ConditionMet"]
    assert world.subjects[ACME].conditions == {}
    assert world.request(ACME, "run", by="zoe").accepted


def test_what_is_met_in_time_is_never_overdue() -> None:
    world = conditional()
    Desk(world).settle(FIRST, by="kim")

    assert next_due(world.subjects[ACME]) is None
    assert turned(world, OVER).events == ()
    assert isinstance(told(world)[-1], ConditionMet)


def test_a_condition_until_the_last_day_of_all_is_never_overdue() -> None:
    world = conditional()
    snapshot = world.subjects[ACME]
    endless = replace(snapshot.conditions[FIRST], due_on=date.max)
    world.subjects[ACME] = replace(snapshot, conditions={FIRST: endless})

    assert next_due(world.subjects[ACME]) is None


def test_the_history_gives_the_same_again() -> None:
    world = conditional()
    turned(world, OVER)

    assert replay(world.events[ACME]) == world.subjects[ACME]


# ---------------------------------------------------------------------------- reviews


def test_a_review_that_nobody_does_in_time_is_overdue_and_stays_open() -> None:
    world = past_the_gate()
    over = datetime(2026, 4, 8, tzinfo=UTC)
    assert next_due(world.subjects[ACME]) == over
    assert turned(world, over - MOMENT).events == ()

    decision = turned(world, over)

    assert decision.happenings == (
        ReviewOverdue(id=the_review(world).id, kind="break_glass", roles=("auditor",), due_at=over),
    )
    assert the_review(world).overdue
    assert turned(world, over + timedelta(days=9)).events == ()
    assert replay(world.events[ACME]) == world.subjects[ACME]
    assert world.submit(ACME, closing(the_review(world).id)).accepted
    assert world.subjects[ACME].reviews == {}


def test_a_review_without_a_deadline_is_never_overdue() -> None:
    world = past_the_gate()
    snapshot = world.subjects[ACME]
    review = replace(the_review(world), due=None)
    world.subjects[ACME] = replace(snapshot, reviews={review.id: review})

    assert next_due(world.subjects[ACME]) is None


# ---------------------------------------------------------------------------- inbox


@pytest.mark.parametrize(("now", "overdue"), [(OVER - MOMENT, False), (OVER, True)])
def test_the_inbox_calls_a_condition_overdue_from_the_same_instant(
    now: datetime, *, overdue: bool
) -> None:
    world = conditional()
    world.now = now

    (item,) = inbox_items(world.compiled, world.view(ACME))

    assert (item.task, item.due_on, item.due_at) == ("condition", BUDGET.due_on, OVER)
    assert item.overdue is overdue


def test_the_inbox_calls_a_review_overdue() -> None:
    world = past_the_gate()
    turned(world, datetime(2026, 4, 8, tzinfo=UTC))

    (item,) = inbox_items(world.compiled, world.view(ACME))

    assert (item.task, item.due_on, item.overdue) == ("review", date(2026, 4, 7), True)
