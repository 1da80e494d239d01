"""What lies beneath a condition: the names it reads, and what those are worked out from."""

from collections.abc import Iterable, Iterator

from kamflow.model.expression import Condition, Name, walk
from kamflow.model.pack import Pack


def names_beneath(pack: Pack, conditions: Iterable[Condition]) -> frozenset[str]:
    """Return every name that conditions read, by way of derived facts, tables and scorecards.

    Names inside a set, of its members, are among them.
    """
    found: set[str] = set()
    waiting = [name for condition in conditions for name in _names(condition)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _behind(pack, name)
    return frozenset(found)


def _names(condition: Condition) -> Iterator[str]:
    return (part.path for part in walk(condition.tree) if isinstance(part, Name))


def _behind(pack: Pack, name: str) -> Iterator[str]:
    """Yield the names from which one that was not recorded is worked out."""
    head, conditions = name.partition(".")[0], list[Condition | None]()
    if head in pack.scorecards:
        yield from (item.fact for item in pack.scorecards[head].criteria)
    elif head in pack.tables:
        conditions += [row.when for row in pack.tables[head].rows]
    elif name in pack.facts:
        conditions += [pack.facts[name].derived, pack.facts[name].default]
    for condition in conditions:
        if condition is not None:
            yield from _names(condition)
