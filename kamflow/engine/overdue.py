"""What people owe after a decision: when it was to be done, and that it was not."""

from collections.abc import Iterator
from datetime import datetime

from kamflow.engine.days import over
from kamflow.engine.draft import Draft
from kamflow.engine.people import SYSTEM
from kamflow.model.overdue import ConditionOverdue, ReviewOverdue
from kamflow.model.snapshot import OpenCondition, OpenReview, Snapshot


def end_of(item: OpenCondition | OpenReview) -> datetime | None:
    """Return the instant from which a condition or a review is late; nothing: it never is.

    The day of a condition is one of UTC, like the last day of a waiver; a review has its own
    deadline.
    """
    if isinstance(item, OpenCondition):
        return over(item.due_on)
    return item.due.at if item.due else None


def ends(snapshot: Snapshot) -> Iterator[datetime]:
    """Yield the instants from which conditions and reviews are late, unless that was said."""
    owed: list[OpenCondition | OpenReview] = [*snapshot.conditions.values()]
    owed += snapshot.reviews.values()
    for item in owed:
        end = end_of(item)
        if end is not None and not item.overdue:
            yield end


def say_overdue(draft: Draft, at: datetime) -> None:
    """Say once of every condition and review that it was to be done by an instant."""
    snapshot = draft.snapshot
    for condition in snapshot.conditions.values():
        end = end_of(condition)
        if end is not None and end <= at and not condition.overdue:
            late = ConditionOverdue(id=condition.id, owner=condition.owner, due_at=end)
            draft.emit(late, actor=SYSTEM)
    for review in snapshot.reviews.values():
        end = end_of(review)
        if end is not None and end <= at and not review.overdue:
            event = ReviewOverdue(id=review.id, kind=review.kind, roles=review.roles, due_at=end)
            draft.emit(event, actor=SYSTEM)
