"""What reaches durable_rules, and what never does: without the package as well."""

import json
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

import pytest
from hypothesis import given

from kamflow.model.matching import Fact, Join, MatchRule, MatchSet, Pattern, Scalar, Where
from kamflow.runtime.matching.compiling import MAX_FACTS, Compiled
from kamflow.runtime.matching.fields import MAX_NAMES, OutsideError
from tests.matching.rulesets import KINDS, a_set, fact, rule_sets

CONDITION = {"$and", "$ex", "$neq", "$lt", "$lte", "$gt", "$gte", "$add", "$l", "$r"}
OURS = {"sid", "id", "k", "one", *["$s", "$time", "$timerName", "$baseTime", "$i", "$forward"]}

A_RULE = MatchRule(
    "escalate",
    (
        Pattern("first", "incident", (Where("severity", ">=", 3), Where("tone", "==", "bad"))),
        Pattern("second", "incident", (), (Join("day", "<=", "first", "day", 90),)),
    ),
    (
        Pattern(
            "visit", "visit", (Where("level", "!=", "low"),), (Join("by", "==", "first", "by"),)
        ),
    ),
)


def test_a_rule_as_the_engine_reads_it() -> None:
    compiled = Compiled(a_set(A_RULE))

    assert json.loads(compiled.text) == {
        "begin": {"all": [{"b": {"k": 1}}]},
        "r0": {
            "all": [
                {
                    "p0": {
                        "$and": [
                            {"k": 10},
                            {"$ex": {"f0": 1}},
                            {"$gte": {"f1": 3}},
                            {"f2": "bad"},
                        ]
                    }
                },
                {
                    "p1": {
                        "$and": [
                            {"k": 10},
                            {"$ex": {"f0": 1}},
                            {"$lte": {"f0": {"$add": {"$l": {"p0": "f0"}, "$r": 90}}}},
                            {"one": {"p0": "one"}},
                        ]
                    }
                },
                {"go": {"k": 2}},
                {
                    "n0$not": {
                        "$and": [
                            {"k": 11},
                            {"$ex": {"f4": 1}},
                            {"$neq": {"f5": "low"}},
                            {"f4": {"p0": "v0"}},
                            {"one": {"p0": "h0"}},
                            {"one": {"p0": "one"}},
                        ]
                    }
                },
            ]
        },
    }


def test_facts_as_the_engine_reads_them() -> None:
    facts = (
        fact("incident", severity=3, tone="bad", day=7, by="ana", seen="by no rule"),
        fact("of no rule", day=1),
        fact("incident", severity=True),
        fact("visit", by="ana"),
    )

    texts = Compiled(a_set(A_RULE)).encode(facts)

    head = '{"sid":"s","id":"f%d","k":%d,"one":1'
    assert texts == [
        head % (0, 10) + ',"f0":7,"f1":3,"f2":"bad","f3":"ana","v0":"ana","h0":1}',
        head % (2, 10) + ',"f1":1,"v0":"","h0":0}',
        head % (3, 11) + ',"f4":"ana"}',
    ]


def patterns(compiled: Compiled) -> list[list[dict[str, Any]]]:
    """Return the patterns of every rule but the first, as conditions by name."""
    rules = json.loads(compiled.text)
    assert rules.pop("begin") == {"all": [{"b": {"k": 1}}]}
    assert all(list(rule) == ["all"] for rule in rules.values())
    return [rule["all"] for rule in rules.values()]


def keys(part: object) -> set[str]:
    """Return all words at the place of a name or an operator."""
    if isinstance(part, dict):
        return {*part, *chain.from_iterable(keys(item) for item in part.values())}
    if isinstance(part, list):
        return set(chain.from_iterable(keys(item) for item in part))
    return set()


