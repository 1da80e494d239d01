"""A database as the verifier reads it: every byte as it is stored, and nothing is written."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from kamflow.errors import DatabaseError, SchemaError
from kamflow.storage import statements
from kamflow.storage.audit.kept import (
    Group,
    KeptCheckpoint,
    KeptEvent,
    KeptHead,
    KeptInstance,
    KeptMessage,
    KeptPolicy,
    KeptRequest,
)
from kamflow.storage.codec import instant_text
from kamflow.storage.links import Backend, Link
from kamflow.storage.sqlite import SqliteBackend, SqliteLink
from kamflow.storage.store import HEAD, backend_of

Row = Sequence[Any]

# `<column>` is text with all its bytes, `<at:column>` an instant, `<by:column>` an order by bytes.
_FORMS = {
    "sqlite": {"": "CAST({} AS BLOB)", "at": "CAST({} AS BLOB)", "by": "{}"},
    "postgresql": {"": "{}", "at": "extract(epoch FROM {}) * 1000000", "by": '{} COLLATE "C"'},
}
_EVENTS = (
    "SELECT <events.instance>, events.sequence, <at:events.at>, <events.kind>, <events.actor>, "
    "<events.pack>, events.cause, <events.body>, <events.hash> FROM events "
    "ORDER BY <by:events.instance>, events.sequence"
)
_INSTANCES = (
    "SELECT <instances.id>, instances.sequence, <instances.head>, <instances.snapshot>, "
    "<instances.kind>, <instances.parent>, <instances.name>, <instances.workflow>, "
    "<instances.stage>, <at:instances.entered_at>, instances.waiting FROM instances "
    "ORDER BY <by:instances.id>"
)
_HEADS = (
    "SELECT <checkpoint_heads.instance>, checkpoint_heads.sequence, checkpoint_heads.checkpoint, "
    "<checkpoint_heads.head> FROM checkpoint_heads "
    "ORDER BY <by:checkpoint_heads.instance>, checkpoint_heads.sequence"
)
_MESSAGES = (
    "SELECT <outbox.instance>, outbox.sequence, outbox.number, <outbox.type> FROM outbox "
    "ORDER BY <by:outbox.instance>, outbox.sequence, outbox.number"
)
_REQUESTS = (
    "SELECT <requests.instance>, <requests.key>, requests.first, requests.last FROM requests "
    "ORDER BY <by:requests.instance>, requests.last"
)
_CHECKPOINTS = (
    "SELECT checkpoints.number, <at:checkpoints.at>, checkpoints.instances, checkpoints.events, "
    "<checkpoints.root>, <checkpoints.policies>, <checkpoints.previous>, "
    "checkpoints.signature, <checkpoints.key> "
    "FROM checkpoints ORDER BY checkpoints.number"
)
_POLICIES = (
    "SELECT packs.number, <packs.digest>, <packs.content>, <packs.pack>, <packs.version>, "
    "<at:packs.published_at>, <packs.published_by> FROM packs ORDER BY packs.number"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _OfInstance(Protocol):
    @property
    def instance(self) -> str: ...


Item = TypeVar("Item", bound=_OfInstance)


class Lane(Iterator[Item]):
    """Rows of many instances in the order of their ids, with a look at the next one."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self.ahead: Item | None = next(items, None)

    def __next__(self) -> Item:
        """Return the next row."""
        if self.ahead is None:
            raise StopIteration
        item, self.ahead = self.ahead, next(self._items, None)
        return item

    def of(self, instance: str) -> Iterator[Item]:
        """Yield the rows of one instance, which come next."""
        while self.ahead is not None and self.ahead.instance == instance:
            yield next(self)


class DatabaseSource:
    """What a link sees. It has to see one state of the database all the time."""

    exported = False

    def __init__(self, link: Link) -> None:
        self._link = link
        self.database = str(link.rows(statements.DATABASE_ID)[0][0])

    def policies(self) -> Iterator[KeptPolicy]:
        """Yield the published policies, oldest first."""
        for number, digest, content, pack, version, at, by in self._rows(_POLICIES):
            told = (_text(pack), _text(version), _instant(at), _text(by))
            yield KeptPolicy(_whole(number), _text(digest), content, *told)

    def checkpoints(self) -> Iterator[KeptCheckpoint]:
        """Yield the checkpoints, oldest first."""
        for row in self._rows(_CHECKPOINTS):
            number, at, instances, events, root, policies, previous, signature, key = row
            yield KeptCheckpoint(
                number=_whole(number),
                at=_instant(at),
                instances=_whole(instances),
                events=_whole(events),
                root=root,
                policies=policies,
                previous=previous,
                signature=signature,
                key=None if key is None else _text(key),
            )

    def groups(self) -> Iterator[Group]:
        """Yield what is kept of each instance, in the order of their ids."""
        rows = Lane(map(_instance, self._rows(_INSTANCES)))
        heads = Lane(map(_head, self._rows(_HEADS)))
        events = Lane(map(_event, self._rows(_EVENTS)))
        messages = Lane(map(_message, self._rows(_MESSAGES)))
        requests = Lane(map(_request, self._rows(_REQUESTS)))
        lanes: tuple[Lane[Any], ...] = (rows, heads, events, messages, requests)
        while ids := [lane.ahead.instance for lane in lanes if lane.ahead is not None]:
            instance = min(ids)
            yield Group(
                instance,
                tuple(rows.of(instance)),
                tuple(heads.of(instance)),
                events.of(instance),
                messages.of(instance),
                requests.of(instance),
            )
            for lane in lanes:
                for _ in lane.of(instance):
                    pass

    def _rows(self, statement: str) -> Iterator[Row]:
        forms = _FORMS[self._link.name]

        def put(found: re.Match[str]) -> str:
            return forms[found["form"] or ""].format(found["column"])

        return iter(
            self._link.stream(re.sub(r"<(?:(?P<form>\w+):)?(?P<column>[\w.]+)>", put, statement))
        )


