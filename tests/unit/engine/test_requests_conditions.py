"""A yes on conditions: who makes them, what they keep shut, when they are met."""

from datetime import date

import pytest
from msgspec.structs import replace

from kamflow.model.commands import Promise
from kamflow.model.events import ApprovalDecided
from tests.builders import World
from tests.unit.engine.requests import ACME, Desk, asked, kinds

BUDGET = Promise(text="name a budget", owner="kim", due_on=date(2026, 4, 1))
TEAM = Promise(text="name a team", owner="tom", due_on=date(2026, 4, 2))
SHUT = f"condition `{ACME}#2.1` is open: name a budget, by kim until 2026-04-01"


def conditional() -> World:
    """Return a world in which the plan was approved on a condition."""
    world = asked()
    desk = Desk(world)
    desk.vote("approve", by="ann", conditions=(BUDGET,))
    desk.vote("approve", by="ben")
    assert world.stage(ACME) == "planning"
    return world


def test_the_conditions_of_all_who_said_yes_stand_in_the_decision() -> None:
    world = asked()
    desk = Desk(world)
    desk.vote("approve", by="ann", conditions=(BUDGET,))

    decision = desk.vote("approve", by="ben", conditions=(TEAM,))

    decided = next(item for item in decision.happenings if isinstance(item, ApprovalDecided))
    assert [(item.id, item.owner) for item in decided.conditions] == [
        (f"{ACME}#2.1", "kim"),
        (f"{ACME}#2.2", "tom"),
    ]
    assert list(world.subjects[ACME].conditions) == [f"{ACME}#2.1", f"{ACME}#2.2"]


def test_a_no_leaves_no_conditions() -> None:
    world = asked()
    desk = Desk(world)
    desk.vote("approve", by="ann", conditions=(BUDGET,))
    desk.vote("reject", by="ben")

    assert world.subjects[ACME].conditions == {}


def test_an_open_condition_keeps_the_next_gate_shut() -> None:
    world = conditional()

    decision = world.request(ACME, "run", by="zoe")

    assert decision.reasons == (SHUT,)


@pytest.mark.parametrize(("trigger", "stage"), [("wait", "waiting"), ("lose", "lost")])
def test_holding_and_leaving_stay_possible(trigger: str, stage: str) -> None:
    world = conditional()

    assert world.request(ACME, trigger, by="zoe").accepted
    assert world.stage(ACME) == stage


@pytest.mark.parametrize("trigger", ["run", "retreat", "renew"])
def test_every_gate_is_shut_that_leads_to_no_wait_and_no_end(trigger: str) -> None:
    assert conditional().request(ACME, trigger, by="zoe").reasons == (SHUT,)


@pytest.mark.parametrize("trigger", ["escape", "move"])
def test_a_way_that_the_policy_keeps_open_or_that_has_no_gate_stays_open(trigger: str) -> None:
    assert conditional().request(ACME, trigger, by="zoe").accepted


def test_the_way_back_from_a_wait_is_shut_like_any_other() -> None:
    world = conditional()
    world.request(ACME, "wait", by="zoe")

    assert world.request(ACME, "back", by="zoe").reasons == (SHUT,)


def test_what_two_voters_ask_for_alike_is_one_condition() -> None:
    world = asked()
    desk = Desk(world)
    desk.vote("approve", by="ann", conditions=(BUDGET, TEAM))

    desk.vote("approve", by="ben", conditions=(TEAM, replace(BUDGET, owner="tom"), BUDGET))

    assert [(item.text, item.owner) for item in world.subjects[ACME].conditions.values()] == [
        ("name a budget", "kim"),
        ("name a team", "tom"),
        ("name a budget", "tom"),
    ]


@pytest.mark.parametrize("person", ["kim", "olga"])
def test_the_owner_meets_it_or_who_has_the_right(person: str) -> None:
    world = conditional()
    desk = Desk(world)

    decision = desk.settle(f"{ACME}#2.1", by=person)

    assert kinds(decision) == ["ConditionMet"]
    assert world.request(ACME, "run", by="zoe").accepted


def test_others_do_not_meet_it() -> None:
    desk = Desk(conditional())

    assert desk.settle(f"{ACME}#2.1", by="zoe").reasons == (
        f"`kim` owns condition `{ACME}#2.1`; `zoe` has none of the roles office (olga)",
    )
    assert desk.settle(f"{ACME}#2.1", by="kim", remark="").reasons == (
        "say in a remark what was done",
    )
    assert desk.settle("nonsense", by="kim").reasons == (
        f"condition `nonsense` is not open; open are {ACME}#2.1",
    )


@pytest.mark.parametrize(
    ("vote", "condition", "reason"),
    [
        ("reject", BUDGET, "a condition goes with the vote `approve` alone"),
        ("abstain", BUDGET, "a condition goes with the vote `approve` alone"),
        (
            "approve",
            Promise(text="x", owner="kim", due_on=date(2026, 3, 1)),
            "the condition `x` is due on 2026-03-01, which is over",
        ),
        (
            "approve",
            Promise(text="x", owner="kim", due_on=date(2026, 6, 1)),
            "the condition `x` is due on 2026-06-01; at the latest 2026-05-31",
        ),
        (
            "approve",
            Promise(text=" ", owner="kim", due_on=date(2026, 4, 1)),
            "a condition says what has to be done and who does it",
        ),
    ],
)
def test_conditions_that_cannot_be_kept(vote: str, condition: Promise, reason: str) -> None:
    world = asked()

    decision = Desk(world).vote(vote, by="ann", conditions=(condition,))

    assert decision.reasons == (reason,)
    assert kinds(decision) == ["CommandRefused"]


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 5, 31)])
def test_a_condition_is_due_today_at_the_earliest_and_within_the_limit(day: date) -> None:
    condition = Promise(text="x", owner="kim", due_on=day)

    assert Desk(asked()).vote("approve", by="ann", conditions=(condition,)).accepted


def test_a_yes_is_held_back_by_a_condition_of_another_decision() -> None:
    world = conditional()
    world.place(ACME, "candidate")
    decision = world.request(ACME, "plan", by="zoe")

    assert decision.reasons == (SHUT,)
