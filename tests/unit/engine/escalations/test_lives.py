"""Whole lives through the engine: by events, by time, late, and only observed."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from kamflow.engine.evolve import replay
from kamflow.model import commands as c
from kamflow.model.escalated import AlertEvent, EscalationResolved
from kamflow.model.escalation import OpenEscalation
from kamflow.model.events import Recorded
from tests.builders import World
from tests.unit.engine.escalations.alerts import ACME, MONDAY, alerted, escalation, names

POLICY = """
rules:
  E-01:
    title: Trouble
    subject: account
    stages: [planning, running]
    when: account.value > 1000
    severity: medium
    grades: [{severity: critical, when: account.value > 5000}]
    to: [L1]
    tell: [office]
    tasks: [{id: look, title: Look, roles: [kam], within: 5 days, done_when: account.done}]
    propose: [A3]
    shut: [G]
    set: {account.note: '"trouble"'}
    clears_when: account.value < 10
    %s
timers:
  TM-01:
    title: Stage
    subject: account
    due: sla
    stages: [planning, running]
    marks:
      - {id: warn, at: 80%%, tell: [kam]}
      - {id: due, at: 100%%, severity: medium, to: [L2]}
      - {id: late, at: 150%%, severity: high, to: [L4]}
    %s
regions:
  health:
    title: Health
    subject: account
    fact: account.health
    moves: [{id: H1, from: [green], to: red, when: 'escalated("E-01") or escalated("TM-01")'}]
"""


def living(more: str = "") -> World:
    return alerted(POLICY % (more, more))


def value(world: World, number: int) -> list[str]:
    decision = world.record(ACME, {"account.value": number})
    assert decision.accepted
    return names(list(decision.happenings))


def test_it_is_raised_once_with_all_that_follows() -> None:
    world = living()

    assert value(world, 2000) == [
        "FactsRecorded",
        "EscalationRaised",
        "FactsRecorded",  # the note
        "TaskGiven",
        "TaskGiven",  # what people are asked to consider
        "FactsRecorded",  # the health
    ]
    assert value(world, 3000) == ["FactsRecorded"]
    assert world.stage(ACME) == "planning"


def test_it_gets_worse_and_never_better_until_it_is_over() -> None:
    world = living()
    value(world, 2000)

    assert "EscalationWorsened" in value(world, 6000)
    assert value(world, 2000) == ["FactsRecorded"]
    assert escalation(world).severity == "critical"
    assert value(world, 5) == [
        "FactsRecorded",
        "EscalationResolved",
        "TaskDropped",
        "TaskDropped",
    ]


def test_the_same_is_not_escalated_in_the_cooldown() -> None:
    world = living()
    value(world, 2000)
    value(world, 5)

    assert value(world, 2000) == ["FactsRecorded"]
    world.run_until(MONDAY + timedelta(days=7, seconds=-1))
    assert world.subjects[ACME].escalations == {}
    world.run_until(MONDAY + timedelta(days=7))

    assert escalation(world).raised_at == MONDAY + timedelta(days=7)


def test_a_task_is_done_when_its_condition_comes_true() -> None:
    world = living()
    value(world, 2000)

    decision = world.record(ACME, {"account.done": True})

    assert names(list(decision.happenings)) == ["FactsRecorded", "TaskDone"]


def test_what_is_shut_opens_with_the_end() -> None:
    world = living()
    value(world, 2000)
    assert not world.request(ACME, "run").accepted

    value(world, 5)

    assert world.request(ACME, "run").accepted


# ---------------------------------------------------------------------------- late is like on time


def events_of(world: World) -> list[tuple[str, object]]:
    """Return what happened, without when it was recorded."""
    return [(item.actor, _untimed(item)) for item in world.events[ACME]]


def _untimed(item: Recorded) -> object:
    facts = getattr(item.event, "facts", None)
    if not isinstance(facts, dict):
        return item.event
    told = {name: (one.value, one.as_of) for name, one in facts.items()}
    return (type(item.event).__name__, told)


def opened(world: World) -> list[OpenEscalation]:
    """Return what is open."""
    return [replace(item, comments=()) for item in world.subjects[ACME].escalations.values()]


@pytest.mark.parametrize("value_then", [0, 2000, 6000])
def test_a_late_turn_does_what_a_timely_one_does(value_then: int) -> None:
    timely, late = living(), living()
    for world in (timely, late):
        value(world, value_then)

    timely.run_until(MONDAY + timedelta(days=90))
    late.now = MONDAY + timedelta(days=90)
    late.turn(ACME)

    assert events_of(late) == events_of(timely)
    assert opened(late) == opened(timely)
    assert late.due_at(ACME) == timely.due_at(ACME)


def test_what_is_folded_gives_what_is_kept() -> None:
    world = living()
    value(world, 2000)
    world.run_until(MONDAY + timedelta(days=4))
    world.request(ACME, "hold")
    world.run_until(MONDAY + timedelta(days=14))
    world.request(ACME, "resume")
    one = escalation(world)
    assert one.pauses
    kam = c.AcknowledgeEscalation(actor="kam-person", escalation=one.id)
    assert world.submit(ACME, kam).accepted
    world.run_until(MONDAY + timedelta(days=60))
    value(world, 5)

    assert replay(world.events[ACME]) == world.subjects[ACME]


# ---------------------------------------------------------------------------- observed


def test_what_is_observed_is_kept_and_has_no_effect() -> None:
    world = living("observe: true")
    plain = alerted()
    for one in (world, plain):
        one.record(ACME, {"account.value": 6000})
        one.run_until(MONDAY + timedelta(days=90))

    observed, other = world.subjects[ACME], plain.subjects[ACME]

    assert len(observed.escalations) == 2
    assert all(item.observed for item in observed.escalations.values())
    assert all(not item.climb and not item.shut for item in observed.escalations.values())
    assert observed.tasks == {}
    assert observed.facts == other.facts
    assert world.request(ACME, "run").accepted


def test_the_life_of_what_is_observed_is_the_same() -> None:
    world = living("observe: true")

    value(world, 2000)
    worse = value(world, 6000)
    over = value(world, 5)

    assert worse == ["FactsRecorded", "EscalationWorsened"]
    assert over == ["FactsRecorded", "EscalationResolved"]
    happened = [item.event for item in world.events[ACME] if isinstance(item.event, AlertEvent)]
    assert all(getattr(event, "observed", True) for event in happened)


def test_people_have_nothing_to_answer_but_may_close_it() -> None:
    world = living("observe: true")
    value(world, 2000)
    one = escalation(world).id

    told = world.submit(ACME, c.AcknowledgeEscalation(actor="kam-person", escalation=one))
    over = world.submit(
        ACME, c.ResolveEscalation(actor="kam-person", escalation=one, remark="seen")
    )

    assert told.reasons == (f"escalation `{one}` is only observed; nobody has to answer it",)
    assert over.accepted


@pytest.mark.parametrize(("before", "after"), [("observe: true", ""), ("", "observe: true")])
def test_a_rule_that_is_switched_begins_anew_with_the_next_stage(before: str, after: str) -> None:
    world = living(before)
    value(world, 2000)
    observed = escalation(world).observed
    world.publish(living(after).compiled.pack)

    world.request(ACME, "hold")
    world.request(ACME, "restart")

    happened = [item.event for item in world.events[ACME]]
    ends = [item.remark for item in happened if isinstance(item, EscalationResolved)]
    assert ends == [
        "E-01 is not only observed any more" if observed else "E-01 is only observed now"
    ]
    assert escalation(world).observed is not observed
