"""durable_rules and the reference matcher say the same, on random rules and facts.

Where durable-rules is not installed the same tests show that the reference answers alone.
"""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.engine.rules.matcher import match
from kamflow.model.matching import Fact, Firing, Join, MatchRule, MatchSet, Pattern, Where
from kamflow.runtime.matching import ConfirmedMatcher, MatcherState
from kamflow.runtime.matching.fields import MAX_OF_KIND
from tests.matching.packages import INSTALLED
from tests.matching.rulesets import (
    COLLIDING,
    MANY_KINDS,
    Session,
    a_set,
    fact,
    rule_sets,
    sessions,
)

NOT_THERE = "durable-rules 2.0.28 is needed, none is installed"


@pytest.fixture(scope="module")
def matcher() -> Iterator[ConfirmedMatcher]:
    with ConfirmedMatcher() as matcher:
        yield matcher
        assert_all_confirmed(matcher.state)


def assert_all_confirmed(state: MatcherState) -> None:
    """Make sure that nothing differed or stayed open; without the package, that all stayed open."""
    assert state.differed == 0
    assert state.asked
    if INSTALLED:
        assert (state.unconfirmed, state.restarts, state.reason) == (0, 0, "")
    else:
        assert state.unconfirmed
        assert NOT_THERE in state.reason


def agreed(matcher: ConfirmedMatcher, rules: MatchSet, several: list[Session]) -> list[Firing]:
    """Match sessions one after the other in one engine; return all that fired."""
    matched = matcher.match_all(rules, several)
    assert [item.proposed for item in matched] == [None] * len(several)
    assert [item.firings for item in matched] == [match(rules, facts).firings for facts in several]
    return [firing for item in matched for firing in item.firings]


@given(rule_sets(), st.lists(sessions(), min_size=1, max_size=4))
@settings(max_examples=120)
def test_both_fire_the_same(
    matcher: ConfirmedMatcher, rules: MatchSet, several: list[Session]
) -> None:
    agreed(matcher, rules, several)


@given(rule_sets(50, 50, MANY_KINDS), st.lists(sessions(MANY_KINDS), min_size=1, max_size=4))
@settings(max_examples=6)
def test_both_fire_the_same_with_fifty_rules(
    matcher: ConfirmedMatcher, rules: MatchSet, several: list[Session]
) -> None:
    agreed(matcher, rules, several)


@given(rule_sets(), sessions(), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_count(
    matcher: ConfirmedMatcher, rules: MatchSet, facts: Session, chance: Random
) -> None:
    order = list(range(len(facts)))
    chance.shuffle(order)

    shuffled = agreed(matcher, rules, [tuple(facts[place] for place in order)])

    back = [
        Firing(one.rule, tuple((alias, order[place]) for alias, place in one.facts))
        for one in shuffled
    ]
    assert sorted(back) == list(match(rules, facts).firings)


@given(rule_sets(), sessions())
def test_asking_again_gives_the_same(
    matcher: ConfirmedMatcher, rules: MatchSet, facts: Session
) -> None:
    fired = agreed(matcher, rules, [facts] * 5)

    assert Counter(fired) == Counter(list(match(rules, facts).firings) * 5)


CORRELATED = MatchRule(
    "two incidents without a visit",
    (
        Pattern("first", "incident", (Where("severity", ">=", 3),)),
        Pattern(
            "second",
            "incident",
            (Where("severity", ">=", 3),),
            (Join("day", ">=", "first", "day"), Join("day", "<=", "first", "day", 90)),
        ),
    ),
    (Pattern("visit", "visit", (), (Join("day", ">=", "second", "day"),)),),
)


def incident(day: int) -> Fact:
    return fact("incident", day=day, severity=4)


@pytest.mark.parametrize(
    ("facts", "fired"),
    [
        ((incident(10), incident(99)), 1),
        ((incident(10), incident(100)), 1),
        ((incident(10), incident(101)), 0),
        ((incident(10), incident(99), fact("visit", day=98)), 1),
        ((incident(10), incident(99), fact("visit", day=99)), 0),
        ((fact("visit", day=120), incident(99), incident(10)), 0),
        ((incident(10), incident(99), fact("visit")), 1),
        ((incident(10), incident(10)), 2),
    ],
)
def test_a_correlation_over_time(
    matcher: ConfirmedMatcher, facts: tuple[Fact, ...], fired: int
) -> None:
    assert len(agreed(matcher, a_set(CORRELATED), [facts])) == fired


def test_a_missing_field_matches_nothing_on_either_side_of_a_join(
    matcher: ConfirmedMatcher,
) -> None:
    joined = (Join("key", "==", "one", "key"),)
    needed = MatchRule("needed", (Pattern("one", "x"), Pattern("two", "y", (), joined)))
    unwanted = MatchRule("unwanted", (Pattern("one", "x"),), (Pattern("two", "y", (), joined),))
    both = a_set(needed, unwanted)

    for absent in (0, ""):
        known = fact("x", key=absent), fact("y", key=absent)
        assert [one.rule for one in agreed(matcher, both, [known])] == ["needed"]
        for facts in ((fact("x"), known[1]), (known[0], fact("y")), (fact("x"), fact("y"))):
            assert [one.rule for one in agreed(matcher, both, [facts])] == ["unwanted"]


def test_texts_of_the_same_hash_stay_apart(matcher: ConfirmedMatcher) -> None:
    same = MatchRule(
        "same", (Pattern("a", "x"), Pattern("b", "x", (), (Join("id", "==", "a", "id"),)))
    )
    named = MatchRule("named", (Pattern("a", "x", (Where("id", "==", COLLIDING[0]),)),))
    other = MatchRule("other", (Pattern("a", "x"),), (Pattern("b", COLLIDING[0]),))
    rules = a_set(same, named, other)
    one, two = (fact("x", id=name, sid=name) for name in COLLIDING)

    fired = agreed(matcher, rules, [(one, two), (one,), (two,), (two, fact(COLLIDING[1]))])

    assert Counter(item.rule for item in fired) == {"named": 2, "other": 5}


def test_names_that_mean_something_to_the_engine_mean_nothing(matcher: ConfirmedMatcher) -> None:
    names = ("id", "sid", "$s", "$and", "one", "k", "f0", "go", 'a"b', "\\", "ä", "a.b")
    rules = a_set(
        *(
            MatchRule(f"$or {name}", (Pattern(name, name, (Where(name, "==", 1),)),))
            for name in names
        )
    )

    fired = agreed(matcher, rules, [tuple(Fact(name, {"sid": "t", name: 1}) for name in names)])

    assert len(fired) == len(names)


def test_sixty_patterns_may_match_one_fact(matcher: ConfirmedMatcher) -> None:
    rules = a_set(
        *(
            MatchRule(
                str(number), (Pattern("a", "x", (Where("i", "<", number),)), Pattern("b", "x"))
            )
            for number in range(30)
        )
    )

    assert len(agreed(matcher, rules, [(fact("x", i=-1), fact("x", i=-1))])) == 60


def test_a_fact_may_have_as_many_fields_as_a_set_may_read(matcher: ConfirmedMatcher) -> None:
    names = [f"field {number}" for number in range(MAX_OF_KIND)]
    wheres = [tuple(Where(name, ">=", place) for name in names) for place in range(3)]
    several = a_set(
        *(MatchRule(str(n), (Pattern("a", f"x{n}", wheres[n]),)) for n in range(3)),
    )
    facts = tuple(Fact(f"x{n}", dict.fromkeys(names, 1)) for n in range(3))

    assert [one.rule for one in agreed(matcher, several, [facts])] == ["0", "1"]
