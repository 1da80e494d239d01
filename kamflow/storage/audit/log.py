"""The log: events of all instances in the order of time."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from kamflow.model.events import Recorded
from kamflow.storage.links import Link
from kamflow.storage.reading import recorded_of

_COLUMNS = "instance, sequence, at, actor, pack, cause, body"


class LogFilter(Struct, frozen=True, kw_only=True):
    """Which events are wanted; what is not given wants all."""

    instance: str | None = None  # full id
    actor: str | None = None
    kind: str | None = None  # of event, such as "StageEntered"
    since: datetime | None = None  # aware; from here on
    until: datetime | None = None  # aware; before this
    limit: int | None = None  # so many at most: the newest


def read_log(link: Link, wanted: LogFilter) -> Iterator[Recorded]:
    """Yield events, the oldest first. Memory stays flat."""
    clauses: list[str] = []
    values: list[object] = []
    for clause, value in (
        ("instance = ?", wanted.instance),
        ("actor = ?", wanted.actor),
        ("kind = ?", wanted.kind),
        ("at >= ?", wanted.since and link.instant(wanted.since)),
        ("at < ?", wanted.until and link.instant(wanted.until)),
    ):
        if value is not None:
            clauses.append(clause)
            values.append(value)
    where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
    found = f"SELECT {_COLUMNS} FROM events{where}"  # noqa: S608 - only words of our own
    if wanted.limit is not None:
        values.append(wanted.limit)
        newest = f"{found} ORDER BY at DESC, instance DESC, sequence DESC LIMIT ?"
        found = f"SELECT {_COLUMNS} FROM ({newest}) AS newest"  # noqa: S608
    statement = f"{found} ORDER BY at, instance, sequence"
    return (recorded_of(row) for row in link.stream(statement, *values))
