"""The worker does what falls due while others work, delivers, sleeps, stops when told to."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Self

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, text

from kamflow import Kamflow, MissingExtraError, Worked, Worker
from kamflow.errors import DatabaseError
from kamflow.runtime.delivery.options import DeliveryReport
from kamflow.runtime.worker import Happening, Troubled
from tests.contract.offices import Office

PATIENCE_S = 30.0


@pytest.fixture
def office(url: str) -> Iterator[Office]:
    office = Office(url)
    yield office
    office.kam.close()


class Log:
    """What a worker told; a test waits for what it needs."""

    def __init__(self) -> None:
        self.told: list[Happening] = []
        self._changed = threading.Condition()

    def tell(self, happening: Happening) -> None:
        with self._changed:
            self.told.append(happening)
            self._changed.notify_all()

    def wait_for(self, holds: Callable[[list[Happening]], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self.told), PATIENCE_S), self.told


class Running:
    """A worker in a thread of its own, on a database that it opened."""

    def __init__(self, office: Office, log: Log | None = None, **options: object) -> None:
        self.log = log or Log()
        self.kam = Kamflow.open(office.url, clock=lambda: office.now)
        self.worker = Worker(self.kam, tell=self.log.tell, poll_s=0.05, **options)  # type: ignore[arg-type]
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.worker.run()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def join(self) -> None:
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def __exit__(self, *_: object) -> None:
        self.worker.stop()
        self.join()
        self.kam.close()


def events_in(told: list[Happening]) -> int:
    return sum(item.events for item in told if isinstance(item, Worked))


def test_it_does_what_falls_due_as_time_goes_by(office: Office) -> None:
    office.ask("acme")
    with Running(office) as running:
        office.later(9)
        running.log.wait_for(lambda told: events_in(told) == 1)
        office.later(60)
        running.log.wait_for(lambda told: events_in(told) == 3)

    assert office.kinds("acme").count("ApprovalExpired") == 1
    assert running.error is None


def test_it_sees_what_others_ask_for_meanwhile(office: Office) -> None:
    with Running(office) as running:
        office.ask("bolt")
        office.later(9)
        running.log.wait_for(lambda told: events_in(told) == 1)

    assert office.kinds("bolt")[-1] == "ApprovalReminded"


def test_two_of_them_do_everything_once(office: Office) -> None:
    with office.kam.batch() as batch:
        for number in range(120):
            batch.create_account("north", f"a{number}", "A", by="zoe")
            batch.request(f"a{number}", "plan", by="zoe")
    office.later(9)

    log = Log()

    with Running(office, log), Running(office, log):
        log.wait_for(lambda told: events_in(told) == 120)

    counts = {office.kinds(f"a{number}").count("ApprovalReminded") for number in range(120)}
    assert counts == {1}


def test_once_does_what_is_due_and_delivers_and_ends(office: Office) -> None:
    office.ask("acme")
    office.later(9)
    log, sent = Log(), DeliveryReport(delivered=2)

    def deliver(*, stop: Callable[[], bool]) -> DeliveryReport:
        return replace(sent, dead=int(stop()))

    Worker(office.kam, tell=log.tell, deliver=deliver).run_once()

    done = Worked(as_of=office.now, subjects=1, events=1)
    assert log.told == [done, sent]


def test_a_slow_receiver_keeps_no_deadline_waiting(office: Office) -> None:
    office.ask("acme")
    office.later(9)
    arrived = threading.Event()

    def deliver(*, stop: Callable[[], bool]) -> DeliveryReport:
        assert arrived.wait(PATIENCE_S)
        return DeliveryReport(delivered=int(not stop()))

    with Running(office, deliver=deliver) as running:
        running.log.wait_for(lambda told: events_in(told) == 1)
        arrived.set()
        running.log.wait_for(lambda told: DeliveryReport(delivered=1) in told)


def test_what_is_in_hand_is_finished_when_it_is_stopped(office: Office) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def deliver(*, stop: Callable[[], bool]) -> DeliveryReport:
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return DeliveryReport(delivered=1, failed=int(stop()))

    with Running(office, deliver=deliver) as running:
        assert begun.wait(PATIENCE_S)
        running.worker.stop()
        go_on.set()
        running.join()

    assert running.log.told == [DeliveryReport(delivered=1, failed=1)]


def test_a_database_that_fails_is_told_and_tried_again(office: Office) -> None:
    tries: list[int] = []

    def deliver(*, stop: Callable[[], bool]) -> DeliveryReport:
        tries.append(int(stop()))
        raise DatabaseError("the server is gone")

    with Running(office, deliver=deliver) as running:
        running.log.wait_for(lambda told: Troubled(error="the server is gone") in told)

    assert running.error is None


def test_a_part_that_is_missing_ends_it(office: Office) -> None:
    def deliver(*, stop: Callable[[], bool]) -> DeliveryReport:
        assert not stop()
        raise MissingExtraError("delivery", "delivery")

    with Running(office, deliver=deliver) as running:
        running.join()

    assert isinstance(running.error, MissingExtraError)


def test_a_database_of_another_version_ends_it(office: Office, engine: Engine) -> None:
    office.ask("acme")
    with Running(office) as running:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        office.later(9)
        running.join()

    assert type(running.error).__name__ == "SchemaError"
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))


def test_a_subject_that_fails_is_told(office: Office, engine: Engine) -> None:
    office.ask("acme")
    with engine.begin() as connection:
        connection.execute(text("UPDATE instances SET snapshot = head WHERE id = 'north/acme'"))
    office.later(9)

    with Running(office) as running:
        running.log.wait_for(lambda told: told)
        office.now += timedelta(minutes=1)
        running.log.wait_for(lambda told: len(told) > 1)

    failures = [item.failed[0].failures for item in running.log.told if isinstance(item, Worked)]
    assert failures == [1, 2]
