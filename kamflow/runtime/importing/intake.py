"""Takes rows one by one; a rejected row leaves no trace. What a row becomes, a subclass says."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from kamflow.engine.recording import lies_ahead
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.decision import Decision
from kamflow.model.snapshot import Snapshot
from kamflow.runtime.importing.plan import Plan
from kamflow.runtime.importing.report import ImportReport, Reject
from kamflow.runtime.importing.rows import Row
from kamflow.runtime.importing.values import instant_of, plain_text
from kamflow.runtime.kamflow import Batch

MAX_ID = 200
_SHOWN = 200  # characters of a value in a reject
_HINTS = 20  # rejected rows after which no more ids are guessed


class Tally(Struct, kw_only=True):
    """What has come of the rows so far."""

    rows: int = 0
    created: int = 0
    existing: int = 0
    recorded: int = 0
    unchanged: int = 0
    late: int = 0


class Intake(ABC):
    """Takes rows and counts what comes of them.

    Args:
        plan: What to do.
        at: Position of each column in a row.
    """

    one_row_each = True  # whether a second row about the same subject is a mistake

    def __init__(self, plan: Plan, at: Mapping[str, int]) -> None:
        self._plan, self._at = plan, at
        self._row_of: dict[str, int] = {}
        self._rejects: list[Reject] = []
        self.tally = Tally()
        self.rejected: list[int] = []  # numbers of the rows

    @property
    def clean(self) -> bool:
        """Whether no row has been rejected."""
        return not self.rejected

    def use(self, batch: Batch, rows: Sequence[Row]) -> None:
        """Work in another transaction, in which `rows` come first."""
        self._batch, self._now = batch, batch.session.now
        plain = {self._plain_id(row) for row in rows if not row.fault}
        batch.session.transaction.prefetch([self._subject(tail) for tail in plain if tail])

    def take(self, row: Row) -> None:
        """Take a row, or reject it whole for every reason that is found."""
        self.tally.rows += 1
        before = len(self._rejects)
        tail = self._identify(row)
        if tail is not None:
            session = self._batch.session
            session.mark()
            self._take(row, tail)
            if len(self._rejects) > before:
                session.back_to_mark()
        if len(self._rejects) > before:
            self.rejected.append(row.number)

    @abstractmethod
    def _take(self, row: Row, tail: str) -> None:
        """Ask for what a row says about the subject `tail`; count it unless it is rejected."""

    def skip(self, row: Row) -> None:
        """Pass a row that was taken before."""
        tail = None if row.fault else self._plain_id(row)
        if tail:
            self._row_of.setdefault(tail, row.number)

    def report(self, *, written: bool) -> ImportReport:
        """Return what came of all rows."""
        return ImportReport(
            rows=self.tally.rows,
            created=self.tally.created,
            existing=self.tally.existing,
            recorded=self.tally.recorded,
            unchanged=self.tally.unchanged,
            late=self.tally.late,
            rejected=len(self.rejected),
            rejects=tuple(self._rejects),
            written=written,
        )

    def id_cell(self, row: Row) -> Any:  # noqa: ANN401 - whatever a file holds
        """Return the cell with the id; a row that cannot be read has none."""
        return "" if row.fault else row.cells[self._at[self._plan.mapping.id]]

    def _plain_id(self, row: Row) -> str | None:
        try:
            return _identity(self.id_cell(row))
        except ValueError:
            return None

    def _subject(self, tail: str) -> str:
        return f"{self._plan.parent}/{tail}" if self._plan.parent else tail

    def _known(self, tail: str) -> Snapshot | None:
        """Return the subject as it is, if there is one of the kind that the rows are about."""
        found = self._batch.session.transaction.load(self._subject(tail))
        return found if found is not None and found.kind == self._plan.kind else None

    def _identify(self, row: Row) -> str | None:
        """Return the id that a row states, or nothing when the row cannot be used."""
        if row.fault:
            value = ", ".join(str(cell) for cell in row.cells if cell is not None)
            self._reject(row, "", value, row.fault)
            return None
        column, cell = self._plan.mapping.id, self.id_cell(row)
        try:
            tail = _identity(cell)
        except ValueError as error:
            self._reject(row, column, cell, str(error))
            return None
        first = self._row_of.setdefault(tail, row.number) if self.one_row_each else row.number
        if first == row.number:
            return tail
        self._reject(row, column, cell, f"row {first} is about `{tail}` already", tail)
        return None

    def _instant(self, row: Row, column: str, tail: str) -> datetime | None:
        """Return when what a row says was true, or nothing when that is not told."""
        cell = row.cells[self._at[column]]
        try:
            instant = instant_of(cell, self._plan.mapping.date_format)
        except ValueError as error:
            self._reject(row, column, cell, str(error), tail)
            return None
        if lies_ahead(instant, self._now):
            self._reject(row, column, cell, f"as of {instant.date()} lies in the future", tail)
            return None
        return instant

    def _reject_unknown(self, row: Row, tail: str) -> None:
        """Reject a row whose subject is not there."""
        what = f"there is no {self._plan.kind} `{tail}`{self._near(tail)}"
        self._reject(row, self._plan.mapping.id, self.id_cell(row), what, tail)

    def _near(self, tail: str) -> str:
        """Return the id that was meant; not for many rows, as it takes a look at every id."""
        if len(self.rejected) >= _HINTS:
            return ""
        entries = self._batch.session.transaction.entries(kind=self._plan.kind)
        there = (item.id for item in entries if item.parent == self._plan.parent)
        return did_you_mean(tail, (item.rpartition("/")[2] for item in there))

    def _reject_refused(
        self, row: Row, tail: str, decision: Decision, columns: Mapping[str, str]
    ) -> None:
        """Turn a refusal into rejects, one for each column that is at fault."""
        if decision.accepted:
            return
        for name, reason in decision.faults.items():
            column = columns[name]
            self._reject(row, column, row.cells[self._at[column]], reason, tail)
        if not decision.faults:
            self._reject(row, "", tail, "; ".join(decision.reasons), tail)

    def _reject(self, row: Row, column: str, cell: Any, reason: str, subject: str = "") -> None:  # noqa: ANN401
        value = "" if cell is None else str(cell)[:_SHOWN]
        self._rejects.append(
            Reject(row=row.number, column=column, value=value, reason=reason, subject=subject)
        )


def _identity(cell: Any) -> str:  # noqa: ANN401 - whatever a file holds
    """Return the id in a cell.

    Raises:
        ValueError: It cannot be an id.
    """
    text = plain_text(cell)
    if text is None:
        raise ValueError("the id is empty")
    if "/" in text or "#" in text or not text.isprintable():
        raise ValueError("an id has no `/`, no `#` and no line breaks")
    if len(text) > MAX_ID:
        raise ValueError(f"the id has {len(text)} characters; at most {MAX_ID} are kept")
    return text
