"""Days and spans: what `today - 12 months` is, and whether a day lies within a span.

Business days are those of a calendar (`kamflow.engine.calendars`), else Monday to Friday.
"""

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack

Moving: TypeAlias = Callable[[date, int], date]  # a day and a count -> the day so much later

BUSINESS_DAYS = "business days"

_WEEKEND = 5  # Monday is 0


def over(day: date) -> datetime | None:
    """Return the instant at which a day is over, UTC; nothing for the last day of all."""
    return None if day == date.max else datetime.combine(day + timedelta(days=1), time(), UTC)


def add_days(day: date, count: int) -> date:
    """Return the day so many days later."""
    return day + timedelta(days=count)


def add_months(day: date, count: int) -> date:
    """Return the same day so many months later, or the last day of a month that is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))


def months_between(day: date, today: date) -> int:
    """Return whole calendar months; the last day of a month completes one (31 Jan, 28 Feb)."""
    months = (today.year - day.year) * 12 + today.month - day.month
    last_day = calendar.monthrange(today.year, today.month)[1]
    complete = today.day >= min(day.day, last_day)
    return months if complete else months - 1


def add_business_days(day: date, count: int) -> date:
    """Return the `count`-th day from Monday to Friday after the day, or before it when negative.

    None of them is the day itself, on a weekend as well.
    """
    if not count:
        return day
    # Backwards, a week begins on its Friday: Thursday is the next day, the weekend the last two.
    after = day.weekday() if count > 0 else (_WEEKEND - 1 - day.weekday()) % 7
    behind = min(after, _WEEKEND - 1)  # what follows on a weekend follows on its last day of work
    weeks, rest = divmod(abs(count) + behind, 5)
    days = 7 * weeks + rest - after
    return day + timedelta(days=days if count > 0 else -days)


def shift(
    day: date, amount: Decimal, unit: str, business: Moving = add_business_days
) -> date | None:
    """Return the day `amount` units later; nothing when the calendar has no such day."""
    add = {"months": add_months, BUSINESS_DAYS: business}.get(unit, add_days)
    try:
        return add(day, int(amount))
    except (ValueError, OverflowError):
        return None


def first_day(today: date, span: tree.Number, business: Moving = add_business_days) -> int:
    """Return the ordinal of the first day of a span that ends today."""
    day = shift(today, -span.value, span.unit, business)
    return 1 if day is None else day.toordinal()


def unit_of(node: Expression, pack: Pack) -> str:
    """Return the unit of a span: that of a literal, or of the parameter or fact that holds it."""
    match node:
        case tree.Number():
            return node.unit
        case tree.Name():
            declared = pack.parameters.get(node.path.removeprefix("P.")) or pack.facts.get(
                node.path
            )
            return declared.shape.unit if declared else ""
        case tree.Negative():
            return unit_of(node.item, pack)
        case tree.If():
            return unit_of(node.yes, pack)
        case tree.Arithmetic():
            return unit_of(node.left, pack) or unit_of(node.right, pack)
        case tree.Call() if node.function in ("min", "max"):
            return unit_of(node.arguments[0], pack)
        case _:
            return ""
