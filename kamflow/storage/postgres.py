"""PostgreSQL over psycopg: the database for several processes or machines."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from kamflow.errors import ConcurrencyError, DatabaseError, MissingExtraError
from kamflow.storage import statements
from kamflow.storage.links import Backend, Link, Write, damage

if TYPE_CHECKING:
    import psycopg

_SCHEMES = ("postgresql+psycopg://", "postgresql://", "postgres://")
_AT_ONCE = 2_000  # rows of a stream in one answer
_BEGIN_WRITING = (
    "BEGIN ISOLATION LEVEL SERIALIZABLE; "
    "LOCK TABLE about IN {mode} MODE; "
    "SET LOCAL idle_in_transaction_session_timeout = {idle_ms}; "
    f"{statements.SCHEMA_VERSION}"
)
_IDLE_MS = 60_000  # after that the server ends a writer that says nothing: others wait for him
_LIMITS = {
    "connect_timeout": 10,
    # of a network that swallows what is sent, or a server that is gone without a word
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
_WAYS_OUT = {
    "25006": "it takes no writes: give the URL of the main server",
    "42P01": "the tables are not those of this kamflow; run `kamflow db upgrade`",
    "42703": "the tables are not those of this kamflow; run `kamflow db upgrade`",
    "53100": "nothing was changed; free some space on the server, then call again",
    "25P03": "the program was silent for too long; call again",
    "55P03": "another program holds the tables; let that one end, then call again",
    "57P01": "the server was stopped; call again",
}
_IN_ONE = 16  # rows that are written by one statement
_MOVED_ON = ("40001", "40P01", "23505")  # serialization failure, deadlock, unique violation


def conninfo(url: str) -> str | None:
    """Return what psycopg connects to; nothing for the URL of anything else."""
    for scheme in _SCHEMES:
        if url.startswith(scheme):
            return f"postgresql://{url.removeprefix(scheme)}"
    return None


@cache
def _for_psycopg(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")


@cache
def _in_one(shape: tuple[tuple[str, int], ...]) -> str:
    """Return one statement for several with so many rows each; it gives the counts of rows."""
    parts, counts = [], []
    for place, (statement, count) in enumerate(shape):
        texts = [statement] * count
        if statement.startswith("INSERT"):
            values = statement[statement.rindex("(") :]
            texts = [", ".join((statement, *(values,) * (count - 1)))]
        names = [f"w{place}_{number}" for number in range(len(texts))]
        parts += [
            f"{name} AS ({text} RETURNING 1)" for name, text in zip(names, texts, strict=True)
        ]
        counts.append(" + ".join(f"(SELECT count(*) FROM {name})" for name in names))  # noqa: S608
    told = f"WITH {', '.join(parts)} SELECT {', '.join(counts)}"
    return _for_psycopg(told)


class PostgresLink(Link):
    """A connection to a server, or one that a host lends us."""

    name = "postgresql"

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._streams = 0

    def rows(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        """Run a statement and return all rows."""
        return self._cursor.execute(_for_psycopg(statement), parameters).fetchall()

    def stream(self, statement: str, *parameters: object) -> Iterator[Sequence[Any]]:
        """Run a statement and yield row by row, from a cursor of the server.

        It ends with its transaction, whether all rows were taken or not.
        """
        import psycopg  # noqa: PLC0415 - it is there, or there would be no connection

        self._streams += 1
        name = f"kamflow_{self._streams}"
        declare = f"DECLARE {name} NO SCROLL CURSOR FOR {_for_psycopg(statement)}"
        self._cursor.execute(
            psycopg.ClientCursor(self._connection).mogrify(declare, parameters).encode(),
            prepare=False,
        )
        fetch = f"FETCH {_AT_ONCE} FROM {name}"
        while rows := self._cursor.execute(fetch, prepare=False).fetchall():
            yield from rows
        self._cursor.execute(f"CLOSE {name}")

    def write(self, statement: str, rows: Sequence[Sequence[object]]) -> int:
        """Run a statement once for each row of parameters; return how many rows it changed."""
        if len(rows) == 1:
            self._cursor.execute(_for_psycopg(statement), rows[0])
        else:
            self._cursor.executemany(_for_psycopg(statement), rows)
        return self._cursor.rowcount

    def write_all(self, writes: Sequence[Write]) -> list[int]:
        """Run several statements; few rows go in one statement, for each takes a round trip."""
        shape = tuple((statement, len(rows)) for statement, rows in writes if rows)
        if sum(count for _, count in shape) > _IN_ONE:
            return super().write_all(writes)
        parameters = [value for _, rows in writes for row in rows for value in row]
        found = self._cursor.execute(_in_one(shape), parameters).fetchall()[0] if shape else ()
        changed = iter(found)
        return [int(next(changed)) if rows else 0 for _, rows in writes]

    def instant(self, at: datetime) -> datetime:
        """Return an instant; the driver takes it as it is."""
        return at

    def begin_reading(self) -> None:
        """Begin a transaction that sees one state of the database."""
        self._cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begin_writing(self, *, alone: bool) -> str:
        """Begin a transaction that fails when it was not as good as alone; return the schema.

        Who was overtaken comes again `alone`: he waits in the queue of the server for a lock that
        all others share, so he is served in turn and cannot be overtaken once more.
        """
        mode = "EXCLUSIVE" if alone else "ROW SHARE"
        # One round trip. LOCK comes first: it is the one statement that takes no snapshot.
        self._cursor.execute(_BEGIN_WRITING.format(mode=mode, idle_ms=_IDLE_MS), prepare=False)
        while self._cursor.nextset():
            pass
        version: str = self._cursor.fetchall()[0][0]
        return version

    def commit(self) -> None:
        """Keep what was written."""
        try:
            self._cursor.execute("COMMIT")
        except Exception as error:
            if self._connection.closed:
                raise DatabaseError(
                    "PostgreSQL: the connection was lost at the end of the transaction; whether it "
                    "was kept is not known: ask again under the same key"
                ) from error
            raise

    def roll_back(self) -> None:
        """Take back what was written since `begin`."""
        import psycopg  # noqa: PLC0415 - it is there, or there would be no connection

        if not self._connection.closed:
            with suppress(psycopg.Error):  # the error that led here is the one to tell
                self._connection.rollback()

    def savepoint(self, statement: str) -> None:
        """Run a statement about a savepoint."""
        self._cursor.execute(statement)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def translated(self, error: Exception) -> Exception | None:
        """Return our error for one of the driver."""
        import psycopg  # noqa: PLC0415 - it is there, or there would be no connection

        if not isinstance(error, psycopg.Error):
            return damage(error)
        if error.sqlstate in _MOVED_ON:
            return ConcurrencyError("", expected=0)
        return _told(error)


def _told(error: "psycopg.Error") -> DatabaseError:
    """Return an error that says what to do about one of the driver."""
    way_out = f"; {_WAYS_OUT[error.sqlstate]}" if error.sqlstate in _WAYS_OUT else ""
    return DatabaseError(f"PostgreSQL: {str(error).strip()}{way_out}")


class PostgresBackend(Backend):
    """A database on a server."""

    def __init__(self, info: str, patience: float) -> None:
        self._info, self._patience_ms = info, round(patience * 1000)

    def connect(self) -> Link:
        """Return a new link; what is run again is prepared by the server."""
        try:
            import psycopg  # noqa: PLC0415 - an optional part
        except ImportError as error:
            raise MissingExtraError("PostgreSQL", "postgres") from error
        limits = {**_LIMITS, "options": f"-c lock_timeout={self._patience_ms}"}
        try:
            given = psycopg.conninfo.conninfo_to_dict(self._info)
            parameters: dict[str, Any] = {**limits, **given}
            connection = psycopg.connect(**parameters, autocommit=True, prepare_threshold=2)
        except psycopg.Error as error:
            what = f"PostgreSQL: {str(error).strip()}"
            raise DatabaseError(
                f"{what}; check its URL, that it runs, and that this process may open more files"
            ) from error
        return PostgresLink(connection)

    def has_schema(self, link: Link) -> bool:
        """Tell whether the database has our tables."""
        return bool(link.rows(statements.POSTGRES_HAS_SCHEMA)[0][0])
