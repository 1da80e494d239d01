"""Health beside the stage: the worst of what is open, and back only after a time without it."""

from datetime import timedelta

from kamflow.engine.escalations.raising import clear
from tests.builders import World
from tests.unit.engine.escalations.alerts import ACME, MONDAY, alerted, do, escalation

POLICY = """
rules:
  E-01: {title: Trouble, subject: account, when: account.value > 1000, severity: high, to: [L1]}
regions:
  health:
    title: Health
    subject: account
    fact: account.health
    moves:
      - {id: H1, from: [green], to: amber, when: 'account.value > 10 or escalated("E-01")'}
      - {id: H2, from: [green, amber], to: red, when: account.value > 100}
      - {id: H3, from: [red], to: amber, when: account.value < 50}
      - id: H4
        from: [amber]
        to: green
        when: 'account.value < 5 and not escalated("E-01")'
        lasting: 30 days
"""


def health(world: World) -> str:
    return str(world.ask(ACME, "account.health"))


def valued(value: int) -> World:
    world = alerted(POLICY)
    world.record(ACME, {"account.value": value})
    return world


def later(world: World, days: int, *, seconds: int = 0) -> None:
    world.run_until(MONDAY + timedelta(days=days, seconds=seconds))


def test_a_state_that_was_never_recorded_is_the_first() -> None:
    world = alerted(POLICY)

    assert health(world) == "green"
    assert "account.health" not in world.subjects[ACME].facts


def test_of_what_is_open_the_worst_is_taken() -> None:
    assert health(valued(50)) == "amber"
    assert health(valued(500)) == "red"


def test_the_engine_records_it() -> None:
    observed = valued(500).subjects[ACME].facts["account.health"]

    assert (observed.value, observed.author) == ("red", "system")


def test_one_move_leads_to_the_next_in_one_decision() -> None:
    world = valued(500)

    world.record(ACME, {"account.value": 20})

    assert health(world) == "amber"


def test_an_escalation_can_be_what_moves_it() -> None:
    world = alerted(POLICY)
    world.record(ACME, {"account.value": 2000})
    world.record(ACME, {"account.value": 2})
    assert health(world) == "amber"  # no longer red, but the escalation is open

    assert escalation(world).rule == "E-01"


def test_it_is_well_again_after_a_time_without_a_break() -> None:
    world = valued(50)
    world.record(ACME, {"account.value": 2})
    later(world, 10)
    world.record(ACME, {"account.value": 7})
    later(world, 12)
    world.record(ACME, {"account.value": 2})

    later(world, 42, seconds=-1)
    assert health(world) == "amber"
    later(world, 42)

    assert health(world) == "green"


def test_what_held_before_the_state_was_entered_does_not_count() -> None:
    world = valued(2)
    later(world, 40)
    world.record(ACME, {"account.value": 20})
    later(world, 41)
    world.record(ACME, {"account.value": 2})

    later(world, 70)
    assert health(world) == "amber"
    later(world, 71)

    assert health(world) == "green"


def test_it_waits_for_the_end_of_the_escalation() -> None:
    world = alerted(POLICY)
    world.record(ACME, {"account.value": 2000})
    world.record(ACME, {"account.value": 2})
    later(world, 60)
    assert health(world) == "amber"
    one = escalation(world)

    do(world, lambda draft: clear(draft, one, "over", draft.scene.now))
    world.turn(ACME, touched=("rule:E-01",))
    later(world, 90)

    assert health(world) == "green"


def test_a_fact_without_a_default_begins_with_its_first_value() -> None:
    mood = """
facts:
  account:
    account.mood: {type: choice, values: [calm, angry], writers: [system]}
regions:
  mood:
    title: Mood
    subject: account
    fact: account.mood
    moves: [{id: M1, from: [calm], to: angry, when: account.value > 5}]
"""
    world = alerted(mood)

    world.record(ACME, {"account.value": 6})

    assert world.ask(ACME, "account.mood") == "angry"
