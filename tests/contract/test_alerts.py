"""Escalations, tasks and what is only observed, as the facade tells them from the database."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from kamflow import Kamflow, NotFoundError
from tests.builders import NOON, a_pack

POLICY = """
facts: {account: {account.calm: {type: flag, source: manual, writers: [kam]}}}
events: {account: {incident.opened: {title: i}}}
roles: {kam: {who: k}, boss: {who: b}}
escalating: {levels: {L1: {roles: [kam], wait: 2 days}, L2: {roles: [boss]}}}
rules:
  E-01:
    title: Incidents
    subject: account
    when: count(incident.opened within 9 days) >= 1
    to: [L1]
    tasks: [{id: look, title: Look at it, roles: [kam], within: 5 days}]
    clears_when: account.calm
  E-02:
    title: Any
    subject: account
    when: count(incident.opened within 9 days) >= 1
    to: [L1]
    observe: true
"""


class House:
    """A database with two programs of one account each, and a clock that is put forward by hand."""

    def __init__(self, url: str) -> None:
        self.now = NOON
        self.kam = Kamflow.open(url, clock=self.clock)
        self.kam.publish(a_pack(POLICY), by="paula")
        for program in ("north", "south"):
            self.kam.create_program(program, program.title(), by="paula")
            self.kam.assign(program, "kam", f"kim-{program}", by="paula")
            self.kam.assign(program, "boss", "bea", by="paula")
            self.kam.create_account(program, "acme", "Acme", by="paula")

    def clock(self) -> datetime:
        return self.now

    def incident(self, program: str) -> None:
        assert self.kam.report_event(f"{program}/acme", "incident.opened", by="kim").accepted


@pytest.fixture
def house(url: str) -> Iterator[House]:
    house = House(url)
    yield house
    house.kam.close()


def test_open_escalations_are_told_by_program_and_person(house: House) -> None:
    house.incident("north")
    house.incident("south")

    kam = house.kam

    assert [item.subject for item in kam.escalations()] == ["north/acme", "south/acme"]
    assert [item.subject for item in kam.escalations(program="south")] == ["south/acme"]
    assert [item.subject for item in kam.escalations(person="kim-north")] == ["north/acme"]
    assert [item.rule for item in kam.escalations(subject="north/acme", rule="E-01")] == ["E-01"]
    assert kam.escalations(severity="critical") == []


def test_the_next_level_joins_when_time_is_over(house: House) -> None:
    house.incident("north")
    house.now += timedelta(days=3)

    house.kam.run_due()

    (item,) = house.kam.escalations()
    assert (item.level, item.waiting_for) == ("L2", ("bea", "kim-north"))
    assert [one.id for one in house.kam.inbox("bea")] == [item.id]


def test_the_life_and_the_past_are_read_from_the_history(house: House) -> None:
    house.incident("north")
    (item,) = house.kam.escalations()
    assert house.kam.acknowledge(item.id, by="kim-north").accepted
    assert house.kam.record_facts("north/acme", {"account.calm": True}, by="kim-north").accepted

    life = house.kam.escalation(item.id)

    assert house.kam.escalations() == []
    assert [one.id for one in house.kam.escalations(which="all")] == [item.id]
    assert (life.status, life.resolved_by, life.acknowledged_by) == (
        "resolved",
        "system",
        "kim-north",
    )
    assert [report.event for report in life.reports] == ["incident.opened"]
    assert [task.status for task in life.tasks] == ["dropped"]


def test_tasks_are_told_open_and_of_the_past(house: House) -> None:
    house.incident("north")
    house.incident("south")
    task, other = house.kam.tasks()
    assert house.kam.complete_task(task.id, "looked", by="kim-north").accepted

    assert [one.id for one in house.kam.tasks()] == [other.id]
    assert [one.id for one in house.kam.tasks(program="south", person="kim-south")] == [other.id]
    past = house.kam.tasks(subject="north/acme", closed=True)
    assert [(one.status, one.closed_by, one.remark) for one in past] == [
        ("done", "kim-north", "looked")
    ]


def test_what_is_observed_is_counted_since_an_instant_and_by_program(house: House) -> None:
    house.incident("north")
    house.now += timedelta(days=1)
    house.incident("south")

    everything = house.kam.observed().entries
    lately = house.kam.observed(since=house.now).entries
    north = house.kam.observed(program="north").entries

    assert [(item.id, item.escalated, item.subjects) for item in everything] == [
        ("E-02", 2, ("north/acme", "south/acme"))
    ]
    assert [item.subjects for item in lately] == [("south/acme",)]
    assert [item.subjects for item in north] == [("north/acme",)]
    listed = house.kam.escalations(which="observed")
    assert [(item.rule, item.observed) for item in listed] == [("E-02", True)] * 2


def test_the_status_counts_what_is_escalated(house: House) -> None:
    house.incident("north")

    north, south = house.kam.status().programs

    assert (north.escalations, north.stages[0].escalated) == ({"medium": 1}, 1)
    assert (south.escalations, south.stages[0].escalated) == ({}, 0)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"rule": "E-1"}, "there is no event rule or timer `E-1`; did you mean `E-01`?"),
        ({"severity": "bad"}, "there is no severity `bad`; it is low, medium, high, critical"),
        ({"which": "past"}, "`past` escalations are not known; it is open, all, observed"),
        ({"program": "nord"}, "there is no subject `nord`; did you mean `north`?"),
    ],
)
def test_a_slip_in_what_is_wanted_is_told(
    house: House, wanted: dict[str, str], message: str
) -> None:
    with pytest.raises(NotFoundError, match=message.replace("?", r"\?")):
        house.kam.escalations(**wanted)


def test_a_task_is_no_escalation(house: House) -> None:
    house.incident("north")
    (task,) = house.kam.tasks()

    with pytest.raises(NotFoundError, match="has no escalation"):
        house.kam.escalation(task.id)


def test_what_was_acknowledged_waits_again_once_that_person_has_left(house: House) -> None:
    house.incident("north")
    kam = house.kam
    (one,) = kam.escalations()
    kam.acknowledge(one.id, by="kim-north")
    kam.assign("north", "kam", "kate", by="paula")
    assert kam.leave("north", "kim-north", by="kim-north").accepted

    (left,) = kam.escalations()

    assert (left.status, left.acknowledged_by, left.waiting_for) == ("open", "", ("kate",))
    assert [item.id for item in kam.inbox("kate") if item.task == "escalation"] == [one.id]
    assert kam.acknowledge(one.id, by="kate").accepted


def test_whoever_it_is_given_to_has_it_until_somebody_takes_care(house: House) -> None:
    house.incident("north")
    kam = house.kam
    (one,) = kam.escalations()
    kam.acknowledge(one.id, by="kim-north")
    kam.reassign_escalation(one.id, "eve", reason="she knows them", by="kim-north")

    (given,) = kam.escalations()
    assert (given.status, given.waiting_for) == ("open", ("eve",))
    kam.acknowledge(one.id, by="kim-north")

    (taken,) = kam.escalations()
    assert (taken.status, taken.waiting_for) == ("acknowledged", ("kim-north",))


def test_an_id_may_leave_out_what_is_above(house: House) -> None:
    kam = house.kam
    kam.create_account("north", "bolt", "Bolt", by="paula")
    kam.report_event("bolt", "incident.opened", by="kim")
    (task,) = kam.tasks()

    short = task.id.removeprefix("north/")

    assert kam.reassign_task(short, "eve", reason="she knows them", by="kim-north").accepted
    escalation = f"bolt#{task.escalation.rpartition('#')[2]}"
    assert kam.once("k").acknowledge(escalation, by="kim-north").accepted
    assert kam.complete_task(short, "done", by="eve").accepted
