"""Reads of one transaction, over any cursor that takes a statement and gives rows."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from kamflow.engine.evolve import replay
from kamflow.engine.history import Reported
from kamflow.errors import DatabaseError, NotFoundError
from kamflow.model.decision import Decision, Schedule
from kamflow.model.events import Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot
from kamflow.storage import statements
from kamflow.storage.answers import KeptAnswer, Request, given_answer
from kamflow.storage.codec import (
    decode_again,
    decode_event,
    decode_pack,
    decode_report,
    decode_snapshot,
    instant_text,
)
from kamflow.storage.derived import due_at, read_schedule
from kamflow.storage.links import Link

_AT_ONCE = 500  # instances of one question


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
    tasks: int = 0  # of open conditions, reviews, tasks and escalations that are not observed


class Rows(Protocol):
    """Runs a statement with `?` for each parameter and returns all rows."""

    def __call__(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        """Return the rows."""


class Reading:
    """One state of the database. What was read is kept, so that it is read once."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._known: dict[str, Snapshot] = {}
        self._planned: dict[str, bytes] = {}  # instance -> its schedule, where it has one
        self._dues: dict[str, tuple[Snapshot, bytes | None, datetime | None]] = {}
        self._reports: dict[tuple[str, str], list[Reported]] = {}
        self._members: dict[tuple[str, str], list[str]] = {}
        self._absent: set[str] = set()  # ids that were asked for and are not stored
        self._newest: str | None = None  # digest of the newest pack
        self._expected: str | None = None  # key that will be asked for
        self._answered: dict[str, Sequence[Sequence[Any]]] = {}  # key -> its row, read ahead

    @property
    def rows(self) -> Rows:
        """Run a statement of another part of storage in this transaction."""
        return self._rows

    def packs(self) -> list[PackEntry]:
        """Return the published packs, oldest first."""
        return [
            PackEntry(
                digest=digest,
                number=number,
                pack=pack,
                version=version,
                published_at=instant_of(at),
                published_by=by,
            )
            for digest, number, pack, version, at, by in self._rows(statements.PACK_ENTRIES)
        ]

    def newest_pack(self) -> str | None:
        """Return the digest of the newest pack; nothing when none is published yet."""
        if self._newest is None:
            rows = self._rows(statements.NEWEST_PACK)
            self._newest = rows[0][0] if rows else None
        return self._newest

    def pack(self, digest: str) -> Pack:
        """Return a published pack.

        Raises:
            NotFoundError: None has that digest.
        """
        rows = self._rows(statements.PACK_CONTENT, digest)
        if not rows:
            raise NotFoundError(f"no pack with digest `{digest[:12]}` is published")
        return decode_pack(rows[0][0])

    def load(self, instance: str) -> Snapshot | None:
        """Return an instance as it is now; nothing when there is none of that id."""
        known = self._known.get(instance)
        if known is not None:
            return known
        if instance in self._absent:
            return None
        if not self._known:
            return self._load_first(instance)
        rows = self._rows(statements.SNAPSHOT, instance)
        return self._keep(decode_snapshot(rows[0][0]), *rows[0][1:]) if rows else None

    def _load_first(self, instance: str) -> Snapshot | None:
        """Return an instance; what is nearly always asked for next is read with it."""
        rows = self._rows(statements.FIRST, self._expected, instance)
        if not rows:
            return None
        snapshot, head, schedule, above, head_above, schedule_above, newest, *answered = rows[0]
        if self._expected is not None:
            self._answered[self._expected] = [] if answered[0] is None else [answered]
        if above is not None:
            self._keep(decode_again(bytes(above)), head_above, schedule_above)
        self._newest = self._newest or newest
        return self._keep(decode_snapshot(snapshot), head, schedule)

    def _keep(self, snapshot: Snapshot, _head: bytes, schedule: bytes | None) -> Snapshot:
        """Remember what was read, unless this transaction has changed it already."""
        if schedule is not None and snapshot.id not in self._known:
            self._planned[snapshot.id] = bytes(schedule)
        return self._known.setdefault(snapshot.id, snapshot)

    def prefetch(self, instances: Sequence[str]) -> None:
        """Read many instances at once; to load one of them, or to miss it, then asks nothing."""
        wanted = [item for item in instances if item not in self._known]
        for begin in range(0, len(wanted), _AT_ONCE):
            some = wanted[begin : begin + _AT_ONCE]
            statement = statements.SNAPSHOTS % ", ".join("?" * len(some))
            for snapshot, head, schedule in self._rows(statement, *some):
                self._keep(decode_snapshot(snapshot), head, schedule)
        self._absent.update(item for item in wanted if item not in self._known)

    def import_state(self, run: str) -> bytes | None:
        """Return how far an import has come that was not finished; nothing for any other."""
        rows = self._rows(statements.IMPORT_STATE, run)
        return bytes(rows[0][0]) if rows else None

    def members(self, parent: str, kind: str) -> list[Snapshot]:
        """Return all instances of `kind` below `parent`, by id."""
        key = (parent, kind)
        if key not in self._members:
            rows = self._rows(statements.MEMBERS, parent, kind)
            stored = [self._keep(decode_snapshot(row[0]), *row[1:]).id for row in rows]
            new = [item.id for item in self._known.values() if (item.parent, item.kind) == key]
            self._members[key] = sorted({*stored, *new})
        return [self._known[item] for item in self._members[key]]

    def entries(
        self,
        *,
        kind: str | None = None,
        parent: str | None = None,
        waiting: bool = False,
        tasks: bool = False,
    ) -> list[InstanceEntry]:
        """Return the stored instances by id, without their snapshots.

        With `waiting` those alone that have open approvals, with `tasks` those that have open
        approvals, conditions, reviews, tasks or escalations.
        """
        found = [
            InstanceEntry(
                id=row[0],
                kind=row[1],
                parent=row[2],
                name=row[3],
                stage=row[4],
                entered_at=instant_of(row[5]),
                waiting=_whole(row[6]),
                tasks=_whole(row[7]),
            )
            for row in self._rows(statements.ENTRIES)
        ]
        return [
            item
            for item in found
            if kind in (None, item.kind)
            and parent in (None, item.parent)
            and (item.waiting > 0 or not waiting)
            and (item.waiting > 0 or item.tasks > 0 or not tasks)
        ]

    def due_by(self, at: datetime) -> list[str]:
        """Return the instances for which something falls due by an instant, the first one first."""
        # SQLite compares text, and a stored instant comes before the same one with a zone behind;
        # PostgreSQL reads an instant.
        return [row[0] for row in self._rows(statements.DUE_BY, f"{instant_text(at)}+00")]

    def due_at(self, instance: str) -> datetime | None:
        """Return the first instant at which time alone may change something for an instance."""
        snapshot = self.load(instance)
        return None if snapshot is None else self._due_of(snapshot, self._planned.get(instance))

    def _due_of(self, snapshot: Snapshot, planned: bytes | None) -> datetime | None:
        """Return the same; worked out once for each state of a subject."""
        known = self._dues.get(snapshot.id)
        if known is not None and known[0] is snapshot and known[1] is planned:
            return known[2]
        at = due_at(snapshot, planned)
        self._dues[snapshot.id] = (snapshot, planned, at)
        return at

    def waiting_below(self, parent: str) -> list[str]:
        """Return the instances right below `parent` that have open approvals, by id."""
        stored = (row[0] for row in self._rows(statements.WAITING_MEMBERS, parent))
        changed = (item.id for item in self._known.values() if item.parent == parent)
        return sorted(
            item
            for item in {*stored, *changed}
            if item not in self._known or self._known[item].approvals
        )

    def named(self, word: str) -> list[str]:
        """Return the ids that `word` can mean: the whole id, or its last part."""
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = self._rows(statements.NAMED, word, f"%/{escaped}")
        # LIKE knows no case on SQLite, and what this transaction adds is not stored yet.
        ids = {*(row[0] for row in rows), *self._known}
        return sorted(item for item in ids if item == word or item.endswith(f"/{word}"))

    def schedule(self, instance: str) -> Schedule:
        """Return when rules and timers of an instance are to be looked at: id -> epoch seconds."""
        if instance not in self._known:
            self.load(instance)
        return read_schedule(self._planned.get(instance))

    def reports(self, instance: str, name: str) -> Sequence[Reported]:
        """Return what was reported of an event, in event time; the list is not to be changed."""
        key = (instance, name)
        found = self._reports.get(key)
        if found is None:
            found = self._reports[key] = self._reported(instance, name)
        return found

    def _reported(self, instance: str, name: str) -> list[Reported]:
        rows = self._rows(statements.REPORTS, instance, name)
        return [Reported(sequence, decode_report(body)) for sequence, body in rows]

    def history(self, instance: str) -> list[Recorded]:
        """Return the stored events of an instance, oldest first."""
        return [recorded_of(row) for row in self._rows(statements.HISTORY, instance)]

    def expect(self, key: str) -> None:
        """Say for which key `answer_to` will be called, so that it is read with something else."""
        self._expected = key

    def answer_to(self, request: Request) -> Decision | None:
        """Return the answer that a request had before; nothing for a new one.

        Raises:
            KeyReusedError: The key was used for another request.
        """
        rows = self._answered.pop(request.key, None)
        if rows is None:
            rows = self._rows(statements.REQUEST, request.key)
        if not rows:
            return None
        command, instance, first, last, answer = rows[0]
        Request(request.key, bytes(command)).require(request)
        kept = msgspec.json.decode(bytes(answer), type=KeptAnswer)
        events = [recorded_of(row) for row in self._rows(statements.SPAN, instance, last)]
        pack = self.pack(kept.pack) if kept.pack else None
        return given_answer(kept, tuple(events[first - 1 :]), replay(events), pack)


