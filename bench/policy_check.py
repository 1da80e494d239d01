"""Checking the whole shipped policy: read, typed, and looked through for gaps and dead ends.

Wall time in this process, in seconds; the first run also brings z3 in.
"""

import time

from bench.measuring import Result
from kamflow.runtime.packs import check_policy

PACK, BAR, RUNS = "kam-core", 1.0, 7


def run() -> list[Result]:
    """Check the policy several times."""
    return [
        Result(name=f"check {PACK}", unit="s", values=tuple(_time() for _ in range(RUNS)), bar=BAR)
    ]


def _time() -> float:
    begin = time.perf_counter()
    if check_policy(PACK).pack is None:
        raise RuntimeError(f"{PACK} has errors")
    return time.perf_counter() - begin
