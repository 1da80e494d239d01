"""Workers that end in the middle of what is due, and of what they deliver."""

import json
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from importlib import import_module

from sqlalchemy import text

from kamflow import Kamflow, Worker, fixed_clock, system_clock
from kamflow.storage.dialects import open_engine
from tests.builders import a_pack
from tests.chaos.invariants import check
from tests.chaos.processes import Process
from tests.chaos.stage import Stage, pause
from tests.delivery.receiver import Got, Receiver, receiving

MARKS = ("first", "second", "third", "last")  # of the timer of each account
TOLD = 4  # of so many accounts, one belongs to the program that an endpoint hears of
_PATIENCE_S = 300.0
_POLICY = """
roles: {boss: {who: boss}}
timers:
  TM-1:
    title: Plan
    subject: account
    due: 96 hours
    marks:
      - {id: first, at: 25%}
      - {id: second, at: 50%}
      - {id: third, at: 75%}
      - {id: last, at: 100%}
"""
REACHED = "SELECT instance, body FROM events WHERE kind = 'TimerReached'"
_DUE = "SELECT count(*) FROM instances WHERE due_at IS NOT NULL"


def kill_worker(stage: Stage) -> str:
    """A worker is killed again and again while timers fall due and messages go out.

    The user starts it again: each mark of a timer is told once, and each message arrives at least
    once, those of one subject in order.
    """
    accounts = stage.size(120, 5_000)
    import_module("kamflow.runtime.delivery.sending")  # before forks: workers start quickly
    told = []
    for url in stage.empty():
        with receiving() as receiver:
            furnish(url, accounts, receiver.url)
            kills = _killed(stage, partial(work, url), partial(is_done, url, accounts, receiver))
            each_once(url, accounts)
            repeated = each_in_order(receiver, accounts // TOLD)
        check(url, all_keyed=False)
        told.append(f"{kills} kills, {accounts * len(MARKS)} marks, {repeated} messages came twice")
    return "; ".join(told)


def furnish(url: str, accounts: int, address: str) -> None:
    """Open accounts so long ago that every mark of their timers is over."""
    kam = Kamflow.open(url, clock=fixed_clock(system_clock() - timedelta(days=9)))
    kam.publish(a_pack(_POLICY), by="ann")
    with kam.batch() as batch:
        for program in ("north", "south"):
            batch.create_program(program, program, by="ann")
        for number in range(accounts):
            program = "south" if number % TOLD else "north"
            batch.create_account(program, f"a{number}", f"a{number}", by="ann")
    kam.add_endpoint(
        "hook",
        address,
        types=["kamflow.timer.reached"],
        subjects=["north"],
        allow_http=True,
        allow_private=True,
    )
    kam.close()


def work(url: str) -> None:
    kam = Kamflow.open(url)
    worker = Worker(
        kam,
        tell=lambda _happening: None,
        deliver=kam.deliver,
        poll_s=0.2,
        lease_s=1,
    )
    signal.signal(signal.SIGTERM, lambda _number, _frame: worker.stop())
    worker.run()
    kam.close()


def _killed(stage: Stage, work: Callable[[], None], done: Callable[[], bool]) -> int:
    """Kill a worker and start it again, then let it come to an end and stop it."""
    kills = stage.size(6, 50)
    for _ in range(kills):
        process = Process(work)
        pause(stage, stage.size(1, 2) * 0.4)
        process.kill()
    process, end = Process(work), time.monotonic() + _PATIENCE_S
    try:
        while not done():
            assert process.poll() is None, "the worker ended by itself"
            assert time.monotonic() < end, "the worker does not come to an end"
            time.sleep(0.05)
        process.send(signal.SIGTERM)
        assert process.wait() == 0
    finally:
        process.kill()
    return kills


def whole(receiver: Receiver) -> list[Got]:
    """Return what came whole: a worker that is killed may break off in the middle of a message."""
    return [
        got for got in tuple(receiver.got) if len(got.body) == int(got.headers["content-length"])
    ]


def is_done(url: str, accounts: int, receiver: Receiver) -> bool:
    arrived = len({item.headers["webhook-id"] for item in whole(receiver)})
    return arrived == accounts // TOLD * len(MARKS) and rows(url, _DUE)[0][0] == 0


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]
    finally:
        engine.dispose()


def each_once(url: str, accounts: int) -> None:
    reached = Counter(
        (instance, json.loads(bytes(body))["mark"])  # type: ignore[call-overload]
        for instance, body in rows(url, REACHED)
    )
    assert len(reached) == accounts * len(MARKS), "marks of timers are missing"
    assert set(reached.values()) == {1}, "a mark of a timer was told twice"


def each_in_order(receiver: Receiver, accounts: int) -> int:
    """Make sure that the messages of a subject came in order; return how many came again."""
    first: dict[str, list[int]] = {}
    came = whole(receiver)
    for got in came:
        envelope = json.loads(got.body)
        sequences = first.setdefault(envelope["subject"], [])
        if int(envelope["sequence"]) not in sequences:
            sequences.append(int(envelope["sequence"]))
    assert len(first) == accounts
    assert all(found == sorted(found) for found in first.values()), "messages overtook others"
    return len(came) - sum(map(len, first.values()))
