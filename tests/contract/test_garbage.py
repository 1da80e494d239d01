"""Commands leave no cycles behind: waiting for the garbage collector costs each of them."""

import gc
from collections.abc import Iterator

import pytest

from kamflow import Kamflow, fixed_clock
from tests.builders import NOON, a_pack

FACTS = """
facts:
  program: {program.size: {type: integer, derived: count(accounts)}}
  account: {account.n: {type: number}}
"""
GATE = "gates: {G: {subject: account, criteria: [{id: c1, must: account.n > program.size}]}}"
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


@pytest.fixture
def collector() -> Iterator[None]:
    """Keep the collector from running by itself."""
    gc.disable()
    yield
    gc.enable()


def test_a_command_leaves_nothing_for_the_garbage_collector(kam: Kamflow, collector: None) -> None:
    def ask(number: int) -> None:
        kam.once(f"k{number}").record_facts(ACME, {"account.n": number}, by="ann")
        kam.request(ACME, "plan", by="ann")

    ask(0)
    while gc.collect():  # what tests before this one have left may take several rounds
        pass

    for number in range(1, 11):
        ask(number)

    assert collector is None
    assert gc.collect() == 0
