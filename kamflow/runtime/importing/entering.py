"""Enters subjects and records their facts, by the commands that anybody uses."""

from collections.abc import Mapping
from datetime import datetime

from kamflow.errors import AlreadyExistsError
from kamflow.model.commands import Stated
from kamflow.model.decision import Decision
from kamflow.model.events import FactsRecorded
from kamflow.model.snapshot import Snapshot
from kamflow.model.values import Shape, format_value, parse_value
from kamflow.runtime.importing.intake import Intake
from kamflow.runtime.importing.plan import Plan
from kamflow.runtime.importing.rows import Row
from kamflow.runtime.importing.values import plain_text


class Entering(Intake):
    """Takes each row as a subject with its facts."""

    def __init__(self, plan: Plan, at: Mapping[str, int]) -> None:
        super().__init__(plan, at)
        self._column_of = {item.fact: item.column for item in plan.facts}
        self._facts = [(item, at[item.column]) for item in plan.facts]

    def _take(self, row: Row, tail: str) -> None:
        before = len(self._rejects)
        stated, known = self._stated(row, tail), self._known(tail)
        is_there = known is not None or self._open(row, tail)
        decision = None
        if is_there and stated:
            told = self._told(known, stated)
            news = {name: item for name, item in stated.items() if name not in told}
            decision = self._batch.record_facts(self._subject(tail), news, by=self._plan.actor)
            self._reject_refused(row, tail, decision, self._column_of)
        if len(self._rejects) > before:
            return
        self.tally.existing += known is not None
        self.tally.created += known is None
        recorded = _recorded(decision)
        self.tally.recorded += recorded
        self.tally.unchanged += len(stated) - recorded

    def _told(self, known: Snapshot | None, stated: Mapping[str, Stated]) -> frozenset[str]:
        """Return which facts were recorded in just this way before newer ones came.

        The engine sees what is the same as now; this looks further back, so that an old file that
        is imported again changes nothing.
        """
        now = known.facts if known else {}
        old = [name for name in stated if name in now and stated[name].as_of < now[name].as_of]
        if not old or known is None:
            return frozenset()
        session = self._batch.session
        facts = session.compiled().pack.facts
        observed = {
            (name, item.value, item.as_of, item.source, item.author)
            for recorded in session.transaction.history(known.id)
            if isinstance(recorded.event, FactsRecorded)
            for name, item in recorded.event.facts.items()
        }
        return frozenset(
            name
            for name in old
            if (name, *_observation(facts[name].shape, stated[name])) in observed
        )

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

    def _open(self, row: Row, tail: str) -> bool:
        """Enter the subject of a row; tell whether it is there now."""
        plan = self._plan
        if not plan.opens:
            self._reject_unknown(row, tail)
            return False
        name = self._name(row, tail)
        try:
            decision = self._batch.open_subject(
                plan.kind, tail, name, parent=plan.parent, by=plan.actor
            )
        except AlreadyExistsError as error:
            what = f"{error}, as another kind of subject"
            self._reject(row, plan.mapping.id, self.id_cell(row), what, tail)
            return False
        self._reject_refused(row, tail, decision, self._column_of)
        return decision.accepted

    def _name(self, row: Row, tail: str) -> str:
        """Return the name of a subject; its id when the row has none."""
        column = self._plan.mapping.name
        try:
            return (plain_text(row.cells[self._at[column]]) if column else None) or tail
        except ValueError as error:
            self._reject(row, column, row.cells[self._at[column]], str(error), tail)
            return tail


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
