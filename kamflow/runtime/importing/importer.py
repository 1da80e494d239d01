"""Imports a file: checks mapping and header, then enters all rows in one transaction."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeAlias

from kamflow.errors import InputError
from kamflow.language.diagnostics import Diagnostic, Place, did_you_mean
from kamflow.runtime.importing.entering import Entry
from kamflow.runtime.importing.files import STANDARD_INPUT, DataFile, Format, find_file
from kamflow.runtime.importing.mapping import ImportMapping, Query
from kamflow.runtime.importing.plan import Plan, What, make_plan
from kamflow.runtime.importing.query import Table, run_query
from kamflow.runtime.importing.report import ImportOptions, ImportReport
from kamflow.runtime.importing.rows import JsonSheet, Sheet, TextSheet
from kamflow.runtime.importing.workbook import WorkbookSheet
from kamflow.runtime.kamflow import Kamflow

Progress: TypeAlias = Callable[[int, int | None], None]

_EVERYTHING = "select * from input"
_STEP = 200  # rows between two calls of a progress function


class _NotKept(Exception):  # noqa: N818 - ends a transaction that is not to be kept
    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.entry = entry


def import_file(
    kam: Kamflow,
    file: str,
    mapping: ImportMapping,
    *,
    what: What,
    options: ImportOptions | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file: everything in one transaction, or nothing.

    A row that cannot be used is rejected with all reasons, and then nothing is written unless
    `options.keep_going`. Importing the same file again changes nothing.

    Args:
        kam: The database.
        file: Path of a CSV, JSON lines, Excel or Parquet file; `-` for standard input.
        mapping: Which column becomes what; from `load_mapping`.
        what: `accounts` enters subjects that are not there yet, then records their facts; `facts`
            records facts of subjects that are there.
        options: How to import.
        progress: Called now and then with the rows done and the rows in all, if that is known.

    Raises:
        InputError: File, mapping and policy do not fit, or the file is damaged; nothing changed.
        MissingExtraError: Excel, Parquet or a query need `kamflow[import]`.
        NotFoundError: There is no such program.
    """
    chosen = options or ImportOptions()
    with kam.reading() as session:
        plan = make_plan(session, mapping, what, chosen)
    with _opened(file, plan) as sheet:
        positions = _positions(sheet, plan)
        return _enter_all(kam, plan, sheet, positions, chosen, progress or _silent)


def _silent(_done: int, _total: int | None) -> None:
    pass


@contextmanager
def _opened(given: str, plan: Plan) -> Iterator[Sheet]:
    """Open the file, or run the query of the mapping over it."""
    mapping = plan.mapping
    with ExitStack() as stack:
        workspace = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kamflow-")))
        file = find_file(given, Path(), workspace)
        query = mapping.query
        if query is None and file.format is not Format.PARQUET:
            yield _sheet(file, mapping.delimiter, mapping.sheet, mapping.place_of("sheet"))
            return
        main = _sheet_of(file, mapping.delimiter, mapping.sheet, mapping.place_of("sheet"))
        tables: dict[str, Table] = {"input": (file, main)}
        folder = Path() if given == STANDARD_INPUT else Path(given).parent
        for name, item in mapping.inputs.items():
            found = find_file(item.file, folder, workspace)
            tables[name] = (found, _sheet_of(found, item.delimiter, item.sheet, item.place))
        wanted = query or Query(text=_EVERYTHING, lines=(mapping.place,))
        yield run_query(wanted, tables, plan.day, stack, workspace)


def _sheet_of(file: DataFile, delimiter: str, sheet: str, asked_at: Place) -> Sheet | None:
    """Return the rows of a file, unless only DuckDB reads it."""
    return None if file.format is Format.PARQUET else _sheet(file, delimiter, sheet, asked_at)


def _sheet(file: DataFile, delimiter: str, sheet: str, asked_at: Place) -> Sheet:
    if sheet and file.format is not Format.EXCEL:
        what = f"`{file.label}` is no workbook, so it has no sheet `{sheet}`"
        raise InputError([Diagnostic(asked_at, "I307", what)])
    if file.format is Format.EXCEL:
        return WorkbookSheet(file, sheet, asked_at)
    return JsonSheet(file) if file.format is Format.JSON_LINES else TextSheet(file, delimiter)


def _positions(sheet: Sheet, plan: Plan) -> dict[str, int]:
    """Return where each column of the mapping stands.

    Raises:
        InputError: Columns are missing; the error names all of them.
    """
    wanted = plan.mapping.columns()
    problems = []
    for column, place in wanted.items():
        if column not in sheet.columns:
            problems.append(sheet.missing(_no_column(column, sheet.columns), place))
    if problems:
        raise InputError(problems)
    return {column: sheet.columns.index(column) for column in wanted}


def _no_column(column: str, columns: Sequence[str]) -> str:
    """Return that a column is missing, and which one was meant."""
    alike = [name for name in columns if name.casefold() == column.casefold()]
    hint = f"; did you mean `{alike[0]}`?" if alike else did_you_mean(column, filter(None, columns))
    return f"there is no column `{column}`{hint}"


def _enter_all(
    kam: Kamflow,
    plan: Plan,
    sheet: Sheet,
    positions: dict[str, int],
    options: ImportOptions,
    progress: Progress,
) -> ImportReport:
    try:
        with kam.batch() as batch:
            entry, done = Entry(batch, plan, positions), 0
            for done, row in enumerate(sheet, start=1):
                entry.enter(row)
                if done % _STEP == 0:
                    progress(done, sheet.total)
            progress(done, done)
            if options.dry_run or not (entry.clean or options.keep_going):
                raise _NotKept(entry)  # noqa: TRY301 - the transaction has to see it
    except _NotKept as undone:
        return undone.entry.report(written=False)
    return entry.report(written=True)
