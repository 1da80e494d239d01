"""Requests as people follow them: the inbox, lists, and whole lives, from subjects in memory."""

from datetime import UTC, date, datetime

import pytest

from kamflow.engine.calendars import WITHOUT, work_calendar
from kamflow.engine.deadlines import last_day
from kamflow.model.approval import Ballot, Voter
from kamflow.model.commands import CastVote, Promise, Turn
from kamflow.model.events import ApprovalReevaluated
from kamflow.model.overdue import ConditionOverdue
from kamflow.model.pack import Calendar
from kamflow.reports.approvals import ApprovalLife, approval_life, open_entry
from kamflow.reports.inbox import InboxItem, inbox_items
from kamflow.reports.lives import lives
from kamflow.reports.voters import rule_of
from tests.builders import LIFECYCLE, TODAY, World, a_world

RULES = """
facts: {account: {account.margin: {type: number, writers: [kam]}}}
roles: {kam: {who: k}, finance: {who: f}, board: {who: b}}
gates: {G: {subject: account, criteria: [{id: G.1, must: account.margin > 5}]}}
approvals:
  A:
    title: The plan
    steps:
      - {title: Finance, voters: [finance], rule: one}
      - {title: Board, voters: [board], rule: all}
      - {title: Large ones, voters: [board], when: account.margin > 50}
    escalate_to: [board]
"""
SECOND = RULES.replace(
    "    steps:\n",
    "    steps:\n      - {title: Huge ones, voters: [board], when: account.margin > 500}\n",
).replace("      - {title: Large ones, voters: [board], when: account.margin > 50}\n", "")
TIMED = """
approving: {deadline: 4 business days, remind: [50], escalate: [75], expire: 150}
"""
ASKING = LIFECYCLE.replace("to: planning", "to: planning, gate: G, approval: A")
ACME = "north/acme"


def asked(*more: str) -> World:
    world = a_world(RULES, *more, lifecycle=ASKING)
    for role, person in (("kam", "kam"), ("finance", "fay"), ("board", "bea")):
        world.assign("north", role, person)
    world.record(ACME, {"account.margin": 10})
    assert world.request(ACME, "plan").accepted
    return world


def item_of(world: World) -> InboxItem:
    events = lambda: world.events[ACME]  # noqa: E731 - the shortest way to say it
    (item,) = inbox_items(world.compiled, world.view(ACME), events)
    return item


def life_of(world: World) -> ApprovalLife:
    (life,) = lives(world.events[ACME]).values()
    return approval_life(world.compiled, world.view(ACME), life)


def test_without_a_deadline_nothing_comes() -> None:
    item = item_of(asked())

    assert (item.coming, item.due_at, item.due_on, item.deadline) == ((), None, None, "")


def test_what_comes_is_told_with_the_last_day_that_people_have() -> None:
    item = item_of(asked(TIMED))

    assert item.due_at == datetime(2026, 4, 7, tzinfo=UTC)
    assert item.due_on == date(2026, 4, 6)
    assert [(step.kind, step.on) for step in item.coming] == [
        ("remind", date(2026, 4, 2)),
        ("escalate", date(2026, 4, 3)),
        ("expire", date(2026, 4, 8)),
    ]
    assert item.coming[1].people == ("bea",)


def test_the_step_and_its_voters_are_those_of_now() -> None:
    world = asked()

    before = item_of(world)
    world.vote(ACME, "approve", by="fay")
    after = item_of(world)

    assert (before.step, before.waiting_for) == ("1 of 3: Finance", ("fay",))
    assert (after.step, after.waiting_for) == ("2 of 3: Board", ("bea",))
    assert after.votes == {"fay": "approve"}


def test_a_step_has_the_same_number_in_the_inbox_and_in_the_life() -> None:
    world = a_world(SECOND, lifecycle=ASKING)
    for role, person in (("finance", "fay"), ("board", "bea"), ("kam", "kam")):
        world.assign("north", role, person)
    world.record(ACME, {"account.margin": 10})
    assert world.request(ACME, "plan").accepted

    item, steps = item_of(world), life_of(world).steps

    assert item.step == "2 of 3: Finance"
    assert [step.number for step in steps if step.state == "now"] == [2]


def test_facts_that_changed_are_told_until_the_request_is_closed() -> None:
    world = asked()
    world.vote(ACME, "approve", by="fay")

    world.record(ACME, {"account.margin": 20})

    item = item_of(world)
    assert (item.rounds, item.votes) == (1, {})
    change = item.changed["account.margin"]
    assert (change.before, change.after) == ("10", "20")


def test_a_step_that_is_left_out_says_so() -> None:
    world = asked()

    steps = life_of(world).steps

    assert [(step.title, step.state) for step in steps] == [
        ("Finance", "now"),
        ("Board", "to come"),
        ("Large ones", "left out"),
    ]
    assert [str(voter) for voter in steps[0].may_vote] == ["fay"]


