"""Reads an embedded database over its driver alone."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kamflow.errors import DatabaseError
from kamflow.storage.reading import Rows

_PREFIX = "sqlite:///"


def database_file(url: str) -> Path | None:
    """Return the file of an embedded database; nothing for a server, memory, or a URL with more."""
    name = url.removeprefix(_PREFIX)
    if name == url or not name or name.startswith(":memory:") or "?" in name:
        return None
    return Path(name)


@contextmanager
def sqlite_rows(file: Path) -> Iterator[Rows]:
    """Begin a transaction that sees one state of the database and cannot write."""
    try:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as connection:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")

            def rows(statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
                return connection.execute(statement, parameters).fetchall()

            yield rows
    except sqlite3.Error as error:
        raise DatabaseError(f"`{file}` cannot be read: {error}") from error
