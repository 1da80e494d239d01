"""The schema: made by migrations, of the version that the code needs."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from kamflow import SchemaError
from kamflow.storage import migrations
from kamflow.storage.store import HEAD, Store
from kamflow.storage.tables import metadata


def test_migrations_make_exactly_the_tables_that_the_code_knows(store: Store, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, metadata)

    assert store is not None
    assert differences == []
    engine.dispose()


def test_the_version_that_the_code_needs_is_the_newest_migration() -> None:
    folder = Path(next(iter(migrations.__path__))) / "versions"

    newest = max(path.name for path in folder.glob("[0-9]*.py"))

    assert newest.startswith(f"{HEAD}_")


@pytest.mark.parametrize("version", ["0000", "9999", "of another program"])
def test_a_database_of_another_version_is_not_touched(url: str, version: str) -> None:
    Store(url).close()
    file = url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    before = Path(file).read_bytes()

    with pytest.raises(SchemaError, match=f"has schema {version}, .* needs {HEAD}"):
        Store(url)

    assert Path(file).read_bytes() == before


def test_opening_twice_migrates_once(url: str) -> None:
    Store(url).close()
    Store(url).close()

    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    assert versions == [(HEAD,)]


def test_history_cannot_name_an_instance_that_is_not_there(store: Store, url: str) -> None:
    assert store is not None
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("PRAGMA foreign_keys=ON")

        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(
                "INSERT INTO events VALUES ('lost', 1, '2026-03-31', 'X', 'ann', 'p', NULL, x'')"
            )
