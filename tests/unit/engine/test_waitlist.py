"""Who is offered a place: of those who wait and could take it, the first in the order."""

import pytest

from kamflow.engine.view import View
from kamflow.engine.waitlist import freed_for, in_order, next_in_line
from kamflow.model.commands import Turn
from kamflow.model.events import (
    EventReported,
    FactLapsed,
    FactsRecorded,
    PlaceOffered,
    StageEntered,
)
from tests.builders import NOON, World, a_world

FACTS = """
facts:
  program:
    program.places: {type: integer, default: 1}
    program.taken: {type: integer, derived: count(accounts where account.holds)}
    program.other: {type: number}
  account:
    account.score: {type: number}
    account.tie: {type: number, default: 0}
    account.barred: {type: flag, default: false}
    account.holds: {type: flag, derived: stage = planning}
    account.free: {type: flag, derived: program.taken < program.places and not account.barred}
waitlists:
  account:
    waiting: stage = queue
    ready: account.free
    holds: account.holds
    order: [account.score, account.tie]
    trigger: take
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    queue: {kind: waiting}
    planning: {kind: active}
    out: {kind: end}
  transitions:
    - {id: A1, trigger: line_up, from: candidate, to: queue}
    - {id: A2, trigger: take, from: queue, to: planning, requested_by: [system]}
    - {id: A3, trigger: leave, from: planning, to: out}
roles: {system: {who: the engine, identity: system}}
"""
TURN = Turn(actor="system")


@pytest.fixture
def world() -> World:
    """A program whose one place `acme` has."""
    world = a_world(FACTS, lifecycle=LIFECYCLE)
    world.place("north/acme", "planning")
    return world


def waiting(world: World, name: str, score: int | None = None, tie: int = 0) -> str:
    world.open("account", name, "north")
    account = f"north/{name}"
    if score is not None:
        world.record(account, {"account.score": score})
    world.record(account, {"account.tie": tie})
    assert world.request(account, "line_up").accepted
    return account


def order(world: World) -> list[str]:
    line = world.compiled.pack.waitlists["account"]
    members = world.view("north").scene.members("north", "account")
    return [item.subject for item in in_order(world.compiled, line, line.waiting, members)]


def test_the_highest_comes_first_and_the_unknown_last(world: World) -> None:
    low, unknown = waiting(world, "a-low", 1), waiting(world, "b-unknown")
    tied, high = waiting(world, "c-tied", 3, tie=1), waiting(world, "d-high", 3, tie=2)

    assert order(world) == [high, tied, low, unknown]


def test_of_equals_the_one_that_waits_longest_comes_first_then_by_id(world: World) -> None:
    long = waiting(world, "z", 1)
    world.later(days=1)
    second, third = waiting(world, "a", 1), waiting(world, "b", 1)

    assert order(world) == [long, second, third]


def test_nobody_is_taken_up_while_there_is_no_place(world: World) -> None:
    account = waiting(world, "a", 1)

    decision = world.submit(account, TURN)

    assert decision.events == ()
    assert world.stage(account) == "queue"


def test_the_first_in_line_is_taken_up_and_the_offer_recorded(world: World) -> None:
    worse, best = waiting(world, "a-worse", 1), waiting(world, "b-best", 2)
    world.place("north/acme", "out")

    assert world.submit(worse, TURN).events == ()
    decision = world.submit(best, TURN)

    offer, entered = (item.event for item in decision.events)
    assert offer == PlaceOffered(
        trigger="take",
        rank=1,
        waiting=2,
        order={"account.score": "2", "account.tie": "0"},
        since=NOON,
    )
    assert isinstance(entered, StageEntered)
    assert {item.actor for item in decision.events} == {"system"}


def test_who_could_not_take_the_place_is_passed_over(world: World) -> None:
    worse, best = waiting(world, "worse", 1), waiting(world, "best", 2)
    world.record(best, {"account.barred": True})
    world.place("north/acme", "out")

    decision = world.submit(worse, TURN)

    offer = decision.events[0].event
    assert isinstance(offer, PlaceOffered)
    assert (offer.rank, offer.waiting) == (2, 2)
    assert world.stage(worse) == "planning"


