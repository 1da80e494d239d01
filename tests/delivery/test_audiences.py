"""Who hears of what: requests, escalations, tasks, waivers, conditions, as they go their way."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kamflow import Kamflow, Promise
from tests.delivery.mailbox import Mailbox, mailbox
from tests.delivery.office import ACME, HandClock, an_office

MORE = """
rights: {reassign: [chief], delegate: [chief]}
gates:
  G: {subject: account, criteria: [{id: G.1, must: account.n > 100}]}
waiving: {approval: AP, longest: 30, asked_by: [kam]}
rules:
  E-3:
    title: For information
    subject: account
    when: account.n > 50
    severity: info
    tell: [chief]
  E-4:
    title: Only watched
    subject: account
    when: account.n > 50
    to: [L2]
    tasks: [{id: x, title: Nobody has to, roles: [kam]}]
    observe: true
"""


class Desk:
    """A database with four people who can be reached, and what they were told."""

    def __init__(self, kam: Kamflow, box: Mailbox, clock: HandClock) -> None:
        self.kam, self.clock, self._box, self._seen = kam, clock, box, 0

    def told(self) -> list[tuple[str, str]]:
        """Deliver, and return who was told what since the last time, person by person."""
        self.kam.run_due()
        self.kam.deliver()
        new, self._seen = self._box.titles[self._seen :], len(self._box.titles)
        return sorted(new)

    def text(self) -> str:
        return self._box.text()

    def ask(self) -> str:
        decision = self.kam.request(ACME, "plan", by="ann")
        assert decision.accepted, decision.explain()
        (item,) = self.kam.subject(ACME).approvals
        return item.id


@pytest.fixture
def desk(tmp_path: Path, clock: HandClock) -> Iterator[Desk]:
    kam = an_office(f"sqlite:///{tmp_path}/desk.db", clock, MORE)
    with mailbox() as box:
        for name in ("ann", "bob", "cleo", "kim"):
            kam.set_contacts(name, [box.address(name)])
        yield Desk(kam, box, clock)
    kam.close()


PLAN = "plan -> planning"


def test_a_request_that_goes_back_and_forth(desk: Desk) -> None:
    one, kam = desk.ask(), desk.kam
    assert desk.told() == [("bob", f"Your vote is asked for: {PLAN}")]

    kam.comment(one, "Looks good", by="bob")
    assert desk.told() == [("ann", f"A comment on your request: {PLAN}")]
    kam.return_request(one, "For whom?", by="bob")
    assert desk.told() == [("ann", f"A question about your request: {PLAN}")]
    assert "bob asks about plan -> planning of Acme (north/acme): For whom?" in desk.text()
    kam.resume(one, "For Acme", by="ann")
    assert desk.told() == [("bob", f"Vote anew: {PLAN}")]
    assert kam.reassign(one, "bob", "cleo", reason="bob is busy", by="cleo").accepted
    assert desk.told() == []  # cleo did it
    kam.withdraw(one, "Not now", by="ann")
    assert desk.told() == []  # ann did it


def test_a_request_that_nobody_decides(desk: Desk) -> None:
    desk.ask()
    desk.told()

    desk.clock.forward(days=8)
    assert desk.told() == [("bob", f"Your vote is missing: {PLAN}")]
    desk.clock.forward(days=2)
    assert desk.told() == [("cleo", f"You may decide as well: {PLAN}")]
    desk.clock.forward(days=30)
    assert desk.told() == [("ann", "Expired: The plan of Acme")]


def test_somebody_else_gets_the_vote(desk: Desk) -> None:
    one = desk.ask()
    desk.told()
    desk.kam.assign("north", "boss", "dora", by="ann")
    desk.kam.set_contacts("dora", [])

    lent = desk.kam.delegate(
        "north", "bob", "cleo", until=date(2026, 5, 1), reason="away", by="bob"
    )
    assert lent.accepted
    assert desk.told() == [("cleo", "You may vote for bob")]
    assert desk.kam.vote(one, "approve", by="bob").accepted
    assert desk.told() == [("ann", "Decided: The plan of Acme")]


def test_an_escalation_that_climbs_and_is_given_to_somebody(desk: Desk) -> None:
    kam = desk.kam
    kam.record_facts(ACME, {"account.n": 2}, by="ann")
    assert [name for name, _ in desk.told()] == ["bob", "kim"]
    (open_one,) = kam.escalations()

    assert kam.comment_escalation(open_one.id, "I look at it", by="kim").accepted
    assert desk.told() == []  # nobody has taken it yet
    assert kam.reassign_escalation(open_one.id, "kim", reason="Yours", by="bob").accepted
    assert desk.told() == [("kim", "Given to you: Too little, Acme")]
    assert kam.comment_escalation(open_one.id, "Well?", by="bob").accepted
    assert desk.told() == [("kim", "A comment on Too little, Acme")]
    assert kam.resolve(open_one.id, "Done", by="kim").accepted
    assert desk.told() == []


def test_a_task_that_is_not_done_in_time(desk: Desk) -> None:
    kam = desk.kam
    kam.record_facts(ACME, {"account.n": 2}, by="ann")
    desk.told()
    (task,) = kam.tasks()

    assert kam.reassign_task(task.id, "cleo", reason="You know them", by="kim").accepted
    assert desk.told() == [("cleo", "To do: Call the customer, Acme")]
    desk.clock.forward(days=20)
    assert ("cleo", "Overdue: Call the customer, Acme") in desk.told()


def test_what_is_only_told_and_what_is_only_observed(desk: Desk) -> None:
    desk.kam.record_facts(ACME, {"account.n": 60}, by="ann")

    assert desk.told() == [("cleo", "For information: Acme")]
    assert "Why you get this: you are chief; rule E-3" in desk.text()
    assert not [item for item in desk.kam.outbox() if item.event.get("rule") == "E-4"]


def test_a_waiver_from_its_beginning_to_its_end(desk: Desk) -> None:
    kam = desk.kam
    asked = kam.waive(
        ACME, "G.1", owner="cleo", reason="Soon better", until=date(2026, 4, 20), by="kim"
    )
    assert asked.accepted, asked.explain()
    assert desk.told() == [("bob", "Your vote is asked for: waive G.1 until 2026-04-20")]
    (item,) = kam.subject(ACME).approvals
    kam.vote(item.id, "approve", by="bob")
    assert desk.told() == [
        ("cleo", "Waived: G.1 of Acme"),
        ("kim", "Waived: G.1 of Acme"),
    ]

    desk.clock.forward(days=30)
    assert desk.told() == [
        ("cleo", "Waived no longer: G.1 of Acme"),
        ("kim", "Waived no longer: G.1 of Acme"),
    ]


def test_a_condition_that_is_not_met_in_time(desk: Desk) -> None:
    one = desk.ask()
    desk.told()
    condition = Promise(text="Show the budget", owner="kim", due_on=date(2026, 4, 10))
    voted = desk.kam.vote(one, "approve", conditions=[condition], by="bob")
    assert voted.accepted, voted.explain()
    desk.told()

    desk.clock.forward(days=12)

    assert desk.told() == [("kim", "Overdue: Show the budget")]


def test_a_role_is_told_to_who_gets_it(desk: Desk) -> None:
    desk.kam.assign(ACME, "boss", "kim", by="bob")

    assert desk.told() == [("kim", "You are boss of Acme now")]
