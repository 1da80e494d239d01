"""Conditions as people write them become trees, or a message that points at the trouble."""

import re
from datetime import date
from decimal import Decimal

import pytest

from kamflow.language.building import ConditionError
from kamflow.language.conditions import MAX_DEPTH, MAX_LENGTH, parse_condition
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression, depth
from tests.builders import without_offsets

A, B, C = (tree.Name(path=f"a.{letter}") for letter in "abc")
ONE = tree.Number(value=Decimal(1))


def parsed(text: str) -> Expression:
    return without_offsets(parse_condition(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", tree.Number(value=Decimal(12))),
        ("0.5", tree.Number(value=Decimal("0.5"))),
        ("90 days", tree.Number(value=Decimal(90), unit="days")),
        ("1 day", tree.Number(value=Decimal(1), unit="days")),
        ("6 months", tree.Number(value=Decimal(6), unit="months")),
        ("24 hours", tree.Number(value=Decimal(24), unit="hours")),
        ("2026-03-31", tree.Day(value=date(2026, 3, 31))),
        ('"two words"', tree.Text(value="two words")),
        ("true", tree.Flag(value=True)),
        ("false", tree.Flag(value=False)),
        ("strategic", tree.Word(value="strategic")),
        ("stage", tree.Word(value="stage")),
        ("account.segment", tree.Name(path="account.segment")),
        ("P.score_auto", tree.Name(path="P.score_auto")),
        ("self.account.sponsor", tree.Name(path="account.sponsor", of_asker=True)),
    ],
)
def test_a_word_or_a_literal_is_read(text: str, expected: Expression) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize("op", ["=", "!=", "<", "<=", ">", ">="])
def test_every_comparison_is_read(op: str) -> None:
    assert parsed(f"a.a {op} a.b") == tree.Compare(op=op, left=A, right=B)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.a and a.b", tree.Both(left=A, right=B)),
        ("a.a or a.b", tree.Either(left=A, right=B)),
        ("not a.a", tree.Not(item=A)),
        ("a.a between 1 and a.b", tree.Between(value=A, low=ONE, high=B)),
        ("a.a in {x}", tree.Among(value=A, options=(tree.Word(value="x"),))),
        ("a.a not in {1, a.b}", tree.Among(value=A, options=(ONE, B), negated=True)),
        ("a.a is present", tree.State(value=A, state="present")),
        ("a.a is absent", tree.State(value=A, state="absent")),
        ("a.a is known", tree.State(value=A, state="known")),
        ("a.a is unknown", tree.State(value=A, state="unknown")),
        ("a.a is not present", tree.State(value=A, state="absent")),
        ("a.a is not unknown", tree.State(value=A, state="known")),
        ("a.a + a.b", tree.Arithmetic(op="+", left=A, right=B)),
        ("80 % of a.b", tree.Arithmetic(op="% of", left=parsed("80"), right=B)),
        ("80%of a.b", tree.Arithmetic(op="% of", left=parsed("80"), right=B)),
        ("P.share % of a.b", tree.Arithmetic(op="% of", left=parsed("P.share"), right=B)),
        ("-a.a", tree.Negative(item=A)),
        ("+a.a", A),
        ("if a.a then a.b else a.c", tree.If(condition=A, yes=B, no=C)),
        ("((a.a))", A),
    ],
)
def test_every_operator_is_read(text: str, expected: Expression) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("days_since(a.a)", tree.Call(function="days_since", arguments=(A,))),
        ("months_since(a.a)", tree.Call(function="months_since", arguments=(A,))),
        ("min(a.a, a.b)", tree.Call(function="min", arguments=(A, B))),
        ("max(a.a, a.b, 1)", tree.Call(function="max", arguments=(A, B, ONE))),
        ("count(accounts)", tree.Aggregate(function="count", members="accounts")),
        (
            "count(accounts where a.a)",
            tree.Aggregate(function="count", members="accounts", where=A),
        ),
        (
            "share(accounts where a.a)",
            tree.Aggregate(function="share", members="accounts", where=A),
        ),
        ("sum(a.a of accounts)", tree.Aggregate(function="sum", members="accounts", value=A)),
        (
            "avg(a.a of accounts where a.b)",
            tree.Aggregate(function="avg", members="accounts", value=A, where=B),
        ),
        ("min(a.a of accounts)", tree.Aggregate(function="min", members="accounts", value=A)),
        ("max(a.a of accounts)", tree.Aggregate(function="max", members="accounts", value=A)),
        (
            "edited(score by a.a within 24 hours)",
            tree.Edited(scorecard="score", person=A, hours=Decimal(24)),
        ),
    ],
)
def test_every_function_is_read(text: str, expected: Expression) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("if a.a then a.b else a.c or a.a", "if a.a then a.b else (a.c or a.a)"),
        ("if a.a or a.b then 1 else 2", "if (a.a or a.b) then 1 else 2"),
        ("a.a or a.b and a.c", "a.a or (a.b and a.c)"),
        ("a.a and a.b or a.c", "(a.a and a.b) or a.c"),
        ("a.a or a.b or a.c", "(a.a or a.b) or a.c"),
        ("not a.a and a.b", "(not a.a) and a.b"),
        ("not a.a = a.b", "not (a.a = a.b)"),
        ("not not a.a", "not (not a.a)"),
        ("a.a = a.b + 1", "a.a = (a.b + 1)"),
        ("a.a between 1 and 2 and a.b", "(a.a between 1 and 2) and a.b"),
        ("a.a + a.b * a.c", "a.a + (a.b * a.c)"),
        ("a.a - a.b - a.c", "(a.a - a.b) - a.c"),
        ("a.a / a.b / a.c", "(a.a / a.b) / a.c"),
        ("a.a + 80 % of a.b", "a.a + (80 % of a.b)"),
        ("-a.a * a.b", "(-a.a) * a.b"),
        ("a.a - -a.b", "a.a - (-a.b)"),
    ],
)
def test_operators_bind_as_the_reference_says(text: str, grouped: str) -> None:
    assert parsed(text) == parsed(grouped)


