"""Transactions of those who look after a database: its check, its rebuilding, its backup.

They stand beside `Store`, which does not open a database whose schema is of another version.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import TypeVar

from kamflow.errors import DatabaseError, SchemaError
from kamflow.storage import statements
from kamflow.storage.groups import retried
from kamflow.storage.links import Link
from kamflow.storage.sqlite import SqliteBackend
from kamflow.storage.store import HEAD, backend_of

T = TypeVar("T")


@contextmanager
def transaction(url: str, *, writes: bool = False) -> Iterator[Link]:
    """Lend a link in a transaction of its own; what was written is kept when the block ends.

    Raises:
        ConcurrencyError: It wrote, and was overtaken.
        DatabaseError: There is no such database, or it cannot be read or written.
    """
    backend = backend_of(url)
    if isinstance(backend, SqliteBackend) and not backend.file.exists():
        raise DatabaseError(f"there is no database `{backend.file}`")
    with backend.turn() if writes else nullcontext(), closing(backend.connect()) as link:
        try:
            with link.translating():
                link.begin(writes=writes)
                yield link
                if writes:
                    link.commit()
        finally:
            link.roll_back()


@contextmanager
def filling(url: str) -> Iterator[Link]:
    """Lend a link in a transaction that writes to tables of any version, which nobody uses yet.

    Raises:
        DatabaseError: The database cannot be written.
    """
    with closing(backend_of(url).connect()) as link:
        try:
            with link.translating():
                link.savepoint("BEGIN IMMEDIATE" if link.name == "sqlite" else "BEGIN")
                yield link
                link.commit()
        finally:
            link.roll_back()


def repeated(url: str, job: Callable[[Link], T]) -> T:
    """Run a job in a transaction that writes; again from its start when it was overtaken.

    Raises:
        ConcurrencyError: It was overtaken each time.
    """

    def once() -> T:
        with transaction(url, writes=True) as link:
            return job(link)

    return retried(once)


def schema_version(url: str) -> str | None:
    """Return the version of the schema; nothing when the database has none of ours."""
    backend = backend_of(url)
    if isinstance(backend, SqliteBackend) and not backend.file.exists():
        return None
    with transaction(url) as link:
        if not backend.has_schema(link):
            return None
        rows = link.rows(statements.SCHEMA_VERSION)
        return str(rows[0][0]) if rows else None


def require_schema(url: str) -> None:
    """Make sure that the database has the schema that this code needs.

    Raises:
        DatabaseError: It has none.
        SchemaError: It has another one.
    """
    version = schema_version(url)
    if version is None:
        raise DatabaseError("the database has no tables of kamflow; run `kamflow init` first")
    if version != HEAD:
        raise SchemaError(version, HEAD)
