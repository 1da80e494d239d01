"""What happens to one subject sets off rules above it, beside it and below it, at once."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from kamflow import Kamflow, RefusedError, fixed_clock
from kamflow.model.escalated import EscalationRaised, EscalationResolved
from tests.builders import NOON, a_pack
from tests.unit.engine.rules.ruled import ESCALATING, FACTS, LIFE

Opened = Callable[..., Kamflow]
BIG = {"when": "account.value > 10", "clears_when": "account.value <= 10"}
CIRCLE = """
facts:
  program:
    program.mood: {type: choice, values: [good, bad], writers: [engine]}
regions:
  health:
    title: Health
    subject: account
    fact: account.health
    moves:
      - {id: HE-1, from: [green], to: amber, when: program.mood = bad}
      - {id: HE-2, from: [amber], to: green, when: program.mood = good}
  mood:
    title: Mood
    subject: program
    fact: program.mood
    moves:
      - id: M-1
        from: [good]
        to: bad
        when: program.budget > 0 and count(accounts where account.health = amber) = 0
      - {id: M-2, from: [bad], to: good, when: count(accounts where account.health = amber) > 0}
"""
ABOVE = {
    "subject": "program",
    "when": "count(accounts where account.value > 10) >= 2",
    "clears_when": "count(accounts where account.value > 10) < 2",
}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Give a database whose policy has some rules, with a program of three accounts."""
    kept: list[Kamflow] = []

    def opened(rules: Mapping[str, Mapping[str, object]], *more: str) -> Kamflow:
        whole = {
            name: {"title": name, "subject": "account", "to": ["L1"], **rule}
            for name, rule in rules.items()
        }
        kam = Kamflow.open(f"sqlite:///{tmp_path}/test.db", clock=fixed_clock(NOON))
        kept.append(kam)
        text = json.dumps({"rules": whole})
        kam.publish(a_pack(FACTS, ESCALATING, text, *more, lifecycle=LIFE), by="pia")
        with kam.batch() as batch:
            batch.create_program("north", "North", by="kim")
            for name in ("acme", "beta", "core"):
                batch.create_account("north", name, name.title(), by="kim")
        return kam

    yield opened
    for kam in kept:
        kam.close()


def raised(kam: Kamflow, subject: str) -> list[str]:
    """Return what was raised and resolved of a subject."""
    events = [item.event for item in kam.history(subject)]
    return [
        f"{item.rule} {'raised' if isinstance(item, EscalationRaised) else 'resolved'}"
        for item in events
        if isinstance(item, EscalationRaised | EscalationResolved)
    ]


def value(kam: Kamflow, subject: str, number: int) -> None:
    kam.record_facts(subject, {"account.value": number}, by="erp")


def test_a_rule_of_the_program_reads_its_accounts(opened: Opened) -> None:
    kam = opened({"E-1": ABOVE})
    value(kam, "acme", 11)
    assert raised(kam, "north") == []
    value(kam, "beta", 11)
    assert raised(kam, "north") == ["E-1 raised"]
    value(kam, "acme", 3)
    assert raised(kam, "north") == ["E-1 raised", "E-1 resolved"]


def test_rules_of_accounts_read_facts_and_events_of_the_program(opened: Opened) -> None:
    kam = opened({"E-1": {"when": "program.budget < 5"}, "E-2": {"when": "program.sick = 0"}})
    kam.record_facts("north", {"program.budget": 4}, by="erp")
    for name in ("acme", "beta", "core"):
        assert raised(kam, name) == ["E-2 raised", "E-1 raised"]


def test_one_event_of_the_program_fans_out_to_its_accounts(opened: Opened) -> None:
    kam = opened({"E-1": {"when": "count(person.left within 30 days) >= 1"}})
    kam.report_event("north", "person.left", {"person": "sid"}, by="hr")
    for name in ("acme", "beta", "core"):
        assert raised(kam, name) == ["E-1 raised"]
    (open_one,) = kam.escalations(subject="acme")
    assert open_one.evidence == ("north#2",)


def test_a_rule_of_an_account_reads_those_beside_it(opened: Opened) -> None:
    kam = opened({"E-1": {"when": "account.value < avg(account.value of accounts)"}})
    value(kam, "acme", 5)
    value(kam, "beta", 9)
    assert raised(kam, "acme") == ["E-1 raised"]
    assert raised(kam, "beta") == []


def test_a_subject_that_is_opened_is_told_to_the_program(opened: Opened) -> None:
    kam = opened({"E-1": {"subject": "program", "when": "count(accounts) >= 4"}})
    kam.create_account("north", "delta", "Delta", by="kim")
    assert raised(kam, "north") == ["E-1 raised"]


def test_it_goes_up_and_down_again(opened: Opened) -> None:
    down = {"when": 'escalated("E-1") and account.value < 5'}
    kam = opened({"E-1": ABOVE, "E-2": down})
    value(kam, "core", 1)
    value(kam, "acme", 11)
    value(kam, "beta", 11)
    assert raised(kam, "core") == ["E-2 raised"]


def test_in_a_batch_it_is_looked_at_once_at_the_end(opened: Opened) -> None:
    kam = opened({"E-1": ABOVE})
    with kam.batch() as batch:
        batch.record_facts("acme", {"account.value": 11}, by="erp")
        batch.record_facts("beta", {"account.value": 11}, by="erp")
        batch.record_facts("beta", {"account.value": 1}, by="erp")
    assert raised(kam, "north") == []


def test_what_sets_each_other_off_without_end_is_refused_whole(opened: Opened) -> None:
    kam = opened({"E-1": BIG}, CIRCLE)
    with pytest.raises(RefusedError, match="rules set each other off without end, at north"):
        kam.record_facts("north", {"program.budget": 1}, by="erp")
    assert kam.history("north")[-1].actor == "kim"
