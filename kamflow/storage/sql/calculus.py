"""Numbers and days in SQL: every difference between the databases in what conditions compute."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Case,
    ColumnClause,
    Dialect,
    Float,
    Integer,
    TypeCoerce,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    null,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import eq, ge, gt, le, lt, ne
from sqlalchemy.sql.visitors import iterate

from kamflow.engine.arithmetic import OPERATIONS
from kamflow.model.values import Value
from kamflow.storage.sql.estimates import Estimator
from kamflow.storage.sql.exact import AsStored, Day, Exact, Words, sort_key, to_stored
from kamflow.storage.sql.rows import Element

EXACT = Exact()
_FUNCTIONS = {"+": "plus", "-": "minus", "*": "times", "/": "divided"}
_OPERATORS: dict[str, Any] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_BEFORE_FIRST_JULIAN = 1721424.5  # Julian day number of the day before the first of year 1
_STRFTIME = {"year": "%Y", "month": "%m", "day": "%d"}
_MAX_PARTS = 40  # of a choice that is written down more than once
_BELOW, _ABOVE = {True: "<", False: "<="}, {True: ">=", False: ">"}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def number(value: Decimal | int) -> Element:
    """Return a fixed number."""
    return literal(Decimal(value), EXACT)


def constant(element: Element) -> Decimal | None:
    """Return the value of a fixed number; nothing for what hangs on a row."""
    fixed = isinstance(element, BindParameter) and isinstance(element.type, Exact)
    return element.value if fixed else None


def is_number(element: Element) -> bool:
    """Tell whether `element` is a number."""
    return isinstance(element.type, Exact | Integer)


class Calculus:
    """Arithmetic as PostgreSQL does it: comparison is the database's own, the rest is lent."""

    _estimator = Estimator(real=False)

    def compare(self, op: str, left: Element, right: Element) -> Element:
        """Return `left op right`."""
        compared: Element = _OPERATORS[op](left, right)
        if _is_computed(left) or _is_computed(right):
            return self._estimator.decide(_OPERATORS[op], left, right, compared)
        return compared

    def combine(self, op: str, left: Element, right: Element) -> Element:
        """Return `left op right`, to 28 digits."""
        one, other = constant(left), constant(right)
        if one is not None and other is not None:
            return _folded(op, one, other)
        if op == "% of":
            return self.combine("/", self.combine("*", left, right), number(100))
        return _lent(_FUNCTIONS[op], left, right)

    def rounded(self, item: Element) -> Element:
        """Return `item` to 28 digits."""
        return _lent("rounded", item)

    def extreme(self, function: str, items: list[Element]) -> Element:
        """Return the least or greatest of the numbers, unknown when one of them is."""
        name, found = {"min": "least", "max": "greatest"}[function], items[0]
        for item in items[1:]:
            found = _lent(name, found, item)
        return found

    def total(self, member: Element, item: Element) -> Element:
        """Return the sum over a group, added in the order of the members' ids."""
        ordered = aggregate_order_by(item, member.collate("C"))
        return func.kamflow_total(ordered, type_=EXACT)

    def outermost(self, function: str, member: Element, item: Element) -> Element:  # noqa: ARG002
        """Return the least or greatest known number of a group."""
        return getattr(func, function)(item, type_=EXACT)  # type: ignore[no-any-return]

    def shifted(self, day: Element, op: str, amount: Element, unit: str) -> Element:
        """Return the day so many units later or earlier; unknown outside of the calendar."""
        amount = amount if op == "+" else self.combine("-", number(0), amount)
        return func.kamflow_moved(day, amount, literal(unit, Words()), type_=Day())

    def date_part(self, part: str, day: Element) -> Element:
        """Return the `year`, `month` or `day` of a day."""
        return cast(extract(part, day), Integer)

    def oldest(self, days: Sequence[Element]) -> Element:
        """Return the earliest of the days that are there."""
        return func.least(*days, type_=Day())

    def bit(self, verdict: Element) -> Element:
        """Return 1 for met, 0 for unmet, NULL for unknown."""
        return cast(verdict, Integer)