@given(rule_sets())
def test_nothing_unsafe_is_ever_written(rules: MatchSet) -> None:
    for rule in patterns(Compiled(rules)):
        (names,) = zip(*(list(pattern) for pattern in rule), strict=True)
        positive = names.index("go")
        assert all(name == f"p{place}" for place, name in enumerate(names[:positive]))
        assert all(name.endswith("$not") for name in names[positive + 1 :])
        assert rule[positive] == {"go": {"k": 2}}
        assert len(rule) <= 8
        for condition in chain.from_iterable(pattern.values() for pattern in rule):
            words = keys(condition)
            assert all(word in CONDITION or word in OURS or is_mangled(word) for word in words)
            assert not joined(condition) or is_tautology(condition["$and"][-1])


def is_mangled(word: str) -> bool:
    return word[0] in "pfvh" and word[1:].isdigit()


def joined(condition: dict[str, Any]) -> bool:
    """Whether another fact is looked at."""
    return any(word[0] == "p" and is_mangled(word) for word in keys(condition))


def is_tautology(term: dict[str, Any]) -> bool:
    return list(term) == ["one"] and list(term["one"].values()) == ["one"]


def test_no_two_names_have_the_same_hash() -> None:
    names = {f"{letter}{number}" for letter in "fvh" for number in range(MAX_NAMES)} | OURS

    assert len({fnv(name) for name in names}) == len(names)
    assert fnv("ratio_risk_value") == fnv("health_min_fit")


def fnv(text: str) -> int:
    """Return the hash by which the engine tells names apart."""
    found = 0x811C9DC5
    for byte in text.encode():
        found = (found ^ byte) * 16777619 & 0xFFFFFFFF
    return found


ONE = Pattern("a", "x", (Where("i", "<", 3), Where("s", "==", "t")))


def joining(join: Join, *where: Where) -> MatchRule:
    return MatchRule("r", (ONE, Pattern("b", "y", where, (join,))))


def reading(fields: int, kind: int = 0) -> MatchRule:
    wheres = tuple(Where(f"field {place}", "<", 3) for place in range(fields))
    return MatchRule(f"r{kind}", (Pattern("a", f"x{kind}", wheres),))


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ([], "a set has 1 to 50 rules, not 0"),
        ([MatchRule(str(n), (ONE,)) for n in range(51)], "a set has 1 to 50 rules, not 51"),
        ([MatchRule("r", (ONE,)), MatchRule("r", (ONE,))], "two rules of a set have the same id"),
        ([MatchRule("r", ())], "rule `r` has nothing that must be there"),
        ([MatchRule("r", (ONE,) * 2)], "two patterns of rule `r` have the same name"),
        (
            [MatchRule("r", tuple(Pattern(name, "x") for name in "abcdefgh"))],
            "rule `r` has more than 7 patterns",
        ),
        (
            [MatchRule("r", (ONE,), (Pattern("n", "x"),))],
            "rule `r` forbids a kind of fact that it needs as well",
        ),
        (
            [MatchRule(str(n), (ONE, Pattern("b", "x"))) for n in range(31)],
            "62 patterns of a set are about `x`, at most 60 may",
        ),
        ([joining(Join("i", "==", "c", "i"))], "rule `r` joins `c`, which does not stand before"),
        ([joining(Join("i", "in", "a", "i"))], "rule `r` compares with `in`, which is no operator"),
        (
            [joining(Join("j", "==", "a", "j"), Where("j", ">", "a"))],
            "rule `r` puts texts in order; they are only == or !=",
        ),
        (
            [joining(Join("i", "==", "a", "s"), Where("i", "==", 1))],
            "`i` of `y` is compared with numbers and with texts",
        ),
        ([joining(Join("i", ">", "a", "s"))], "`i` of `y` is compared with numbers and with texts"),
        (
            [joining(Join("i", "==", "a", "s", 1))],
            "`i` of `y` is compared with numbers and with texts",
        ),
        (
            [joining(Join("i", "==", "a", "i", 2**53 + 1))],
            "the number 9007199254740993 is beyond 2^53",
        ),
        (
            [reading(30, kind) for kind in range(21)],
            "the rules read more than 600 fields",
        ),
        (
            [reading(201)],
            "the rules read more than 200 fields of `x0`",
        ),
    ],
)
def test_rules_outside_of_the_subset_are_refused(rules: list[MatchRule], reason: str) -> None:
    with pytest.raises(OutsideError) as refused:
        Compiled(a_set(*rules))

    assert str(refused.value) == reason


