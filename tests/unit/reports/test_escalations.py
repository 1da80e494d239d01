"""Escalations as people follow them: lists and whole lives, from subjects in memory."""

from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from kamflow.model.deadline import Due
from kamflow.model.escalated import (
    EscalationAcknowledged,
    EscalationRaised,
    EscalationReassigned,
    EscalationResolved,
    TaskDone,
    TaskDropped,
    TaskGiven,
)
from kamflow.model.escalation import Climb
from kamflow.model.events import EventReported, Recorded, RoleAssigned
from kamflow.model.remark import Evidence
from kamflow.model.values import Verdict
from kamflow.reports.alert_lives import alert_lives
from kamflow.reports.escalation_lives import EscalationLife, escalation_life
from kamflow.reports.escalations import EscalationEntry, escalation_entry, resolved_entry
from kamflow.reports.inbox import InboxItem, inbox_items
from kamflow.reports.status import is_ready, program_status
from kamflow.reports.subjects import subject_view
from kamflow.reports.tasks import TaskEntry, closed_task, task_entry
from kamflow.reports.why import explain
from tests.builders import LIFECYCLE, NOON, World, a_world, days_ago

RULES = """
facts:
  account:
    account.calm: {type: flag, source: manual, writers: [kam], title: the all-clear of the customer}
    account.health: {type: choice, values: [green, amber, red], writers: [engine]}
events: {account: {incident.opened: {payload: {level: {type: choice, values: [minor, major]}}}}}
roles: {kam: {who: k}, manager: {who: m}, sponsor: {who: s}, engine: {who: e, identity: system}}
gates: {G-1: {subject: account, criteria: [{id: G-1.1, must: account.calm is unknown}]}}
escalating:
  levels: {L1: {roles: [kam], wait: 2 business days}, L2: {roles: [manager]}}
rules:
  E-01:
    title: Major incidents
    subject: account
    when: count(incident.opened within 30 days) >= 2
    to: [L1]
    tasks: [{id: review, title: Look at them, roles: [kam], done_when: account.calm}]
    clears_when: account.calm
    why: Two are no accident.
    source: the book
  E-02: {title: One, subject: account, when: count(incident.opened within 9 days) >= 1, to: [L1]}
regions:
  health:
    title: Health
    subject: account
    fact: account.health
    moves: [{id: H1, from: [green], to: amber, when: 'escalated("E-01")'}]
"""
GATED = LIFECYCLE.replace("to: planning", "to: planning, gate: G-1")
ACME = "north/acme"
ONE = f"{ACME}#7"
MONDAY = datetime(2026, 4, 6, tzinfo=UTC)


def watched() -> World:
    """Return a world with an account and its people; the rules of its policy have not fired."""
    world = a_world(RULES, lifecycle=GATED)
    for role, person in (("kam", "kim"), ("manager", "mia"), ("sponsor", "sid")):
        world.happened("north", RoleAssigned(role=role, person=person))
    return world


def raised(world: World, **more: object) -> EscalationRaised:
    """Put an escalation of E-01 into the history of the account."""
    told = {"rule": "E-01", "title": "Major incidents", "severity": "high", "as_of": days_ago(1)}
    base = {"id": ONE, "roles": ("kam",), "level": "L1", "raised_at": world.now}
    event = EscalationRaised(**{**base, **told, **more})  # type: ignore[arg-type]
    world.happened(ACME, event)
    return event


def climb(**more: object) -> Climb:
    return Climb(**{"at": MONDAY, "roles": ("manager",), "level": "L2", **more})  # type: ignore[arg-type]


def entry_of(world: World) -> EscalationEntry:
    (item,) = world.subjects[ACME].escalations.values()
    return escalation_entry(world.compiled, world.view(ACME), item)


def life_of(world: World) -> EscalationLife:
    found = alert_lives(world.events[ACME])
    compiled, view = world.compiled, world.view(ACME)
    known = {f"{ACME}#{item.sequence}": item for item in world.events[ACME]}
    tasks = [task_entry(compiled, view, one) for one in view.snapshot.tasks.values()]
    life = escalation_life(compiled, view, found[ONE], known.get, tasks)
    assert life is not None
    return life


def items_of(world: World) -> list[InboxItem]:
    return list(inbox_items(world.compiled, world.view(ACME)))


def test_an_open_escalation_names_who_has_it_and_who_joins_next() -> None:
    world = watched()
    raised(
        world, climb=(climb(), climb(at=MONDAY + timedelta(days=7), roles=("sponsor",), level=""))
    )

    entry = entry_of(world)

    assert (entry.status, entry.level, entry.waiting_for) == ("open", "L1", ("kim",))
    assert entry.clears_by_itself
    assert entry.next is not None
    assert (entry.next.on, entry.next.text) == (date(2026, 4, 5), "manager (mia) joins at L2")


