"""Roles, people and lists in words."""

from collections.abc import Iterable

from kamflow.language.wording import fact_words, plain_words
from kamflow.model.pack import Pack

_PERSONS = {"requester": "whoever asked", "voted": "whoever voted on it", "author": "its author"}
_IDENTITIES = {"system": "the engine", "service": "a connected system"}


def listed(items: Iterable[str], joint: str) -> str:
    """Return `a, b and c`."""
    *first, last = [*items] or [""]
    return f"{', '.join(first)} {joint} {last}" if first else last


def capital(text: str) -> str:
    """Return a text as it begins a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def role_words(pack: Pack, role: str) -> str:
    """Return a role as words: `the steering committee`."""
    found = pack.roles.get(role)
    identity = found.identity if found else None
    return _IDENTITIES.get(identity or "") or f"the {plain_words(role)}"


def person_words(pack: Pack, name: str) -> str:
    """Return a role or a person fact as words."""
    fact = pack.facts.get(name)
    return f"the {fact_words(fact, fact.kind)}" if fact else role_words(pack, name)


def barred_words(pack: Pack, name: str) -> str:
    """Return whom a duty or an approval leaves out: a role, a person fact, or who took part."""
    return _PERSONS.get(name) or person_words(pack, name)
