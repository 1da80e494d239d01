"""A database, opened one transaction at a time.

SQLAlchemy and Alembic are brought in only to make or upgrade the schema.
"""

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from kamflow.errors import DatabaseError, KamflowError, SchemaError
from kamflow.storage import statements
from kamflow.storage.groups import Groups, retried
from kamflow.storage.links import Backend, Link
from kamflow.storage.postgres import PostgresBackend, conninfo
from kamflow.storage.reading import Reading, Writing
from kamflow.storage.sqlite import SqliteBackend, database_file
from kamflow.storage.writing import Transaction

HEAD = "0004"  # the newest file in `migrations/versions`; a test compares the two

PATIENCE_S = 30.0

T = TypeVar("T")


def backend_of(url: str, patience: float = PATIENCE_S) -> Backend:
    """Return the database that a URL names.

    Args:
        url: As SQLAlchemy writes it.
        patience: Seconds for which another program may hold the database.

    Raises:
        DatabaseError: kamflow does not work with it.
    """
    info = conninfo(url)
    if info is not None:
        return PostgresBackend(info, patience)
    file = database_file(url)
    if file is not None:
        return SqliteBackend(file, patience)
    raise DatabaseError(
        f"`{url}` is no database for kamflow; give `sqlite:///FILE` or `postgresql://...`"
    )


