"""Broken glass: two people pass a gate, and somebody else looks at it afterwards."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from kamflow.language.load import sealed
from kamflow.model.approval import Amount, Approving
from kamflow.model.commands import BreakGlass, CastVote
from kamflow.model.events import (
    ApprovalExpired,
    GlassBroken,
    ReviewClosed,
    StageEntered,
)
from tests.builders import World
from tests.unit.engine.duties import (
    ACME,
    GLASS,
    a_world_of,
    closing,
    governed,
    happened,
    refusal,
    the_pack,
    the_request,
    vote,
)

GLASSY = BreakGlass(actor="ann", trigger="plan", reason="a fire")


def shut() -> World:
    """Return the account before a gate that is shut."""
    world = governed(break_glass=GLASS)
    world.record(ACME, {"account.good": False})
    return world


def test_a_second_person_confirms_and_the_stage_is_entered_past_gate_and_approval() -> None:
    world = shut()
    asked = world.submit(ACME, GLASSY)
    assert asked.accepted
    assert world.stage(ACME) == "candidate"

    decision = vote(world, "cid")

    (broken,) = happened(decision, GlassBroken)
    assert isinstance(broken, GlassBroken)
    assert (broken.asked_by, broken.confirmed_by, broken.reason) == ("ann", "cid", "a fire")
    assert world.stage(ACME) == "planning"


def test_the_history_keeps_what_was_passed() -> None:
    world = shut()
    world.submit(ACME, GLASSY)

    (entered,) = happened(vote(world, "cid"), StageEntered)

    assert isinstance(entered, StageEntered)
    shut_by = [
        (item.criterion, item.verdict) for item in entered.findings if item.severity == "must"
    ]
    assert shut_by == [("G.1", "unmet"), ("G.2", "met")]


def test_a_no_leaves_all_as_it_was_and_it_can_be_asked_again() -> None:
    world = shut()
    world.submit(ACME, GLASSY)

    assert vote(world, "cid", "reject").accepted

    assert world.stage(ACME) == "candidate"
    assert not world.subjects[ACME].reviews
    assert world.submit(ACME, GLASSY).accepted


def test_nobody_confirms_an_own_request() -> None:
    world = governed(break_glass=replace(GLASS, asked_by=("chief",), confirmed_by=("chief",)))
    world.assign("north", "chief", "ivy")
    world.submit(ACME, replace(GLASSY, actor="cid"))

    assert not vote(world, "cid").accepted
    assert vote(world, "ivy").accepted
    assert world.stage(ACME) == "planning"


def test_where_nobody_else_could_confirm_it_is_refused_at_once() -> None:
    world = governed(break_glass=replace(GLASS, asked_by=("chief",), confirmed_by=("chief",)))

    assert "cannot be given" in refusal(world, replace(GLASSY, actor="cid"))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (replace(GLASSY, actor="dan"), "`dan` has none of the roles boss (ann, bob)"),
        (replace(GLASSY, reason=" "), "say why it cannot wait"),
        (replace(GLASSY, trigger="plam"), "has no trigger `plam`; did you mean `plan`?"),
    ],
)
def test_what_is_wrong_with_it_is_said(command: BreakGlass, why: str) -> None:
    assert why in refusal(shut(), command)


def asked_for_by(*roles: str) -> World:
    """Return the account whose plan these roles ask for; `engine` is the engine itself."""
    pack = the_pack(break_glass=GLASS)
    engine = replace(pack.roles["auditor"], id="engine", identity="system")
    flow = pack.workflows["lifecycle"]
    first, *others = flow.transitions
    changed = replace(flow, transitions=(replace(first, requested_by=roles), *others))
    workflows = {**pack.workflows, "lifecycle": changed}
    return a_world_of(
        sealed(replace(pack, roles={**pack.roles, "engine": engine}, workflows=workflows))
    )


def test_what_the_engine_alone_asks_for_is_not_for_people_in_an_emergency_either() -> None:
    why = "plan (T1) is asked for by engine alone, and by people in no emergency"

    assert refusal(asked_for_by("engine"), GLASSY) == why
    assert asked_for_by("engine", "boss").submit(ACME, GLASSY).accepted


def test_a_policy_without_glass_has_none_to_break() -> None:
    assert "the policy lets nobody pass a gate" in refusal(governed(), GLASSY)


def test_the_same_is_asked_for_once() -> None:
    world = shut()
    world.submit(ACME, GLASSY)

    assert "asks for that already" in refusal(world, GLASSY)


def test_silence_confirms_nothing() -> None:
    world = shut()
    world.submit(ACME, GLASSY)
    world.later(4)

    decision = world.record(ACME, {"account.note": "x"})

    assert happened(decision, ApprovalExpired)
    assert world.stage(ACME) == "candidate"
    assert not world.subjects[ACME].approvals


def test_the_second_person_has_the_time_of_the_glass_whatever_others_have() -> None:
    late = Approving(
        deadline="5 business days",
        remind=(Amount(number=50), Amount(number=100)),
        expire=Amount(number=300),
    )
    world = governed(break_glass=replace(GLASS, deadline="1 business day"), approving=late)
    world.record(ACME, {"account.good": False})
    world.submit(ACME, GLASSY)

    (milestone,) = the_request(world).schedule

    assert (milestone.kind, milestone.at) == ("expire", datetime(2026, 4, 2, tzinfo=UTC))
    world.now = milestone.at
    assert "it expired on 2026-04-01" in vote(world, "cid").reasons[0]
    assert world.stage(ACME) == "candidate"


def test_a_broken_glass_is_reviewed_by_who_had_no_part_in_it() -> None:
    world = shut()
    world.assign("north", "auditor", "cid")
    world.submit(ACME, GLASSY)
    vote(world, "cid")

    (review,) = world.subjects[ACME].reviews.values()

    assert (review.kind, review.roles, review.people) == (
        "break_glass",
        ("auditor",),
        ("ann", "cid"),
    )
    assert review.due is not None
    assert review.due.at == datetime(2026, 4, 8, tzinfo=UTC)  # five business days after a Tuesday
    assert "`cid` took part in it" in refusal(world, closing(review.id, by="cid"))
    assert "`dan` has none of the roles auditor" in refusal(world, closing(review.id, by="dan"))
    decision = world.submit(ACME, closing(review.id))
    assert decision.accepted
    assert happened(decision, ReviewClosed) == [
        ReviewClosed(id=review.id, answer="confirmed", remark="fine")
    ]
    assert not world.subjects[ACME].reviews


def test_a_review_is_answered_in_words_that_are_known() -> None:
    world = shut()
    world.submit(ACME, GLASSY)
    vote(world, "cid")
    (review,) = world.subjects[ACME].reviews

    assert "it is confirm, object" in refusal(world, closing(review, "perhaps"))
    assert "say what is wrong" in refusal(world, closing(review, "object", remark=" "))
    assert "waits for no review" in refusal(world, closing("north/acme#1"))
    assert world.submit(ACME, closing(review, "object", remark="no fire")).accepted


def test_a_closed_request_takes_no_vote() -> None:
    world = shut()
    world.submit(ACME, GLASSY)
    request = the_request(world).id
    vote(world, "cid", "reject")

    assert request in refusal(world, CastVote(actor="cid", approval=request, vote="approve"))
