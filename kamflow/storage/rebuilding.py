"""Writes everything that is derived from the history anew, a batch at a time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from kamflow.model.snapshot import Snapshot
from kamflow.storage import statements
from kamflow.storage.checking import (
    EVENTS,
    Replay,
    derived_row,
    sound_schedule,
    stored_reports,
    stored_row,
)
from kamflow.storage.codec import encode
from kamflow.storage.derived import EVERYTHING
from kamflow.storage.links import Link
from kamflow.storage.upkeep import repeated, require_schema, transaction

_BATCH, _EVENTS = 100, 2_000
_SUBJECTS = "SELECT DISTINCT instance FROM events WHERE instance > ? ORDER BY instance LIMIT ?"
_STORED = (
    "SELECT id, kind, parent, name, workflow, stage, entered_at, sequence, waiting, tasks, "
    "due_at, head, snapshot, schedule FROM instances WHERE id = ?"
)
_CHANGE = (
    "UPDATE instances SET kind=?, parent=?, name=?, workflow=?, stage=?, entered_at=?, sequence=?, "
    "waiting=?, tasks=?, due_at=?, head=?, snapshot=?, schedule=? WHERE id = ?"
)
_ADD = (
    "INSERT INTO instances (kind, parent, name, workflow, stage, entered_at, sequence, waiting, "
    "tasks, due_at, head, snapshot, schedule, id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_END_REPORTS = "DELETE FROM reports WHERE instance = ?"
_END_LOST_REPORTS = (
    "DELETE FROM reports WHERE NOT EXISTS "
    "(SELECT 1 FROM instances WHERE instances.id = reports.instance)"
)
_HOW_MANY = "SELECT count(*) FROM instances"


class RebuildReport(Struct, frozen=True, kw_only=True):
    """What a rebuild did."""

    subjects: int
    corrected: int  # that were not what their history makes
    faults: tuple[str, ...]  # histories that cannot be replayed; their rows were left alone


def rebuild(url: str, progress: Callable[[int, int | None], None]) -> RebuildReport:
    """Write snapshots and their columns anew from the events, in batches; readers go on.

    Raises:
        ConcurrencyError: Writers overtook a batch each time; what is done is kept, run it again.
        SchemaError: The database belongs to another version of kamflow.
    """
    require_schema(url)
    with transaction(url) as link:
        total = int(link.rows(_HOW_MANY)[0][0])
    done, corrected, faults, after = 0, 0, list[str](), ""
    while True:
        batch = repeated(url, partial(_batch, after=after))
        if not batch.subjects:
            break
        done, corrected = done + len(batch.subjects), corrected + batch.corrected
        faults += batch.faults
        after = batch.subjects[-1]
        progress(done, max(total, done))
    repeated(url, lambda link: link.write(_END_LOST_REPORTS, [()]))
    return RebuildReport(subjects=done, corrected=corrected, faults=tuple(faults))


class _Batch:
    def __init__(self, subjects: list[str]) -> None:
        self.subjects, self.corrected, self.faults = subjects, 0, list[str]()


def _batch(link: Link, after: str) -> _Batch:
    batch = _Batch([row[0] for row in link.rows(_SUBJECTS, after, _BATCH)])
    for subject in batch.subjects:
        replay = _replayed(link, subject)
        if replay.fault or replay.snapshot is None:
            batch.faults.append(f"`{subject}`: {replay.fault}")
        else:
            reports = _correct_reports(link, subject, replay)
            batch.corrected += _correct(link, replay.snapshot, replay.head) or reports
    return batch


def _replayed(link: Link, subject: str) -> Replay:
    replay, at = Replay(), -1
    while events := link.rows(EVENTS, subject, at, subject, _EVENTS):
        for row in events:
            replay.add(row)
        at = events[-1][1]
    return replay


def _correct_reports(link: Link, subject: str, replay: Replay) -> bool:
    """Make the rows of the reports of a subject true; tell whether they were not."""
    if stored_reports(link, subject, subject).get(subject, set()) == replay.reports:
        return False
    link.write(_END_REPORTS, [(subject,)])
    rows = [(subject, name, link.instant(at), place) for name, at, place in sorted(replay.reports)]
    if rows:
        link.write(statements.ADD_REPORT, rows)
    return True


def _correct(link: Link, snapshot: Snapshot, head: bytes) -> bool:
    """Make the row of a subject true; tell whether it was not.

    The schedule is no part of the history: one that is lost lets the engine plan everything anew.
    """
    stored = link.rows(_STORED, snapshot.id)
    kept = stored and sound_schedule(stored[0][13])
    schedule = stored[0][13] if kept else encode(EVERYTHING)
    made = derived_row(snapshot, head, schedule)
    at, content, due = link.instant(snapshot.entered_at), encode(snapshot), made[10]
    due = link.instant(due) if isinstance(due, datetime) else None
    row = (*made[1:6], at, *made[7:10], due, head, content, schedule, snapshot.id)
    link.write(_CHANGE if stored else _ADD, [row])
    return not kept or not _is(stored[0], made)


def _is(stored: Sequence[Any], made: tuple[object, ...]) -> bool:
    try:
        return stored_row(stored) == made
    except (msgspec.DecodeError, ValueError):
        return False
