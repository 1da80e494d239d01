"""When rules and timers are looked at next is kept beside a subject, with or without an event."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from kamflow import Database, Kamflow, fixed_clock
from kamflow.model.decision import Decision, Schedule
from kamflow.storage.derived import EVERYTHING
from kamflow.storage.reading import Writing
from kamflow.storage.store import Store
from tests.builders import NOON, a_pack
from tests.contract.spoiling import spoil

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}}"
ACME = "north/acme"
SOON, LATER = (int((NOON + timedelta(days=days)).timestamp()) for days in (1, 9))


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    for name in ("acme", "bolt"):
        kam.create_account("north", name, name.title(), by="ann")
    yield kam
    kam.close()


def plan(kept: Writing, schedule: Schedule | None, subject: str = ACME) -> None:
    """Append what a decision without events says of a schedule."""
    snapshot = kept.load(subject)
    kept.append(Decision(accepted=True, events=(), snapshot=snapshot, schedule=schedule))


def planned(store: Store, schedule: Schedule | None) -> None:
    store.write(lambda kept: plan(kept, schedule))


def kept_in(store: Store, subject: str = ACME) -> tuple[Schedule, datetime | None]:
    with store.reading() as kept:
        return kept.schedule(subject), kept.due_at(subject)


def columns(engine: Engine) -> tuple[object, object]:
    with engine.connect() as connection:
        statement = text("SELECT schedule, due_at FROM instances WHERE id = 'north/acme'")
        schedule, due_at = connection.execute(statement).one()
        return schedule, due_at


def test_a_schedule_is_kept_without_an_event(kam: Kamflow, store: Store, url: str) -> None:
    before = kam.history(ACME)

    planned(store, {"E-01": LATER, "TM-02": SOON})

    assert kept_in(store) == ({"E-01": LATER, "TM-02": SOON}, NOON + timedelta(days=1))
    assert kept_in(store, "north/bolt") == ({}, None)
    assert kam.history(ACME) == before
    with store.reading() as kept:
        assert kept.due_by(NOON + timedelta(days=1)) == [ACME]
        assert kept.due_by(NOON + timedelta(hours=23)) == []
    assert Database(url).check().problems == ()


def test_other_commands_leave_it_as_it_is(kam: Kamflow, store: Store, engine: Engine) -> None:
    planned(store, {"E-01": LATER})

    with store.writing() as kept:
        plan(kept, None)
    kam.record_facts("bolt", {"account.n": 1}, by="ann")

    assert kept_in(store)[0] == {"E-01": LATER}
    assert columns(engine)[1] is not None


def test_an_empty_schedule_is_none(kam: Kamflow, store: Store, engine: Engine) -> None:
    planned(store, {"E-01": LATER})

    planned(store, {})

    assert kam.subject(ACME).stage == "candidate"
    assert kept_in(store) == ({}, None)
    assert columns(engine) == (None, None)


def test_a_transaction_sees_what_it_has_planned(kam: Kamflow, store: Store) -> None:
    assert kam is not None
    with store.writing() as kept:
        plan(kept, {"E-01": LATER})
        assert kept.schedule(ACME) == {"E-01": LATER}
        plan(kept, {"E-01": SOON})
        assert kept.schedule(ACME) == {"E-01": SOON}

    assert kept_in(store)[0] == {"E-01": SOON}


def test_what_is_taken_back_by_a_mark_was_never_planned(kam: Kamflow, store: Store) -> None:
    assert kam is not None
    with store.writing() as kept:
        plan(kept, {"E-01": LATER})
        kept.mark()
        plan(kept, {"E-01": SOON})
        plan(kept, {"E-02": SOON}, "north/bolt")
        kept.back_to_mark()
        assert kept.schedule(ACME) == {"E-01": LATER}

    assert kept_in(store)[0] == {"E-01": LATER}
    assert kept_in(store, "north/bolt")[0] == {}


def test_a_plan_for_a_subject_that_moved_on_meanwhile_is_made_again(
    kam: Kamflow, store: Store
) -> None:
    tries: list[int] = []

    def job(kept: Writing) -> None:
        snapshot = kept.load(ACME)
        assert snapshot is not None
        tries.append(snapshot.sequence)
        if len(tries) == 1 and kept.link.name == "postgresql":
            kam.record_facts(ACME, {"account.n": 1}, by="ann")
        plan(kept, {"E-01": SOON})

    store.write(job)

    assert kept_in(store)[0] == {"E-01": SOON}
    with store.reading() as kept:
        assert tries in ([1], [1, 2]), "SQLite lets nobody write meanwhile"
        assert len(kept.history(ACME)) == tries[-1]


@pytest.mark.parametrize(
    "broken",
    [
        "DELETE FROM instances WHERE id = 'north/acme'",
        "UPDATE instances SET schedule = snapshot WHERE id = 'north/acme'",
    ],
)
def test_a_schedule_that_is_lost_lets_everything_be_planned_anew(
    kam: Kamflow, store: Store, url: str, engine: Engine, broken: str
) -> None:
    assert kam is not None
    planned(store, {"E-01": LATER})
    spoil(engine, broken)

    problems = Database(url).check().problems
    report = Database(url).rebuild()

    assert problems
    assert report.corrected == 1
    assert kept_in(store) == (EVERYTHING, datetime(1970, 1, 1, tzinfo=UTC))
    assert Database(url).check().problems == ()


def test_a_rebuild_keeps_a_schedule_and_corrects_what_follows_from_it(
    kam: Kamflow, store: Store, url: str, engine: Engine
) -> None:
    assert kam is not None
    planned(store, {"E-01": LATER})
    with engine.begin() as connection:
        connection.execute(text("UPDATE instances SET due_at = NULL"))

    (problem,) = Database(url).check().problems
    report = Database(url).rebuild()

    assert problem.what == "`due_at` is not what the history makes; run `kamflow db rebuild`"
    assert report.corrected == 1
    assert kept_in(store) == ({"E-01": LATER}, NOON + timedelta(days=9))


def test_a_schedule_comes_back_from_a_backup(
    kam: Kamflow, store: Store, url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert kam is not None
    planned(store, {"E-01": LATER})
    folder = tmp_path_factory.mktemp("backup")
    Database(url).backup(folder / "k.jsonl", form="lines")
    copy = f"sqlite:///{folder}/copy.db"

    Database(copy).restore(folder / "k.jsonl")

    other = Store(copy)
    assert kept_in(other) == ({"E-01": LATER}, NOON + timedelta(days=9))
    other.close()
