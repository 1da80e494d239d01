"""The log over all subjects, names beside it, and seals while others write."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from kamflow import (
    AlreadyExistsError,
    Kamflow,
    NotFoundError,
    Person,
    verify_database,
)
from tests.builders import NOON, a_pack

ACME, BOLT = "north/acme", "north/bolt"
FACTS = "facts: {account: {account.n: {type: number}}}"


class Ticking:
    """A clock that goes on by a minute at each look."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=Ticking())
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.create_account("north", "bolt", "Bolt", by="ben")
    kam.create_account("north", "acme", "Acme", by="ann")
    kam.record_facts(BOLT, {"account.n": 5}, by="ben")
    kam.request(ACME, "plan", by="ann")
    yield kam
    kam.close()


def told(kam: Kamflow, **wanted: object) -> list[tuple[str, int]]:
    with kam.audit_log(**wanted) as events:  # type: ignore[arg-type]
        return [(item.instance, item.sequence) for item in events]


def test_the_log_tells_what_happened_in_the_order_of_time(kam: Kamflow) -> None:
    assert told(kam) == [("north", 1), (BOLT, 1), (ACME, 1), (BOLT, 2), (ACME, 2)]


def test_the_log_is_filtered_by_each_part_and_by_all(kam: Kamflow) -> None:
    with kam.audit_log() as events:
        instants = [item.at for item in events]

    assert told(kam, subject="bolt") == [(BOLT, 1), (BOLT, 2)]
    assert told(kam, actor="ben") == [(BOLT, 1), (BOLT, 2)]
    assert told(kam, kind="SubjectOpened", limit=2) == [(BOLT, 1), (ACME, 1)]
    assert told(kam, since=instants[3]) == [(BOLT, 2), (ACME, 2)]
    assert told(kam, until=instants[1]) == [("north", 1)]
    assert told(kam, until=instants[1].replace(tzinfo=None)) == [("north", 1)]
    assert told(kam, limit=1) == [(ACME, 2)]
    assert told(kam, subject=ACME, actor="ann", kind="StageEntered", since=instants[0]) == [
        (ACME, 2)
    ]
    assert told(kam, subject=ACME, actor="ben") == []


def test_a_subject_that_is_not_there_is_told(kam: Kamflow) -> None:
    with pytest.raises(NotFoundError, match="there is no subject `south`"):
        told(kam, subject="south")


def test_a_log_that_is_left_early_does_no_harm(kam: Kamflow) -> None:
    for _ in range(3):
        with kam.audit_log() as events:
            assert next(events).instance == "north"

    kam.assign(ACME, "boss", "ben", by="ann")
    assert told(kam)[-1] == (ACME, 3)


def test_a_name_is_kept_changed_and_erased_for_good(kam: Kamflow, url: str) -> None:
    kam.set_person("ann", name="Ann Smith", mail="ann@example.org")
    kam.set_person("ann", name="Ann Miller")
    kam.set_person("ben", name="Ben", mail="")
    assert kam.people() == [
        Person(id="ann", name="Ann Miller", mail="ann@example.org"),
        Person(id="ben", name="Ben"),
    ]

    erased = kam.erase_person("ann")

    assert erased == Person(id="ann", erased_at=erased.erased_at)
    assert kam.erase_person("ann") == erased
    assert kam.people()[0] == erased
    with pytest.raises(AlreadyExistsError, match="`ann` was erased on 2026-03-31, for good"):
        kam.set_person("ann", name="Ann")
    with pytest.raises(NotFoundError, match="no name is kept of `zoe`"):
        kam.erase_person("zoe")
    assert told(kam, actor="ann")[0] == ("north", 1)
    assert verify_database(url).sound


def test_seals_hold_while_others_write(kam: Kamflow, url: str) -> None:
    def write(account: str) -> None:
        for number in range(25):
            kam.record_facts(account, {"account.n": number}, by="ann")

    writers = [threading.Thread(target=write, args=(name,)) for name in (ACME, BOLT)]
    for one in writers:
        one.start()
    made = [kam.checkpoint() for _ in range(8)]
    for one in writers:
        one.join()

    report = verify_database(url)

    assert report.sound, report.problems
    assert (report.checkpoints, report.events) == (8, 55)
    assert [item.number for item in made] == list(range(1, 9))
