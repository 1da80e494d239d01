"""The tables. History is appended and never updated; all else can be rebuilt from it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002, D102
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002, D102
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)  # type: ignore[no-any-return]


metadata = MetaData()

packs = Table(
    "packs",
    metadata,
    Column("number", Integer, primary_key=True),  # order of publication
    Column("digest", String(64), nullable=False, index=True),  # a pack can be published again
    Column("pack", String, nullable=False),
    Column("version", String, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("published_by", String, nullable=False),
    Column("content", LargeBinary, nullable=False),  # the checked pack as JSON
)

instances = Table(
    "instances",
    metadata,
    Column("id", String, primary_key=True),  # "north", "north/acme"
    Column("kind", String, nullable=False),
    Column("parent", String, ForeignKey("instances.id")),
    Column("name", String, nullable=False),
    Column("workflow", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),  # number of open approvals
    Column("snapshot", LargeBinary, nullable=False),  # JSON; what replaying the events gives
    Index("instances_by_parent", "parent", "kind", "stage"),
    Index("instances_that_wait", "waiting"),
)

events = Table(
    "events",
    metadata,
    Column("instance", String, ForeignKey("instances.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("pack", String(64), nullable=False),
    Column("cause", Integer),
    Column("body", LargeBinary, nullable=False),  # the event as JSON
)
