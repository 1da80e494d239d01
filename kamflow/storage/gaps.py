"""Numbers of the outbox that are missing: taken back, or of somebody who has not committed yet.

On SQLite one writes after the other, so numbers come in order. On PostgreSQL several write at the
same time: of two numbers the greater one may be seen first. Nobody is made to wait for that; what
stands behind a missing number is looked at later.
"""

from collections.abc import Sequence

from kamflow.storage import delivery_statements as statements
from kamflow.storage.deliveries import Head
from kamflow.storage.links import Link


def has_gaps(heads: Sequence[Head], cursor: int) -> bool:
    """Tell whether a number is missing between a cursor and the last of some messages."""
    return bool(heads) and heads[-1].number - cursor != len(heads)


def up_to_gap(heads: Sequence[Head], cursor: int) -> list[Head]:
    """Return the messages before the first number that is missing."""
    return [item for place, item in enumerate(heads, 1) if item.number == cursor + place]


def writers_mark(link: Link) -> int:
    """Return what all who write now come before; on SQLite nobody else does."""
    return int(link.rows(statements.POSTGRES_MARK)[0][0]) if link.name == "postgresql" else 0


def have_ended(link: Link, mark: int) -> bool:
    """Tell whether all who wrote when the mark was made have committed, or given up."""
    if link.name != "postgresql":
        return True
    return int(link.rows(statements.POSTGRES_OLDEST)[0][0]) >= mark
