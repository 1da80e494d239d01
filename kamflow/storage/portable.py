"""Rows of whole tables, table by table, out of a database or a file, in a form that fits any.

The portable form is lines of JSON: a head, for each table a line that names its columns and their
kinds and then an array for each row, and a line that counts the rows, without which the file is
cut off. Instants are ISO 8601 in UTC, bytes are base64.
"""

import gzip
import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias

import msgspec
from msgspec import Struct

from kamflow.errors import InputError
from kamflow.storage import statements
from kamflow.storage.links import Link
from kamflow.storage.reading import instant_of
from kamflow.storage.tables import metadata

Kind: TypeAlias = Literal["plain", "instant", "bytes"]

_FORM = "kamflow-backup/1"
_GZIP = b"\x1f\x8b"

_SQLITE_COLUMNS = "SELECT name, type FROM pragma_table_info(?) ORDER BY cid"
_POSTGRES_COLUMNS = (
    "SELECT column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position"
)
_KINDS: dict[str, Kind] = {
    "DATETIME": "instant",
    "BLOB": "bytes",
    "timestamp with time zone": "instant",
    "bytea": "bytes",
}
_SQLITE_COUNTS = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'"
_SQLITE_LAST = "SELECT seq FROM sqlite_sequence WHERE name = ?"
_POSTGRES_SEQUENCE = "SELECT pg_get_serial_sequence(?, ?)"


class TableHead(Struct, frozen=True, kw_only=True):
    """What a table is called, its columns, and the last number that its counter gave."""

    table: str
    columns: tuple[tuple[str, Kind], ...]
    last: int | None = None


class _Head(Struct, frozen=True, kw_only=True):
    form: str
    schema: str
    database: str


class _End(Struct, frozen=True, kw_only=True):
    rows: int


Row: TypeAlias = list[Any]
Tables: TypeAlias = Iterator[tuple[TableHead, Iterator[Row]]]


class LinkSource:
    """The tables of a database, in the order in which they can be filled."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.schema = str(link.rows(statements.SCHEMA_VERSION)[0][0])
        self.database = link.name

    def tables(self) -> Tables:
        """Yield each table with its rows, by key."""
        for table in metadata.sorted_tables:
            name = str(table.name)  # a plain string, which JSON takes
            columns = _columns(self._link, name)
            if columns:
                key = ", ".join(column.name for column in table.primary_key)
                last = _last(self._link, name, key)
                head = TableHead(table=name, columns=columns, last=last)
                yield head, self._rows(head, key)

    def _rows(self, head: TableHead, key: str) -> Iterator[Row]:
        names = ", ".join(name for name, _ in head.columns)
        statement = f"SELECT {names} FROM {head.table} ORDER BY {key}"  # noqa: S608 - our own names
        for row in self._link.stream(statement):
            yield [
                instant_of(cell) if kind == "instant" and cell is not None else cell
                for cell, (_, kind) in zip(row, head.columns, strict=True)
            ]


def _columns(link: Link, table: str) -> tuple[tuple[str, Kind], ...]:
    statement = _SQLITE_COLUMNS if link.name == "sqlite" else _POSTGRES_COLUMNS
    return tuple((row[0], _KINDS.get(row[1], "plain")) for row in link.rows(statement, table))


def _last(link: Link, table: str, key: str) -> int | None:
    """Return the last number that a table has given, which may belong to no row any more."""
    if link.name == "sqlite":
        counts = link.rows(_SQLITE_COUNTS)[0][0]
        rows = link.rows(_SQLITE_LAST, table) if counts else ()
        return int(rows[0][0]) if rows else None
    if "," in key:
        return None
    sequence = link.rows(_POSTGRES_SEQUENCE, table, key)[0][0]
    if sequence is None:
        return None
    last, called = link.rows(f"SELECT last_value, is_called FROM {sequence}")[0]  # noqa: S608
    return int(last) if called else None


def write_lines(source: LinkSource, file: BinaryIO) -> int:
    """Write all tables as lines of JSON; return the number of rows."""
    encode, count = msgspec.json.Encoder().encode_into, 0
    buffer = bytearray()

    def put(value: object) -> None:
        encode(value, buffer)
        buffer.append(10)
        file.write(buffer)

    put(_Head(form=_FORM, schema=source.schema, database=source.database))
    for head, rows in source.tables():
        put(head)
        for row in rows:
            put([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])
            count += 1
    put(_End(rows=count))
    return count


class LinesSource:
    """The tables in a file of lines of JSON, zipped or not.

    Raises:
        InputError: The file is no backup.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as opened:
            zipped = opened.read(2) == _GZIP
        self._file: Any = gzip.open(path, "rb") if zipped else path.open("rb")  # noqa: SIM115 - see close
        try:
            head = msgspec.json.decode(self._file.readline(), type=_Head)
        except (msgspec.DecodeError, OSError, EOFError) as error:
            self.close()
            raise InputError([f"`{path}` is no backup of kamflow"]) from error
        if head.form != _FORM:
            self.close()
            raise InputError([f"`{path}` is of the form {head.form}; upgrade kamflow"])
        self.schema, self.database = head.schema, head.database
        self._line, self._count = b"", 0

    def tables(self) -> Tables:
        """Yield each table with its rows, which have to be read before the next one.

        Raises:
            InputError: The file is damaged or cut off.
        """
        self._turn()
        while self._line.startswith(b'{"table"'):
            head = self._decoded(TableHead)
            self._turn()
            yield head, self._rows(head)
        if not self._line or self._decoded(_End).rows != self._count:
            raise InputError([f"`{self._path}` is cut off after {self._count} rows"])

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _rows(self, head: TableHead) -> Iterator[Row]:
        while self._line.startswith(b"["):
            self._count += 1
            yield _plain(self._decoded(list[Any]), head)
            self._turn()

    def _turn(self) -> None:
        """Read the next line."""
        try:
            self._line = self._file.readline()
        except (OSError, EOFError, zlib.error) as error:
            raise InputError([f"`{self._path}` is damaged: {error}"]) from error

    def _decoded(self, form: Any) -> Any:  # noqa: ANN401 - a value of that form
        try:
            return msgspec.json.decode(self._line, type=form)
        except msgspec.DecodeError as error:
            raise InputError([f"`{self._path}` is damaged: {error}"]) from error


