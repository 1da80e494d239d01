"""`kamflow db`: what an operator types, and what programs read."""

import sqlite3
from pathlib import Path

import pytest

from kamflow.storage.store import HEAD
from tests.command_line import Run
from tests.contract.former import make_former


def spoil(statement: str) -> None:
    connection = sqlite3.connect("governance.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_sound_database_ends_with_0(ready: Run) -> None:
    checked = ready("db", "check")

    assert checked.code == 0
    assert checked.out == f"schema {HEAD}, 1 subject with 4 events: everything agrees\n"


def test_what_does_not_agree_ends_with_6(ready: Run) -> None:
    spoil("UPDATE instances SET stage = 'x'")

    checked, told = ready("db", "check"), ready("db", "check", "--json")

    assert (checked.code, told.code) == (6, 6)
    assert checked.out.splitlines() == [
        "snapshot `north`: `stage` is not what the history makes; run `kamflow db rebuild`",
        f"schema {HEAD}, 1 subject with 4 events: 1 problem",
    ]
    assert told.json["sound"] is False
    assert [item["subject"] for item in told.json["problems"]] == ["north"]


def test_a_rebuild_makes_it_sound_again(ready: Run) -> None:
    spoil("UPDATE instances SET stage = 'x'")

    rebuilt = ready("db", "rebuild")

    assert rebuilt.out == "1 subject rebuilt, 1 of them corrected\n"
    assert ready("db", "check").code == 0


def test_a_history_that_cannot_be_replayed_is_told(ready: Run) -> None:
    spoil("DELETE FROM events WHERE sequence = 2")

    rebuilt = ready("db", "rebuild")

    assert rebuilt.code == 6
    assert "cannot be replayed: `north`: event 2 is not there" in rebuilt.out


def test_many_problems_are_cut_short(ready: Run) -> None:
    for number in range(25):
        ready("account", "create", f"a{number}", "--program", "north", "--by", "olga")
    spoil("UPDATE instances SET waiting = 9")

    checked = ready("db", "check")

    assert "and 6 more; --json lists them" in checked.out
    assert len(ready("db", "check", "--json").json["problems"]) == 26


def test_every_command_of_an_older_database_ends_with_5_until_it_is_upgraded(run: Run) -> None:
    make_former(f"sqlite:///{Path.cwd()}/governance.db")
    opened = run("--db", "governance.db", "status")

    assert opened.code == 5
    assert opened.err == (
        f"kamflow: the database has schema 0001, this version of kamflow needs {HEAD}; "
        "run `kamflow db upgrade`\n"
    )
    assert run("--db", "governance.db", "db", "check").code == 6
    assert run("--db", "governance.db", "db", "stats").code == 5
    upgraded = run("--db", "governance.db", "db", "upgrade")
    assert upgraded.out == f"the schema is {HEAD} now; it was 0001\n"
    assert run("--db", "governance.db", "status").code == 0
    assert run("--db", "governance.db", "db", "upgrade").out == f"the schema is {HEAD} already\n"


def test_a_newer_database_says_upgrade_kamflow(ready: Run) -> None:
    spoil("UPDATE alembic_version SET version_num = '9999'")

    for command in (("status",), ("db", "upgrade"), ("db", "backup", "b")):
        ended = ready(*command)
        assert ended.code == 5
        assert "upgrade kamflow" in ended.err


def test_a_backup_comes_back(ready: Run) -> None:
    backed = ready("db", "backup", "copy.jsonl.gz", "--form", "lines", "--json")
    restored = ready("--db", "other.db", "db", "restore", "copy.jsonl.gz")

    assert backed.json["form"] == "lines"
    assert restored.out.endswith("next: kamflow db check\n")
    assert ready("--db", "other.db", "db", "check").code == 0
    assert ready("--db", "other.db", "status").out == ready("status").out


def test_what_is_there_is_not_overwritten(ready: Run) -> None:
    ready("db", "backup", "copy")

    assert ready("db", "backup", "copy").code == 2
    again = ready("db", "restore", "copy")
    assert again.code == 2
    assert "the database is not empty" in again.err


def test_a_file_that_is_no_backup_is_told(ready: Run) -> None:
    Path("letter").write_text("Dear customer")

    ended = ready("--db", "other.db", "db", "restore", "letter")

    assert ended.code == 2
    assert "`letter` is no backup of kamflow" in ended.err


def test_stats_show_tables_and_what_grows(ready: Run) -> None:
    shown, told = ready("db", "stats"), ready("db", "stats", "--json")

    assert shown.out.startswith(f"sqlite, schema {HEAD}, ")
    assert "north" in shown.out
    assert "kept requests: 0, oldest -" in shown.out
    rows = {item["table"]: item["rows"] for item in told.json["tables"]}
    assert rows["events"] == 4


def test_pruning_counts_before_it_removes(ready: Run) -> None:
    later = "2026-09-30T12:00"

    counted = ready("db", "prune", "--outbox-older-than", "90d", "--dry-run", now=later)
    removed = ready("db", "prune", "--outbox-older-than", "12w", "--json", now=later)

    assert counted.out == (
        "0 kept requests, 4 messages and 0 unfinished imports would be removed\n"
    )
    assert removed.json == {"requests": 0, "outbox": 4, "imports": 0}
    assert ready("db", "check").code == 0


@pytest.mark.parametrize("given", [(), ("--requests-older-than", "soon")])
def test_pruning_has_to_be_told_what_and_how_old(ready: Run, given: tuple[str, ...]) -> None:
    assert ready("db", "prune", *given).code == 2


def test_there_has_to_be_a_database(run: Run) -> None:
    for command in ("check", "upgrade", "stats"):
        assert run("--db", "missing.db", "db", command).code == 2
    assert not Path("missing.db").exists()
