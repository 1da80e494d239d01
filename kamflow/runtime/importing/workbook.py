"""Excel workbooks to rows. Needs the extra `kamflow[import]`."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib import import_module
from typing import Any

from kamflow.errors import InputError, MissingExtraError
from kamflow.language.diagnostics import Diagnostic, Place, did_you_mean
from kamflow.runtime.importing.files import DataFile
from kamflow.runtime.importing.rows import Row, refuse_doubles

_NOT_COMPUTED = "the formula has no stored value; open the workbook in a spreadsheet and save it"


class WorkbookSheet:
    """A sheet of a workbook: the named one, or the only one. Cells keep the types they have."""

    def __init__(self, file: DataFile, sheet: str, asked_at: Place) -> None:
        self._file = file
        self._sheet = self._pick(sheet, asked_at)
        rows = self._rows(computed=True)
        self._header_row, header = next(
            ((number, cells) for number, cells in rows if any(_filled(cell) for cell in cells)),
            (1, ()),
        )
        self.columns = tuple("" if cell is None else str(cell).strip() for cell in header)
        if not any(self.columns):
            raise file.fault("I302", f"sheet `{self._sheet}` is empty")
        columns = range(1, len(self.columns) + 1)
        refuse_doubles(self.columns, [Place(file.label, self._header_row, at) for at in columns])
        self.total: int | None = None

    def _pick(self, sheet: str, asked_at: Place) -> str:
        with self._book(computed=True) as book:
            names = book.sheetnames
        if sheet in names:
            return sheet
        if sheet:
            hint = did_you_mean(sheet, names) or f"; it has {', '.join(names)}"
            what = f"`{self._file.label}` has no sheet `{sheet}`{hint}"
            raise InputError([Diagnostic(asked_at, "I307", what)])
        if len(names) > 1:
            what = f"the workbook has the sheets {', '.join(names)}; name one with `sheet`"
            raise InputError([Diagnostic(Place(self._file.label, 1, 1), "I307", what)])
        return str(names[0])

    @contextmanager
    def _book(self, *, computed: bool) -> Iterator[Any]:
        try:
            openpyxl: Any = import_module("openpyxl")
        except ImportError as error:
            raise MissingExtraError("reading Excel files", "import") from error
        with self._file.path.open("rb") as opened:
            try:
                book = openpyxl.load_workbook(opened, read_only=True, data_only=computed)
            except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
                what = f"the workbook cannot be read: {error}"
                raise self._file.fault("I306", what) from error
            with closing(book):
                yield book

    def _rows(self, *, computed: bool) -> Iterator[tuple[int, Sequence[Any]]]:
        with self._book(computed=computed) as book:
            sheet = book[self._sheet]
            sheet.reset_dimensions()  # what some programs write there is too small
            yield from enumerate(sheet.iter_rows(values_only=True), start=1)

    def missing(self, message: str, mapped_at: Place) -> Diagnostic:
        """Return the problem that a column is missing."""
        what = f"{message} (the mapping names it at {mapped_at})"
        return Diagnostic(Place(self._file.label, self._header_row, 1), "I304", what)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows that are not empty, with the number that the spreadsheet shows."""
        width, empty = len(self.columns), self._formulas_without_value()
        for number, found in self._rows(computed=True):
            if number <= self._header_row:
                continue
            cells = [*found[:width], *[None] * (width - len(found))]
            if number in empty:
                yield Row(number, cells, f"column `{empty[number]}`: {_NOT_COMPUTED}")
            elif any(_filled(cell) for cell in found[width:]):
                yield Row(
                    number, cells, f"the row has cells beyond the {width} columns of the header"
                )
            elif any(_filled(cell) for cell in cells):
                yield Row(number, cells)

    def _formulas_without_value(self) -> dict[int, str]:
        """Return the rows with a formula that no spreadsheet has worked out yet, and its column."""
        if not self._has_formulas():
            return {}
        found: dict[int, str] = {}
        pairs = zip(self._rows(computed=False), self._rows(computed=True), strict=False)
        for (number, written), (_, values) in pairs:
            for name, text, value in zip(self.columns, written, values, strict=False):
                if value is None and text is not None and name:
                    found.setdefault(number, name)
        return found

    def _has_formulas(self) -> bool:
        with zipfile.ZipFile(self._file.path) as book:
            names = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
            return any(b"<f>" in book.read(name) or b"<f " in book.read(name) for name in names)


def _filled(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""
