"""What has to hold after every fault: nothing lost, nothing doubled, nothing half done."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from kamflow.engine.evolve import replay
from kamflow.storage.chain import START, link
from kamflow.storage.codec import decode_snapshot
from kamflow.storage.dialects import open_engine
from kamflow.storage.outbox import message_type
from kamflow.storage.reading import recorded_of
from tests.chaos.client import Answer, answers

_EVENTS = (
    "SELECT instance, sequence, at, actor, pack, cause, body, hash FROM events "
    "ORDER BY instance, sequence"
)
_INSTANCES = "SELECT id, sequence, stage, head, snapshot FROM instances"
_REQUESTS = "SELECT key, instance, first, last FROM requests"
_OUTBOX = "SELECT instance, sequence, number FROM outbox ORDER BY instance, sequence"

Spans = dict[str, tuple[str, int, int]]  # key -> instance, first and last event


class BrokenError(AssertionError):
    """A promise of the engine does not hold."""


def check(
    url: str, files: Iterable[Path] = (), *, all_keyed: bool = True, all_told: bool = True
) -> int:
    """Compare a whole database with itself and with what clients were told.

    Args:
        url: The database.
        files: Where clients noted their answers.
        all_keyed: Whether each command had a key, so that each event belongs to one request.
        all_told: Whether each event was made when there was an outbox already.

    Returns:
        The number of events.

    Raises:
        BrokenError: A promise does not hold.
    """
    told = [item for file in files for item in answers(file) if not item.approval]
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                _sound_file(connection)
            events = _sound_histories(connection)
            if all_told:
                _sound_outbox(connection)
            spans = _spans(connection)
    finally:
        engine.dispose()
    _all_there(told, spans)
    if all_keyed:
        _one_request_each(events, spans)
    return len(events)


def schema_of(url: str) -> str:
    """Return the version of the schema of a database."""
    return str(_asked(url, "SELECT version_num FROM alembic_version")[0][0])


def keys_of(url: str) -> list[str]:
    """Return the keys of all requests that were kept."""
    return [row[0] for row in _asked(url, _REQUESTS)]


def _asked(url: str, statement: str) -> list[tuple[Any, ...]]:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return _rows(connection, statement)
    finally:
        engine.dispose()


def _sound_file(connection: Connection) -> None:
    found = _rows(connection, "PRAGMA integrity_check") + _rows(
        connection, "PRAGMA foreign_key_check"
    )
    _require(found == [("ok",)], f"the file is damaged: {found}")


def _rows(connection: Connection, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(text(statement))]


def _require(holds: bool, what: str) -> None:  # noqa: FBT001 - as `assert`
    if not holds:
        raise BrokenError(what)


def _sound_histories(connection: Connection) -> set[tuple[str, int]]:
    """Compare every history with its chain and its snapshot; return the places of all events."""
    instances = {row[0]: row[1:] for row in _rows(connection, _INSTANCES)}
    places: set[tuple[str, int]] = set()
    for name, rows in groupby(_rows(connection, _EVENTS), key=lambda row: row[0]):
        _require(name in instances, f"`{name}` has events and no row")
        places |= _sound_history(name, list(rows), instances.pop(name))
    _require(not instances, f"no events: {sorted(instances)}")
    return places


def _sound_history(
    name: str, rows: Sequence[Sequence[Any]], stored: Sequence[Any]
) -> set[tuple[str, int]]:
    recorded = [recorded_of(row[:7]) for row in rows]
    sequences = [item.sequence for item in recorded]
    _require(sequences == list(range(1, len(rows) + 1)), f"`{name}` has gaps: {sequences}")
    head = START
    for item, row in zip(recorded, rows, strict=True):
        head = link(head, item, bytes(row[6]))
        _require(head == bytes(row[7]), f"the chain of `{name}` breaks at {item.sequence}")
    sequence, stage, newest, snapshot = stored
    _require(head == bytes(newest), f"`{name}` does not end with its head")
    replayed = replay(recorded)
    _require(replayed == decode_snapshot(bytes(snapshot)), f"`{name}`: replay is not the snapshot")
    agree = replayed is not None and (replayed.sequence, replayed.stage) == (sequence, stage)
    _require(agree, f"the columns of `{name}` disagree with its events")
    return {(name, sequence) for sequence in sequences}


def _sound_outbox(connection: Connection) -> None:
    """Make sure that each event that is told has one message, in the order of its subject."""
    messages = _rows(connection, _OUTBOX)
    found = [(instance, sequence) for instance, sequence, _ in messages]
    events = [recorded_of(row[:7]) for row in _rows(connection, _EVENTS)]
    wanted = [(item.instance, item.sequence) for item in events if message_type(item.event)]
    _require(found == wanted, "the outbox does not tell what happened")
    for name, rows in groupby(messages, key=lambda row: row[0]):
        numbers = [row[2] for row in rows]
        _require(numbers == sorted(numbers), f"messages of `{name}` are out of order")


def _spans(connection: Connection) -> Spans:
    rows = _rows(connection, _REQUESTS)
    return {key: (instance, first, last) for key, instance, first, last in rows}


def _all_there(told: Sequence[Answer], spans: Spans) -> None:
    """Make sure that what was answered is what was kept."""
    for answer in told:
        _require(answer.key in spans, f"`{answer.key}` was answered and is lost")
        place = (answer.instance, answer.first, answer.last)
        _require(spans[answer.key] == place, f"`{answer.key}` has another answer than was told")


def _one_request_each(events: set[tuple[str, int]], spans: Spans) -> None:
    """Make sure that each event comes from one request, and each request is there whole."""
    claimed = [
        (instance, sequence)
        for instance, first, last in spans.values()
        for sequence in range(first, last + 1)
        if first
    ]
    _require(len(claimed) == len(set(claimed)), "an event belongs to two requests")
    missing, extra = set(claimed) - events, events - set(claimed)
    _require(not missing, f"requests without their events: {sorted(missing)[:5]}")
    _require(not extra, f"events that nobody asked for: {sorted(extra)[:5]}")
