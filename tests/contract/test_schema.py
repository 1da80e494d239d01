"""The schema: made by migrations, of the version that the code needs."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, exc, insert, inspect, text

from kamflow import SchemaError
from kamflow.storage import migrations
from kamflow.storage.store import HEAD, Store
from kamflow.storage.tables import events, metadata
from tests.builders import NOON


def test_migrations_make_exactly_the_tables_that_the_code_knows(
    store: Store, engine: Engine
) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, metadata)

    assert store is not None
    assert differences == []


def test_the_version_that_the_code_needs_is_the_newest_migration() -> None:
    folder = Path(next(iter(migrations.__path__))) / "versions"

    newest = max(path.name for path in folder.glob("[0-9]*.py"))

    assert newest.startswith(f"{HEAD}_")


@pytest.mark.parametrize("version", ["0000", "9999", "of another program"])
def test_a_database_of_another_version_is_not_touched(
    url: str, engine: Engine, version: str
) -> None:
    Store(url).close()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE events DROP COLUMN hash"))
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})

    with pytest.raises(SchemaError, match=f"has schema {version}, .* needs {HEAD}"):
        Store(url)

    assert "hash" not in {column["name"] for column in inspect(engine).get_columns("events")}


def test_opening_twice_migrates_once(url: str, engine: Engine) -> None:
    Store(url).close()
    Store(url).close()

    with engine.connect() as connection:
        versions = connection.execute(text("SELECT version_num FROM alembic_version")).all()
    assert versions == [(HEAD,)]


def test_history_cannot_name_an_instance_that_is_not_there(store: Store, engine: Engine) -> None:
    assert store is not None
    row = {
        "instance": "lost",
        "sequence": 1,
        "at": NOON,
        "kind": "X",
        "actor": "ann",
        "pack": "p",
        "body": b"",
        "hash": b"",
    }

    with engine.begin() as connection, pytest.raises(exc.IntegrityError):
        connection.execute(insert(events), row)
