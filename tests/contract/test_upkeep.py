"""What an operator does with a database: check, rebuild, measure, prune."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kamflow import Database, DatabaseError, Kamflow, fixed_clock
from kamflow.storage.sanity import checked_indexes
from kamflow.storage.tables import metadata
from kamflow.storage.upkeep import transaction
from tests.builders import NOON, a_pack
from tests.contract.spoiling import spoil

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}}"
ACME = "north/acme"
OTHERS_SNAPSHOT = """UPDATE instances SET snapshot = (SELECT i.snapshot FROM instances AS i
    WHERE i.id = 'north/bolt') WHERE id = 'north/acme'"""
OTHERS_HEAD = """UPDATE instances SET head = (SELECT hash FROM events WHERE instance = 'north'
    AND sequence = 1) WHERE id = 'north/acme'"""
BAD_INDEX = """CREATE FUNCTION bt_index_check(index regclass, heapallindexed boolean)
    RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF index = 'instances_by_parent'::regclass THEN
    RAISE 'item order invariant violated'; END IF; END $$"""
CLOCK = fixed_clock(NOON + timedelta(days=100))


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    """Return a database with a program and two accounts that moved."""
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    for account in ("acme", "bolt"):
        kam.create_account("north", account, account.title(), by="ann")
        kam.once(f"{account}-1").record_facts(f"north/{account}", {"account.n": 5}, by="ann")
        kam.request(f"north/{account}", "plan", by="ann")
    yield kam
    kam.close()


@pytest.fixture
def database(kam: Kamflow, url: str) -> Database:
    assert kam is not None
    return Database(url, clock=CLOCK)


def told(database: Database) -> list[tuple[str, str, str]]:
    return [(item.part, item.subject, item.what) for item in database.check().problems]


def test_a_sound_database_has_no_problems(database: Database) -> None:
    report = database.check()

    assert report.sound
    assert (report.subjects, report.events) == (3, 7)


@pytest.mark.parametrize(
    ("change", "part", "what"),
    [
        ("UPDATE instances SET stage = 'candidate' WHERE id = 'north/acme'", "snapshot", "`stage`"),
        ("UPDATE instances SET waiting = 3 WHERE id = 'north/acme'", "snapshot", "`waiting`"),
        (OTHERS_SNAPSHOT, "snapshot", "`snapshot`"),
        (OTHERS_HEAD, "snapshot", "`head`"),
        (
            "DELETE FROM events WHERE instance = 'north/acme' AND sequence = 2",
            "history",
            "event 2 is not there; event 3 follows 1",
        ),
        (
            "DELETE FROM events WHERE instance = 'north/acme' AND sequence = 3",
            "snapshot",
            "`stage`, `sequence`, `head`, `snapshot`",
        ),
        (
            "UPDATE events SET kind = 'VoteCast' WHERE instance = 'north/acme' AND sequence = 2",
            "history",
            "event 2 is called VoteCast and is no such event",
        ),
    ],
)
def test_what_was_changed_past_the_library_is_found(
    database: Database, engine: Engine, change: str, part: str, what: str
) -> None:
    spoil(engine, change)

    found = told(database)

    assert (part, ACME) in [item[:2] for item in found]
    assert any(what in item[2] for item in found if item[0] == part)


def test_an_event_that_cannot_be_read_is_a_problem_and_no_crash(
    database: Database, engine: Engine
) -> None:
    spoil(engine, "UPDATE events SET body = hash WHERE instance = 'north/acme' AND sequence = 2")

    ((part, subject, what),) = told(database)

    assert (part, subject) == ("history", ACME)
    assert what.startswith("event 2 cannot be replayed: ")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_page_is_a_problem_and_no_crash(database: Database, url: str) -> None:
    file = Path(url.removeprefix("sqlite:///"))
    sqlite3.connect(file).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(size // 2)
        opened.write(b"\xff" * (size // 3))

    report = database.check()

    assert not report.sound
    assert {item.part for item in report.problems} >= {"pages"}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_amcheck_says_of_an_index_is_told(
    database: Database, url: str, engine: Engine
) -> None:
    assert database.check().sound
    with engine.begin() as connection:  # the server of the tests comes without the extension
        connection.exec_driver_sql(BAD_INDEX)

    with transaction(url) as link:
        problems = list(checked_indexes(link))

    (problem,) = problems
    assert problem.startswith("index `instances_by_parent`: PostgreSQL: item order invariant")


def test_messages_and_requests_of_events_that_are_not_there_are_found(
    database: Database, engine: Engine
) -> None:
    spoil(engine, "UPDATE outbox SET sequence = 2 WHERE instance = 'north/acme' AND sequence = 1")
    spoil(engine, "UPDATE requests SET last = 9 WHERE key = 'acme-1'")

    found = told(database)

    assert [item[0] for item in found] == ["outbox", "requests"]
    assert "event 2, which is not there as `kamflow.subject.opened`" in found[0][2]
    assert found[1][2] == "the request `acme-1` names events that are not there"


def test_a_rebuild_makes_everything_derived_true_again(
    database: Database, engine: Engine, kam: Kamflow
) -> None:
    before = kam.subject(ACME)
    spoil(engine, "UPDATE instances SET stage = 'x', name = 'x', waiting = 7, head = snapshot")

    report = database.rebuild()

    assert (report.subjects, report.corrected, report.faults) == (3, 3, ())
    assert database.check().problems == ()
    assert kam.subject(ACME) == before
    assert kam.record_facts(ACME, {"account.n": 6}, by="ann").accepted


def test_a_rebuild_makes_a_subject_that_is_gone_anew(database: Database, engine: Engine) -> None:
    spoil(engine, "DELETE FROM instances WHERE id = 'north/acme'")
    assert ("history", ACME, "events without their subject") in told(database)

    database.rebuild()

    assert database.check().problems == ()


def test_a_rebuild_leaves_a_subject_alone_whose_history_is_broken(
    database: Database, engine: Engine
) -> None:
    spoil(engine, "DELETE FROM events WHERE instance = 'north/acme' AND sequence = 2")

    report = database.rebuild()

    assert report.faults == ("`north/acme`: event 2 is not there; event 3 follows 1",)


def test_others_read_and_write_while_it_is_rebuilt(database: Database, kam: Kamflow) -> None:
    for number in range(250):
        kam.create_account("north", f"c{number}", "C", by="ann")
    batches: list[int] = []

    def look_and_write(done: int, _total: int | None) -> None:
        batches.append(done)
        writer = threading.Thread(
            target=lambda: kam.record_facts(ACME, {"account.n": done}, by="ann")
        )
        writer.start()
        writer.join()
        assert kam.subject(ACME).facts[0].value == str(done)

    database.rebuild(look_and_write)

    assert batches == [100, 200, 253]
    assert database.check().problems == ()


def test_stats_count_rows_and_name_what_grows(database: Database) -> None:
    stats = database.stats()

    rows = {item.table: item.rows for item in stats.tables}
    assert rows.keys() == metadata.tables.keys()
    assert (rows["instances"], rows["events"], rows["requests"]) == (3, 7, 2)
    assert stats.bytes > 0
    assert [(item.subject, item.events) for item in stats.largest] == [
        ("north/acme", 3),
        ("north/bolt", 3),
        ("north", 1),
    ]
    assert stats.oldest_request == stats.oldest_message == NOON
    assert (stats.outbox, stats.requests, stats.imports) == (5, 2, 0)


def test_pruning_removes_what_is_older_and_no_history(database: Database, url: str) -> None:
    late = Kamflow.open(url, clock=fixed_clock(NOON + timedelta(days=99)))
    late.once("late").record_facts(ACME, {"account.n": 6}, by="ann")
    late.close()

    counted = database.prune(requests=timedelta(days=90), dry_run=True)
    removed = database.prune(requests=timedelta(days=90), outbox=timedelta(days=30))

    assert (counted.requests, counted.outbox) == (2, 0)
    assert (removed.requests, removed.outbox, removed.imports) == (2, 5, 0)
    assert (database.stats().requests, database.stats().outbox) == (1, 0)
    assert database.check().events == 8
    assert database.check().problems == ()


def test_a_key_has_effect_again_after_its_request_was_pruned(
    database: Database, kam: Kamflow
) -> None:
    database.prune(requests=timedelta(days=1))

    again = kam.once("acme-1").record_facts(ACME, {"account.n": 6}, by="ann")

    assert again.events
    assert len(kam.history(ACME)) == 4


def test_a_database_without_tables_is_told_so(url: str) -> None:
    for ask in (Database(url).stats, Database(url).rebuild):
        with pytest.raises(DatabaseError, match="no tables of kamflow"):
            ask()
    assert not Database(url).check().sound


def test_looking_at_a_file_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no tables of kamflow"):
        Database(f"sqlite:///{tmp_path}/missing.db").stats()

    assert list(tmp_path.iterdir()) == []
