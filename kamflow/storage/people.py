"""Names of people, beside the history and never in it: they can be erased, events cannot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from kamflow.errors import AlreadyExistsError, NotFoundError
from kamflow.storage import delivery_statements, statements
from kamflow.storage.links import Link
from kamflow.storage.reading import instant_of


class Person(Struct, frozen=True, kw_only=True):
    """Who stands behind an id of the history, as long as it may be known."""

    id: str
    name: str | None = None
    mail: str | None = None
    erased_at: datetime | None = None  # aware UTC; there is no name from then on


def all_people(link: Link) -> list[Person]:
    """Return everybody, by id."""
    return [_person(row) for row in link.rows(statements.PEOPLE)]


def set_person(link: Link, identity: str, name: str | None, mail: str | None) -> Person:
    """Keep the name and the mail address of a person; what is not given stays.

    Raises:
        AlreadyExistsError: The person was erased; that stays so.
    """
    found = _found(link, identity)
    if found is not None and found.erased_at is not None:
        day = f"{found.erased_at:%Y-%m-%d}"
        raise AlreadyExistsError(f"`{identity}` was erased on {day}, for good; take another id")
    before = found or Person(id=identity)
    after = Person(
        id=identity,
        name=before.name if name is None else name or None,
        mail=before.mail if mail is None else mail or None,
    )
    if found is None:
        link.write(statements.ADD_PERSON, [(identity, after.name, after.mail, None)])
    else:
        link.write(statements.CHANGE_PERSON, [(after.name, after.mail, None, identity)])
    return after


def erase_person(link: Link, identity: str, at: datetime) -> Person:
    """Remove the name and the addresses of a person; the id stays, with the day of it.

    What was to be told to the person goes as well, as its errors name addresses.

    Raises:
        NotFoundError: Nothing is kept of such a person.
    """
    found = _found(link, identity)
    if found is None:
        raise NotFoundError(f"no name is kept of `{identity}`; `kamflow people list` shows all")
    if found.erased_at is not None:
        return found
    forget_contacts(link, identity)
    link.write(delivery_statements.REMOVE_DELIVERIES, [(f"people/{identity}",)])
    link.write(statements.CHANGE_PERSON, [(None, None, link.instant(at), identity)])
    return Person(id=identity, erased_at=at)


def forget_contacts(link: Link, identity: str) -> None:
    """Remove how messages reach a person."""
    if link.name == "sqlite":
        link.rows("PRAGMA secure_delete=ON")  # overwrite the bytes as well
    link.write(delivery_statements.END_CONTACTS, [(identity,)])


def _found(link: Link, identity: str) -> Person | None:
    rows = link.rows(statements.PERSON, identity)
    return _person(rows[0]) if rows else None


def _person(row: Sequence[Any]) -> Person:
    identity, name, mail, erased = row
    at = instant_of(erased) if erased is not None else None
    return Person(id=identity, name=name, mail=mail, erased_at=at)
