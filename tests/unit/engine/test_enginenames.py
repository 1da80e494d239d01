"""Names of the engine: days in the stage, what is overdue, stale or edited late; `escalated`."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from kamflow.engine.closures import compile_expression
from kamflow.engine.lookback import shows
from kamflow.engine.touching import tokens_beneath
from kamflow.language.alert_words import ENGINE_WORDS
from kamflow.language.conditions import parse_condition
from kamflow.language.enginenames import ENGINE_NAMES
from kamflow.model.deadline import Due
from kamflow.model.escalated import EscalationRaised
from kamflow.model.expression import Condition
from kamflow.model.snapshot import OpenApproval, OpenCondition, Waiver
from kamflow.model.values import Unknown
from tests.builders import World, a_world

FACTS = """
facts:
  account:
    account.size: {type: integer, max_age: 60 days}
    account.share: {type: percent, max_age: 10 days}
    account.note: {type: text}
    account.both: {type: flag, derived: account.size > 3 and account.share > 5}
gates:
  G-A:
    subject: account
    criteria: [{id: G-A.1, must: account.both}, {id: G-A.2, must: account.note is present}]
"""
RULES = """
rules:
  E-1: {title: Too small, subject: account, when: account.size < 3}
  E-P: {subject: program, when: stage = pilot}
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial, sla: 30 days}, planning: {kind: active}}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning, gate: G-A}
"""


def a_place() -> World:
    return a_world(FACTS, lifecycle=LIFECYCLE)


def changed(world: World, **fields: object) -> None:
    world.subjects["north/acme"] = replace(world.subjects["north/acme"], **fields)


def ask(world: World, text: str) -> object:
    return world.ask("north/acme", text)


@pytest.mark.parametrize("name", ENGINE_NAMES)
def test_each_can_be_read_said_and_found_again(name: str) -> None:
    world = a_place()
    condition = parse_condition(f"{name} is known")

    assert ask(world, f"{name} is known") in {True, False}
    assert ENGINE_WORDS[name]
    assert tokens_beneath(world.compiled.pack, "account", [Condition(name, condition)])


def test_days_in_the_stage_are_counted_from_entering_it() -> None:
    world = a_place()
    world.later(12)

    assert ask(world, "subject.days_in_stage") == 12
    assert ask(world, "subject.sla_days") == 30
    world.place("north/acme", "planning")
    assert ask(world, "subject.days_in_stage") == 0
    assert isinstance(ask(world, "subject.sla_days"), Unknown)


def test_conditions_are_overdue_on_the_day_after_their_last_one() -> None:
    world = a_place()
    due = world.now.date()
    item = OpenCondition(id="acme#1.1", text="do it", owner="kim", due_on=due)
    changed(world, conditions={item.id: item})

    assert ask(world, "subject.conditions_overdue") == 0
    world.later(1)
    assert ask(world, "subject.conditions_overdue") == 1


def test_the_next_waiver_to_end_is_known_while_one_holds() -> None:
    world = a_place()
    assert isinstance(ask(world, "subject.next_waiver_end"), Unknown)
    day = world.now.date() + timedelta(days=9)
    waiver = Waiver(
        id="w", gate="G-A", criterion="G-A.1", owner="kim", reason="a start", ends_on=day
    )
    changed(world, waivers={"G-A.1": waiver})

    assert ask(world, "subject.next_waiver_end") == day
    world.later(10)
    assert isinstance(ask(world, "subject.next_waiver_end"), Unknown)


@pytest.mark.parametrize(("days", "count"), [(10, 0), (11, 1), (46, 1), (47, 2)])
def test_facts_are_stale_a_fortnight_ahead_unless_they_live_shorter(days: int, count: int) -> None:
    world = a_place()
    world.record(
        "north/acme", {"account.size": 4, "account.share": Decimal(9), "account.note": "so"}
    )

    world.later(days)

    assert ask(world, "subject.stale_facts") == count


def test_requests_are_overdue_at_the_instant() -> None:
    world = a_place()
    due = Due(at=world.now + timedelta(hours=3), calendar="")
    item = OpenApproval(
        id="acme#9", approval="AP", transition="A1", target="planning", requested_by="kim",
        requested_at=world.now, due=due,
    )  # fmt: skip
    changed(world, approvals={item.id: item})

    assert ask(world, "subject.requests_overdue") == 0
    world.now += timedelta(hours=3)
    assert ask(world, "subject.requests_overdue") == 1


@pytest.mark.parametrize(
    ("author", "hours", "count"), [("kim", 24, 1), ("kim", 25, 0), ("bo", 2, 0), ("system", 2, 0)]
)
def test_edits_are_late_when_who_asks_made_them_in_the_day_before(
    author: str, hours: int, count: int
) -> None:
    world = a_place()
    world.record_by(author, "north/acme", {"account.size": 4})
    world.now += timedelta(hours=hours)
    item = OpenApproval(
        id="acme#9", approval="AP", transition="A1", target="planning",
        requested_by="system" if author == "system" else "kim", requested_at=world.now,
    )  # fmt: skip
    changed(world, approvals={item.id: item})

    assert ask(world, "subject.late_edits") == count


def test_requests_without_anything_new_are_counted() -> None:
    world = a_place()
    assert ask(world, "subject.unchanged_requests") == 0

    changed(world, unchanged=2)

    assert ask(world, "subject.unchanged_requests") == 2


def test_an_open_escalation_can_be_asked_for_here_and_from_above() -> None:
    world = a_world(FACTS, RULES, lifecycle=LIFECYCLE)
    assert ask(world, 'escalated("E-1")') is False

    for subject, rule in (("north/acme", "E-1"), ("north", "E-P")):
        world.happened(subject, raised(world, rule))

    assert ask(world, 'escalated("E-1")') is True
    assert ask(world, 'escalated("E-P")') is True
    assert world.ask("north", 'count(accounts where escalated("E-1"))') == 1


def test_what_is_only_observed_is_not_escalated() -> None:
    world = a_world(FACTS, RULES, lifecycle=LIFECYCLE)

    world.happened("north/acme", replace(raised(world, "E-1"), observed=True))

    assert ask(world, 'escalated("E-1")') is False


def raised(world: World, rule: str) -> EscalationRaised:
    return EscalationRaised(
        id=f"{rule}#1", rule=rule, title=rule, severity="high", as_of=world.now, raised_at=world.now
    )


def test_what_is_escalated_is_shown_among_the_readings() -> None:
    world = a_world(FACTS, RULES, lifecycle=LIFECYCLE)
    tree = parse_condition('escalated("E-1") and account.size > 2')
    (show,) = shows(tree, world.compiled.pack, "account", compile_expression)

    (reading,) = show(world.view("north/acme"))

    assert (reading.name, reading.value) == ('escalated("E-1")', "false")


def test_a_fact_of_the_pack_goes_before_a_name_of_the_engine() -> None:
    world = a_world("facts:\n  account:\n    subject.sla_days: {type: integer}\n")
    world.record("north/acme", {"subject.sla_days": 7})

    assert ask(world, "subject.sla_days") == 7
