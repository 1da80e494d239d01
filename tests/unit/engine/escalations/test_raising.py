"""Escalations from the first event to the last: raised, added to, told, over, not told again."""

from datetime import datetime, timedelta

import pytest

from kamflow.engine.alerts import is_escalated, is_news, open_of, open_ones
from kamflow.engine.draft import Draft
from kamflow.engine.escalations.called import called_by
from kamflow.engine.escalations.raising import clear, extend, quiet_until, raise_alert
from kamflow.model.escalated import (
    EscalationExtended,
    EscalationRaised,
    EscalationResolved,
    NoticeGiven,
    TaskDropped,
)
from kamflow.model.events import Event, FactsRecorded
from kamflow.model.rules import EventRule
from tests.builders import World
from tests.unit.engine.escalations.alerts import (
    ACME,
    MONDAY,
    alerted,
    do,
    escalation,
    names,
    raise_it,
    ruled,
    tended,
)

ONE, TWO = ("north/acme#1",), ("north/acme#1", "north/acme#2")


def extended(world: World, evidence: tuple[str, ...]) -> list[Event]:
    return do(world, lambda draft: extend(draft, escalation(world), evidence, MONDAY))


def cleared(world: World, remark: str = "all is well") -> list[Event]:
    return do(world, lambda draft: clear(draft, escalation(world), remark, draft.scene.now))


# ---------------------------------------------------------------------------- raised


def test_an_escalation_says_when_it_came_true_and_by_what() -> None:
    world = ruled("to: [L1]\ntell: [office]\nshut: [G]")
    came_true = MONDAY - timedelta(days=5)

    def fire(draft: Draft) -> None:
        rule = draft.compiled.pack.rules["E-01"]
        values: dict[str, str | None] = {"account.value": "1001"}
        called = called_by(rule, severity="high", as_of=came_true, evidence=ONE, values=values)
        raise_alert(draft, called)

    (raised,) = do(world, fire)

    assert isinstance(raised, EscalationRaised)
    assert (raised.as_of, raised.raised_at) == (came_true, MONDAY)
    assert (raised.evidence, raised.values) == (ONE, {"account.value": "1001"})
    assert (raised.told, raised.shut) == (("office",), ("G",))
    assert raised.id == world.events[ACME][-1].instance + f"#{world.events[ACME][-1].sequence}"
    assert world.events[ACME][-1].actor == "system"


def test_there_is_one_for_each_key() -> None:
    world = ruled("to: [L1]")

    raise_it(world, key="it")
    raise_it(world, key="sales")

    assert [item.key for item in open_ones(world.subjects[ACME], "E-01")] == ["it", "sales"]
    assert open_of(world.subjects[ACME], "E-01") is None
    assert is_escalated(world.subjects[ACME], "E-01")


# ---------------------------------------------------------------------------- added to


def test_what_happens_again_is_added_instead_of_told() -> None:
    world = ruled("to: [L1]")
    raise_it(world, evidence=ONE)

    (event,) = extended(world, TWO)

    assert event == EscalationExtended(id=escalation(world).id, evidence=TWO[1:], as_of=MONDAY)
    assert escalation(world).evidence == TWO


def test_what_is_known_is_not_added_again() -> None:
    world = ruled("to: [L1]")
    raise_it(world, evidence=TWO)

    assert extended(world, ONE) == []


# ---------------------------------------------------------------------------- over


def test_what_clears_it_resolves_it_by_the_system_and_drops_its_tasks() -> None:
    world = ruled("to: [L1]\ntasks: [{id: review, title: Review, roles: [kam]}]")
    raise_it(world, evidence=ONE)
    world.now += timedelta(days=3)

    resolved, dropped = cleared(world)

    assert isinstance(resolved, EscalationResolved)
    assert (resolved.rule, resolved.remark) == ("E-01", "all is well")
    assert isinstance(dropped, TaskDropped)
    assert [item.actor for item in world.events[ACME][-2:]] == ["system", "system"]
    snapshot = world.subjects[ACME]
    assert (snapshot.escalations, snapshot.tasks) == ({}, {})
    assert snapshot.settled["E-01"].at == MONDAY + timedelta(days=3)


