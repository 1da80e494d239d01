"""Everything in one transaction, or nothing; nobody overwrites anybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kamflow import (
    AlreadyExistsError,
    ConcurrencyError,
    DatabaseError,
    Kamflow,
    NotFoundError,
    fixed_clock,
)
from kamflow.engine.evolve import evolve, replay
from kamflow.model.decision import Decision
from kamflow.model.events import Recorded, RoleAssigned
from kamflow.model.snapshot import Snapshot
from kamflow.storage.dialects import open_engine
from kamflow.storage.store import Store
from kamflow.storage.tables import events, instances
from tests.builders import NOON, a_pack

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}}"
ACME = "north/acme"


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    yield kam
    kam.close()


def next_event(before: Snapshot, person: str) -> Decision:
    """Return a decision that adds one event to an instance."""
    recorded = Recorded(
        instance=before.id,
        sequence=before.sequence + 1,
        at=NOON,
        actor=person,
        pack=before.pack,
        event=RoleAssigned(role="boss", person=person),
    )
    return Decision(accepted=True, events=(recorded,), snapshot=evolve(before, recorded))


def write(store: Store, *decisions: Decision) -> None:
    """Append decisions in one transaction, each after a look at its instance."""
    with store.writing() as transaction:
        for decision in decisions:
            transaction.load(decision.events[0].instance)
            transaction.append(decision)


def enter_twice(kam: Kamflow) -> None:
    with kam.batch() as batch:
        batch.create_account("north", "acme", "Acme", by="ann")
        batch.record_facts(ACME, {"account.n": 5}, by="ann")
        batch.create_account("north", "acme", "Acme", by="ann")


def loaded(store: Store, instance: str) -> Snapshot:
    with store.reading() as transaction:
        snapshot = transaction.load(instance)
    assert snapshot is not None
    return snapshot


def counts(url: str) -> tuple[int, int]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (instances, events)
        )
    engine.dispose()
    return found[0], found[1]


def test_a_command_is_stored_with_its_events(kam: Kamflow, url: str) -> None:
    kam.create_account("north", "acme", "Acme", by="ann")
    kam.record_facts(ACME, {"account.n": 5}, by="ann")

    assert counts(url) == (2, 3)
    assert [type(item.event).__name__ for item in kam.history(ACME)] == [
        "SubjectOpened",
        "FactsRecorded",
    ]


def test_a_failure_in_the_middle_of_a_batch_leaves_nothing(kam: Kamflow, url: str) -> None:
    before = counts(url)

    with pytest.raises(AlreadyExistsError):
        enter_twice(kam)

    assert counts(url) == before
    with pytest.raises(NotFoundError):
        kam.subject(ACME)


def test_a_batch_goes_on_after_an_error_that_its_caller_has_caught(kam: Kamflow) -> None:
    with kam.batch() as batch:
        batch.create_account("north", "acme", "Acme", by="ann")
        with pytest.raises(AlreadyExistsError):
            batch.create_account("north", "acme", "Acme", by="ann")
        batch.record_facts(ACME, {"account.n": 5}, by="ann")

    assert kam.subject(ACME).facts[0].value == "5"


def test_what_a_batch_has_done_is_seen_by_its_next_command(kam: Kamflow) -> None:
    with kam.batch() as batch:
        batch.create_account("north", "acme", "Acme", by="ann")
        batch.record_facts("acme", {"account.n": 5}, by="ann")
        decision = batch.request("acme", "plan", by="ann")

    assert decision.accepted
    assert kam.subject(ACME).stage == "planning"


def test_others_see_nothing_of_a_batch_before_its_end(kam: Kamflow, url: str) -> None:
    other = Kamflow.open(url, clock=fixed_clock(NOON))

    with kam.batch() as batch:
        batch.create_account("north", "acme", "Acme", by="ann")
        during = len(other.subjects("account"))

    assert (during, len(other.subjects("account"))) == (0, 1)
    other.close()


def test_refusals_are_stored_too(kam: Kamflow) -> None:
    kam.create_account("north", "acme", "Acme", by="ann")

    decision = kam.request(ACME, "nonsense", by="ann")

    assert not decision.accepted
    assert kam.history(ACME)[-1].event == decision.happenings[0]


def test_a_refused_opening_leaves_nothing(kam: Kamflow, url: str) -> None:
    before = counts(url)

    decision = kam.open_subject("account", "lost", "Lost", by="ann")

    assert not decision.accepted
    assert counts(url) == before


def test_who_decided_on_an_older_state_is_told_to_call_again(kam: Kamflow, url: str) -> None:
    first, second = Store(url), Store(url)
    seen_by_first, seen_by_second = loaded(first, "north"), loaded(second, "north")
    write(second, next_event(seen_by_second, "ben"))

    with pytest.raises(ConcurrencyError) as caught:
        write(first, next_event(seen_by_first, "eve"))

    assert caught.value.instance_id == "north"
    assert loaded(first, "north").roles == {"boss": ("ben",)}
    assert replay(kam.history("north")) == loaded(first, "north")
    first.close()
    second.close()


def test_two_who_enter_the_same_subject_cannot_both_succeed(kam: Kamflow, url: str) -> None:
    decision = kam.create_account("north", "acme", "Acme", by="ann")
    other = Store(url)

    with pytest.raises(ConcurrencyError):
        write(other, decision)

    assert len(kam.history(ACME)) == 1
    other.close()


def test_one_conflict_takes_back_the_whole_batch(kam: Kamflow, url: str) -> None:
    kam.create_account("north", "acme", "Acme", by="ann")
    other = Store(url)
    stale = loaded(other, "north")
    kam.assign("north", "boss", "ann", by="ann")
    fresh = loaded(other, ACME)

    with pytest.raises(ConcurrencyError):
        write(other, next_event(fresh, "eve"), next_event(stale, "eve"))

    assert loaded(other, ACME) == fresh
    other.close()


def test_names_are_found_by_their_last_part_and_told_when_they_are_ambiguous(kam: Kamflow) -> None:
    kam.create_program("south", "South", by="ann")
    for program in ("north", "south"):
        kam.create_account(program, "acme", "Acme", by="ann")
    kam.create_account("north", "ACME", "Acme", by="ann")
    kam.create_account("north", "a_me", "Ame", by="ann")

    assert kam.subject("ACME").id == "north/ACME"
    assert kam.subject("a_me").id == "north/a_me"
    with pytest.raises(NotFoundError, match="`acme` can be north/acme, south/acme; give the whole"):
        kam.subject("acme")
    with pytest.raises(NotFoundError, match="there is no subject `acmes`; did you mean `acme`"):
        kam.subject("acmes")
    with pytest.raises(NotFoundError):
        kam.subject("%")


def test_a_file_that_is_no_database_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear customer, " * 100)

    with pytest.raises(DatabaseError, match="file is not a database"):
        Kamflow.open(f"sqlite:///{file}")


def test_without_a_policy_nothing_can_be_opened(url: str) -> None:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))

    with pytest.raises(NotFoundError, match="no policy is published"):
        kam.create_program("north", "North", by="ann")
    kam.close()
