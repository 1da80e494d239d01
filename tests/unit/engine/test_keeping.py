"""Facts that a stage keeps while a condition is met, and the day on which a kept date is over."""

from datetime import UTC, date, datetime

import pytest

from kamflow.engine.keeping import next_lapse
from kamflow.model.commands import Turn
from kamflow.model.events import FactLapsed, FactsRecorded, LapseScheduled
from tests.builders import World, a_world

FACTS = """
facts:
  account:
    account.n: {type: number}
    account.until: {type: date}
    account.mark: {type: text}
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    selection:
      kind: active
      keep:
        account.until: {while: account.n > 0, value: today + 2 days}
        account.mark: {while: account.n > 5, value: '"high"'}
    planning:
      kind: active
      keep:
        account.mark: {while: account.n > 7, value: '"plan"'}
  transitions:
    - {id: A1, trigger: choose, from: candidate, to: selection}
    - {id: A2, trigger: plan, from: selection, to: planning}
    - {id: A3, trigger: renew, from: selection, to: same, set: {account.until: today + 2 days}}
"""
ACME = "north/acme"
LAST = date(2026, 4, 2)


@pytest.fixture
def world() -> World:
    """An account in selection that keeps nothing yet."""
    world = a_world(FACTS, lifecycle=LIFECYCLE)
    world.request(ACME, "choose")
    return world


def kept(world: World) -> dict[str, str]:
    facts = world.subjects[ACME].facts
    return {name: facts[name].value for name in ("account.until", "account.mark") if name in facts}


def test_nothing_is_kept_while_the_condition_is_unknown(world: World) -> None:
    assert kept(world) == {}
    assert world.subjects[ACME].lapses == {}


def test_a_fact_is_set_by_the_engine_as_soon_as_its_condition_is_met(world: World) -> None:
    decision = world.record(ACME, {"account.n": 1})

    assert kept(world) == {"account.until": "2026-04-02"}
    assert world.subjects[ACME].lapses == {"account.until": LAST}
    assert decision.events[-1].event == LapseScheduled(fact="account.until", last_day=LAST)
    assert {item.actor for item in decision.events[1:]} == {"system"}


def test_a_value_stays_as_it_is_while_its_condition_is_met(world: World) -> None:
    world.record(ACME, {"account.n": 1})
    world.later(days=1)

    decision = world.record(ACME, {"account.n": 2})

    assert kept(world) == {"account.until": "2026-04-02"}
    assert len(decision.events) == 1


def test_a_value_is_forgotten_when_its_condition_is_met_no_more(world: World) -> None:
    world.record(ACME, {"account.n": 6})
    assert kept(world) == {"account.until": "2026-04-02", "account.mark": "high"}

    world.record(ACME, {"account.n": 0})

    assert kept(world) == {}
    assert world.subjects[ACME].lapses == {}


def test_a_value_is_set_anew_when_its_condition_is_met_again(world: World) -> None:
    world.record(ACME, {"account.n": 1})
    world.record(ACME, {"account.n": 0})
    world.later(days=1)

    world.record(ACME, {"account.n": 1})

    assert kept(world) == {"account.until": "2026-04-03"}


def test_what_only_the_former_stage_keeps_is_forgotten_when_it_is_left(world: World) -> None:
    world.record(ACME, {"account.n": 8})

    world.request(ACME, "plan")

    assert kept(world) == {"account.mark": "high"}
    assert world.subjects[ACME].lapses == {}


def test_the_new_stage_forgets_what_it_would_not_keep_itself(world: World) -> None:
    world.record(ACME, {"account.n": 6})

    world.request(ACME, "plan")

    assert kept(world) == {}


@pytest.mark.parametrize(("days", "lapses"), [(2, 0), (3, 1), (4, 1)])
def test_a_kept_date_is_over_on_the_day_after_it(world: World, days: int, lapses: int) -> None:
    world.record(ACME, {"account.n": 1})
    world.later(days=days)

    decision = world.submit(ACME, Turn(actor="system"))

    lapse = FactLapsed(fact="account.until")
    assert [item.event for item in decision.events] == [lapse] * lapses
    assert kept(world) == {"account.until": "2026-04-02"}


def test_what_is_over_does_not_begin_again_by_itself(world: World) -> None:
    world.record(ACME, {"account.n": 1})
    world.later(days=3)
    world.submit(ACME, Turn(actor="system"))

    decision = world.record(ACME, {"account.n": 2})

    assert len(decision.events) == 1
    assert next_lapse(world.subjects[ACME]) is None


def test_a_transition_can_set_a_kept_date_anew(world: World) -> None:
    world.record(ACME, {"account.n": 1})
    world.later(days=5)

    decision = world.request(ACME, "renew")

    assert kept(world) == {"account.until": "2026-04-07"}
    assert decision.events[-1].event == LapseScheduled(
        fact="account.until", last_day=date(2026, 4, 7)
    )
    assert next_lapse(world.subjects[ACME]) == datetime(2026, 4, 8, tzinfo=UTC)


def test_the_next_lapse_is_the_first_instant_after_the_last_day(world: World) -> None:
    world.record(ACME, {"account.n": 1})

    assert next_lapse(world.subjects[ACME]) == datetime(2026, 4, 3, tzinfo=UTC)


def test_a_refused_command_keeps_nothing(world: World) -> None:
    decision = world.request(ACME, "nothing of that name")

    assert not decision.accepted
    assert not any(isinstance(item.event, FactsRecorded) for item in decision.events)
