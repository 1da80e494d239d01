"""What is still to be delivered, to whom and in which order, and what could not be delivered.

A row is there from the moment a message is handed out until its receiver has had it. The first
one of a subject has to be gone, or dead, before the next one of that subject is sent.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from kamflow.errors import NotFoundError
from kamflow.storage import delivery_statements as statements
from kamflow.storage.endpoints import Endpoint
from kamflow.storage.links import Link
from kamflow.storage.messages import Message, message_of, source_of
from kamflow.storage.reading import instant_of

WAITING, DEAD = "waiting", "dead"

_AT_ONCE = 1_000  # messages that are looked at in one transaction


class Delivery(Struct, frozen=True, kw_only=True):
    """A message on its way to a receiver."""

    endpoint: str  # name of the endpoint, or "people/ana"
    number: int  # of the message in the outbox
    subject: str
    state: str = WAITING  # or "dead": given up
    attempts: int = 0
    next_at: datetime  # aware UTC; not tried before
    tried_at: datetime | None = None  # aware UTC; the last time
    error: str | None = None  # what went wrong then
    detail: bytes = b""  # why a person gets it, as JSON

    @property
    def id(self) -> str:
        """By which people call it: `erp:17`."""
        return f"{self.endpoint}:{self.number}"


class Head(Struct, frozen=True):
    """A message without its event."""

    number: int
    subject: str
    type: str
    at: datetime  # aware UTC


Wanted = Callable[[Head], "datetime | None"]  # when a message is to be sent; nothing: not at all


def new_heads(link: Link, cursor: int) -> list[Head]:
    """Return the first messages behind a cursor, in order."""
    rows = link.rows(statements.NEW_MESSAGES, cursor, _AT_ONCE)
    return [Head(number, subject, kind, instant_of(at)) for number, subject, kind, at in rows]


def hand_out(link: Link, to: Endpoint, heads: Sequence[Head], wanted: Wanted) -> None:
    """Make deliveries of new messages, unless somebody else has done so meanwhile.

    Args:
        link: A transaction that writes.
        to: The receiver, with the cursor behind which the messages were read.
        heads: At least one message, in order, with no number missing that could still come.
        wanted: Says when a message is to be sent.
    """
    if not link.write(statements.MOVE_CURSOR, [(heads[-1].number, to.id, to.cursor)]):
        return
    found = [(item, wanted(item)) for item in heads]
    due = [
        (to.id, item.number, item.subject, link.instant(at), b"")
        for item, at in found
        if at is not None
    ]
    if due:
        link.write(statements.ADD_DELIVERY, due)


def add_deliveries(link: Link, items: Iterable[Delivery]) -> None:
    """Keep further deliveries; one that is there already stays as it is."""
    rows = [(i.endpoint, i.number, i.subject, link.instant(i.next_at), i.detail) for i in items]
    if rows:
        link.write(statements.ADD_DELIVERY, rows)


def due_deliveries(link: Link, name: str, now: datetime, limit: int) -> list[Delivery]:
    """Return what can be sent to a receiver now, in order."""
    rows = link.rows(statements.DUE_DELIVERIES, name, link.instant(now), name, limit)
    return [_delivery(row) for row in rows]


def due_of_any(link: Link, pattern: str, now: datetime, limit: int) -> list[Delivery]:
    """Return what is due of receivers whose name is like `people/%`, in no order of subjects."""
    rows = link.rows(statements.DUE_OF_ANY, pattern, link.instant(now), limit)
    return [_delivery(row) for row in rows]


def next_delivery(link: Link, name: str, now: datetime) -> datetime | None:
    """Return when something can be sent to a receiver next; nothing when nothing waits."""
    due = due_deliveries(link, name, now, 1)
    if due:
        return due[0].next_at
    return _instant(link.rows(statements.NEXT_DELIVERY, name, link.instant(now))[0][0])


def next_waiting(link: Link, pattern: str) -> datetime | None:
    """Return when something is due next of all receivers whose name is like a pattern."""
    return _instant(link.rows(statements.NEXT_OF_ANY, pattern)[0][0])


def messages_of(link: Link, numbers: Sequence[int]) -> dict[int, Message]:
    """Return messages by number; one that is not there any more is left out."""
    if not numbers:
        return {}
    source = source_of(link.rows)
    statement = statements.MESSAGE % ", ".join("?" * len(numbers))
    found = (message_of(row, source) for row in link.rows(statement, *numbers))
    return {item.number: item for item in found}


def end_deliveries(link: Link, items: Sequence[Delivery]) -> None:
    """Forget what was delivered or need not be."""
    if items:
        link.write(statements.END_DELIVERY, [(item.endpoint, item.number) for item in items])


def change_deliveries(link: Link, items: Sequence[Delivery]) -> None:
    """Keep how attempts went."""
    rows = [
        (
            item.state,
            item.attempts,
            link.instant(item.next_at),
            link.instant(item.tried_at) if item.tried_at else None,
            item.error,
            item.endpoint,
            item.number,
        )
        for item in items
    ]
    if rows:
        link.write(statements.CHANGE_DELIVERY, rows)


def deliveries(
    link: Link, *, endpoint: str | None, state: str | None, limit: int
) -> list[Delivery]:
    """Return what waits or is dead, by receiver and number."""
    if endpoint is not None and state is not None:
        rows = link.rows(statements.DELIVERIES_OF_IN, endpoint, state, limit)
    elif endpoint is not None:
        rows = link.rows(statements.DELIVERIES_OF, endpoint, limit)
    elif state is not None:
        rows = link.rows(statements.DELIVERIES_IN, state, limit)
    else:
        rows = link.rows(statements.DELIVERIES, limit)
    return [_delivery(row) for row in rows]


def delivery(link: Link, identity: str) -> Delivery:
    """Return what `erp:17` calls.

    Raises:
        NotFoundError: There is no such delivery: it was made, or dropped, or never was.
    """
    name, _, number = identity.rpartition(":")
    known = number.isascii() and number.isdigit() and len(number) < 19  # noqa: PLR2004 - 64 bits
    rows = link.rows(statements.DELIVERY, name, int(number)) if known else ()
    if not rows:
        raise NotFoundError(
            f"there is no delivery `{identity}` that waits or is dead; `kamflow deliveries list` "
            "shows all"
        )
    return _delivery(rows[0])


def counts(link: Link) -> dict[str, dict[str, int]]:
    """Return by receiver and state how many deliveries there are."""
    found: dict[str, dict[str, int]] = {}
    for name, state, count in link.rows(statements.COUNTS):
        found.setdefault(name, {})[state] = count
    return found


def _delivery(row: Sequence[Any]) -> Delivery:
    name, number, subject, state, attempts, next_at, tried_at, error, detail = row
    return Delivery(
        endpoint=name,
        number=number,
        subject=subject,
        state=state,
        attempts=attempts,
        next_at=instant_of(next_at),
        tried_at=_instant(tried_at),
        error=error,
        detail=bytes(detail or b""),
    )


def _instant(stored: str | datetime | None) -> datetime | None:
    return None if stored is None else instant_of(stored)
