"""Sets endpoints and addresses up, and looks after deliveries that failed."""

import re
from datetime import datetime
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from kamflow.engine.identities import fault_in_person
from kamflow.errors import InputError, NotFoundError
from kamflow.runtime.delivery.addresses import url_problem
from kamflow.runtime.delivery.entries import DeliveryEntry, entries_of
from kamflow.runtime.delivery.secret import new_secret, require_secret
from kamflow.storage import endpoints as stored
from kamflow.storage.contacts import set_contacts
from kamflow.storage.deliveries import (
    WAITING,
    change_deliveries,
    delivery,
    end_deliveries,
)
from kamflow.storage.deliveries import deliveries as all_deliveries
from kamflow.storage.endpoints import PEOPLE, Endpoint, EndpointSettings
from kamflow.storage.links import Link
from kamflow.storage.outbox import MESSAGE_TYPES

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_ALL = 2**31 - 1
_SECRETS = 2  # that sign at the same time


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody wants to be sent, and where."""

    name: str
    url: str
    types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    secret: str | None = None
    allow_http: bool = False
    allow_private: bool = False
    from_start: bool = False


def add(link: Link, wish: Wish, now: datetime) -> str:
    """Keep a new endpoint; return its secret.

    Raises:
        AlreadyExistsError: There is one of that name.
        InputError: The name, the address, a type or the secret cannot be used.
    """
    if wish.name == PEOPLE or not _NAME.fullmatch(wish.name):
        raise InputError(
            [f"`{wish.name}` is no name for an endpoint; take small letters, digits, `-` or `_`"]
        )
    if why := url_problem(wish.url, allow_http=wish.allow_http):
        raise InputError([why])
    known = MESSAGE_TYPES.values()
    if odd := [i for i in wish.types if not any(fnmatchcase(name, i) for name in known)]:
        raise InputError([f"no message is of a type like `{item}`" for item in odd])
    secret = new_secret() if wish.secret is None else require_secret(wish.secret)
    settings = EndpointSettings(
        url=wish.url,
        secrets=(secret,),
        types=wish.types,
        subjects=wish.subjects,
        allow_http=wish.allow_http,
        allow_private=wish.allow_private,
        added_at=now,
    )
    stored.add_endpoint(link, wish.name, settings, from_start=wish.from_start)
    return secret


def rotate(link: Link, name: str, secret: str | None) -> str:
    """Sign with a new secret and the newest one from before; return the new one."""
    found = _own(link, name)
    new = new_secret() if secret is None else require_secret(secret)
    secrets = (new, *(item for item in found.settings.secrets if item != new))[:_SECRETS]
    stored.change_endpoint(link, replace(found, settings=replace(found.settings, secrets=secrets)))
    return new


def enable(link: Link, name: str, now: datetime) -> None:
    """Send again; what failed before is tried at once, as if it had not failed."""
    found = _own(link, name)
    stored.change_endpoint(link, replace(found, disabled=None, rest_until=None))
    items = all_deliveries(link, endpoint=name, state=WAITING, limit=_ALL)
    failed = [item for item in items if item.attempts]
    change_deliveries(link, [replace(i, attempts=0, next_at=now) for i in failed])


def stop(link: Link, name: str, reason: str) -> None:
    """Send nothing more."""
    _own(link, name)
    stored.disable(link, name, reason or "somebody disabled it")


def remove(link: Link, name: str) -> None:
    """Forget an endpoint."""
    _own(link, name)
    stored.remove_endpoint(link, name)


def replay(link: Link, identity: str, now: datetime) -> DeliveryEntry:
    """Try a delivery anew."""
    fresh = replace(delivery(link, identity), state=WAITING, attempts=0, next_at=now, error=None)
    change_deliveries(link, [fresh])
    return entries_of(link, [fresh])[0]


def drop(link: Link, identity: str) -> DeliveryEntry:
    """Never make a delivery."""
    found = delivery(link, identity)
    entry = entries_of(link, [found])[0]
    end_deliveries(link, [found])
    return entry


def require_reachable(person: str, urls: tuple[str, ...]) -> None:
    """Make sure that a person can be told things at some addresses, before anything is written.

    Raises:
        InputError: Nobody can have such an id, or an address cannot be used.
        MissingExtraError: The extra `delivery` is not installed.
    """
    if not urls:
        return
    from kamflow.runtime.delivery.mailing import require_address  # noqa: PLC0415 - optional

    if fault := fault_in_person(person):
        raise InputError([fault])
    for url in urls:
        require_address(url)


def reach(link: Link, person: str, urls: tuple[str, ...]) -> None:
    """Keep where a person is told things, and begin to tell people what is decided from now on.

    Raises:
        AlreadyExistsError: The person was erased.
    """
    set_contacts(link, person, urls)
    stored.begin_with_people(link)


def _own(link: Link, name: str) -> Endpoint:
    """Return an endpoint that somebody has added."""
    if name == PEOPLE:
        raise NotFoundError(f"`{PEOPLE}` is no endpoint; `kamflow people contact` says who is told")
    return stored.endpoint(link, name)
