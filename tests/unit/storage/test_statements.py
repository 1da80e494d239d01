"""The texts of the statements fit the tables that the migrations make."""

import sqlite3
from pathlib import Path

import pytest

from kamflow.storage import statements
from kamflow.storage.store import Store

TEXTS = {
    name: text % "?" if "%s" in text else text
    for name, text in vars(statements).items()
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
