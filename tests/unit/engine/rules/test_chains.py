"""What rules, regions, tasks, timers and transitions set off in turn, until all is at rest."""

from collections.abc import Sequence
from datetime import timedelta

from kamflow.engine.rules.matcher import match
from kamflow.model.escalated import MatchersDiverged
from kamflow.model.events import StageEntered
from kamflow.model.matching import Fact, Firing, Matched, MatchSet
from tests.builders import World, a_world
from tests.unit.engine.rules.ruled import ACME, FACTS, HEALTH, LIFE, at, lived, ruled

CIRCLE = """
regions:
  health:
    title: Health
    subject: account
    fact: account.health
    moves:
      - {id: HE-1, from: [green], to: amber, when: account.blocked}
      - {id: HE-2, from: [amber], to: green, when: account.blocked}
"""
BIG = {"when": "account.value > 10", "clears_when": "account.value < 5"}


def health(world: World) -> str:
    observed = world.subjects[ACME].facts.get("account.health")
    return "" if observed is None else observed.value


def test_an_escalation_moves_the_health_and_rules_read_that() -> None:
    rules = {"E-1": BIG, "E-2": {"when": "account.health = amber", "cooldown": "1 days"}}
    world = ruled(rules, HEALTH)
    world.record(ACME, {"account.value": 11, "account.blocked": False})
    assert health(world) == "amber"
    assert lived(world) == ["E-1 raised medium 03-31 12:00", "E-2 raised medium 03-31 12:00"]
    world.record(ACME, {"account.value": 4})
    assert health(world) == "green"


def test_a_region_moves_by_time_alone() -> None:
    world = ruled({"E-1": BIG}, HEALTH)
    world.record(ACME, {"account.blocked": True})
    assert world.due_at(ACME) == world.began + timedelta(days=3)
    at(world, days=4)
    assert health(world) == "red"


def test_what_goes_round_in_circles_is_refused_whole_and_named() -> None:
    world = ruled({"E-1": BIG}, CIRCLE)
    decision = world.record(ACME, {"account.blocked": True})
    assert not decision.accepted
    circle = " -> ".join(["health"] * 6)
    assert decision.reasons == (f"they do not come to an end: {circle}",)
    assert world.subjects[ACME].facts == {}


def test_a_rule_asks_for_a_transition_and_what_was_planned_goes_with_the_stage() -> None:
    rules = {
        "E-1": {**BIG, "stages": ["candidate"], "request": "A1"},
        "E-2": {"when": "days_since(account.met_on) > 60", "stages": ["candidate"]},
        "E-3": {"when": "account.value > 10", "stages": ["planning"]},
    }
    world = ruled(rules)
    world.record(ACME, {"account.met_on": world.now.date()})
    assert sorted(world.schedules[ACME]) == ["E-2"]
    world.record(ACME, {"account.value": 11})
    assert world.stage(ACME) == "planning"
    assert world.schedules[ACME] == {}
    assert "E-3 raised medium 03-31 12:00" in lived(world)


def test_a_late_turn_enters_a_stage_as_of_when_it_was_due() -> None:
    rules = {"E-1": {"when": "days_since(account.met_on) > 9", "request": "A1"}}
    entered = []
    began = ruled(rules).began
    for timely in (True, False):
        world = ruled(rules)
        world.record(ACME, {"account.met_on": world.now.date()})
        if timely:
            at(world, days=30)
        else:
            world.later(30)
            world.turn(ACME)
        entered.append(world.subjects[ACME].entered_at)
        (event,) = (i for i in world.events[ACME] if isinstance(i.event, StageEntered))
        assert event.cause is not None
    assert entered[0] == entered[1] == began.replace(hour=0) + timedelta(days=10)


def test_a_lost_schedule_is_worked_out_anew() -> None:
    world = ruled({"E-1": {"when": "days_since(account.met_on) > 60"}})
    world.record(ACME, {"account.met_on": world.now.date()})
    planned = world.schedules[ACME]
    world.schedules[ACME] = {"": 0}
    world.turn(ACME)
    assert world.schedules[ACME] == planned


def test_a_policy_without_rules_plans_nothing_and_touches_nothing() -> None:
    world = a_world(FACTS, lifecycle=LIFE)
    decision = world.record(ACME, {"account.value": 11})
    assert (decision.schedule, decision.touched) == (None, frozenset())


def test_a_firing_engine_that_proposes_something_else_is_told_of_and_does_not_count() -> None:
    world = ruled({"E-1": BIG})

    def wrong(rules: MatchSet, facts: Sequence[Fact]) -> Matched:
        return Matched(match(rules, facts).firings, proposed=(Firing("E-1 clear", ()),))

    world.match = wrong
    world.record(ACME, {"account.value": 11})
    assert lived(world) == ["E-1 raised medium 03-31 12:00"]
    event = next(i.event for i in world.events[ACME] if isinstance(i.event, MatchersDiverged))
    assert event.expected == ("E-1 fire met=0",)
