"""The chain of events, the outbox, kept requests, and what the database is called."""

import secrets
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from kamflow.storage.chain import START, link
from kamflow.storage.reading import recorded_of

revision = "0002"
down_revision = "0001"

_INSTANT = sa.DateTime(timezone=True)
_NUMBER = sa.Integer().with_variant(sa.BigInteger, "postgresql")
_BATCH = 1_000


def upgrade() -> None:
    """Add the tables and columns, and chain the events that are there."""
    op.create_table(
        "outbox",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("instance", sa.String, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "requests",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("command", sa.LargeBinary, nullable=False),
        sa.Column("instance", sa.String, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("at", _INSTANT, nullable=False, index=True),
    )
    _add_checkpoints()
    _add_imports()
    about = op.create_table(
        "about",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )
    op.bulk_insert(about, [{"name": "id", "value": secrets.token_hex(8)}])
    empty = sa.text("x''") if op.get_bind().dialect.name == "sqlite" else sa.text("''::bytea")
    op.add_column("events", sa.Column("hash", sa.LargeBinary, nullable=False, server_default=empty))
    op.add_column(
        "instances", sa.Column("head", sa.LargeBinary, nullable=False, server_default=empty)
    )
    op.drop_index("instances_by_parent", "instances")
    op.create_index("instances_by_parent", "instances", ["parent", "kind", "stage", "entered_at"])
    _chain()


def _add_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )


def _add_checkpoints() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("instances", sa.Integer, nullable=False),
        sa.Column("events", _NUMBER, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("policies", sa.LargeBinary, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary),
        sa.Column("key", sa.String),
    )
    op.create_table(
        "checkpoint_heads",
        sa.Column("instance", sa.String, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("checkpoint", sa.Integer, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String),
        sa.Column("mail", sa.String),
        sa.Column("erased_at", _INSTANT),
    )


def _chain() -> None:
    """Give every stored event its link, and every instance that of its newest one."""
    connection = op.get_bind()
    events = sa.table("events", *map(sa.column, ("instance", "sequence", "hash")))
    instances = sa.table("instances", *map(sa.column, ("id", "head")))
    set_hash = (
        sa.update(events)
        .where(events.c.instance == sa.bindparam("of"), events.c.sequence == sa.bindparam("at"))
        .values(hash=sa.bindparam("link"))
    )
    set_head = (
        sa.update(instances)
        .where(instances.c.id == sa.bindparam("of"))
        .values(head=sa.bindparam("link"))
    )
    heads: dict[str, bytes] = {}
    links: list[dict[str, Any]] = []
    for instance, sequence, head in _linked(connection):
        heads[instance] = head
        links.append({"of": instance, "at": sequence, "link": head})
        if len(links) == _BATCH:
            connection.execute(set_hash, links)
            links.clear()
    if links:
        connection.execute(set_hash, links)
    if heads:
        rows = [{"of": instance, "link": head} for instance, head in heads.items()]
        connection.execute(set_head, rows)


def _linked(connection: sa.Connection) -> Iterator[tuple[str, int, bytes]]:
    statement = sa.text(
        "SELECT instance, sequence, at, actor, pack, cause, body FROM events "
        "ORDER BY instance, sequence"
    )
    head, before = START, None
    for row in connection.execute(statement).fetchall():
        recorded = recorded_of(row)
        head = link(head if recorded.instance == before else START, recorded, bytes(row[6]))
        before = recorded.instance
        yield recorded.instance, recorded.sequence, head
