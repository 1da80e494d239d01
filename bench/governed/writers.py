"""Many who write: threads of one service, or processes on one database.

Each writer casts votes on accounts of its own for some seconds and notes how long each took. Also
runs as a program: one writer among several.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

from msgspec import Struct

from bench.governed.accounts import opened
from bench.governed.votes import vote
from bench.measuring import ROOT


class Written(Struct, frozen=True):
    """What one writer did."""

    waits_s: list[float]

    @property
    def count(self) -> int:
        """How many commands it was answered."""
        return len(self.waits_s)


class Together(Struct, frozen=True):
    """What all writers did."""

    each: tuple[Written, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Commands a second, of all writers."""
        return sum(item.count for item in self.each) / self.seconds

    def wait_ms(self, share: float) -> float:
        """Return the wait that this share of all commands does not exceed."""
        waits = sorted(wait for item in self.each for wait in item.waits_s)
        return waits[min(len(waits) - 1, int(len(waits) * share))] * 1e3

    @property
    def fairness(self) -> float:
        """What the slowest writer did, as a share of what the fastest did."""
        counts = [item.count for item in self.each]
        return min(counts) / max(counts)


def threads(url: str, writers: int, accounts: int, seconds: float) -> Together:
    """Let threads of one service write."""
    kam = opened(url)
    vote_on = _shares(writers, accounts)
    found: list[Written] = []

    def work(mine: Sequence[int]) -> None:
        found.append(_written(lambda number: vote(kam, number), mine, seconds))

    crew = [threading.Thread(target=work, args=(mine,)) for mine in vote_on]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    kam.close()
    return Together(tuple(found), seconds)


def processes(url: str, writers: int, accounts: int, seconds: float) -> Together:
    """Let processes write to one database."""
    crew = [
        subprocess.Popen(
            [sys.executable, "-m", __name__, url, str(mine.start), str(mine.stop), str(seconds)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mine in _shares(writers, accounts)
    ]
    for one in crew:
        if one.stdout is not None:
            one.stdout.readline()  # it is ready
    for one in crew:
        if one.stdin is not None:
            one.stdin.write("go\n")
            one.stdin.flush()
    said = [one.communicate()[0] for one in crew]
    if any(one.returncode for one in crew):
        raise RuntimeError("a writer failed")
    return Together(tuple(Written(json.loads(text)) for text in said), seconds)


def _shares(writers: int, accounts: int) -> list[range]:
    share = accounts // writers
    return [range(place * share, (place + 1) * share) for place in range(writers)]


def _written(work: Callable[[int], None], numbers: Sequence[int], seconds: float) -> Written:
    waits: list[float] = []
    end = time.perf_counter() + seconds
    for number in numbers:
        begin = time.perf_counter()
        if begin > end:
            return Written(waits)
        work(number)
        waits.append(time.perf_counter() - begin)
    raise RuntimeError("there are too few accounts for so many seconds")


def main(url: str, first: str, last: str, seconds: str) -> None:
    """Be one writer; begin when told to."""
    kam = opened(url)
    print("ready", flush=True)
    sys.stdin.readline()
    done = _written(lambda number: vote(kam, number), range(int(first), int(last)), float(seconds))
    print(json.dumps(done.waits_s))


if __name__ == "__main__":
    main(*sys.argv[1:])
