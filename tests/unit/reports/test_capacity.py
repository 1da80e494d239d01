"""Places of people, who waits for one, and who would have to."""

from decimal import Decimal

import pytest

from kamflow.reports.capacity import CapacityReport, PersonPlaces, capacity_report
from tests.builders import NOON, World, a_world

FACTS = """
facts:
  account:
    account.boss: {type: person}
    account.limit: {type: integer}
    account.score: {type: number}
    account.next: {type: flag, default: false}
    account.reserved: {type: flag, default: false}
    account.holds: {type: flag, derived: stage = planning or account.reserved}
    account.load:
      type: integer
      derived: count(accounts where account.boss = self.account.boss and account.holds)
waitlists:
  account:
    title: Who waits
    waiting: stage = candidate and not account.next
    ready: account.load < account.limit
    holds: account.holds
    reserved: account.reserved and stage = candidate
    planned: account.next
    order: [account.score]
    trigger: plan
    places:
      boss: {title: Bosses, person: account.boss, load: account.load, capacity: account.limit}
"""


@pytest.fixture
def world() -> World:
    """A program whose boss `ana` has two places, one of them taken by `acme`."""
    world = a_world(FACTS)
    world.record("north/acme", {"account.boss": "ana", "account.limit": 2})
    world.place("north/acme", "planning")
    return world


def planned(world: World, name: str, score: int, boss: str | None = "ana") -> None:
    """Open an account that will need a place next."""
    world.open("account", name, "north")
    facts: dict[str, str | int] = {"account.limit": 2, "account.score": score}
    world.record(f"north/{name}", {"account.next": True})
    world.record(f"north/{name}", {**facts, **({"account.boss": boss} if boss else {})})


def reported(world: World) -> CapacityReport:
    line = world.compiled.pack.waitlists["account"]
    members = world.view("north").scene.members("north", "account")
    return capacity_report(world.compiled, line, "north", members, NOON)


def test_a_person_has_what_is_taken_reserved_and_free(world: World) -> None:
    planned(world, "b", 1)
    world.record("north/b", {"account.reserved": True})

    (places,) = reported(world).places

    assert (places.id, places.title, places.free) == ("boss", "Bosses", Decimal(0))
    assert places.people == (
        PersonPlaces(
            person="ana", load=Decimal(2), reserved=1, capacity=Decimal(2), free=Decimal(0)
        ),
    )


def test_an_unknown_capacity_leaves_it_unknown_how_many_are_free(world: World) -> None:
    world.open("account", "b", "north")
    world.record("north/b", {"account.boss": "ben"})

    _, ben = reported(world).places[0].people

    assert (ben.person, ben.load, ben.capacity, ben.free) == ("ben", Decimal(0), None, None)


def test_of_those_planned_the_best_get_the_free_places(world: World) -> None:
    planned(world, "low", 1)
    planned(world, "high", 3)
    planned(world, "middle", 2)

    report = reported(world)

    assert report.planned == 3
    assert [item.subject for item in report.would_wait] == ["north/middle", "north/low"]
    assert report.would_wait[0].full == ("ana",)


def test_who_has_nobody_named_would_wait_for_somebody(world: World) -> None:
    planned(world, "lonely", 9, boss=None)

    (lonely,) = reported(world).would_wait

    assert (lonely.subject, lonely.full) == ("north/lonely", ("boss",))


def test_capacity_over_the_limit_is_no_place_less_than_none(world: World) -> None:
    for name in ("b", "c"):
        planned(world, name, 1)
        world.place(f"north/{name}", "planning")

    (ana,) = reported(world).places[0].people

    assert (ana.load, ana.free) == (Decimal(3), Decimal(0))
