"""A shortened soak: the rate at the end against that at the beginning, and a long history.

One account gets event after event. CPU time of a block of commands at the end over a block at the
beginning; memory too. Then an account with 100,000 events answers as fast as one with 100.
"""

import resource
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.governed.accounts import account_id, opened, prepare
from bench.measuring import WORK, Result
from kamflow import Kamflow
from kamflow.runtime.commands import Commands

BLOCKS, BLOCK, BATCH = 40, 2_500, 250
RATE_BAR, LONG_BAR, ASKED = 1.05, 1.2, 200
LONG, SHORT = account_id(0), account_id(1)


def run() -> list[Result]:
    """Write 100,000 events, and compare the first blocks with the last ones."""
    WORK.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="soak-", dir=WORK) as folder:
        url = f"sqlite:///{Path(folder) / 'soak.db'}"
        prepare(url, 2, voted=False)
        kam = opened(url)
        _block(kam, SHORT, 100)
        spent = [_block(kam, LONG, BLOCK) for _ in range(BLOCKS)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        ratios = tuple(_asked(kam, LONG) / _asked(kam, SHORT) for _ in range(5))
        if len(kam.history(LONG)) < BLOCKS * BLOCK:
            raise RuntimeError("events are missing")
        kam.close()
    head, tail = spent[1:6], spent[-5:]
    drift = tuple(last / median(head) for last in tail)
    note = f"{BLOCK / median(tail):.0f} a second in batches of {BATCH}, peak {peak:.0f} MB"
    return [
        Result(name="soak, last / first", unit="x", values=drift, bar=RATE_BAR, note=note),
        Result(name="100,000 events / 100 events", unit="x", values=ratios, bar=LONG_BAR),
    ]


def _block(kam: Kamflow, name: str, commands: int) -> float:
    """Return the CPU time of some commands, in batches."""
    begin = time.process_time()
    for start in range(0, commands, BATCH):
        with kam.batch() as batch:
            for number in range(start, min(start + BATCH, commands)):
                _record(batch, name, number)
    return time.process_time() - begin


def _asked(kam: Kamflow, name: str) -> float:
    """Return the CPU time of single commands to an account."""
    begin = time.process_time()
    for number in range(ASKED):
        _record(kam, name, number)
    return time.process_time() - begin


def _record(kam: Commands, name: str, number: int) -> None:
    told = kam.record_facts(name, {"account.nps": number % 97}, source="erp")
    if not told.accepted:
        raise RuntimeError(told.explain())
