"""Somebody who writes at the same time: no message is passed by, and nobody waits for anybody."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from kamflow import DeliveryOptions, Kamflow
from kamflow.storage.deliveries import Head
from kamflow.storage.gaps import has_gaps, up_to_gap
from tests.builders import NOON
from tests.delivery.office import HandClock
from tests.delivery.receiver import Receiver

OPTIONS = DeliveryOptions(random=lambda: 0.0)

on_a_server = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
def host(kam: Kamflow, url: str, receiver: Receiver) -> Iterator["psycopg.Connection[Any]"]:
    """Return a connection of a host that takes its time to commit; an endpoint is there."""
    kam.add_endpoint("erp", receiver.url, allow_http=True, allow_private=True)
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        yield connection


def slowly(host: "psycopg.Connection[Any]", clock: HandClock) -> None:
    """Decide something in the transaction of the host, which stays open."""
    host.execute("SELECT 1")
    assert (
        Kamflow.bound_to(host, clock=clock).assign("north/acme", "boss", "slow", by="ann").accepted
    )


@on_a_server
def test_what_is_committed_later_with_a_smaller_number_is_not_passed_by(
    kam: Kamflow, host: "psycopg.Connection[Any]", clock: HandClock, receiver: Receiver
) -> None:
    slowly(host, clock)
    assert kam.assign("north/bolt", "boss", "quick", by="ann").accepted

    assert kam.deliver(OPTIONS).delivered == 0
    assert kam.assign("north/bolt", "boss", "next", by="ann").accepted  # nobody has to wait
    host.commit()

    assert kam.deliver(OPTIONS).delivered == 3
    assert receiver.ids == ["north/acme/2", "north/bolt/2", "north/bolt/3"]


@on_a_server
def test_a_number_that_was_taken_back_is_passed_by(
    kam: Kamflow, host: "psycopg.Connection[Any]", clock: HandClock, receiver: Receiver
) -> None:
    slowly(host, clock)
    kam.assign("north/bolt", "boss", "quick", by="ann")
    host.rollback()

    assert kam.deliver(OPTIONS).delivered == 1
    assert receiver.ids == ["north/bolt/2"]


@on_a_server
def test_what_stands_before_the_missing_number_is_sent(
    kam: Kamflow, host: "psycopg.Connection[Any]", clock: HandClock, receiver: Receiver
) -> None:
    kam.assign("north/bolt", "boss", "first", by="ann")
    slowly(host, clock)
    kam.assign("north/bolt", "boss", "quick", by="ann")

    assert kam.deliver(OPTIONS).delivered == 1
    host.commit()
    assert kam.deliver(OPTIONS).delivered == 2
    assert receiver.ids == ["north/bolt/2", "north/acme/2", "north/bolt/3"]


@pytest.mark.parametrize(
    ("numbers", "gaps", "before"),
    [((), False, 0), ((6, 7), False, 2), ((7, 8), True, 0), ((6, 8, 9), True, 1)],
)
def test_a_missing_number_is_noticed(numbers: tuple[int, ...], gaps: bool, before: int) -> None:  # noqa: FBT001 - a case
    heads = [Head(number, "north", "x", NOON) for number in numbers]

    assert has_gaps(heads, 5) is gaps
    assert up_to_gap(heads, 5) == heads[:before]
