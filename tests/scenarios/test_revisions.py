"""Decisions that are looked at again under the shipped policy: call-in, appeal, broken glass."""

from datetime import timedelta

import pytest

from kamflow.model.commands import BreakGlass, CallIn, Command, LodgeAppeal, Turn
from kamflow.model.events import ApprovalDecided
from tests.builders import NOON, World
from tests.scenarios.nominated import ACME, a_nominated_account

COMMITTEE = ("program_sponsor", "sales_leader", "finance_controller", "program_manager")


@pytest.fixture
def world() -> World:
    return a_nominated_account()


def decided(world: World, approval: str, stage: str, how: str) -> str:
    """Put the account where an automatic decision has brought it; return the decision's id."""
    identity = f"{ACME}#7"
    world.happened(
        ACME,
        ApprovalDecided(
            id=identity,
            approval=approval,
            transition="TA-02",
            approved=True,
            automatic=True,
            revisable=how,
            revisable_until=NOON + timedelta(days=5),
        ),
    )
    world.place(ACME, stage)
    return identity


def ask(world: World, command: Command) -> None:
    decision = world.submit(ACME, command)
    assert decision.accepted, decision.reasons


def vote(world: World, answer: str, *people: str) -> None:
    for person in people:
        if world.subjects[ACME].approvals:
            decision = world.vote(ACME, answer, by=person)
            assert decision.accepted, decision.reasons


@pytest.mark.parametrize(("answer", "stage"), [("approve", "planning"), ("reject", "candidate")])
def test_the_committee_calls_an_automatic_designation_in(
    world: World, answer: str, stage: str
) -> None:
    decision = decided(world, "AP-DESIG-A", "planning", "call_in")
    ask(world, CallIn(actor="function_head", decision=decision, reason="too many this year"))

    vote(world, answer, *COMMITTEE)

    assert world.stage(ACME) == stage


@pytest.mark.parametrize("stage", ["planning", "mobilization", "co_creation"])
def test_a_designation_is_taken_back_though_the_account_has_moved_on(
    world: World, stage: str
) -> None:
    decision = decided(world, "AP-DESIG-A", stage, "call_in")
    ask(world, CallIn(actor="function_head", decision=decision, reason="too many this year"))

    vote(world, "reject", *COMMITTEE)

    assert world.stage(ACME) == "candidate"


@pytest.mark.parametrize(("answer", "stage"), [("approve", "planning"), ("reject", "rejected")])
def test_the_nominator_appeals_against_a_rejection(world: World, answer: str, stage: str) -> None:
    world.set_fact("north", "program.customer_count", 1_000)
    world.set_fact(ACME, "account.sponsor", "sue")
    decision = decided(world, "AP-REJ", "rejected", "appeal")
    ask(world, LodgeAppeal(actor="nic", decision=decision, reason="the figures were old"))

    vote(world, answer, *COMMITTEE, "function_head")

    assert world.stage(ACME) == stage


def test_an_appeal_is_not_granted_where_there_is_no_place(world: World) -> None:
    decision = decided(world, "AP-REJ", "rejected", "appeal")
    ask(world, LodgeAppeal(actor="nic", decision=decision, reason="the figures were old"))

    vote(world, "approve", *COMMITTEE, "function_head")

    assert world.stage(ACME) == "rejected"


def test_what_was_called_in_does_not_stand_by_silence(world: World) -> None:
    decision = decided(world, "AP-DESIG-A", "planning", "call_in")
    ask(world, CallIn(actor="function_head", decision=decision, reason="too many this year"))
    world.later(60)

    ask(world, Turn(actor="system"))

    assert world.stage(ACME) == "candidate"


def test_a_gate_is_passed_in_an_emergency_by_two_people_and_reviewed(world: World) -> None:
    assert not world.request(ACME, "admit", by="program_office").accepted
    ask(world, BreakGlass(actor="program_sponsor", trigger="admit", reason="a merger today"))

    vote(world, "approve", "steering_committee")

    assert world.stage(ACME) == "selection"
    (review,) = world.subjects[ACME].reviews.values()
    assert review.people == ("program_sponsor", "steering_committee")
