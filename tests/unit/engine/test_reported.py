"""Conditions on reports: what followed, what did not, in which time; of the subject or above it."""

from datetime import timedelta

import pytest

from kamflow.engine.closures import compile_expression
from kamflow.language.conditions import parse_condition
from kamflow.language.rewriting import with_key
from kamflow.model.values import Unknown
from tests.builders import World, a_world

FACTS = """
facts:
  account:
    account.kam: {type: person}
    account.region: {type: choice, values: [north, south]}
parameters:
  ack: {type: integer, value: 24, unit: hours}
  window: {type: integer, value: 30, unit: days, overrides_are_below: no}
events:
  account:
    incident.opened:
      payload: {incident: {type: text}, severity: {type: choice, values: [low, high]}}
    incident.closed: {payload: {incident: {type: text}}}
  program:
    person.left: {payload: {person: {type: person}}}
""".replace(", overrides_are_below: no", "")


def opened(world: World, incident: str, *, days: int, severity: str = "low") -> None:
    payload = {"incident": incident, "severity": severity}
    world.report("north/acme", "incident.opened", payload, days=days)


def closed(world: World, incident: str, *, days: int) -> None:
    world.report("north/acme", "incident.closed", {"incident": incident}, days=days)


def asked_for(world: World, condition: str, key: str) -> object:
    """Return what a condition comes to where a rule is judged for one value."""
    tree = with_key(parse_condition(condition))
    view = world.view("north/acme").with_names({"key": key})
    return compile_expression(tree, world.compiled.pack)(view)


# ---- what did not follow


def test_what_follows_another_one_is_told_apart_by_what_both_carry() -> None:
    world = a_world(FACTS)
    opened(world, "A", days=20)
    opened(world, "B", days=20)
    closed(world, "A", days=19)

    assert (
        world.ask("north/acme", "no incident.closed within 5 days after incident.opened") is False
    )
    by = "no incident.closed within 5 days after incident.opened by incident"
    assert world.ask("north/acme", by) is True
    closed(world, "B", days=16)
    assert world.ask("north/acme", by) is False


def test_only_what_the_condition_picks_has_to_be_followed() -> None:
    world = a_world(FACTS)
    opened(world, "A", days=20, severity="low")

    text = "no incident.closed within 5 days after incident.opened where event.severity = high"

    assert world.ask("north/acme", text) is False
    opened(world, "B", days=20, severity="high")
    assert world.ask("north/acme", text) is True


@pytest.mark.parametrize(
    ("text", "hours", "missed"),
    [
        ("no incident.closed within 24 hours after incident.opened", 23, False),
        ("no incident.closed within 24 hours after incident.opened", 24, True),
        ("no incident.closed within P.ack after incident.opened", 23, False),
        ("no incident.closed within P.ack after incident.opened", 24, True),
    ],
)
def test_hours_are_over_at_the_instant(text: str, hours: int, *, missed: bool) -> None:
    world = a_world(FACTS)
    opened(world, "A", days=0)
    world.now += timedelta(hours=hours)

    assert world.ask("north/acme", text) is missed


def test_a_parameter_brings_its_unit_along() -> None:
    text = "no incident.closed within P.ack hours after incident.opened"

    with pytest.raises(ValueError, match="did not expect `hours`"):
        a_world(FACTS).ask("north/acme", text)


def test_what_comes_at_the_last_instant_comes_in_time() -> None:
    world = a_world(FACTS)
    opened(world, "A", days=0)
    world.now += timedelta(hours=24)
    closed(world, "A", days=0)

    assert world.ask("north/acme", "no incident.closed within P.ack after incident.opened") is False


# ---- what nothing has followed


def test_reports_are_counted_that_nothing_has_followed() -> None:
    world = a_world(FACTS)
    for incident in ("A", "B", "B"):
        opened(world, incident, days=3)
    text = "count(incident.opened without incident.closed by incident)"
    assert world.ask("north/acme", text) == 3

    closed(world, "B", days=2)

    assert world.ask("north/acme", text) == 1
    assert world.ask("north/acme", "count(incident.opened without incident.closed)") == 0


def test_what_was_reported_before_does_not_follow() -> None:
    world = a_world(FACTS)
    closed(world, "A", days=9)
    opened(world, "A", days=3)

    text = "count(incident.opened without incident.closed by incident)"

    assert world.ask("north/acme", text) == 1


def test_a_report_that_carries_nothing_to_match_is_followed_by_nothing() -> None:
    world = a_world(FACTS)
    world.report("north/acme", "incident.opened", {"severity": "low"}, days=3)
    world.report("north/acme", "incident.closed", {}, days=2)

    text = "count(incident.opened without incident.closed by incident)"

    assert world.ask("north/acme", text) == 1


# ---- spans by parameters


@pytest.mark.parametrize(("days", "count"), [(30, 1), (31, 0)])
def test_a_parameter_holds_the_span(days: int, count: int) -> None:
    world = a_world(FACTS)
    opened(world, "A", days=days)

    assert world.ask("north/acme", "count(incident.opened within P.window)") == count


def test_an_override_gives_a_subject_another_span() -> None:
    override = """
overrides:
  - {parameter: window, layer: account, key: acme, value: 90, owner: ana, reason: a start}
"""
    world = a_world(FACTS, override)
    world.open("account", "bolt", "north")
    opened(world, "A", days=60)
    payload = {"incident": "B", "severity": "low"}
    world.report("north/bolt", "incident.opened", payload, days=60)

    assert world.ask("north/acme", "count(incident.opened within P.window)") == 1
    assert world.ask("north/bolt", "count(incident.opened within P.window)") == 0


# ---- events of what is above, and `key`


def test_events_of_the_program_are_read_from_its_accounts() -> None:
    world = a_world(FACTS)
    world.record("north/acme", {"account.kam": "kim"})
    world.report("north", "person.left", {"person": "kim"}, days=3)

    text = "count(person.left where event.person = self.account.kam)"

    assert world.ask("north/acme", text) == 1
    assert world.ask("north", "count(person.left)") == 1
    assert world.ask("north", "count(accounts where count(person.left) > 0)") == 1


def test_key_is_the_value_for_which_a_rule_is_judged() -> None:
    world = a_world(FACTS)
    opened(world, "A", days=3)
    opened(world, "A", days=2)
    opened(world, "B", days=2)

    count = "count(incident.opened where event.incident = key)"

    assert asked_for(world, count, "A") == 2
    assert asked_for(world, count, "B") == 1
    assert asked_for(world, "key = A", "A") is True


def test_key_stands_for_nothing_outside_a_rule() -> None:
    world = a_world(FACTS)
    tree = with_key(parse_condition("key = A"))

    value = compile_expression(tree, world.compiled.pack)(world.view("north/acme"))

    assert isinstance(value, Unknown)
