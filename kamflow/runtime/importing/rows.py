"""Files to rows: one tuple of cells for each, in the order of the file's columns."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeAlias

from kamflow.errors import InputError
from kamflow.language.diagnostics import Diagnostic, Place
from kamflow.runtime.importing.files import DataFile, count_lines, text_lines

Cell: TypeAlias = str | bool | int | float | Decimal | date | datetime | None

_SNIFFED = ",;\t|"


class Row(NamedTuple):
    """A row: `number` as a spreadsheet shows it, `fault` when it cannot be read as a row."""

    number: int
    cells: Sequence[Any]
    fault: str = ""


class Sheet(Protocol):
    """Rows under named columns."""

    columns: tuple[str, ...]
    total: int | None  # about how many rows; nothing when that is not known

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows that are not empty."""
        ...

    def missing(self, message: str, mapped_at: Place) -> Diagnostic:
        """Return the problem that a column is missing which the mapping names at `mapped_at`."""
        ...


class TextSheet:
    """A CSV file. Cells are text."""

    def __init__(self, file: DataFile, delimiter: str) -> None:
        self._file = file
        self.delimiter = delimiter or _sniff(file)
        header = next(_records(file, self.delimiter), (1, []))[1]
        self.columns = tuple(name.strip() for name in header)
        if not any(self.columns):
            raise file.fault("I302", "the first line is empty; it has to name the columns")
        offsets = _offsets(next(text_lines(file)), self.delimiter)
        places = [Place(file.label, 1, offset) for offset in offsets]
        refuse_doubles(self.columns, places)
        self.total = count_lines(file)

    def missing(self, message: str, mapped_at: Place) -> Diagnostic:
        """Return the problem that a column is missing."""
        what = f"{message} (the mapping names it at {mapped_at})"
        return Diagnostic(Place(self._file.label, 1, 1), "I304", what)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows that are not empty."""
        width = len(self.columns)
        records = _records(self._file, self.delimiter)
        next(records)
        for number, (_, cells) in enumerate(records, start=2):
            if len(cells) == width:
                yield Row(number, cells)
            elif any(cell.strip() for cell in cells):
                found = f"the row has {len(cells)} cells, the header has {width}"
                yield Row(number, cells, found)


def _records(file: DataFile, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it ends; it may have line breaks inside quotes.

    Raises:
        InputError: The file cannot be read to its end.
    """
    reader = csv.reader(text_lines(file), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            yield reader.line_num, record
    except csv.Error as error:
        what = (
            f"the row cannot be read ({error}); look for a quote that is not closed or not doubled"
        )
        raise file.fault("I306", what, max(reader.line_num, 1)) from error


def _sniff(file: DataFile) -> str:
    """Return the delimiter that parts the header into most columns; a comma when none does."""

    def width(delimiter: str) -> int:
        try:
            return len(next(_records(file, delimiter), (1, []))[1])
        except InputError:
            return 0

    return max(_SNIFFED, key=width)


def _offsets(header: str, delimiter: str) -> list[int]:
    """Return where each name begins in the line of the header, from 1."""
    offsets, quoted = [1], False
    for at, character in enumerate(header, start=1):
        quoted ^= character == '"'
        if character == delimiter and not quoted:
            offsets.append(at + 1)
    return offsets


def refuse_doubles(columns: Sequence[str], places: Sequence[Place]) -> None:
    """Refuse a header that gives a name twice; columns without a name do not matter.

    Raises:
        InputError: It does; every second one is a problem.
    """
    first: dict[str, int] = {}
    problems = []
    for number, name in enumerate(columns, start=1):
        if name and name in first:
            place = places[min(number, len(places)) - 1]
            what = f"column `{name}` is given twice, as column {first[name]} and column {number}"
            problems.append(Diagnostic(place, "I305", what))
        first.setdefault(name, number)
    if problems:
        raise InputError(problems)


class JsonSheet:
    """JSON lines. Numbers are exact; a key that an object lacks is an empty cell."""

    def __init__(self, file: DataFile) -> None:
        self._file = file
        found: dict[str, None] = {}
        for line in text_lines(file):
            found.update(dict.fromkeys(_object(line)[0]))
        self.columns = tuple(found)
        self.total = count_lines(file)

    def missing(self, message: str, mapped_at: Place) -> Diagnostic:
        """Return the problem that no object has a key."""
        what = f"{message} (the mapping names it at {mapped_at})"
        return Diagnostic(Place(self._file.label, 1, 1), "I304", what)

    def __iter__(self) -> Iterator[Row]:
        """Yield one row for each object, with the number of its line."""
        for number, line in enumerate(text_lines(self._file), start=1):
            if not line.strip():
                continue
            values, fault = _object(line)
            if fault:
                yield Row(number, (line.strip()[:80],), fault)
            else:
                yield Row(number, [values.get(name) for name in self.columns])


class _NotJson(ValueError):  # noqa: N818 - a fault of one line, told in its row
    pass


def _object(line: str) -> tuple[dict[str, Any], str]:
    """Return the object of a line, or why there is none."""
    try:
        value = json.loads(
            line.rstrip("\r\n"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_once,
        )
    except json.JSONDecodeError as error:
        return {}, f"not JSON at column {error.colno}: {error.msg.lower()}"
    except (_NotJson, RecursionError, ValueError) as error:
        return {}, f"not accepted: {error}"
    return (value, "") if isinstance(value, dict) else ({}, "a line holds one JSON object")


def _refuse_constant(word: str) -> None:
    raise _NotJson(f"`{word}` is not a number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise _NotJson(f"`{double}` is given twice")
    return found
