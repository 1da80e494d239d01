"""A damaged file is told as such, wherever the damage sits."""

import sqlite3
from pathlib import Path

import pytest

from kamflow import DatabaseError, Kamflow
from kamflow.storage.store import Store
from tests.builders import a_pack


def damaged(file: Path, old: bytes, new: bytes) -> str:
    """Return the URL of a database in which some bytes were overwritten."""
    Store(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new))
    return f"sqlite:///{file}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CREATE TABLE outbox", b"CREATE T\xe1BLE outbox"),
        (b"CREATE TABLE outbox (", b"CREATE TABLE \xe1utbo(("),
        (b"SQLite format 3", b"SQLite f\xe1rmat 3"),
    ],
)
def test_damage_of_the_schema_says_to_restore_a_backup(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    url = damaged(tmp_path / "k.db", old, new)

    with pytest.raises(DatabaseError, match="restore a backup"):
        Store(url)


def test_a_number_that_is_none_any_more_is_told_as_damage(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'k.db'}"
    kam = Kamflow.open(url)
    kam.publish(a_pack(), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.close()
    with sqlite3.connect(tmp_path / "k.db") as connection:
        connection.execute("UPDATE instances SET waiting = 'x'")
    connection.close()

    kam = Kamflow.open(url)
    with pytest.raises(DatabaseError, match="is no number; restore a backup"):
        kam.subjects("program")
    kam.close()
