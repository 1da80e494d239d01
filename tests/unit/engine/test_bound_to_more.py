"""A request is judged again when what it rests on changes elsewhere: a stage above, a waiver."""

from datetime import timedelta

from kamflow.model.commands import CastVote, EndWaiver, Promise, RecordAbsence, RequestWaiver
from kamflow.model.events import ApprovalWithdrawn
from tests.builders import World
from tests.unit.engine.duties import ACME, WAIVING, a_world_of, the_pack, the_request, vote
from tests.unit.engine.requests import MONDAY, Desk, asked, asking, kinds, turned


def waived() -> World:
    """Return the account whose plan waits for votes, as one criterion is waived."""
    world = a_world_of(the_pack(waiving=WAIVING))
    world.set_fact(ACME, "account.good", value=False)
    ends = world.now.date() + timedelta(days=60)
    command = RequestWaiver(actor="ann", criterion="G.1", owner="ann", reason="r", ends_on=ends)
    assert world.submit(ACME, command).accepted
    assert vote(world, "dan").accepted
    assert world.request(ACME, "plan", by="ann").accepted
    return world


def test_a_waiver_that_is_ended_is_felt_by_the_request_that_rests_on_it() -> None:
    world = waived()

    decision = world.submit(ACME, EndWaiver(actor="ann", criterion="G.1", reason="over"))

    assert any(isinstance(item, ApprovalWithdrawn) for item in decision.happenings)
    assert not world.subjects[ACME].approvals


def test_a_waiver_that_ends_by_the_clock_is_felt_as_well() -> None:
    world = waived()
    world.later(90)

    decision = world.submit(
        ACME, CastVote(actor="bob", approval=the_request(world).id, vote="approve")
    )

    assert not decision.accepted
    assert not world.subjects[ACME].approvals


def test_a_vote_that_is_cast_is_not_given_to_somebody_else() -> None:
    desk = Desk(asked())
    desk.vote("approve", by="ann")

    decision = desk.reassign("ann", "cleo")

    assert decision.reasons == ("the vote of `ann` is cast already, and stays",)


def test_who_asks_does_not_pick_who_votes() -> None:
    world = asking()
    world.request(ACME, "plan", by="olga")

    decision = Desk(world).reassign("ann", "cleo")

    assert decision.reasons == ("`olga` asked for it, and does not pick who votes on it",)


def test_a_question_to_somebody_who_has_left_is_withdrawn_at_once() -> None:
    world = asked()
    desk = Desk(world)
    desk.send_back(by="ann")
    command = RecordAbsence(actor="zoe", person="zoe", begins_at=MONDAY, left=True)
    assert world.submit("north", command).accepted

    decision = turned(world)

    assert kinds(decision) == ["ApprovalWithdrawn"]
    assert "was to answer a question and has left" in decision.reasons[0]


def test_nobody_who_has_left_is_to_meet_a_condition() -> None:
    world = asked()
    command = RecordAbsence(actor="gus", person="gus", begins_at=MONDAY, left=True)
    assert world.submit("north", command).accepted
    promise = Promise(text="do it", owner="gus", due_on=MONDAY.date())

    decision = Desk(world).vote("approve", by="ann", conditions=(promise,))

    assert decision.reasons == ("`gus` has left; name somebody who can meet `do it`",)
