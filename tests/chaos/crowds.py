"""Many processes that write one database."""

import time
from functools import partial

from kamflow import InstanceEntry, Kamflow
from tests.chaos.client import Order
from tests.chaos.measures import Service
from tests.chaos.processes import run_all
from tests.chaos.stage import Stage, checked, clients_of, served
from tests.chaos.world import PLACES, account

WRITERS = 8


def few_subjects(stage: Stage) -> str:
    """Eight processes give mixed commands to five subjects.

    Each command is answered, decided on what the one before it has left; nobody waits for long.
    """
    return _crowd(stage, 5)


def many_subjects(stage: Stage) -> str:
    """Eight processes give mixed commands to a thousand subjects.

    As with few subjects.
    """
    return _crowd(stage, 1_000)


def _crowd(stage: Stage, accounts: int) -> str:
    told = []
    for url in stage.both(accounts):
        _, found = crowd(stage, url, accounts, seconds=stage.size(1, 10))
        told.append(f"{url.partition(':')[0].partition('+')[0]}: {found}")
        assert found.fairness > 0.05, found
    return "\n    ".join(["", *told])


def crowd(stage: Stage, url: str, accounts: int, *, seconds: float) -> tuple[list[Order], Service]:
    """Let eight clients write for some seconds; check what came of it."""
    orders = stage.orders(url, WRITERS, seconds=seconds, accounts=accounts)
    run_all(clients_of(orders))
    checked(url, orders)
    return orders, served(orders, seconds)


def last_place(stage: Stage) -> str:
    """Processes ask at once for the last places that a gate limits.

    As many get one as there are places, never more; the others are refused with the gate.
    """
    rounds = stage.size(3, 40)
    for url in stage.both(WRITERS):
        for number in range(rounds):
            at = time.monotonic() + 0.3
            run_all([partial(_designate, url, writer, number, at) for writer in range(WRITERS)])
            held = sum(item.stage == "designated" for item in _entries(url))
            assert held == PLACES, f"{held} have one of {PLACES} places"
            _reset(url, number)
        checked(url)
    return f"{rounds} rounds of {WRITERS} processes on each database"


def _designate(url: str, writer: int, number: int, at: float) -> None:
    kam = Kamflow.open(url)
    time.sleep(max(0.0, at - time.monotonic()))
    kam.once(f"place-{number}-{writer}").request(account(writer), "designate", by="ann")
    kam.close()


def _entries(url: str) -> list[InstanceEntry]:
    kam = Kamflow.open(url)
    found = kam.subjects("account")
    kam.close()
    return found


def _reset(url: str, number: int) -> None:
    """Take all places back."""
    kam = Kamflow.open(url)
    for entry in kam.subjects("account"):
        if entry.stage == "designated":
            kam.once(f"back-{number}-{entry.id}").request(entry.id, "leave", by="ann")
    kam.close()
