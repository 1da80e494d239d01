"""From the values that Python programs have to what the engine is told."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

from kamflow.model.commands import Stated
from kamflow.model.values import Money, format_number, format_value

_Plain: TypeAlias = bool | int | Decimal | date | str | Money
Statable: TypeAlias = _Plain | Stated


def stated_facts(
    facts: Mapping[str, Statable], source: str, author: str, as_of: datetime
) -> dict[str, Stated]:
    """Return each value as a statement of `author` as of an instant (a naive one is UTC)."""
    at = as_of if as_of.tzinfo is not None else as_of.replace(tzinfo=UTC)
    return {
        name: value
        if isinstance(value, Stated)
        else _stated(name, value, Stated(text="", as_of=at, source=source, author=author))
        for name, value in facts.items()
    }


def _stated(name: str, value: _Plain, frame: Stated) -> Stated:
    text, unit = _text(name, value)
    return Stated(text=text, unit=unit, as_of=frame.as_of, source=frame.source, author=frame.author)


def _text(name: str, value: _Plain) -> tuple[str, str]:
    match value:
        case Money():
            return format_number(value.amount), value.currency
        case datetime():
            return value.date().isoformat(), ""
        case bool() | Decimal() | date() | str():
            return format_value(value), ""
        case int():
            return format_value(Decimal(value)), ""  # `str` refuses thousands of digits
        case _:
            given = type(value).__name__
            raise TypeError(f"`{name}` is a {given}; give a Decimal, int, date, bool, str or Money")
