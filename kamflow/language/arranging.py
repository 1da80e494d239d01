"""Brings the keys of a policy file into canonical order, its conditions into canonical form."""

from collections.abc import Callable

from kamflow.language.commented import Entry, Group, Word
from kamflow.language.conditions import parse_condition
from kamflow.language.keys import KEYS
from kamflow.language.schema import FIELDS
from kamflow.language.unparse import unparse
from kamflow.model.expression import Both, Either, Expression

_COUNT = "count("


def arranged(entries: list[Entry], section: str) -> list[Entry]:
    """Return the entries of a mapping of `section`, those below them arranged as well."""
    order = {key: number for number, key in enumerate(KEYS[section])}
    for entry in entries:
        field = FIELDS[section].get(entry.key or "")
        if field is not None:
            _ARRANGE.get(field.holds, _leave)(entry, field.of)
    return sorted(entries, key=lambda entry: order.get(entry.key or "", len(order)))


def _leave(entry: Entry, _section: str) -> None:
    pass


def _text(entry: Entry, _section: str) -> None:
    """Write on one line what readers take for one line."""
    if isinstance(entry.value, Word):
        entry.value = Word(" ".join(entry.value.text.split()))


def _condition(entry: Entry, _section: str) -> None:
    if isinstance(entry.value, Word):
        tree = parse_condition(entry.value.text)
        entry.value = Word(unparse(tree), tuple(_parts(tree)))


def _conditions(entry: Entry, section: str) -> None:
    if isinstance(entry.value, Word):
        _condition(entry, section)
        return
    for item in entry.value.entries:
        _condition(item, section)


def _set(entry: Entry) -> None:
    """Write a set as it stands inside `count(...)`."""
    if isinstance(entry.value, Word):
        counted = unparse(parse_condition(f"{_COUNT}{entry.value.text})"))
        entry.value = Word(counted.removeprefix(_COUNT).removesuffix(")"))


def _sets(entry: Entry, _section: str) -> None:
    for item in _below(entry):
        _set(item)


def _parts(tree: Expression) -> list[str]:
    """Return the sides of `and` or `or`, where a long condition is broken first."""
    text, node, later = unparse(tree), tree, list[str]()
    while isinstance(node, Both | Either) and type(node) is type(tree):
        left = unparse(node.left)
        if not text.startswith(f"{left} "):
            left = f"({left})"
        later.append(text[len(left) + 1 :])
        text, node = left, node.left
    return [text, *reversed(later)]


def _one(entry: Entry, section: str) -> None:
    if isinstance(entry.value, Group) and entry.value.mapping:
        entry.value.entries = arranged(entry.value.entries, section)


def _named(entry: Entry, section: str) -> None:
    for item in _below(entry):
        _one(item, section)


def _grouped(entry: Entry, section: str) -> None:
    for item in _below(entry):
        _named(item, section)


def _listed(entry: Entry, section: str) -> None:
    _one(entry, section)
    if isinstance(entry.value, Group) and not entry.value.mapping:
        _named(entry, section)


def _below(entry: Entry) -> list[Entry]:
    return entry.value.entries if isinstance(entry.value, Group) else []


_ARRANGE: dict[str, Callable[[Entry, str], None]] = {
    "text": _text,
    "condition": _condition,
    "conditions": _conditions,
    "settings": _conditions,
    "sets": _sets,
    "one": _one,
    "named": _named,
    "grouped": _grouped,
    "listed": _listed,
}
