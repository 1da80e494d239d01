"""How numbers and dates grow with the days, and after how many of them comparisons turn over."""

import math
import operator
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, DecimalException
from fractions import Fraction
from typing import Any, TypeAlias

from kamflow.engine.closures import compile_expression
from kamflow.engine.days import shift, unit_of
from kamflow.engine.instants import midnight
from kamflow.engine.view import Source, View
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack
from kamflow.model.values import Unknown

Line: TypeAlias = tuple[Fraction, int]  # what it comes to today, and what a day adds to it
Growing: TypeAlias = Callable[[View], Line | None]  # nothing while it is unknown

DAYS_IN_STAGE = "subject.days_in_stage"

_TURNED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def growing(node: Expression, pack: Pack) -> Growing | None:
    """Return what tells how a tree grows with the days; nothing where that is no straight line.

    What does not change by the passing of days alone is even, although it may change otherwise.
    """
    match node:
        case tree.Word(value="today"):
            return lambda view: (Fraction(view.day), 1)
        case tree.Name():
            return _name(node, pack)
        case tree.Call(function="days_since"):
            return _less(lambda view: (Fraction(view.day), 1), growing(node.arguments[0], pack))
        case tree.If():
            return _either(node, pack)
        case tree.Negative():
            return _less(lambda _view: (Fraction(0), 0), growing(node.item, pack))
        case tree.Arithmetic():
            return _arithmetic(node, pack)
        case tree.Number() | tree.Day() | tree.Aggregate():
            return _even(compile_expression(node, pack), 0)
        case _:
            return None


def _name(node: tree.Name, pack: Pack) -> Growing | None:
    beneath = _derived(node, pack)
    if beneath is not None:
        return _of_owner(growing(beneath, pack), pack.facts[node.path].kind)
    return _even(compile_expression(node, pack), int(node.path == DAYS_IN_STAGE))


def _arithmetic(node: tree.Arithmetic, pack: Pack) -> Growing | None:
    if node.op not in ("+", "-") or not _counts_days(node, pack):
        return None
    left, right = growing(node.left, pack), growing(node.right, pack)
    return _combined(operator.sub if node.op == "-" else operator.add, left, right)


def _either(node: tree.If, pack: Pack) -> Growing | None:
    """Return how the branch grows that is taken now; when it changes is another question."""
    condition = compile_expression(node.condition, pack)
    yes, no = growing(node.yes, pack), growing(node.no, pack)
    if yes is None or no is None:
        return None

    def work(view: View) -> Line | None:
        taken = condition(view)
        if taken.__class__ is Unknown:
            return None
        return yes(view) if taken else no(view)

    return work


def turns(op: str, left: Line, right: Line) -> int | None:
    """Return after how many days `left op right` is another answer than today, if ever."""
    distance, slope = left[0] - right[0], left[1] - right[1]
    if not slope:
        return None
    compare, crossing = _TURNED[op], -distance / slope
    before = compare(distance, 0)
    near = {1, math.ceil(crossing) - 1, math.ceil(crossing), math.floor(crossing) + 1}
    for days in sorted(near):
        if days >= 1 and compare(distance + slope * days, 0) is not before:
            return days
    return None


def months_reached(day: object, bound: object, view: View) -> Iterable[datetime | None]:
    """Yield when the months since a day come to a bound, and when they exceed it."""
    if isinstance(day, date) and isinstance(bound, Decimal):
        for count in (math.ceil(bound), math.floor(bound) + 1):
            on = shift(day, Decimal(count), "months")
            if on is not None and on.toordinal() > view.day:
                yield midnight(on.toordinal())


def _derived(node: tree.Name, pack: Pack) -> Expression | None:
    fact = pack.facts.get(node.path)
    return None if fact is None or fact.derived is None or node.of_asker else fact.derived.tree


def _of_owner(grow: Growing | None, kind: str) -> Growing | None:
    if grow is None:
        return None

    def work(view: View) -> Line | None:
        owner = view.at(kind)
        return None if owner is None else grow(owner)

    return work


def _counts_days(node: tree.Arithmetic, pack: Pack) -> bool:
    """Tell whether a sum is one of numbers, or of days; months are not always as long."""
    units = (unit_of(node.left, pack), unit_of(node.right, pack))
    return not any(unit in ("months", "business days") for unit in units)


def _even(source: Source, slope: int) -> Growing:
    def work(view: View) -> Line | None:
        value = source(view)
        if isinstance(value, Decimal):
            try:
                return Fraction(value), slope
            except (ValueError, OverflowError, DecimalException):
                return None
        return (Fraction(value.toordinal()), slope) if isinstance(value, date) else None

    return work


def _less(one: Growing | None, other: Growing | None) -> Growing | None:
    return _combined(operator.sub, one, other)


def _combined(
    combine: Callable[[Any, Any], Any], one: Growing | None, other: Growing | None
) -> Growing | None:
    """Return how a sum or a difference grows: what it comes to and what a day adds, alike."""
    if one is None or other is None:
        return None

    def work(view: View) -> Line | None:
        left, right = one(view), other(view)
        if left is None or right is None:
            return None
        return combine(left[0], right[0]), combine(left[1], right[1])

    return work
