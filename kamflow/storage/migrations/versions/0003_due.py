"""When the clock alone changes something for an instance, and how many other tasks it has."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; nothing was due by the clock, and nothing else had to be done, before."""
    op.add_column("instances", sa.Column("tasks", sa.Integer, nullable=False, server_default="0"))
    op.add_column("instances", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.create_index("instances_that_are_due", "instances", ["due_at"])
