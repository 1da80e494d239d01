"""Finds out what a file is, by its content: CSV, JSON lines, Excel or Parquet, zipped or not."""

import gzip
import shutil
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from kamflow.errors import InputError
from kamflow.language.diagnostics import Diagnostic, Place

STANDARD_INPUT = "-"
CHUNK = 1 << 20

_GZIP = b"\x1f\x8b"
_ALIEN = (
    (b"\xd0\xcf\x11\xe0", "I302", "this is a workbook of the old kind; save it as .xlsx"),
    (b"\xff\xfe", "I303", "the file is UTF-16; save it as UTF-8 (`CSV UTF-8` in Excel)"),
    (b"\xfe\xff", "I303", "the file is UTF-16; save it as UTF-8 (`CSV UTF-8` in Excel)"),
    (b"[", "I302", "this is one JSON list; write one JSON object on each line"),
)


class Format(StrEnum):
    """The kinds of files that can be imported."""

    CSV = "csv"
    JSON_LINES = "json lines"
    EXCEL = "excel"
    PARQUET = "parquet"


class DataFile(Struct, frozen=True, kw_only=True):
    """A file with data; `label` is what people call it."""

    label: str
    path: Path
    format: Format
    zipped: bool = False

    def open(self) -> BinaryIO:
        """Open the file to read its bytes, unzipped."""
        if self.zipped:
            return gzip.open(self.path, "rb")  # type: ignore[return-value]
        return self.path.open("rb")

    def fault(self, code: str, message: str, line: int = 1, column: int = 1) -> InputError:
        """Return the error that says what is wrong at a place in this file."""
        return InputError([Diagnostic(Place(self.label, line, column), code, message)])


def find_file(given: str, folder: Path, workspace: Path) -> DataFile:
    """Return the file that `given` names, relative to `folder`; `-` is standard input.

    Standard input is copied to `workspace`.

    Raises:
        InputError: It cannot be read, or is nothing that can be imported.
    """
    path = folder / given
    if given == STANDARD_INPUT:
        path = workspace / "standard-input"
        with path.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy, CHUNK)
    try:
        return _recognised(DataFile(label=given, path=path, format=Format.CSV))
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            [Diagnostic(Place(given, 1, 1), "I301", f"the file cannot be read: {reason}")]
        ) from error


def _recognised(file: DataFile) -> DataFile:
    with file.open() as opened:
        zipped = opened.read(2) == _GZIP
    file = DataFile(label=file.label, path=file.path, format=file.format, zipped=zipped)
    with file.open() as opened:
        head = opened.read(4096)
    if not head.strip():
        raise file.fault("I302", "the file is empty; its first line names the columns")
    for magic, code, message in _ALIEN:
        if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(magic):
            raise file.fault(code, message)
    found = _format(head)
    if zipped and found in (Format.EXCEL, Format.PARQUET):
        raise file.fault("I302", f"the file holds {found.value.title()}; unzip it")
    return DataFile(label=file.label, path=file.path, format=found, zipped=zipped)


def _format(head: bytes) -> Format:
    if head.startswith(b"PK\x03\x04"):
        return Format.EXCEL
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return Format.JSON_LINES
    return Format.CSV


def text_lines(file: DataFile) -> Iterator[str]:
    """Yield the lines of a text file with their ends, without a byte order mark.

    Raises:
        InputError: A byte is not UTF-8, or the file breaks off.
    """
    number = 0
    try:
        with file.open() as opened:
            for number, raw in enumerate(opened, start=1):
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        what = "this byte is not UTF-8; save the file as UTF-8 (`CSV UTF-8` in Excel)"
        raise file.fault("I303", what, number, error.start + 1) from error
    except (OSError, EOFError) as error:
        raise file.fault("I306", f"the file breaks off: {error}", number + 1) from error


def count_lines(file: DataFile) -> int | None:
    """Return the number of lines of a plain file, for progress; nothing when that takes long."""
    if file.zipped:
        return None
    with file.open() as opened:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: opened.read(CHUNK), b""))