def _plain(row: Row, head: TableHead) -> Row:
    return [_cell(cell, kind) for cell, (_, kind) in zip(row, head.columns, strict=True)]


def _cell(cell: Any, kind: Kind) -> Any:  # noqa: ANN401 - whatever stands in a row
    if cell is None or kind == "plain":
        return cell
    return b64decode(cell) if kind == "bytes" else datetime.fromisoformat(cell)


def fill(link: Link, tables: Iterable[tuple[TableHead, Iterator[Row]]]) -> int:
    """Put rows into tables, in place of those that a new schema has; return how many."""
    filled = list[TableHead]()
    count = 0
    for head, rows in tables:
        _require_ours(head)
        link.write(f"DELETE FROM {head.table}", [()])  # noqa: S608 - a name of ours
        names = ", ".join(name for name, _ in head.columns)
        places = ", ".join("?" * len(head.columns))
        statement = f"INSERT INTO {head.table} ({names}) VALUES ({places})"  # noqa: S608
        count += _insert(link, statement, rows)
        filled.append(head)
    for head in filled:
        if head.last is not None:
            _count_on(link, head)
    return count


def _require_ours(head: TableHead) -> None:
    """Make sure that a file names nothing but our tables: the names become SQL.

    Raises:
        InputError: It does.
    """
    names = [name for name, _ in head.columns]
    strange = [name for name in names if not re.fullmatch("[a-z_]+", name)]
    if head.table not in metadata.tables or strange:
        raise InputError([f"the backup has a table `{head.table}` that is not of kamflow"])


def _insert(link: Link, statement: str, rows: Iterator[Row]) -> int:
    batch, count = list[Row](), 0
    for row in rows:
        batch.append([link.instant(v) if isinstance(v, datetime) else v for v in row])
        if len(batch) == 1_000:  # noqa: PLR2004
            link.write(statement, batch)
            count += len(batch)
            batch.clear()
    if batch:
        link.write(statement, batch)
    return count + len(batch)


def _count_on(link: Link, head: TableHead) -> None:
    """Let the counter of a table go on after its last number, so that none comes twice."""
    if link.name == "sqlite":
        link.write("DELETE FROM sqlite_sequence WHERE name = ?", [(head.table,)])
        link.write("INSERT INTO sqlite_sequence VALUES (?, ?)", [(head.table, head.last)])
        return
    (key,) = metadata.tables[head.table].primary_key.columns.keys()
    link.rows("SELECT setval(pg_get_serial_sequence(?, ?), ?)", head.table, key, head.last)
