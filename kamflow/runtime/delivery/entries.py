"""What lists show of endpoints, deliveries and addresses. Secrets are in none of them."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from kamflow.runtime.delivery.masking import masked
from kamflow.storage import deliveries as kept
from kamflow.storage.contacts import contacts
from kamflow.storage.deliveries import DEAD, WAITING, Delivery, messages_of, next_delivery
from kamflow.storage.endpoints import PEOPLE, Endpoint, all_endpoints
from kamflow.storage.links import Link
from kamflow.storage.people import all_people


class EndpointEntry(Struct, frozen=True, kw_only=True):
    """An endpoint with what waits for it."""

    name: str
    url: str
    types: tuple[str, ...]  # all when empty
    subjects: tuple[str, ...]  # all when empty
    secrets: int  # how many sign
    allow_http: bool
    allow_private: bool
    waiting: int  # deliveries
    dead: int
    cursor: int  # messages up to this number were handed out
    disabled: str | None = None  # why nothing is sent
    rest_until: datetime | None = None  # aware UTC; nothing is sent before
    next_at: datetime | None = None  # aware UTC; the first attempt that waits


class DeliveryEntry(Struct, frozen=True, kw_only=True):
    """A message that has not arrived."""

    id: str  # "erp:17"
    endpoint: str  # "people/ana" for a person
    number: int  # of the message
    state: str  # "waiting" or "dead"
    subject: str
    attempts: int
    next_at: datetime | None  # aware UTC; nothing when it is dead
    tried_at: datetime | None
    error: str
    type: str = ""  # empty when the message was removed
    envelope: dict[str, Any] | None = None  # the CloudEvent


class ContactEntry(Struct, frozen=True, kw_only=True):
    """Where a person is told things."""

    person: str
    name: str | None
    addresses: tuple[str, ...]  # without what is secret
    mail: str | None = None  # taken when there are no addresses and a mail server is named


def endpoint_entries(link: Link, now: datetime) -> list[EndpointEntry]:
    """Return the endpoints by name, without that of people."""
    counts = kept.counts(link)
    return [
        _endpoint(item, counts.get(item.id, {}), next_delivery(link, item.id, now))
        for item in all_endpoints(link)
        if item.id != PEOPLE
    ]


def _endpoint(item: Endpoint, counts: dict[str, int], next_at: datetime | None) -> EndpointEntry:
    settings = item.settings
    return EndpointEntry(
        name=item.id,
        url=settings.url,
        types=settings.types,
        subjects=settings.subjects,
        secrets=len(settings.secrets),
        allow_http=settings.allow_http,
        allow_private=settings.allow_private,
        waiting=counts.get(WAITING, 0),
        dead=counts.get(DEAD, 0),
        cursor=item.cursor,
        disabled=item.disabled,
        rest_until=item.rest_until,
        next_at=next_at,
    )


def delivery_entries(
    link: Link, *, endpoint: str | None, dead: bool | None, limit: int
) -> list[DeliveryEntry]:
    """Return what waits or is dead, by receiver and number."""
    state = None if dead is None else DEAD if dead else WAITING
    return entries_of(link, kept.deliveries(link, endpoint=endpoint, state=state, limit=limit))


def delivery_entry(link: Link, identity: str) -> DeliveryEntry:
    """Return one delivery."""
    return entries_of(link, [kept.delivery(link, identity)])[0]


def entries_of(link: Link, items: list[Delivery]) -> list[DeliveryEntry]:
    """Return deliveries with their messages."""
    numbers = sorted({item.number for item in items})
    found = {
        number: message
        for place in range(0, len(numbers), 500)
        for number, message in messages_of(link, numbers[place : place + 500]).items()
    }
    return [
        DeliveryEntry(
            id=item.id,
            endpoint=item.endpoint,
            number=item.number,
            state=item.state,
            subject=item.subject,
            attempts=item.attempts,
            next_at=item.next_at if item.state == WAITING else None,
            tried_at=item.tried_at,
            error=item.error or "",
            type=found[item.number].type if item.number in found else "",
            envelope=found[item.number].envelope() if item.number in found else None,
        )
        for item in items
    ]


def contact_entries(link: Link) -> list[ContactEntry]:
    """Return everybody who can be told things, by person."""
    addresses = contacts(link)
    people = {item.id: item for item in all_people(link)}
    reachable = {name for name, item in people.items() if item.mail} | set(addresses)
    return [
        ContactEntry(
            person=name,
            name=people[name].name if name in people else None,
            addresses=tuple(masked(url) for url in addresses.get(name, ())),
            mail=people[name].mail if name in people else None,
        )
        for name in sorted(reachable)
    ]