def test_who_acknowledged_it_has_it_and_only_what_comes_anyway_is_told() -> None:
    world = watched()
    later = climb(at=MONDAY + timedelta(days=7), roles=("sponsor",), level="", acknowledged=True)
    raised(world, climb=(climb(), later))

    world.happened(ACME, EscalationAcknowledged(id=ONE, remark="mine"))

    entry = entry_of(world)
    assert (entry.status, entry.acknowledged_by, entry.waiting_for) == (
        "acknowledged",
        "test",
        ("test",),
    )
    assert entry.next is not None
    assert entry.next.text == "sponsor (sid) joins, acknowledged or not"


def test_who_it_was_given_to_is_the_one_it_waits_for() -> None:
    world = watched()
    raised(world)

    world.happened(ACME, EscalationReassigned(id=ONE, to="ivy", reason="knows them"))

    assert entry_of(world).waiting_for == ("ivy",)


def test_the_life_tells_the_evidence_and_what_ends_it() -> None:
    world = watched()
    world.happened(
        ACME, EventReported(name="incident.opened", happened_at=days_ago(1), source="crm")
    )
    number = world.subjects[ACME].sequence
    raised(world, evidence=(f"{ACME}#{number}", "north/gone#1"), values={"P.x": "2"})

    life = life_of(world)

    (report,) = life.reports
    assert (report.event, report.source, report.reported_by) == ("incident.opened", "crm", "test")
    assert (life.why, life.source, life.values) == (
        "Two are no accident.",
        "the book",
        {"P.x": "2"},
    )
    assert life.clears_when == "account.calm"
    assert life.clears == "The all-clear of the customer applies."


def test_an_escalation_of_the_past_tells_what_became_of_it() -> None:
    world = watched()
    raised(world)
    world.happened(ACME, EscalationAcknowledged(id=ONE))
    world.later(2)
    over = EscalationResolved(id=ONE, rule="E-01", remark="they are calm", as_of=world.now)
    world.happened(ACME, over)

    life = life_of(world)

    assert (life.status, life.resolved_by, life.remark) == ("resolved", "test", "they are calm")
    assert (life.acknowledged_by, life.waiting_for, life.coming) == ("test", (), ())
    assert [type(item.event).__name__ for item in life.events] == [
        "EscalationRaised",
        "EscalationAcknowledged",
        "EscalationResolved",
    ]


def test_an_entry_of_the_past_is_the_same_in_a_list_and_in_its_life() -> None:
    world = watched()
    raised(world)
    world.happened(ACME, EscalationResolved(id=ONE, rule="E-01", remark="over", as_of=world.now))

    entry = resolved_entry(world.view(ACME), alert_lives(world.events[ACME])[ONE])

    life = life_of(world)
    assert entry is not None
    assert all(getattr(life, name) == getattr(entry, name) for name in entry.__struct_fields__)


def test_the_inbox_has_what_is_not_acknowledged_and_what_only_people_end() -> None:
    world = watched()
    raised(world)
    raised(world, id=f"{ACME}#8", rule="E-02", title="One")
    raised(world, id=f"{ACME}#9", rule="E-02", title="One", key="x", observed=True)

    before = items_of(world)
    world.happened(ACME, EscalationAcknowledged(id=ONE))
    world.happened(ACME, EscalationAcknowledged(id=f"{ACME}#8"))
    after = items_of(world)

    assert [(item.task, item.id, item.waiting_for) for item in before] == [
        ("escalation", ONE, ("kim",)),
        ("escalation", f"{ACME}#8", ("kim",)),
    ]
    assert [(item.id, item.acknowledged) for item in after] == [(f"{ACME}#8", True)]


# ---------------------------------------------------------------------------- tasks


def given(world: World, **more: object) -> None:
    base = {"id": f"{ACME}#8", "rule": "E-01", "task": "review", "title": "Look at them"}
    event = TaskGiven(**{**base, "roles": ("kam",), "escalation": ONE, **more})  # type: ignore[arg-type]
    world.happened(ACME, event)


def task_of(world: World) -> TaskEntry:
    (item,) = world.subjects[ACME].tasks.values()
    return task_entry(world.compiled, world.view(ACME), item)


