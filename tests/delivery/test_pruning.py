"""What somebody has still to get is not pruned."""

from datetime import timedelta

from kamflow import Database, Kamflow
from kamflow.runtime.delivery.options import DeliveryOptions
from tests.delivery.office import HandClock
from tests.delivery.receiver import Answer, Receiver

ONCE = DeliveryOptions(attempts=1)


def pruned(url: str, clock: HandClock) -> int:
    found = Database(url, clock=clock).prune(outbox=timedelta(days=1), dry_run=True).outbox
    assert Database(url, clock=clock).prune(outbox=timedelta(days=1)).outbox == found
    return found


def test_messages_stay_until_every_endpoint_has_had_them(
    kam: Kamflow, url: str, clock: HandClock, receiver: Receiver
) -> None:
    kam.add_endpoint("erp", receiver.url, allow_http=True, allow_private=True, from_start=True)
    kam.add_endpoint("crm", receiver.url, allow_http=True, allow_private=True, from_start=True)
    kam.disable_endpoint("crm", "not yet")
    clock.forward(days=2)

    assert pruned(url, clock) == 0
    kam.deliver(ONCE)
    assert pruned(url, clock) == 3
    kam.enable_endpoint("crm")
    assert kam.deliver(ONCE).delivered == 0


def test_a_dead_message_stays_until_somebody_drops_it(
    kam: Kamflow, url: str, clock: HandClock, receiver: Receiver
) -> None:
    kam.add_endpoint("erp", receiver.url, allow_http=True, allow_private=True, from_start=True)
    receiver.answer = lambda _got: Answer(500)
    kam.deliver(ONCE)
    clock.forward(days=2)
    assert pruned(url, clock) == 0

    for item in kam.deliveries(dead=True)[1:]:
        kam.drop_delivery(item.id)

    assert pruned(url, clock) == 2
    (left,) = kam.deliveries()
    assert left.envelope is not None


def test_without_endpoints_age_alone_counts(kam: Kamflow, url: str, clock: HandClock) -> None:
    clock.forward(days=2)

    assert pruned(url, clock) == 3
    assert kam.outbox() == []
