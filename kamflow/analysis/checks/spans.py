"""Days that lie so many days, months or business days from another one.

How many days a month or five business days are hangs on where they begin. They are a variable of
their own, between the least and the most that they can be.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache

from kamflow.analysis.checks.amounts import Line, Vocabulary, added
from kamflow.analysis.checks.formulas import Variable
from kamflow.engine.days import BUSINESS_DAYS, add_business_days, add_months
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack

_UNEVEN = {"months": add_months, BUSINESS_DAYS: add_business_days}
_EVEN = ("", "days")
_BY_CALENDAR = "business days of a calendar"  # uneven in a way that nobody can know beforehand

# From where spans are measured: with a leap day near, and with one that a century leaves out.
_YEARS = (*range(1999, 2004), *range(2097, 2102))


def is_day(node: Expression, pack: Pack) -> bool:
    """Tell whether an expression gives a day, not a number."""
    match node:
        case tree.Day():
            return True
        case tree.Word():
            return node.value == "today"
        case tree.Name():
            declared = pack.facts.get(node.path) or pack.parameters.get(
                node.path.removeprefix("P.")
            )
            return declared is not None and declared.shape.type == "date"
        case tree.Arithmetic():
            return is_day(node.left, pack) != is_day(node.right, pack)
        case _:
            return _picks_day(node, pack)


def _picks_day(node: Expression, pack: Pack) -> bool:
    match node:
        case tree.Past():
            return is_day(node.fact, pack)
        case tree.If():
            return is_day(node.yes, pack)
        case tree.Call():
            return node.function in ("min", "max") and is_day(node.arguments[0], pack)
        case tree.Aggregate():
            return node.value is not None and is_day(node.value, pack)
        case _:
            return False


def unit_in(pack: Pack, unit: str) -> str:
    """Return the unit in which days are moved: business days are those of calendars, if any."""
    return _BY_CALENDAR if unit == BUSINESS_DAYS and pack.calendars else unit


def moved(day: Line, amount: Line, unit: str, written: str, vocabulary: Vocabulary) -> Line:
    """Return the day so much later; `written` is what stands in the condition.

    A part of a day does not count, as in the engine.
    """
    if amount.parts and unit in _EVEN:
        return added(day, amount)
    count = int(amount.constant)
    if not amount.parts and unit in _EVEN:
        return added(day, Line((), Fraction(count)))
    reach = _reach(count, unit) if not amount.parts and unit in _UNEVEN else None
    low, high = reach or (None, None)
    today = day == Line()  # days are counted from today: the span is the day that it leads to
    variable = Variable(
        name=written if today else f"days in {written}",
        whole=True,
        day=today,
        low=low,
        high=high,
        opaque=reach is None,
    )
    name = vocabulary.meet(variable)
    return added(day, Line(((name, Fraction(1)),)))


@cache
def _reach(count: int, unit: str) -> tuple[Fraction, Fraction] | None:
    """Return the least and the most days that so many months or business days can be."""
    add = _UNEVEN[unit]
    try:
        lengths = {(add(start, count) - start).days for start in _starts()}
    except (ValueError, OverflowError):  # beyond the calendar
        return None
    return Fraction(min(lengths)), Fraction(max(lengths))


def _starts() -> Iterator[date]:
    for year in _YEARS:
        first = date(year, 1, 1).toordinal()
        yield from map(date.fromordinal, range(first, first + 365))
