"""Parameters with overrides: the tightest layer that fits and holds today wins."""

from datetime import timedelta

import pytest

from kamflow.engine.gates import judge_gate
from tests.builders import World, a_world, problems

RULES = """
facts:
  account:
    account.region: {type: text}
    account.segment: {type: choice, values: [strategic, growth]}
    account.contacts: {type: integer, unit: contacts}
parameters:
  contacts_min: {type: integer, value: 5, unit: contacts}
  cap_hard: {type: integer, value: 10, overridable: false}
gates:
  G:
    subject: account
    criteria: [{id: G.1, must: account.contacts >= P.contacts_min}]
"""
OVERRIDES = """
overrides:
  - {parameter: contacts_min, layer: account, key: acme, value: 2, owner: ana, reason: one site}
  - parameter: contacts_min
    layer: region
    key: NORDICS
    value: 3
    owner: ana
    reason: small markets
    until: 2026-04-30
  - {parameter: contacts_min, layer: segment, key: strategic, value: 8, owner: ana, reason: deep}
"""
UNTIL_NEVER = (
    "{parameter: contacts_min, layer: region, key: X, value: 2, owner: a, reason: b, "
    "until: 2026-02-30}"
)
LAYERS = "layers: {region: account.region, segment: account.segment}"


def a_layered_world() -> World:
    world = a_world(RULES, OVERRIDES, head_keys=LAYERS)
    world.open("account", "bolt", "north")
    return world


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        ({}, 5),
        ({"account.region": "NORDICS"}, 3),
        ({"account.region": "DACH"}, 5),
        ({"account.segment": "strategic"}, 8),
        ({"account.region": "NORDICS", "account.segment": "strategic"}, 8),
        ({"account.region": "NORDICS", "account.segment": "growth"}, 3),
    ],
)
def test_the_tightest_layer_that_fits_wins(facts: dict[str, str], value: int) -> None:
    world = a_layered_world()
    world.record("north/bolt", facts)

    assert world.ask("north/bolt", "P.contacts_min") == value


def test_an_account_of_its_own_beats_every_layer() -> None:
    world = a_layered_world()
    world.record("north/acme", {"account.segment": "strategic"})

    assert world.ask("north/acme", "P.contacts_min") == 2


@pytest.mark.parametrize(("days", "value"), [(30, 3), (31, 5)])
def test_an_override_ends_with_its_last_day(days: int, value: int) -> None:
    world = a_layered_world()
    world.record("north/bolt", {"account.region": "NORDICS"})

    world.now += timedelta(days=days)

    assert world.ask("north/bolt", "P.contacts_min") == value


def test_a_gate_is_judged_by_the_value_for_its_subject() -> None:
    world = a_layered_world()
    for name in ("acme", "bolt"):
        world.record(f"north/{name}", {"account.contacts": 3})

    judged = [judge_gate(world.compiled, "G", world.view(f"north/{n}")) for n in ("acme", "bolt")]

    assert [item.verdict for item in judged] == ["met", "unmet"]
    assert [item.findings[0].readings[1].value for item in judged] == ["2", "5"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "{parameter: cap_hard, layer: account, key: acme, value: 20, owner: a, reason: b}",
            "K206 parameter `cap_hard` cannot be overridden",
        ),
        (
            "{parameter: contact_min, layer: account, key: acme, value: 2, owner: a, reason: b}",
            "K203 there is no parameter `contact_min`; did you mean `contacts_min`?",
        ),
        (
            "{parameter: contacts_min, layer: regoin, key: X, value: 2, owner: a, reason: b}",
            "K203 there is no layer `regoin`; did you mean `region`?",
        ),
        (
            "{parameter: contacts_min, layer: region, key: X, value: few, owner: a, reason: b}",
            "K206 override of `contacts_min`: `few` is not a number",
        ),
        (
            "{parameter: contacts_min, layer: region, key: X, value: 2, owner: a}",
            "K202 an override needs the key `reason`",
        ),
        (
            UNTIL_NEVER,
            "K206 `until: 2026-02-30` is not a day of the calendar",
        ),
    ],
)
def test_an_override_that_cannot_stand_is_reported(line: str, problem: str) -> None:
    found = problems(RULES, f"overrides:\n  - {line}\n", head_keys=LAYERS)

    assert [item.split(": ", 1)[1] for item in found] == [problem]


def test_two_overrides_for_the_same_are_reported() -> None:
    one = "{parameter: contacts_min, layer: region, key: X, value: 2, owner: a, reason: b}"

    (found,) = problems(RULES, f"overrides:\n  - {one}\n  - {one}\n", head_keys=LAYERS)

    assert "K204 `contacts_min` has an override for region `X` already" in found
