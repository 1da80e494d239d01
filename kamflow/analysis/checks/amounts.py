"""Values as they are worked with: sums of variables, words, and what comparing them comes to.

A value that hangs on a condition is a list of cases: each says when it holds. Where none holds the
value is unknown.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct

from kamflow.analysis.checks.formulas import (
    ALWAYS,
    NEVER,
    OPPOSITE,
    Bound,
    Formula,
    Is,
    Link,
    Product,
    Quotient,
    Same,
    Total,
    Truth,
    Variable,
    Words,
    every,
    some,
)
from kamflow.model.values import format_value

MAX_CASES = 64


class TooComplexError(Exception):
    """What is asked is too much to work out; it stays undecided."""


class Line(Struct, frozen=True):
    """A sum of variables, each times a number, and a constant."""

    parts: tuple[tuple[str, Fraction], ...] = ()
    constant: Fraction = Fraction(0)


class Word(Struct, frozen=True):
    """A word that is written out."""

    text: str


class Spoken(Struct, frozen=True):
    """A variable whose value is a word."""

    name: str


Amount: TypeAlias = Line | Word | Spoken


class Case(Struct, frozen=True):
    """A value and when it holds."""

    when: Formula
    amount: Amount


Cases: TypeAlias = tuple[Case, ...]


class Vocabulary(dict[str, Variable]):
    """The variables that were met, by name."""

    def meet(self, variable: Variable) -> str:
        """Keep a variable and return its name."""
        self.setdefault(variable.name, variable)
        return variable.name

    def linked(self, name: str, link: Link, *, whole: bool = False) -> str:
        """Keep a number that follows from others."""
        low, high = None, None
        if isinstance(link, Total):
            low, high = self.reach_of(Line(link.parts, link.constant))
        return self.meet(Variable(name=name, link=link, whole=whole, low=low, high=high))

    def reach_of(self, line: "Line") -> tuple[Fraction | None, Fraction | None]:
        """Return between what a sum lies; an end that is not bounded is nothing."""
        low: Fraction | None = line.constant
        high: Fraction | None = line.constant
        for name, factor in line.parts:
            least, most = self[name].low, self[name].high
            if factor < 0:
                least, most = most, least
            low = None if low is None or least is None else low + factor * least
            high = None if high is None or most is None else high + factor * most
        return low, high


def merged(cases: Iterable[Case]) -> Cases:
    """Return the cases with those of one value put together."""
    found: dict[Amount, list[Formula]] = {}
    for case in cases:
        found.setdefault(case.amount, []).append(case.when)
    if len(found) > MAX_CASES:
        raise TooComplexError
    return tuple(Case(some(*whens), amount) for amount, whens in found.items())


# ---------------------------------------------------------------------------- numbers


def added(one: Line, other: Line, factor: Fraction = Fraction(1)) -> Line:
    """Return `one` plus `other` times a number."""
    parts = dict(one.parts)
    for name, weight in other.parts:
        parts[name] = parts.get(name, Fraction(0)) + weight * factor
    kept = tuple(sorted((name, weight) for name, weight in parts.items() if weight))
    return Line(kept, one.constant + other.constant * factor)


def scaled(line: Line, factor: Fraction) -> Line:
    """Return a sum times a number."""
    return added(Line(), line, factor)


def variable_of(line: Line, vocabulary: Vocabulary) -> str:
    """Return the variable that has the value of a sum; a new one unless there is one."""
    if len(line.parts) == 1 and line.parts[0][1] == 1 and not line.constant:
        return line.parts[0][0]
    whole = _is_whole(line, vocabulary)
    return vocabulary.linked(_text(line), Total(line.parts, line.constant), whole=whole)


def combined(op: str, one: Line, other: Line, vocabulary: Vocabulary) -> Case | None:
    """Return `one op other` and when it is known; nothing when it never is."""
    always = ALWAYS.met
    match op:
        case "+":
            return Case(always, added(one, other))
        case "-":
            return Case(always, added(one, other, Fraction(-1)))
        case "/":
            return _divided(one, other, vocabulary)
        case _:
            percent = Fraction(1, 100) if op == "% of" else Fraction(1)
            return Case(always, scaled(_times(one, other, vocabulary), percent))


def _times(one: Line, other: Line, vocabulary: Vocabulary) -> Line:
    if not one.parts:
        return scaled(other, one.constant)
    if not other.parts:
        return scaled(one, other.constant)
    left, right = sorted((variable_of(one, vocabulary), variable_of(other, vocabulary)))
    name = vocabulary.linked(f"({left}) * ({right})", Product(left, right))
    return Line(((name, Fraction(1)),))


def _divided(one: Line, other: Line, vocabulary: Vocabulary) -> Case | None:
    if not other.parts:
        amount = scaled(one, 1 / other.constant) if other.constant else None
        return None if amount is None else Case(ALWAYS.met, amount)
    left, right = variable_of(one, vocabulary), variable_of(other, vocabulary)
    name = vocabulary.linked(f"({left}) / ({right})", Quotient(left, right))
    return Case(Is(right, Bound("!=", Fraction(0))), Line(((name, Fraction(1)),)))


def _is_whole(line: Line, vocabulary: Vocabulary) -> bool:
    factors = (factor.denominator == 1 for _, factor in line.parts)
    return (
        line.constant.denominator == 1
        and all(factors)
        and all(vocabulary[name].whole for name, _ in line.parts)
    )


def _text(line: Line) -> str:
    parts = [f"{_factor(factor)}{name}" for name, factor in line.parts]
    if line.constant:
        parts.append(_number(line.constant))
    return " + ".join(parts).replace("+ -", "- ")


def _factor(factor: Fraction) -> str:
    return {1: "", -1: "-"}.get(int(factor), "") if abs(factor) == 1 else f"{_number(factor)} * "


def _number(number: Fraction) -> str:
    return str(number)


# ---------------------------------------------------------------------------- comparing


_FLIPPED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_HOLDS = {
    "=": lambda left: left == 0,
    "!=": lambda left: left != 0,
    "<": lambda left: left < 0,
    ">": lambda left: left > 0,
    "<=": lambda left: left <= 0,
    ">=": lambda left: left >= 0,
}


def compared(op: str, one: Cases, other: Cases, vocabulary: Vocabulary) -> Truth:
    """Return when a comparison is met, and when it is unmet."""
    if len(one) * len(other) > MAX_CASES * 4:
        raise TooComplexError
    met: list[Formula] = []
    unmet: list[Formula] = []
    for left in one:
        for right in other:
            truth = _compare(op, left.amount, right.amount, vocabulary)
            met.append(every(left.when, right.when, truth.met))
            unmet.append(every(left.when, right.when, truth.unmet))
    return Truth(some(*met), some(*unmet))


def _compare(op: str, one: Amount, other: Amount, vocabulary: Vocabulary) -> Truth:
    match one, other:
        case Line(), Line():
            return _against_zero(op, added(one, other, Fraction(-1)), vocabulary)
        case Word(), Word():
            truth = ALWAYS if one.text == other.text else NEVER
        case Spoken(), Word():
            truth = _is_word(one.name, other.text)
        case Word(), Spoken():
            truth = _is_word(other.name, one.text)
        case Spoken(), Spoken():
            truth = _same(one.name, other.name, vocabulary)
        case _:
            raise TooComplexError
    return truth if op == "=" else truth.turned()


def _against_zero(op: str, line: Line, vocabulary: Vocabulary) -> Truth:
    if not line.parts:
        return ALWAYS if _HOLDS[op](line.constant) else NEVER
    first = line.parts[0][1]
    op = op if first > 0 else _FLIPPED[op]
    bound, parts = -line.constant / first, scaled(Line(line.parts), 1 / first)
    name = variable_of(parts, vocabulary)
    return Truth(Is(name, Bound(op, bound)), Is(name, Bound(OPPOSITE[op], bound)))


def _is_word(name: str, word: str) -> Truth:
    words = frozenset({word})
    return Truth(Is(name, Words(words)), Is(name, Words(words, negated=True)))


def _same(one: str, other: str, vocabulary: Vocabulary) -> Truth:
    """Return when two words are the same: word by word where all are listed."""
    if one == other:
        return ALWAYS
    left, right = vocabulary[one], vocabulary[other]
    listed = left if not left.spoken else right if not right.spoken else None
    if listed is not None:
        truths = [(_is_word(one, word), _is_word(other, word)) for word in listed.words or ()]
        return Truth(
            some(*(every(a.met, b.met) for a, b in truths)),
            some(*(every(a.met, b.unmet) for a, b in truths))
            if listed is left
            else some(*(every(a.unmet, b.met) for a, b in truths)),
        )
    first, second = sorted((one, other))
    name = vocabulary.meet(
        Variable(name=f"{first} = {second}", words=("true", "false"), link=Same(first, second))
    )
    return _is_word(name, "true")


def constant(value: object) -> Amount | None:
    """Return the amount of a value that is written out; nothing for a day."""
    match value:
        case bool():
            return Word(format_value(value))
        case str():
            return Word(value)
        case Decimal():
            return Line((), Fraction(value))
        case _:
            return None
