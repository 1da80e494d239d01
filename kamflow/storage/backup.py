"""Copies a database to a file while writers go on, and brings it back, to either kind."""

import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from msgspec import Struct

from kamflow.errors import AlreadyExistsError, DatabaseError, InputError, SchemaError
from kamflow.storage.migrate import known_versions, upgrade
from kamflow.storage.portable import LinesSource, LinkSource, fill, write_lines
from kamflow.storage.postgres import conninfo
from kamflow.storage.sqlite import database_file
from kamflow.storage.store import HEAD
from kamflow.storage.tables import metadata
from kamflow.storage.upkeep import filling, schema_version, transaction

Form: TypeAlias = Literal["sqlite", "lines", "pg_dump"]

_SQLITE = b"SQLite format 3\x00"
_PG_DUMP = b"PGDMP"


class BackupReport(Struct, frozen=True, kw_only=True):
    """What was copied."""

    file: str
    form: Form
    bytes: int


class RestoreReport(Struct, frozen=True, kw_only=True):
    """What was brought back."""

    file: str
    form: Form
    schema: str  # of the backup; the database has the present one
    rows: int


def backup(url: str, file: Path, form: Form | None = None) -> BackupReport:
    """Write one state of a database to a new file, while others read and write.

    Args:
        url: The database.
        file: The new file; lines of JSON are zipped when its name ends in `.gz`.
        form: `sqlite` (a database file; unless given, of an embedded database), `lines` (of JSON;
            unless given, of a server), or `pg_dump` (its own program writes its own format).

    Raises:
        AlreadyExistsError: The file is there.
        DatabaseError: The database cannot be read, or has no such form.
        SchemaError: It belongs to a newer kamflow.
    """
    _require_known(url)
    chosen = form or ("sqlite" if database_file(url) else "lines")
    if file.exists():
        raise AlreadyExistsError(f"`{file}` is there already; choose another name")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        match chosen:
            case "sqlite":
                _copy(url, part)
            case "lines":
                _write_lines(url, part, zipped=file.suffix == ".gz")
            case "pg_dump":
                _dump(url, part)
        _settle(part, file)
    finally:
        part.unlink(missing_ok=True)
    return BackupReport(file=str(file), form=chosen, bytes=file.stat().st_size)


def _require_known(url: str) -> None:
    """Make sure that there is something to copy; an older schema can be, before an upgrade."""
    version = schema_version(url)
    if version is None:
        raise DatabaseError("the database has no tables of kamflow")
    if version not in known_versions():
        raise SchemaError(version, HEAD)


def _copy(url: str, part: Path) -> None:
    """Copy an embedded database page by page, in one step: writers go on in their log."""
    source = database_file(url)
    if source is None:
        raise DatabaseError("a server has no backup of the form `sqlite`; take `lines`")
    try:
        with _closing(source) as original, _closing(part) as copy:
            original.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise DatabaseError(f"`{source}` cannot be copied: {error}") from error


@contextmanager
def _closing(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, isolation_level=None, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def _write_lines(url: str, part: Path, *, zipped: bool) -> None:
    with _writable(part, zipped=zipped) as file, transaction(url) as link:
        write_lines(LinkSource(link), file)


@contextmanager
def _writable(part: Path, *, zipped: bool) -> Iterator[BinaryIO]:
    if not zipped:
        with part.open("wb") as plain:
            yield plain
        return
    with gzip.open(part, "wb", compresslevel=6) as packed:
        yield packed  # type: ignore[misc]


def _dump(url: str, part: Path) -> None:
    """Let pg_dump write our tables. The password goes by the environment, where `ps` shows none."""
    info, program = conninfo(url), shutil.which("pg_dump")
    if info is None or program is None:
        why = "is not on the search path" if info else "copies databases of PostgreSQL"
        raise DatabaseError(f"`pg_dump` {why}; take another form")
    from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415 - optional part

    told = {key: str(value) for key, value in conninfo_to_dict(info).items() if value is not None}
    password = told.pop("password", None)
    secret = {"PGPASSWORD": password} if password else {}
    tables = [f"--table={name}" for name in (*metadata.tables, "alembic_version")]
    target = [f"--file={part}", f"--dbname={make_conninfo(**told)}"]
    done = subprocess.run(  # noqa: S603 - the program of that name, with our own arguments
        [program, "--format=custom", *tables, *target],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DatabaseError(f"pg_dump: {done.stderr.strip()}")


def _settle(part: Path, file: Path) -> None:
    """Make a file that is whole and on the disk appear under its name."""
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.rename(file)


def restore(url: str, file: Path) -> RestoreReport:
    """Fill an empty database, of either kind, from a backup of either kind.

    A backup of an older schema is brought to the present one. When it breaks off, the database is
    still empty: run it again.

    Raises:
        AlreadyExistsError: The database is not empty.
        InputError: The file is no backup, is cut off, or is of pg_dump.
        SchemaError: The backup comes from a newer kamflow.
    """
    found = schema_version(url)
    if found is not None and _holds_anything(url):
        raise AlreadyExistsError("the database is not empty; restore into a new one")
    form = _form(file)
    with _source(file, form) as source:
        if source.schema not in known_versions():
            raise SchemaError(source.schema, HEAD)
        if found not in (None, source.schema):
            _drop(url)
        upgrade(url, to=source.schema)
        with filling(url) as link:
            rows = fill(link, source.tables())
    upgrade(url)
    return RestoreReport(file=str(file), form=form, schema=source.schema, rows=rows)


def _form(file: Path) -> Form:
    with file.open("rb") as opened:
        head = opened.read(16)
    if head.startswith(_PG_DUMP):
        raise InputError([f"`{file}` was written by pg_dump; bring it back with `pg_restore`"])
    return "sqlite" if head == _SQLITE else "lines"


@contextmanager
def _source(file: Path, form: Form) -> Iterator[LinkSource | LinesSource]:
    if form == "sqlite":
        url = f"sqlite:///{file}"
        if schema_version(url) is None:
            raise InputError([f"`{file}` is no backup of kamflow"])
        with transaction(url) as link:
            yield LinkSource(link)
        return
    lines = LinesSource(file)
    try:
        yield lines
    finally:
        lines.close()


def _holds_anything(url: str) -> bool:
    with transaction(url) as link:
        for name in ("packs", "instances"):
            if link.rows(f"SELECT 1 FROM {name} LIMIT 1"):  # noqa: S608 - our own names
                return True
    return False


def _drop(url: str) -> None:
    """Remove the empty tables of another schema than that of the backup."""
    names = [table.name for table in reversed(metadata.sorted_tables)]
    with filling(url) as link:
        for name in (*names, "alembic_version"):
            link.savepoint(f"DROP TABLE IF EXISTS {name}")
