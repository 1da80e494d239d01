"""Reads of one transaction, over any cursor that takes a statement and gives rows."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from msgspec import Struct

from kamflow.errors import NotFoundError
from kamflow.model.decision import Decision
from kamflow.model.events import Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot
from kamflow.storage import queries
from kamflow.storage.codec import decode_event, decode_pack, decode_snapshot


class PackEntry(Struct, frozen=True, kw_only=True):
    """A published pack without its content."""

    digest: str
    number: int
    pack: str
    version: str
    published_at: datetime
    published_by: str


class InstanceEntry(Struct, frozen=True, kw_only=True):
    """What lists need of an instance."""

    id: str
    kind: str
    parent: str | None
    name: str
    stage: str
    entered_at: datetime
    waiting: int  # number of open approvals


class Rows(Protocol):
    """Runs a statement with `?` for each parameter and returns all rows."""

    def __call__(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        """Return the rows."""


class Reading:
    """One state of the database. What was read is kept, so that it is read once."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._known: dict[str, Snapshot] = {}
        self._members: dict[tuple[str, str], list[str]] = {}
        self._children: dict[str, frozenset[str]] = {}  # parent -> ids that are stored below it

    def packs(self) -> list[PackEntry]:
        """Return the published packs, oldest first."""
        return [
            PackEntry(
                digest=digest,
                number=number,
                pack=pack,
                version=version,
                published_at=_instant(at),
                published_by=by,
            )
            for digest, number, pack, version, at, by in self._rows(queries.PACK_ENTRIES)
        ]

    def pack(self, digest: str) -> Pack:
        """Return a published pack.

        Raises:
            NotFoundError: None has that digest.
        """
        rows = self._rows(queries.PACK_CONTENT, digest)
        if not rows:
            raise NotFoundError(f"no pack with digest `{digest[:12]}` is published")
        return decode_pack(rows[0][0])

    def load(self, instance: str) -> Snapshot | None:
        """Return an instance as it is now; nothing when there is none of that id."""
        if instance not in self._known:
            stored = self._children.get(instance.rpartition("/")[0])
            if stored is not None and instance not in stored:
                return None
            rows = self._rows(queries.SNAPSHOT, instance)
            if not rows:
                return None
            self._keep(decode_snapshot(rows[0][0]))
        return self._known[instance]

    def _keep(self, snapshot: Snapshot) -> Snapshot:
        """Remember what was read, unless this transaction has changed it already."""
        return self._known.setdefault(snapshot.id, snapshot)

    def list_children(self, parent: str) -> None:
        """Learn which ids there are below `parent`, so that to load another one asks nothing."""
        rows = self._rows(queries.CHILDREN, parent)
        self._children[parent] = frozenset(row[0] for row in rows)

    def members(self, parent: str, kind: str) -> list[Snapshot]:
        """Return all instances of `kind` below `parent`, by id."""
        key = (parent, kind)
        if key not in self._members:
            rows = self._rows(queries.MEMBERS, parent, kind)
            stored = [self._keep(decode_snapshot(row[0])).id for row in rows]
            new = [item.id for item in self._known.values() if (item.parent, item.kind) == key]
            self._members[key] = sorted({*stored, *new})
        return [self._known[item] for item in self._members[key]]

    def entries(
        self, *, kind: str | None = None, parent: str | None = None, waiting: bool = False
    ) -> list[InstanceEntry]:
        """Return the stored instances by id, without their snapshots."""
        found = [
            InstanceEntry(
                id=row[0],
                kind=row[1],
                parent=row[2],
                name=row[3],
                stage=row[4],
                entered_at=_instant(row[5]),
                waiting=row[6],
            )
            for row in self._rows(queries.ENTRIES)
        ]
        return [
            item
            for item in found
            if kind in (None, item.kind)
            and parent in (None, item.parent)
            and (item.waiting > 0 or not waiting)
        ]

    def named(self, word: str) -> list[str]:
        """Return the ids that `word` can mean: the whole id, or its last part."""
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = self._rows(queries.NAMED, word, f"%/{escaped}")
        # LIKE knows no case on SQLite, and what this transaction adds is not stored yet.
        ids = {*(row[0] for row in rows), *self._known}
        return sorted(item for item in ids if item == word or item.endswith(f"/{word}"))

    def history(self, instance: str) -> list[Recorded]:
        """Return the stored events of an instance, oldest first."""
        return [
            Recorded(
                instance=owner,
                sequence=sequence,
                at=_instant(at),
                actor=actor,
                pack=pack,
                event=decode_event(body),
                cause=cause,
            )
            for owner, sequence, at, actor, pack, cause, body in self._rows(
                queries.HISTORY, instance
            )
        ]


class Writing(Reading, ABC):
    """Reads that see what the same transaction appends, and writes it at its end."""

    @abstractmethod
    def publish(self, pack: Pack, at: datetime, by: str) -> None:
        """Keep a pack under its digest; the newest is taken at the next stage entry."""

    @abstractmethod
    def append(self, decision: Decision) -> None:
        """Take the events of a decision, and the snapshot that they make."""

    @abstractmethod
    def mark(self) -> None:
        """Remember this point for `back_to_mark`; a former mark is forgotten."""

    @abstractmethod
    def back_to_mark(self) -> None:
        """Take back everything that was appended since the mark."""


def _instant(stored: str | datetime) -> datetime:
    """Return an aware instant from what the driver gives: text on SQLite, else a datetime."""
    at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
