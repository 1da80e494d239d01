"""Where people are reached: addresses as `apprise` writes them, which may hold passwords.

They stand beside the history like names, and go with them when a person is erased.
"""

from collections.abc import Sequence

from kamflow.storage import delivery_statements as statements
from kamflow.storage.links import Link
from kamflow.storage.people import forget_contacts, set_person


def contacts(link: Link) -> dict[str, tuple[str, ...]]:
    """Return the addresses of everybody who has any, by person."""
    found: dict[str, list[str]] = {}
    for person, _, url in link.rows(statements.CONTACTS):
        found.setdefault(person, []).append(url)
    return {person: tuple(urls) for person, urls in found.items()}


def contacts_of(link: Link, person: str) -> tuple[str, ...]:
    """Return the addresses of one person."""
    return tuple(row[0] for row in link.rows(statements.CONTACTS_OF, person))


def set_contacts(link: Link, person: str, urls: Sequence[str]) -> None:
    """Keep the addresses of a person, in place of those from before.

    Raises:
        AlreadyExistsError: The person was erased; that stays so.
    """
    set_person(link, person, None, None)
    forget_contacts(link, person)
    if urls:
        rows = [(person, place, url) for place, url in enumerate(urls, 1)]
        link.write(statements.ADD_CONTACT, rows)
