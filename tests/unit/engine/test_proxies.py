"""Who votes in whose place: absences with deputies, delegations, and who must not."""

from datetime import datetime, timedelta

import pytest

from kamflow.engine.counting import cast_for, obstacle, voters_now, waiting
from kamflow.engine.electorate import electorate_of, seat_problem
from kamflow.model.commands import AssignRole, CastVote, GiveDelegation, RecordAbsence
from kamflow.model.decision import Decision
from kamflow.model.events import ApprovalEscalated, ApprovalReassigned, VoteCast
from kamflow.model.snapshot import OpenApproval
from tests.builders import NOON, World, a_world

POLICY = """
facts:
  account:
    account.kam: {type: person}
roles:
  kam: {who: kam, holder: account.kam}
  boss: {who: boss, higher: [chief]}
  chief: {who: chief, higher: [owner]}
  owner: {who: owner}
  clerk: {who: clerk}
  head: {who: head}
  board: {who: board, members: [boss, clerk]}
approvals:
  AP: {%s}
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning, approval: AP}
"""
ACME = "north/acme"
BY_BOSS = "voters: [boss], rule: one, excluded: [requester, account.kam], escalate_to: [owner]"
NEXT_WEEK = NOON + timedelta(days=7)


def asked(approval: str = BY_BOSS, **roles: str) -> World:
    """Return a world in which `zoe` has asked, with people (`ann ben`) in roles."""
    world = a_world(POLICY % approval, lifecycle=LIFECYCLE)
    for role, people in roles.items():
        for person in people.split():
            world.assign("north", role, person)
    decision = world.request(ACME, "plan", by="zoe")
    assert decision.accepted, decision.reasons
    return world


def away(world: World, person: str, *deputies: str, until: datetime = NEXT_WEEK) -> Decision:
    command = RecordAbsence(
        actor=person, person=person, begins_at=world.now, ends_at=until, deputies=deputies
    )
    return world.submit("north", command)


def leaves(world: World, person: str) -> Decision:
    command = RecordAbsence(actor=person, person=person, begins_at=world.now, left=True)
    return world.submit("north", command)


def lends(world: World, person: str, to: str, *approvals: str) -> Decision:
    command = GiveDelegation(
        actor=person,
        person=person,
        to=to,
        begins_at=world.now,
        ends_at=NEXT_WEEK,
        reason="on a course",
        approvals=approvals,
    )
    return world.submit("north", command)


def open_one(world: World) -> OpenApproval:
    (found,) = world.subjects[ACME].approvals.values()
    return found


def voters(world: World) -> str:
    item = open_one(world)
    who = electorate_of(world.compiled, world.view(ACME), item)
    return " ".join(sorted(voters_now(who, item.votes)))


def problem(world: World, person: str, principal: str = "") -> object:
    item = open_one(world)
    who = electorate_of(world.compiled, world.view(ACME), item)
    return cast_for(who, item.votes, person, principal)


def test_a_deputy_with_a_higher_role_votes_while_somebody_is_away() -> None:
    world = asked(boss="ann", chief="cid")
    away(world, "ann", "cid")

    assert voters(world) == "cid"
    assert problem(world, "ann") == (
        "`ann` is away until 2026-04-07 and does not vote; end the absence first"
    )


def test_the_history_keeps_both_names() -> None:
    world = asked(boss="ann", chief="cid")
    away(world, "ann", "cid")

    decision = world.vote(ACME, "approve", by="cid")

    cast = decision.happenings[0]
    assert isinstance(cast, VoteCast)
    assert (decision.events[0].actor, cast.principal) == ("cid", "ann")
    assert world.stage(ACME) == "planning"


def test_when_the_absence_is_over_the_deputy_votes_no_more() -> None:
    world = asked(boss="ann", chief="cid")
    away(world, "ann", "cid")
    world.later(7)

    assert voters(world) == "ann"


def test_a_deputy_without_the_role_or_a_higher_one_has_no_vote() -> None:
    world = asked(boss="ann ben", chief="cle")
    away(world, "ann", "cle")
    world.unassign("north", "chief", "cle")

    assert voters(world) == "ben"
    assert str(problem(world, "cle", "ann")).startswith("`cle` does not vote for `ann`: that takes")


