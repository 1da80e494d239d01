"""When rules and timers are looked at next, where reports stand, and who is doing what is due."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_INSTANT = sa.DateTime(timezone=True)
_NUMBER = sa.Integer().with_variant(sa.BigInteger, "postgresql")
_BATCH = 1_000


def upgrade() -> None:
    """Add the tables and the column, and find the reports that are in the history."""
    op.add_column("instances", sa.Column("schedule", sa.LargeBinary))
    reports = op.create_table(
        "reports",
        sa.Column("instance", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("happened_at", _INSTANT, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "claims",
        sa.Column("instance", sa.String, primary_key=True),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.String, nullable=False),
    )
    op.drop_index("instances_that_are_due", "instances")
    op.create_index("instances_that_are_due", "instances", ["due_at", "id"])
    _add_deliveries()
    for rows in _reported(op.get_bind()):
        op.bulk_insert(reports, rows)


def _add_deliveries() -> None:
    op.create_table(
        "endpoints",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("settings", sa.LargeBinary, nullable=False),
        sa.Column("cursor", _NUMBER, nullable=False),
        sa.Column("disabled", sa.String),
        sa.Column("rest_until", _INSTANT),
        sa.Column("leased_by", sa.String),
        sa.Column("leased_until", _INSTANT),
    )
    op.create_table(
        "deliveries",
        sa.Column("endpoint", sa.String, primary_key=True),
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", _INSTANT, nullable=False),
        sa.Column("tried_at", _INSTANT),
        sa.Column("error", sa.String),
        sa.Column("detail", sa.LargeBinary),
    )
    op.create_index("deliveries_in_order", "deliveries", ["endpoint", "state", "number"])
    op.create_index("deliveries_that_are_due", "deliveries", ["endpoint", "state", "next_at"])
    op.create_index("deliveries_of_messages", "deliveries", ["number"])
    op.create_table(
        "contacts",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("url", sa.String, nullable=False),
    )


def _reported(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of all reports, a batch at a time."""
    statement = sa.text(
        "SELECT instance, sequence, body FROM events WHERE kind = 'EventReported' "
        "AND (instance, sequence) > (:instance, :sequence) "
        "ORDER BY instance, sequence LIMIT :batch"
    )
    after, number = "", 0
    while found := connection.execute(
        statement, {"instance": after, "sequence": number, "batch": _BATCH}
    ).fetchall():
        yield [_row(*item) for item in found]
        after, number = found[-1][0], found[-1][1]


def _row(instance: str, sequence: int, body: bytes) -> dict[str, Any]:
    told = msgspec.json.decode(bytes(body))
    at = datetime.fromisoformat(told["happened_at"]).astimezone(UTC)
    zoned = op.get_bind().dialect.name != "sqlite"
    happened_at = at if zoned else at.replace(tzinfo=None)
    return {
        "instance": instance,
        "name": told["name"],
        "happened_at": happened_at,
        "sequence": sequence,
    }