@pytest.mark.parametrize(
    "word", ["android.x", "order.y", "notice.z", "iffy.a", "in_scope.b", "offer.c", "isbn.d"]
)
def test_a_name_may_begin_like_a_keyword(word: str) -> None:
    assert parsed(word) == tree.Name(path=word)


def test_line_breaks_and_spaces_say_nothing() -> None:
    assert parsed("  a.a\n\tand\r\n a.b ") == parsed("a.a and a.b")


@pytest.mark.parametrize(
    ("text", "at"),
    [("a.a = 1", 0), ("  not a.a", 2), (" if a.a then 1 else 2", 1), ("  -a.a", 2)],
)
def test_a_node_knows_the_place_of_its_first_character(text: str, at: int) -> None:
    assert parse_condition(text).at == at


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("", 0, "the condition ends too early"),
        ("a.a >", 4, "the condition ends too early"),
        ("a.a == 1", 5, "`==` is not part of the language; did you mean `=`?"),
        ("a.a && a.b", 4, "`&&` is not part of the language; did you mean `and`?"),
        ("a.a || a.b", 4, "`||` is not part of the language; did you mean `or`?"),
        ("a.a <> 1", 5, "`<>` is not part of the language; did you mean `!=`?"),
        ("!a.a", 0, "`!` is not part of the language; did you mean `not`?"),
        ("a.a = 'x'", 6, "text stands in double quotes"),
        ("a.a = 1 a.b", 8, "did not expect `a.b` here"),
        ("a.a between 1 or 2", 14, "did not expect `or` here"),
        ("a.a in {}", 8, "did not expect `}` here"),
        ("(a.a", 1, "the condition ends too early"),
        ("a.a = 2026-02-30", 6, "`2026-02-30` is not a day of the calendar"),
        (
            "a.a and dayssince(a.b) < 3",
            8,
            "there is no function `dayssince`; did you mean `days_since`?",
        ),
        (
            "sum(accounts, a.a)",
            0,
            "`sum` takes a value of a set, as in `sum(x of accounts)`",
        ),
        ("days_since(a.a, a.b)", 0, "`days_since` takes one value, not 2"),
        ("min(a.a)", 0, "`min` takes two or more values, not 1"),
        ("count(accounts, programs)", 0, "`count` takes one set, not 2"),
        ("count(1)", 6, "a set belongs here, such as `accounts`"),
        ("count(a.a of accounts)", 0, "`count` takes no value of members"),
        ("edited(score by a.a within 3 days)", 27, "`edited` counts hours"),
        ("edited(score by a.a within 0 hours)", 27, "a span is a whole number from 1 to 36500"),
        ("trend(a.a, 0, falling)", 11, "a trend has 1 to 20 steps, not 0"),
        ("trend(score, 2, falling)", 6, "a fact of the subject belongs here, not `score`"),
    ],
)
def test_what_cannot_be_read_is_pointed_at(text: str, at: int, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)

    assert (caught.value.at, str(caught.value)) == (at, message)


