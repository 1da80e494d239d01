"""How large a database is, and what grows in it."""

from datetime import datetime

from msgspec import Struct

from kamflow.storage.links import Link
from kamflow.storage.reading import instant_of
from kamflow.storage.tables import metadata
from kamflow.storage.upkeep import require_schema, transaction

LARGEST = 10  # subjects that are named

_LARGEST = "SELECT id, sequence, length(snapshot) FROM instances ORDER BY sequence DESC, id LIMIT ?"
_SQLITE_BYTES = (
    "SELECT sum(pgsize) FROM dbstat WHERE name IN "
    "(SELECT name FROM sqlite_master WHERE tbl_name = ?)"
)
_SQLITE_HAS_DBSTAT = "SELECT count(*) FROM pragma_module_list WHERE name = 'dbstat'"
_SQLITE_ALL = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
_POSTGRES_BYTES = "SELECT pg_total_relation_size(to_regclass(?))"
_POSTGRES_ALL = "SELECT pg_database_size(current_database())"


class TableSize(Struct, frozen=True, kw_only=True):
    """How much a table holds, its indexes included."""

    table: str
    rows: int
    bytes: int | None  # nothing where the database does not tell


class SubjectSize(Struct, frozen=True, kw_only=True):
    """How much is kept of a subject."""

    subject: str
    events: int
    snapshot_bytes: int


class DatabaseStats(Struct, frozen=True, kw_only=True):
    """How large a database is."""

    database: str  # "sqlite", "postgresql"
    schema: str
    bytes: int
    tables: tuple[TableSize, ...]
    largest: tuple[SubjectSize, ...]  # by events
    outbox: int  # messages
    oldest_message: datetime | None
    requests: int  # answers kept under a key
    oldest_request: datetime | None
    imports: int  # that have not been finished


def statistics(url: str) -> DatabaseStats:
    """Return how large a database is.

    Raises:
        SchemaError: The database belongs to another version of kamflow.
    """
    require_schema(url)
    with transaction(url) as link:
        sizes = tuple(_size(link, name) for name in sorted(metadata.tables))
        rows = {item.table: item.rows for item in sizes}
        everything = _SQLITE_ALL if link.name == "sqlite" else _POSTGRES_ALL
        return DatabaseStats(
            database=link.name,
            schema=str(link.rows("SELECT version_num FROM alembic_version")[0][0]),
            bytes=int(link.rows(everything)[0][0]),
            tables=sizes,
            largest=tuple(
                SubjectSize(subject=row[0], events=row[1], snapshot_bytes=row[2])
                for row in link.rows(_LARGEST, LARGEST)
            ),
            outbox=rows["outbox"],
            oldest_message=_oldest(link, "outbox"),
            requests=rows["requests"],
            oldest_request=_oldest(link, "requests"),
            imports=rows["imports"],
        )


def _size(link: Link, table: str) -> TableSize:
    rows = link.rows(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - our own names
    return TableSize(table=table, rows=int(rows), bytes=_bytes(link, table))


def _bytes(link: Link, table: str) -> int | None:
    if link.name != "sqlite":
        return int(link.rows(_POSTGRES_BYTES, table)[0][0])
    if not link.rows(_SQLITE_HAS_DBSTAT)[0][0]:
        return None
    return int(link.rows(_SQLITE_BYTES, table)[0][0] or 0)


def _oldest(link: Link, table: str) -> datetime | None:
    at = link.rows(f"SELECT min(at) FROM {table}")[0][0]  # noqa: S608 - our own names
    return None if at is None else instant_of(at)
