"""Imports a file: checks mapping and header, then takes all rows."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from kamflow.errors import InputError
from kamflow.language.diagnostics import Diagnostic, Place, did_you_mean
from kamflow.runtime.importing.batches import Importer, Progress
from kamflow.runtime.importing.entering import Entering
from kamflow.runtime.importing.files import STANDARD_INPUT, DataFile, Format, find_file
from kamflow.runtime.importing.mapping import ImportMapping, Query
from kamflow.runtime.importing.plan import Plan, What, make_plan
from kamflow.runtime.importing.query import Table, run_query
from kamflow.runtime.importing.report import ImportOptions, ImportReport
from kamflow.runtime.importing.reporting import Reporting
from kamflow.runtime.importing.rows import JsonSheet, Sheet, TextSheet
from kamflow.runtime.importing.runs import identify_run
from kamflow.runtime.importing.workbook import WorkbookSheet
from kamflow.runtime.kamflow import Kamflow

_EVERYTHING = "select * from input"


def import_file(
    kam: Kamflow,
    file: str,
    mapping: ImportMapping,
    *,
    what: What,
    options: ImportOptions | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file: everything, or nothing.

    A row that cannot be used is rejected with all reasons, and then nothing is written unless
    `options.keep_going`. Importing the same file again changes nothing.

    Up to 10,000 rows are one transaction. A longer file is judged to its end before the first row
    is written, then written in batches of 1,000; an import that breaks off goes on where it stopped
    when it is asked for again, with the same file, mapping and options.

    Args:
        kam: The database.
        file: Path of a CSV, JSON lines, Excel or Parquet file; `-` for standard input.
        mapping: Which column becomes what; from `load_mapping`.
        what: `accounts` enters subjects that are not there yet, then records their facts; `facts`
            records facts of subjects that are there, `events` reports what happened to them.
        options: How to import.
        progress: Called now and then with the rows done and the rows in all, if that is known.

    Raises:
        InputError: File, mapping and policy do not fit, or the file is damaged; nothing changed.
        MissingExtraError: Excel, Parquet or a query need `kamflow[import]`.
        NotFoundError: There is no such program.
    """
    chosen = options or ImportOptions()
    with ExitStack() as stack:
        workspace = Path(stack.enter_context(TemporaryDirectory(prefix="kamflow-")))
        with kam.reading() as session:
            plan = make_plan(session, mapping, what, chosen)
        files = _find_files(file, mapping, workspace)
        run = identify_run(kam, plan, files, what, chosen)
        if run.state is not None:  # today is still the day on which it began
            chosen = replace(chosen, as_of=date.fromisoformat(run.day))
            with kam.reading() as session:
                plan = make_plan(session, mapping, what, chosen)
        sheet = _opened(files, plan, stack, workspace)
        positions = _positions(sheet, plan)
        intake = partial(Reporting if what == "events" else Entering, plan, positions)
        importer = Importer(
            kam, sheet, intake, run=run, options=chosen, progress=progress or _silent
        )
        return importer.run()


def _silent(_done: int, _total: int | None) -> None:
    pass


def _find_files(given: str, mapping: ImportMapping, workspace: Path) -> dict[str, DataFile]:
    """Return the file and the further ones that the mapping names, by what a query calls them."""
    folder = Path() if given == STANDARD_INPUT else Path(given).parent
    files = {"input": find_file(given, Path(), workspace)}
    for name, item in mapping.inputs.items():
        files[name] = find_file(item.file, folder, workspace)
    return files


def _opened(files: Mapping[str, DataFile], plan: Plan, stack: ExitStack, workspace: Path) -> Sheet:
    """Open the file, or run the query of the mapping over it."""
    mapping, file = plan.mapping, files["input"]
    query, asked_at = mapping.query, mapping.place_of("sheet")
    if query is None and file.format is not Format.PARQUET:
        return _sheet(file, mapping.delimiter, mapping.sheet, asked_at)
    main = _sheet_of(file, mapping.delimiter, mapping.sheet, asked_at)
    tables: dict[str, Table] = {"input": (file, main)}
    for name, item in mapping.inputs.items():
        found = files[name]
        tables[name] = (found, _sheet_of(found, item.delimiter, item.sheet, item.place))
    wanted = query or Query(text=_EVERYTHING, lines=(mapping.place,))
    return run_query(wanted, tables, plan.day, stack, workspace)


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
