"""A database with a clock that is set by hand, and a receiver."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kamflow import Kamflow
from tests.builders import a_pack
from tests.contract.conftest import store, url
from tests.delivery.office import HandClock
from tests.delivery.receiver import Receiver, receiving
from tests.postgres import postgres

__all__ = ["postgres", "store", "url"]

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}, kam: {who: kam}}"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def small(tmp_path: Path, clock: HandClock) -> Iterator[Kamflow]:
    """Return an embedded database with two accounts, `north/acme` and `north/bolt`."""
    yield from opened(f"sqlite:///{tmp_path}/small.db", clock)


@pytest.fixture
def kam(url: str, clock: HandClock) -> Iterator[Kamflow]:
    """Return the same on both databases."""
    yield from opened(url, clock)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as it:
        yield it


def opened(url: str, clock: HandClock) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=clock)
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    for name in ("acme", "bolt"):
        kam.create_account("north", name, name.title(), by="ann")
    yield kam
    kam.close()
