"""Formulas about an input: what has to be so for a condition to be met, or to be unmet.

An input gives every variable a value, or leaves it missing or stale. A formula is true or false of
an input; that a condition can be unknown shows in its being neither met nor unmet.
"""

from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct

MISSING, STALE = "missing", "stale"
OTHER = "anything else"  # a text that no condition names


class Total(Struct, frozen=True):
    """A sum of variables, each times a number."""

    parts: tuple[tuple[str, Fraction], ...]
    constant: Fraction = Fraction(0)


class Product(Struct, frozen=True):
    """One variable times another."""

    left: str
    right: str


class Quotient(Struct, frozen=True):
    """One variable divided by another, which is not 0."""

    left: str
    right: str


class Step(Struct, frozen=True):
    """What a scorecard gives from `low` up to `high`; an end that is not given is open."""

    low: Fraction | None
    high: Fraction | None
    points: Fraction


class Steps(Struct, frozen=True):
    """The points of a scorecard for a variable: of the first step that it is on."""

    of: str
    steps: tuple[Step, ...]
    otherwise: Fraction


class Completeness(Struct, frozen=True):
    """The share of some variables that are known, in %."""

    of: tuple[str, ...]


class Same(Struct, frozen=True):
    """Whether two texts are the same: `true` or `false`."""

    left: str
    right: str


Link: TypeAlias = Total | Product | Quotient | Steps | Completeness | Same


class Variable(Struct, frozen=True, kw_only=True):
    """Something an input gives a value: a number between `low` and `high`, or a word.

    `link` tells how the value follows from those of others; `opaque` that it follows from something
    that is not looked into, so that an example with it may not come about.
    """

    name: str
    words: tuple[str, ...] | None = None  # nothing for a number
    spoken: bool = False  # a text: more words than those
    low: Fraction | None = None
    high: Fraction | None = None
    points: tuple[Fraction, ...] = ()  # the only values there are
    whole: bool = False
    day: bool = False  # a number of days from today, or in the calendar
    missing: bool = False  # may have no value
    stale: bool = False  # may be too old
    link: Link | None = None
    opaque: bool = False
    beside: tuple[str, ...] = ()  # variables that it hangs on in a way not looked into
    members: str = ""  # set of subjects that it is about


class Bound(Struct, frozen=True):
    """A number that is known and stands so (= != < <= > >=) to another."""

    op: str
    value: Fraction


class Words(Struct, frozen=True):
    """A word that is known and is one of these, or with `negated` none of them."""

    words: frozenset[str]
    negated: bool = False


class States(Struct, frozen=True):
    """A variable that is `known`, `missing` or `stale`: one of these."""

    states: frozenset[str]


Test: TypeAlias = Bound | Words | States


class Is(Struct, frozen=True):
    """A variable passes a test."""

    name: str
    test: Test


class All(Struct, frozen=True):
    """Every part is true."""

    parts: tuple["Formula", ...]


class Any(Struct, frozen=True):
    """Some part is true."""

    parts: tuple["Formula", ...]


Formula: TypeAlias = Is | All | Any

TRUE, FALSE = All(()), Any(())
KNOWN = States(frozenset({"known"}))
PRESENT = States(frozenset({"known", STALE}))
UNKNOWN = States(frozenset({MISSING, STALE}))
ABSENT = States(frozenset({MISSING}))


class Truth(Struct, frozen=True):
    """When a condition is met, and when it is unmet; else it is unknown."""

    met: Formula
    unmet: Formula

    def turned(self) -> "Truth":
        """Return the truth of `not`."""
        return Truth(self.unmet, self.met)


ALWAYS, NEVER = Truth(TRUE, FALSE), Truth(FALSE, TRUE)


def every(*parts: Formula) -> Formula:
    """Return the formula that all of `parts` are true."""
    kept: list[Formula] = []
    for part in parts:
        if part is FALSE or part == FALSE:
            return FALSE
        if isinstance(part, All):
            kept += part.parts
        else:
            kept.append(part)
    return kept[0] if len(kept) == 1 else All(tuple(kept)) if kept else TRUE


def some(*parts: Formula) -> Formula:
    """Return the formula that one of `parts` is true."""
    kept: list[Formula] = []
    for part in parts:
        if part is TRUE or part == TRUE:
            return TRUE
        if isinstance(part, Any):
            kept += part.parts
        else:
            kept.append(part)
    return kept[0] if len(kept) == 1 else Any(tuple(kept)) if kept else FALSE


def both(one: Truth, other: Truth) -> Truth:
    """Return the truth of `and`."""
    return Truth(every(one.met, other.met), some(one.unmet, other.unmet))


def either(one: Truth, other: Truth) -> Truth:
    """Return the truth of `or`."""
    return Truth(some(one.met, other.met), every(one.unmet, other.unmet))


OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_STATES = frozenset({"known", MISSING, STALE})


def opposite(formula: Formula) -> Formula:
    """Return the formula that is true just where `formula` is not."""
    match formula:
        case All():
            return some(*(opposite(part) for part in formula.parts))
        case Any():
            return every(*(opposite(part) for part in formula.parts))
        case Is():
            return _fails(formula.name, formula.test)


def _fails(name: str, test: Test) -> Formula:
    """Return the formula that a variable does not pass a test."""
    match test:
        case States(states):
            return Is(name, States(_STATES - states))
        case Bound(op, value):
            return some(Is(name, UNKNOWN), Is(name, Bound(OPPOSITE[op], value)))
        case Words(words, negated):
            return some(Is(name, UNKNOWN), Is(name, Words(words, not negated)))
