"""The reference matcher: what sets of patterns mean.

Rules and facts are found by kind, so that an event costs what the rules for its kind cost.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from kamflow.model.matching import Fact, Firing, Matched, MatchRule, MatchSet, Pattern, Scalar

_COMPARE: dict[str, Callable[[Scalar, Scalar], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_Named: TypeAlias = Mapping[str, tuple[int, Fact]]  # alias -> the fact that was chosen, its place
_Facts: TypeAlias = Mapping[str, Sequence[tuple[int, Fact]]]  # by kind
_NO_RULES: tuple[MatchRule, ...] = ()


def match(rules: MatchSet, facts: Sequence[Fact]) -> Matched:
    """Return every firing of every rule, in order."""
    by_kind: dict[str, list[tuple[int, Fact]]] = {"": []}  # rules that need nothing are there
    for place, fact in enumerate(facts):
        by_kind.setdefault(fact.kind, []).append((place, fact))
    index = _index(rules)
    found = [
        firing
        for kind in by_kind
        for rule in index.get(kind, _NO_RULES)
        for firing in _firings(rule, by_kind)
    ]
    return Matched(tuple(sorted(found)))


@lru_cache(maxsize=256)
def _index(rules: MatchSet) -> dict[str, tuple[MatchRule, ...]]:
    """Return the rules by the kind of their first pattern; they need a fact of that kind."""
    index: dict[str, tuple[MatchRule, ...]] = {}
    for rule in rules.rules:
        kind = rule.every[0].kind if rule.every else ""
        index[kind] = (*index.get(kind, ()), rule)
    return index


def _firings(rule: MatchRule, facts: _Facts) -> Iterator[Firing]:
    for chosen in _choices(rule.every, facts, {}):
        if not any(
            _fits(item, fact, chosen) for item in rule.none for _, fact in facts.get(item.kind, ())
        ):
            places = ((alias, place) for alias, (place, _) in chosen.items())
            yield Firing(rule.id, tuple(sorted(places)))


def _choices(patterns: Sequence[Pattern], facts: _Facts, chosen: _Named) -> Iterator[_Named]:
    """Yield every choice of different facts for patterns, with what was chosen before."""
    if not patterns:
        yield chosen
        return
    first = patterns[0]
    for item in facts.get(first.kind, ()):
        if item not in chosen.values() and _fits(first, item[1], chosen):
            yield from _choices(patterns[1:], facts, {**chosen, first.alias: item})


def _fits(pattern: Pattern, fact: Fact, named: _Named) -> bool:
    """Whether the conditions of a pattern hold for a fact of its kind."""
    fields = fact.fields
    for one in pattern.where:
        value = fields.get(one.field)
        if value is None or not _COMPARE[one.op](value, one.value):
            return False
    for other in pattern.join:
        value, before = fields.get(other.field), named[other.alias][1].fields.get(other.other)
        if value is None or before is None:
            return False
        if other.plus and isinstance(before, int):
            before += other.plus
        if not _COMPARE[other.op](value, before):
            return False
    return True
