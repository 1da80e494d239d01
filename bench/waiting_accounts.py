"""A database in which many accounts wait for the mark of a timer."""

import shutil
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kamflow import Kamflow
from kamflow.storage import statements
from kamflow.storage.chain import START as FIRST_LINK
from kamflow.storage.chain import link
from kamflow.storage.codec import instant_text
from kamflow.storage.reading import recorded_of
from tests.builders import a_pack

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DUE_AFTER = timedelta(hours=240)
GROUPS = 4  # that fall due one after the other, a day apart
POLICY = """
roles: {boss: {who: boss}}
timers:
  TM-1:
    title: Plan within ten days
    subject: account
    due: 240 hours
    marks: [{id: due, at: 100%, title: The plan is due, tell: [boss]}]
"""
_INSTANCE = (
    "SELECT id, kind, parent, name, workflow, stage, entered_at, sequence, waiting, tasks, "
    "due_at, schedule, head, snapshot FROM instances WHERE id = ?"
)
_EVENT = (
    "SELECT instance, sequence, at, kind, actor, pack, cause, body, hash FROM events "
    "WHERE instance = ? AND sequence = 1"
)


def furnish(file: Path, waiting: int, due: int) -> Path:
    """Make a database once: groups of `due` accounts that fall due, and the others far ahead.

    One account of each group is opened by the library; the others are copies under other names.
    """
    if file.exists():
        return file
    part = file.with_suffix(".part")
    for left in (part, Path(f"{part}-wal"), Path(f"{part}-shm"), Path(f"{part}-lock")):
        left.unlink(missing_ok=True)
    firsts = {group * due: START + timedelta(days=group) for group in range(GROUPS)}
    firsts[GROUPS * due] = START + timedelta(days=3_000)
    _open(part, firsts)
    connection = sqlite3.connect(part, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    ends = [*list(firsts)[1:], waiting]
    for first, end in zip(firsts, ends, strict=True):
        _copy(connection, first, end, with_events=first < GROUPS * due)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.move(part, file)
    return file


def account(number: int) -> str:
    """Return the id of an account; all have the same length."""
    return f"north/a{number:07}"


def _open(file: Path, firsts: dict[int, datetime]) -> None:
    now = [START]
    kam = Kamflow.open(f"sqlite:///{file}", clock=lambda: now[0])
    kam.publish(a_pack(POLICY), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.assign("north", "boss", "bea", by="ann")
    for number, at in firsts.items():
        now[0] = at
        name = account(number).rpartition("/")[2]
        kam.create_account("north", name, name, by="ann")
    kam.close()


def _copy(connection: sqlite3.Connection, first: int, end: int, *, with_events: bool) -> None:
    instance = connection.execute(_INSTANCE, (account(first),)).fetchone()
    event = connection.execute(_EVENT, (account(first),)).fetchone()
    spread = end - first if not with_events else 0
    rows = (_renamed(instance, first, first + 1 + n, spread) for n in range(end - first - 1))
    if with_events:
        events = [_event(event, first, first + 1 + n) for n in range(end - first - 1)]
        heads = {row[0]: row[-1] for row in events}
        connection.executemany(
            statements.ADD_INSTANCE, ((*row[:12], heads[row[0]], row[13]) for row in rows)
        )
        connection.executemany(statements.ADD_EVENT, events)
    else:
        connection.executemany(statements.ADD_INSTANCE, rows)


def _renamed(row: Sequence[Any], old: int, new: int, spread: int) -> tuple[Any, ...]:
    """Return a row of another account; with `spread`, it falls due at an instant of its own."""
    one, other = f"a{old:07}", f"a{new:07}"
    found = [value.replace(one, other) if isinstance(value, str) else value for value in row]
    found[13] = row[13].replace(one.encode(), other.encode())
    if spread:
        at = datetime.fromisoformat(row[10]).replace(tzinfo=UTC) + timedelta(seconds=new)
        found[10] = instant_text(at)
        found[11] = b'{"TM-1":%d}' % int(at.timestamp())
    return tuple(found)


def _event(row: Sequence[Any], old: int, new: int) -> tuple[Any, ...]:
    instance, sequence, at, kind, actor, pack, cause, body, _ = row
    one, other = f"a{old:07}", f"a{new:07}"
    named, told = instance.replace(one, other), body.replace(one.encode(), other.encode())
    recorded = recorded_of((named, sequence, at, actor, pack, cause, told))
    head = link(FIRST_LINK, recorded, told)
    return (named, sequence, at, kind, actor, pack, cause, told, head)
