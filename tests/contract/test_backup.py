"""A backup is one state of the database, and comes back to either kind of database."""

import gzip
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from kamflow import (
    AlreadyExistsError,
    Database,
    DatabaseError,
    InputError,
    Kamflow,
    SchemaError,
    fixed_clock,
)
from kamflow.storage.store import HEAD
from kamflow.storage.upkeep import transaction
from tests.builders import NOON, a_pack
from tests.contract.former import make_former
from tests.postgres import program

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}}"
FORMS = ["backup.sqlite", "backup.jsonl", "backup.jsonl.gz"]
ACME = "north/acme"


@pytest.fixture
def filled(tmp_path: Path) -> Database:
    """Return an embedded database with a little of everything."""
    return fill(f"sqlite:///{tmp_path}/filled.db")


def fill(url: str) -> Database:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "Nörth 'x' \\ ?%", by="ann")
    kam.create_account("north", "acme", "Acme", by="ann")
    kam.once("k1").record_facts(ACME, {"account.n": 5}, by="ann")
    kam.close()
    return Database(url)


def contents(url: str) -> list[object]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    with kam.reading() as session:
        found: list[object] = [session.find("north"), session.find(ACME)]
    found += [kam.history("north"), kam.history(ACME), kam.packs(), kam.policy()]
    kam.close()
    return found


@pytest.mark.parametrize("name", FORMS)
def test_an_embedded_database_comes_back_to_either_kind(
    filled: Database, url: str, tmp_path: Path, name: str
) -> None:
    before = contents(f"sqlite:///{tmp_path}/filled.db")
    filled.backup(tmp_path / name, form="sqlite" if name.endswith("sqlite") else "lines")

    report = Database(url).restore(tmp_path / name)

    assert report.schema == HEAD
    assert contents(url) == before
    assert Database(url).check().problems == ()
    assert url_id(url) == url_id(f"sqlite:///{tmp_path}/filled.db")


def url_id(url: str) -> str:
    with transaction(url) as link:
        return str(link.rows("SELECT value FROM about WHERE name = 'id'")[0][0])


def test_either_kind_comes_back_to_an_embedded_one(url: str, tmp_path: Path) -> None:
    report = fill(url).backup(tmp_path / "all.jsonl", form="lines")
    other = f"sqlite:///{tmp_path}/other.db"

    Database(other).restore(tmp_path / "all.jsonl")

    assert report.bytes == (tmp_path / "all.jsonl").stat().st_size
    assert contents(other) == contents(url)
    assert Database(other).check().problems == ()


def test_the_form_is_that_of_the_database_unless_another_is_named(url: str, tmp_path: Path) -> None:
    report = fill(url).backup(tmp_path / "copy")

    assert report.form == ("sqlite" if url.startswith("sqlite") else "lines")


def test_a_backup_is_one_state_while_others_write(url: str, tmp_path: Path) -> None:
    database = fill(url)
    kam, stop = Kamflow.open(url, clock=fixed_clock(NOON)), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with kam.batch() as batch:  # two accounts belong together
                batch.create_account("north", f"a{number}", "A", by="ann")
                batch.create_account("north", f"b{number}", "B", by="ann")

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(5):
        database.backup(tmp_path / f"{number}")
    stop.set()
    writer.join()
    kam.close()

    for number in range(5):
        copy = f"sqlite:///{tmp_path}/{number}.db"
        Database(copy).restore(tmp_path / f"{number}")
        assert Database(copy).check().problems == ()
        kam = Kamflow.open(copy)
        ids = [item.id.rpartition("/")[2] for item in kam.subjects("account")]
        kam.close()
        assert {name[1:] for name in ids if name[0] == "b"} == {
            name[1:] for name in ids if name != "acme" and name[0] == "a"
        }


def test_numbers_of_messages_go_on_after_a_restore(
    filled: Database, url: str, engine: Engine, tmp_path: Path
) -> None:
    filled.backup(tmp_path / "b.jsonl", form="lines")

    Database(url).restore(tmp_path / "b.jsonl")
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.create_account("north", "bolt", "Bolt", by="ann")
    kam.close()

    with engine.connect() as connection:
        numbers = connection.execute(text("SELECT number FROM outbox ORDER BY number")).all()
    assert [row[0] for row in numbers] == [1, 2, 3]


def test_the_count_of_messages_survives_that_they_were_removed(
    filled: Database, url: str, engine: Engine, tmp_path: Path
) -> None:
    filled.prune(outbox=timedelta(0))
    filled.backup(tmp_path / "b.jsonl", form="lines")

    Database(url).restore(tmp_path / "b.jsonl")
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.create_account("north", "bolt", "Bolt", by="ann")
    kam.close()

    with engine.connect() as connection:
        assert connection.execute(text("SELECT number FROM outbox")).scalar_one() == 3


def test_a_database_that_holds_something_is_not_filled(
    filled: Database, url: str, tmp_path: Path
) -> None:
    filled.backup(tmp_path / "b")
    fill(url)
    before = contents(url)

    with pytest.raises(AlreadyExistsError, match="not empty"):
        Database(url).restore(tmp_path / "b")

    assert contents(url) == before


