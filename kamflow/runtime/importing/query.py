"""Runs the query of a mapping over the input files, by DuckDB. Needs the extra `kamflow[import]`.

The query sees the declared files and nothing else: no other file, no network, no environment.
"""

import csv
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from kamflow.errors import InputError, MissingExtraError
from kamflow.language.diagnostics import Diagnostic, Place
from kamflow.runtime.importing.files import DataFile
from kamflow.runtime.importing.mapping import Query
from kamflow.runtime.importing.rows import Row, Sheet, TextSheet

Table: TypeAlias = tuple[DataFile, Sheet | None]  # no sheet: only DuckDB reads the file

MEMORY_LIMIT = "400MB"  # of DuckDB; what is more goes to files in the workspace
MAX_THREADS = 4
_ZONED = "TIMESTAMP WITH TIME ZONE"
_ROWS_AT_ONCE = 2_000
_RESULT = "create temp table kamflow_result as "


class QuerySheet:
    """The rows that a query gives."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - of DuckDB
        self._connection = connection
        found = connection.execute("from kamflow_result limit 0").description
        self.columns = tuple(column[0] for column in found)
        self._selected = ", ".join(_in_utc(*column[:2]) for column in found)
        count = connection.execute("select count(*) from kamflow_result").fetchone()
        self.total: int | None = count[0]

    def missing(self, message: str, mapped_at: Place) -> Diagnostic:
        """Return the problem that the query gives no such column."""
        return Diagnostic(mapped_at, "I304", f"{message} of the query")

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows; the first one has number 2, as below a header."""
        rows = f"select {self._selected} from kamflow_result"  # noqa: S608 - quoted names
        cursor = self._connection.execute(rows)
        number = 1
        while some := cursor.fetchmany(_ROWS_AT_ONCE):
            for number, cells in enumerate(some, start=number + 1):  # noqa: B020 - goes on counting
                yield Row(number, cells)


def _in_utc(name: str, kind: object) -> str:
    """Return a column as it is selected: an instant with its zone becomes one of UTC."""
    quoted = '"' + name.replace('"', '""') + '"'
    return f"{quoted} at time zone 'UTC'" if str(kind) == _ZONED else quoted


def run_query(
    query: Query, tables: Mapping[str, Table], day: date, stack: ExitStack, workspace: Path
) -> QuerySheet:
    """Run a query over tables and return its rows.

    Args:
        query: One `select`; `$as_of` in it is `day`.
        tables: Files by the name that the query gives them.
        day: The as-of day.
        stack: Closes the database afterwards.
        workspace: Folder for what the run has to write; removed by the caller.

    Raises:
        InputError: The query is wrong, asks for what it may not have, or stops at a value.
        MissingExtraError: DuckDB is not installed.
    """
    duckdb = _duckdb()
    connection = stack.enter_context(duckdb.connect(":memory:", config=_settings(workspace)))
    read = {
        _declare(connection, name, table, workspace): table[0] for name, table in tables.items()
    }
    connection.execute(f"set allowed_paths = [{', '.join(_quoted(path) for path in read)}]")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    text = query.text.rstrip().rstrip(";")
    try:
        parameters = _checked(connection, query, text, day)
        connection.execute(_RESULT + text, parameters)
    except duckdb.Error as error:
        raise _fault(error, query, read) from error
    return QuerySheet(connection)


def _duckdb() -> Any:  # noqa: ANN401 - a module
    try:
        return import_module("duckdb")
    except ImportError as error:
        raise MissingExtraError("a query over files", "import") from error


def _settings(workspace: Path) -> dict[str, Any]:
    return {
        "memory_limit": MEMORY_LIMIT,
        "threads": min(os.cpu_count() or 1, MAX_THREADS),
        "temp_directory": str(workspace / "spill"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,  # else a query could name a variable of this program
        "errors_as_json": True,  # for the place of the error
    }


def _declare(connection: Any, name: str, table: Table, workspace: Path) -> str:  # noqa: ANN401
    """Make a view of a file and return the path that it reads."""
    file, sheet = table
    path = file.path.absolute()
    if sheet is not None and not isinstance(sheet, TextSheet):
        path = _rewritten(sheet, workspace / f"{name}.csv", file)
    elif re.search(r"[*?\[\]{}]", str(path)):  # DuckDB would take it for a pattern
        path = Path(shutil.copyfile(path, workspace / f"{name}.data"))
    if sheet is None:
        source = f"read_parquet({_quoted(str(path))})"
    else:
        written_anew = not isinstance(sheet, TextSheet)
        source = _csv_source(path, sheet, file, zipped=file.zipped and not written_anew)
    connection.execute(f"create view {name} as from {source}")
    return str(path)


def _csv_source(path: Path, sheet: Sheet, file: DataFile, *, zipped: bool) -> str:
    """Return the call that reads a CSV file with every cell as text."""
    delimiter = sheet.delimiter if isinstance(sheet, TextSheet) else ","
    columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in _names(sheet, file))
    return (
        f"read_csv({_quoted(str(path))}, auto_detect=false, header=true, "
        f"delim={_quoted(delimiter)}, quote='\"', escape='\"', columns={{{columns}}}, "
        f"compression='{'gzip' if zipped else 'none'}')"
    )


