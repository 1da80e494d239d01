"""Random sets of patterns and facts within the subset, and the shortest way to write one down."""

from collections.abc import Sequence
from hashlib import sha256

from hypothesis import strategies as st

from kamflow.model.matching import Fact, Join, MatchRule, MatchSet, Pattern, Scalar, Where

KINDS, MANY_KINDS = "xyz", "stuvwxyz"
COLLIDING = ("ACC-112789", "ACC-349192")  # the same 32 bits of FNV-1a

Session = tuple[Fact, ...]

_ORDER = st.sampled_from(("==", "!=", "<", "<=", ">", ">="))
_EQUAL = st.sampled_from(("==", "!="))
_NUMBER_FIELD, _TEXT_FIELD = st.sampled_from(("i", "j")), st.sampled_from(("s", "t"))
_NUMBERS = st.integers(-2, 2) | st.sampled_from((2**53, -(2**53), 2**53 - 1, 2**31, -(2**31) - 1))
_TEXTS = st.sampled_from(("", "a", "b", "ab", "A", " ", "1", "it's", "x" * 200, *COLLIDING))

_wheres = st.builds(Where, _NUMBER_FIELD, _ORDER, _NUMBERS) | st.builds(
    Where, _TEXT_FIELD, _EQUAL, _TEXTS
)


def a_set(*rules: MatchRule) -> MatchSet:
    return MatchSet(sha256(repr(rules).encode()).hexdigest(), rules)


def fact(kind: str, **fields: Scalar) -> Fact:
    return Fact(kind, fields)


def _joins(known: Sequence[str]) -> st.SearchStrategy[Join]:
    alias = st.sampled_from(known)
    numbers = st.builds(Join, _NUMBER_FIELD, _ORDER, alias, _NUMBER_FIELD, st.integers(-2, 2))
    return numbers | st.builds(Join, _TEXT_FIELD, _EQUAL, alias, _TEXT_FIELD)


@st.composite
def _patterns(draw: st.DrawFn, alias: str, kinds: Sequence[str], known: Sequence[str]) -> Pattern:
    joins = draw(st.lists(_joins(known), max_size=4)) if known else ()
    where = draw(st.lists(_wheres, max_size=2))
    return Pattern(alias, draw(st.sampled_from(kinds)), tuple(where), tuple(joins))


@st.composite
def _rules(draw: st.DrawFn, name: str, kinds: str) -> MatchRule:
    wanted, *unwanted = draw(st.permutations(kinds))
    positive = (wanted, unwanted.pop())
    aliases = "cab"[: draw(st.integers(1, 3))]  # in another order than that of the alphabet
    every = tuple(draw(_patterns(a, positive, aliases[:n])) for n, a in enumerate(aliases))
    none = tuple(draw(_patterns("n", unwanted, aliases)) for _ in range(draw(st.integers(0, 2))))
    return MatchRule(name, every, none)


@st.composite
def rule_sets(draw: st.DrawFn, least: int = 1, most: int = 4, kinds: str = KINDS) -> MatchSet:
    number = draw(st.integers(least, most))
    return a_set(*(draw(_rules(f"R{place}", kinds)) for place in range(number)))


def sessions(kinds: str = KINDS) -> st.SearchStrategy[Session]:
    """Return strategies for the facts of one session; fields may be missing."""
    fields = {"i": _NUMBERS, "j": _NUMBERS, "s": _TEXTS, "t": _TEXTS}
    kind = st.sampled_from((*kinds, "of no rule"))
    facts = st.builds(Fact, kind, st.fixed_dictionaries({}, optional=fields))
    return st.lists(facts, max_size=6).map(tuple)
