"""Which types and units can be compared, added and multiplied, and what comes out."""

from kamflow.model.values import NUMERIC, Shape

_WORDS = {"choice", "text", "person"}
_DATE_SPANS = {"days", "months", "business days"}

PERCENT, POINTS = "%", "pp"  # a difference of percentages is in percentage points


def alike(one: Shape, other: Shape) -> bool:
    """Tell whether values of the two types can be compared: the same unit, or none on one side.

    Money compares with money of the same currency alone.
    """
    if one.type in NUMERIC and other.type in NUMERIC:
        if "money" in (one.type, other.type):
            return one.type == other.type and one.unit == other.unit
        return one.unit == other.unit or not one.unit or not other.unit
    if one.type in _WORDS and other.type in _WORDS:
        return True
    return one.type == other.type


def difference(shape: Shape) -> Shape:
    """Return the type of a difference of two values of `shape`."""
    if shape.unit == PERCENT:
        return Shape(type="number", unit=POINTS)
    if shape.type == "money":
        return Shape(type="money", unit=shape.unit)
    return Shape(type="number", unit=shape.unit) if shape.type in NUMERIC else shape


def arithmetic(op: str, left: Shape, right: Shape) -> Shape | None:
    """Return the type of `left op right`; nothing when that makes no sense."""
    if "date" in (left.type, right.type):
        return _with_dates(op, left, right)
    if left.type not in NUMERIC or right.type not in NUMERIC:
        return None
    if op in ("+", "-"):
        return _sum(op, left, right)
    if op == "% of":
        return right if left.unit in (PERCENT, "") else None
    return _product(op, left, right)


def _with_dates(op: str, left: Shape, right: Shape) -> Shape | None:
    """Return a date for a date and a span of days or months, days for two dates."""
    if left.type == right.type:
        return Shape(type="number", unit="days") if op == "-" else None
    span = right if left.type == "date" else left
    fits = span.type in NUMERIC and span.unit in _DATE_SPANS
    ordered = op == "+" or (op == "-" and left.type == "date")
    return Shape(type="date") if fits and ordered else None


def _sum(op: str, left: Shape, right: Shape) -> Shape | None:
    if left.unit == PERCENT and right.unit == POINTS:
        return left
    if not alike(left, right):
        bare = "money" in (left.type, right.type) and not (left.unit and right.unit)
        return None if not bare else left if left.unit else right
    if op == "-" and left.unit == right.unit == PERCENT:
        return difference(left)
    return left if left.unit else right


def _product(op: str, left: Shape, right: Shape) -> Shape | None:
    if op == "/" and alike(left, right) and left.unit == right.unit:
        return Shape(type="number")
    money = left if left.type == "money" else right if right.type == "money" else None
    if money is not None:
        both = left.type == right.type
        return None if both or (op == "/" and money is right) else money
    units = [shape.unit for shape in (left, right) if shape.unit and shape.unit != PERCENT]
    return Shape(type="number", unit=units[0] if len(units) == 1 and op == "*" else left.unit)
