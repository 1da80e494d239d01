"""The values that facts and expressions have, and what stands in for a value that is not there.

Outside a running judgement a value is text: in files, events and snapshots. `parse_value` takes
what people and systems send; what `value_reader` returns takes the canonical text back.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

Value: TypeAlias = bool | Decimal | date | str

NUMERIC = frozenset({"number", "integer", "money", "percent", "score"})
TYPE_NAMES = (*sorted(NUMERIC), "date", "flag", "choice", "text", "person")

MAX_DIGITS = 30
MAX_TEXT = 10_000
_FURTHEST = 1_000  # places from the point, of a number that was recorded
_SHOWN = 40  # characters of a wrong value that a message repeats


class Verdict(StrEnum):
    """What a condition, a criterion or a gate comes to."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """Whether a criterion blocks its gate."""

    MUST = "must"
    SHOULD = "should"


class Cause(Struct, frozen=True, gc=False):
    """Why something is unknown: `reason` is about the fact (or expression) `name`."""

    name: str
    reason: str  # "no value", "stale: 181 days old, at most 180", "divided by zero"
    writers: tuple[str, ...] = ()  # roles that can supply it


class Unknown(Struct, frozen=True, gc=False):
    """The third value. Operators pass it on and join the causes of both sides."""

    causes: tuple[Cause, ...]

    def joined(self, other: "Unknown") -> "Unknown":
        """Return one unknown with the causes of both, each once, in order."""
        return Unknown(tuple(dict.fromkeys(self.causes + other.causes)))


class Shape(Struct, frozen=True, kw_only=True):
    """What values a fact or a parameter can have."""

    type: str  # one of TYPE_NAMES
    unit: str = ""  # "accounts", "%", "EUR"; empty when there is none
    values: tuple[str, ...] = ()  # of a choice
    low: Decimal | None = None  # both ends are included
    high: Decimal | None = None


_NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d{1,3})?")
_HALVES = re.compile("[\ud800-\udfff]")  # cannot be written as UTF-8, so nowhere stored
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def parse_value(shape: Shape, text: str) -> Value:
    """Return the value that `text` states for a fact or parameter of `shape`.

    Raises:
        ValueError: The text states no such value; the message says why in the user's words.
    """
    if _HALVES.search(text):
        raise ValueError("the text holds half a character (a lone surrogate); save it as UTF-8")
    text = text.strip()
    if shape.type in NUMERIC:
        return _parse_number(shape, text)
    if shape.type == "date":
        return _parse_date(text)
    if shape.type == "flag":
        if text.lower() not in _FLAGS:
            raise ValueError(f"`{_short(text)}` is not a flag; write `true` or `false`")
        return _FLAGS[text.lower()]
    if shape.type == "choice" and text not in shape.values:
        raise ValueError(f"`{_short(text)}` is not one of {', '.join(shape.values)}")
    return _checked(text)


def _checked(text: str) -> str:
    if not text:
        raise ValueError("the value is empty")
    if len(text) > MAX_TEXT:
        raise ValueError(f"the text has {len(text)} characters; at most {MAX_TEXT} are kept")
    return text


def _parse_number(shape: Shape, text: str) -> Decimal:
    """Return a finite number within the shape's range."""
    if not _NUMBER.fullmatch(text):
        hint = "; use a decimal point, or say `decimal: ','`" if re.search(r"\d,\d", text) else ""
        raise ValueError(f"`{_short(text)}` is not a number{hint}")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"`{_short(text)}` is not a number") from error
    if len(number.as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError(f"`{_short(text)}` has more than {MAX_DIGITS} digits")
    if shape.type == "integer" and number != number.to_integral_value():
        raise ValueError(f"`{_short(text)}` is not a whole number")
    if (shape.low is not None and number < shape.low) or (
        shape.high is not None and number > shape.high
    ):
        raise ValueError(f"`{_short(text)}` is outside {shape.low} to {shape.high}")
    return number


def _parse_date(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text)
        if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
            return datetime.fromisoformat(text).date()  # the time of day says nothing
    except ValueError as error:
        raise ValueError(f"`{_short(text)}` is not a date; write 2026-03-31") from error
    raise ValueError(f"`{_short(text)}` is not a date; write 2026-03-31")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def format_value(value: Value) -> str:
    """Return the canonical text of `value`, which `value_reader` knows how to read."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format_number(value)
        case date():
            return value.isoformat()
        case str():
            return value


def format_number(number: Decimal) -> str:
    """Return `number` without exponent and without zeros that say nothing."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _same(text: str) -> Value:
    return text


def _number(text: str) -> Decimal:
    """Return a number; text that another policy has left may be none, such as `NaN` or `1e9999`."""
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > _FURTHEST:
        raise ValueError(f"`{_short(text)}` is not a number")
    return number


_READERS: dict[str, Callable[[str], Value]] = {
    **dict.fromkeys(NUMERIC, _number),
    "date": date.fromisoformat,
    "flag": {"true": True, "false": False}.__getitem__,
}


def value_reader(type_name: str) -> Callable[[str], Value]:
    """Return the function that takes canonical text of that type back to the value."""
    return _READERS.get(type_name, _same)


class Money(Struct, frozen=True):
    """An amount of money; `currency` is an ISO 4217 code."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """Return the amount that a number or its text states."""
        return cls(Decimal(amount), currency)

    def __str__(self) -> str:
        return f"{format_number(self.amount)} {self.currency}"
