"""Where people are told things is kept on both databases, and what waits for them."""

from collections.abc import Iterator

import pytest

from kamflow import DeliveryOptions, Kamflow
from tests.delivery.mailbox import Mailbox, mailbox
from tests.delivery.office import ACME, HandClock, an_office

OPTIONS = DeliveryOptions(random=lambda: 1.0)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as it:
        yield it


@pytest.fixture
def kam(url: str, clock: HandClock) -> Iterator[Kamflow]:
    kam = an_office(url, clock)
    yield kam
    kam.close()


def test_people_are_told_and_what_failed_is_sent_again(
    kam: Kamflow, clock: HandClock, box: Mailbox
) -> None:
    for name in ("bob", "kim"):
        kam.set_contacts(name, [box.address(name)])
    kam.record_facts(ACME, {"account.n": 2}, by="ann")
    box.refuses = True
    first = kam.deliver(OPTIONS)
    assert (first.failed, first.told) == (3, 0)
    assert [item.endpoint for item in kam.deliveries()] == ["people/bob", *["people/kim"] * 2]
    assert first.next_at is not None

    box.refuses, clock.at = False, first.next_at
    assert kam.deliver(OPTIONS).told == 2

    assert kam.deliveries() == []
    assert [name for name, _ in box.titles] == ["bob", "kim"]


def test_a_dead_letter_to_a_person_is_replayed_or_dropped(kam: Kamflow, box: Mailbox) -> None:
    kam.set_contacts("kim", [box.address("kim")])
    kam.record_facts(ACME, {"account.n": 2}, by="ann")
    box.refuses = True
    assert kam.deliver(DeliveryOptions(attempts=1)).dead == 2
    first, second = kam.deliveries(endpoint="people/kim", dead=True)
    box.refuses = False

    kam.drop_delivery(first.id)
    kam.replay_delivery(second.id)
    kam.deliver(OPTIONS)

    assert box.titles == [("kim", "To do: Call the customer, Acme")]
    assert kam.deliveries() == []


def test_addresses_are_replaced_listed_and_erased(kam: Kamflow) -> None:
    kam.set_contacts("kim", ["json://127.0.0.1:9/a", "json://127.0.0.1:9/b"])
    kam.set_contacts("kim", ["mailto://kim:Pa55word@example.org"])
    kam.set_person("bob", name="Bob", mail="bob@example.org")

    found = [(item.person, item.name, item.addresses, item.mail) for item in kam.contacts()]
    assert found == [
        ("bob", "Bob", (), "bob@example.org"),
        ("kim", None, ("mailto://kim@example.org",), None),
    ]
    for name in ("bob", "kim"):
        kam.erase_person(name)
    assert kam.contacts() == []
