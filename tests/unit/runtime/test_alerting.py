"""The commands about escalations and tasks, in a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kamflow import Evidence, Kamflow, NotFoundError, fixed_clock
from tests.builders import LIFECYCLE, NOON, a_pack

RULES = """
roles: {kam: {who: k}, sponsor: {who: s}}
escalating:
  levels: {L1: {roles: [kam], wait: 3 business days}, L2: {roles: [sponsor]}}
facts: {account: {account.value: {type: integer}}}
rules:
  E-01:
    title: Trouble
    subject: account
    when: account.value > 10
    to: [L1]
    tasks: [{id: look, title: Look, roles: [kam], within: 5 days}]
"""


@pytest.fixture
def kam(tmp_path: Path) -> Iterator[Kamflow]:
    kam = Kamflow.open(f"sqlite:///{tmp_path}/test.db", clock=fixed_clock(NOON))
    kam.publish(a_pack(RULES, lifecycle=LIFECYCLE), by="pia")
    with kam.batch() as batch:
        batch.create_program("north", "North", by="kim")
        for role, person in (("kam", "kim"), ("sponsor", "sid")):
            batch.assign("north", role, person, by="kim")
        batch.create_account("north", "acme", "Acme", by="kim")
        batch.record_facts("acme", {"account.value": 11}, by="kim")
    yield kam
    kam.close()


def the_escalation(kam: Kamflow) -> str:
    (one,) = kam.escalations()
    return one.id


def the_task(kam: Kamflow) -> str:
    (one,) = kam.tasks()
    return one.id


def test_an_escalation_lives_in_the_database(kam: Kamflow) -> None:
    one, shown = the_escalation(kam), (Evidence(title="minutes"),)

    assert kam.acknowledge(one, by="kim", remark="I call them").accepted
    assert kam.comment_escalation(one, "they are calm", by="kim", evidence=shown).accepted
    assert kam.reassign_escalation(one, "eve", reason="she knows them", by="kim").accepted
    assert kam.resolve(one, "solved", by="eve", evidence=shown).accepted

    assert not kam.escalations()
    assert not kam.tasks()  # what was asked for because of it


def test_a_task_lives_in_the_database(kam: Kamflow) -> None:
    task = the_task(kam)

    assert kam.reassign_task(task, "eve", reason="she is near", by="kim").accepted
    assert not kam.complete_task(task, "done", by="kim").accepted
    assert kam.complete_task(task, "done", by="eve", evidence=[Evidence(title="photo")]).accepted

    assert not kam.tasks()


def test_under_a_key_it_is_said_once(kam: Kamflow) -> None:
    one = the_escalation(kam)

    first = kam.once("k1").acknowledge(one, by="kim")
    again = kam.once("k1").acknowledge(one, by="kim")

    assert first.accepted
    assert again == first


def test_many_go_into_one_batch(kam: Kamflow) -> None:
    one, task = the_escalation(kam), the_task(kam)

    with kam.batch() as batch:
        batch.complete_task(task, "looked at it", by="kim")
        batch.resolve(one, "nothing to see", by="kim")

    assert not kam.escalations()


def test_an_id_of_no_subject_is_not_found(kam: Kamflow) -> None:
    with pytest.raises(NotFoundError, match="there is no subject `south/acme`"):
        kam.acknowledge("south/acme#1", by="kim")


def test_an_id_that_is_not_open_is_refused(kam: Kamflow) -> None:
    decision = kam.resolve("north/acme#99", "over", by="kim")

    (reason,) = decision.reasons
    assert reason == f"escalation `north/acme#99` is not open; open are {the_escalation(kam)}"
