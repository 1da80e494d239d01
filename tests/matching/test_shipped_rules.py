"""The event rules that kamflow ships are inside of the subset, and both matchers agree on them."""

from collections import defaultdict
from collections.abc import Iterator
from random import Random

import pytest

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.rules.index import Index
from kamflow.model.matching import Fact, MatchSet
from kamflow.runtime.matching import ConfirmedMatcher
from kamflow.runtime.matching.compiling import Compiled
from tests.builders import shipped_pack
from tests.matching.packages import INSTALLED

SESSIONS, FACTS = 60, 12


@pytest.fixture(scope="module")
def sets() -> list[MatchSet]:
    pack = CompiledPack(shipped_pack())
    made = (Index(pack, kind).sets.values() for kind in pack.pack.kinds)
    return list({one.digest: one for some in made for one in some}.values())


def test_each_of_them_can_be_confirmed(sets: list[MatchSet]) -> None:
    assert sets
    for rules in sets:
        assert Compiled(rules).text


def test_both_fire_the_same_on_random_facts(sets: list[MatchSet]) -> None:
    chance, fired = Random(6), 0  # noqa: S311 - the same facts each time

    with ConfirmedMatcher() as matcher:
        for rules in sets:
            told = matcher.match_all(rules, [some_facts(rules, chance) for _ in range(SESSIONS)])
            fired += sum(len(one.firings) for one in told)
        state = matcher.state

    assert fired > SESSIONS
    assert state.differed == 0
    assert state.unconfirmed == (0 if INSTALLED else state.asked)


def some_facts(rules: MatchSet, chance: Random) -> list[Fact]:
    """Return facts about one rule of a set, as few different values as make something fire."""
    one = chance.choice(rules.rules).id.split()[0]
    shapes: dict[str, set[str]] = defaultdict(set)
    for kind, field in fields_read(rules):
        if kind.startswith(f"{one} "):
            shapes[kind].add(field)
    kinds = [chance.choice(sorted(shapes)) for _ in range(FACTS)]
    return [
        Fact(kind, {field: a_value(field, chance) for field in sorted(shapes[kind])})
        for kind in kinds
    ]


def fields_read(rules: MatchSet) -> Iterator[tuple[str, str]]:
    for rule in rules.rules:
        kinds = {item.alias: item.kind for item in rule.every}
        for item in (*rule.every, *rule.none):
            yield from ((item.kind, where.field) for where in item.where)
            yield from ((item.kind, join.field) for join in item.join)
            yield from ((kinds[join.alias], join.other) for join in item.join)


def a_value(field: str, chance: Random) -> int | str:
    match field:
        case "id":
            return f"north/acme#{chance.randrange(99)}"
        case "at":
            return 1_700_000_000 + 86_400 * chance.randrange(120)
        case _:
            return chance.randrange(2)
