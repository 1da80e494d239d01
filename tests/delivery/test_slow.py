"""Receivers that are slow, and endpoints that somebody changes while something is sent to them."""

import threading
import time
from collections.abc import Callable

import pytest

from kamflow import Kamflow
from kamflow.runtime.delivery.options import DeliveryOptions
from tests.delivery.office import HandClock
from tests.delivery.receiver import Answer, Got, Receiver, receiving

PATIENCE_S = 30.0


def endpoint(kam: Kamflow, name: str, to: Receiver, *, from_start: bool = False) -> None:
    kam.add_endpoint(name, to.url, allow_http=True, allow_private=True, from_start=from_start)


def decide(kam: Kamflow, number: int, subject: str = "north/acme") -> None:
    for place in range(number):
        assert kam.assign(subject, "boss", f"p{place}", by="ann").accepted


def test_while_one_endpoint_hangs_another_gets_what_is_decided_meanwhile(
    small: Kamflow, receiver: Receiver
) -> None:
    with receiving() as slow:
        begun, later = threading.Event(), threading.Event()

        def hang(_got: Got) -> Answer:
            begun.set()
            return Answer(hangs=True)

        def took(got: Got) -> Answer:
            if got.headers["webhook-id"].startswith("north/bolt/"):
                later.set()
            return Answer()

        slow.answer, receiver.answer = hang, took
        endpoint(small, "fast", receiver)
        endpoint(small, "slow", slow)
        decide(small, 1)
        options = DeliveryOptions(timeout_s=PATIENCE_S)
        sending = threading.Thread(target=small.deliver, args=(options,))
        sending.start()
        try:
            assert begun.wait(PATIENCE_S)
            decide(small, 1, "north/bolt")
            arrived = later.wait(PATIENCE_S / 2)
        finally:
            slow.release.set()
            sending.join()

    assert arrived


def test_a_status_is_enough_and_a_body_without_end_costs_little(
    small: Kamflow, receiver: Receiver
) -> None:
    receiver.answer = lambda _got: Answer(200, (), b"", endless=True)
    endpoint(small, "erp", receiver)
    decide(small, 1)

    began = time.monotonic()
    report = small.deliver()

    assert report.delivered == 1
    assert time.monotonic() - began < 8


def test_a_wait_begins_when_an_attempt_has_failed(
    small: Kamflow, clock: HandClock, receiver: Receiver
) -> None:
    def late(_got: Got) -> Answer:
        clock.forward(seconds=15)
        return Answer(500)

    receiver.answer = late
    endpoint(small, "erp", receiver)
    decide(small, 1)

    small.deliver(DeliveryOptions(random=lambda: 0.0))

    (item,) = small.deliveries()
    assert item.next_at is not None
    assert (item.next_at - clock()).total_seconds() == 1


CHANGES: dict[str, Callable[[Kamflow], object]] = {
    "disable": lambda kam: kam.disable_endpoint("erp", "for now"),
    "rotate": lambda kam: kam.rotate_endpoint("erp"),
    "remove": lambda kam: kam.remove_endpoint("erp"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_counts_from_the_next_hundred_on(
    change: str, small: Kamflow, receiver: Receiver
) -> None:
    def first(_got: Got) -> Answer:
        if len(receiver.got) == 1:
            CHANGES[change](small)
        return Answer()

    receiver.answer = first
    endpoint(small, "erp", receiver)
    decide(small, 120)

    small.deliver()

    assert len(receiver.got) == 100


def test_who_is_added_again_under_the_same_name_gets_everything(
    small: Kamflow, receiver: Receiver
) -> None:
    with receiving() as other:

        def exchanged(_got: Got) -> Answer:
            if len(receiver.got) == 1:
                small.remove_endpoint("erp")
                endpoint(small, "erp", other, from_start=True)
                small.deliver(DeliveryOptions(longest_s=0.0))  # it is handed out, and not sent yet
            return Answer()

        receiver.answer = exchanged
        endpoint(small, "erp", receiver)
        decide(small, 3)

        small.deliver()
        small.deliver()

        assert len([item for item in other.ids if item.startswith("north/acme/")]) == 4
