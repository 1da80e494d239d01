"""The texts of the statements fit the tables that the migrations make."""

import sqlite3
from pathlib import Path

import pytest

from kamflow.storage import delivery_statements, statements
from kamflow.storage.store import Store

TEXTS = {
    name: text % "?" if "%s" in text else text
    for module in (statements, delivery_statements)
    for name, text in vars(module).items()
    if name.isupper() and isinstance(text, str) and not name.startswith("POSTGRES")
}


@pytest.mark.parametrize("name", TEXTS)
def test_sqlite_prepares_every_statement(tmp_path: Path, name: str) -> None:
    Store(f"sqlite:///{tmp_path}/k.db").close()
    connection = sqlite3.connect(tmp_path / "k.db")
    text = TEXTS[name]

    plan = connection.execute(f"EXPLAIN {text}", [None] * text.count("?")).fetchall()

    assert plan
    connection.close()


@pytest.mark.parametrize("name", ["UNCLAIMED", "DUE_AND_SOUND", "NEXT_FREE", "NEXT_CLAIMED"])
def test_what_is_due_is_found_however_many_wait(tmp_path: Path, name: str) -> None:
    Store(f"sqlite:///{tmp_path}/k.db").close()
    connection = sqlite3.connect(tmp_path / "k.db")
    text = TEXTS[name]

    rows = connection.execute(f"EXPLAIN QUERY PLAN {text}", [1] * text.count("?")).fetchall()

    steps = [row[3] for row in rows]
    assert not any("TEMP B-TREE" in step for step in steps), steps
    assert steps[0].endswith(" claims") or "instances_that_are_due" in steps[0], steps
    assert "instance=?" in steps[1] or "id=?" in steps[1], steps
    connection.close()
