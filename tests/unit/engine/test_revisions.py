"""Call-ins, spot checks and appeals: the ways back over a decision."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from kamflow.engine.afterwards import is_drawn
from kamflow.language.conditions import parse_condition
from kamflow.language.load import sealed
from kamflow.model.approval import Appeal, CallIn, Duty, SpotCheck
from kamflow.model.commands import CallIn as CallItIn
from kamflow.model.commands import LodgeAppeal, RecordAbsence
from kamflow.model.events import (
    ApprovalDecided,
    ReviewOpened,
    VoteCast,
)
from kamflow.model.expression import Condition
from kamflow.model.pack import Pack
from tests.builders import NOON, World
from tests.unit.engine.duties import (
    ACME,
    a_plain,
    a_world_of,
    closing,
    happened,
    refusal,
    the_pack,
    the_request,
    vote,
    with_approval,
)

ALWAYS = Condition(text="account.safe", tree=parse_condition("account.safe"))
CALL_IN = CallIn(by=("chief",), within="5 business days", approval="AP-TWO", undo="T3")
APPEAL = Appeal(
    by=("account.nominated_by", "auditor"),
    within="10 business days",
    approval="AP-ONE",
    transition="T4",
)


# ---------------------------------------------------------------------------- automatic yeses


def automatic(**changes: object) -> World:
    """Return the account after its plan was approved automatically; `ann` has asked."""
    world = a_world_of(with_approval(the_pack(), "AP-ONE", auto_when=ALWAYS, **changes))
    assert world.request(ACME, "plan", by="ann").accepted
    assert world.stage(ACME) == "planning"
    return world


def the_decision(world: World) -> str:
    (decided,) = (
        item.event for item in world.events[ACME] if isinstance(item.event, ApprovalDecided)
    )
    return decided.id


def calling_in(world: World, by: str = "cid", reason: str = "too big") -> CallItIn:
    return CallItIn(actor=by, decision=the_decision(world), reason=reason)


def test_an_automatic_yes_can_be_called_in_until_the_end_of_its_time() -> None:
    world = automatic(call_in=CALL_IN)

    (item,) = world.subjects[ACME].revisable.values()

    assert (item.kind, item.until) == ("call_in", datetime(2026, 4, 8, tzinfo=UTC))
    decision = world.submit(ACME, calling_in(world))
    assert decision.accepted
    request = the_request(world)
    assert (request.purpose, request.about, request.approval) == ("call_in", item.id, "AP-TWO")


def test_the_yes_of_people_lets_it_stand() -> None:
    world = automatic(call_in=CALL_IN)
    world.submit(ACME, calling_in(world))

    assert vote(world, "dan").accepted

    assert world.stage(ACME) == "planning"


def test_the_no_of_people_takes_it_back() -> None:
    world = automatic(call_in=CALL_IN)
    world.submit(ACME, calling_in(world))

    assert vote(world, "dan", "reject").accepted

    assert world.stage(ACME) == "candidate"
    assert not world.subjects[ACME].rejected


def chaired(purpose: str = "") -> World:
    """Return a called-in or refused decision on which `cid`, who says so, has to vote."""
    asker = Duty(id="SOD-01", title="who asks does not vote", acts=("vote",), who=("requester",))
    pack = the_pack(asker)
    committee = replace(a_plain("AP-TWO", "chief", "clerk"), chair="chief", excluded=("requester",))
    chief = replace(pack.roles["chief"], higher=("auditor",))
    pack = replace(
        pack,
        approvals={**pack.approvals, "AP-TWO": committee},
        roles={**pack.roles, "chief": chief},
    )
    if purpose == "appeal":
        appeal = replace(APPEAL, by=("chief",), approval="AP-TWO", transition="T4")
        return a_world_of(with_approval(pack, "AP-ONE", appeal=appeal))
    call_in = replace(CALL_IN, by=("chief", "auditor"))
    return a_world_of(with_approval(pack, "AP-ONE", auto_when=ALWAYS, call_in=call_in))


def test_who_calls_in_asks_for_a_decision_and_votes_on_it() -> None:
    world = chaired()
    world.request(ACME, "plan", by="ann")

    assert world.submit(ACME, calling_in(world, "cid")).accepted
    assert vote(world, "cid", "reject").accepted

    assert world.stage(ACME) == "candidate"


def test_who_calls_in_may_vote_in_the_place_of_somebody_who_is_away() -> None:
    world = chaired()
    world.request(ACME, "plan", by="ann")
    assert world.submit(ACME, calling_in(world, "fay")).accepted
    away = RecordAbsence(actor="cid", person="cid", begins_at=NOON, deputies=("fay",))
    assert world.submit("north", away).accepted

    assert vote(world, "fay", "reject").accepted

    (cast,) = [item.event for item in world.events[ACME] if isinstance(item.event, VoteCast)]
    assert (cast.principal, world.stage(ACME)) == ("cid", "candidate")


def test_who_appeals_does_not_vote() -> None:
    world = chaired("appeal")
    world.assign("north", "chief", "cyd")
    world.request(ACME, "plan", by="ann")
    assert vote(world, "bob", "reject").accepted
    world.place(ACME, "lost")
    (decided,) = world.subjects[ACME].revisable
    appeal = LodgeAppeal(actor="cid", decision=decided, reason="not so")
    assert world.submit(ACME, appeal).accepted

    assert "asked for it" in "; ".join(vote(world, "cid").reasons)
    assert vote(world, "cyd").accepted


def test_it_is_called_in_once() -> None:
    world = automatic(call_in=CALL_IN)
    command = calling_in(world)
    world.submit(ACME, command)
    vote(world, "dan")

    assert "is no decision that can be called in, or was once" in refusal(world, command)


def test_a_quick_move_does_not_dodge_a_call_in() -> None:
    world = automatic(call_in=replace(CALL_IN, undo="T4"))
    world.place(ACME, "lost")
    world.submit(ACME, calling_in(world))
    world.request(ACME, "reopen", by="ann")

    assert the_request(world).purpose == "call_in"
    decision = vote(world, "dan", "reject")
    assert decision.accepted
    assert world.stage(ACME) == "candidate"
    assert "reopen is not made: it leads not on from candidate" in "; ".join(decision.reasons)


def test_after_its_time_it_stands() -> None:
    world = automatic(call_in=CALL_IN)
    command = calling_in(world)

    world.now = datetime(2026, 4, 8, tzinfo=UTC)

    assert "could be called in until 2026-04-08 00:00 UTC" in refusal(world, command)


def test_it_can_be_called_in_up_to_the_last_moment() -> None:
    world = automatic(call_in=CALL_IN)
    command = calling_in(world)

    world.now = datetime(2026, 4, 8, tzinfo=UTC) - timedelta(microseconds=1)

    assert world.submit(ACME, command).accepted


def test_only_those_whom_the_policy_names_call_in_and_say_why() -> None:
    world = automatic(call_in=CALL_IN)

    assert "`dan` has none of the roles chief (cid)" in refusal(world, calling_in(world, "dan"))
    assert "say what is wrong" in refusal(world, calling_in(world, reason=""))


def test_what_cannot_be_undone_from_here_is_not_called_in() -> None:
    world = automatic(call_in=replace(CALL_IN, undo="T4"))

    assert "reopen (T4), which would follow, leads not on from planning" in refusal(
        world, calling_in(world)
    )


def test_a_yes_of_people_cannot_be_called_in() -> None:
    world = a_world_of(with_approval(the_pack(), "AP-ONE", call_in=CALL_IN))
    world.request(ACME, "plan", by="zoe")
    vote(world, "ann")

    assert not world.subjects[ACME].revisable


# ---------------------------------------------------------------------------- spot checks


def test_a_sample_of_the_automatic_yeses_is_looked_at() -> None:
    check = SpotCheck(share_pct=100, by=("auditor",), within="10 business days")

    world = automatic(spot_check=check)

    (review,) = world.subjects[ACME].reviews.values()
    assert (review.kind, review.roles, review.people) == ("spot_check", ("auditor",), ("ann",))
    assert review.id == the_decision(world)
    assert review.due is not None
    assert review.due.at == datetime(2026, 4, 15, tzinfo=UTC)


def test_who_objects_is_told_what_can_be_done_about_it() -> None:
    world = automatic(spot_check=SpotCheck(share_pct=100, by=("auditor",)), call_in=CALL_IN)
    review = the_decision(world)

    decision = world.submit(ACME, closing(review, "object", remark="no basis"))

    assert decision.reasons == (f"`{review}` can be called in until 2026-04-08 00:00 UTC",)


def test_of_no_share_none_is_looked_at() -> None:
    world = automatic(spot_check=SpotCheck(share_pct=0, by=("auditor",)))

    assert not world.subjects[ACME].reviews


def test_a_decision_of_people_is_not_sampled() -> None:
    check = SpotCheck(share_pct=100, by=("auditor",))
    world = a_world_of(with_approval(the_pack(), "AP-ONE", spot_check=check))
    world.request(ACME, "plan", by="zoe")

    assert not happened(vote(world, "ann"), ReviewOpened)


def test_of_many_decisions_about_the_share_is_drawn_and_the_same_ones_again() -> None:
    ids = [f"north/a{number}#{number % 50}" for number in range(5_000)]

    drawn = [item for item in ids if is_drawn(item, "digest", 10)]

    assert 400 < len(drawn) < 600
    assert drawn == [item for item in ids if is_drawn(item, "digest", 10)]
    assert set(drawn) <= {item for item in ids if is_drawn(item, "digest", 20)}


# ---------------------------------------------------------------------------- appeals


def appealing(decision: str, by: str = "nic", reason: str = "unfair") -> LodgeAppeal:
    return LodgeAppeal(actor=by, decision=decision, reason=reason)


def rejected() -> World:
    """Return the account after people have agreed to reject it."""
    world = a_world_of(with_approval(the_pack(), "AP-TWO", appeal=APPEAL))
    world.request(ACME, "reject", by="zoe")
    vote(world, "dan")
    assert world.stage(ACME) == "lost"
    return world


def test_a_decision_is_appealed_against_and_a_yes_makes_the_transition() -> None:
    world = rejected()

    decision = world.submit(ACME, appealing(the_decision(world)))

    assert decision.accepted
    request = the_request(world)
    assert (request.purpose, request.approval, request.transition) == ("appeal", "AP-ONE", "T4")
    assert vote(world, "ann").accepted
    assert world.stage(ACME) == "candidate"


def test_a_no_leaves_the_decision_and_there_is_no_second_appeal() -> None:
    world = rejected()
    command = appealing(the_decision(world))
    world.submit(ACME, command)

    assert vote(world, "ann", "reject").accepted

    assert world.stage(ACME) == "lost"
    assert "or was once" in refusal(world, command)


def test_a_request_that_was_refused_can_be_appealed_against() -> None:
    world = a_world_of(
        with_approval(
            the_pack(), "AP-ONE", appeal=replace(APPEAL, approval="AP-TWO", transition="T2")
        )
    )
    world.request(ACME, "plan", by="zoe")
    vote(world, "ann", "reject")

    assert world.submit(ACME, appealing(the_decision(world))).accepted
    assert vote(world, "dan").accepted
    assert world.stage(ACME) == "lost"


@pytest.mark.parametrize("person", ["nic", "fay"])
def test_those_whom_a_fact_or_a_role_names_appeal(person: str) -> None:
    world = rejected()

    assert world.submit(ACME, appealing(the_decision(world), person)).accepted


def test_others_do_not_appeal() -> None:
    world = rejected()

    assert "`kim` may not appeal against it; fay, nic may" in refusal(
        world, appealing(the_decision(world), "kim")
    )


def test_an_appeal_comes_in_time() -> None:
    world = rejected()
    command = appealing(the_decision(world))
    world.now = datetime(2026, 4, 15, tzinfo=UTC)

    assert "could be appealed against until 2026-04-15 00:00 UTC" in refusal(world, command)


def test_a_decision_to_appeal_against_is_not_called_in() -> None:
    world = rejected()
    command = CallItIn(actor="cid", decision=the_decision(world), reason="x")

    assert "can be appealed against, not called in" in refusal(world, command)


def test_a_duty_keeps_people_from_voting_on_their_own_appeal() -> None:
    duty = Duty(id="SOD-01", title="t", acts=("vote",), who=("requester",))
    world = a_world_of(with_approval(the_pack(duty), "AP-TWO", appeal=APPEAL))
    world.assign("north", "boss", "nic")
    world.request(ACME, "reject", by="zoe")
    vote(world, "dan")
    world.submit(ACME, appealing(the_decision(world)))

    assert not vote(world, "nic").accepted
    assert vote(world, "ann").accepted


def test_a_policy_that_has_dropped_the_appeal_allows_none() -> None:
    world = rejected()
    dropped = the_pack()
    world.packs[world.subjects[ACME].pack] = type(world.compiled)(dropped)

    assert "the policy allows no appeal against AP-TWO any more" in refusal(
        world, appealing(the_decision(world))
    )


def test_a_transition_that_the_policy_has_dropped_is_not_made() -> None:
    world = automatic(call_in=CALL_IN)
    world.submit(ACME, calling_in(world))
    world.packs[world.subjects[ACME].pack] = type(world.compiled)(_without(world, "T3"))

    decision = vote(world, "dan", "reject")

    assert "the policy has no transition T3 any more" in "; ".join(decision.reasons)
    assert not world.subjects[ACME].approvals


def _without(world: World, transition: str) -> Pack:
    pack = world.packs[world.subjects[ACME].pack].pack
    workflow = pack.workflows["lifecycle"]
    left = tuple(item for item in workflow.transitions if item.id != transition)
    return sealed(
        replace(
            pack, workflows={**pack.workflows, "lifecycle": replace(workflow, transitions=left)}
        )
    )
