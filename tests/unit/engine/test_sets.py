"""Counts and sums over the subjects of a program."""

from decimal import Decimal

import pytest

from kamflow.model.values import Unknown
from tests.builders import World, a_world, days_ago

FACTS = """
facts:
  program:
    program.wave: {type: integer}
  account:
    account.size: {type: number, max_age: 90 days}
    account.pilot: {type: flag}
    account.kam: {type: person}
    account.wave: {type: integer}
    account.in_wave: {type: flag, derived: account.wave = program.wave}
    account.load:
      type: integer
      derived: count(accounts where account.kam = self.account.kam)
    account.crowded: {type: flag, derived: account.load > 1}
"""


@pytest.fixture
def world() -> World:
    """Three accounts: two of Ana, one pilot, one without any facts."""
    world = a_world(FACTS)
    world.open("account", "beta", "north")
    world.open("account", "core", "north")
    world.record("north/acme", {"account.size": 10, "account.pilot": True, "account.kam": "ana"})
    world.record("north/beta", {"account.size": 30, "account.pilot": False, "account.kam": "ana"})
    return world


@pytest.mark.parametrize("subject", ["north", "north/acme", "north/core"])
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("count(accounts)", "3"),
        ("count(accounts where account.pilot)", "1"),
        ("count(accounts where not account.pilot)", "1"),
        ("count(accounts where account.pilot is unknown)", "1"),
        ("count(accounts where stage = candidate)", "3"),
        ("count(accounts where stage = planning)", "0"),
        ("share(accounts where account.size is known)", "66.66666666666666666666666667"),
        ("share(accounts)", "100"),
        ("sum(account.size of accounts)", "40"),
        ("sum(account.size of accounts where account.pilot)", "10"),
        ("sum(account.size of accounts where stage = planning)", "0"),
        ("avg(account.size of accounts)", "20"),
        ("min(account.size of accounts)", "10"),
        ("max(account.size of accounts)", "30"),
        ("count(accounts where account.crowded)", "2"),
        ("max(account.load of accounts)", "2"),
    ],
)
def test_a_set_means_the_same_for_a_program_and_each_of_its_accounts(
    world: World, subject: str, expression: str, value: str
) -> None:
    assert world.ask(subject, expression) == Decimal(value)


def test_members_read_the_facts_of_their_program_whoever_counts_them(world: World) -> None:
    world.record("north", {"program.wave": 2})
    world.record("north/acme", {"account.wave": 2})

    assert world.ask("north", "count(accounts where account.in_wave)") == 1
    assert world.ask("north/acme", "count(accounts where account.in_wave)") == 1
    assert world.ask("north/beta", "count(accounts where account.in_wave)") == 1


def test_self_is_the_subject_that_asks(world: World) -> None:
    mine = "count(accounts where account.kam = self.account.kam)"

    assert world.ask("north/acme", mine) == 2
    assert world.ask("north/core", mine) == 0


def test_self_in_a_set_within_a_set_is_the_member_outside(world: World) -> None:
    shared = "count(accounts where count(accounts where account.kam = self.account.kam) = 2)"

    assert world.ask("north/core", shared) == 2


def test_self_sees_a_stale_fact_as_present(world: World) -> None:
    world.record("north/core", {"account.size": 5}, as_of=days_ago(91))

    assert world.ask("north/core", "count(accounts where self.account.size is present)") == 3
    assert world.ask("north/core", "count(accounts where self.account.size is known)") == 0


@pytest.mark.parametrize("function", ["avg", "min", "max"])
def test_there_is_no_mean_of_nothing(world: World, function: str) -> None:
    value = world.ask("north", f"{function}(account.size of accounts where stage = planning)")

    assert isinstance(value, Unknown)
    assert value.causes[0].reason == "no member to take it of"


def test_the_share_of_an_empty_set_is_unknown() -> None:
    world = World(a_world(FACTS).compiled.pack)
    world.open("program", "empty")

    assert isinstance(world.ask("empty", "share(accounts where account.pilot)"), Unknown)
    assert world.ask("empty", "count(accounts)") == 0


def test_programs_do_not_see_each_other(world: World) -> None:
    world.open("program", "south")
    world.open("account", "gamma", "south")

    assert world.ask("south", "count(accounts)") == 1
    assert world.ask("south/gamma", "count(accounts)") == 1
    assert world.ask("north", "count(accounts)") == 3


def test_the_order_of_members_does_not_matter(world: World) -> None:
    sums = "sum(account.size of accounts) + avg(account.size of accounts)"
    before = world.ask("north", sums)

    world.subjects = dict(reversed(world.subjects.items()))

    assert world.ask("north", sums) == before


def test_a_subject_counts_itself_as_it_is_now() -> None:
    lifecycle = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions:
    - id: A1
      trigger: plan
      from: candidate
      to: planning
      set: {account.size: count(accounts where stage = candidate)}
"""
    world = a_world(FACTS, lifecycle=lifecycle)

    world.request("north/acme", "plan")

    assert world.ask("north/acme", "count(accounts where stage = planning)") == 1
    assert world.subjects["north/acme"].facts["account.size"].value == "1"


CONTACTS = """
subjects: {contact: {plural: contacts, parent: account, workflow: contacting}}
facts:
  contact:
    contact.level: {type: integer}
    contact.alone: {type: flag, derived: count(contacts) = 1}
  account:
    account.contacts: {type: integer, derived: count(contacts where contact.level > 1)}
workflow:
  id: contacting
  subject: contact
  stages: {known: {kind: initial}}
  transitions: [{id: C1, trigger: meet, from: known, to: same}]
"""


def test_sets_below_members_belong_to_each_member() -> None:
    world = a_world(FACTS, CONTACTS)
    world.open("account", "beta", "north")
    for account, level in (("acme", 1), ("acme", 2), ("acme", 3), ("beta", 2)):
        name = f"{account}-{level}"
        world.open("contact", name, f"north/{account}")
        world.record(f"north/{account}/{name}", {"contact.level": level})

    assert world.ask("north/acme", "count(contacts)") == 3
    assert world.ask("north/acme/acme-1", "count(contacts)") == 3
    assert world.ask("north/beta/beta-2", "contact.alone") is True
    assert world.ask("north", "sum(account.contacts of accounts)") == 3
    assert world.ask("north/beta", "sum(account.contacts of accounts)") == 3


def test_a_contact_reads_the_facts_of_its_account_and_of_its_program() -> None:
    world = a_world(FACTS, CONTACTS)
    world.open("contact", "kim", "north/acme")
    world.record("north", {"program.wave": 3})
    world.record("north/acme", {"account.size": 8})

    assert world.ask("north/acme/kim", "account.size + program.wave") == 11