class Writing(Reading, ABC):
    """Reads that see what the same transaction appends, and writes it at its end."""

    @property
    @abstractmethod
    def link(self) -> Link:
        """The connection, for statements of another part of storage in this transaction."""

    @abstractmethod
    def publish(self, pack: Pack, at: datetime, by: str) -> None:
        """Keep a pack under its digest; the newest is taken at the next stage entry."""

    @abstractmethod
    def append(self, decision: Decision) -> None:
        """Take the events of a decision, the snapshot that they make, and the schedule."""

    @abstractmethod
    def keep_answer(self, request: Request, decision: Decision, at: datetime) -> None:
        """Keep the answer to a request with what it decided."""

    @abstractmethod
    def keep_import(self, run: str, rows: int, state: bytes, at: datetime) -> None:
        """Keep how far an import has come, in the transaction of what it has entered."""

    @abstractmethod
    def end_import(self, run: str) -> None:
        """Forget an import that is finished."""

    @abstractmethod
    def broken(self, error: Exception) -> bool:
        """Tell whether an error comes from the database, so that nothing more can be done here."""

    @abstractmethod
    def mark(self) -> None:
        """Remember this point for `back_to_mark`; a former mark is forgotten."""

    @abstractmethod
    def back_to_mark(self) -> None:
        """Take back everything that was appended since the mark."""


def recorded_of(row: Sequence[Any]) -> Recorded:
    """Return the event of a row of `HISTORY`."""
    owner, sequence, at, actor, pack, cause, body = row
    return Recorded(
        instance=owner,
        sequence=sequence,
        at=instant_of(at),
        actor=actor,
        pack=pack,
        event=decode_event(body),
        cause=cause,
    )


def _whole(stored: object) -> int:
    """Return a whole number; SQLite gives whatever the bytes of a damaged page say."""
    if not isinstance(stored, int):
        raise DatabaseError(f"what is stored is damaged: {stored!r} is no number; restore a backup")
    return stored


def instant_of(stored: str | datetime) -> datetime:
    """Return an aware instant from what the driver gives: text on SQLite, else a datetime."""
    try:
        at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    except ValueError as error:
        raise DatabaseError(f"what is stored is damaged: {error}; restore a backup") from error
    return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)
