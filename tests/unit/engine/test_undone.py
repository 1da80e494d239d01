"""What people have undone is not made again until a fact has changed."""

import pytest

from kamflow.model.approval import CallIn
from kamflow.model.commands import CallIn as CallItIn
from kamflow.model.events import ApprovalDecided
from tests.builders import World
from tests.unit.engine.duties import ACME, a_world_of, the_pack, vote, with_approval
from tests.unit.engine.test_revisions import ALWAYS, CALL_IN


def undone(call_in: CallIn = CALL_IN) -> World:
    """Return the account after people have undone its automatic plan."""
    world = a_world_of(with_approval(the_pack(), "AP-ONE", auto_when=ALWAYS, call_in=call_in))
    assert world.request(ACME, "plan", by="ann").accepted
    (decided,) = (i.event for i in world.events[ACME] if isinstance(i.event, ApprovalDecided))
    world.submit(ACME, CallItIn(actor="cid", decision=decided.id, reason="too big"))
    assert vote(world, "dan", "reject").accepted
    assert world.stage(ACME) == "candidate"
    return world


def test_what_people_have_undone_is_not_approved_by_itself_again() -> None:
    world = undone()

    decision = world.request(ACME, "plan", by="ann")

    assert decision.reasons == ("nothing has changed since the last no; record new facts first",)
    assert world.stage(ACME) == "candidate"


def test_the_no_holds_in_whatever_stage_it_is_asked_again() -> None:
    world = undone()
    world.request(ACME, "reject", by="ann")
    vote(world, "dan")
    world.request(ACME, "reopen", by="ann")

    assert not world.request(ACME, "plan", by="ann").accepted


@pytest.mark.parametrize(("value", "accepted"), [(True, False), (False, True)])
def test_another_value_changes_the_question_and_the_same_one_does_not(
    *, value: bool, accepted: bool
) -> None:
    world = undone()
    world.later(1)
    world.record(ACME, {"account.note": "x"} if accepted else {"account.good": value})

    assert world.request(ACME, "plan", by="ann").accepted is accepted
