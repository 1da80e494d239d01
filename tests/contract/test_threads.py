"""Several writers at once: each command decides on what the one before it has left."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kamflow import Decision, Kamflow, fixed_clock
from kamflow.engine.evolve import replay
from tests.builders import NOON, a_pack

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}}"
APPROVAL = "approvals: {AP: {voters: [boss], rule: at_least 3}}"
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions: [{id: A1, trigger: plan, from: candidate, to: planning, approval: AP}]
"""
ACME = "north/acme"


def opened(url: str) -> Kamflow:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS, APPROVAL, lifecycle=LIFECYCLE), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.create_account("north", "acme", "Acme", by="ann")
    return kam


def test_no_command_of_several_threads_is_lost(url: str) -> None:
    kam = opened(url)

    def record(number: int) -> Decision:
        return kam.record_facts(ACME, {"account.n": number}, by=f"writer-{number % 4}")

    with ThreadPoolExecutor(4) as pool:
        decisions = list(pool.map(record, range(40)))

    history = kam.history(ACME)
    assert all(decision.accepted for decision in decisions)
    assert [item.sequence for item in history] == list(range(1, 42))
    with kam.reading() as session:
        assert replay(history) == session.find(ACME)
    kam.close()


def test_votes_of_two_stores_at_once_make_one_transition(url: str) -> None:
    kam, other = opened(url), Kamflow.open(url, clock=fixed_clock(NOON))
    people = [f"boss-{number}" for number in range(8)]
    for person in people:
        kam.assign("north", "boss", person, by="ann")
    kam.request(ACME, "plan", by="ann")
    (item,) = kam.inbox()

    def vote(person: str) -> Decision:
        desk = kam if person[-1] in "0246" else other
        return desk.vote(item.id, "approve", by=person)

    with ThreadPoolExecutor(4) as pool:
        decisions = list(pool.map(vote, people))

    names = [type(entry.event).__name__ for entry in kam.history(ACME)]
    assert sum(decision.accepted for decision in decisions) == 3
    assert names.count("StageEntered") == 1
    assert names.count("CommandRefused") == 5
    kam.close()
    other.close()


def test_threads_that_open_new_databases_at_once_do_not_mix_them_up(tmp_path: Path) -> None:
    pack = a_pack()

    def opened(name: str) -> int:
        kam = Kamflow.open(f"sqlite:///{tmp_path / name}.db", clock=fixed_clock(NOON))
        kam.publish(pack, by="pam")
        kam.create_program(name, name.title(), by="ana")
        kam.close()
        return len(Kamflow.open(f"sqlite:///{tmp_path / name}.db").history(name))

    with ThreadPoolExecutor(8) as pool:
        events = list(pool.map(opened, [f"north{number}" for number in range(16)]))

    assert events == [1] * 16
