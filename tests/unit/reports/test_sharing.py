"""What people outside the company see of a subject: facts that are marked as shareable alone."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from kamflow.language.conditions import parse_condition
from kamflow.language.load import sealed
from kamflow.model.approval import Duty
from kamflow.model.commands import AssignRole
from kamflow.model.expression import Condition
from kamflow.model.pack import FactType, Scorecard, Scored
from kamflow.model.values import Shape
from kamflow.reports.sharing import sees_all, shareable_facts, shared_view
from tests.builders import NOON, World
from tests.unit.engine.duties import ACME, a_world_of, the_pack

OUTSIDE = Duty(id="SOD-12", title="outsiders see little", acts=("read",), who=("customer",))


def shared(*facts: str, **changes: Any) -> World:  # noqa: ANN401 - fields of a pack
    """Return the account with an open request under a policy that shares these facts."""
    pack = the_pack(OUTSIDE, **changes)
    known = {
        name: replace(fact, shareable=True) if name in facts else fact
        for name, fact in pack.facts.items()
    }
    world = a_world_of(sealed(replace(pack, facts=known)))
    world.record_by("zoe", ACME, {"account.note": "hello", "score.fit": 5})
    assert world.request(ACME, "plan", by="zoe").accepted
    return world


def test_outsiders_see_what_is_shared_and_nothing_else() -> None:
    world = shared("account.note")

    seen = shared_view(world.compiled, world.view(ACME), "hal")

    assert [(item.name, item.value) for item in seen.facts] == [("account.note", "hello")]
    assert seen.approvals == ()
    assert seen.roles == {}
    assert seen.triggers == ()


def test_outsiders_of_one_account_see_no_facts_of_others_or_of_what_is_above() -> None:
    world = shared("account.note")
    world.open("account", "bolt", "north")
    world.record_by("zoe", "north/bolt", {"account.note": "secret"})
    world.assign("north/bolt", "customer", "ivy")

    for place in (ACME, "north"):
        assert not sees_all(world.compiled, world.view(place), "ivy")
        seen = shared_view(world.compiled, world.view(place), "ivy")
        assert (seen.facts, seen.approvals, seen.roles, seen.triggers) == ((), (), {}, ())
    own = shared_view(world.compiled, world.view("north/bolt"), "ivy")
    assert [(item.name, item.value) for item in own.facts] == [("account.note", "secret")]


def test_an_outsider_with_another_role_above_sees_what_is_shared() -> None:
    world = shared("account.note")
    world.open("account", "bolt", "north")
    world.assign("north/bolt", "customer", "ivy")
    world.assign("north", "clerk", "ivy")

    seen = shared_view(world.compiled, world.view(ACME), "ivy")

    assert [item.name for item in seen.facts] == ["account.note"]


def test_an_outsider_of_another_program_is_none_here() -> None:
    world = shared("account.note")
    world.open("program", "south")
    world.assign("south", "customer", "ivy")

    assert sees_all(world.compiled, world.view(ACME), "ivy")


def test_who_was_from_outside_sees_everything_again() -> None:
    world = shared("account.note")
    ended = AssignRole(actor="zoe", role="customer", person="ivy", ends_at=NOON + timedelta(days=1))
    assert world.submit(ACME, ended).accepted
    assert not sees_all(world.compiled, world.view("north"), "ivy")

    world.later(1)

    assert sees_all(world.compiled, world.view("north"), "ivy")


def test_without_a_mark_nothing_is_shared() -> None:
    world = shared()

    assert shared_view(world.compiled, world.view(ACME), "hal").facts == ()


def test_people_inside_see_everything() -> None:
    world = shared("account.note")

    seen = shared_view(world.compiled, world.view(ACME), "ann")

    assert len(seen.facts) == 6
    assert len(seen.approvals) == 1
    assert seen.roles["boss"] == ("ann", "bob")


@pytest.mark.parametrize(("person", "everything"), [("hal", False), ("ann", True), ("who", True)])
def test_whom_the_duty_means_is_told(person: str, everything: bool) -> None:  # noqa: FBT001
    world = shared()

    assert sees_all(world.compiled, world.view(ACME), person) is everything


def test_a_score_is_never_shared_however_it_is_marked() -> None:
    world = shared("score.fit", "account.note")

    assert shareable_facts(world.compiled.pack, "account") == {"account.note"}


def test_what_follows_from_a_score_is_never_shared() -> None:
    fit = Scored(id="fit", title="Fit", fact="score.fit")
    card = Scorecard(id="rank", title="Rank", kind="account", criteria=(fit,))
    pack = the_pack(OUTSIDE, scorecards={"rank": card})
    facts = {
        name: FactType(
            name=name,
            kind="account",
            title=name,
            shape=Shape(type="flag"),
            derived=Condition(text=text, tree=parse_condition(text)),
            shareable=True,
        )
        for name, text in {
            "account.top": "rank.total > 3",
            "account.best": "account.top",
            "account.fits": "score.fit > 3",
            "account.nice": "account.good",
        }.items()
    }

    assert shareable_facts(replace(pack, facts={**pack.facts, **facts}), "account") == {
        "account.nice"
    }
