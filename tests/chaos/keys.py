"""The same request more than once, clocks that err, and hosts that change their mind."""

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from msgspec.structs import replace
from sqlalchemy import Connection

from kamflow import Kamflow, KeyReusedError
from kamflow.runtime.clock import Clock
from kamflow.storage.dialects import open_engine
from tests.chaos.client import Client
from tests.chaos.processes import Process, run_all
from tests.chaos.stage import Stage, checked
from tests.chaos.world import account


def answer_lost(stage: Stage) -> str:
    """A client is gone just after its command was kept, before it has read the answer.

    The user asks again under the same key and gets that answer; there is no second effect.
    """
    rounds = stage.size(5, 100)
    for url in stage.both():
        for number in range(rounds):
            process = Process(partial(_recorded, url, f"k{number}", number, gone=True))
            assert process.wait() == -signal.SIGKILL
            told = _recorded(url, f"k{number}", number)
            assert told == (number + 2, number + 2), told
        checked(url)
    return f"{rounds} answers lost on each database"


def _recorded(url: str, key: str, n: int, *, gone: bool = False) -> tuple[int, int]:
    """Record a fact under a key; return the first and last event."""
    kam = Kamflow.open(url)
    decision = kam.once(key).record_facts(account(0), {"account.n": n}, by="ann")
    if gone:
        os.kill(os.getpid(), signal.SIGKILL)
    kam.close()
    return decision.events[0].sequence, decision.events[-1].sequence


def same_key_at_once(stage: Stage) -> str:
    """Several processes ask for the same under the same key at once; one asks for something else.

    All get one answer, and there is one effect; the other request is refused, because the key is
    taken, or it was first and the others are.
    """
    rounds = stage.size(3, 50)
    for url in stage.both():
        for number in range(rounds):
            at = time.monotonic() + 0.3
            run_all([partial(_at_once, url, f"k{number}", value, at) for value in (1, 1, 1, 2)])
        assert checked(url) == 4 + 5 + rounds
    return f"{rounds} rounds of 4 processes on each database"


def _at_once(url: str, key: str, n: int, at: float) -> None:
    kam = Kamflow.open(url)
    time.sleep(max(0.0, at - time.monotonic()))
    try:
        again = [kam.once(key).record_facts(account(0), {"account.n": n}, by="ann") for _ in "ab"]
        assert again[0].events == again[1].events
    except KeyReusedError:
        assert len(kam.history(account(0))) > 1
    kam.close()


def clock_backwards(stage: Stage) -> str:
    """The clocks of the processes go back and forth by hours.

    Nothing is lost or refused for it: events are in the order of their numbers, and their instants
    are what the clock said.
    """
    events = 0
    for url in stage.both():
        orders = [
            replace(order, clock=_wild_clock(number))
            for number, order in enumerate(stage.orders(url, 3, commands=stage.size(60, 1_500)))
        ]
        run_all([Client(order).run for order in orders])
        events += checked(url, orders)
    return f"{events} events"


def _wild_clock(seed: int) -> Clock:
    chance = Random(seed)  # noqa: S311 - no secret
    noon = datetime(2026, 3, 31, 12, tzinfo=UTC)
    return lambda: noon + timedelta(hours=chance.uniform(-48, 48))


def host_rolls_back(stage: Stage) -> str:
    """A host service rolls back the transaction that our commands are bound to, or is killed in it.

    The user finds neither the rows of the host nor ours; the same commands work later.
    """
    for url in stage.both():
        _bound(url, _roll_back)
        process = Process(partial(_bound, url, _die))
        assert process.wait() == -signal.SIGKILL
        assert checked(url) == 4 + 5
        _bound(url, _commit)
        assert checked(url) == 4 + 5 + 5
    return "nothing after a rollback and a kill, everything after a commit"


def _bound(url: str, end: Callable[[Connection], None]) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        bound = Kamflow.bound_to(connection)
        for number in range(5):
            command = bound.once(f"bound-{number}")
            assert command.record_facts(account(number), {"account.n": 1}, by="ann").accepted
        end(connection)
    engine.dispose()


def _roll_back(connection: Connection) -> None:
    connection.rollback()


def _commit(connection: Connection) -> None:
    connection.commit()


def _die(_connection: Connection) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
