"""Loads and appends, one transaction at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Executable,
    Row,
    bindparam,
    exc,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from kamflow.errors import ConcurrencyError, NotFoundError
from kamflow.model.decision import Decision
from kamflow.model.events import Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot
from kamflow.storage.codec import decode_event, decode_pack, decode_snapshot, encode, encode_pack
from kamflow.storage.dialects import open_engine
from kamflow.storage.migrate import require_schema
from kamflow.storage.tables import events, instances, packs


class PackEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A published pack without its content."""

    digest: str
    number: int
    pack: str
    version: str
    published_at: datetime
    published_by: str


class InstanceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What lists and reports need of an instance."""

    id: str
    kind: str
    parent: str | None
    name: str
    stage: str
    entered_at: datetime
    waiting: int


class Store:
    """A database. Each use is one transaction: `writing` commits all or nothing."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        require_schema(self._engine)

    @contextmanager
    def writing(self) -> Iterator["Transaction"]:
        """Begin a transaction that writes alone; commit what was appended at its end."""
        with self._engine.begin() as connection:
            transaction = Transaction(connection)
            yield transaction
            transaction.flush()

    @contextmanager
    def reading(self) -> Iterator["Transaction"]:
        """Begin a transaction that sees one state of the database and writes nothing."""
        with self._engine.connect().execution_options(reads_only=True) as connection:
            yield Transaction(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


class Transaction:
    """One transaction. What is appended is seen by it at once and written at its end, in bulk."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, Snapshot] = {}
        self._stored_at: dict[str, int] = {}  # instance -> sequence in the database, 0 when new
        self._events: list[Recorded] = []
        self._members: dict[tuple[str, str], list[str]] = {}

    # ------------------------------------------------------------------ packs

    def packs(self) -> list[PackEntry]:
        """Return the published packs, oldest first."""
        columns = [column for column in packs.c if column.name != "content"]
        rows = self._connection.execute(select(*columns).order_by(packs.c.number))
        return [PackEntry(**row._mapping) for row in rows]

    def pack(self, digest: str) -> Pack:
        """Return a published pack."""
        query = select(packs.c.content).where(packs.c.digest == digest).limit(1)
        content = self._connection.execute(query).scalar()
        if content is None:
            raise NotFoundError(f"no pack with digest `{digest[:12]}` is published")
        return decode_pack(content)

    def publish(self, pack: Pack, at: datetime, by: str) -> None:
        """Keep a pack under its digest; the newest is taken at the next stage entry."""
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

    # ------------------------------------------------------------------ instances

    def load(self, instance: str) -> Snapshot | None:
        """Return an instance as it is now; nothing when there is none of that id."""
        if instance not in self._known:
            query = select(instances.c.snapshot).where(instances.c.id == instance)
            content = self._connection.execute(query).scalar()
            if content is None:
                return None
            self._keep(decode_snapshot(content))
        return self._known[instance]

    def _keep(self, snapshot: Snapshot) -> Snapshot:
        """Remember what was read, unless this transaction has changed it already."""
        if snapshot.id not in self._known:
            self._known[snapshot.id] = snapshot
            self._stored_at[snapshot.id] = snapshot.sequence
        return self._known[snapshot.id]

    def members(self, parent: str, kind: str) -> list[Snapshot]:
        """Return all instances of `kind` below `parent`, by id."""
        key = (parent, kind)
        if key not in self._members:
            query = (
                select(instances.c.snapshot)
                .where(instances.c.parent == parent, instances.c.kind == kind)
                .order_by(instances.c.id)
            )
            found = {
                self._keep(decode_snapshot(row[0])).id: None
                for row in self._connection.execute(query)
            }
            new = (item.id for item in self._known.values() if (item.parent, item.kind) == key)
            self._members[key] = sorted({**found, **dict.fromkeys(new)})
        return [self._known[item] for item in self._members[key]]

    def entries(
        self, *, kind: str | None = None, parent: str | None = None, waiting: bool = False
    ) -> list[InstanceEntry]:
        """Return instances by id, without their snapshots."""
        names = ("id", "kind", "parent", "name", "stage", "entered_at", "waiting")
        query = select(*(instances.c[name] for name in names)).order_by(instances.c.id)
        if kind is not None:
            query = query.where(instances.c.kind == kind)
        if parent is not None:
            query = query.where(instances.c.parent == parent)
        if waiting:
            query = query.where(instances.c.waiting > 0)
        return [InstanceEntry(**row._mapping) for row in self._connection.execute(query)]

    def named(self, word: str) -> list[str]:
        """Return the ids that `word` can mean: the whole id, or its last part."""
        tail = instances.c.id.like(f"%/{_escaped(word)}", escape="\\")
        query = select(instances.c.id).where(or_(instances.c.id == word, tail))
        return sorted(self._connection.execute(query.order_by(instances.c.id)).scalars())

    # ------------------------------------------------------------------ events

    def history(self, instance: str) -> list[Recorded]:
        """Return the stored events of an instance, oldest first."""
        query = select(events).where(events.c.instance == instance).order_by(events.c.sequence)
        return [_recorded(row) for row in self._connection.execute(query)]

    def append(self, decision: Decision) -> None:
        """Take the events of a decision, and the snapshot that they make."""
        if not decision.events or decision.snapshot is None:
            return
        snapshot = decision.snapshot
        if snapshot.id not in self._known:
            self._stored_at[snapshot.id] = 0
            key = (snapshot.parent or "", snapshot.kind)
            if key in self._members:
                self._members[key] = sorted((*self._members[key], snapshot.id))
        self._known[snapshot.id] = snapshot
        self._events += decision.events

    def flush(self) -> None:
        """Write what was appended.

        Raises:
            ConcurrencyError: Somebody else appended to one of the instances meanwhile.
        """
        changed = dict.fromkeys(item.instance for item in self._events)
        new = [self._known[item] for item in changed if self._stored_at[item] == 0]
        old = [self._known[item] for item in changed if self._stored_at[item] > 0]
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
        if not rows:
            return 0
        return self._connection.execute(statement, rows).rowcount

    def scalar(self, statement: str) -> Any:  # noqa: ANN401 - whatever the statement selects
        """Return the first column of the first row, for checks by operators."""
        return self._connection.execute(text(statement)).scalar()


_UPDATE = (
    update(instances)
    .where(instances.c.id == bindparam("key"), instances.c.sequence == bindparam("seen"))
    .values(
        {name: bindparam(name) for name in ("name", "stage", "entered_at", "sequence", "waiting")}
        | {"snapshot": bindparam("snapshot")}
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


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(
        instance=row.instance,
        sequence=row.sequence,
        at=row.at,
        actor=row.actor,
        pack=row.pack,
        event=decode_event(row.body),
        cause=row.cause,
    )


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
