"""Trees back to text: the canonical form of a condition."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.language.conditions import parse_condition
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from tests.builders import shipped_pack, without_offsets


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  a.a   and\n a.b", "a.a and a.b"),
        ("(a.a) = (1)", "a.a = 1"),
        ("(a.a and a.b) and a.c", "a.a and a.b and a.c"),
        ("a.a and (a.b and a.c)", "a.a and (a.b and a.c)"),
        ("(a.a or a.b) and a.c", "(a.a or a.b) and a.c"),
        ("a.a or a.b and a.c", "a.a or (a.b and a.c)"),
        ("a.a and a.b or a.c", "(a.a and a.b) or a.c"),
        ("(a.a or a.b) or a.c", "a.a or a.b or a.c"),
        ("a.a or (a.b or a.c)", "a.a or (a.b or a.c)"),
        ("not a.a and not a.b", "not a.a and not a.b"),
        ("not a.a = 1", "not (a.a = 1)"),
        ("not not a.a", "not not a.a"),
        ("not count(accounts) > 1", "not (count(accounts) > 1)"),
        ("if a.a then a.b else a.c or a.d", "if a.a then a.b else (a.c or a.d)"),
        ("(if a.a then a.b else a.c) or a.d", "(if a.a then a.b else a.c) or a.d"),
        ("if a.a then 1 else if a.b then 2 else 3", "if a.a then 1 else if a.b then 2 else 3"),
        ("if a.a then if a.b then 1 else 2 else 3", "if a.a then (if a.b then 1 else 2) else 3"),
        ("a.a / a.b * a.c", "(a.a / a.b) * a.c"),
        ("100 * a.a / a.b", "100 * a.a / a.b"),
        ("80 % of a.a * a.b", "(80 % of a.a) * a.b"),
        ("a.a * a.b * a.c - a.d + a.e", "a.a * a.b * a.c - a.d + a.e"),
        ("a.a - (a.b - a.c)", "a.a - (a.b - a.c)"),
        ("(a.a + a.b) * a.c", "(a.a + a.b) * a.c"),
        ("(a.a * a.b) + a.c", "a.a * a.b + a.c"),
        ("-(a.a + 1)", "-(a.a + 1)"),
        ("(not a.a) is known", "(not a.a) is known"),
        ("a.a is not present", "a.a is absent"),
        ("a.a>=80%of a.b", "a.a >= 80 % of a.b"),
        ("1.50 = 01.5", "1.5 = 1.5"),
        ("a.a <= 1 day", "a.a <= 1 days"),
        ("(if a.a then 1 else 2) = 1", "(if a.a then 1 else 2) = 1"),
        ("count( accounts where (a.a) )", "count(accounts where a.a)"),
        ("edited(s by a.a within 24 hour)", "edited(s by a.a within 24 hours)"),
        ("self.a.a not in {x,y}", "self.a.a not in {x, y}"),
    ],
)
def test_the_canonical_text_has_one_form(text: str, canonical: str) -> None:
    assert unparse(parse_condition(text)) == canonical


def test_every_condition_of_the_shipped_pack_reads_the_same_once_more() -> None:
    conditions = [
        item.condition for gate in shipped_pack().gates.values() for item in gate.criteria
    ]

    read_again = [parse_condition(item.text) for item in conditions]

    assert [unparse(item) for item in read_again] == [item.text for item in conditions]
    assert [without_offsets(item) for item in read_again] == [
        without_offsets(item.tree) for item in conditions
    ]


KEYWORDS = "and or not if then else between in is where of true false edited by within self P"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
words = st.text(LETTERS + "_", min_size=1, max_size=8).filter(
    lambda word: word not in KEYWORDS.split()
)
paths = st.lists(words, min_size=2, max_size=3).map(".".join)
leaves: st.SearchStrategy[Expression] = st.one_of(
    st.builds(
        lambda value, unit: tree.Number(value=value, unit=unit),
        st.decimals(0, 10**12, places=4).map(lambda number: Decimal(str(number)).normalize()),
        st.sampled_from(["", "days", "months", "hours"]),
    ),
    st.dates(min_value=date(1000, 1, 1)).map(lambda day: tree.Day(value=day)),
    st.text(st.characters(exclude_characters='"\n', exclude_categories=["Cs"]), max_size=12).map(
        lambda text: tree.Text(value=text)
    ),
    st.booleans().map(lambda flag: tree.Flag(value=flag)),
    words.map(lambda word: tree.Word(value=word)),
    st.builds(lambda path, own: tree.Name(path=path, of_asker=own), paths, st.booleans()),
)


def _grown(part: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Return nodes whose parts are drawn from `part`."""
    optional = st.none() | part
    several = st.lists(part, min_size=1, max_size=3).map(tuple)
    comparisons = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    states = st.sampled_from(["present", "absent", "known", "unknown"])
    return st.one_of(
        st.builds(tree.Compare, op=comparisons, left=part, right=part),
        st.builds(tree.Between, value=part, low=part, high=part),
        st.builds(tree.Among, value=part, options=several, negated=st.booleans()),
        st.builds(tree.State, value=part, state=states),
        st.builds(tree.Not, item=part),
        st.builds(tree.Both, left=part, right=part),
        st.builds(tree.Either, left=part, right=part),
        st.builds(
            tree.Arithmetic, op=st.sampled_from(["+", "-", "*", "/", "% of"]), left=part, right=part
        ),
        st.builds(tree.Negative, item=part),
        st.builds(tree.If, condition=part, yes=part, no=part),
        st.builds(
            tree.Call,
            function=st.sampled_from(["min", "max"]),
            arguments=st.lists(part, min_size=2, max_size=3).map(tuple),
        ),
        st.builds(tree.Call, function=st.just("days_since"), arguments=st.tuples(part)),
        st.builds(
            tree.Aggregate,
            function=st.sampled_from(["count", "share"]),
            members=words,
            where=optional,
        ),
        st.builds(
            tree.Aggregate,
            function=st.sampled_from(["sum", "avg", "min", "max"]),
            members=words,
            value=part,
            where=optional,
        ),
        st.builds(
            tree.Edited,
            scorecard=words,
            person=part,
            hours=st.integers(1, 999).map(Decimal),
        ),
    )


@given(st.recursive(leaves, _grown, max_leaves=12))
@settings(max_examples=400)
def test_parsing_the_text_of_a_tree_gives_the_tree_back(node: Expression) -> None:
    assert without_offsets(parse_condition(unparse(node))) == node
