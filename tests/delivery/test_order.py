"""Whatever fails in whichever order: each message arrives, and those of a subject in order."""

import random

import pytest

from kamflow import DeliveryOptions, Kamflow
from tests.delivery.office import HandClock
from tests.delivery.receiver import Answer, Got, Receiver

ANSWERS = (
    Answer(500),
    Answer(301, (("Location", "https://example.org/"),)),
    Answer(429, (("Retry-After", "7"),)),
    Answer(breaks=True),
)


@pytest.mark.parametrize("seed", range(6))
def test_every_message_arrives_in_the_order_of_its_subject(
    seed: int, small: Kamflow, clock: HandClock, receiver: Receiver
) -> None:
    chance = random.Random(seed)  # noqa: S311 - for a test
    arrived: dict[str, list[int]] = {"north/acme": [], "north/bolt": []}

    def answered(got: Got) -> Answer:
        subject, _, number = got.headers["webhook-id"].rpartition("/")
        if chance.random() < 0.5:
            return chance.choice(ANSWERS)
        arrived[subject].append(int(number))
        return Answer()

    receiver.answer = answered
    small.add_endpoint("erp", receiver.url, allow_http=True, allow_private=True)
    options = DeliveryOptions(random=chance.random, attempts=1_000)
    for person in range(12):
        subject = chance.choice(list(arrived))
        assert small.assign(subject, "boss", f"p{person}", by="ann").accepted
        if chance.random() < 0.3:
            small.deliver(options)

    for _ in range(200):
        report = small.deliver(options)
        if report.next_at is None:
            break
        clock.at = max(clock.at, report.next_at)

    assert small.deliveries() == []
    assert sum(map(len, arrived.values())) == 12
    for numbers in arrived.values():
        assert numbers == list(range(2, 2 + len(numbers)))
