"""Published policies: kept whole, never changed, taken at the next stage."""

from collections.abc import Iterator
from datetime import UTC, timedelta, timezone

import pytest

from kamflow import Kamflow, NotFoundError, StageEntered, fixed_clock
from kamflow.language.load import sealed
from kamflow.storage.store import Store
from tests.builders import NOON, a_pack, shipped_pack

OLD = a_pack("parameters: {least: {type: number, value: 1}}")
NEW = a_pack("parameters: {least: {type: number, value: 2}}")
ACME = "north/acme"


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(OLD, by="ann")
    kam.create_program("north", "North", by="ann")
    kam.create_account("north", "acme", "Acme", by="ann")
    yield kam
    kam.close()


def test_a_published_pack_is_the_one_that_was_loaded_digest_and_all(store: Store) -> None:
    with store.writing() as transaction:
        transaction.publish(shipped_pack(), NOON, "ann")

    with store.reading() as transaction:
        kept = transaction.pack(shipped_pack().digest)

    assert kept == shipped_pack()
    assert sealed(kept).digest == shipped_pack().digest


def test_publishing_the_newest_pack_again_changes_nothing(kam: Kamflow) -> None:
    assert kam.publish(OLD, by="ben") is False
    assert [item.published_by for item in kam.packs()] == ["ann"]


def test_a_pack_that_was_replaced_can_be_published_again(kam: Kamflow) -> None:
    kam.publish(NEW, by="ann")

    assert kam.publish(OLD, by="ben") is True
    assert [item.digest for item in kam.packs()] == [OLD.digest, NEW.digest, OLD.digest]
    assert [item.number for item in kam.packs()] == [1, 2, 3]
    assert kam.policy() == OLD


def test_an_entry_says_who_published_what_and_when(kam: Kamflow) -> None:
    (entry,) = kam.packs()

    assert (entry.pack, entry.version, entry.published_by) == ("test", "1.0.0", "ann")
    assert entry.published_at == NOON
    assert entry.published_at.tzinfo is UTC


def test_an_instance_keeps_its_policy_and_takes_the_newest_at_the_next_stage(kam: Kamflow) -> None:
    kam.publish(NEW, by="ann")
    before = kam.subject(ACME).policy

    kam.assign(ACME, "boss", "ann", by="ann")
    kam.request(ACME, "plan", by="ann")

    assert OLD.digest[:12] in before
    assert NEW.digest[:12] in kam.subject(ACME).policy
    history = kam.history(ACME)
    assert [item.pack for item in history] == [OLD.digest, OLD.digest, NEW.digest]
    assert isinstance(history[-1].event, StageEntered)


def test_a_pack_published_in_a_batch_governs_what_the_batch_opens(kam: Kamflow) -> None:
    with kam.batch() as batch:
        batch.create_account("north", "before", "Before", by="ann")
        batch.session.publish(NEW, by="ann")
        batch.create_account("north", "after", "After", by="ann")

    assert OLD.digest[:12] in kam.subject("before").policy
    assert NEW.digest[:12] in kam.subject("after").policy


def test_a_digest_that_was_never_published_is_not_found(store: Store) -> None:
    with store.reading() as transaction, pytest.raises(NotFoundError, match="no pack with digest"):
        transaction.pack("0" * 64)


def test_reopening_finds_everything_as_it_was(kam: Kamflow, url: str) -> None:
    kam.request(ACME, "plan", by="ann")
    history, subject = kam.history(ACME), kam.subject(ACME)
    kam.close()

    again = Kamflow.open(url, clock=fixed_clock(NOON))

    assert again.history(ACME) == history
    assert again.subject(ACME) == subject
    assert again.policy() == OLD
    again.close()


def test_instants_are_kept_in_utc_to_the_microsecond(url: str) -> None:
    instant = NOON.replace(microsecond=123_457)
    elsewhere = instant.astimezone(timezone(timedelta(hours=9)))
    kam = Kamflow.open(url, clock=fixed_clock(elsewhere))
    kam.publish(OLD, by="ann")

    kam.create_program("north", "North", by="ann")

    (opened,) = kam.history("north")
    (entry,) = kam.subjects("program")
    assert opened.at == entry.entered_at == instant
    kam.close()
