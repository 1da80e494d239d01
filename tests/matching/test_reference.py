"""The reference matcher against the plainest reading of its rules: try every choice of facts."""

from collections.abc import Iterator
from itertools import permutations
from operator import eq, ge, gt, le, lt, ne

from hypothesis import given, settings

from kamflow.engine.rules.matcher import match
from kamflow.model.matching import Fact, Firing, MatchRule, MatchSet, Pattern, Where
from tests.matching.rulesets import Session, a_set, fact, rule_sets, sessions

HOLDS = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def fits(pattern: Pattern, one: Fact, chosen: dict[str, Fact]) -> bool:
    """Whether a fact is what a pattern describes, next to the facts chosen for other patterns."""
    wanted = [(where.field, where.op, where.value) for where in pattern.where]
    for join in pattern.join:
        other = chosen[join.alias].fields.get(join.other)
        if other is None:
            return False
        wanted.append((join.field, join.op, other + join.plus if isinstance(other, int) else other))
    return one.kind == pattern.kind and all(
        field in one.fields and HOLDS[op](one.fields[field], value) for field, op, value in wanted
    )


def firings(rule: MatchRule, facts: Session) -> Iterator[Firing]:
    for places in permutations(range(len(facts)), len(rule.every)):
        names = [pattern.alias for pattern in rule.every]
        chosen = {name: facts[place] for name, place in zip(names, places, strict=True)}
        there = all(fits(pattern, chosen[pattern.alias], chosen) for pattern in rule.every)
        against = any(fits(pattern, one, chosen) for pattern in rule.none for one in facts)
        if there and not against:
            yield Firing(rule.id, tuple(sorted(zip(names, places, strict=True))))


@given(rule_sets(), sessions())
@settings(max_examples=80)
def test_it_fires_for_every_choice_of_different_facts(rules: MatchSet, facts: Session) -> None:
    expected = sorted(one for rule in rules.rules for one in firings(rule, facts))

    assert list(match(rules, facts).firings) == expected


def test_a_rule_that_needs_nothing_fires_unless_something_stands_against_it() -> None:
    rules = a_set(MatchRule("r", (), (Pattern("n", "x", (Where("i", "==", 1),)),)))

    assert match(rules, []).firings == (Firing("r", ()),)
    assert match(rules, [fact("x", i=2), fact("y", i=1)]).firings == (Firing("r", ()),)
    assert match(rules, [fact("x", i=1)]).firings == ()


def test_sets_of_the_same_digest_are_told_apart_by_their_rules() -> None:
    sets = [
        MatchSet("d", (MatchRule("r", (Pattern("a", "x", (Where("i", "==", n),)),)),))
        for n in range(2)
    ]

    fired = [match(rules, [fact("x", i=1)]).firings for rules in (*sets, *sets)]

    assert [len(one) for one in fired] == [0, 1, 0, 1]
