"""The same request twice has one effect and one answer."""

from collections.abc import Iterator

import pytest

from kamflow import Kamflow, KeyReusedError, fixed_clock
from tests.builders import NOON, a_pack

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}}"
GATE = "gates: {G: {subject: account, criteria: [{id: c1, must: account.n > 3}]}}"
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions: [{id: A1, trigger: plan, from: candidate, to: planning, gate: G}]
"""
ACME = "north/acme"


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS, GATE, lifecycle=LIFECYCLE), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.create_account("north", "acme", "Acme", by="ann")
    yield kam
    kam.close()


def test_asking_again_gives_the_answer_of_the_first_time(kam: Kamflow) -> None:
    first = kam.once("k1").record_facts(ACME, {"account.n": 5}, by="ann")
    kam.record_facts(ACME, {"account.n": 7}, by="ben")
    again = kam.once("k1").record_facts("acme", {"account.n": 5}, by="ann")

    assert again == first
    assert kam.subject(ACME).facts[0].value == "7"
    assert len(kam.history(ACME)) == 3


def test_a_refusal_is_an_answer_too_with_its_gate(kam: Kamflow) -> None:
    first = kam.once("k1").request(ACME, "plan", by="ann")
    kam.record_facts(ACME, {"account.n": 5}, by="ann")
    again = kam.once("k1").request(ACME, "plan", by="ann")

    assert not again.accepted
    assert again == first
    assert again.explain() == first.explain()
    assert kam.subject(ACME).stage == "candidate"


def test_an_opening_can_be_asked_for_again(kam: Kamflow) -> None:
    first = kam.once("k1").create_account("north", "bolt", "Bolt", by="ann")
    again = kam.once("k1").create_account("north", "bolt", "Bolt", by="ann")

    assert again == first


def test_the_key_of_another_request_is_refused_and_nothing_changes(kam: Kamflow) -> None:
    kam.once("k1").record_facts(ACME, {"account.n": 5}, by="ann")

    with pytest.raises(KeyReusedError, match="`k1` was used for another request"):
        kam.once("k1").record_facts(ACME, {"account.n": 6}, by="ann")

    assert kam.subject(ACME).facts[0].value == "5"


def test_a_batch_answers_again_before_and_after_its_end(kam: Kamflow) -> None:
    with kam.batch() as batch:
        first = batch.once("k1").record_facts(ACME, {"account.n": 5}, by="ann")
        assert batch.once("k1").record_facts(ACME, {"account.n": 5}, by="ann") == first

    assert kam.once("k1").record_facts(ACME, {"account.n": 5}, by="ann") == first
    assert len(kam.history(ACME)) == 2
