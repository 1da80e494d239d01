"""Sums and quotients that do not hang on the decimal settings of the program around us."""

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import reduce
from typing import Any

_LARGEST = 1_899  # digits of a number; what is larger is unknown

_CONTEXT = Context(
    prec=28,
    rounding=ROUND_HALF_EVEN,
    Emin=-_LARGEST,
    Emax=_LARGEST,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)

plus, minus, times, divided = _CONTEXT.add, _CONTEXT.subtract, _CONTEXT.multiply, _CONTEXT.divide
negative = _CONTEXT.minus


def share_of(percent: Decimal, whole: Decimal) -> Decimal:
    """Return so many percent of `whole`."""
    return divided(times(percent, whole), 100)


def total(numbers: Iterable[Decimal]) -> Decimal:
    """Return the sum; 0 for none."""
    return reduce(plus, numbers, Decimal(0))


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": plus,
    "-": minus,
    "*": times,
    "/": divided,
    "% of": share_of,
}
