"""Approvals that a decision table picks."""

import pytest

from tests.builders import World, a_world

PACK = """
facts: {account: {account.n: {type: number}}}
roles: {boss: {who: boss}, clerk: {who: clerk}}
tables:
  way:
    subject: account
    rows:
      - {id: R1, when: account.n > 10, then: {ap: AP-BOSS}}
      - {id: R2, when: account.n > 5, then: {ap: AP-CLERK}}
      - {id: R3, when: account.n > 2, then: {ap: AP-AUTO}, why: it is small}
      - {id: R4, otherwise: true, then: {ap: none}}
approvals:
  AP: {route: way.ap}
  AP-BOSS: {voters: [boss], rule: one}
  AP-CLERK: {voters: [clerk], rule: one}
  AP-AUTO: {voters: [clerk], rule: one, auto_when: way.row = R3}
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions: [{id: A1, trigger: plan, from: candidate, to: planning, approval: AP}]
"""
ACME = "north/acme"


def routed(number: int | None) -> World:
    world = a_world(PACK, lifecycle=LIFECYCLE)
    world.assign("north", "boss", "ann")
    world.assign("north", "clerk", "ben")
    if number is not None:
        world.record(ACME, {"account.n": number})
    return world


@pytest.mark.parametrize(
    ("number", "approval", "voter"), [(11, "AP-BOSS", "ann"), (6, "AP-CLERK", "ben")]
)
def test_the_table_picks_the_approval(number: int, approval: str, voter: str) -> None:
    world = routed(number)

    decision = world.request(ACME, "plan")

    (open_one,) = world.subjects[ACME].approvals.values()
    assert open_one.approval == approval
    assert decision.reasons == (f"approval {approval} `{open_one.id}` waits for {voter}",)


def test_the_table_can_pick_an_approval_that_is_given_at_once_for_its_reason() -> None:
    world = routed(3)

    decision = world.request(ACME, "plan")

    assert world.stage(ACME) == "planning"
    assert "way: row R3, it is small" in str(decision.happenings[0])


def test_a_row_without_an_approval_makes_no_transition() -> None:
    world = routed(1)

    decision = world.request(ACME, "plan")

    assert not decision.accepted
    assert "`way.ap` is `none`, which is no approval" in decision.reasons[0]
    assert world.stage(ACME) == "candidate"


def test_while_the_table_has_no_answer_nobody_is_asked() -> None:
    decision = routed(None).request(ACME, "plan")

    assert decision.reasons == ("which approval is needed is not known: `account.n` no value",)


def test_who_is_asked_follows_the_table_and_whoever_voted_is_asked_no_more() -> None:
    world = routed(11)
    world.request(ACME, "plan")

    decision = world.record(ACME, {"account.n": 6})

    (open_one,) = world.subjects[ACME].approvals.values()
    assert open_one.approval == "AP-CLERK"
    assert (
        f"approval `{open_one.id}` was judged again, as `way.ap` was AP-BOSS and is AP-CLERK"
        in (decision.reasons[0])
    )
    assert not world.vote(ACME, "approve", by="ann").accepted
    assert world.vote(ACME, "approve", by="ben").accepted
    assert world.stage(ACME) == "planning"