@contextmanager
def read_only(url: str) -> Iterator[Link]:
    """Lend a link to one state of a database; nothing is ever written, no file is made.

    Raises:
        DatabaseError: It cannot be read, or is none of ours.
        SchemaError: It belongs to another version of kamflow.
    """
    backend = backend_of(url)
    with closing(_connected(backend)) as link, link.translating():
        link.begin_reading()
        if not backend.has_schema(link):
            raise DatabaseError(f"`{url}` is no database of kamflow: it has none of its tables")
        version = link.rows(statements.SCHEMA_VERSION)[0][0]
        if version != HEAD:
            raise SchemaError(version, HEAD)
        yield link
        link.roll_back()


def _connected(backend: Backend) -> Link:
    if not isinstance(backend, SqliteBackend):
        return backend.connect()
    file = backend.file
    if not file.is_file():
        raise DatabaseError(f"there is no database `{file}`")
    name = f"file:{quote(str(file.absolute()))}?mode=ro"
    try:
        return SqliteLink(_readable(name), str(file))
    except sqlite3.Error as error:
        if _has_log(file):
            raise DatabaseError(f"`{file}`: {error}") from error
    try:  # a folder that cannot be written: nobody else can have the file open for writing here
        return SqliteLink(_readable(f"{name}&immutable=1"), str(file))
    except sqlite3.Error as error:
        raise DatabaseError(f"`{file}`: {error}") from error


def _readable(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, uri=True, isolation_level=None, timeout=30)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _has_log(file: Path) -> bool:
    log = Path(f"{file}-wal")
    return log.exists() and log.stat().st_size > 0


def _event(row: Row) -> KeptEvent:
    instance, sequence, at, kind, actor, pack, cause, body, link = row
    return KeptEvent(
        _text(instance),
        _whole(sequence),
        _instant(at),
        _text(kind),
        _text(actor),
        _text(pack),
        None if cause is None else _whole(cause),
        body,
        link,
    )


def _instance(row: Row) -> KeptInstance:
    identity, sequence, head, snapshot, kind, parent, name, workflow, stage, at, waiting = row
    above = None if parent is None else _text(parent)
    columns = (_text(kind), above, _text(name), _text(workflow), _text(stage), _instant(at))
    return KeptInstance(
        _text(identity), _whole(sequence), head, snapshot, (*columns, _whole(waiting))
    )


def _head(row: Row) -> KeptHead:
    return KeptHead(_text(row[0]), _whole(row[1]), _whole(row[2]), row[3])


def _message(row: Row) -> KeptMessage:
    return KeptMessage(_text(row[0]), _whole(row[1]), _whole(row[2]), _text(row[3]))


def _request(row: Row) -> KeptRequest:
    return KeptRequest(_text(row[0]), _text(row[1]), _whole(row[2]), _whole(row[3]))


def _text(stored: bytes | str) -> str:
    return stored if isinstance(stored, str) else stored.decode("utf-8", "surrogateescape")


def _whole(stored: object) -> int:
    """Return a whole number; -1, which is none of ours, for anything else that SQLite took."""
    return stored if type(stored) is int else -1


def _instant(stored: bytes | Decimal) -> str:
    """Return an instant as it is chained; what is no instant of ours becomes other text."""
    if isinstance(stored, bytes):
        text = _text(stored)
        plain = len(text) == len("2026-03-31 12:00:00.000000") and text[10] == " "
        return f"{text[:10]}T{text[11:]}Z" if plain else f"!{text}"
    try:
        text = instant_text(_EPOCH + timedelta(microseconds=int(stored)))
    except (ArithmeticError, ValueError):
        return f"!{stored}"
    return f"{text[:10]}T{text[11:]}Z"
