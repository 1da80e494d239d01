"""Our writes on a connection of the host, which commits its own rows and ours together."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from kamflow.errors import DatabaseError, SchemaError
from kamflow.storage import statements
from kamflow.storage.links import Link
from kamflow.storage.postgres import PostgresLink
from kamflow.storage.reading import Reading, Writing
from kamflow.storage.sqlite import SqliteLink
from kamflow.storage.store import HEAD
from kamflow.storage.writing import Transaction

T = TypeVar("T")


class BoundStore:
    """A store inside the transaction of a host. Nothing is committed or rolled back by us.

    Each use is a savepoint: a command that fails leaves nothing half done, and the host goes on.

    Args:
        connection: Of SQLAlchemy, `sqlite3` or `psycopg`; used by one thread at a time.
    """

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - three kinds of connection
        self._link = link_over(connection)
        with self._link.translating():
            version = self._link.rows(statements.SCHEMA_VERSION)[0][0]
        if version != HEAD:
            raise SchemaError(version, HEAD)

    def write(self, job: Callable[[Writing], T]) -> T:
        """Run a job in the transaction of the host.

        Raises:
            ConcurrencyError: Somebody else wrote first: roll back and begin anew.
        """
        with self.writing() as transaction:
            return job(transaction)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Begin a savepoint; keep what was appended at its end."""
        link = self._link
        with link.translating():
            link.savepoint("SAVEPOINT kamflow")
            try:
                transaction = Transaction(link)
                yield transaction
                transaction.flush()
            except BaseException:
                link.savepoint("ROLLBACK TO SAVEPOINT kamflow")
                raise
            finally:
                link.savepoint("RELEASE SAVEPOINT kamflow")

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read what the transaction of the host sees."""
        with self._link.translating():
            yield Reading(self._link.rows)

    def alone(self, job: Callable[[Link], T]) -> T:
        """Run a job with statements of its own in the transaction of the host."""
        with self._link.translating():
            return job(self._link)

    @contextmanager
    def linked(self) -> Iterator[Link]:
        """Lend the link of the host."""
        with self._link.translating():
            yield self._link

    def close(self) -> None:
        """Leave the connection to the host."""


def link_over(connection: Any) -> Link:  # noqa: ANN401 - three kinds of connection
    """Return a link over the connection of a host, in a transaction.

    Raises:
        DatabaseError: The connection has no transaction, or is of no known kind.
    """
    inner = connection
    if hasattr(connection, "exec_driver_sql"):  # SQLAlchemy's: it has to know of a transaction
        connection.exec_driver_sql("SELECT 1").close()
        inner = connection.connection.driver_connection
    if isinstance(inner, sqlite3.Connection):
        if not inner.in_transaction:
            inner.execute("BEGIN IMMEDIATE")
        return SqliteLink(inner, "the database of the host")
    module = type(inner).__module__.partition(".")[0]
    if module != "psycopg":
        name = f"{type(connection).__module__}.{type(connection).__qualname__}"
        raise DatabaseError(f"give a connection of SQLAlchemy, sqlite3 or psycopg, not a `{name}`")
    if inner.autocommit and inner.info.transaction_status.name == "IDLE":
        raise DatabaseError("the connection is in autocommit mode: begin a transaction first")
    return PostgresLink(inner)
