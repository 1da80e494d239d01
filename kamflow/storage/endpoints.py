"""Receivers outside: where they are, what they want, how far they are, and who sends to them now.

What is done for `PEOPLE` is not sent to an address: it becomes messages to persons, whose
deliveries stand under `people/ana`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from kamflow.errors import AlreadyExistsError, NotFoundError
from kamflow.storage import delivery_statements as statements
from kamflow.storage.codec import encode
from kamflow.storage.links import Link
from kamflow.storage.reading import instant_of

PEOPLE = "people"


class EndpointSettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody has set up about a receiver."""

    url: str = ""
    secrets: tuple[str, ...] = ()  # "whsec_...", the newest first; all of them sign
    types: tuple[str, ...] = ()  # patterns of message types, "kamflow.escalation.*"; all when empty
    subjects: tuple[str, ...] = ()  # ids; what belongs to them counts as well; all when empty
    allow_http: bool = False
    allow_private: bool = False  # addresses of the own network and machine
    added_at: datetime | None = None  # aware UTC


class Endpoint(Struct, frozen=True, kw_only=True):
    """A receiver with the state of its deliveries."""

    id: str
    settings: EndpointSettings
    cursor: int  # messages up to this number have been handed out
    disabled: str | None = None  # why nothing is sent to it
    rest_until: datetime | None = None  # it asked for a pause up to then


def all_endpoints(link: Link) -> list[Endpoint]:
    """Return all receivers by id, that of people included."""
    return [_endpoint(row) for row in link.rows(statements.ENDPOINTS)]


def endpoint(link: Link, name: str) -> Endpoint:
    """Return a receiver.

    Raises:
        NotFoundError: There is none of that name.
    """
    rows = link.rows(statements.ENDPOINT, name)
    if not rows:
        raise NotFoundError(f"there is no endpoint `{name}`; `kamflow endpoint list` shows all")
    return _endpoint(rows[0])


def add_endpoint(link: Link, name: str, settings: EndpointSettings, *, from_start: bool) -> None:
    """Keep a new receiver, which gets what is told from now on, or all that is still there.

    Raises:
        AlreadyExistsError: There is one of that name.
    """
    if link.rows(statements.ENDPOINT, name):
        way_out = "take another name, or remove it first"
        raise AlreadyExistsError(f"there is an endpoint `{name}` already; {way_out}")
    cursor = 0 if from_start else link.rows(statements.LAST_MESSAGE)[0][0] or 0
    link.write(statements.ADD_ENDPOINT, [(name, encode(settings), cursor)])


def begin_with_people(link: Link) -> None:
    """Tell people what is decided from now on, unless that has begun already."""
    if not link.rows(statements.ENDPOINT, PEOPLE):
        add_endpoint(link, PEOPLE, EndpointSettings(), from_start=False)


def change_endpoint(link: Link, changed: Endpoint) -> None:
    """Keep the settings and the state of a receiver, but for its cursor."""
    rest = link.instant(changed.rest_until) if changed.rest_until else None
    row = (encode(changed.settings), changed.disabled, rest, changed.id)
    link.write(statements.CHANGE_ENDPOINT, [row])


def disable(link: Link, name: str, reason: str) -> None:
    """Send nothing more to a receiver."""
    link.write(statements.DISABLE, [(reason, name)])


def rest(link: Link, name: str, until: datetime) -> None:
    """Send nothing to a receiver for a time."""
    link.write(statements.REST, [(link.instant(until), name)])


def remove_endpoint(link: Link, name: str) -> None:
    """Remove a receiver with all that was to be delivered to it.

    Raises:
        NotFoundError: There is none of that name.
    """
    endpoint(link, name)
    link.write(statements.REMOVE_DELIVERIES, [(name,)])
    link.write(statements.REMOVE_ENDPOINT, [(name,)])


class Lease(Struct, frozen=True, kw_only=True):
    """Who may send to a receiver, and until when."""

    by: str
    until: datetime  # aware UTC


def take_lease(
    link: Link, name: str, lease: Lease, now: datetime, gone: Callable[[str], bool]
) -> bool:
    """Let one process send to a receiver, as two would get in each other's way.

    Args:
        link: A transaction that writes.
        name: The receiver.
        lease: Who wants to send.
        now: The present instant.
        gone: Tells of somebody else whether the process is known to be gone.

    Returns:
        Whether it may.
    """
    rows = link.rows(statements.LEASE, name)
    if not rows:
        return False
    by, until = rows[0]
    if by is not None and by != lease.by and instant_of(until) > now and not gone(by):
        return False
    link.write(statements.TAKE_LEASE, [(lease.by, link.instant(lease.until), name)])
    return True


def renew_lease(link: Link, name: str, lease: Lease) -> bool:
    """Go on sending to a receiver; tell whether nobody else has taken over."""
    row = (link.instant(lease.until), name, lease.by)
    return link.write(statements.RENEW_LEASE, [row]) == 1


def end_lease(link: Link, name: str, by: str) -> None:
    """Let others send to a receiver."""
    link.write(statements.END_LEASE, [(name, by)])


def _endpoint(row: Sequence[Any]) -> Endpoint:
    name, settings, cursor, disabled, rest_until = row
    return Endpoint(
        id=name,
        settings=msgspec.json.decode(bytes(settings), type=EndpointSettings),
        cursor=cursor,
        disabled=disabled,
        rest_until=instant_of(rest_until) if rest_until is not None else None,
    )
