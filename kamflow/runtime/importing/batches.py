"""Takes all rows of a file: a short one in one transaction, a long one in many.

A long file is judged to its end before the first row is written. Each batch then commits with how
far the import has come, so that one that broke off goes on where it stopped.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TypeAlias

import msgspec
from msgspec import Struct

from kamflow.runtime.importing.intake import Intake, Tally
from kamflow.runtime.importing.report import ImportOptions, ImportReport
from kamflow.runtime.importing.rows import Row, Sheet
from kamflow.runtime.kamflow import Batch, Kamflow

Progress: TypeAlias = Callable[[int, int | None], None]

WHOLE = 10_000  # rows that are kept all or none, in one transaction
BATCH = 1_000  # rows of each transaction, where there are more
_STEP = 200  # rows between two calls of a progress function


class State(Struct, frozen=True, kw_only=True):
    """How far an import has come that is not finished."""

    day: str  # what the mapping called today when it began
    seen: str  # digest of the ids of the rows that are done
    tally: Tally
    rejected: tuple[int, ...] = ()  # rows, whose reasons are found again


class Run(Struct, frozen=True, kw_only=True):
    """One import, which is the same when it is asked for again."""

    id: str  # digest of the file, the mapping and the options
    day: str
    state: State | None  # nothing: it begins


class _NotKept(Exception):  # noqa: N818 - ends a transaction that is not to be kept
    pass


class Importer:
    """Takes the rows of a sheet.

    Args:
        kam: The database.
        sheet: The rows; they can be read several times.
        intake: Makes what takes the rows.
        run: Which import it is.
        options: How to import.
        progress: Is told how many rows are done, and of how many.
    """

    def __init__(
        self,
        kam: Kamflow,
        sheet: Sheet,
        intake: Callable[[], Intake],
        *,
        run: Run,
        options: ImportOptions,
        progress: Progress,
    ) -> None:
        self._kam, self._sheet, self._new_intake = kam, sheet, intake
        self._run, self._options, self._progress = run, options, progress

    def run(self) -> ImportReport:
        """Take all rows, and return what came of them."""
        rows = iter(self._sheet)
        head = list(islice(rows, WHOLE + 1))
        if len(head) <= WHOLE:
            return self._whole(head)
        if self._run.state is None and (self._options.dry_run or not self._options.keep_going):
            judged = self._judged(chain(head, rows))
            if self._options.dry_run or not judged.clean:
                return judged.report(written=False)
        else:
            for _ in rows:  # a file that is damaged further down is told before a row is written
                pass
        del head
        return self._in_batches()

    def _whole(self, rows: list[Row]) -> ImportReport:
        intake, options = self._new_intake(), self._options
        try:
            with self._kam.batch() as batch:
                self._take(batch, intake, rows, self._sheet.total)
                self._progress(len(rows), len(rows))
                if options.dry_run or not (intake.clean or options.keep_going):
                    raise _NotKept  # noqa: TRY301 - the transaction has to see it
        except _NotKept:
            return intake.report(written=False)
        return intake.report(written=True)

    def _take(self, batch: Batch, intake: Intake, rows: list[Row], total: int | None) -> None:
        intake.use(batch, rows)
        for row in rows:
            intake.take(row)
            if intake.tally.rows % _STEP == 0:
                self._progress(intake.tally.rows, total)

    def _judged(self, rows: Iterable[Row]) -> Intake:
        """Take all rows and keep nothing."""
        intake = self._new_intake()
        total = self._sheet.total
        for some in _batches(rows):
            try:
                with self._kam.batch() as batch:
                    self._take(batch, intake, some, total)
                    raise _NotKept  # noqa: TRY301 - the transaction has to see it
            except _NotKept:
                continue
        return intake

    def _in_batches(self) -> ImportReport:
        """Write all rows that are not written yet."""
        intake, rows, seen = self._resumed() or (
            self._new_intake(),
            iter(self._sheet),
            hashlib.sha256(),
        )
        total = self._sheet.total
        for some in _batches(rows):
            with self._kam.batch() as batch:
                self._take(batch, intake, some, total)
                for row in some:
                    seen.update(_mark(intake, row))
                self._keep(batch, intake, seen.hexdigest())
        with self._kam.batch() as batch:
            batch.session.writing.end_import(self._run.id)
        self._progress(intake.tally.rows, intake.tally.rows)
        return intake.report(written=True)

    def _keep(self, batch: Batch, intake: Intake, seen: str) -> None:
        """Keep how far the import has come, in the transaction of what it has entered."""
        state = State(
            day=self._run.day, seen=seen, tally=intake.tally, rejected=tuple(intake.rejected)
        )
        session, content = batch.session, msgspec.json.encode(state)
        session.writing.keep_import(self._run.id, intake.tally.rows, content, session.now)

    def _resumed(self) -> "tuple[Intake, Iterator[Row], hashlib._Hash] | None":
        """Return where an import goes on that broke off.

        The rows of a query may come in another order than before. Then it begins anew: what is
        there already is recognised row by row.
        """
        state = self._run.state
        if state is None:
            return None
        intake, rows, seen = self._new_intake(), iter(self._sheet), hashlib.sha256()
        rejected, again = frozenset(state.rejected), list[Row]()
        for row in islice(rows, state.tally.rows):
            seen.update(_mark(intake, row))
            intake.skip(row)
            if row.number in rejected:
                again.append(row)
        if seen.hexdigest() != state.seen:
            return None
        for some in _batches(again):
            with self._kam.batch() as batch:
                self._take(batch, intake, some, None)
        tally = state.tally
        intake.tally = Tally(
            rows=tally.rows,
            created=tally.created + intake.tally.created,
            existing=tally.existing + intake.tally.existing,
            recorded=tally.recorded + intake.tally.recorded,
            unchanged=tally.unchanged + intake.tally.unchanged,
            late=tally.late + intake.tally.late,
        )
        return intake, rows, seen


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while some := list(islice(remaining, BATCH)):
        yield some


def _mark(intake: Intake, row: Row) -> bytes:
    return f"{row.number}\t{intake.id_cell(row)}\n".encode()
