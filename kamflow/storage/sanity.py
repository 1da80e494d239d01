"""Whether the pages and indexes of a database are sound, by its own means."""

from collections.abc import Iterator, Sequence
from typing import Any

from kamflow.storage.links import Link
from kamflow.storage.tables import metadata

_SOUND = "ok"
_SCANS = ("seqscan", "indexscan", "indexonlyscan")

_HAS_AMCHECK = "SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'"
_INDEXES = (
    "SELECT owner.relname, indexrelid, own.relname FROM pg_index "
    "JOIN pg_class AS owner ON owner.oid = indrelid JOIN pg_class AS own ON own.oid = indexrelid "
    "JOIN pg_am ON pg_am.oid = own.relam WHERE amname = 'btree' "
    "AND owner.relnamespace = current_schema()::regnamespace ORDER BY 3"
)
_PRIMARY_KEYS = (
    "SELECT relname, attname FROM pg_index JOIN pg_class ON "
    "pg_class.oid = indrelid JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] "
    "WHERE relnamespace = current_schema()::regnamespace AND indisprimary ORDER BY 1"
)


def page_problems(link: Link) -> Iterator[str]:
    """Yield what is wrong with pages, indexes and references."""
    yield from _sqlite(link) if link.name == "sqlite" else _postgres(link)


def _sqlite(link: Link) -> Iterator[str]:
    for (told,) in link.rows("PRAGMA integrity_check(100)"):
        if told != _SOUND:
            yield str(told)
    for table, row, other, _ in link.rows("PRAGMA foreign_key_check"):
        yield f"row {row} of `{table}` refers to a row of `{other}` that is not there"


def _postgres(link: Link) -> Iterator[str]:
    """Ask the extension amcheck if it is there; else compare what index and table count."""
    if link.rows(_HAS_AMCHECK)[0][0]:
        yield from checked_indexes(link)
        return
    link.savepoint("SET LOCAL enable_bitmapscan = off")
    for table, column in _ours(link.rows(_PRIMARY_KEYS)):
        rows, keys = (_counted(link, table, column, by) for by in ("seqscan", "indexscan"))
        if rows != keys:
            yield f"`{table}` has {rows} rows, its primary key {keys}; run `REINDEX TABLE {table}`"
    for setting in (*_SCANS, "bitmapscan"):
        link.savepoint(f"SET LOCAL enable_{setting} = on")


def _ours(rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Yield the rows about tables of ours; a host may have its own beside them."""
    return (row for row in rows if row[0] in metadata.tables)


def _counted(link: Link, table: str, column: str, by: str) -> int:
    """Count the rows of a table by going through all of it, or through its primary key."""
    for setting in _SCANS:
        link.savepoint(f"SET LOCAL enable_{setting} = {'on' if by in setting else 'off'}")
    everything = f"SELECT {column} FROM {table} ORDER BY {column}"  # noqa: S608 - from the catalogue
    return int(link.rows(f"SELECT count(*) FROM ({everything}) AS every_row")[0][0])  # noqa: S608


def checked_indexes(link: Link) -> Iterator[str]:
    """Yield what amcheck says against each index."""
    for _, number, name in _ours(link.rows(_INDEXES)):
        link.savepoint("SAVEPOINT kamflow")
        try:
            link.rows("SELECT bt_index_check(?::oid::regclass, true)", number)
        except Exception as error:
            ours = link.translated(error)
            if ours is None:
                raise
            yield f"index `{name}`: {ours}"
        finally:
            link.savepoint("ROLLBACK TO SAVEPOINT kamflow")
