"""Tasks: given once, done by what is shown or by themselves, overdue, dropped; proposals."""

from datetime import timedelta

from kamflow.engine.escalations.raising import clear
from kamflow.engine.escalations.upkeep import timed as conditions_of_tasks
from kamflow.model.escalated import TaskDone, TaskDropped, TaskGiven, TaskOverdue
from kamflow.model.events import ApprovalRequested, StageEntered
from kamflow.model.expression import Condition
from tests.unit.engine.escalations.alerts import (
    ACME,
    GATES,
    LIFECYCLE,
    MONDAY,
    alerted,
    do,
    end_of_day,
    escalation,
    names,
    raise_it,
    ruled,
    task,
    tended,
    wait_until,
)

REVIEW = "tasks: [{id: review, title: Review it, roles: [kam], within: 14 days}]"
BY_ITSELF = "tasks: [{id: review, title: Review it, roles: [kam], done_when: account.done}]"


def test_a_task_says_who_what_and_until_when() -> None:
    world = ruled(f"to: [L1]\n{REVIEW}")

    _, given = raise_it(world)

    assert isinstance(given, TaskGiven)
    assert (given.rule, given.task, given.title, given.roles) == (
        "E-01",
        "review",
        "Review it",
        ("kam",),
    )
    assert given.escalation == escalation(world).id
    assert given.due is not None
    assert given.due.at == end_of_day(14)


def test_the_same_is_not_asked_for_twice() -> None:
    world = ruled(f"severity: info\n{REVIEW}")

    raise_it(world, severity="info")
    again = raise_it(world, severity="info")
    elsewhere = raise_it(world, severity="info", key="it")

    assert names(again) == ["NoticeGiven"]
    assert names(elsewhere) == ["NoticeGiven", "TaskGiven"]


def test_a_task_is_done_by_its_condition() -> None:
    world = ruled(f"to: [L1]\n{BY_ITSELF}")
    raise_it(world)
    assert tended(world) == []
    asked = task(world).id

    _, event = world.record(ACME, {"account.done": True}).happenings

    assert event == TaskDone(id=asked, remark="account.done")
    assert world.subjects[ACME].tasks == {}


def test_what_is_done_already_is_not_asked_for() -> None:
    world = ruled(f"to: [L1]\n{BY_ITSELF}")
    world.record(ACME, {"account.done": True})

    assert names(raise_it(world)) == ["EscalationRaised"]


def test_conditions_of_tasks_are_told_for_the_schedule() -> None:
    world = ruled(f"to: [L1]\n{BY_ITSELF}")
    raise_it(world)

    found: list[tuple[str, Condition, str]] = []
    do(world, lambda draft: found.extend(conditions_of_tasks(draft)))

    ((name, condition, key),) = found
    assert (name, condition.text, key) == (f"task {task(world).id}", "account.done", "")


def test_it_is_said_once_that_the_time_of_a_task_is_over() -> None:
    world = ruled(f"to: [{{roles: [office]}}]\n{REVIEW}")
    raise_it(world)

    early = wait_until(world, end_of_day(14) - timedelta(microseconds=1))
    late = wait_until(world, MONDAY + timedelta(days=90))

    assert early == []
    assert late == [TaskOverdue(id=task(world).id, due_at=end_of_day(14))]
    assert task(world).overdue


def test_tasks_of_notices_are_dropped_at_an_end() -> None:
    world = ruled(f"severity: info\n{REVIEW}")
    raise_it(world, severity="info")
    world.place(ACME, "lost")

    (event,) = tended(world)

    assert isinstance(event, TaskDropped)
    assert event.reason == "the subject has left for `lost`"


# ---------------------------------------------------------------------------- proposals


def test_people_are_asked_to_consider_what_is_possible_from_here() -> None:
    world = ruled("to: [L1]\npropose: [A3, A4]")

    _, given = raise_it(world)

    assert isinstance(given, TaskGiven)
    assert (given.transition, given.task, given.title) == ("A3", "", "Consider `hold`")
    assert world.stage(ACME) == "planning"


