"""Enters rows, one by one, by the commands that anybody uses; a rejected row leaves no trace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kamflow.engine.recording import lies_ahead
from kamflow.errors import AlreadyExistsError
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.commands import Stated
from kamflow.model.decision import Decision
from kamflow.model.events import FactsRecorded
from kamflow.model.values import Shape, format_value, parse_value
from kamflow.runtime.importing.plan import Plan
from kamflow.runtime.importing.report import ImportReport, Reject
from kamflow.runtime.importing.rows import Row
from kamflow.runtime.importing.values import instant_of, plain_text
from kamflow.runtime.kamflow import Batch

MAX_ID = 200
_SHOWN = 200  # characters of a value in a reject
_HINTS = 20  # rejected rows after which no more ids are guessed


class Entry:
    """Enters rows and counts what comes of them.

    Args:
        batch: The transaction.
        plan: What to do.
        at: Position of each column in a row.
    """

    def __init__(self, batch: Batch, plan: Plan, at: Mapping[str, int]) -> None:
        self._batch, self._plan, self._at = batch, plan, at
        self._now = batch.session.now
        self._known = _known(batch, plan)
        self._column_of = {item.fact: item.column for item in plan.facts}
        self._facts = [(item, at[item.column]) for item in plan.facts]
        self._row_of: dict[str, int] = {}
        self._rejects: list[Reject] = []
        self._rows = self._rejected = 0
        self._created = self._existing = self._recorded = self._unchanged = 0

    @property
    def clean(self) -> bool:
        """Whether no row has been rejected."""
        return not self._rejected

    def enter(self, row: Row) -> None:
        """Enter a row, or reject it whole for every reason that is found."""
        self._rows += 1
        before = len(self._rejects)
        tail = self._identify(row)
        if tail is not None:
            self._enter(row, tail, before)
        self._rejected += len(self._rejects) > before

    def report(self, *, written: bool) -> ImportReport:
        """Return what came of all rows."""
        return ImportReport(
            rows=self._rows,
            created=self._created,
            existing=self._existing,
            recorded=self._recorded,
            unchanged=self._unchanged,
            rejected=self._rejected,
            rejects=tuple(self._rejects),
            written=written,
        )

    def _enter(self, row: Row, tail: str, before: int) -> None:
        parent, session = self._plan.parent, self._batch.session
        subject = f"{parent}/{tail}" if parent else tail
        stated = self._stated(row, tail)
        session.mark()
        is_there = subject in self._known or self._open(row, tail)
        decision = None
        if is_there and stated:
            told = self._told(subject, stated)
            news = {name: item for name, item in stated.items() if name not in told}
            decision = self._batch.record_facts(subject, news, by=self._plan.actor)
            self._reject_refused(row, tail, decision)
        if len(self._rejects) > before:
            session.back_to_mark()
            return
        known = subject in self._known
        self._existing += known
        self._created += not known
        recorded = _recorded(decision)
        self._recorded += recorded
        self._unchanged += len(stated) - recorded

    def _told(self, subject: str, stated: Mapping[str, Stated]) -> frozenset[str]:
        """Return which facts were recorded in just this way before newer ones came.

        The engine sees what is the same as now; this looks further back, so that an old file that
        is imported again changes nothing.
        """
        session = self._batch.session
        snapshot = session.transaction.load(subject)
        now = snapshot.facts if snapshot else {}
        old = [name for name in stated if name in now and stated[name].as_of < now[name].as_of]
        if not old:
            return frozenset()
        facts = session.compiled().pack.facts
        observed = {
            (name, item.value, item.as_of, item.source, item.author)
            for recorded in session.transaction.history(subject)
            if isinstance(recorded.event, FactsRecorded)
            for name, item in recorded.event.facts.items()
        }
        return frozenset(
            name
            for name in old
            if (name, *_observation(facts[name].shape, stated[name])) in observed
        )

    def _identify(self, row: Row) -> str | None:
        """Return the id that a row states, or nothing when the row cannot be used."""
        if row.fault:
            value = ", ".join(str(cell) for cell in row.cells if cell is not None)
            self._reject(row, "", value, row.fault)
            return None
        column = self._plan.mapping.id
        cell = row.cells[self._at[column]]
        try:
            tail = _identity(cell)
        except ValueError as error:
            self._reject(row, column, cell, str(error))
            return None
        first = self._row_of.setdefault(tail, row.number)
        if first == row.number:
            return tail
        self._reject(row, column, cell, f"row {first} is about `{tail}` already", tail)
        return None

    def _stated(self, row: Row, tail: str) -> dict[str, Stated]:
        """Return what the row states; empty cells state nothing."""
        stated, instants = {}, dict[str, datetime | None]()
        for item, at in self._facts:
            try:
                text = item.read(row.cells[at])
            except ValueError as error:
                self._reject(row, item.column, row.cells[at], str(error), tail)
                continue
            if text is None:
                continue
            as_of, column = item.as_of, item.as_of_column
            if as_of is None:
                if column not in instants:
                    instants[column] = self._instant(row, column, tail)
                as_of = instants[column]
            if as_of is not None:
                stated[item.fact] = Stated(
                    text=text, as_of=as_of, source=item.source, author=item.author, unit=item.unit
                )
        return stated

    def _instant(self, row: Row, column: str, tail: str) -> datetime | None:
        """Return when the values of a row were true, or nothing when that is not told."""
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

    def _open(self, row: Row, tail: str) -> bool:
        """Enter the subject of a row; tell whether it is there now."""
        plan = self._plan
        column, cell = plan.mapping.id, row.cells[self._at[plan.mapping.id]]
        if not plan.opens:
            what = f"there is no {plan.kind} `{tail}`{self._near(tail)}"
            self._reject(row, column, cell, what, tail)
            return False
        name = self._name(row, tail)
        try:
            decision = self._batch.open_subject(
                plan.kind, tail, name, parent=plan.parent, by=plan.actor
            )
        except AlreadyExistsError as error:
            self._reject(row, column, cell, f"{error}, as another kind of subject", tail)
            return False
        self._reject_refused(row, tail, decision)
        return decision.accepted

    def _near(self, tail: str) -> str:
        """Return the id that was meant; not for many rows, as it takes a look at every id."""
        if self._rejected >= _HINTS:
            return ""
        return did_you_mean(tail, (item.rpartition("/")[2] for item in self._known))

    def _name(self, row: Row, tail: str) -> str:
        """Return the name of a subject; its id when the row has none."""
        column = self._plan.mapping.name
        try:
            return (plain_text(row.cells[self._at[column]]) if column else None) or tail
        except ValueError as error:
            self._reject(row, column, row.cells[self._at[column]], str(error), tail)
            return tail

    def _reject_refused(self, row: Row, tail: str, decision: Decision) -> None:
        """Turn a refusal into rejects, one for each fact that is at fault."""
        if decision.accepted:
            return
        for fact, reason in decision.faults.items():
            column = self._column_of[fact]
            self._reject(row, column, row.cells[self._at[column]], reason, tail)
        if not decision.faults:
            self._reject(row, "", tail, "; ".join(decision.reasons), tail)

    def _reject(self, row: Row, column: str, cell: Any, reason: str, subject: str = "") -> None:  # noqa: ANN401
        value = "" if cell is None else str(cell)[:_SHOWN]
        self._rejects.append(
            Reject(row=row.number, column=column, value=value, reason=reason, subject=subject)
        )


def _known(batch: Batch, plan: Plan) -> frozenset[str]:
    """Return the ids of the subjects that are there."""
    transaction = batch.session.transaction
    if plan.parent is not None:
        transaction.list_children(plan.parent)
    entries = transaction.entries(kind=plan.kind)
    return frozenset(item.id for item in entries if item.parent == plan.parent)


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


def _observation(shape: Shape, stated: Stated) -> tuple[str, datetime, str, str]:
    """Return what tells one observation of a fact from another."""
    try:
        value = format_value(parse_value(shape, stated.text))
    except ValueError:
        value = stated.text  # the engine says what is wrong with it
    return value, stated.as_of, stated.source, stated.author


def _recorded(decision: Decision | None) -> int:
    """Return how many of the stated facts were news; what follows from them is not counted."""
    first = decision.happenings[0] if decision and decision.events else None
    return len(first.facts) if isinstance(first, FactsRecorded) else 0