def test_an_open_request_is_the_same_in_a_list_and_in_its_life() -> None:
    world = asked(TIMED)
    (open_one,) = world.subjects[ACME].approvals.values()

    entry, life = open_entry(world.compiled, world.view(ACME), open_one), life_of(world)

    assert all(getattr(life, name) == getattr(entry, name) for name in entry.__struct_fields__)


def test_a_closed_request_shows_what_it_was_decided_on() -> None:
    world = asked()
    world.vote(ACME, "approve", by="fay")
    world.vote(ACME, "approve", by="bea")
    world.record(ACME, {"account.margin": 99})

    life = life_of(world)

    assert (life.status, life.closed_by) == ("approved", "bea")
    assert life.bound == {"account.margin": "10", "whether account.margin > 50": "false"}
    assert [(vote.person, vote.void) for vote in life.votes] == [("fay", False), ("bea", False)]
    assert [step.state for step in life.steps] == ["", "", ""]


def test_votes_of_a_former_round_are_kept_and_void() -> None:
    world = asked()
    world.vote(ACME, "approve", by="fay")
    world.record(ACME, {"account.margin": 20})
    world.vote(ACME, "approve", by="fay")

    life = life_of(world)

    assert [vote.void for vote in life.votes] == [True, False]
    (change,) = life.changes
    assert change.changed["account.margin"].after == "20"


def test_who_changed_the_facts_is_named_and_not_the_engine() -> None:
    world = asked()
    world.vote(ACME, "approve", by="fay")
    world.record_by("kam", ACME, {"account.margin": 20})

    life = life_of(world)

    (change,) = life.changes
    (judged,) = (item for item in life.events if isinstance(item.event, ApprovalReevaluated))
    assert (change.by, judged.actor) == ("kam", "system")
    assert life.set_off_by == {judged.sequence: "kam"}


def test_what_the_clock_alone_does_was_set_off_by_nobody() -> None:
    world = asked(TIMED)
    world.later(60)
    world.record_by("kam", ACME, {"account.margin": 20})

    life = life_of(world)

    assert (life.status, life.closed_by, life.set_off_by) == ("expired", "system", {})


def test_a_request_whose_gate_shuts_is_withdrawn_with_the_reason() -> None:
    world = asked()

    world.record_by("kam", ACME, {"account.margin": 1})

    life = life_of(world)
    assert (life.status, life.closed_by) == ("withdrawn", "kam")
    assert "G.1" in life.reason


def test_a_condition_that_is_late_is_part_of_the_life_of_its_request() -> None:
    world = asked()
    promise = Promise(text="hire eve", owner="mia", due_on=TODAY)
    (identity,) = world.subjects[ACME].approvals
    command = CastVote(actor="fay", approval=identity, vote="approve", conditions=(promise,))
    world.submit(ACME, command)
    world.vote(ACME, "approve", by="bea")
    before = life_of(world)
    world.later(1)

    (unsaid,), (early,) = life_of(world).conditions, before.conditions
    world.submit(ACME, Turn(actor="system"))
    after = life_of(world)

    assert (early.overdue, unsaid.overdue, after.conditions[0].overdue) == (False, True, True)
    assert isinstance(after.events[-1].event, ConditionOverdue)


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("UTC", datetime(2026, 4, 7, tzinfo=UTC), date(2026, 4, 6)),
        ("UTC", datetime(2026, 4, 7, 12, tzinfo=UTC), date(2026, 4, 7)),
        ("Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC), date(2026, 3, 29)),
        ("Asia/Tokyo", datetime(2026, 4, 6, 15, tzinfo=UTC), date(2026, 4, 6)),
        ("America/New_York", datetime(2026, 11, 2, 5, tzinfo=UTC), date(2026, 11, 1)),
    ],
)
def test_the_last_day_is_a_local_one(zone: str, at: datetime, day: date) -> None:
    calendar = work_calendar(Calendar(id="c", title="C", zone=zone))

    assert last_day(calendar, at) == day


def test_a_calendar_that_is_gone_counts_as_that_of_a_policy_without_any() -> None:
    assert last_day(work_calendar(WITHOUT), datetime(2026, 4, 7, tzinfo=UTC)) == date(2026, 4, 6)


@pytest.mark.parametrize(
    ("ballot", "words"),
    [
        (Ballot(rule="one"), "the first vote decides"),
        (Ballot(rule="all"), "one yes for each role"),
        (Ballot(rule="everybody"), "everybody has to agree"),
        (Ballot(rule="at_least", least=2), "at least 2 yes"),
        (Ballot(rule="share", least=60), "yes of 60 % of those who may vote"),
        (Ballot(rule="majority", quorum=4, quorum_pct=60), "more yes than no, quorum 4 and 60 %"),
        (
            Ballot(rule="two_thirds", chair="board", voters=(Voter(role="board"),)),
            "two thirds of yes and no, board has to vote",
        ),
        (
            Ballot(rule="majority", chair="board", tie="chair"),
            "more yes than no, board has to vote, a tie goes as the chair votes",
        ),
        (Ballot(rule="majority", tie="approve"), "more yes than no, a tie is a yes"),
    ],
)
def test_a_rule_is_told_in_words(ballot: Ballot, words: str) -> None:
    assert rule_of(ballot) == words
