"""Comparisons of computed numbers that mostly need no exact arithmetic.

The engine computes to 28 digits, which costs a database far more than its own arithmetic. Where the
two sides are further apart than its own arithmetic can be wrong, that tells which one is greater;
only where they nearly meet the exact functions are asked.
"""

from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Case,
    ColumnClause,
    ColumnElement,
    Integer,
    Numeric,
    TypeCoerce,
    and_,
    case,
    func,
    literal,
    or_,
)
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import TypeEngine

from kamflow.engine.arithmetic import divided
from kamflow.storage.sql.exact import AsStored, Exact

Element = ColumnElement[Any]

_LEAST, _MOST = Decimal("1e-15"), Decimal("1e15")  # of a number that is estimated with, or 0
_MAX_LEAVES = 12  # so that no product of them leaves the range of a REAL
_MAX_PARTS = 80  # an estimate is written down several times
# Wrong by less than 2^-52 for each number read and each of the operations between them, 16 digits
# in a quotient of PostgreSQL: less than 1e-14 in all, of the sum of what was added.
_DOUBT = Decimal("1e-12")


class Estimate(Struct, frozen=True):
    """A number computed by the database, at most `_DOUBT * scale` away from the exact one."""

    value: Element
    scale: Element  # the same with every number positive and every `-` a `+`
    guards: tuple[Element, ...]  # where all of these hold
    leaves: int = 1
    added: bool = False  # whether a sum is in it, so that `scale` can be far above `value`


class Estimator:
    """Estimates on one database: SQLite's REAL, PostgreSQL's NUMERIC."""

    def __init__(self, *, real: bool) -> None:
        self._real = real
        self._type: TypeEngine[Any] = AsStored() if real else Numeric()

    def decide(self, op: Any, left: Element, right: Element, exact: Element) -> Element:  # noqa: ANN401 - an operator
        """Return `left op right` by estimate where that is safe, else `exact`."""
        if sum(1 for side in (left, right) for _ in iterate(side)) > _MAX_PARTS:
            return exact
        one, other = self._estimate(left), self._estimate(right)
        if one is None or other is None or max(one.leaves, other.leaves) > _MAX_LEAVES:
            return exact
        apart = func.abs(one.value.op("-")(other.value))
        doubt = self._fixed(_DOUBT).op("*")(_scale(one, other))
        safe = and_(*one.guards, *other.guards, apart > doubt)
        return case((safe, op(one.value, other.value)), else_=exact)

    def _estimate(self, element: Element) -> Estimate | None:
        if isinstance(element, FunctionElement):
            return self._operation(element)
        if isinstance(element, BindParameter) and isinstance(element.type, Exact):
            value: Any = element.value
            inside = isinstance(value, Decimal) and (not value or _LEAST <= abs(value) <= _MOST)
            return Estimate(self._fixed(value), self._fixed(abs(value)), ()) if inside else None
        if isinstance(element.type, Integer):
            return Estimate(Grouping(element), func.abs(element), ())
        if isinstance(element, ColumnClause | Case | TypeCoerce) and not _is_lent(element):
            return Estimate(element, func.abs(element), (self._inside(element),))
        return None

    def _operation(self, element: FunctionElement[Any]) -> Estimate | None:
        if isinstance(element.type, Integer):
            return Estimate(element, func.abs(element), ())
        sign = {"plus": "+", "minus": "-", "times": "*", "divided": "/"}.get(
            getattr(element, "name", "").removeprefix("kamflow_")
        )
        sides = [self._estimate(item) for item in element.clauses] if sign else []
        if sign is None or sides[0] is None or sides[1] is None:
            return None
        one, other = sides[0], sides[1]
        if sign == "/" and other.added:
            return None
        return Estimate(
            self._write(sign, one.value, other.value),
            self._write("+" if sign == "-" else sign, one.scale, other.scale),
            (*one.guards, *other.guards),
            one.leaves + other.leaves,
            one.added or other.added or sign in "+-",
        )

    def _write(self, sign: str, left: Element, right: Element) -> Element:
        if sign == "/" and isinstance(right, BindParameter) and right.value:
            return Grouping(left.op("*")(self._fixed(divided(Decimal(1), Decimal(right.value)))))
        if sign == "/":
            right = func.nullif(right, self._fixed(Decimal(0)))
            if self._real:  # a quotient of two INTEGER would be cut off
                left = left.op("*")(self._fixed(Decimal(1)))
        return Grouping(left.op(sign)(right))

    def _fixed(self, number: Decimal) -> Element:
        return literal(float(number) if self._real else number, self._type)

    def _inside(self, element: Element) -> Element:
        """Return whether a number is in range; what SQLite keeps as text is above all numbers."""
        low, high, zero = (self._fixed(item) for item in (_LEAST, _MOST, Decimal(0)))
        below = (self._fixed(-_MOST), self._fixed(-_LEAST))
        return or_(element.between(low, high), element == zero, element.between(*below))


def _is_lent(element: Element) -> bool:
    """Tell whether a function is asked within `element`: then writing it again costs too much."""
    return any(isinstance(part, FunctionElement) for part in iterate(element))


def _scale(one: Estimate, other: Estimate) -> Element:
    """Return that of the simpler side, unless a sum on the other can hide how large its parts are.

    Without a sum, a side is no larger than the other one and the distance between the two.
    """
    pairs = ((one, other), (other, one))
    enough = [side for side, opposite in pairs if not opposite.added]
    if enough:
        return min(enough, key=lambda side: side.leaves).scale
    return Grouping(one.scale.op("+")(other.scale))
