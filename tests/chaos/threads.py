"""One service with many threads: forks, jobs that raise, interruptions."""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from kamflow import DatabaseError, Decision, Kamflow
from tests.chaos.processes import Process, run_all, running, told_by
from tests.chaos.stage import Stage, checked
from tests.chaos.world import account


def fork_after_open(stage: Stage) -> str:
    """A service opens the database, forks while its threads write, and closes its own.

    The user sees nothing: each process goes on with connections of its own.
    """
    steps = stage.size(30, 500)
    told = []
    for url in stage.both():
        told.append(told_by(partial(_forking, url, steps)))
        assert checked(url) == 4 + 5 + int(told[-1]), told
    return f"{' + '.join(told)} commands"


def _forking(url: str, steps: int) -> str:
    """Write in threads of the parent and in children; return how many commands were done."""
    kam = Kamflow.open(url)
    stop = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        threads = [pool.submit(_write, kam, f"thread-{name}", 10**9, stop) for name in "ab"]
        time.sleep(0.05)
        children = []
        for number in range(4):
            children.append(Process(partial(_write, kam, f"child-{number}", steps)))
            time.sleep(0.02)
        stop.set()
        done = sum(thread.result() for thread in threads)
        kam.close()
        codes = [child.wait() for child in children]
    assert not any(codes), f"children ended with {codes}"
    return str(done + 4 * steps)


def _write(kam: Kamflow, name: str, steps: int, stop: threading.Event | None = None) -> int:
    """Record facts until told to stop; return how many."""
    for step in range(steps):
        if stop is not None and stop.is_set():
            return step
        _record(kam, f"{name}-{step}", step)
    return steps


def _record(kam: Kamflow, key: str, step: int) -> None:
    """Record a fact; once more if it was not known whether it was kept."""
    try:
        kam.once(key).record_facts(account(step % 5), {"account.n": step}, by="ann")
    except DatabaseError as error:
        if "under the same key" not in str(error):
            raise
        _record(kam, key, step)


def raising_job(stage: Stage) -> str:
    """Of several threads whose commands go into one transaction, some raise or cannot be stored.

    Who gave such a command gets its error; the others get their answers.
    """
    for url in stage.both():
        run_all([partial(_mixed, url)])
        checked(url)
    return "12 good commands kept beside 4 bad ones, on each database"


def _mixed(url: str) -> None:
    kam = Kamflow.open(url)
    bad: list[Callable[[], object]] = [
        lambda: kam._in_transaction(_raise),  # noqa: SLF001 - a job of any kind
        lambda: kam.once("b1").record_facts("north/nobody", {"account.n": 1}, by="ann"),
        lambda: kam.once("b2").create_account("north", "nul", "a\0b", by="ann\0"),
        lambda: kam.once("b3").create_account("north", "half", "\ud800", by="ann"),
    ]
    with ThreadPoolExecutor(16) as pool:
        with kam.batch():  # while it is open the others queue up and become one group
            good = [pool.submit(_good, kam, number) for number in range(6)]
            failing = [pool.submit(job) for job in bad]
            good += [pool.submit(_good, kam, number) for number in range(6, 12)]
            time.sleep(0.3)
        assert all(future.result(30).accepted for future in good)
        errors = [_error_of(future) for future in failing]
    assert errors[0] is not None, errors
    assert errors[1] is not None, errors
    kam.close()


def _raise(_session: object) -> None:
    raise ZeroDivisionError("a job of a host")


def _good(kam: Kamflow, number: int) -> Decision:
    command = kam.once(f"good-{number}")
    return command.record_facts(account(number % 5), {"account.n": number}, by="ann")


def _error_of(future: "Future[object]") -> BaseException | None:
    return future.exception(30)


def interrupted_thread(stage: Stage) -> str:
    """A service with several threads is interrupted (Ctrl-C) again and again and goes on.

    The interrupted command asks again under its key. The other threads get their answers, or are
    told that it is not known whether theirs was kept, and ask again likewise.
    """
    steps, done = stage.size(400, 4_000), 0
    for url in stage.both():
        with running([partial(_interruptible, url, steps)]) as (process,):
            time.sleep(0.15)
            while process.poll() is None:
                time.sleep(stage.random.uniform(0.001, 0.03))
                process.send(signal.SIGINT)
                done += 1
            assert process.code == 0, process.code
        assert checked(url) == 4 + 5 + 4 * steps
    return f"{done} interruptions"


def _interruptible(url: str, steps: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kam = Kamflow.open(url)
    with ThreadPoolExecutor(3) as pool:
        others = [pool.submit(_write, kam, f"other-{name}", steps) for name in "abc"]
        for step in range(steps):
            _insistently(partial(_record, kam, f"own-{step}", step))
        for other in others:
            _insistently(other.result)
    os._exit(0)


def _insistently(job: Callable[[], object]) -> None:
    """Do a job until it was done once without an interruption."""
    done = False
    while not done:
        with suppress(KeyboardInterrupt):
            signal.signal(signal.SIGINT, _interrupt_once)
            job()
            done = True
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # inside: one more may come just before


def _interrupt_once(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
