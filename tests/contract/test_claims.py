"""What is due is listed, claimed, performed and retried, by one worker or several."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import Engine, text

from kamflow import Database, DueClaim, InputError, Kamflow
from kamflow.runtime.due import AT_ONCE
from tests.contract.offices import ACME, BOLT, Office
from tests.contract.spoiling import spoil


@pytest.fixture
def office(url: str) -> Iterator[Office]:
    office = Office(url)
    yield office
    office.kam.close()


def waiting(office: Office, count: int) -> list[str]:
    """Let so many requests wait for so long that each has a reminder due."""
    names = [f"a{number:03}" for number in range(count)]
    with office.kam.batch() as batch:
        for name in names:
            batch.create_account("north", name, name, by="zoe")
            batch.request(name, "plan", by="zoe")
    office.later(9)
    return [f"north/{name}" for name in names]


def test_the_list_tells_what_falls_due_and_does_nothing(office: Office) -> None:
    identity = office.ask("acme")
    office.ask("bolt")
    remind, escalate, expire = (item.at for item in office.open_one("acme").schedule)
    before = office.kam.history("acme")

    now, later = office.kam.due(), office.kam.due(expire)

    assert now == ()
    assert [(item.at, item.subject, item.kind) for item in later] == [
        (at, subject, kind)
        for at, kind in ((remind, "remind"), (escalate, "escalate"), (expire, "expire"))
        for subject in (ACME, BOLT)
    ]
    assert (later[0].about, later[0].text) == (identity, "those who have not voted are reminded")
    assert office.kam.history("acme") == before
    assert office.kam.next_due() == remind


def test_a_naive_instant_is_one_of_utc(office: Office) -> None:
    office.ask("acme")
    until = office.open_one("acme").schedule[0].at

    assert office.kam.due(until.replace(tzinfo=None)) == office.kam.due(until)


def test_inside_the_transaction_of_a_host_it_is_done_and_taken_back_with_it(
    office: Office, engine: Engine
) -> None:
    waiting(office, 2)
    with engine.connect() as connection, connection.begin() as host:
        bound = Kamflow.bound_to(connection, clock=lambda: office.now)
        done = [item.subject for item in bound.run_due().subjects]
        host.rollback()

    assert done == ["north/a000", "north/a001"]
    assert office.kinds("a000")[-1] == "ApprovalRequested"
    assert len(office.kam.run_due().subjects) == 2


def test_what_is_due_stays_in_the_list_until_it_is_done(office: Office) -> None:
    office.ask("acme")
    office.later(9)

    before = [item.kind for item in office.kam.due()]
    office.kam.run_due()

    assert before == ["remind"]
    assert office.kam.due() == ()


def test_who_claims_after_another_one_gets_other_subjects(office: Office) -> None:
    subjects = waiting(office, 5)

    first, second = office.kam.claim_due(3), office.kam.claim_due(3)

    assert [*first.subjects, *second.subjects] == subjects
    assert office.kam.claim_due(3).subjects == ()
    assert first.until == office.now + timedelta(minutes=1)


def test_a_claim_is_performed_once(office: Office) -> None:
    waiting(office, 2)
    claimed = office.kam.claim_due()
    travelled = msgspec.json.decode(msgspec.json.encode(claimed), type=DueClaim)

    first, second = office.kam.perform(travelled), office.kam.perform(claimed)

    assert [item.subject for item in first.subjects] == ["north/a000", "north/a001"]
    assert second.subjects == ()
    assert office.kinds("a000").count("ApprovalReminded") == 1


def test_a_claim_that_nobody_performs_comes_back(office: Office) -> None:
    waiting(office, 1)
    office.kam.claim_due(seconds=30)
    office.now += timedelta(seconds=29)
    too_early = office.kam.claim_due()
    office.now += timedelta(seconds=1)

    again = office.kam.claim_due()

    assert too_early.subjects == ()
    assert again.subjects == ("north/a000",)
    assert len(office.kam.perform(again).subjects) == 1


def test_what_is_claimed_can_be_done_by_a_run_and_leaves_nothing_behind(
    office: Office, engine: Engine
) -> None:
    waiting(office, 2)
    claimed = office.kam.claim_due(1)

    ran = office.kam.run_due()
    late = office.kam.perform(claimed)

    assert (len(ran.subjects), late.subjects) == (2, ())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM claims")).scalar_one() == 0


@pytest.mark.parametrize(("limit", "seconds"), [(0, 1), (1, 0)])
def test_nothing_cannot_be_claimed(office: Office, limit: int, seconds: int) -> None:
    with pytest.raises(InputError, match="at least one"):
        office.kam.claim_due(limit, seconds=seconds)


def test_workers_that_claim_at_once_never_get_the_same(office: Office) -> None:
    subjects = waiting(office, 40)
    claimed: list[str] = []
    begin = threading.Barrier(4)

    def work() -> None:
        kam = Kamflow.open(office.url, clock=lambda: office.now)
        begin.wait()
        while (one := kam.claim_due(3)).subjects:
            claimed.extend(one.subjects)
            kam.perform(one)
        kam.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == subjects
    assert {office.kinds(item).count("ApprovalReminded") for item in subjects} == {1}


def test_a_subject_that_fails_stops_nobody_else_and_is_tried_again_later(
    office: Office, engine: Engine
) -> None:
    subjects = waiting(office, AT_ONCE + 5)
    spoil(engine, "UPDATE instances SET snapshot = head WHERE id = 'north/a001'")

    first = office.kam.run_due()

    (failed,) = first.failed
    assert [item.subject for item in first.subjects] == [s for s in subjects if s != "north/a001"]
    assert (failed.subject, failed.failures) == ("north/a001", 1)
    assert "what is stored is damaged" in failed.error
    assert failed.again_at == office.now + timedelta(minutes=1)
    assert office.kam.next_due() == failed.again_at
    assert office.kam.run_due().failed == ()
    office.now += timedelta(minutes=1)
    (again,) = office.kam.run_due().failed
    assert (again.failures, again.again_at) == (2, office.now + timedelta(minutes=2))


def test_it_is_done_when_the_fault_is_gone(office: Office, engine: Engine) -> None:
    waiting(office, 2)
    spoil(engine, "UPDATE instances SET snapshot = head WHERE id = 'north/a001'")
    office.kam.run_due()
    Database(office.url).rebuild()
    office.now += timedelta(minutes=1)

    report = office.kam.run_due()

    assert [item.subject for item in report.subjects] == ["north/a001"]
    assert report.failed == ()
    assert office.kam.next_due() == office.open_one("a000").schedule[0].at


def test_the_pause_grows_up_to_an_hour(office: Office, engine: Engine) -> None:
    waiting(office, 1)
    spoil(engine, "UPDATE instances SET snapshot = head WHERE id = 'north/a000'")
    pauses = []
    for _ in range(8):
        (failed,) = office.kam.run_due().failed
        pauses.append((failed.again_at - office.now) / timedelta(minutes=1))
        office.now = failed.again_at

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
