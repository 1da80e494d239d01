"""Who holds which role: assigned, named by a fact, or as a member of a committee."""

import pytest

from kamflow.engine.people import holders, holds
from tests.builders import World, a_world

FACTS = """
facts: {account: {account.kam: {type: person}}}
roles:
  boss: {who: boss}
  clerk: {who: clerk}
  kam: {who: kam, holder: account.kam}
  committee: {who: all of them, members: [boss, kam]}
  council: {who: committee and more, members: [committee, clerk]}
  service: {who: systems, identity: service}
  system: {who: engine, identity: system}
"""
ACME = "north/acme"


def held(world: World, role: str, subject: str = ACME) -> set[str]:
    return set(holders(world.compiled.pack, world.view(subject), role))


def test_a_role_of_the_program_is_held_for_its_accounts() -> None:
    world = a_world(FACTS)

    world.assign("north", "boss", "ann")

    assert held(world, "boss") == {"ann"}
    assert held(world, "boss", "north") == {"ann"}


def test_a_role_of_an_account_is_held_for_that_account_alone() -> None:
    world = a_world(FACTS)
    world.open("account", "beta", "north")

    world.assign(ACME, "boss", "ann")

    assert held(world, "boss") == {"ann"}
    assert held(world, "boss", "north/beta") == set()
    assert held(world, "boss", "north") == set()


def test_program_and_account_roles_add_up() -> None:
    world = a_world(FACTS)
    world.assign("north", "boss", "ann")

    world.assign(ACME, "boss", "ben")

    assert held(world, "boss") == {"ann", "ben"}


def test_a_fact_names_the_holder() -> None:
    world = a_world(FACTS)
    before = held(world, "kam")

    world.record(ACME, {"account.kam": "kim"})

    assert (before, held(world, "kam")) == (set(), {"kim"})


def test_members_of_a_committee_hold_one_of_its_roles() -> None:
    world = a_world(FACTS)
    world.assign("north", "boss", "ann")
    world.assign("north", "clerk", "eve")
    world.record(ACME, {"account.kam": "kim"})

    assert held(world, "committee") == {"ann", "kim"}
    assert held(world, "council") == {"ann", "kim", "eve"}


@pytest.mark.parametrize(
    ("actor", "role", "expected"),
    [
        ("service", "service", True),
        ("service:erp", "service", True),
        ("services", "service", False),
        ("system", "service", False),
        ("system", "system", True),
        ("ann", "system", False),
        ("ann", "boss", True),
        ("ann", "committee", True),
        ("ann", "clerk", False),
    ],
)
def test_identities_are_not_people(actor: str, role: str, expected: bool) -> None:  # noqa: FBT001
    world = a_world(FACTS)
    world.assign("north", "boss", "ann")

    assert holds(world.compiled.pack, world.view(ACME), actor, role) is expected


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ("bos", "there is no role `bos`; did you mean `boss`?"),
        ("kam", "`kam` is not assigned; it comes from account.kam"),
        ("committee", "`committee` is not assigned; it comes from boss, kam"),
        ("service", "`service` is not assigned; it comes from service"),
    ],
)
def test_only_roles_that_are_assigned_can_be_assigned(role: str, reason: str) -> None:
    decision = a_world(FACTS).assign(ACME, role, "ann")

    assert (decision.accepted, decision.reasons) == (False, (reason,))


def test_assigning_twice_and_ending_what_is_not_held_changes_nothing() -> None:
    world = a_world(FACTS)
    world.assign(ACME, "boss", "ann")

    again = world.assign(ACME, "boss", "ann")
    ended = world.unassign(ACME, "boss", "ben")

    assert (again.accepted, again.events) == (True, ())
    assert (ended.accepted, ended.events) == (True, ())


def test_an_ended_role_is_held_no_more() -> None:
    world = a_world(FACTS)
    world.assign(ACME, "boss", "ann")
    world.assign(ACME, "boss", "ben")

    world.unassign(ACME, "boss", "ann")

    assert held(world, "boss") == {"ben"}
