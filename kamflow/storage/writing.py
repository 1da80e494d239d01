"""Transactions that write."""

from bisect import insort
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from kamflow.engine.history import Reported
from kamflow.errors import ConcurrencyError
from kamflow.model.decision import Decision, Schedule
from kamflow.model.events import EventReported, Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot
from kamflow.storage import statements
from kamflow.storage.answers import Request, kept_answer
from kamflow.storage.chain import START, link
from kamflow.storage.codec import encode, encode_pack
from kamflow.storage.derived import owed
from kamflow.storage.links import Link
from kamflow.storage.outbox import message_type
from kamflow.storage.reading import Writing

Row: TypeAlias = tuple[object, ...]


class _Mark(Struct, frozen=True):
    """How much was appended when an instance was changed, and what it was before."""

    events: int
    messages: int
    reports: int
    instance: str
    before: Snapshot | None
    head: bytes
    planned: bytes | None
    replanned: bool


class Transaction(Writing):
    """One transaction. What is appended is seen by it at once and written at its end, in bulk."""

    def __init__(self, connection: Link) -> None:
        super().__init__(connection.rows)
        self._link = connection
        self._stored_at: dict[str, int] = {}  # instance -> sequence in the database
        self._heads: dict[str, bytes] = {}  # instance -> link of its newest event
        self._events: list[Recorded] = []
        self._event_rows: list[Row] = []  # of those events
        self._message_rows: list[Row] = []
        self._report_rows: list[Row] = []
        self._fresh: dict[tuple[str, str], list[Reported]] = {}  # reports of those events
        self._replanned: dict[str, None] = {}  # instances whose schedule has changed
        self._requests: dict[str, tuple[Request, Decision, datetime]] = {}  # by key
        self._undo: list[_Mark] = []
        self._marked = False

    @property
    def link(self) -> Link:
        """The connection."""
        return self._link

    def _keep(self, snapshot: Snapshot, head: bytes, schedule: bytes | None) -> Snapshot:
        if snapshot.id not in self._known:
            self._stored_at[snapshot.id] = snapshot.sequence
            self._heads[snapshot.id] = head
        return super()._keep(snapshot, head, schedule)

    def publish(self, pack: Pack, at: datetime, by: str) -> None:
        """Write a pack under the next number."""
        number = (self._link.rows(statements.LAST_PACK)[0][0] or 0) + 1
        content, instant = encode_pack(pack), self._link.instant(at)
        row = (number, pack.digest, pack.id, pack.version, instant, by, content)
        self._link.write(statements.ADD_PACK, [row])
        self._newest = pack.digest

    def keep_import(self, run: str, rows: int, state: bytes, at: datetime) -> None:
        """Write how far an import has come."""
        instant = self._link.instant(at)
        if not self._link.write(statements.CHANGE_IMPORT, [(instant, rows, state, run)]):
            self._link.write(statements.ADD_IMPORT, [(run, instant, rows, state)])

    def end_import(self, run: str) -> None:
        """Remove an import that is finished."""
        self._link.write(statements.END_IMPORT, [(run,)])

    def append(self, decision: Decision) -> None:
        """Take the events of a decision; the next load of the instance gives its new snapshot.

        One without events may still say when rules and timers are to be looked at.
        """
        snapshot, schedule = decision.snapshot, decision.schedule
        if snapshot is None or not (decision.events or schedule is not None):
            return
        head = self._heads.get(snapshot.id, START)
        self._remember(snapshot.id, head)
        if snapshot.id not in self._known:
            members = self._members.get((snapshot.parent or "", snapshot.kind))
            if members is not None:
                insort(members, snapshot.id)
        self._known[snapshot.id] = snapshot
        for recorded in decision.events:
            head = self._take(recorded, head)
        self._heads[snapshot.id] = head
        if schedule is not None:
            self._plan(snapshot.id, schedule)

    def _plan(self, instance: str, schedule: Schedule) -> None:
        planned, before = encode(schedule) if schedule else None, self._planned.get(instance)
        if planned == before:
            return
        self._replanned[instance] = None
        if planned is None:
            del self._planned[instance]
        else:
            self._planned[instance] = planned

    def _take(self, recorded: Recorded, before: bytes) -> bytes:
        """Take an event, chained to the link before; return its own link."""
        event, instance, sequence = recorded.event, recorded.instance, recorded.sequence
        body, at = encode(event), self._link.instant(recorded.at)
        head = link(before, recorded, body)
        told = (recorded.actor, recorded.pack, recorded.cause, body, head)
        self._events.append(recorded)
        self._event_rows.append((instance, sequence, at, type(event).__name__, *told))
        message = message_type(event)
        if message is not None:
            self._message_rows.append((instance, sequence, message, at))
        if isinstance(event, EventReported):
            self._take_report(instance, sequence, event)
        return head

    def _take_report(self, instance: str, sequence: int, event: EventReported) -> None:
        key, told = (instance, event.name), Reported(sequence, event)
        happened_at = self._link.instant(event.happened_at)
        self._report_rows.append((instance, event.name, happened_at, sequence))
        self._fresh.setdefault(key, []).append(told)
        known = self._reports.get(key)
        if known is not None:
            insort(known, told, key=_event_time)

    def _reported(self, instance: str, name: str) -> list[Reported]:
        stored, own = super()._reported(instance, name), self._fresh.get((instance, name))
        return sorted((*stored, *own), key=_event_time) if own else stored

    def answer_to(self, request: Request) -> Decision | None:
        """Return the answer that a request had before; nothing for a new one."""
        kept = self._requests.get(request.key)
        if kept is None:
            return super().answer_to(request)
        known, decision, _ = kept
        known.require(request)
        return decision

    def keep_answer(self, request: Request, decision: Decision, at: datetime) -> None:
        """Keep the answer to a request with what it decided."""
        self._requests[request.key] = (request, decision, at)

    def history(self, instance: str) -> list[Recorded]:
        """Return the stored events of an instance and those that this transaction will write."""
        own = [item for item in self._events if item.instance == instance]
        return [*super().history(instance), *own]

    def mark(self) -> None:
        """Remember this point for `back_to_mark`; a former mark is forgotten."""
        self._undo.clear()
        self._marked = True
        self._marked_requests = len(self._requests)

    def back_to_mark(self) -> None:
        """Take back everything that was appended since the mark."""
        for mark in reversed(self._undo):
            del self._events[mark.events :], self._event_rows[mark.events :]
            del self._message_rows[mark.messages :], self._report_rows[mark.reports :]
            after = self._known.pop(mark.instance)
            self._back_to_plan(mark)
            del self._heads[mark.instance]
            if mark.before is not None:
                self._known[mark.instance] = mark.before
                self._heads[mark.instance] = mark.head
            elif (after.parent or "", after.kind) in self._members:
                self._members[after.parent or "", after.kind].remove(mark.instance)
        while len(self._requests) > self._marked_requests:
            self._requests.popitem()
        self._undo.clear()

    def _back_to_plan(self, mark: _Mark) -> None:
        """Take back what was planned, and let what was reported be read again."""
        if mark.planned is None:
            self._planned.pop(mark.instance, None)
        else:
            self._planned[mark.instance] = mark.planned
        if not mark.replanned:
            self._replanned.pop(mark.instance, None)
        for key in [key for key in self._reports if key[0] == mark.instance]:
            del self._reports[key]
        last = 0 if mark.before is None else mark.before.sequence
        for key, told in self._fresh.items():
            if key[0] == mark.instance:
                told[:] = [item for item in told if item.sequence <= last]

    def _remember(self, instance: str, head: bytes) -> None:
        if self._marked:
            mark = _Mark(
                len(self._events),
                len(self._message_rows),
                len(self._report_rows),
                instance,
                self._known.get(instance),
                head,
                self._planned.get(instance),
                instance in self._replanned,
            )
            self._undo.append(mark)

    def broken(self, error: Exception) -> bool:
        """Tell whether an error comes from the database, so that nothing more can be done here."""
        return self._link.translated(error) is not None

    def flush(self) -> None:
        """Write what was appended.

        Raises:
            ConcurrencyError: Somebody else appended to one of the instances meanwhile.
        """
        if not self._events and not self._requests and not self._replanned:
            return
        changed = dict.fromkeys([item.instance for item in self._events])
        new: list[Snapshot] = []
        old: list[Snapshot] = []
        for instance in changed:
            (old if instance in self._stored_at else new).append(self._known[instance])
        planned = [self._known[item] for item in self._replanned if item not in changed]
        self._write(new, old, planned)
        for item in (*new, *old):
            self._stored_at[item.id] = item.sequence
        self._events.clear()
        self._event_rows.clear()
        self._message_rows.clear()
        self._report_rows.clear()
        self._fresh.clear()
        self._replanned.clear()
        self._requests.clear()
        self._undo.clear()

    def _write(self, new: list[Snapshot], old: list[Snapshot], planned: list[Snapshot]) -> None:
        """Write all rows; `planned` are subjects to which nothing else happened."""
        writes = (
            (statements.CHANGE_INSTANCE, [self._changed_row(item) for item in old]),
            (statements.PLAN_INSTANCE, [self._planned_row(item) for item in planned]),
            (statements.ADD_INSTANCE, [self._instance_row(item) for item in new]),
            (statements.ADD_EVENT, self._event_rows),
            (statements.ADD_REPORT, self._report_rows),
            (statements.ADD_MESSAGE, self._message_rows),
            (statements.ADD_REQUEST, [self._request_row(*i) for i in self._requests.values()]),
        )
        try:
            written = self._link.write_all(writes)
        except Exception as error:
            ours = self._link.translated(error)
            if isinstance(ours, ConcurrencyError):
                first = next(iter((*old, *new, *planned))).id if old or new or planned else ""
                raise ConcurrencyError(first, expected=self._stored_at.get(first, 0)) from error
            raise
        for count, rows in ((written[0], old), (written[1], planned)):
            if count != len(rows):
                raise ConcurrencyError(rows[0].id, expected=self._stored_at[rows[0].id])

    def _instance_row(self, item: Snapshot) -> tuple[object, ...]:
        return (
            item.id,
            item.kind,
            item.parent,
            item.name,
            item.workflow,
            item.stage,
            self._link.instant(item.entered_at),
            item.sequence,
            *self._what_waits(item),
            self._heads[item.id],
            encode(item),
        )

    def _changed_row(self, item: Snapshot) -> tuple[object, ...]:
        return (
            item.name,
            item.stage,
            self._link.instant(item.entered_at),
            item.sequence,
            *self._what_waits(item),
            self._heads[item.id],
            encode(item),
            item.id,
            self._stored_at[item.id],
        )

    def _planned_row(self, item: Snapshot) -> tuple[object, ...]:
        planned = self._planned.get(item.id)
        return (self._due(item, planned), planned, item.id, self._stored_at[item.id])

    def _what_waits(self, item: Snapshot) -> tuple[object, ...]:
        planned = self._planned.get(item.id)
        return (len(item.approvals), owed(item), self._due(item, planned), planned)

    def _due(self, item: Snapshot, planned: bytes | None) -> object:
        at = self._due_of(item, planned)
        return None if at is None else self._link.instant(at)

    def _request_row(
        self, request: Request, decision: Decision, at: datetime
    ) -> tuple[object, ...]:
        events = decision.events
        return (
            request.key,
            request.command,
            events[0].instance if events else "",
            events[0].sequence if events else 0,
            events[-1].sequence if events else 0,
            encode(kept_answer(decision)),
            self._link.instant(at),
        )


def _event_time(item: Reported) -> tuple[datetime, int]:
    return item.event.happened_at, item.sequence
