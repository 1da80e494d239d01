"""Requests whose facts change before they are decided."""

import pytest

from kamflow.model.commands import Turn
from kamflow.model.events import ApprovalReevaluated, ApprovalWithdrawn
from tests.builders import Plain, World
from tests.unit.engine.requests import (
    ACME,
    Desk,
    asked,
    business_day,
    kinds,
    request_of,
    turned,
)

NORTH = "north"


def test_a_changed_fact_of_a_must_lets_people_vote_anew() -> None:
    world = asked()
    Desk(world).vote("approve", by="ann")

    decision = world.record(ACME, {"account.value": 20})

    assert kinds(decision) == ["FactsRecorded", "ApprovalReevaluated"]
    changed = "`account.value` was 10 and is 20"
    assert decision.reasons == (f"approval `{ACME}#2` was judged again, as {changed}; vote anew",)
    again = request_of(world)
    assert (again.votes, again.rounds, again.bound["account.value"]) == ((), 1, "20")


def test_the_time_goes_on_when_it_is_judged_again() -> None:
    world = asked()
    before = request_of(world)
    world.now = business_day(3)

    world.record(ACME, {"account.value": 20})

    assert request_of(world).schedule == before.schedule
    assert request_of(world).due == before.due


@pytest.mark.parametrize(
    "facts",
    [
        {"account.value": 10},  # as before
        {"account.note": "of a `should`"},
        {"account.kam": "kim"},
    ],
)
def test_what_the_gate_does_not_hang_on_changes_nothing(facts: dict[str, Plain]) -> None:
    world = asked()

    assert kinds(world.record(ACME, facts)) == ["FactsRecorded"]


def test_a_gate_that_shuts_withdraws_the_request() -> None:
    world = asked()

    decision = world.record(ACME, {"account.value": 1})

    assert kinds(decision) == ["FactsRecorded", "ApprovalWithdrawn"]
    withdrawn = decision.happenings[-1]
    assert isinstance(withdrawn, ApprovalWithdrawn)
    assert withdrawn.reason == "`account.value` was 10 and is 1; gate G is not met: G.1"
    assert decision.events[-1].actor == "system"


def test_a_changed_fact_may_bring_others_to_decide_with_new_time() -> None:
    world = asked()
    world.now = business_day(3)

    decision = world.record(ACME, {"account.value": 2000})

    again = request_of(world)
    assert kinds(decision) == ["FactsRecorded", "ApprovalReevaluated"]
    assert (again.approval, again.counted_from) == ("AP-BOARD", world.now)
    assert again.due is not None
    assert again.due.at == business_day(24).replace(hour=0)


def test_a_changed_fact_may_make_people_needless() -> None:
    world = asked()

    world.record(ACME, {"account.value": 600})

    assert world.stage(ACME) == "planning"


def test_a_report_counts_as_well() -> None:
    world = asked()

    decision = world.report(ACME, "incident.reported")

    assert kinds(decision) == ["EventReported", "ApprovalReevaluated"]


def test_the_clock_alone_changes_no_facts() -> None:
    world = asked()
    world.record(ACME, {"account.checked_on": business_day(0).date()})

    decision = turned(world, business_day(4))

    assert decision.events == ()


def test_a_fact_that_shuts_the_gate_from_above_stops_the_next_vote() -> None:
    world = asked()
    desk = Desk(world)
    desk.vote("approve", by="ann")
    world.record(NORTH, {"program.frozen": True})

    decision = desk.vote("approve", by="ben")

    assert kinds(decision) == ["ApprovalWithdrawn", "CommandRefused"]
    assert decision.reasons[0].startswith(f"approval `{ACME}#2` is not open: it was withdrawn on ")


def test_a_fact_above_that_is_recorded_as_it_was_stops_no_vote() -> None:
    world = asked()
    world.record(NORTH, {"program.frozen": False})

    assert Desk(world).vote("approve", by="ben").accepted


def test_a_vote_on_other_facts_is_refused_and_the_judgement_is_kept() -> None:
    world = _with_a_change_above()
    desk = Desk(world)

    decision = desk.vote("approve", by="ben")

    assert not decision.accepted
    assert kinds(decision) == ["ApprovalReevaluated", "CommandRefused"]
    changed = "the facts have changed since it was asked: `program.mood` was calm and is good"
    assert decision.reasons == (f"{changed}; look at it and vote anew",)
    assert [item.cause for item in decision.events] == [None, None]
    assert desk.vote("approve", by="ben").accepted


def test_a_turn_judges_again_what_has_changed_above() -> None:
    world = _with_a_change_above()

    decision = world.submit(ACME, Turn(actor="system"))

    (event,) = decision.happenings
    assert isinstance(event, ApprovalReevaluated)
    assert event.changed["program.mood"].after == "good"


def _with_a_change_above() -> World:
    world = asked()
    world.record(NORTH, {"program.mood": "good"})
    return world


def test_what_was_rejected_needs_a_changed_fact() -> None:
    world = asked()
    Desk(world).vote("reject", by="ann")

    assert world.request(ACME, "plan", by="zoe").reasons == (
        "nothing has changed since the last no; record new facts first",
    )
    world.record(ACME, {"account.note": "new"})
    assert world.request(ACME, "plan", by="zoe").accepted
