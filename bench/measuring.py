"""Runs two programs side by side and says how they compare."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "bench"  # ignored by git; holds generated data between two runs


class Run(Struct, frozen=True, kw_only=True):
    """What one run of a program took."""

    wall_s: float
    cpu_s: float  # of the program and all its threads
    peak_mb: float


class Result(Struct, frozen=True, kw_only=True):
    """One line of the table: a figure of several runs against its bar."""

    name: str
    unit: str  # "x" for a ratio: ours / theirs
    values: tuple[float, ...]
    bar: float | None = None  # the median may be at most this
    note: str = ""

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def holds(self) -> bool:
        """Whether the bar holds."""
        return self.bar is None or self.median <= self.bar


def run_program(*arguments: str) -> Run:
    """Run a module of this folder, or any Python program, to its end.

    Raises:
        RuntimeError: It failed; the error repeats what it said.
    """
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"`{' '.join(arguments)}` failed:\n{said.decode(errors='replace')}")
    return Run(
        wall_s=time.perf_counter() - begin,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10),
    )


def interleaved(
    ours: Callable[[], Run], theirs: Callable[[], Run], runs: int
) -> tuple[list[Run], list[Run]]:
    """Run both sides in turn, so that both meet the same machine; a first turn only warms up."""
    turns = [(theirs(), ours()) for _ in range(runs + 1)][1:]
    return [mine for _, mine in turns], [other for other, _ in turns]


def ratios(ours: Sequence[Run], theirs: Sequence[Run]) -> tuple[float, ...]:
    """Return the wall time of each of our runs over that of its neighbour."""
    return tuple(mine.wall_s / other.wall_s for mine, other in zip(ours, theirs, strict=True))


def fdatasync_us(folder: Path, times: int = 200) -> tuple[float, ...]:
    """Return how long the disk takes to keep a page for good, in microseconds."""
    found = []
    with (folder / "page").open("wb", buffering=0) as file:
        for _ in range(times):
            file.seek(0)
            begun = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            found.append((time.perf_counter() - begun) * 1e6)
    return tuple(found)
