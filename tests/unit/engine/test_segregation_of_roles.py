"""Roles that do not go together, and who gives them: in a program and all that belongs to it."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from kamflow.language.load import sealed
from kamflow.model import commands as c
from kamflow.model.approval import Duty
from kamflow.model.pack import Role
from tests.builders import NOON
from tests.unit.engine.duties import ACME, a_world_of, governed, refusal, the_pack

ADMIN = Duty(
    id="SOD-08",
    title="admins do no business",
    acts=("assign",),
    apart=(("admin",), ("kam", "staff")),
)
OUTSIDE = Duty(
    id="SOD-12", title="outsiders see little", acts=("read", "assign"), who=("customer",)
)


def test_roles_that_do_not_go_together_are_not_given_to_one_person() -> None:
    world = governed(ADMIN)

    why = refusal(world, c.AssignRole(actor="zoe", role="boss", person="gus"), "north")

    assert why == (
        "`gus` is admin, which does not go with boss (SOD-08: admins do no business); "
        "name somebody else, or end the other role first"
    )
    assert not world.assign("north", "admin", "dan").accepted
    assert world.assign("north", "boss", "dan").accepted


def test_a_role_below_does_not_go_with_one_above() -> None:
    world = governed(ADMIN)

    assert not world.assign(ACME, "clerk", "gus").accepted


def test_a_role_that_a_fact_gives_is_given_like_any_other() -> None:
    world = governed(ADMIN)

    for name in ("gus", " gus "):
        decision = world.record_by("zoe", ACME, {"account.kam": name})

        assert not decision.accepted
        assert "`gus` is admin, which does not go with kam" in decision.reasons[0]


def test_an_ended_role_does_not_stand_in_the_way() -> None:
    world = governed(ADMIN)
    world.unassign("north", "admin", "gus")

    assert world.assign("north", "boss", "gus").accepted


def test_a_role_that_begins_later_counts_now() -> None:
    world = governed(ADMIN)
    later = c.AssignRole(
        actor="zoe", role="admin", person="ivy", begins_at=NOON + timedelta(days=9)
    )
    assert world.submit("north", later).accepted

    assert not world.assign("north", "boss", "ivy").accepted


@pytest.mark.parametrize("place", [ACME, "north/bolt"])
def test_roles_do_not_go_together_wherever_they_are_held(place: str) -> None:
    world = governed(ADMIN)
    world.open("account", "bolt", "north")
    assert world.assign(place, "clerk", "ivy").accepted
    assert world.assign(place, "admin", "joe").accepted

    assert "`ivy` is clerk" in refusal(world, assigning("admin", "ivy"), "north")
    assert "`ivy` is clerk" in refusal(world, assigning("admin", "ivy"), ACME)
    assert "`joe` is admin" in refusal(world, assigning("boss", "joe"), "north")
    assert "`joe` is admin" in world.record_by("zoe", ACME, {"account.kam": "joe"}).reasons[0]


def test_a_role_below_is_named_with_its_subject() -> None:
    world = governed(ADMIN)

    why = refusal(world, assigning("admin", "kim"), "north")

    assert "`kim` is kam of north/acme, which does not go with admin (SOD-08" in why


def test_who_is_named_by_a_fact_that_is_too_old_is_still_named() -> None:
    holder = Duty(id="D", title="t", acts=("assign",), apart=(("admin",), ("nominator",)))
    pack = the_pack(holder)
    nominator = Role(id="nominator", who="nominator", holder="account.nominated_by")
    world = a_world_of(sealed(replace(pack, roles={**pack.roles, "nominator": nominator})))
    world.later(60)

    for place in ("north", ACME):
        assert "`nic` is nominator" in refusal(world, assigning("admin", "nic"), place)


def test_a_role_that_others_have_or_that_ended_below_is_no_obstacle() -> None:
    world = governed(ADMIN)
    world.assign(ACME, "clerk", "ivy")
    world.unassign(ACME, "clerk", "ivy")
    world.set_fact(ACME, "account.kam", "kai")

    for person in ("ivy", "kim", "joe"):
        assert world.assign("north", "admin", person).accepted


def test_another_program_is_another_tree() -> None:
    world = governed(ADMIN)
    world.open("program", "south")

    assert world.assign("south", "admin", "kim").accepted


def assigning(
    role: str, person: str, begins_at: datetime | None = None, ends_at: datetime | None = None
) -> c.AssignRole:
    return c.AssignRole(actor="zoe", role=role, person=person, begins_at=begins_at, ends_at=ends_at)


JULY = datetime(2026, 7, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ({"ends_at": JULY}, {"begins_at": JULY}, False),
        ({"begins_at": JULY}, {"ends_at": JULY}, False),
        ({"begins_at": JULY, "ends_at": AUGUST}, {"begins_at": AUGUST}, False),
        ({"ends_at": JULY}, {"begins_at": JULY - timedelta(microseconds=1)}, True),
        ({"ends_at": JULY}, {}, True),
        ({"begins_at": JULY}, {}, True),
        ({}, {"begins_at": JULY}, True),
        ({"begins_at": JULY}, {"begins_at": AUGUST}, True),
        ({"ends_at": JULY}, {"ends_at": AUGUST}, True),
    ],
)
@pytest.mark.parametrize("place", ["north", ACME])
def test_roles_that_are_never_held_at_the_same_time_are_no_obstacle(
    first: dict[str, datetime],
    second: dict[str, datetime],
    together: bool,  # noqa: FBT001
    place: str,
) -> None:
    world = governed(ADMIN)
    assert world.submit(place, assigning("boss", "ivy", **first)).accepted

    decision = world.submit("north", assigning("admin", "ivy", **second))

    assert decision.accepted is not together


def test_a_role_that_is_over_is_no_obstacle_to_one_that_a_fact_gives() -> None:
    world = governed(ADMIN)
    begins, ends = NOON + timedelta(days=5), NOON + timedelta(days=9)
    assert world.submit("north", assigning("admin", "ivy", begins_at=begins, ends_at=ends)).accepted

    assert not world.record_by("zoe", ACME, {"account.kam": "ivy"}).accepted
    world.later(9)
    assert world.record_by("zoe", ACME, {"account.kam": "ivy"}).accepted


def test_whoever_is_from_outside_for_one_subject_gives_no_roles_in_the_whole_tree() -> None:
    inside = Duty(id="D", title="t", acts=("assign",), who=("clerk",))
    world = governed(OUTSIDE, inside)
    world.open("account", "bolt", "north")
    world.assign(ACME, "customer", "ivy")
    world.assign(ACME, "clerk", "joe")

    for place in ("north", ACME, "north/bolt"):
        giving = c.AssignRole(actor="ivy", role="boss", person="moe")
        assert refusal(world, giving, place) == (
            "`ivy` is customer (SOD-12: outsiders see little); somebody else has to do it"
        )
        taking = c.EndRole(actor="ivy", role="boss", person="ann")
        assert "`ivy` is customer" in refusal(world, taking, place)
    # A duty about people inside is one about the subjects for which they have the role.
    by_joe = c.AssignRole(actor="joe", role="boss", person="moe")
    assert not world.submit(ACME, by_joe).accepted
    assert world.submit("north/bolt", by_joe).accepted


def test_a_duty_may_keep_people_from_assigning() -> None:
    world = governed(Duty(id="D", title="t", acts=("assign",), who=("auditor",), only=("boss",)))

    assert "is auditor" in refusal(
        world, c.AssignRole(actor="fay", role="boss", person="ivy"), "north"
    )
    assert world.submit("north", c.AssignRole(actor="fay", role="clerk", person="ivy")).accepted
