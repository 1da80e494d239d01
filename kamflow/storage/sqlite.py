"""SQLite over its own driver: the embedded database."""

import math
import os
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from kamflow.errors import ConcurrencyError, DatabaseError
from kamflow.storage import statements
from kamflow.storage.codec import instant_text
from kamflow.storage.links import Backend, Link, damage

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: SQLite's own locks keep writers apart
    fcntl = None  # type: ignore[assignment]

_PREFIX = "sqlite:///"
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON")
_PAUSES = ((0.01, 0.001), (0.2, 0.0003), (1.0, 0.003), (math.inf, 0.02))  # waited until, pause, s
_WAYS_OUT = {
    sqlite3.SQLITE_BUSY: "another program holds it; let that one end, then call again",
    sqlite3.SQLITE_FULL: "nothing was changed; free some space, then call again",
    sqlite3.SQLITE_IOERR: "check that its disk is sound and has space, then call again",
    sqlite3.SQLITE_READONLY: "let this user write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "check that its folder is there and can be written, "
    "and that this process may open more files",
    sqlite3.SQLITE_CORRUPT: "restore a backup",
    sqlite3.SQLITE_NOTADB: "give another file, or restore a backup",
}


def database_file(url: str) -> Path | None:
    """Return the file of an embedded database; nothing for the URL of anything else."""
    name = url.removeprefix(_PREFIX)
    if name == url or not name or name.startswith(":memory:") or "?" in name:
        return None
    return Path(name)


class SqliteLink(Link):
    """A connection to a file, or one that a host lends us."""

    name = "sqlite"

    def __init__(self, connection: sqlite3.Connection, place: str) -> None:
        self._connection, self._place = connection, place
        # For all that is read or written in one go: to make one for each statement takes its time.
        self._cursor = connection.cursor()

    def rows(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        """Run a statement and return all rows."""
        return self._cursor.execute(statement, parameters).fetchall()

    def stream(self, statement: str, *parameters: object) -> Iterator[Sequence[Any]]:
        """Run a statement and yield row by row."""
        return iter(self._connection.execute(statement, parameters))

    def write(self, statement: str, rows: Sequence[Sequence[object]]) -> int:
        """Run a statement once for each row of parameters; return how many rows it changed."""
        if len(rows) == 1:
            return self._cursor.execute(statement, rows[0]).rowcount
        return self._cursor.executemany(statement, rows).rowcount

    def instant(self, at: datetime) -> str:
        """Return an instant as text in UTC, in the form of SQLAlchemy's `DateTime`."""
        return instant_text(at)

    def begin_reading(self) -> None:
        """Begin a transaction that sees one state of the database."""
        self._cursor.execute("BEGIN")

    def begin_writing(self, *, alone: bool) -> str:  # noqa: ARG002 - SQLite has one writer at most
        """Begin a transaction that writes alone; return the version of the schema."""
        self._cursor.execute("BEGIN IMMEDIATE")
        version: str = self._cursor.execute(statements.SCHEMA_VERSION).fetchall()[0][0]
        return version

    def commit(self) -> None:
        """Keep what was written."""
        self._cursor.execute("COMMIT")

    def roll_back(self) -> None:
        """Take back what was written since `begin`."""
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # the error that led here is the one to tell
                self._cursor.execute("ROLLBACK")

    def savepoint(self, statement: str) -> None:
        """Run a statement about a savepoint."""
        self._cursor.execute(statement)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def translated(self, error: Exception) -> Exception | None:
        """Return our error for one of the driver."""
        if isinstance(error, sqlite3.IntegrityError):
            return ConcurrencyError("", expected=0)
        if isinstance(error, sqlite3.Error | OSError):
            return _told(self._place, error)
        return damage(error)


def _told(place: str, error: Exception) -> DatabaseError:
    """Return an error that says what to do about one of the driver."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without its extension
    way_out = f"; {_WAYS_OUT[code]}" if code in _WAYS_OUT else ""
    return DatabaseError(f"`{place}`: {error}{way_out}")


def tells_damage(error: DatabaseError) -> bool:
    """Tell whether an error says that pages of a file are damaged."""
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT


def _taken(lock: int) -> bool:
    """Try to take a file lock."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class SqliteBackend(Backend):
    """A database file; `-lock` beside it is where processes queue before they write."""

    def __init__(self, file: Path, patience: float) -> None:
        self.file, self._patience = file, patience

    def connect(self) -> Link:
        """Return a new link that writes through to the disk."""
        try:
            connection = sqlite3.connect(
                self.file, isolation_level=None, timeout=self._patience, check_same_thread=False
            )
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            raise _told(str(self.file), error) from error
        except UnicodeDecodeError as error:  # the driver cannot read its own message
            raise damage(error) or error from error
        return SqliteLink(connection, str(self.file))

    def has_schema(self, link: Link) -> bool:
        """Tell whether the file has our tables."""
        return bool(link.rows(statements.SQLITE_HAS_SCHEMA))

    def turn(self) -> "_Turn":
        """Wait for the turn of this process: SQLite itself lets some wait for seconds."""
        return _Turn(self)

    def queue(self, lock: int) -> None:
        """Take the lock; a process that holds it and is stopped must not stop all others for good.

        Raises:
            DatabaseError: It was held for the whole patience.
        """
        begun = time.monotonic()
        while not _taken(lock):
            waited = time.monotonic() - begun
            if waited > self._patience:
                held = f"`{self.file}`: another kamflow has written for {waited:.0f} s"
                raise DatabaseError(f"{held}; another program holds it: let that one end")
            # Who has waited for long asks more often, so that he is not passed over again and
            # again; where somebody writes for seconds, there is no need to hurry.
            pause = next(pause for until, pause in _PAUSES if waited < until)
            time.sleep(random.uniform(0.5, 1.5) * pause)  # noqa: S311 - no secret


class _Turn:
    """A block for which this process holds the lock file."""

    __slots__ = ("_backend", "_lock")

    def __init__(self, backend: SqliteBackend) -> None:
        self._backend = backend
        self._lock: int | None = None

    def __enter__(self) -> None:
        """Wait for the lock."""
        if fcntl is None:
            return
        name = f"{self._backend.file}-lock"
        try:
            self._lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError:
            return  # a folder that cannot be written: BEGIN IMMEDIATE keeps writers apart, or fails
        try:
            self._backend.queue(self._lock)
        except BaseException:
            self._end()
            raise

    def __exit__(self, *_error: object) -> None:
        """Let the next one write."""
        self._end()

    def _end(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
