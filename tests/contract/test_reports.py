"""Reports of events are found by event time without reading histories."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from kamflow import Database, Kamflow, fixed_clock
from kamflow.storage.reading import Reading
from kamflow.storage.store import HEAD, Store
from tests.builders import NOON, a_pack
from tests.contract.spoiling import spoil

POLICY = """
roles: {boss: {who: boss}}
events:
  account:
    order.placed: {payload: {n: {type: integer}}}
    order.lost: {}
"""
ACME = "north/acme"
# What schema 0004 brought.
BACK_TO_0003 = (
    "DROP TABLE reports",
    "DROP TABLE claims",
    "DROP TABLE endpoints",
    "DROP TABLE deliveries",
    "DROP TABLE contacts",
    "ALTER TABLE instances DROP COLUMN schedule",
    "UPDATE alembic_version SET version_num = '0003'",
)


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(POLICY), by="ann")
    kam.create_program("north", "North", by="ann")
    for name in ("acme", "bolt"):
        kam.create_account("north", name, name.title(), by="ann")
    yield kam
    kam.close()


def days(count: int) -> datetime:
    return NOON - timedelta(days=count)


def place(kam: Kamflow, n: int, days_ago: int, subject: str = ACME) -> None:
    told = kam.report_event(subject, "order.placed", {"n": str(n)}, at=days(days_ago))
    assert told.accepted, told.reasons


def found(kept: Reading, event: str = "order.placed", subject: str = ACME) -> list[str]:
    return [item.event.payload.get("n", "") for item in kept.reports(subject, event)]


def in_store(store: Store, event: str = "order.placed", subject: str = ACME) -> list[str]:
    with store.reading() as kept:
        return found(kept, event, subject)


def test_they_come_in_event_time_in_whatever_order_they_were_reported(
    kam: Kamflow, store: Store
) -> None:
    for n, ago in ((1, 3), (2, 5), (3, 1), (4, 3)):
        place(kam, n, ago)
    place(kam, 9, 2, "north/bolt")
    kam.report_event(ACME, "order.lost", at=days(2))

    assert in_store(store) == ["2", "1", "4", "3"]
    assert in_store(store, subject="north/bolt") == ["9"]
    assert in_store(store, "order.lost") == [""]
    assert in_store(store, "order.paid") == []
    with store.reading() as kept:
        assert [item.sequence for item in kept.reports(ACME, "order.placed")] == [3, 2, 5, 4]


def test_a_transaction_sees_its_own(kam: Kamflow) -> None:
    place(kam, 1, 3)
    with kam.batch() as batch:
        kept = batch.session.writing
        batch.report_event(ACME, "order.placed", {"n": "2"}, at=days(5))
        first = found(kept)
        batch.report_event(ACME, "order.placed", {"n": "3"}, at=days(4))
        second = found(kept)
        batch.report_event(ACME, "order.placed", {"n": "4"}, at=days(1))

    assert (first, second) == (["2", "1"], ["2", "3", "1"])
    with kam.reading() as session:
        assert found(session.transaction) == ["2", "3", "1", "4"]


def test_what_is_taken_back_by_a_mark_was_never_reported(kam: Kamflow, url: str) -> None:
    with kam.batch() as batch:
        batch.report_event(ACME, "order.placed", {"n": "1"}, at=days(5))
        batch.session.mark()
        batch.report_event(ACME, "order.placed", {"n": "2"}, at=days(4))
        seen = found(batch.session.writing)
        batch.session.back_to_mark()
        left = found(batch.session.writing)

    assert (seen, left) == (["1", "2"], ["1"])
    with kam.reading() as session:
        assert found(session.transaction) == ["1"]
    assert Database(url).check().problems == ()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM reports WHERE sequence = 2",
        "UPDATE reports SET name = 'order.lost' WHERE sequence = 2",
        "UPDATE reports SET sequence = 1 WHERE sequence = 2",
    ],
)
def test_a_check_finds_what_is_wrong_and_a_rebuild_makes_it_true(
    kam: Kamflow, store: Store, url: str, engine: Engine, change: str
) -> None:
    place(kam, 1, 3)
    place(kam, 2, 4)
    spoil(engine, change)

    (problem,) = Database(url).check().problems
    report = Database(url).rebuild()

    assert (problem.part, problem.subject) == ("reports", ACME)
    assert "not those of the history; run `kamflow db rebuild`" in problem.what
    assert report.corrected == 1
    assert in_store(store) == ["2", "1"]
    assert Database(url).check().problems == ()


def test_reports_of_a_subject_that_is_not_there_are_found_and_removed(
    kam: Kamflow, url: str, engine: Engine
) -> None:
    place(kam, 1, 3)
    spoil(engine, "UPDATE reports SET instance = 'north/gone'")

    told = [(item.part, item.subject) for item in Database(url).check().problems]
    Database(url).rebuild()

    assert told == [("reports", "north/gone"), ("reports", ACME)]
    assert Database(url).check().problems == ()


def test_a_database_of_schema_0003_gets_the_reports_of_its_history(
    kam: Kamflow, url: str, engine: Engine
) -> None:
    for n, ago in ((1, 3), (2, 5), (3, 1)):
        place(kam, n, ago)
    kam.close()
    with engine.begin() as connection:
        for statement in BACK_TO_0003:
            connection.execute(text(statement))

    report = Database(url).upgrade()

    assert (report.before, report.after) == ("0003", HEAD)
    assert Database(url).check().problems == ()
    store = Store(url)
    assert in_store(store) == ["2", "1", "3"]
    store.close()


def test_they_come_back_from_a_backup(
    kam: Kamflow, url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place(kam, 1, 3)
    folder = tmp_path_factory.mktemp("backup")
    Database(url).backup(folder / "k.jsonl", form="lines")
    copy = f"sqlite:///{folder}/copy.db"

    Database(copy).restore(folder / "k.jsonl")

    other = Store(copy)
    assert in_store(other) == ["1"]
    other.close()
