"""The same suite on both databases: a SQLite file, a database on a real PostgreSQL."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from kamflow.storage.dialects import open_engine
from kamflow.storage.store import Store
from tests.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database that is there for one test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/kamflow.db"
        return
    server: str = request.getfixturevalue("postgres")
    name = f"kamflow_{secrets.token_hex(8)}"
    administration = create_engine(server, isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} STRATEGY wal_log"))
    yield f"{server.rpartition('/')[0]}/{name}"
    with administration.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    administration.dispose()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """Return a way to the rows that goes past the library."""
    engine = open_engine(url)
    yield engine
    engine.dispose()