VALUES = [
    (2**53 + 1, "the number 9007199254740993 is beyond 2^53"),
    (-(2**63), "the number -9223372036854775808 is beyond 2^53"),
    (1.5, "`1.5` is neither a whole number nor a text: float"),
    (float("nan"), "`nan` is neither a whole number nor a text: float"),
    (float("inf"), "`inf` is neither a whole number nor a text: float"),
    (Decimal(1), "`1` is neither a whole number nor a text: Decimal"),
    (date(2026, 1, 1), "`2026-01-01` is neither a whole number nor a text: date"),
    ((1,), "`(1,)` is neither a whole number nor a text: tuple"),
    ({"a": 1}, "`{'a': 1}` is neither a whole number nor a text: dict"),
    (b"a", "`b'a'` is neither a whole number nor a text: bytes"),
    ("ä", "the text `ä` is not plain ASCII without quotes and backslashes"),
    ('"', 'the text `"` is not plain ASCII without quotes and backslashes'),
    ("\\", "the text `\\` is not plain ASCII without quotes and backslashes"),
    ("a\n", "the text `a\n` is not plain ASCII without quotes and backslashes"),
    ("\0", "the text `\0` is not plain ASCII without quotes and backslashes"),
    ("a" * 201, "a text of 201 characters is longer than 200"),
]


@pytest.mark.parametrize(("value", "reason"), VALUES)
def test_values_that_the_engine_gets_wrong_are_refused(value: Scalar, reason: str) -> None:
    compiled = Compiled(a_set(MatchRule("r", (Pattern("a", "x", (Where("i", "==", 1),)),))))

    with pytest.raises(OutsideError) as in_fact:
        compiled.encode([fact("x", i=value)])
    with pytest.raises(OutsideError) as in_rule:
        Compiled(a_set(MatchRule("r", (Pattern("a", "x", (Where("i", "==", value),)),))))

    assert str(in_fact.value) == str(in_rule.value) == reason


@pytest.mark.parametrize("value", [None, 1.5, "ä"])
def test_what_no_rule_reads_may_be_anything_and_nothing_counts_as_missing(value: Scalar) -> None:
    compiled = Compiled(a_set(MatchRule("r", (Pattern("a", "x"),))))

    assert compiled.encode([Fact("x", {"other": value})]) == [
        '{"sid":"s","id":"f0","k":10,"one":1}'
    ]


def test_a_field_has_one_type_in_all_facts() -> None:
    rules = a_set(
        MatchRule("r", (Pattern("a", "x"), Pattern("b", "y", (), (Join("i", "==", "a", "j"),))))
    )
    compiled = Compiled(rules)

    with pytest.raises(OutsideError, match="`i` of `y` is compared with numbers and with texts"):
        compiled.encode([fact("x", j=1), fact("y", i="1")])

    assert len(compiled.encode([fact("x", j="1"), fact("y", i="1")])) == 2
    assert len(compiled.encode([fact("x", j=1), fact("y", i=1)])) == 2


def test_a_session_has_a_bounded_number_of_facts() -> None:
    compiled = Compiled(a_set(MatchRule("r", (Pattern("a", KINDS[0]),))))

    assert len(compiled.encode([fact(KINDS[0])] * MAX_FACTS)) == MAX_FACTS
    with pytest.raises(OutsideError, match="2001 facts are more than 2000"):
        compiled.encode([fact(KINDS[0])] * (MAX_FACTS + 1))