def test_a_delegation_lets_both_vote_and_one_of_them_once() -> None:
    world = asked("voters: [boss], rule: at_least 2", boss="ann ben", chief="cid")
    lends(world, "ann", "cid")
    assert voters(world) == "ann ben cid"

    world.vote(ACME, "approve", by="cid")

    assert voters(world) == "ben"
    assert problem(world, "ann") == "the vote of `ann` is cast already, by `cid`"
    assert problem(world, "cid") == (
        "`cid` has voted on it already, in the place of `ann`, and has one vote"
    )


def test_a_delegation_holds_for_the_approvals_in_its_scope_alone() -> None:
    approvals = f"{BY_BOSS}}}\n  AP-2: {{voters: [boss], rule: one"
    world = asked(approvals, boss="ann", chief="cid")

    lends(world, "ann", "cid", "AP-2")

    assert voters(world) == "ann"


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (["ann cid"], "ann cid"),
        (["ann cid", "cid oda"], "ann cid oda"),
        (["cid oda", "oda pia"], "ann"),
    ],
)
def test_a_vote_is_lent_over_two_links_at_most(links: list[str], expected: str) -> None:
    world = asked(boss="ann", chief="cid", owner="oda pia")
    for link in links:
        assert lends(world, *link.split()).accepted

    assert voters(world) == expected


def test_a_chain_of_absences_ends_after_two_links() -> None:
    world = asked("voters: [boss], rule: one", boss="ann", chief="cid", owner="oda pia")

    found = []
    for person, deputy in (("ann", "cid"), ("cid", "oda"), ("oda", "pia")):
        away(world, person, deputy)
        found.append(voters(world))

    assert found == ["cid", "oda", ""]


def test_who_asked_never_votes_in_the_place_of_another() -> None:
    world = asked("voters: [boss], rule: one", boss="ann", chief="zoe")

    lends(world, "ann", "zoe")

    assert voters(world) == "ann"


@pytest.mark.parametrize("lender", ["zoe", "kim"])
def test_the_delegate_of_somebody_who_must_not_vote_has_no_vote(lender: str) -> None:
    world = asked(boss="ann zoe kim", chief="cid")
    world.record(ACME, {"account.kam": "kim"})

    lends(world, lender, "cid")

    assert voters(world) == "ann"
    assert str(problem(world, "cid", lender)).startswith(
        f"`{lender}` may not vote on it, nor anybody in that place: "
    )


def test_no_vote_comes_by_way_of_somebody_who_must_not_vote() -> None:
    world = asked(boss="ann", chief="kim", owner="oda")
    world.record(ACME, {"account.kam": "kim"})

    lends(world, "ann", "kim")
    lends(world, "kim", "oda")

    assert voters(world) == "ann"


def test_the_own_vote_comes_first_and_others_are_named() -> None:
    world = asked(
        "voters: [boss], rule: all, quorum: 3", boss="ann ben cid", chief="kai", owner="o"
    )
    away(world, "ann", "kai")
    away(world, "ben", "kai")

    assert voters(world) == "cid kai"
    assert problem(world, "kai") == "`kai` may vote for `ann` and `ben`; name one of them"


def test_the_vote_of_a_deputy_counts_after_the_absence() -> None:
    world = asked("voters: [boss], rule: at_least 2", boss="ann ben", chief="cid")
    away(world, "ann", "cid")
    world.vote(ACME, "approve", by="cid")
    world.later(8)

    world.vote(ACME, "approve", by="ben")

    assert world.stage(ACME) == "planning"


DUTY = """
duties:
  SOD-1: {title: a clerk decides nothing, on: [vote], who: [clerk], why: w, source: s}
"""


def test_a_duty_holds_for_the_vote_of_another_and_on_the_way_to_it() -> None:
    world = a_world(POLICY % BY_BOSS, DUTY, lifecycle=LIFECYCLE)
    for role, person in (("boss", "ann"), ("boss", "ben"), ("chief", "cid"), ("owner", "oda")):
        world.assign("north", role, person)
    for person in ("ben", "cid"):
        world.assign("north", "clerk", person)
    world.request(ACME, "plan", by="zoe")

    lends(world, "ann", "cid")
    lends(world, "cid", "oda")
    lends(world, "ben", "oda")

    assert voters(world) == "ann"
    assert str(problem(world, "ben")).startswith("`ben` may not vote on it: is clerk (SOD-1")


def test_who_left_has_no_seat_and_stands_in_for_nobody() -> None:
    world = asked(boss="ann ben", chief="cid")
    lends(world, "ben", "cid")

    leaves(world, "ann")
    leaves(world, "cid")

    assert voters(world) == "ben"