class SqliteCalculus(Calculus):
    """Arithmetic on SQLite, where a number is INTEGER, REAL or text; see `exact`."""

    _estimator = Estimator(real=True)

    def compare(self, op: str, left: Element, right: Element) -> Element:
        """Return `left op right`; equal numbers are stored alike, so that equality is native."""
        if op in ("=", "!=") or not is_number(left):
            return super().compare(op, left, right)
        if _is_computed(left) or _is_computed(right):
            exact = _by_function(op, left, right)
            return self._estimator.decide(_OPERATORS[op], left, right, exact)
        if constant(left) is not None and constant(right) is None:
            op, left, right = _FLIPPED[op], right, left
        bound = constant(right)
        if bound is not None and _is_plain(left):
            return _against(op, left, bound)
        if _is_plain(left) and _is_plain(right):
            return _natively(
                super().compare(op, left, right), _by_function(op, left, right), left, right
            )
        return _by_function(op, left, right)

    def total(self, member: Element, item: Element) -> Element:
        """Return the sum over a group; the function orders what it has seen."""
        return func.kamflow_total(member, item, type_=EXACT)

    def outermost(self, function: str, member: Element, item: Element) -> Element:
        """Return the least or greatest known number of a group."""
        return _lent(function, member, item)

    def date_part(self, part: str, day: Element) -> Element:
        """Return the `year`, `month` or `day` of a day."""
        julian = day.op("+", return_type=Float())(literal(_BEFORE_FIRST_JULIAN, Float()))
        return cast(func.strftime(_STRFTIME[part], julian), Integer)

    def oldest(self, days: Sequence[Element]) -> Element:
        """Return the earliest of the days that are there; `min` knows no NULL."""
        if len(days) == 1:
            return days[0]
        far = literal(date.max, Day())
        return func.nullif(func.min(*(func.coalesce(day, far) for day in days)), far, type_=Day())

    def bit(self, verdict: Element) -> Element:
        """Return the verdict as it is stored: 1, 0 or NULL."""
        return type_coerce(verdict, Integer)


def calculus_of(dialect: Dialect) -> Calculus:
    """Return the arithmetic of a database."""
    return SqliteCalculus() if dialect.name == "sqlite" else Calculus()


def _folded(op: str, one: Decimal, other: Decimal) -> Element:
    try:
        return number(OPERATIONS[op](one, other))
    except ArithmeticError:
        return cast(null(), EXACT)


def _lent(name: str, *arguments: Element) -> Element:
    return getattr(func, f"kamflow_{name}")(*arguments, type_=EXACT)  # type: ignore[no-any-return]


def _by_function(op: str, left: Element, right: Element) -> Element:
    sign = func.kamflow_compare(left, right, type_=Integer())
    compared: Element = _OPERATORS[op](sign, 0)
    return compared


def _is_plain(element: Element) -> bool:
    """Tell whether `element` is cheap to write down twice."""
    if isinstance(element, ColumnClause | BindParameter) or isinstance(element.type, Integer):
        return True
    outcomes = _outcomes(element)
    return bool(outcomes) and _is_short(element) and all(map(_is_plain, outcomes))


def _outcomes(element: Element) -> list[Element]:
    """Return what a choice can come to; nothing for what is no choice."""
    if isinstance(element, TypeCoerce):
        return _outcomes(element.typed_expression)
    if not isinstance(element, Case):
        return []
    found = [outcome for _, outcome in element.whens]
    return found if element.else_ is None else [*found, element.else_]


def _is_short(element: Element) -> bool:
    return sum(1 for _ in iterate(element)) <= _MAX_PARTS


def _may_be_text(element: Element) -> bool:
    """Tell whether SQLite may keep the number as text."""
    if isinstance(element.type, Integer):
        return False
    value, outcomes = constant(element), _outcomes(element)
    if outcomes:
        return any(map(_may_be_text, outcomes))
    return value is None or isinstance(to_stored(value), str)


def _is_computed(element: Element) -> bool:
    """Tell whether `element` is the result of exact arithmetic."""
    return isinstance(element, FunctionElement) and isinstance(element.type, Exact)


def _natively(native: Element, otherwise: Element, *numbers: Element) -> Element:
    """Return `native` where all of `numbers` are stored as numbers; text is greater than those."""
    text = literal("", AsStored())
    doubtful = [item < text for item in numbers if _may_be_text(item)]
    return case((and_(*doubtful), native), else_=otherwise) if doubtful else native


def _against(op: str, left: Element, bound: Decimal) -> Element:
    """Compare with a fixed number: natively what is stored as a number, else by the sort key."""
    near = to_stored(bound)
    native = op
    if isinstance(near, str):
        # No REAL stands for the bound: the nearest one does, which is just above or just below it.
        near = float(bound)
        above = Decimal(repr(near)) > bound
        native = _BELOW[above] if op in ("<", "<=") else _ABOVE[above]
    return _natively(
        _OPERATORS[native](left, literal(near, AsStored())),
        _OPERATORS[op](left, literal(sort_key(bound), AsStored())),
        left,
    )


def fixed(value: Value) -> Element:
    """Return a fixed value."""
    match value:
        case bool():
            return literal(value, Boolean())
        case Decimal():
            return number(value)
        case date():
            return literal(value, Day())
        case str():
            return literal(value, Words())
