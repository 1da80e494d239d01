"""A request is bound to what decides who votes on it, as it is to what its gate reads."""

import pytest

from kamflow.model.commands import CastVote
from kamflow.model.decision import Decision
from kamflow.model.snapshot import OpenApproval
from tests.builders import World, a_world

ACME = "north/acme"

POLICY = """
facts:
  account:
    account.budget: {type: number}
    account.note: {type: text}
    account.seen_on: {type: date}
roles: {clerk: {who: clerk}, boss: {who: boss}, third: {who: third}}
approvals:
  AP:
    steps:
      - {title: Clerk, voters: [clerk], rule: one}
      - {title: Boss, voters: [boss], rule: one, when: account.budget > 50}
      - title: Third
        ballots:
          - voters: [third, {role: clerk, when: account.budget > 500}]
            rule: at_least 1
        when: account.seen_on is absent or account.seen_on within 5 days
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions: [{id: T1, trigger: plan, from: candidate, to: planning, approval: AP}]
"""


@pytest.fixture
def world() -> World:
    world = a_world(POLICY, lifecycle=LIFECYCLE)
    for role, person in (("clerk", "cid"), ("boss", "bob"), ("third", "tim")):
        world.assign("north", role, person)
    world.record(ACME, {"account.budget": 100})
    assert world.request(ACME, "plan").accepted
    return world


def the_request(world: World) -> OpenApproval:
    (open_one,) = world.subjects[ACME].approvals.values()
    return open_one


def vote(world: World, person: str) -> Decision:
    command = CastVote(actor=person, approval=the_request(world).id, vote="approve")
    return world.submit(ACME, command)


def test_a_step_that_is_left_out_now_is_told_and_people_vote_anew(world: World) -> None:
    vote(world, "cid")

    decision = world.record(ACME, {"account.budget": 10})

    assert "`whether account.budget > 50` was true and is false" in decision.reasons[0]
    assert the_request(world).votes == ()
    vote(world, "cid")
    vote(world, "tim")
    assert world.stage(ACME) == "planning"


def test_a_value_that_moves_nobody_in_or_out_leaves_the_votes(world: World) -> None:
    vote(world, "cid")

    world.record(ACME, {"account.budget": 90, "account.note": "x"})

    assert [item.person for item in the_request(world).votes] == ["cid"]


def test_who_votes_by_the_clock_is_not_bound(world: World) -> None:
    assert set(the_request(world).bound) == {
        "whether account.budget > 50",
        "whether account.budget > 500",
    }
