"""What an import comes to: counts, and every row that was rejected with the reasons."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct


class ImportOptions(Struct, frozen=True, kw_only=True):
    """How to import.

    `by` is who imports; the rows are stated by the mapping's `by`, else by this person, else by the
    service of the mapping's source.
    """

    program: str | None = None  # what the subjects belong to; may be left out when there is one
    by: str | None = None
    as_of: date | None = None  # the day that the mapping calls `today`; the clock's day when absent
    dry_run: bool = False  # judge everything and keep nothing
    keep_going: bool = False  # keep the good rows although others are rejected


class Reject(Struct, frozen=True, kw_only=True):
    """One value, or one whole row, that cannot be imported; its row is left out whole."""

    row: int  # as a spreadsheet counts: the header is row 1
    column: str  # empty when the whole row is meant
    value: str
    reason: str
    subject: str = ""  # id that the row states, when it states one


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import did, or would have done when `written` is false; without rejected rows."""

    rows: int
    created: int  # subjects that were not there yet
    existing: int  # subjects that were
    recorded: int  # facts with a new observation
    unchanged: int  # facts of which the same observation was there
    rejected: int  # rows
    rejects: tuple[Reject, ...]
    written: bool
    late: int = 0  # events that came too late for rules to look at; they are kept as well


REJECT_COLUMNS = ("row", "column", "value", "reason", "subject")


def write_rejects(path: str | Path, rejects: Sequence[Reject]) -> None:
    """Write rejects as CSV that spreadsheets open with the right characters."""
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REJECT_COLUMNS)
        for item in rejects:
            writer.writerow([_harmless(str(getattr(item, name))) for name in REJECT_COLUMNS])


def _harmless(text: str) -> str:
    """Return `text` so that a spreadsheet does not take it for a formula."""
    risky = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(text)
    return f"'{text}" if risky else text


def _is_number(text: str) -> bool:
    return text[1:].replace(".", "").replace(",", "").isdigit()