def test_a_sum_says_what_of_the_members_to_take() -> None:
    with pytest.raises(ConditionError, match=r"write what to take of the members: `sum\("):
        parse_condition("sum(accounts where a.a)")


@pytest.mark.parametrize("length", [MAX_LENGTH + 1, 100_000])
def test_a_condition_that_is_too_long_is_not_read(length: int) -> None:
    text = "a.a or ".ljust(length, "x")

    with pytest.raises(ConditionError, match=f"has {length} characters; at most") as caught:
        parse_condition(text)

    assert caught.value.code == "K304"


@pytest.mark.parametrize(
    "text",
    [
        "not " * 900 + "a.a",
        "-" * 3_000 + "1",
        "a.a + " * 500 + "a.a",
        "if a.a then 1 else " * 150 + "2",
        "min(1, " * 400 + "1" + ")" * 400,
    ],
    ids=["not", "minus", "sum", "if", "calls"],
)
def test_a_condition_that_is_too_deep_is_not_read(text: str) -> None:
    with pytest.raises(ConditionError, match="nested more than 60 deep") as caught:
        parse_condition(text)

    assert caught.value.code == "K304"


@pytest.mark.parametrize("word", ["and", "or"])
@pytest.mark.parametrize("count", [2, 50, 51, 200, 256, 257, 2_000])
def test_a_chain_may_be_as_long_as_the_characters_allow(word: str, count: int) -> None:
    text = f" {word} ".join(f"a.b{number % 9}" for number in range(count))

    canonical = unparse(parse_condition(text))

    assert re.findall(r"a\.b\d", canonical) == re.findall(r"a\.b\d", text)
    assert depth(parse_condition(text)) <= MAX_DEPTH
    if len(canonical) <= MAX_LENGTH:
        assert unparse(parse_condition(canonical)) == canonical


def test_braces_hold_at_most_two_hundred_values() -> None:
    among = parse_condition(f"a.b in {{{', '.join(['1'] * 200)}}}")

    assert isinstance(among, tree.Among)
    assert len(among.options) == 200
    with pytest.raises(ConditionError, match="201 values in braces; at most 200") as caught:
        parse_condition(f"a.b in {{{', '.join(['1'] * 201)}}}")

    assert caught.value.code == "K304"


def test_parentheses_alone_make_no_depth() -> None:
    assert parsed("(" * 1_900 + "a.a" + ")" * 1_900) == A


def test_a_number_has_at_most_thirty_digits() -> None:
    with pytest.raises(ConditionError, match="more than 30 digits"):
        parse_condition("1" * 31)
