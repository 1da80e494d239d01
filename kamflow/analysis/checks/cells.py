"""The values of a variable in as few cells as the conditions can tell apart.

Between two neighbouring bounds all numbers are alike to the conditions, so a number has a cell for
each bound and one for what lies between; a word has a cell for each word that is named. A set of
cells is an integer with a bit for each.
"""

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from msgspec import Struct

from kamflow.analysis.checks.formulas import (
    MISSING,
    OTHER,
    STALE,
    Bound,
    Formula,
    Is,
    States,
    Test,
    Variable,
    Words,
)


class Span(Struct, frozen=True):
    """A number, or the numbers between two others, ends left out; no end is nothing."""

    low: Fraction | None
    high: Fraction | None

    @property
    def single(self) -> bool:
        """Whether it is one number."""
        return self.low is not None and self.low == self.high

    def holds(self, value: Fraction) -> bool:
        """Tell whether a number lies in it."""
        if self.single:
            return value == self.low
        above = self.low is None or value > self.low
        return above and (self.high is None or value < self.high)


Cell: TypeAlias = Span | str  # numbers, a word, or `missing` and `stale`
Value: TypeAlias = Fraction | str


class Cells:
    """The cells of one variable."""

    def __init__(self, variable: Variable, tests: Iterable[Test]) -> None:
        self.variable = variable
        spans = _words(variable, tests) if variable.words is not None else _spans(variable, tests)
        states = [state for state in (MISSING, STALE) if getattr(variable, state)]
        self.cells: tuple[Cell, ...] = (*spans, *states)
        self.states = len(states)
        self.full = (1 << len(self.cells)) - 1
        self.known = (1 << len(spans)) - 1
        self._masks: dict[Test, int] = {}
        self._points = {
            span.low: n for n, span in enumerate(spans) if isinstance(span, Span) and span.single
        }

    def mask(self, test: Test) -> int:
        """Return the cells that pass a test."""
        if test not in self._masks:
            place = self._points.get(test.value) if isinstance(test, Bound) else None
            if isinstance(test, Bound) and place is not None:
                self._masks[test] = self._beside(test.op, place)
            else:
                bits = (1 << n for n, cell in enumerate(self.cells) if self._passes(cell, n, test))
                self._masks[test] = sum(bits)
        return self._masks[test]

    def _beside(self, op: str, place: int) -> int:
        """Return the cells that stand so to the number at `place`; cells of numbers rise."""
        equal = 1 << place
        below = equal - 1
        above = self.known & ~(below | equal)
        return {
            "=": equal,
            "!=": below | above,
            "<": below,
            "<=": below | equal,
            ">": above,
            ">=": above | equal,
        }[op]

    def _passes(self, cell: Cell, place: int, test: Test) -> bool:
        is_known = bool(self.known >> place & 1)
        match test:
            case States(states):
                return ("known" if is_known else cell) in states
            case Words(words, negated):
                return is_known and (cell in words) is not negated
            case Bound(op, value):
                return is_known and isinstance(cell, Span) and _stands(cell, op, value)

    def inside(self, mask: int) -> Iterator[Cell]:
        """Yield the cells of a set."""
        return (cell for n, cell in enumerate(self.cells) if mask >> n & 1)

    def place(self, value: Value) -> int:
        """Return the set of the one cell that a value lies in; the empty set for none."""
        for n, cell in enumerate(self.cells):
            if cell == value or (isinstance(cell, Span) and _in(cell, value)):
                return 1 << n
        last = len(self.cells) - self.states - 1
        return 1 << last if self.variable.spoken and isinstance(value, str) else 0

    def example(self, mask: int) -> Value:
        """Return a value in a set that is not empty, a plain one if there is."""
        cell = next(self.inside(mask))
        return nearest(cell, whole=self.variable.whole) if isinstance(cell, Span) else cell


def _in(cell: Span, value: Value) -> bool:
    return isinstance(value, Fraction) and cell.holds(value)


def nearest(cell: Span, *, whole: bool) -> Fraction:
    """Return a number in a cell: the least whole one above its low end if there is."""
    if cell.low is None:
        return Fraction(0) if cell.high is None else Fraction(math.ceil(cell.high) - 1)
    if cell.single:
        return cell.low
    above = Fraction(math.floor(cell.low) + 1)
    if whole or cell.high is None or above < cell.high:
        return above
    tenth = Fraction(math.floor(cell.low * 10) + 1, 10)
    return tenth if tenth < cell.high else (cell.low + cell.high) / 2


def _words(variable: Variable, tests: Iterable[Test]) -> tuple[str, ...]:
    words = variable.words or ()
    if not variable.spoken:
        return words
    named = {word for test in tests if isinstance(test, Words) for word in test.words}
    return (*words, *sorted(named.difference(words)), OTHER)


def _spans(variable: Variable, tests: Iterable[Test]) -> tuple[Span, ...]:
    if variable.points:
        return tuple(Span(point, point) for point in variable.points)
    low, high = variable.low, variable.high
    bounds = {test.value for test in tests if isinstance(test, Bound)}
    ends = sorted(
        value
        for value in bounds | {end for end in (low, high) if end is not None}
        if (low is None or value >= low) and (high is None or value <= high)
    )
    edges = [None if low is None else low, *ends, None if high is None else high]
    found: list[Span] = []
    for n, (left, right) in enumerate(pairwise(edges)):
        if n:
            found.append(Span(left, left))
        if left is None or right is None or left < right:
            found.append(Span(left, right))
    return tuple(span for span in found if not variable.whole or _has_whole(span))


def _has_whole(span: Span) -> bool:
    if span.low is None or span.high is None:
        return True
    if span.single:
        return span.low.denominator == 1
    return math.floor(span.low) + 1 < span.high


def _stands(cell: Span, op: str, value: Fraction) -> bool:
    """Tell whether all numbers of a cell stand so to a bound; bounds lie at ends of cells."""
    if cell.single:
        low = high = cell.low
    else:
        low, high = cell.low, cell.high
    below = high is not None and (high < value or (high == value and not cell.single))
    above = low is not None and (low > value or (low == value and not cell.single))
    equal = cell.single and cell.low == value
    return {
        "=": equal,
        "!=": not equal,
        "<": below,
        "<=": below or equal,
        ">": above,
        ">=": above or equal,
    }[op]


def tests_in(formulas: Iterable[Formula]) -> dict[str, dict[Test, None]]:
    """Return the tests of each variable that formulas speak of."""
    found: dict[str, dict[Test, None]] = {}
    seen: set[int] = set()
    waiting = list(formulas)
    while waiting:
        formula = waiting.pop()
        if id(formula) in seen:
            continue
        seen.add(id(formula))
        if isinstance(formula, Is):
            found.setdefault(formula.name, {})[formula.test] = None
        else:
            waiting.extend(formula.parts)
    return found