def test_the_next_level_takes_the_seat_when_nobody_is_left() -> None:
    world = asked(boss="ann", owner="oda")

    leaves(world, "ann")
    world.happened(
        ACME, ApprovalEscalated(id=open_one(world).id, level=1, roles=("owner",), people=("oda",),
                                reason="test")
    )  # fmt: skip

    assert voters(world) == "oda"


def test_a_reassigned_seat_belongs_to_the_new_person_alone() -> None:
    world = asked(boss="ann", chief="cid")
    reassigned = ApprovalReassigned(id=open_one(world).id, person="ann", to="cid", reason="away")

    world.happened(ACME, reassigned)
    assert voters(world) == "cid"
    leaves(world, "ann")

    assert voters(world) == "cid"


def test_a_reassigned_seat_can_come_back() -> None:
    world = asked(boss="ann", chief="cid", owner="oda")

    found = []
    for person, to in (("ann", "cid"), ("cid", "oda"), ("oda", "cid"), ("cid", "ann")):
        event = ApprovalReassigned(id=open_one(world).id, person=person, to=to, reason="test")
        world.happened(ACME, event)
        found.append(voters(world))

    assert found == ["cid", "oda", "cid", "ann"]


@pytest.mark.parametrize(
    ("person", "to", "reason"),
    [
        ("eve", "cid", "`eve` has no seat on it to give to somebody else; ann, ben have"),
        ("ann", "ann", "`ann` has that seat already"),
        ("ann", "ben", "`ben` has a seat on it already, and one person has one vote"),
        ("ann", "zoe", "`zoe` may not vote on it: asked for it"),
        ("ann", "eve", "`eve` holds neither the role `boss` nor a higher one; assign it first"),
        ("ann", "cid", None),
    ],
)
def test_a_seat_goes_to_somebody_who_could_have_it(
    person: str, to: str, reason: str | None
) -> None:
    world = asked(boss="ann ben", chief="cid")

    found = seat_problem(world.compiled, world.view(ACME), open_one(world), person, to)

    assert found == reason


def test_each_function_has_its_own_seat() -> None:
    world = asked("voters: [{role: head, each: function}], rule: all", head="x")
    for function, person in (("it", "ida"), ("hr", "hal")):
        command = AssignRole(actor="admin", role="head", person=person, function=function)
        world.submit("north", command)
    world.unassign("north", "head", "x")

    item = open_one(world)
    who = electorate_of(world.compiled, world.view(ACME), item)

    assert dict(who.steps[0].booths[0].seats) == {
        "head (hr)": frozenset({"hal"}),
        "head (it)": frozenset({"ida"}),
    }
    world.vote(ACME, "approve", by="ida")
    assert voters(world) == "hal"


def test_the_seat_of_a_function_stays_when_its_head_has_left() -> None:
    world = asked("voters: [{role: head, each: function}], rule: all", head="x")
    command = AssignRole(actor="admin", role="head", person="ida", function="it")
    world.submit("north", command)
    world.unassign("north", "head", "x")
    item = open_one(world)

    leaves(world, "ida")

    who = electorate_of(world.compiled, world.view(ACME), item)
    assert obstacle(who) == "nobody may vote as `head (it)`"


def test_a_term_gives_a_vote_from_its_first_instant_to_its_end() -> None:
    world = asked(boss="ann")
    command = AssignRole(
        actor="admin",
        role="boss",
        person="ben",
        begins_at=NOON + timedelta(days=1),
        ends_at=NOON + timedelta(days=2),
    )
    world.submit("north", command)

    found = []
    for _ in range(3):
        found.append(voters(world))
        world.later(1)

    assert found == ["ann", "ann ben", "ann"]


def test_who_is_waited_for_is_told_with_who_can_cast_the_vote() -> None:
    world = asked("voters: [boss], rule: at_least 2", boss="ann ben cay", chief="cid")
    away(world, "ann", "cid")
    away(world, "ben")
    item = open_one(world)

    who = electorate_of(world.compiled, world.view(ACME), item)

    assert waiting(who, item.votes) == {
        "ann": frozenset({"cid"}),
        "ben": frozenset(),
        "cay": frozenset({"cay"}),
    }


def test_nobody_votes_for_another_without_being_asked_to() -> None:
    world = asked(boss="ann ben", chief="cid")

    command = CastVote(actor="cid", approval=open_one(world).id, vote="approve", principal="ann")
    decision = world.submit(ACME, command)

    assert not decision.accepted
    assert decision.reasons[0].startswith("`cid` does not vote for `ann`")