def test_a_task_tells_who_can_do_it_and_until_when() -> None:
    world = watched()
    given(world, due=Due(at=MONDAY, calendar=""))

    task = task_of(world)

    assert (task.status, task.waiting_for, task.due_on) == ("open", ("kim",), date(2026, 4, 5))
    assert (task.done_when, task.escalation) == ("account.calm", ONE)


def test_a_task_whose_time_is_over_is_overdue() -> None:
    world = watched()
    given(world, due=Due(at=MONDAY, calendar=""))

    world.later(7)

    assert task_of(world).status == "overdue"
    (item,) = items_of(world)
    assert (item.task, item.overdue, item.about) == ("task", True, ONE)


def test_a_proposal_names_the_trigger() -> None:
    world = watched()
    given(world, task="", title="Consider planning", transition="A1")

    assert task_of(world).trigger == "plan"


def test_tasks_of_the_past_tell_how_they_ended() -> None:
    world = watched()
    given(world)
    given(world, id=f"{ACME}#9")
    world.happened(ACME, TaskDone(id=f"{ACME}#8", remark="looked", evidence=(Evidence(title="x"),)))
    world.happened(ACME, TaskDropped(id=f"{ACME}#9", reason="it is over"))

    lives = alert_lives(world.events[ACME])
    first, second = (
        closed_task(world.compiled, world.subjects[ACME], lives[name]) for name in lives
    )

    assert first is not None
    assert second is not None
    assert (first.status, first.remark, first.evidence) == (
        "done",
        "looked",
        (Evidence(title="x"),),
    )
    assert (second.status, second.remark) == ("dropped", "it is over")


# ---------------------------------------------------------------------------- where it shows


def test_a_gate_that_an_escalation_shuts_says_so() -> None:
    world = watched()
    assert is_ready(world.compiled, world.view(ACME))

    raised(world, shut=("G-1",))

    (way,) = explain(world.compiled, world.view(ACME)).transitions
    assert (way.open, [item.id for item in way.shut_by]) == (False, [ONE])
    assert not is_ready(world.compiled, world.view(ACME))


def test_an_escalation_of_the_program_shuts_gates_of_its_accounts() -> None:
    world = watched()
    event = EscalationRaised(
        id="north#9", rule="E-29", title="Over capacity", severity="high", as_of=NOON, shut=("G-1",)
    )

    world.happened("north", event)

    (way,) = explain(world.compiled, world.view(ACME)).transitions
    assert (way.open, [item.id for item in way.shut_by]) == (False, ["north#9"])
    assert not is_ready(world.compiled, world.view(ACME))


def test_a_gate_that_is_only_observed_keeps_nothing_shut() -> None:
    watching = RULES.replace("G-1: {subject: account,", "G-1: {subject: account, observe: true,")
    world = a_world(watching.replace("account.calm is unknown", "account.calm"), lifecycle=GATED)

    (way,) = explain(world.compiled, world.view(ACME)).transitions

    assert (way.open, way.observed, way.verdict) == (True, True, Verdict.UNKNOWN)
    assert is_ready(world.compiled, world.view(ACME))


def test_the_status_counts_escalations_and_regions() -> None:
    world = watched()
    raised(world)
    raised(world, id=f"{ACME}#8", rule="E-02", severity="low")
    raised(world, id=f"{ACME}#9", rule="E-02", key="x", observed=True)
    world.set_fact(ACME, "account.health", "amber")

    status = program_status(
        world.compiled, world.view("north"), "account", [(world.compiled, world.view(ACME))]
    )

    candidate = status.stages[0]
    assert (candidate.escalated, candidate.escalations) == (1, {"high": 1, "low": 1})
    assert candidate.regions == {"health": {"amber": 1}}
    assert (status.escalations, status.regions) == ({"high": 1, "low": 1}, {"health": {"amber": 1}})


def test_a_subject_shows_what_is_open() -> None:
    world = watched()
    raised(world)
    given(world)

    view = subject_view(world.compiled, world.view(ACME))

    assert [item.id for item in view.escalations] == [ONE]
    assert [item.id for item in view.tasks] == [f"{ACME}#8"]


def test_the_engine_does_what_others_set_off() -> None:
    world = watched()
    raised(world)
    found = alert_lives(_set_off(world.events[ACME]))

    assert found[ONE].set_off_by == {found[ONE].begun.sequence: "ana"}


def _set_off(history: list[Recorded]) -> list[Recorded]:
    """Return a history in which ana reported what raised the escalation."""
    first = Recorded(
        instance=ACME,
        sequence=1,
        at=NOON,
        actor="ana",
        pack="p",
        event=EventReported(name="incident.opened", happened_at=NOON),
    )
    return [first, replace(history[-1], sequence=2, actor="system", cause=1)]
