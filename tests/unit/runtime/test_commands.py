"""The commands by topic: alone, in a batch, under a key; days and instants as people give them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from kamflow import Evidence, Kamflow, NotFoundError, Promise, fixed_clock
from kamflow.runtime.instants import begin_of, end_of
from tests.builders import LIFECYCLE, NOON, a_pack

RULES = """
roles: {kam: {who: k}, sponsor: {who: s, higher: [board]}, board: {who: b}}
approvals: {A: {title: The plan, voters: [sponsor], rule: one}}
approving: {deadline: 5 days, returns: 2, condition_days: 30}
rights: {absence: [kam], reassign: [kam], withdraw: [kam]}
"""
ASKING = LIFECYCLE.replace("to: planning", "to: planning, approval: A")


@pytest.fixture
def kam(tmp_path: Path) -> Iterator[Kamflow]:
    kam = Kamflow.open(f"sqlite:///{tmp_path}/test.db", clock=fixed_clock(NOON))
    kam.publish(a_pack(RULES, lifecycle=ASKING), by="pia")
    with kam.batch() as batch:
        batch.create_program("north", "North", by="kim")
        for role, person in (("kam", "kim"), ("sponsor", "sid"), ("board", "bea")):
            batch.assign("north", role, person, by="kim")
        batch.create_account("north", "acme", "Acme", by="kim")
    yield kam
    kam.close()


def request(kam: Kamflow) -> str:
    kam.request("acme", "plan", by="kim")
    (item,) = kam.inbox()
    return item.id


def test_a_day_begins_at_midnight_utc_and_a_last_day_is_held_whole() -> None:
    assert begin_of(date(2026, 4, 1)) == datetime(2026, 4, 1, tzinfo=UTC)
    assert end_of(date(2026, 4, 1)) == datetime(2026, 4, 2, tzinfo=UTC)


def test_an_instant_stays_itself_and_a_naive_one_is_utc() -> None:
    berlin = datetime(2026, 4, 1, 2, tzinfo=timezone(timedelta(hours=2)))

    assert begin_of(berlin) == end_of(berlin) == datetime(2026, 4, 1, tzinfo=UTC)
    assert begin_of(datetime(2026, 4, 1)) == datetime(2026, 4, 1, tzinfo=UTC)  # noqa: DTZ001


def test_the_id_of_a_request_tells_its_subject(kam: Kamflow) -> None:
    one = request(kam)

    assert one.startswith("north/acme#")
    assert kam.vote(one, "approve", by="sid").accepted
    assert kam.subject("acme").stage == "planning"


def test_an_id_of_no_subject_is_not_found(kam: Kamflow) -> None:
    with pytest.raises(NotFoundError, match="there is no subject `south/acme`"):
        kam.vote("south/acme#1", "approve", by="sid")


def test_commands_of_all_topics_go_into_one_batch(kam: Kamflow) -> None:
    one = request(kam)

    with kam.batch() as batch:
        shown = (Evidence(title="plan", link="https://x.test"),)
        batch.comment(one, "see it", by="kim", evidence=shown)
        batch.absence("north", "sid", by="kim", until=date(2026, 4, 10), deputies=("bea",))
        voted = batch.vote(one, "approve", by="bea", principal="sid")

    assert voted.accepted
    assert kam.approval(one).comments[0].evidence == shown
    (away,) = kam.absences()
    assert (away.begins_at, away.ends_at) == (NOON, datetime(2026, 4, 11, tzinfo=UTC))


def test_a_batch_that_breaks_off_leaves_nothing(kam: Kamflow) -> None:
    one = request(kam)

    def comment_on_both() -> None:
        with kam.batch() as batch:
            batch.comment(one, "see it", by="kim")
            batch.comment("south/acme#1", "see it", by="kim")

    with pytest.raises(NotFoundError):
        comment_on_both()

    assert kam.approval(one).comments == ()


def test_an_absence_from_now_on_has_one_effect_under_a_key(tmp_path: Path) -> None:
    now = [NOON]
    kam = Kamflow.open(f"sqlite:///{tmp_path}/test.db", clock=lambda: now[0])
    kam.publish(a_pack(RULES, lifecycle=ASKING), by="pia")
    kam.create_program("north", "North", by="kim")
    kam.assign("north", "kam", "kim", by="kim")

    for _ in range(2):
        kam.once("k-1").absence("north", "sid", by="kim")
        now[0] += timedelta(hours=1)

    assert len(kam.absences("north")) == 1
    kam.close()


def test_a_vote_under_a_key_is_cast_once(kam: Kamflow) -> None:
    one = request(kam)
    promise = Promise(text="hire eve", owner="kim", due_on=date(2026, 4, 20))

    first = kam.once("k-1").vote(one, "approve", by="sid", conditions=(promise,))
    again = kam.once("k-1").vote(one, "approve", by="sid", conditions=(promise,))

    assert first.accepted
    assert again.accepted
    assert [item.task for item in kam.inbox("kim")] == ["condition"]


def test_a_condition_carries_the_subject_in_its_id(kam: Kamflow) -> None:
    one = request(kam)
    promise = Promise(text="hire eve", owner="kim", due_on=date(2026, 4, 20))
    kam.vote(one, "approve", by="sid", conditions=(promise,))

    settled = kam.settle_condition(f"{one}.1", "eve is here", by="kim")

    assert settled.accepted
    assert kam.approval(one).conditions[0].met_by == "kim"
    assert kam.inbox() == []


def test_a_request_goes_back_and_comes_again(kam: Kamflow) -> None:
    one = request(kam)

    kam.return_request(one, "why?", by="sid")
    returned = kam.inbox("kim")
    kam.resume(one, "because", by="kim")

    assert [(item.task, item.question) for item in returned] == [("answer", "why?")]
    assert [item.task for item in kam.inbox("sid")] == ["vote"]


def test_a_vote_is_lent_and_taken_back(kam: Kamflow) -> None:
    one = request(kam)
    kam.delegate(
        "north", "sid", "bea", until=date(2026, 4, 10), reason="travels", by="sid", approvals=("A",)
    )
    lent = [(item.person, item.principal) for item in kam.inbox("bea")[0].may_vote]

    (kept,) = kam.delegations("acme")
    kam.end_delegation(kept.id, by="sid")

    assert ("bea", "sid") in lent
    assert kam.delegations() == []
    assert kam.inbox("bea") == []
    assert kam.withdraw(one, "not now", by="kim").accepted


def test_a_role_for_a_time_ends_with_its_last_day(kam: Kamflow) -> None:
    kam.assign(
        "north", "sponsor", "sue", by="kim", begins=date(2026, 3, 1), until=date(2026, 3, 31)
    )

    assert "sue" in kam.subject("acme").roles["sponsor"]
    kam.unassign("north", "sponsor", "sue", by="kim")
    assert "sue" not in kam.subject("acme").roles["sponsor"]


def test_requests_are_found_by_status_and_person(kam: Kamflow) -> None:
    one = request(kam)
    kam.vote(one, "reject", by="sid", remark="too early")

    assert kam.approvals() == []
    assert [item.id for item in kam.approvals(closed=True)] == [one]
    assert [item.id for item in kam.approvals(status="rejected", person="sid")] == [one]
    assert kam.approvals(status="rejected", person="bea") == []
    with pytest.raises(NotFoundError, match="there is no status `done`"):
        kam.approvals(status="done")
