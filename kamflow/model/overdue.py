"""What happens when something that people owe after a decision is not done in time."""

from datetime import datetime

from msgspec import Struct


class ConditionOverdue(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The day by which a condition of a yes was to be met is over; it stays open."""

    id: str
    owner: str
    due_at: datetime  # aware UTC; from then on it was late


class ReviewOverdue(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The time in which somebody was to look at a decision is over; it stays open."""

    id: str
    kind: str
    roles: tuple[str, ...]
    due_at: datetime  # aware UTC; from then on it was late
