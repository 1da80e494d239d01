"""Timers that fall due among many that wait: ours against raw SQL that makes the same row changes.

A million accounts wait, each for the mark of a timer; group by group ten thousand fall due. Ours
finds them, judges them and keeps what follows, fifty in a transaction. Raw SQL finds them, reads
their rows and writes the rows that ours has written, without a judgement, into a copy of the
database, as many in a transaction. And what is due is found as fast among a million as among ten
thousand.
"""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.measuring import WORK, Result
from bench.waiting_accounts import DUE_AFTER, GROUPS, START, furnish
from kamflow import Kamflow
from kamflow.runtime.due import AT_ONCE
from kamflow.storage import statements
from kamflow.storage.claims import unclaimed
from kamflow.storage.codec import instant_text

WAITING, FEW, DUE = 1_000_000, 10_000, 10_000
RAW_BAR, FIND_BAR = 3.0, 1.5
_CHANGED = (
    "SELECT name, stage, entered_at, sequence, waiting, tasks, due_at, schedule, head, snapshot, "
    "id, sequence - 2 FROM instances WHERE id BETWEEN ? AND ? ORDER BY id"
)
_EVENTS = (
    "SELECT instance, sequence, at, kind, actor, pack, cause, body, hash FROM events "
    "WHERE instance BETWEEN ? AND ? AND sequence > 1 ORDER BY instance, sequence"
)
_MESSAGES = (
    "SELECT instance, sequence, type, at FROM outbox "
    "WHERE instance BETWEEN ? AND ? AND sequence > 1 ORDER BY instance, sequence"
)


def run() -> list[Result]:
    """Measure doing and finding."""
    WORK.mkdir(parents=True, exist_ok=True)
    many = furnish(WORK / f"waiting-{WAITING}.db", WAITING, DUE)
    few = furnish(WORK / f"waiting-{FEW}.db", FEW, DUE // GROUPS // 2)
    with TemporaryDirectory(prefix="timers-", dir=WORK) as folder:
        ours, raw = Path(folder) / "ours.db", Path(folder) / "raw.db"
        shutil.copyfile(many, ours)
        shutil.copyfile(many, raw)
        results = list(_done(ours, raw))
    return [*results, _found(many, few)]


def _done(ours: Path, raw: Path) -> Iterator[Result]:
    now = [START]
    kam = Kamflow.open(f"sqlite:///{ours}", clock=lambda: now[0])
    walls, cpus, rates = [], [], []
    for group in range(GROUPS):
        now[0] = START + DUE_AFTER + timedelta(days=group, seconds=1)
        wall, cpu = _timed(lambda: _perform(kam))
        writes = _writes_of(ours, group)
        at = instant_text(now[0])
        raw_wall, raw_cpu = _timed(lambda: _raw(raw, at, writes))  # noqa: B023 - called at once
        if group:  # the first only warms up
            walls.append(wall / raw_wall)
            cpus.append(cpu / raw_cpu)
            rates.append(DUE / wall)
    kam.close()
    note = f"{median(rates):,.0f} timers a second, two events each"
    name = f"{DUE:,} timers among {WAITING:,}"
    yield Result(
        name=f"{name}, wall, ours / raw", unit="x", values=tuple(walls), bar=RAW_BAR, note=note
    )
    yield Result(name=f"{name}, CPU, ours / raw", unit="x", values=tuple(cpus))


def _perform(kam: Kamflow) -> None:
    report = kam.run_due()
    if len(report.subjects) != DUE or report.failed:
        raise SystemExit(f"{len(report.subjects)} were done, not {DUE}; {report.failed[:1]}")


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


Writes = list[list[tuple[str, list[tuple[object, ...]]]]]


def _writes_of(file: Path, group: int) -> Writes:
    """Return what ours has written for a group, in parts of one transaction each."""
    connection = sqlite3.connect(file)
    ids = [f"north/a{group * DUE + number:07}" for number in range(DUE)]
    found: Writes = []
    for first in range(0, DUE, AT_ONCE):
        span = (ids[first], ids[min(first + AT_ONCE, DUE) - 1])
        parts = (
            (statements.CHANGE_INSTANCE, _CHANGED),
            (statements.ADD_EVENT, _EVENTS),
            (statements.ADD_MESSAGE, _MESSAGES),
        )
        found.append([(write, connection.execute(read, span).fetchall()) for write, read in parts])
    connection.close()
    return found


def _raw(file: Path, now: str, writes: Writes) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    due = [row[0] for row in connection.execute(statements.DUE_AND_SOUND, (now, now, DUE))]
    for number, parts in enumerate(writes):
        some = due[number * AT_ONCE : (number + 1) * AT_ONCE]
        connection.execute("BEGIN IMMEDIATE")
        read = connection.execute(statements.SNAPSHOTS % ", ".join("?" * len(some)), some)
        if len(read.fetchall()) != len(some):
            raise SystemExit("rows are missing")
        for statement, rows in parts:
            if connection.executemany(statement, rows).rowcount != len(rows):
                raise SystemExit(f"rows are missing for `{statement[:20]}`")
        connection.execute("COMMIT")
    connection.close()


def _found(many: Path, few: Path) -> Result:
    """Compare how long it takes to find what is due among many and among few."""
    now = START + DUE_AFTER + timedelta(seconds=1)
    times = {file: _find(file, now) for file in (few, many)}
    pairs = zip(times[many], times[few], strict=True)
    note = f"{median(times[many]) * 1e6:.0f} us for {AT_ONCE} subjects"
    name = f"what is due, among {WAITING:,} / {FEW:,}"
    values = tuple(mine / other for mine, other in pairs)
    return Result(name=name, unit="x", values=values, bar=FIND_BAR, note=note)


def _find(file: Path, now: datetime) -> Sequence[float]:
    kam = Kamflow.open(f"sqlite:///{file}", clock=lambda: now.astimezone(UTC))
    spans = []
    for _ in range(9):
        begun = time.perf_counter()
        for _ in range(100):
            with kam.reading() as session:
                unclaimed(session.transaction, now, AT_ONCE)
            kam.next_due()
        spans.append((time.perf_counter() - begun) / 100)
    kam.close()
    return spans