def test_a_proposal_is_done_when_the_transition_is_made() -> None:
    world = ruled("to: [L1]\npropose: [A3]")
    raise_it(world)

    decision = world.request(ACME, "hold", by="somebody")

    done = [item for item in decision.happenings if isinstance(item, TaskDone)]
    assert [item.remark for item in done] == ["hold was made"]
    assert world.subjects[ACME].tasks == {}


def test_a_proposal_is_dropped_when_it_is_possible_no_more() -> None:
    world = ruled("to: [L1]\npropose: [A2]")
    raise_it(world)
    world.place(ACME, "running")

    (event,) = tended(world)

    assert isinstance(event, TaskDropped)
    assert event.reason == "it is not possible from `running`"


def test_a_proposal_goes_with_its_escalation() -> None:
    world = ruled("to: [L1]\npropose: [A3]")
    raise_it(world)

    events = do(world, lambda draft: clear(draft, escalation(world), "over", MONDAY))

    assert names(events) == ["EscalationResolved", "TaskDropped"]


# ---------------------------------------------------------------------------- requests

APPROVAL = "\napprovals: {AP: {title: Plan, voters: [board], rule: one}}\n"
ASKED = LIFECYCLE.replace("to: running, gate: G}", "to: running, gate: G, approval: AP}")


def test_people_decide_on_what_the_engine_asks_for() -> None:
    world = ruled("to: [L1]\nrequest: A2", lifecycle=ASKED, gates=GATES + APPROVAL)

    events = raise_it(world)

    assert isinstance(events[-1], ApprovalRequested)
    assert world.events[ACME][-1].actor == "system"
    assert world.stage(ACME) == "planning"


def test_what_keeps_the_engine_from_asking_undoes_nothing_else() -> None:
    world = ruled("to: [L1]\nset: {account.value: -1}\nrequest: A2")

    events = raise_it(world)

    assert names(events) == ["EscalationRaised", "FactsRecorded"]
    assert world.stage(ACME) == "planning"


def test_what_does_not_start_here_is_not_asked_for() -> None:
    world = ruled("to: [L1]\nrequest: A4")

    assert names(raise_it(world)) == ["EscalationRaised"]


def test_a_transition_without_people_is_made_at_once() -> None:
    world = ruled("to: [L1]\nrequest: A3")

    events = raise_it(world)

    assert any(isinstance(item, StageEntered) for item in events)
    assert world.stage(ACME) == "on_hold"


def test_nothing_is_asked_for_where_nothing_is_open() -> None:
    assert tended(alerted()) == []


# ---------------------------------------------------------------------------- for each value

EACH = """
rules:
  E-21:
    title: Blocked
    subject: account
    each: {event: action.blocked, field: function}
    when: account.value > 1000
    severity: info
    tasks: [{id: talk, title: Talk, roles: [kam], done_when: key = account.note}]
events:
  account:
    action.blocked: {title: Blocked, payload: {function: {type: text}}}
"""


def test_a_task_for_each_value_is_done_for_its_own() -> None:
    world = alerted(EACH)
    for key in ("it", "sales"):
        raise_it(world, rule="E-21", severity="info", key=key)
    world.set_fact(ACME, "account.note", "sales")

    assert names(tended(world)) == ["TaskDone"]
    assert task(world).key == "it"


def test_a_value_of_another_policy_leaves_a_task_open() -> None:
    world = alerted(EACH)
    raise_it(world, rule="E-21", severity="info", key="it")
    typed = EACH.replace("{type: text}", "{type: integer}").replace("account.note", "account.value")
    world.packs[world.subjects[ACME].pack] = alerted(typed).compiled

    assert tended(world) == []


def test_what_is_asked_for_already_is_not_proposed() -> None:
    world = ruled("to: [L1]\npropose: [A2]", lifecycle=ASKED, gates=GATES + APPROVAL)
    assert world.request(ACME, "run").accepted

    assert names(raise_it(world)) == ["EscalationRaised"]


GUARDED = LIFECYCLE.replace("to: on_hold}", "to: on_hold, when: account.value > 5}")


def test_a_transition_whose_guard_is_not_met_is_neither_asked_for_nor_proposed() -> None:
    world = ruled("to: [L1]\npropose: [A3]\nrequest: A3", lifecycle=GUARDED)

    assert names(raise_it(world)) == ["EscalationRaised"]
    assert world.stage(ACME) == "planning"
