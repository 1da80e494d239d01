"""Transactions that write."""

from bisect import insort
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Executable, bindparam, exc, func, insert, select, update

from kamflow.errors import ConcurrencyError, DatabaseError
from kamflow.model.decision import Decision
from kamflow.model.events import Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot
from kamflow.storage.codec import encode, encode_pack
from kamflow.storage.reading import Reading, Writing
from kamflow.storage.tables import events, instances, packs


@contextmanager
def write(engine: Engine) -> Iterator["Transaction"]:
    """Begin a transaction that writes alone; commit what was appended at its end."""
    try:
        with engine.begin() as connection:
            transaction = Transaction(connection)
            yield transaction
            transaction.flush()
    except exc.DBAPIError as error:
        raise DatabaseError(f"the database cannot be written: {error.orig}") from error


@contextmanager
def read(engine: Engine) -> Iterator[Reading]:
    """Begin a transaction that sees one state of the database and writes nothing."""
    try:
        with engine.connect().execution_options(reads_only=True) as connection:
            yield Transaction(connection)
    except exc.DBAPIError as error:
        raise DatabaseError(f"the database cannot be read: {error.orig}") from error


class Transaction(Writing):
    """One transaction. What is appended is seen by it at once and written at its end, in bulk."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(self._fetch)
        self._connection = connection
        self._stored_at: dict[str, int] = {}  # instance -> sequence in the database
        self._events: list[Recorded] = []
        self._undo: list[tuple[int, str, Snapshot | None]] = []
        self._marked = False

    def _fetch(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        return self._connection.exec_driver_sql(statement, parameters).fetchall()

    def _keep(self, snapshot: Snapshot) -> Snapshot:
        if snapshot.id not in self._known:
            self._stored_at[snapshot.id] = snapshot.sequence
        return super()._keep(snapshot)

    def publish(self, pack: Pack, at: datetime, by: str) -> None:
        """Write a pack under the next number."""
        number = self._connection.execute(select(func.max(packs.c.number))).scalar() or 0
        row = {
            "digest": pack.digest,
            "number": number + 1,
            "pack": pack.id,
            "version": pack.version,
            "published_at": at,
            "published_by": by,
            "content": encode_pack(pack),
        }
        self._connection.execute(insert(packs), row)

    def append(self, decision: Decision) -> None:
        """Take the events of a decision; the next load of the instance gives its new snapshot."""
        if not decision.events or decision.snapshot is None:
            return
        snapshot = decision.snapshot
        if self._marked:
            self._undo.append((len(self._events), snapshot.id, self._known.get(snapshot.id)))
        if snapshot.id not in self._known:
            members = self._members.get((snapshot.parent or "", snapshot.kind))
            if members is not None:
                insort(members, snapshot.id)
        self._known[snapshot.id] = snapshot
        self._events += decision.events

    def history(self, instance: str) -> list[Recorded]:
        """Return the stored events of an instance and those that this transaction will write."""
        own = [item for item in self._events if item.instance == instance]
        return [*super().history(instance), *own]

    def mark(self) -> None:
        """Remember this point for `back_to_mark`; a former mark is forgotten."""
        self._undo.clear()
        self._marked = True

    def back_to_mark(self) -> None:
        """Take back everything that was appended since the mark."""
        for count, instance, before in reversed(self._undo):
            del self._events[count:]
            after = self._known.pop(instance)
            if before is not None:
                self._known[instance] = before
            elif (after.parent or "", after.kind) in self._members:
                self._members[after.parent or "", after.kind].remove(instance)
        self._undo.clear()

    def flush(self) -> None:
        """Write what was appended.

        Raises:
            ConcurrencyError: Somebody else appended to one of the instances meanwhile.
        """
        changed = dict.fromkeys(item.instance for item in self._events)
        new = [self._known[item] for item in changed if item not in self._stored_at]
        old = [self._known[item] for item in changed if item in self._stored_at]
        try:
            self._write(insert(instances), [_row(item) for item in new])
            rows = [
                {"key": item.id, "seen": self._stored_at[item.id], **_row(item)} for item in old
            ]
            written = self._write(_UPDATE, rows)
            self._write(insert(events), [_event_row(item) for item in self._events])
        except exc.IntegrityError as error:
            first = next(iter(changed), "")
            raise ConcurrencyError(first, expected=self._stored_at.get(first, 0)) from error
        if written != len(old):
            raise ConcurrencyError(old[0].id, expected=self._stored_at[old[0].id])
        self._events.clear()

    def _write(self, statement: Executable, rows: list[dict[str, Any]]) -> int:
        """Run a statement for each row; return how many rows it changed."""
        return self._connection.execute(statement, rows).rowcount if rows else 0


_UPDATE = (
    update(instances)
    .where(instances.c.id == bindparam("key"), instances.c.sequence == bindparam("seen"))
    .values(
        {
            name: bindparam(name)
            for name in ("name", "stage", "entered_at", "sequence", "waiting", "snapshot")
        }
    )
)


def _row(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "kind": snapshot.kind,
        "parent": snapshot.parent,
        "name": snapshot.name,
        "workflow": snapshot.workflow,
        "stage": snapshot.stage,
        "entered_at": snapshot.entered_at,
        "sequence": snapshot.sequence,
        "waiting": len(snapshot.approvals),
        "snapshot": encode(snapshot),
    }


def _event_row(recorded: Recorded) -> dict[str, Any]:
    return {
        "instance": recorded.instance,
        "sequence": recorded.sequence,
        "at": recorded.at,
        "kind": type(recorded.event).__name__,
        "actor": recorded.actor,
        "pack": recorded.pack,
        "cause": recorded.cause,
        "body": encode(recorded.event),
    }
