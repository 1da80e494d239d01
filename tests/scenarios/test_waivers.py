"""Waivers under the shipped policy: a way for each criterion, and no way for one person alone."""

from datetime import timedelta

import pytest

from kamflow.model.commands import BreakGlass, RequestWaiver
from kamflow.model.snapshot import OpenApproval
from tests.builders import TODAY, World, shipped_pack
from tests.scenarios.nominated import ACME, a_nominated_account

NORTH = "north"
STEERING = ("st1", "st2", "st3")


@pytest.fixture
def world() -> World:
    world = a_nominated_account()
    for person in STEERING:
        assert world.assign(NORTH, "steering_committee", person).accepted
    return world


def waive(world: World, criterion: str, by: str) -> OpenApproval:
    """Ask for the waiver of a criterion of the program; return the request."""
    command = RequestWaiver(
        actor=by,
        criterion=criterion,
        owner=by,
        reason="the survey runs",
        ends_on=TODAY + timedelta(days=30),
    )
    decision = world.submit(NORTH, command)
    assert decision.accepted, decision.reasons
    (open_one,) = world.subjects[NORTH].approvals.values()
    return open_one


def yes(world: World, person: str) -> bool:
    return world.vote(NORTH, "approve", by=person).accepted


def plain_criterion() -> str:
    """Return a criterion of the program that names nobody for its waivers."""
    gates = (gate for gate in shipped_pack().gates.values() if gate.kind == "program")
    items = (item for gate in gates for item in gate.criteria)
    return next(item.id for item in items if item.bears_waiver and not item.waived_by)


def test_a_program_manager_gets_a_waiver_by_the_sponsor_and_a_member_of_the_committee(
    world: World,
) -> None:
    criterion = plain_criterion()

    request = waive(world, criterion, "program_manager")

    assert (request.approval, request.level) == ("AP-WAIVER", 2)
    assert not yes(world, "program_manager")
    assert yes(world, "program_sponsor")
    assert not world.subjects[NORTH].waivers
    assert yes(world, "st1")
    assert criterion in world.subjects[NORTH].waivers


def test_the_office_gets_one_by_the_program_manager_and_the_sponsor(world: World) -> None:
    criterion = plain_criterion()

    request = waive(world, criterion, "program_office")

    assert request.level == 1
    assert yes(world, "program_manager")
    assert yes(world, "program_sponsor")
    assert criterion in world.subjects[NORTH].waivers


def test_the_lost_account_of_the_pilot_is_waived_by_the_committee_and_no_one_alone(
    world: World,
) -> None:
    request = waive(world, "G-P3.7", "program_office")

    assert request.approval == "AP-P3"
    for person in ("st1", "st2", "st3"):
        assert yes(world, person)
        assert not world.subjects[NORTH].waivers
    assert yes(world, "program_sponsor")
    assert "G-P3.7" in world.subjects[NORTH].waivers


@pytest.mark.parametrize(("trigger", "stage"), [("undo_designation", "planning")])
def test_broken_glass_undoes_no_designation(world: World, trigger: str, stage: str) -> None:
    world.place(ACME, stage)

    decision = world.submit(ACME, BreakGlass(actor="program_sponsor", trigger=trigger, reason="x"))

    assert "is asked for by system alone" in decision.reasons[0]