def test_a_database_with_tables_and_no_rows_is_filled(
    filled: Database, url: str, tmp_path: Path
) -> None:
    filled.backup(tmp_path / "b")
    Kamflow.open(url).close()

    Database(url).restore(tmp_path / "b")

    assert Database(url).check().problems == ()


def test_a_backup_of_an_older_schema_is_brought_to_the_present_one(
    url: str, tmp_path: Path
) -> None:
    make_former(f"sqlite:///{tmp_path}/former.db")
    Kamflow.open(url).close()

    report = Database(url).restore(tmp_path / "former.db")

    assert report.schema == "0001"
    assert Database(url).check().problems == ()
    assert Database(url).check().events == 14


def test_a_database_can_be_copied_before_it_is_upgraded(url: str, tmp_path: Path) -> None:
    make_former(url)
    Database(url).backup(tmp_path / "before")
    Database(url).upgrade()

    Database(f"sqlite:///{tmp_path}/back.db").restore(tmp_path / "before")

    assert Database(f"sqlite:///{tmp_path}/back.db").check().events == 14


def cut(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]))


def cut_packed(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 20)


def without_line(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if b"FactsRecorded" not in line))


def with_table(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b'{"table":"packs; --","columns":[]}\n' + b"".join(lines[1:]))


def with_broken_line(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1] + lines[2][:-3] + b"\n" + b"".join(lines[3:]))


@pytest.mark.parametrize(
    ("name", "spoil", "what"),
    [
        ("b.jsonl", cut, "is cut off after"),
        ("b.jsonl", without_line, "is cut off after"),
        ("b.jsonl", with_broken_line, "is damaged"),
        ("b.jsonl", with_table, "not of kamflow"),
        ("b.jsonl", lambda path: path.write_text("Dear customer"), "is no backup of kamflow"),
        ("b.jsonl", lambda path: path.write_bytes(b"PGDMP..."), "bring it back with `pg_restore`"),
        ("b.jsonl.gz", cut_packed, "is damaged"),
    ],
)
def test_a_damaged_backup_leaves_the_database_empty(
    filled: Database,
    url: str,
    tmp_path: Path,
    name: str,
    spoil: Callable[[Path], None],
    what: str,
) -> None:
    filled.backup(tmp_path / name, form="lines")
    spoil(tmp_path / name)

    with pytest.raises(InputError, match=what):
        Database(url).restore(tmp_path / name)

    (tmp_path / "good").unlink(missing_ok=True)
    filled.backup(tmp_path / "good")
    Database(url).restore(tmp_path / "good")
    assert Database(url).check().problems == ()


def test_a_backup_of_a_newer_kamflow_is_refused(filled: Database, url: str, tmp_path: Path) -> None:
    filled.backup(tmp_path / "b.jsonl", form="lines")
    newer = (tmp_path / "b.jsonl").read_text().replace(f'"schema":"{HEAD}"', '"schema":"9999"')
    (tmp_path / "b.jsonl").write_text(newer)

    with pytest.raises(SchemaError, match="upgrade kamflow"):
        Database(url).restore(tmp_path / "b.jsonl")


def test_a_file_that_is_there_is_not_overwritten(url: str, tmp_path: Path) -> None:
    database = fill(url)
    (tmp_path / "b").write_text("precious")

    with pytest.raises(AlreadyExistsError):
        database.backup(tmp_path / "b")

    assert (tmp_path / "b").read_text() == "precious"
    assert not (tmp_path / "b.part").exists()


def test_the_lines_can_be_read_by_anybody(url: str, tmp_path: Path) -> None:
    fill(url).backup(tmp_path / "b.jsonl.gz", form="lines")

    with gzip.open(tmp_path / "b.jsonl.gz", "rt") as lines:
        head, *_, end = lines.read().splitlines()

    assert head.startswith('{"form":"kamflow-backup/1","schema":"0004","database":"')
    assert end.startswith('{"rows":')


def test_pg_dump_is_used_when_it_is_named(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = fill(url)
    pg_dump = program("pg_dump")
    monkeypatch.setenv("PATH", f"{pg_dump.parent}{os.pathsep}{os.environ['PATH']}")

    if url.startswith("sqlite"):
        with pytest.raises(DatabaseError, match="copies databases of PostgreSQL"):
            database.backup(tmp_path / "b", form="pg_dump")
        return
    report = database.backup(tmp_path / "b", form="pg_dump")

    listed = subprocess.run(
        [program("pg_restore"), "--list", tmp_path / "b"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert report.form == "pg_dump"
    assert "TABLE DATA public events" in listed.stdout
    assert "TABLE DATA public alembic_version" in listed.stdout


def test_without_pg_dump_another_form_is_named(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = fill(url)
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(DatabaseError, match="take another form"):
        database.backup(tmp_path / "b", form="pg_dump")
