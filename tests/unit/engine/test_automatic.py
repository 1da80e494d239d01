"""Automatic transitions: made as soon as the guard is met, one after another, up to a limit."""

import pytest
from msgspec.structs import replace

from kamflow.model.events import CommandRefused
from tests.builders import World, a_pack, a_world

FACTS = """
facts: {account: {account.n: {type: number, default: 0}, account.go: {type: flag}}}
roles: {boss: {who: boss}, us: {who: engine, identity: system}}
gates: {G: {subject: account, criteria: [{id: G.1, must: account.n > 5}]}}
approvals: {AP: {voters: [boss], rule: one}}
"""
ACME = "north/acme"
STAGES = "one: {kind: initial}, two: {kind: active}, three: {kind: active}, four: {kind: active}"


def a_chain(*transitions: str) -> World:
    items = "".join(f"    - {{{item}, automatic: true}}\n" for item in transitions)
    text = (
        f"workflow:\n  id: lifecycle\n  subject: account\n  stages: {{{STAGES}}}\n"
        f"  transitions:\n{items}"
        "    - {id: M, trigger: move, from: one, to: [two, three, four]}\n"
    )
    return a_world(FACTS, lifecycle=text)


def test_a_transition_is_made_when_a_fact_opens_its_guard() -> None:
    world = a_chain("id: A1, trigger: a, from: one, to: two, when: account.n > 3")
    before = world.stage(ACME)

    decision = world.record(ACME, {"account.n": 4})

    assert (before, world.stage(ACME)) == ("one", "two")
    assert [item.actor for item in decision.events] == ["recorder", "system"]
    assert decision.events[1].cause == decision.events[0].sequence


def test_one_transition_opens_the_next() -> None:
    world = a_chain(
        "id: A1, trigger: a, from: one, to: two, when: account.n > 3",
        "id: A2, trigger: b, from: two, to: three",
        "id: A3, trigger: c, from: three, to: four, when: account.n > 9",
    )

    world.record(ACME, {"account.n": 4})

    assert world.stage(ACME) == "three"


def test_a_transition_can_be_made_when_the_subject_is_opened() -> None:
    world = a_chain("id: A1, trigger: a, from: one, to: two")

    assert world.stage(ACME) == "two"


def test_an_unknown_guard_opens_nothing() -> None:
    world = a_chain("id: A1, trigger: a, from: one, to: two, when: account.go")

    world.record(ACME, {"account.n": 4})

    assert world.stage(ACME) == "one"


def test_two_open_guards_make_none_of_the_two() -> None:
    world = a_chain(
        "id: A1, trigger: a, from: one, to: two, when: account.n > 3",
        "id: A2, trigger: b, from: one, to: three, when: account.n > 2",
    )

    decision = world.record(ACME, {"account.n": 4})

    assert world.stage(ACME) == "one"
    assert decision.reasons == ("the guards of A1, A2 are met together, so none is made",)


def test_a_shut_gate_keeps_the_command_and_notes_what_waits() -> None:
    world = a_chain("id: A1, trigger: a, from: one, to: two, gate: G, when: account.n > 3")

    decision = world.record(ACME, {"account.n": 4})

    assert decision.accepted
    assert decision.reasons == ("a waits: gate G is not met: G.1",)
    assert world.subjects[ACME].facts["account.n"].value == "4"
    assert world.stage(ACME) == "one"


def test_a_gate_that_opens_later_is_noticed() -> None:
    world = a_chain("id: A1, trigger: a, from: one, to: two, gate: G, when: account.n > 3")
    world.record(ACME, {"account.n": 4})

    world.record(ACME, {"account.n": 6})

    assert world.stage(ACME) == "two"


def test_people_are_asked_once_however_often_facts_come_in() -> None:
    world = a_chain("id: A1, trigger: a, from: one, to: two, approval: AP, when: account.n > 3")
    world.assign("north", "boss", "ann")
    world.record(ACME, {"account.n": 4})
    world.record(ACME, {"account.n": 5})

    assert len(world.subjects[ACME].approvals) == 1
    assert world.stage(ACME) == "one"


def test_a_request_of_the_engine_is_not_made_again_after_a_no_until_a_fact_changes() -> None:
    world = a_chain("id: A1, trigger: a, from: one, to: two, approval: AP, when: account.n > 3")
    world.assign("north", "boss", "ann")
    world.record(ACME, {"account.n": 4})
    world.vote(ACME, "reject", by="ann")

    waiting = dict(world.subjects[ACME].approvals)
    world.assign(ACME, "boss", "ben")
    still = dict(world.subjects[ACME].approvals)
    world.record(ACME, {"account.n": 5})

    assert (waiting, still) == ({}, {})
    assert len(world.subjects[ACME].approvals) == 1


def test_nobody_who_could_vote_is_noted_and_tried_again() -> None:
    world = a_chain("id: A1, trigger: a, from: one, to: two, approval: AP, when: account.n > 3")

    decision = world.record(ACME, {"account.n": 4})
    world.assign(ACME, "boss", "ann")

    assert decision.reasons == ("a waits: approval AP cannot be given: nobody may vote as `boss`",)
    assert len(world.subjects[ACME].approvals) == 1


def test_the_engine_may_ask_for_what_only_it_may() -> None:
    world = a_chain(
        "id: A1, trigger: a, from: one, to: two, requested_by: [us], when: account.n > 3"
    )
    by_hand = world.request(ACME, "a", by="ann")

    world.record(ACME, {"account.n": 4})

    assert not by_hand.accepted
    assert world.stage(ACME) == "two"


CIRCLE = (
    "id: A1, trigger: a, from: one, to: two, when: account.go",
    "id: A2, trigger: b, from: two, to: one, when: account.go",
)


def test_a_chain_without_end_is_refused_whole_with_its_steps() -> None:
    world = a_chain(*CIRCLE)
    before = world.subjects[ACME]

    decision = world.record(ACME, {"account.go": True})

    assert not decision.accepted
    assert decision.reasons == ("they do not come to an end: A2 -> A1 -> A2 -> A1 -> A2 -> A1",)
    assert [type(event) for event in decision.happenings] == [CommandRefused]
    assert world.subjects[ACME].facts == before.facts
    assert world.stage(ACME) == "one"


@pytest.mark.parametrize(("limit", "accepted"), [(3, True), (2, False)])
def test_a_chain_may_be_as_long_as_the_pack_allows(limit: int, accepted: bool) -> None:  # noqa: FBT001
    chain = "".join(
        f"    - {{id: A{number}, trigger: t, from: {here}, to: {there}, automatic: true,"
        " when: account.go}\n"
        for number, (here, there) in enumerate(
            [("one", "two"), ("two", "three"), ("three", "four")]
        )
    )
    lifecycle = (
        f"workflow:\n  id: lifecycle\n  subject: account\n  stages: {{{STAGES}}}\n"
        f"  transitions:\n{chain}"
    )
    world = World(replace(a_pack(FACTS, lifecycle=lifecycle), chain_limit=limit))
    world.open("program", "north")
    world.open("account", "acme", "north")

    decision = world.record(ACME, {"account.go": True})

    assert decision.accepted is accepted
    assert world.stage(ACME) == ("four" if accepted else "one")
