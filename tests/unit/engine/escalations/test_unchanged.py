"""How often the same is asked for again although people have said no to it."""

from tests.builders import World
from tests.unit.engine.escalations.alerts import ACME, GATES, LIFECYCLE, alerted

APPROVAL = "\napprovals: {AP: {title: Plan, voters: [board], rule: one}}\n"
ASKED = LIFECYCLE.replace("to: running, gate: G}", "to: running, gate: G, approval: AP}")


def rejected() -> World:
    world = alerted(gates=GATES + APPROVAL, lifecycle=ASKED)
    assert world.request(ACME, "run").accepted
    world.vote(ACME, "reject", by="board-person")
    return world


def asked_again(world: World) -> int:
    world.request(ACME, "run")
    return world.subjects[ACME].unchanged


def test_it_is_counted() -> None:
    world = rejected()

    assert [asked_again(world) for _ in range(2)] == [1, 2]


def test_other_refusals_do_not_count() -> None:
    world = rejected()

    assert not world.request(ACME, "resume").accepted
    assert world.subjects[ACME].unchanged == 0


def test_new_facts_begin_the_count_anew() -> None:
    world = rejected()
    asked_again(world)

    world.record(ACME, {"account.value": 7})

    assert world.subjects[ACME].unchanged == 0


def test_another_stage_begins_the_count_anew() -> None:
    world = rejected()
    asked_again(world)

    world.request(ACME, "hold")

    assert world.subjects[ACME].unchanged == 0
