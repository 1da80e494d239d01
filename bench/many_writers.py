"""Eight threads in one service, and eight processes on one SQLite database.

No command may be lost, nobody may starve, and nobody may wait for long. Each round has a database
of its own; the commands are those of `governed_transition`. The rates are for a disk that keeps a
page in 150 us; what this one takes is told first.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.governed.accounts import opened
from bench.governed.votes import template
from bench.governed.writers import Together, processes, threads
from bench.measuring import WORK, Result, fdatasync_us

WRITERS, ACCOUNTS, SECONDS, ROUNDS = 8, 48_000, 2.0, 3
THREADS_RATE, THREADS_P99_MS = 3_000, 20.0
PROCESSES_RATE, FAIREST, LONGEST_MS = 1_500, 0.15, 500.0

Run = Callable[[str, int, int, float], Together]


def run() -> list[Result]:
    """Measure both."""
    WORK.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="writers-", dir=WORK) as folder:
        crews = _rounds(Path(folder), threads)
        alone = _rounds(Path(folder), processes)
        disk = Result(name="fdatasync of 4 KiB", unit="us", values=fdatasync_us(Path(folder)))
    return [
        disk,
        *_told(f"{WRITERS} threads", crews, THREADS_RATE),
        _waits(f"{WRITERS} threads, p99", crews, 0.99, THREADS_P99_MS),
        *_told(f"{WRITERS} processes", alone, PROCESSES_RATE),
        Result(
            name=f"{WRITERS} processes, fastest / slowest",
            unit="x",
            values=tuple(1 / item.fairness for item in alone),
            bar=1 / FAIREST,
        ),
        _waits(f"{WRITERS} processes, p99", alone, 0.99, None),
        _waits(f"{WRITERS} processes, longest wait", alone, 1.0, LONGEST_MS),
    ]


def _rounds(folder: Path, work: Run) -> list[Together]:
    done = []
    for _ in range(ROUNDS):
        file = folder / "writers.db"
        for leftover in folder.glob("writers.db*"):
            leftover.unlink()
        template(str(file), ACCOUNTS)
        url = f"sqlite:///{file}"
        done.append(work(url, WRITERS, ACCOUNTS, SECONDS))
        _require_all(url, sum(item.count for item in done[-1].each))
    return done


def _require_all(url: str, answered: int) -> None:
    kam = opened(url)
    moved = sum(item.count for item in kam.counts("account", "north") if item.stage == "planning")
    kam.close()
    if moved != answered:
        raise RuntimeError(f"{answered} commands were answered, {moved} accounts have moved")


def _told(name: str, rounds: list[Together], rate: int) -> list[Result]:
    each = tuple(1e6 / item.rate for item in rounds)
    note = f"{sorted(item.rate for item in rounds)[len(rounds) // 2]:.0f} a second"
    return [Result(name=name, unit="us a command", values=each, bar=1e6 / rate, note=note)]


def _waits(name: str, rounds: list[Together], share: float, bar: float | None) -> Result:
    values = tuple(item.wait_ms(share) for item in rounds)
    return Result(name=name, unit="ms", values=values, bar=bar)
