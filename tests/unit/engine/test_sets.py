"""Counts and sums over the subjects of a program."""

from decimal import Decimal

import pytest

from kamflow.model.values import Cause, Unknown
from tests.builders import World, a_world, days_ago

FACTS = """
facts:
  program:
    program.wave: {type: integer}
    program.lead: {type: person, writers: [lead]}
  account:
    account.size: {type: number, max_age: 90 days}
    account.pilot: {type: flag}
    account.kam: {type: person, writers: [kam]}
    account.age: {type: number, max_age: 90 days, writers: [kam]}
    account.aged: {type: number, derived: account.age * 2}
    account.wave: {type: integer}
    account.in_wave: {type: flag, derived: account.wave = program.wave}
    account.load:
      type: integer
      derived: count(accounts where account.kam = self.account.kam)
    account.crowded: {type: flag, derived: account.load > 1}
roles: {kam: {who: the manager}, lead: {who: the lead}}
"""


@pytest.fixture
def world() -> World:
    """Three accounts: two of Ana, one pilot, one without any facts."""
    world = a_world(FACTS)
    world.open("account", "beta", "north")
    world.open("account", "core", "north")
    world.staff("north")
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
def test_there_is_no_mean_of_nothing(function: str) -> None:
    world = World(a_world(FACTS).compiled.pack)
    world.open("program", "empty")
    expression = f"{function}(account.size of accounts)"

    value = world.ask("empty", expression)

    assert value == Unknown((Cause(expression, "no member to take it of"),))


def test_a_set_whose_members_do_not_meet_its_condition_says_so(world: World) -> None:
    expression = "avg(account.size of accounts where account.kam = program.lead)"
    world.record("north", {"program.lead": "bea"})

    value = world.ask("north", expression)

    reason = "of 3 members none meets `account.kam = program.lead`; for 1 it is unknown"
    assert value == Unknown((Cause(expression, reason, ("kam", "lead")),))


def test_a_set_whose_members_lack_the_value_says_which_one_and_who_supplies_it(
    world: World,
) -> None:
    world.record("north/acme", {"account.age": 3}, as_of=days_ago(100))

    value = world.ask("north", "max(account.age of accounts)")

    reason = (
        "3 members, but no known value "
        "(`account.age`: stale: 100 days old, at most 90, `account.age`: no value)"
    )
    assert value == Unknown((Cause("max(account.age of accounts)", reason, ("kam",)),))


def test_a_divisor_that_is_0_is_named_with_what_makes_it_0_and_who_records_that(
    world: World,
) -> None:
    world.record("north/acme", {"account.age": 0})

    value = world.ask("north/acme", "account.size / account.aged")

    reason = "divided by zero: `account.aged` is 0 (account.age = 0)"
    assert value == Unknown((Cause("account.size / account.aged", reason, ("kam",)),))


def test_a_divisor_of_a_set_names_who_records_what_is_counted(world: World) -> None:
    value = world.ask("north", "1 / count(accounts where account.age > 1)")

    assert isinstance(value, Unknown)
    assert value.causes[0].writers == ("kam",)


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
