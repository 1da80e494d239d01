"""Who has a seat and is on the level that joins takes the seat of somebody else instead."""

import pytest

from tests.unit.engine.requests import ACME, Desk, asked, asking, kinds, request_of, turned

BOTH = "steps: [{voters: [boss, board], rule: all}], escalate_to: [board]"
NORTH = "north"


def test_one_of_two_on_the_board_takes_the_seat_of_who_is_gone() -> None:
    world = asked(BOTH, board="dora dan")
    world.unassign(NORTH, "boss", "ann")

    decision = turned(world)

    assert kinds(decision) == ["ApprovalEscalated"]
    desk = Desk(world)
    assert desk.vote("approve", by="dora").accepted
    assert world.stage(ACME) == "candidate"
    assert desk.vote("approve", by="dan").accepted
    assert world.stage(ACME) == "planning"


def test_one_alone_on_the_board_has_one_vote() -> None:
    world = asked(BOTH)
    world.unassign(NORTH, "boss", "ann")

    decision = turned(world)

    assert kinds(decision) == ["ApprovalEscalated", "ApprovalWithdrawn"]


@pytest.mark.parametrize(("board", "accepted"), [("dora dan", True), ("dora", False)])
def test_it_can_be_asked_as_long_as_there_are_two(board: str, *, accepted: bool) -> None:
    world = asking(BOTH, board=board)
    world.unassign(NORTH, "boss", "ann")

    assert world.request(ACME, "plan", by="zoe").accepted is accepted


def test_an_abstention_leaves_the_seat_to_the_other_one() -> None:
    world = asked(BOTH, board="dora dan dee")
    world.unassign(NORTH, "boss", "ann")
    turned(world)
    desk = Desk(world)

    for person, answer in (("dora", "abstain"), ("dan", "approve")):
        desk.vote(answer, by=person)
        assert request_of(world).level == 1
    desk.vote("approve", by="dee")

    assert world.stage(ACME) == "planning"
