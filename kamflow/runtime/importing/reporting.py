"""Reports what happened to subjects, each event once, under its key."""

from kamflow.errors import KeyReusedError
from kamflow.model.decision import Decision
from kamflow.model.events import EventReported
from kamflow.model.snapshot import Snapshot
from kamflow.runtime.importing.intake import Intake
from kamflow.runtime.importing.plan import PlannedEvent
from kamflow.runtime.importing.rows import Row
from kamflow.runtime.importing.values import plain_text


class Reporting(Intake):
    """Takes each row as something that happened."""

    one_row_each = False

    def _take(self, row: Row, tail: str) -> None:
        known, event = self._known(tail), self._plan.event
        if known is None or event is None:
            self._reject_unknown(row, tail)
            return
        before = len(self._rejects)
        at = event.as_of
        if at is None:
            at = self._instant(row, event.as_of_column, tail)
        payload, key = self._payload(row, tail, event), self._key(row, tail, event)
        if at is None or key is None or len(self._rejects) > before:
            return
        try:
            decision = self._batch.once(key).report_event(
                known.id, event.name, payload, at=at, source=event.source, by=event.author
            )
        except KeyReusedError:
            what = "an event with this key was reported before and says something else"
            self._reject(row, event.key, row.cells[self._at[event.key]], what, tail)
            return
        columns = {item.name: item.column for item in event.payload}
        columns["happened_at"] = event.as_of_column or self._plan.mapping.id
        self._reject_refused(row, tail, decision, columns)
        if len(self._rejects) == before:
            self.tally.existing += 1
            self._count(known, decision)

    def _count(self, known: Snapshot, decision: Decision) -> None:
        """Count an event as new, or as one that was reported before."""
        is_new = decision.events[0].sequence > known.sequence
        late = any(isinstance(item, EventReported) and item.late for item in decision.happenings)
        self.tally.recorded += is_new
        self.tally.unchanged += not is_new
        self.tally.late += is_new and late

    def _payload(self, row: Row, tail: str, event: PlannedEvent) -> dict[str, str]:
        """Return what the event carries; empty cells carry nothing."""
        payload = {}
        for item in event.payload:
            cell = row.cells[self._at[item.column]]
            try:
                text = item.read(cell)
            except ValueError as error:
                self._reject(row, item.column, cell, str(error), tail)
                continue
            if text is not None:
                payload[item.name] = text
        return payload

    def _key(self, row: Row, tail: str, event: PlannedEvent) -> str | None:
        """Return the key under which the event has effect once, whatever file it comes in."""
        cell = row.cells[self._at[event.key]]
        try:
            text = plain_text(cell)
        except ValueError as error:
            self._reject(row, event.key, cell, str(error), tail)
            return None
        if text is None:
            self._reject(row, event.key, cell, "the key is empty; it tells events apart", tail)
            return None
        return f"import:{event.source}:{event.name}:{text}"
