"""What a decision tells the outside stands in its transaction, in order, as CloudEvents."""

import json
from collections.abc import Iterator

import pytest

from kamflow import Kamflow, fixed_clock
from tests.builders import NOON, a_pack

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}}"
ACME = "north/acme"


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.create_account("north", "acme", "Acme", by="ann")
    yield kam
    kam.close()


def test_governance_is_told_and_observations_are_not(kam: Kamflow) -> None:
    kam.record_facts(ACME, {"account.n": 5}, by="ann")
    kam.request(ACME, "nonsense", by="ann")
    kam.assign(ACME, "boss", "ben", by="ann")
    kam.request(ACME, "plan", by="ann")

    assert [(item.subject, item.type) for item in kam.outbox()] == [
        ("north", "kamflow.subject.opened"),
        (ACME, "kamflow.subject.opened"),
        (ACME, "kamflow.role.assigned"),
        (ACME, "kamflow.stage.entered"),
    ]


def test_an_envelope_is_a_cloud_event(kam: Kamflow) -> None:
    kam.request(ACME, "plan", by="ann")

    envelope = json.loads(json.dumps(kam.outbox()[-1].envelope()))

    source = envelope.pop("source")
    data = envelope.pop("data")
    assert source.startswith("/kamflow/")
    assert envelope == {
        "specversion": "1.0",
        "id": "north/acme/2",
        "type": "kamflow.stage.entered",
        "subject": ACME,
        "time": "2026-03-31T12:00:00Z",
        "datacontenttype": "application/json",
        "partitionkey": ACME,
        "sequence": "0000000002",
    }
    assert data["actor"] == "ann"
    assert (data["left"], data["stage"], data["trigger"]) == ("candidate", "planning", "plan")


def test_it_is_read_on_from_where_one_was(kam: Kamflow) -> None:
    first = kam.outbox(limit=1)
    second = kam.outbox(first[-1].number, limit=1)

    assert [item.subject for item in (*first, *second)] == ["north", ACME]
    assert kam.outbox(second[-1].number) == []


def ask_and_fail(kam: Kamflow) -> None:
    with kam.batch() as batch:
        batch.request(ACME, "plan", by="ann")
        raise ZeroDivisionError


def test_what_was_taken_back_is_not_told(kam: Kamflow) -> None:
    with pytest.raises(ZeroDivisionError):
        ask_and_fail(kam)

    assert [item.type for item in kam.outbox()] == ["kamflow.subject.opened"] * 2
