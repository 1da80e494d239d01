"""Removes what need not be kept for ever. History is never removed."""

from datetime import datetime

from msgspec import Struct

from kamflow.storage.links import Link
from kamflow.storage.upkeep import repeated, require_schema, transaction

_BATCH = 1_000

# table -> its key
_KEYS = {"requests": "key", "outbox": "number", "imports": "id"}

# What holds besides the age: every endpoint that is enabled was given a message, and has had it.
_ALSO = {
    "outbox": " AND number <= coalesce("
    "(SELECT min(endpoints.cursor) FROM endpoints WHERE endpoints.disabled IS NULL), number) "
    "AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.number = outbox.number)"
}


class Pruned(Struct, frozen=True, kw_only=True):
    """How many rows were removed, or would be."""

    requests: int
    outbox: int
    imports: int


def prune(
    url: str,
    *,
    requests: datetime | None,
    outbox: datetime | None,
    imports: datetime | None,
    dry_run: bool,
) -> Pruned:
    """Remove rows that are older than an instant, in batches; nothing where none is given.

    A message stays until every endpoint has had it, or somebody dropped it.

    Raises:
        SchemaError: The database belongs to another version of kamflow.
    """
    require_schema(url)
    do = _count if dry_run else _remove
    before = {"requests": requests, "outbox": outbox, "imports": imports}
    return Pruned(**{name: do(url, name, at) if at else 0 for name, at in before.items()})


def _count(url: str, table: str, before: datetime) -> int:
    with transaction(url) as link:
        also = _ALSO.get(table, "")
        statement = f"SELECT count(*) FROM {table} WHERE at < ?{also}"  # noqa: S608 - our own names
        return int(link.rows(statement, link.instant(before))[0][0])


def _remove(url: str, table: str, before: datetime) -> int:
    key, removed = _KEYS[table], 0
    statement = (
        f"DELETE FROM {table} WHERE {key} IN "  # noqa: S608 - our own names
        f"(SELECT {key} FROM {table} WHERE at < ?{_ALSO.get(table, '')} "
        f"ORDER BY at LIMIT {_BATCH})"
    )

    def batch(link: Link) -> int:
        return link.write(statement, [(link.instant(before),)])

    while count := repeated(url, batch):
        removed += count
    return removed
