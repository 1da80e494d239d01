"""Cells to what is stated for a fact: plain text that the engine then judges."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from kamflow.language.diagnostics import did_you_mean
from kamflow.model.values import NUMERIC, Shape, format_number, parse_value
from kamflow.runtime.importing.mapping import FactColumn, ImportMapping

CellReader: TypeAlias = Callable[[Any], str | None]

_SPREADSHEET_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"}
)
_ANY_NUMBER = Shape(type="number")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


def plain_text(cell: Any) -> str | None:  # noqa: ANN401 - whatever a file holds
    """Return a cell as text without blanks around it; nothing for an empty one.

    Raises:
        ValueError: It is a list or another thing that is no value, or an error of a spreadsheet.
    """
    match cell:
        case None:
            return None
        case str():
            text = cell.strip()
            if text in _SPREADSHEET_ERRORS:
                raise ValueError(f"`{text}` is an error of the spreadsheet")
            return text or None
        case bool():
            return "true" if cell else "false"
        case int() | float() | Decimal():
            return _number_text(cell)
        case datetime():
            return cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case _:
            raise ValueError(f"a {type(cell).__name__} is no value")


def _number_text(number: float | Decimal) -> str:
    """Return a number exactly as it is; a binary fraction as its shortest decimal."""
    if not math.isfinite(number):
        raise ValueError(f"`{number}` is not a number")
    return format_number(number if isinstance(number, Decimal) else Decimal(repr(number)))


def cell_reader(column: FactColumn, shape: Shape, mapping: ImportMapping) -> CellReader:
    """Return the function that takes a cell to what is stated for a fact of `shape`.

    It returns nothing for an empty cell, and raises `ValueError` with the reason for a cell that
    cannot be read as the mapping says.
    """
    if column.values:
        return _translator(column.values)
    if shape.type in NUMERIC:
        return _number_reader(mapping.decimal, mapping.thousands, column.scale)
    if shape.type == "date":
        return _date_reader(mapping.date_format)
    return plain_text


def _translator(values: dict[str, str]) -> CellReader:
    def read(cell: Any) -> str | None:  # noqa: ANN401
        text = plain_text(cell)
        if text is None or text in values:
            return text and values[text]
        hint = did_you_mean(text, values) or "; add it to `values`"
        raise ValueError(f"`{text}` is not listed under `values` in the mapping{hint}")

    return read


def _number_reader(decimal: str, thousands: str, scale: Decimal | None) -> CellReader:
    """Return how numbers are read. Only text has separators; other cells are numbers."""
    localised = None if decimal == "." and not thousands else _localised(decimal, thousands)

    def read(cell: Any) -> str | None:  # noqa: ANN401
        text = plain_text(cell)
        if text is None:
            return None
        if localised is not None and isinstance(cell, str):
            text = localised(text)
        return text if scale is None else _scaled(text, scale)

    return read


def _localised(decimal: str, thousands: str) -> Callable[[str], str]:
    point, group = re.escape(decimal), re.escape(thousands)
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d+" if thousands else r"\d+"
    pattern = re.compile(rf"([+-]?)({whole})?(?:{point}(\d+))?")
    told = f"decimals after `{decimal}`" + (
        f" and thousands with `{thousands}`" if thousands else ""
    )
    spaces = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2019": "'", "\u2212": "-"})

    def read(text: str) -> str:
        match = pattern.fullmatch(text.translate(spaces))
        if match is None or not (match[2] or match[3]):
            hint = "" if thousands or "." not in text else '; is `thousands: "."` missing?'
            raise ValueError(f"`{text}` is not a number written with {told}{hint}")
        whole = (match[2] or "0").replace(thousands, "") if thousands else match[2] or "0"
        return f"{match[1]}{whole}.{match[3]}" if match[3] else match[1] + whole

    return read


def _scaled(text: str, scale: Decimal) -> str:
    number = parse_value(_ANY_NUMBER, text)
    return format_number(Decimal(str(number)) * scale)


def _date_reader(date_format: str) -> CellReader:
    def read(cell: Any) -> str | None:  # noqa: ANN401
        if isinstance(cell, datetime):
            return cell.date().isoformat()
        if not date_format or not isinstance(cell, str):
            return plain_text(cell)
        text = plain_text(cell)
        return text and _parsed(text, date_format).date().isoformat()

    return read


def _parsed(text: str, date_format: str) -> datetime:
    try:
        return datetime.strptime(text, date_format).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"`{text}` is not a date written like `{date_format}`") from error


def instant_of(cell: Any, date_format: str) -> datetime:  # noqa: ANN401
    """Return the instant in an as-of cell; a day is its beginning, and a time without zone is UTC.

    Raises:
        ValueError: It holds none.
    """
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return start_of(cell)
    text = plain_text(cell)
    if text is None:
        raise ValueError("is empty; it says when the values were true")
    if date_format and isinstance(cell, str):
        return _parsed(text, date_format)
    try:
        found = datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"`{text}` is not a date; write 2026-03-31")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def start_of(day: date) -> datetime:
    """Return the first instant of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
