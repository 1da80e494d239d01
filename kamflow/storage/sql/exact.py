"""Column types whose values compare in SQL exactly as they do in the engine.

SQLite has no decimals. There a number is stored as INTEGER when it is whole and small, as REAL when
it is the shortest decimal that this REAL stands for, and otherwise as text that sorts like the
number. REALs that stand for their shortest decimals keep the order of the decimals, so that numbers
compare natively; text is greater than any number, which tells the two apart.
"""

from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any, TypeAlias

from sqlalchemy import Date, Dialect, Integer, Numeric, String
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

Stored: TypeAlias = int | float | str  # a number on SQLite

_WHOLE = 2**53  # up to here every whole number is a REAL of its own
_SHIFT = 5_000_000  # makes every exponent of `Decimal` positive
_EXPONENT_DIGITS = 7
_NINES = str.maketrans("0123456789", "9876543210")


def to_stored(number: Decimal) -> Stored:
    """Return how SQLite keeps a finite number; equal numbers are kept in the same way."""
    if not number:
        return 0
    if number.adjusted() < 16 and abs(number) <= _WHOLE and number == int(number):  # noqa: PLR2004
        return int(number)
    near = float(number)
    return near if isfinite(near) and Decimal(repr(near)) == number else sort_key(number)


def from_stored(stored: Stored) -> Decimal:
    """Return the number that SQLite keeps as `stored`."""
    if stored.__class__ is str:
        return _number_of(stored)
    return Decimal(stored) if stored.__class__ is int else Decimal(repr(stored))


def sort_key(number: Decimal) -> str:
    """Return text that sorts like the number: n for negative, o for zero, p for positive."""
    if not number:
        return "o"
    digits = "".join(map(str, number.as_tuple().digits)).lstrip("0").rstrip("0")
    text = f"{number.adjusted() + _SHIFT:0{_EXPONENT_DIGITS}}{digits}"
    return f"n{text.translate(_NINES)}~" if number < 0 else f"p{text}"


def _number_of(key: str) -> Decimal:
    if key == "o":
        return Decimal(0)
    text = key[1:-1].translate(_NINES) if key[0] == "n" else key[1:]
    digits = text[_EXPONENT_DIGITS:]
    exponent = int(text[:_EXPONENT_DIGITS]) - _SHIFT - len(digits) + 1
    return Decimal((int(key[0] == "n"), tuple(map(int, digits)), exponent))


class AsStored(UserDefinedType[Any]):
    """What SQLite keeps as it is given: declared BLOB, nothing is converted."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """Return the declaration."""
        return "BLOB"


class Exact(TypeDecorator[Decimal]):
    """A number of any size and scale."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return NUMERIC; on SQLite what `to_stored` gives."""
        return dialect.type_descriptor(AsStored() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:  # noqa: ANN401, D102
        return value if value is None or dialect.name != "sqlite" else to_stored(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:  # noqa: ANN401, D102
        return value if value is None or dialect.name != "sqlite" else from_stored(value)


class Day(TypeDecorator[date]):
    """A day; on SQLite its number, 1 for the first day of year 1, which subtracts as it is."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return DATE, and INTEGER on SQLite."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:  # noqa: ANN401, D102
        return value if value is None or dialect.name != "sqlite" else value.toordinal()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> date | None:  # noqa: ANN401, D102
        return value if value is None or dialect.name != "sqlite" else date.fromordinal(value)


class Words(TypeDecorator[str]):
    """Text. PostgreSQL has no NUL in text: there a backslash stands before `0` and itself."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, D102
        if value is None or dialect.name == "sqlite":
            return value
        return value.replace("\\", "\\\\").replace("\0", "\\0")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401, D102
        if value is None or dialect.name == "sqlite" or "\\" not in value:
            return value
        return "\\".join(part.replace("\\0", "\0") for part in value.split("\\\\"))
