"""Packs, instances and events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "packs",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, index=True),
        sa.Column("pack", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("published_at", _INSTANT, nullable=False),
        sa.Column("published_by", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "instances",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("parent", sa.String, sa.ForeignKey("instances.id")),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("workflow", sa.String, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("entered_at", _INSTANT, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("snapshot", sa.LargeBinary, nullable=False),
    )
    op.create_index("instances_by_parent", "instances", ["parent", "kind", "stage"])
    op.create_index("instances_that_wait", "instances", ["waiting"])
    op.create_table(
        "events",
        sa.Column("instance", sa.String, sa.ForeignKey("instances.id"), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("pack", sa.String(64), nullable=False),
        sa.Column("cause", sa.Integer),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