class Store:
    """A database. Each use is one transaction: `writing` commits all or nothing.

    It may be used by many threads, and after a fork: a link is never shared by two processes.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE_S) -> None:
        self._url = url
        self._backend = backend_of(url, patience)
        self._idle: list[Link] = []  # links that nobody uses
        self.writes_in: int | None = None  # the thread that writes ...
        self._writer = threading.Lock()  # ... and holds this
        self._groups = Groups(self._fill)
        _OPEN.add(self)
        try:
            self._require_schema()
        except BaseException:
            self.close()
            raise

    def write(self, job: Callable[[Writing], T]) -> T:
        """Run a job in a transaction, perhaps together with those of other threads.

        A job that others overtook is run again, a few times, after pauses of random length.

        Raises:
            ConcurrencyError: It was overtaken each time.
            DatabaseError: The database cannot be written.
        """
        return self._groups.run(job)

    @contextmanager
    def writing(self, *, alone: bool = True) -> Iterator[Transaction]:
        """Begin a transaction that writes; commit what was appended at its end.

        Args:
            alone: Wait until nobody can overtake it, as it is not run again (on SQLite nobody can).

        Raises:
            ConcurrencyError: Somebody else appended to one of the instances meanwhile.
            DatabaseError: The database cannot be written.
        """
        self._require_no_batch()
        begin = _write_alone if alone else _write
        with (
            self._writer,
            self._backend.turn(),
            _Lent(self, begin) as link,
            _Filled(self, link) as it,
        ):
            yield it

    def _fill(self, job: Callable[[Transaction], None], alone: bool) -> None:  # noqa: FBT001 - a fact
        """Do a job in a transaction as `writing` begins one; without a generator, for speed."""
        self._require_no_batch()
        begin = _write_alone if alone else _write
        with (
            self._writer,
            self._backend.turn(),
            _Lent(self, begin) as link,
            _Filled(self, link) as it,
        ):
            job(it)

    def _require_no_batch(self) -> None:
        if self.writes_in == threading.get_ident():
            raise DatabaseError("a batch is open in this thread: give the command to the batch")

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Begin a transaction that sees one state of the database and writes nothing."""
        with _Lent(self, _read) as link:
            yield Reading(link.rows)

    def alone(self, job: Callable[[Link], T]) -> T:
        """Run a job with statements of its own in a transaction that writes; retried like `write`.

        Raises:
            ConcurrencyError: Others overtook it each time.
            DatabaseError: The database cannot be written.
        """
        return retried(lambda: self._alone(job))

    def _alone(self, job: Callable[[Link], T]) -> T:
        with self._writer, self._backend.turn(), _Lent(self, _write_alone) as link:
            answer = job(link)
            link.commit()
            return answer

    @contextmanager
    def linked(self) -> Iterator[Link]:
        """Lend a link that sees one state of the database, for statements of one's own."""
        with _Lent(self, _read) as link:
            yield link

    def close(self) -> None:
        """Close all links that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def begin(self, begin: Callable[[Link], None]) -> Link:
        """Return a link that has begun a transaction; one that died while it was idle is replaced.

        Raises:
            DatabaseError: The database cannot be reached, or not be written.
        """
        while True:
            kept = self._idle.pop() if self._idle else None
            link = kept or self._backend.connect()
            try:
                begin(link)
            except BaseException as error:  # an interruption must not leave it in a transaction
                link.close()
                if kept is None or not isinstance(error, Exception):
                    link.tell(error)
                    raise
            else:
                return link

    def before_fork(self) -> None:
        """Let the writer end, and close the links: a child must neither use nor close them.

        SQLite knows for each process which files it has open. A child that inherits an open one
        takes its locks for its own, which they are not, and could write into a file that is gone.
        """
        if self.writes_in != threading.get_ident():
            self._writer.acquire()
        self.close()

    def after_fork(self) -> None:
        """Go on where `before_fork` was called."""
        if self.writes_in != threading.get_ident():
            self._writer.release()

    def begin_anew(self) -> None:
        """Begin with nothing open and nobody waiting, in a child."""
        self._idle, self.writes_in, self._writer = [], None, threading.Lock()
        self._groups = Groups(self._fill)

    def take_back(self, link: Link, error: BaseException | None) -> None:
        """Keep a link for the next use, unless its connection may be broken."""
        sound = error is None or (
            isinstance(error, KamflowError) and not isinstance(error, DatabaseError)
        )
        if sound:
            self._idle.append(link)
        else:
            link.close()

    def _require_schema(self) -> None:
        """Make the schema of an empty database; any other has to be of our version."""
        with _Lent(self, _read) as link:
            found = self._backend.has_schema(link)
            version = link.rows(statements.SCHEMA_VERSION)[0][0] if found else None
        if version is None:
            from kamflow.storage.migrate import upgrade  # noqa: PLC0415 - brings SQLAlchemy along

            upgrade(self._url)
        else:
            _require_head(version)


class _Lent:
    """A block with a link in a transaction, which is rolled back unless it was committed.

    The driver's errors become ours. Each command comes by here: a generator would take more time.
    """

    __slots__ = ("_begin", "_link", "_store")

    def __init__(self, store: Store, begin: Callable[[Link], None]) -> None:
        self._store, self._begin = store, begin

    def __enter__(self) -> Link:
        """Begin the transaction."""
        self._link = link = self._store.begin(self._begin)
        return link

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """End it, and give the link back."""
        link = self._link
        try:
            link.tell(error)
        except Exception as ours:
            error = ours
            raise
        finally:
            link.roll_back()
            self._store.take_back(link, error)


class _Filled:
    """A block that fills a transaction; at its end what was appended is written and committed."""

    __slots__ = ("_link", "_store", "_transaction")

    def __init__(self, store: Store, link: Link) -> None:
        self._store, self._link = store, link

    def __enter__(self) -> Transaction:
        """Note that this thread writes."""
        self._transaction = transaction = Transaction(self._link)
        self._store.writes_in = threading.get_ident()
        return transaction

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Commit, unless something went wrong."""
        try:
            if error is None:
                self._transaction.flush()
                self._link.commit()
        finally:
            self._store.writes_in = None


def _read(link: Link) -> None:
    link.begin_reading()


def _write(link: Link) -> None:
    _require_head(link.begin_writing(alone=False))


def _write_alone(link: Link) -> None:
    _require_head(link.begin_writing(alone=True))


def _require_head(version: str) -> None:
    """Make sure that a database has the schema of this code, before each write.

    Raises:
        SchemaError: It has another one, perhaps since a newer kamflow upgraded it.
    """
    if version != HEAD:
        raise SchemaError(version, HEAD)


_OPEN: "weakref.WeakSet[Store]" = weakref.WeakSet()
_forking: list[Store] = []  # those that wait for the end of a fork


def _before_fork() -> None:
    stores = sorted(_OPEN, key=id)  # one order, so that two forks cannot wait for each other
    for store in stores:
        store.before_fork()
    _forking[:] = stores


def _after_fork() -> None:
    for store in reversed(_forking):
        store.after_fork()


def _in_child() -> None:
    for store in list(_OPEN):
        store.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)