def test_the_same_is_quiet_for_the_cooldown() -> None:
    world = ruled("to: [L1]\ncooldown: 24 hours")
    raise_it(world, key="it")
    cleared_key = escalation(world, key="it")
    do(world, lambda draft: clear(draft, cleared_key, "over", draft.scene.now))

    quiet: list[datetime | None] = []
    do(world, lambda draft: quiet.append(quiet_until(draft, _rule(draft), "it")))
    do(world, lambda draft: quiet.append(quiet_until(draft, _rule(draft))))

    assert quiet == [MONDAY + timedelta(hours=24), None]


def test_the_cooldown_is_that_of_all_rules_unless_a_rule_has_its_own() -> None:
    world = ruled("to: [L1]")
    raise_it(world)
    cleared(world)

    quiet: list[datetime | None] = []
    do(world, lambda draft: quiet.append(quiet_until(draft, _rule(draft))))

    assert quiet == [MONDAY + timedelta(days=7)]


def _rule(draft: Draft) -> EventRule:
    return draft.compiled.pack.rules["E-01"]


@pytest.mark.parametrize(
    ("before", "now", "news"),
    [(ONE, ONE, False), (ONE, TWO, True), (TWO, ONE, False), ((), ONE, True), (ONE, (), True)],
)
def test_only_something_new_is_told_again(
    before: tuple[str, ...],
    now: tuple[str, ...],
    news: bool,  # noqa: FBT001
) -> None:
    world = ruled("to: [L1]")
    raise_it(world, evidence=before)
    assert is_news(world.subjects[ACME], "E-01", "", now)
    cleared(world)

    assert is_news(world.subjects[ACME], "E-01", "", now) is news


# ---------------------------------------------------------------------------- notices


def test_what_needs_no_answer_is_told_once() -> None:
    world = ruled("severity: info\ntell: [office, kam]")

    (told,) = raise_it(world, severity="info", evidence=ONE)

    assert isinstance(told, NoticeGiven)
    assert told.roles == ("office", "kam")
    snapshot = world.subjects[ACME]
    assert snapshot.escalations == {}
    assert snapshot.settled["E-01"].evidence == ONE


def test_a_notice_can_ask_for_something() -> None:
    world = ruled("severity: info\ntasks: [{id: write, title: Write, roles: [office]}]")

    events = raise_it(world, severity="info")

    assert names(events) == ["NoticeGiven", "TaskGiven"]


# ---------------------------------------------------------------------------- leaving


def test_it_is_over_when_the_subject_leaves_for_an_end() -> None:
    world = ruled("to: [L1]")
    raise_it(world)
    world.place(ACME, "lost")

    (event,) = tended(world)

    assert isinstance(event, EscalationResolved)
    assert event.remark == "the subject has left for `lost`"


def test_a_rule_that_names_an_end_goes_on_there() -> None:
    world = ruled("to: [L1]\nstages: [planning, lost]")
    raise_it(world)
    world.place(ACME, "lost")

    assert tended(world) == []


def test_it_is_over_when_the_policy_has_the_rule_no_more() -> None:
    world = ruled("to: [L1]")
    raise_it(world)
    world.packs[world.subjects[ACME].pack] = alerted().compiled

    (event,) = tended(world)

    assert isinstance(event, EscalationResolved)
    assert event.remark == "the policy has no E-01 any more"


# ---------------------------------------------------------------------------- facts


def test_a_rule_sets_facts_by_the_system() -> None:
    world = ruled("to: [L1]\nset: {account.health: red, account.note: absent}")
    world.set_fact(ACME, "account.note", "x")

    raised, recorded = raise_it(world)

    assert isinstance(raised, EscalationRaised)
    assert isinstance(recorded, FactsRecorded)
    facts = world.subjects[ACME].facts
    assert facts["account.health"].value == "red"
    assert facts["account.health"].author == "system"
    assert "account.note" not in facts


def test_a_fact_is_set_as_seen_from_when_it_came_true() -> None:
    world = ruled("to: [L1]\nset: {account.since: today}")

    def fire(draft: Draft) -> None:
        rule = draft.compiled.pack.rules["E-01"]
        as_of = MONDAY - timedelta(days=5)
        raise_alert(draft, called_by(rule, severity="high", as_of=as_of))

    do(world, fire)

    assert world.subjects[ACME].facts["account.since"].value == "2026-02-25"
