"""What somebody with write access to the database could do to a history."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from kamflow.engine.evolve import replay
from kamflow.storage.audit.database import DatabaseSource
from kamflow.storage.audit.report import AuditReport
from kamflow.storage.audit.verify import verify
from kamflow.storage.chain import START, link
from kamflow.storage.codec import encode
from kamflow.storage.links import Link
from kamflow.storage.reading import recorded_of
from kamflow.storage.store import backend_of

Change = tuple[str, str, tuple[object, ...]]  # what it is, a statement, its parameters

_TEXT = ("instance", "kind", "actor", "pack")
_BYTES = ("body", "hash")
_HISTORY = (
    "SELECT instance, sequence, at, actor, pack, cause, body FROM events "
    "WHERE instance = ? ORDER BY sequence"
)


class Forger:
    """Changes rows in a transaction that is never kept, past every constraint but the keys."""

    def __init__(self, connection: Link) -> None:
        self.link = connection

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Take back what is changed in the block."""
        self.link.savepoint("SAVEPOINT before")
        try:
            yield
        finally:
            self.link.savepoint("ROLLBACK TO SAVEPOINT before")

    def run(self, statement: str, *parameters: object) -> None:
        """Change something; the database has to let it happen."""
        assert self.link.write(statement, [parameters]) > 0, statement

    def tried(self, statement: str, *parameters: object) -> bool:
        """Change something, unless a key of the database forbids it."""
        self.link.savepoint("SAVEPOINT tried")
        try:
            self.run(statement, *parameters)
        except Exception as error:
            if self.link.translated(error) is None:
                raise
            self.link.savepoint("ROLLBACK TO SAVEPOINT tried")
            return False
        return True

    def found(self) -> AuditReport:
        """Return what the verifier says now."""
        return verify(DatabaseSource(self.link))

    def rows(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        return self.link.rows(statement, *parameters)

    def chain_anew(self, instance: str) -> None:
        """Forge the links and the head of an instance so that they fit what is there."""
        head, sequence = START, 0
        for row in self.rows(_HISTORY, instance):
            recorded = recorded_of(row)
            head, sequence = link(head, recorded, bytes(row[6])), recorded.sequence
            where = (head, instance, sequence)
            self.run("UPDATE events SET hash = ? WHERE instance = ? AND sequence = ?", *where)
        values = (head, sequence, instance)
        self.run("UPDATE instances SET head = ?, sequence = ? WHERE id = ?", *values)

    def snapshot_anew(self, instance: str) -> None:
        """Forge the snapshot of an instance so that it is what its events make."""
        made = replay(recorded_of(row) for row in self.rows(_HISTORY, instance))
        assert made is not None
        values = (encode(made), made.stage, self.link.instant(made.entered_at), instance)
        self.run(
            "UPDATE instances SET snapshot = ?, stage = ?, entered_at = ? WHERE id = ?", *values
        )


@contextmanager
def forging(url: str) -> Iterator[Forger]:
    """Lend a forger; nothing of what it does is kept."""
    connection = backend_of(url).connect()
    if connection.name == "sqlite":
        connection.rows("PRAGMA foreign_keys=OFF")
    else:
        connection.savepoint("SET session_replication_role = replica")
    connection.begin(writes=True)
    try:
        yield Forger(connection)
    finally:
        connection.roll_back()
        connection.close()


def flips(forger: Forger) -> Iterator[tuple[str, int, Change]]:
    """Yield a change for every byte of every column of every event, with the event."""
    statement = "SELECT instance, sequence, at, cause, kind, actor, pack, body, hash FROM events"
    for row in forger.rows(f"{statement} ORDER BY instance, sequence"):
        instance, sequence, at, cause = row[:4]
        columns = dict(zip(("kind", "actor", "pack", "body", "hash"), row[4:], strict=True))
        columns["instance"] = instance
        for change in (
            *_text_flips(forger, columns),
            *_byte_flips(columns),
            *_number_flips(sequence, cause),
            *_instant_flips(forger, at),
        ):
            name, set_to, values = change
            update = f"UPDATE events SET {set_to} WHERE instance = ? AND sequence = ?"  # noqa: S608
            yield instance, sequence, (name, update, (*values, instance, sequence))


def _text_flips(forger: Forger, columns: dict[str, Any]) -> Iterator[Change]:
    sqlite = forger.link.name == "sqlite"
    form = "CAST(? AS TEXT)" if sqlite else "convert_from(?, 'UTF8')"
    for column in _TEXT:
        for mask in (1, 0x80) if sqlite else (1,):
            for place, changed in _flipped(columns[column].encode(), mask):
                yield f"{column}[{place}]", f"{column} = {form}", (changed,)


def _byte_flips(columns: dict[str, Any]) -> Iterator[Change]:
    for column in _BYTES:
        for place, changed in _flipped(bytes(columns[column]), 0x20):
            yield f"{column}[{place}]", f"{column} = ?", (changed,)


def _number_flips(sequence: int, cause: int | None) -> Iterator[Change]:
    for byte in range(4):
        yield f"sequence[{byte}]", "sequence = ?", (sequence ^ 1 << 8 * byte,)
        yield f"cause[{byte}]", "cause = ?", ((cause or 0) ^ 1 << 8 * byte,)
    yield "cause", "cause = ?", (0 if cause is None else None,)


def _instant_flips(forger: Forger, at: Any) -> Iterator[Change]:  # noqa: ANN401 - a driver's
    if isinstance(at, str):
        for mask in (1, 0x80):
            for place, changed in _flipped(at.encode(), mask):
                yield f"at[{place}]", "at = CAST(? AS TEXT)", (changed,)
        return
    assert forger.link.instant(at) == at
    for byte in range(8):  # microseconds since 2000, in eight bytes
        step = timedelta(microseconds=1 << 8 * byte) if byte < 7 else None
        if step is not None:
            yield f"at[{byte}]", "at = at + ?", (step,)
        else:
            yield f"at[{byte}]", "at = at + ? * interval '1 year'", (100_000,)


def _flipped(stored: bytes, mask: int) -> Iterator[tuple[int, bytes]]:
    for place in range(len(stored)):
        yield place, stored[:place] + bytes([stored[place] ^ mask]) + stored[place + 1 :]