def test_a_duty_that_keeps_the_engine_from_asking_keeps_the_offer_from_being_made() -> None:
    duty = "duties: {NO-TAKE: {title: the engine takes nobody, on: [request], who: [system]}}"
    world = a_world(f"{FACTS}\n{duty}\n", lifecycle=LIFECYCLE)
    account = waiting(world, "a", 1)

    decision = world.submit(account, TURN)

    assert decision.events == ()
    assert any("(NO-TAKE: the engine takes nobody)" in reason for reason in decision.reasons)


def test_a_score_of_derived_facts_frees_a_place_by_what_they_are_worked_out_from() -> None:
    text = FACTS.replace(
        "derived: program.taken < program.places and not account.barred",
        "derived: fit.total >= 1 and program.taken < program.places",
    ).replace(
        "account.holds:",
        "account.worth: {type: number, derived: account.score}\n    account.holds:",
    )
    card = "scorecards: {fit: {subject: account, criteria: [{id: W, fact: account.worth}]}}"
    world = a_world(f"{text}\n{card}\n", lifecycle=LIFECYCLE)

    freeing = world.compiled.freeing(world.compiled.pack.waitlists["account"])

    assert "account.score" in freeing


def test_an_offer_that_the_policy_turns_down_leaves_no_trace_but_a_note() -> None:
    shut = LIFECYCLE.replace(
        "requested_by: [system]", "requested_by: [system], when: account.tie > 9"
    )
    other = a_world(FACTS, lifecycle=shut)
    account = waiting(other, "a", 1)

    decision = other.submit(account, TURN)

    assert decision.events == ()
    assert decision.reasons == ("take waits: A2 is not open: account.tie > 9",)


def test_a_place_taken_is_not_offered_again(world: World) -> None:
    best, next_one = waiting(world, "best", 2), waiting(world, "next", 1)
    world.place("north/acme", "out")
    world.submit(best, TURN)

    assert world.submit(next_one, TURN).events == ()


# ---------------------------------------------------------------------------- may a place be free?


def freed(world: World, subject: str, *events: object, before: View | None = None) -> bool:
    after = world.view(subject)
    return bool(freed_for(world.compiled, after if before is None else before, after, events))


def recorded(*facts: str) -> FactsRecorded:
    return FactsRecorded(facts={}, forgotten=facts)


def entered(left: str, stage: str) -> StageEntered:
    return StageEntered(transition="T", trigger="t", left=left, stage=stage)


def test_a_fact_by_which_a_place_can_be_free_may_free_one(world: World) -> None:
    assert freed(world, "north/acme", recorded("account.barred"))
    assert freed(world, "north", recorded("program.places"))
    assert not freed(world, "north/acme", recorded("account.score"))
    assert not freed(world, "north", recorded("program.other"))


def test_leaving_a_stage_frees_a_place_only_when_one_was_held(world: World) -> None:
    account = waiting(world, "a", 1)
    before = {name: world.view(name) for name in ("north/acme", account)}

    world.place("north/acme", "out")
    world.place(account, "out")

    left = entered("planning", "out")
    assert freed(world, "north/acme", left, before=before["north/acme"])
    assert not freed(world, account, entered("queue", "out"), before=before[account])


def test_a_stage_of_the_program_may_free_a_place(world: World) -> None:
    assert freed(world, "north", entered("proposed", "pilot"))


def test_what_lapses_may_free_a_place_and_what_is_reported_does_not(world: World) -> None:
    assert freed(world, "north/acme", FactLapsed(fact="account.until"))
    assert not freed(world, "north/acme", EventReported(name="x", happened_at=NOON))


def test_next_in_line_leaves_out_who_had_a_turn(world: World) -> None:
    best, next_one = waiting(world, "best", 2), waiting(world, "next", 1)
    world.place("north/acme", "out")
    line = world.compiled.pack.waitlists["account"]

    def first(*passed: str) -> str | None:
        scene = world.view("north").scene
        return next_in_line(world.compiled, scene, line, "north", set(passed))

    assert first() == best
    assert first(best) == next_one
    assert first(best, next_one) is None