def _names(sheet: Sheet, file: DataFile) -> list[str]:
    """Return the names of the columns; those without a name get one that nobody would ask for.

    Raises:
        InputError: Two names differ in capitals alone, which SQL does not tell apart.
    """
    found: dict[str, str] = {}
    for at, name in enumerate(sheet.columns, start=1):
        known = found.setdefault(name.casefold() or f"unnamed column {at}", name)
        if known != name:
            what = f"a query takes `{known}` and `{name}` for one column; rename one of them"
            raise file.fault("I305", what)
    return [name or key for key, name in found.items()]


def _rewritten(sheet: Sheet, path: Path, file: DataFile) -> Path:
    """Write the rows of a sheet as CSV, which DuckDB reads with every cell as text.

    Raises:
        InputError: A row cannot be read; a query would not notice that it is missing.
    """
    problems = []
    with path.open("w", encoding="utf-8", newline="") as copy:
        writer = csv.writer(copy)
        writer.writerow(sheet.columns)
        for row in sheet:
            if row.fault:
                place = Place(file.label, row.number, 1)
                problems.append(Diagnostic(place, "I306", row.fault))
            else:
                writer.writerow([_plain(cell) for cell in row.cells])
    if problems:
        raise InputError(problems)
    return path


def _plain(cell: Any) -> str:  # noqa: ANN401 - whatever a file holds
    """Return a cell as text that SQL can cast."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime) and cell.time() == time.min:
        return str(cell.date())
    return str(msgspec.json.encode(cell), "utf-8") if isinstance(cell, dict | list) else str(cell)


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _checked(connection: Any, query: Query, text: str, day: date) -> dict[str, date]:  # noqa: ANN401
    """Return the parameters of a query that is one `select`."""
    statements = connection.extract_statements(text)
    if len(statements) != 1 or statements[0].type.name != "SELECT":
        what = "the query has to be one `select`; it may not change or set anything"
        raise InputError([Diagnostic(query.place_of(0), "I402", what)])
    wanted = set(statements[0].named_parameters)
    if wanted - {"as_of"}:
        names = ", ".join(f"`${name}`" for name in sorted(wanted - {"as_of"}))
        what = f"the query reads {names}; only `$as_of` is there"
        raise InputError([Diagnostic(query.place_of(0), "I401", what)])
    return {"as_of": day} if wanted else {}


def _fault(error: Exception, query: Query, read: Mapping[str, DataFile]) -> InputError:
    """Return what DuckDB complains about, at its place in the mapping or in a file."""
    kind, message, position = _parts(error)
    if message.startswith("CSV Error"):
        return _csv_fault(message, query, read)
    code = {"Permission": "I402", "Conversion": "I403", "Out of Range": "I403"}.get(kind, "I401")
    if code == "I402":
        message = "the query may only read `input` and the files under `inputs`"
    elif "VARCHAR" in message and message.startswith("No function matches"):
        call = message.partition(".")[0]
        message = f"{call}; columns of files are text, so cast them: `amount::decimal(18, 2)`"
    before = (_RESULT + query.text).encode()[:position].decode("utf-8", "ignore")
    place = query.place_of(max(len(before) - len(_RESULT), 0))
    told = message.partition("\n\n")[0].replace("\nDid you mean", "; did you mean")
    return InputError([Diagnostic(place, code, " ".join(told.split()))])


def _parts(error: Exception) -> tuple[str, str, int]:
    """Return kind, message and position (in bytes) of an error of DuckDB."""
    text = str(error)
    try:
        told = msgspec.json.decode(text[text.index("{") :], type=dict[str, Any])
    except (ValueError, msgspec.DecodeError):
        return "", text, 0
    position = int(told.get("position", 0))
    return str(told.get("exception_type")), str(told.get("exception_message", text)), position


def _csv_fault(message: str, query: Query, read: Mapping[str, DataFile]) -> InputError:
    """Return what is wrong with a line of a CSV file.

    The lines of a file that was written anew for DuckDB are not those that people see; there the
    value has to be enough to find the place.
    """
    said = dict(re.findall(r"(?m)^\s*(CSV Error on Line:|file =) (.+)$", message))
    told = message.split("\n")[2].strip() if message.count("\n") > 1 else message
    stopped = told.startswith("Error when converting")
    file = read.get(said.get("file =", ""))
    if file is None or str(file.path.absolute()) != said["file ="]:
        return InputError([Diagnostic(query.place_of(0), "I403", _sentence(told))])
    line = int(said["CSV Error on Line:"])
    if "unicode" in message:
        return file.fault("I303", "the line is not UTF-8; save the file as UTF-8", line)
    if stopped:
        return file.fault("I403", f"the query stopped here: {_sentence(told)}", line)
    return file.fault("I306", f"the row cannot be read: {_sentence(told)}", line)


def _sentence(told: str) -> str:
    return told[:1].lower() + told[1:].rstrip(".")
