"""The nodes of a tree in SQL, one function for each.

Unknown is NULL. `AND`, `OR`, `NOT` and comparisons of SQL treat it as the language treats unknown,
so that most nodes are what they look like. What is written down twice is read twice, so that the
reader counts it twice.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Integer, and_, case, literal, not_, or_, type_coerce

from kamflow.engine.closures import constant_of
from kamflow.engine.days import first_day, unit_of
from kamflow.errors import NotInSqlError
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.storage.sql.answers import edited
from kamflow.storage.sql.calculus import EXACT, fixed, is_number, number
from kamflow.storage.sql.projection import microseconds
from kamflow.storage.sql.reader import Guarded, Reader
from kamflow.storage.sql.rows import Element, Rows
from kamflow.storage.sql.sets import aggregate, fixed_span, parts_of, refuse_calendars


def _comparison(
    reader: Reader, op: str, sides: tuple[Expression, Expression], rows: Rows, asker: Rows | None
) -> Element:
    """Return `left op right`, compared only where both are known."""
    left, right = (reader.guarded(side, rows, asker) for side in sides)
    guards = [item.guard for item in (left, right) if item.guard is not None]
    compared = reader.calculus.compare(op, left.element, right.element)
    return case((and_(*guards), compared)) if guards else compared


def _compare(reader: Reader, node: tree.Compare, rows: Rows, asker: Rows | None) -> Element:
    return _comparison(reader, node.op, (node.left, node.right), rows, asker)


def _between(reader: Reader, node: tree.Between, rows: Rows, asker: Rows | None) -> Element:
    low = _comparison(reader, ">=", (node.value, node.low), rows, asker)
    return and_(low, _comparison(reader, "<=", (node.value, node.high), rows, asker))


def _among(reader: Reader, node: tree.Among, rows: Rows, asker: Rows | None) -> Element:
    constants = [constant_of(item, reader.pack) for item in node.options]
    known = [fixed(item) for item in constants if item is not None]
    if len(known) < len(constants):
        equal = [_comparison(reader, "=", (node.value, item), rows, asker) for item in node.options]
        found: Element = or_(*equal)
    else:
        value = reader.guarded(node.value, rows, asker)
        found = Guarded(value.element.in_(known), value.guard).whole()
    return not_(found) if node.negated else found


def _state(reader: Reader, node: tree.State, rows: Rows, asker: Rows | None) -> Element:
    """Return whether a value is there: recorded, fresh or stale, for `present`; else known."""
    there: Element = reader.value(node.value, rows, asker).is_not(None)
    if node.state in ("present", "absent") and isinstance(node.value, tree.Name):
        place = (asker or rows) if node.value.of_asker else rows
        recorded, fact = place.recorded(node.value.path), reader.pack.facts.get(node.value.path)
        if recorded is not None and fact is not None:
            stands_in = fact.derived or fact.default
            there = or_(recorded, there) if stands_in else recorded
    return there if node.state in ("present", "known") else not_(there)


def _both(reader: Reader, node: tree.Both, rows: Rows, asker: Rows | None) -> Element:
    return and_(*(reader.value(part, rows, asker) for part in parts_of(node, tree.Both)))


def _either(reader: Reader, node: tree.Either, rows: Rows, asker: Rows | None) -> Element:
    return or_(*(reader.value(part, rows, asker) for part in parts_of(node, tree.Either)))


def _not(reader: Reader, node: tree.Not, rows: Rows, asker: Rows | None) -> Element:
    return not_(reader.value(node.item, rows, asker))


def _arithmetic(reader: Reader, node: tree.Arithmetic, rows: Rows, asker: Rows | None) -> Element:
    left, right = (reader.value(item, rows, asker) for item in (node.left, node.right))
    if is_number(left) and is_number(right):
        return reader.calculus.combine(node.op, left, right)
    if not is_number(left) and not is_number(right):
        return type_coerce(left - right, Integer)  # days between two dates
    day, amount, span = (left, right, node.right)
    if is_number(left):
        day, amount, span = (right, left, node.left)
    unit = unit_of(span, reader.pack)
    refuse_calendars(unit, reader.pack)
    return reader.calculus.shifted(day, node.op, amount, unit)


def _within(reader: Reader, node: tree.Within, rows: Rows, asker: Rows | None) -> Element:
    span = fixed_span(node.span, reader.pack)
    refuse_calendars(span.unit, reader.pack)
    first = date.fromordinal(first_day(reader.now.date(), span))
    value = reader.guarded(node.value, rows, asker)
    between = value.element.between(fixed(first), fixed(reader.now.date()))
    return Guarded(between, value.guard).whole()


def _negative(reader: Reader, node: tree.Negative, rows: Rows, asker: Rows | None) -> Element:
    return reader.calculus.combine("-", number(0), reader.value(node.item, rows, asker))


def _if(reader: Reader, node: tree.If, rows: Rows, asker: Rows | None) -> Element:
    condition, yes, no = (
        reader.value(item, rows, asker) for item in (node.condition, node.yes, node.no)
    )
    chosen = case({True: yes, False: no}, value=condition)
    return type_coerce(chosen, EXACT) if is_number(yes) else chosen


def _call(reader: Reader, node: tree.Call, rows: Rows, asker: Rows | None) -> Element:
    if node.function in ("min", "max"):
        numbers = [reader.value(item, rows, asker) for item in node.arguments]
        return reader.calculus.extreme(node.function, numbers)
    day = node.arguments[0]
    if node.function == "days_since":
        since = fixed(reader.now.date()) - reader.value(day, rows, asker)
        return type_coerce(since, Integer)
    if node.function == "months_since":
        parts = ("year", "month", "day")
        return _months(
            reader,
            *(reader.calculus.date_part(part, reader.value(day, rows, asker)) for part in parts),
        )
    raise NotInSqlError(f"`{unparse(node)}`")


def _months(reader: Reader, year: Element, month: Element, day: Element) -> Element:
    """Return whole calendar months; the last day of a month completes one (31 Jan, 28 Feb)."""
    today = reader.now.date()
    months: Element = literal(today.year * 12 + today.month) - (year * 12 + month)
    last_day = monthrange(today.year, today.month)[1]
    if today.day < last_day:
        months -= case((day > today.day, 1), else_=0)
    return type_coerce(months, Integer)


def _aggregate(reader: Reader, node: tree.Aggregate, rows: Rows, _asker: Rows | None) -> Element:
    return aggregate(node, rows, reader)


def _edited(reader: Reader, node: tree.Edited, rows: Rows, asker: Rows | None) -> Element:
    card = reader.pack.scorecards[node.scorecard]
    since = microseconds(reader.now) - int(node.hours * 3_600_000_000)
    return edited(card, lambda: reader.value(node.person, rows, asker), since, rows)


MAKERS: dict[type, Callable[[Reader, Any, Rows, Rows | None], Element]] = {
    tree.Compare: _compare,
    tree.Between: _between,
    tree.Among: _among,
    tree.State: _state,
    tree.Both: _both,
    tree.Either: _either,
    tree.Not: _not,
    tree.Arithmetic: _arithmetic,
    tree.Negative: _negative,
    tree.If: _if,
    tree.Call: _call,
    tree.Aggregate: _aggregate,
    tree.Edited: _edited,
    tree.Within: _within,
}
