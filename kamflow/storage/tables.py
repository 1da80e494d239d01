"""The tables. History is appended and never updated; all else can be rebuilt from it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
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

_NUMBER = Integer().with_variant(BigInteger, "postgresql")

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
    Column("tasks", Integer, nullable=False, server_default="0"),  # all but approvals
    Column("due_at", Instant),  # when the clock alone changes something next
    Column("schedule", LargeBinary),  # JSON: rule or timer -> when it is looked at, epoch seconds
    Column("head", LargeBinary, nullable=False),  # link of the newest event
    Column("snapshot", LargeBinary, nullable=False),  # JSON; what replaying the events gives
    Index("instances_by_parent", "parent", "kind", "stage", "entered_at"),  # covers `counting`
    Index("instances_that_wait", "waiting"),
    Index("instances_that_are_due", "due_at", "id"),  # covers `UNCLAIMED`
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
    Column("hash", LargeBinary, nullable=False),  # link to the event before
)

reports = Table(
    "reports",  # where the reports of an event are in the history, in event time
    metadata,
    Column("instance", String, primary_key=True),
    Column("name", String, primary_key=True),  # of the event in the policy
    Column("happened_at", Instant, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

claims = Table(
    "claims",  # subjects whose due things somebody is doing, or that failed and wait
    metadata,
    Column("instance", String, primary_key=True),
    Column("until", Instant, nullable=False),  # nobody else takes it before
    Column("failures", Integer, nullable=False),  # one after another
    Column("error", String, nullable=False),  # of the last one
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", _NUMBER, primary_key=True),
    Column("instance", String, nullable=False),
    Column("sequence", Integer, nullable=False),  # of the event that it tells
    Column("type", String, nullable=False),  # of CloudEvents
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

endpoints = Table(
    "endpoints",  # where messages go to outside
    metadata,
    Column("id", String, primary_key=True),
    Column("settings", LargeBinary, nullable=False),  # JSON: address, secrets, filters
    Column("cursor", _NUMBER, nullable=False),  # up to here messages are handed out
    Column("disabled", String),  # why
    Column("rest_until", Instant),  # nothing is sent before
    Column("leased_by", String),  # who sends
    Column("leased_until", Instant),
)

deliveries = Table(
    "deliveries",  # messages that were handed out to an endpoint and have not arrived
    metadata,
    Column("endpoint", String, primary_key=True),
    Column("number", _NUMBER, primary_key=True),  # of the message
    Column("subject", String, nullable=False),
    Column("state", String, nullable=False),  # "waiting" or "dead"
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("tried_at", Instant),
    Column("error", String),
    Column("detail", LargeBinary),
    Index("deliveries_in_order", "endpoint", "state", "number"),
    Index("deliveries_that_are_due", "endpoint", "state", "next_at"),
    Index("deliveries_of_messages", "number"),
)

contacts = Table(
    "contacts",  # how people are told
    metadata,
    Column("person", String, primary_key=True),
    Column("number", Integer, primary_key=True),  # from 1
    Column("url", String, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("key", String, primary_key=True),
    Column("command", LargeBinary, nullable=False),  # digest
    Column("instance", String, nullable=False),
    Column("first", Integer, nullable=False),  # events of the decision, from here
    Column("last", Integer, nullable=False),  # to here
    Column("answer", LargeBinary, nullable=False),  # what the events do not say, as JSON
    Column("at", Instant, nullable=False, index=True),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("number", Integer, primary_key=True),  # from 1
    Column("at", Instant, nullable=False),
    Column("instances", Integer, nullable=False),  # how many there were
    Column("events", _NUMBER, nullable=False),
    Column("root", LargeBinary, nullable=False),  # of the tree over all heads
    Column("policies", LargeBinary, nullable=False),  # seal on the published packs
    Column("previous", LargeBinary, nullable=False),  # digest of the checkpoint before
    Column("signature", LargeBinary),  # Ed25519
    Column("key", String),  # id of the key
)

checkpoint_heads = Table(
    "checkpoint_heads",
    metadata,
    Column("instance", String, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("checkpoint", Integer, nullable=False),  # the first one that saw this head
    Column("head", LargeBinary, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),  # as events name the person
    Column("name", String),
    Column("mail", String),
    Column("erased_at", Instant),
)

about = Table(
    "about",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

imports = Table(
    "imports",  # those of many batches that are under way, or broke off
    metadata,
    Column("id", String(64), primary_key=True),  # digest of file, mapping and options
    Column("at", Instant, nullable=False),  # of the newest batch
    Column("rows", Integer, nullable=False),  # that are done
    Column("state", LargeBinary, nullable=False),  # what goes on from there, as JSON
)
