"""What falls due by the clock, and what a change above does to requests below, in the database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from kamflow import Database, Kamflow, Promise
from kamflow.model.events import ApprovalEscalated, ApprovalExpired, ApprovalReminded
from kamflow.model.overdue import ConditionOverdue
from tests.builders import TODAY
from tests.contract.offices import ACME, BOLT, Office


@pytest.fixture
def office(url: str) -> Iterator[Office]:
    office = Office(url)
    yield office
    office.kam.close()


def due_at(engine: Engine, subject: str) -> object:
    with engine.connect() as connection:
        statement = text("SELECT due_at FROM instances WHERE id = :id")
        return connection.execute(statement, {"id": subject}).scalar_one()


def test_nothing_is_due_before_its_time(office: Office) -> None:
    office.ask("acme")
    office.later(6)

    assert office.kam.run_due().subjects == ()


def test_each_subject_is_brought_up_to_date_the_longest_waiting_first(office: Office) -> None:
    office.ask("bolt")
    office.later(1)
    office.ask("acme")
    office.later(9)

    report = office.kam.run_due()

    assert report.as_of == office.now
    assert [item.subject for item in report.subjects] == [BOLT, ACME]
    for item in report.subjects:
        (recorded,) = item.events
        assert isinstance(recorded.event, ApprovalReminded)
        assert (recorded.actor, recorded.at) == ("system", office.now)


def test_a_second_run_finds_nothing_left_to_do(office: Office) -> None:
    office.ask("acme")
    office.later(9)
    office.kam.run_due()

    assert office.kam.run_due().subjects == ()


def test_a_run_may_be_limited(office: Office) -> None:
    office.ask("acme")
    office.ask("bolt")
    office.later(9)

    first, second = office.kam.run_due(limit=1), office.kam.run_due(limit=1)

    assert [item.subject for item in (*first.subjects, *second.subjects)] == [ACME, BOLT]


def test_a_late_run_does_all_of_it_in_order(office: Office) -> None:
    identity = office.ask("acme")
    office.later(60)

    (item,) = office.kam.run_due().subjects

    kinds = [type(recorded.event) for recorded in item.events]
    assert kinds == [ApprovalReminded, ApprovalEscalated, ApprovalExpired]
    assert office.kam.subject("acme").stage == "candidate"
    assert office.kam.vote(identity, "approve", by="ann").accepted is False


def test_a_vote_that_comes_before_the_run_meets_an_expired_request(office: Office) -> None:
    identity = office.ask("acme")
    office.kam.vote(identity, "approve", by="ann")
    office.later(60)

    decision = office.kam.vote(identity, "approve", by="ben")

    assert not decision.accepted
    assert "it expired on" in decision.reasons[0]
    assert office.kam.run_due().subjects == ()


def test_the_column_holds_the_first_instant_of_all(office: Office, engine: Engine) -> None:
    identity = office.ask("acme")
    first = office.open_one("acme").schedule[0].at

    stored = due_at(engine, ACME)

    at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    assert isinstance(at, datetime)
    assert at.replace(tzinfo=first.tzinfo) == first or at == first
    assert due_at(engine, "north") is None
    office.kam.vote(identity, "reject", by="ann")
    assert due_at(engine, ACME) is None


def test_a_check_and_a_rebuild_look_after_the_column(office: Office, engine: Engine) -> None:
    office.ask("acme")
    office.kam.close()
    with engine.begin() as connection:
        connection.execute(text("UPDATE instances SET due_at = NULL, tasks = 3"))

    before = Database(office.url).check()
    report = Database(office.url).rebuild()

    assert [item.what.partition(" is ")[0] for item in before.problems] == [
        "`tasks`",
        "`tasks`, `due_at`",
    ]
    assert report.corrected == 2
    assert Database(office.url).check().problems == ()
    assert due_at(engine, ACME) is not None


def test_a_role_that_ends_above_is_felt_by_the_request_in_the_same_transaction(
    office: Office,
) -> None:
    office.ask("acme")
    office.kam.create_account("north", "bolt", "Bolt", by="zoe")

    office.kam.unassign("north", "clerk", "ben", by="zoe")

    assert office.kinds("acme")[-1] == "ApprovalEscalated"
    assert office.open_one("acme").level == 1
    assert office.kinds("bolt") == ["SubjectOpened"]


def test_a_fact_above_is_felt_by_the_request(office: Office) -> None:
    office.ask("acme")

    office.kam.record_facts("north", {"program.frozen": True}, by="zoe")

    assert office.kinds("acme")[-1] == "ApprovalWithdrawn"


def test_within_a_batch_it_is_felt_as_well(office: Office) -> None:
    office.ask("acme")

    with office.kam.batch() as batch:
        batch.create_account("north", "bolt", "Bolt", by="zoe")
        batch.request("bolt", "plan", by="zoe")
        batch.unassign("north", "clerk", "ben", by="zoe")

    assert office.kinds("acme")[-1] == "ApprovalEscalated"
    assert office.kinds("bolt")[-1] == "ApprovalEscalated"


def test_inside_the_transaction_of_a_host_it_is_felt_and_taken_back_with_it(
    office: Office, engine: Engine
) -> None:
    office.ask("acme")
    with engine.connect() as connection, connection.begin() as host:
        bound = Kamflow.bound_to(connection, clock=lambda: office.now)
        bound.unassign("north", "clerk", "ben", by="zoe")
        felt = [type(item.event).__name__ for item in bound.history("acme")][-1]
        host.rollback()

    assert felt == "ApprovalEscalated"
    assert office.open_one("acme").level == 0


def test_what_is_taken_back_by_a_mark_was_never_felt(office: Office) -> None:
    office.ask("acme")

    with office.kam.batch() as batch:
        batch.session.mark()
        batch.unassign("north", "clerk", "ben", by="zoe")
        batch.session.back_to_mark()

    assert office.kinds("acme")[-1] == "ApprovalRequested"
    assert office.open_one("acme").level == 0


def test_a_command_under_a_key_is_felt_once(office: Office) -> None:
    office.ask("acme")

    for _ in range(2):
        office.kam.once("k-1").unassign("north", "clerk", "ben", by="zoe")

    assert office.kinds("acme").count("ApprovalEscalated") == 1


def test_a_condition_that_is_late_is_said_once_and_told_outside(
    office: Office, engine: Engine
) -> None:
    identity = office.ask("acme")
    promise = Promise(text="hire eve", owner="eve", due_on=TODAY + timedelta(days=1))
    office.kam.vote(identity, "approve", by="ann", conditions=[promise])
    office.kam.vote(identity, "approve", by="ben")
    assert due_at(engine, ACME) is not None
    office.later(1)
    early = office.kam.run_due()
    office.later(1)

    (item,) = office.kam.run_due().subjects

    (recorded,) = item.events
    assert isinstance(recorded.event, ConditionOverdue)
    assert recorded.event.due_at == datetime(2026, 4, 2, tzinfo=UTC)
    assert office.kam.outbox()[-1].type == "kamflow.condition.overdue"
    assert (early.subjects, office.kam.run_due().subjects) == ((), ())
    assert due_at(engine, ACME) is None
    (waiting,) = office.kam.inbox("eve")
    assert (waiting.task, waiting.overdue) == ("condition", True)
    assert office.kam.settle_condition(f"{identity}.1", "eve is here", by="eve").accepted


def test_what_the_clock_does_is_told_outside(office: Office) -> None:
    office.ask("acme")
    office.later(60)
    office.kam.run_due()

    types = [item.type for item in office.kam.outbox() if item.subject == ACME]

    assert types[-3:] == [
        "kamflow.approval.reminded",
        "kamflow.approval.escalated",
        "kamflow.approval.expired",
    ]


def test_an_absence_above_stalls_a_request_until_it_is_over(office: Office) -> None:
    office.ask("acme")
    back = office.now + timedelta(days=5)
    for person in ("ann", "cleo"):
        office.kam.absence("north", person, by=person, until=back)

    stalled = office.open_one("acme")
    office.later(5)
    office.kam.run_due()

    assert stalled.stalled_until == back
    assert office.open_one("acme").stalled_until is None
    types = [item.type for item in office.kam.outbox() if item.subject == ACME]
    assert types[-2:] == ["kamflow.approval.stalled", "kamflow.approval.unstalled"]
