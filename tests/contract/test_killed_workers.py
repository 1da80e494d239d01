"""A worker that is killed in the middle of its work is started again, and nothing is done twice.

A small version of the scenario `kill-worker` of `tests/chaos`.
"""

import time
from collections.abc import Callable
from functools import partial

from tests.chaos.processes import PATIENCE_S, running
from tests.chaos.workers import (
    REACHED,
    TOLD,
    each_in_order,
    each_once,
    furnish,
    is_done,
    rows,
    work,
)
from tests.delivery.receiver import receiving

ACCOUNTS = 120


def worked_until(url: str, holds: Callable[[], bool]) -> None:
    """Run a worker until something holds, then kill it wherever it is."""
    end = time.monotonic() + PATIENCE_S
    with running([partial(work, url)]) as (process,):
        while not holds():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.005)


def test_each_mark_is_told_once_and_each_message_arrives_in_order(url: str) -> None:
    with receiving() as receiver:
        furnish(url, ACCOUNTS, receiver.url)
        for share in (1, 2, 3):
            worked_until(url, lambda: len(rows(url, REACHED)) >= share * ACCOUNTS)  # noqa: B023
        worked_until(url, lambda: len(receiver.got) >= ACCOUNTS // TOLD)
        worked_until(url, partial(is_done, url, ACCOUNTS, receiver))

        each_once(url, ACCOUNTS)
        each_in_order(receiver, ACCOUNTS // TOLD)
