"""What people do with escalations and tasks, who may, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from kamflow.engine.escalations.answering import who_may
from kamflow.model import commands as c
from kamflow.model.decision import Decision
from kamflow.model.events import AbsenceRecorded
from kamflow.model.remark import Evidence
from tests.builders import World
from tests.unit.engine.escalations.alerts import (
    ACME,
    MONDAY,
    RULE,
    alerted,
    escalation,
    raise_it,
    ruled,
    task,
)

BODY = """to: [L1, L2]
tasks: [{id: review, title: Review it, roles: [manager]}]"""
PAPER = Evidence(title="minutes", link="https://example.com/minutes")

DUTIES = """
duties:
  SOD-12:
    title: people from outside read nothing
    on: [read]
    who: [office]
"""


def raised(*more: str) -> World:
    world = ruled(BODY) if not more else ruled(BODY + more[0])
    raise_it(world)
    return world


def submit(world: World, command: c.AlertCommand) -> Decision:
    return world.submit(ACME, command)


def refused(world: World, command: c.AlertCommand) -> str:
    decision = submit(world, command)
    assert not decision.accepted
    return "; ".join(decision.reasons)


def done(world: World, command: c.AlertCommand) -> None:
    decision = submit(world, command)
    assert decision.accepted, decision.reasons


def every(world: World, by: str) -> list[c.AlertCommand]:
    """Return one command of each sort."""
    one, work = escalation(world).id, task(world).id
    return [
        c.AcknowledgeEscalation(actor=by, escalation=one),
        c.ReassignEscalation(actor=by, escalation=one, to="eve", reason="she knows"),
        c.CommentEscalation(actor=by, escalation=one, text="look"),
        c.ResolveEscalation(actor=by, escalation=one, remark="over"),
        c.CompleteTask(actor=by, task=work, remark="done"),
        c.ReassignTask(actor=by, task=work, to="eve", reason="she knows"),
    ]


def leave(world: World, person: str) -> None:
    """Let a person leave the company."""
    gone = AbsenceRecorded(id="north#a", person=person, begins_at=world.now, left=True)
    world.happened("north", gone)


# ---------------------------------------------------------------------------- escalations


def test_who_has_joined_acknowledges() -> None:
    world = raised()
    world.now += timedelta(hours=1)

    done(world, c.AcknowledgeEscalation(actor="kam-person", escalation=escalation(world).id))

    assert escalation(world).acknowledged_by == "kam-person"
    assert escalation(world).acknowledged_at == MONDAY + timedelta(hours=1)


def test_it_is_acknowledged_once() -> None:
    world = raised()
    command = c.AcknowledgeEscalation(actor="kam-person", escalation=escalation(world).id)
    done(world, command)

    assert "`kam-person` takes care of escalation" in refused(world, command)


def test_who_has_left_takes_care_no_more() -> None:
    world = raised()
    one = escalation(world).id
    done(world, c.AcknowledgeEscalation(actor="kam-person", escalation=one))
    leave(world, "kam-person")

    done(world, c.AcknowledgeEscalation(actor="manager-person", escalation=one))

    assert escalation(world).acknowledged_by == "manager-person"


def test_who_gets_it_has_to_acknowledge_it_anew() -> None:
    world = raised()
    one = escalation(world).id
    done(world, c.AcknowledgeEscalation(actor="kam-person", escalation=one))
    done(world, c.ReassignEscalation(actor="kam-person", escalation=one, to="eve", reason="x"))
    assert (escalation(world).acknowledged_by, escalation(world).acknowledged_at) == ("", None)

    done(world, c.AcknowledgeEscalation(actor="eve", escalation=one))

    assert escalation(world).acknowledged_by == "eve"


def test_who_gets_what_was_acknowledged_by_the_same_person_keeps_care_of_it() -> None:
    world = raised()
    one = escalation(world).id
    done(world, c.AcknowledgeEscalation(actor="kam-person", escalation=one))

    done(
        world,
        c.ReassignEscalation(actor="manager-person", escalation=one, to="kam-person", reason="x"),
    )

    assert escalation(world).acknowledged_by == "kam-person"


def test_it_goes_to_a_person_who_has_a_say_from_then_on() -> None:
    world = raised()
    one = escalation(world).id
    done(world, c.ReassignEscalation(actor="kam-person", escalation=one, to="eve", reason="x"))

    done(world, c.ResolveEscalation(actor="eve", escalation=one, remark="talked to them"))

    assert world.subjects[ACME].escalations == {}


def test_what_is_said_is_kept_with_what_is_shown() -> None:
    world = raised()
    one = escalation(world).id

    done(
        world, c.CommentEscalation(actor="kam-person", escalation=one, text="x", evidence=(PAPER,))
    )

    (comment,) = escalation(world).comments
    assert (comment.person, comment.text, comment.evidence) == ("kam-person", "x", (PAPER,))


def test_who_resolves_says_why_and_ends_what_was_asked_for() -> None:
    world = raised()
    one = escalation(world).id

    assert refused(world, c.ResolveEscalation(actor="kam-person", escalation=one, remark=" ")) == (
        "say in a remark why it is over"
    )
    done(world, c.ResolveEscalation(actor="kam-person", escalation=one, remark="solved"))

    assert world.subjects[ACME].tasks == {}
    assert world.subjects[ACME].settled["E-01"].at == MONDAY


def test_who_has_a_higher_role_has_a_say() -> None:
    world = raised()

    for command in every(world, "director-person")[:3]:
        done(world, command)


@pytest.mark.parametrize("place", range(6))
def test_nobody_else_has_a_say(place: int) -> None:
    world = raised()

    why = refused(world, every(world, "somebody")[place])

    assert "`somebody` has no say in" in why
    assert "manager (manager-person)" in why


@pytest.mark.parametrize("place", range(6))
def test_people_from_outside_have_no_say(place: int) -> None:
    world = raised_with_duties()
    world.assign("north", "kam", "office-person")
    world.assign("north", "manager", "office-person")

    why = refused(world, every(world, "office-person")[place])

    assert "SOD-12" in why


def raised_with_duties() -> World:
    world = alerted(RULE % BODY.replace("\n", "\n    "), DUTIES)
    raise_it(world)
    return world


@pytest.mark.parametrize("place", [1, 5])
def test_nothing_goes_to_people_from_outside(place: int) -> None:
    world = raised_with_duties()
    command = every(world, "manager-person")[place]
    assert isinstance(command, c.ReassignEscalation | c.ReassignTask)

    why = refused(world, type(command)(**{**_fields(command), "to": "office-person"}))

    assert "SOD-12" in why


def _fields(command: c.AlertCommand) -> dict[str, Any]:
    return {name: getattr(command, name) for name in command.__struct_fields__}


@pytest.mark.parametrize("place", range(6))
def test_what_is_not_open_is_refused_with_what_is(place: int) -> None:
    world = raised()
    command = every(world, "manager-person")[place]
    fields = _fields(command)
    known = fields.get("escalation") or fields["task"]
    name = "escalation" if "escalation" in fields else "task"

    why = refused(world, type(command)(**{**fields, name: "north/acme#99"}))

    assert why == f"{name} `north/acme#99` is not open; open are {known}"


def test_it_is_given_to_somebody_who_is_there_and_has_it_not() -> None:
    world = raised()
    one = escalation(world).id

    def give(to: str, reason: str = "x") -> c.AlertCommand:
        return c.ReassignEscalation(actor="kam-person", escalation=one, to=to, reason=reason)

    assert refused(world, give(" ")) == "say to whom it goes, and why"
    assert refused(world, give("eve", " ")) == "say to whom it goes, and why"
    done(world, give("eve"))
    assert refused(world, give("eve")) == "`eve` has it already"
    leave(world, "bob")
    assert refused(world, give("bob")) == "`bob` has left; name somebody else"


@pytest.mark.parametrize("to", ["system", "service:erp", "\u0435ve"])  # the last begins in Cyrillic
@pytest.mark.parametrize("place", [1, 5])
def test_it_is_given_to_a_person_who_can_be_told_from_others(place: int, to: str) -> None:
    world = raised()
    command = every(world, "manager-person")[place]

    why = refused(world, type(command)(**{**_fields(command), "to": to}))

    assert "is no person" in why or "cannot be told from others" in why


def test_a_comment_says_something() -> None:
    world = raised()
    one = escalation(world).id

    why = refused(world, c.CommentEscalation(actor="kam-person", escalation=one, text=" "))

    assert why == "say something, or show something"


# ---------------------------------------------------------------------------- tasks


def test_who_has_the_role_completes_a_task_and_shows_it() -> None:
    world = raised()
    work = task(world).id

    assert refused(world, c.CompleteTask(actor="manager-person", task=work, remark="")) == (
        "say in a remark what was done"
    )
    done(world, c.CompleteTask(actor="manager-person", task=work, remark="x", evidence=(PAPER,)))

    assert world.subjects[ACME].tasks == {}


def test_a_task_that_was_given_to_somebody_is_theirs_alone() -> None:
    world = raised()
    work = task(world).id
    done(world, c.ReassignTask(actor="manager-person", task=work, to="eve", reason="x"))

    why = refused(world, c.CompleteTask(actor="manager-person", task=work, remark="x"))

    assert why == f"task `{work}` was given to `eve`; reassign it first"
    done(world, c.CompleteTask(actor="eve", task=work, remark="x"))


def test_a_task_of_somebody_who_has_left_is_that_of_the_role_again() -> None:
    world = raised()
    work = task(world).id
    done(world, c.ReassignTask(actor="manager-person", task=work, to="eve", reason="x"))
    leave(world, "eve")

    assert who_may(world.compiled, world.view(ACME), task(world)) == {"manager-person"}
    done(world, c.CompleteTask(actor="manager-person", task=work, remark="x"))


# ---------------------------------------------------------------------------- who may


def test_those_may_who_hold_the_roles_or_have_it() -> None:
    world = raised()
    one, work = escalation(world).id, task(world).id
    view = world.view(ACME)
    assert who_may(world.compiled, view, escalation(world)) == {"kam-person", "manager-person"}
    assert who_may(world.compiled, view, task(world)) == {"manager-person"}

    done(world, c.ReassignEscalation(actor="kam-person", escalation=one, to="eve", reason="x"))
    done(world, c.ReassignTask(actor="manager-person", task=work, to="eve", reason="x"))

    view = world.view(ACME)
    people = who_may(world.compiled, view, escalation(world))
    assert people == {"kam-person", "manager-person", "eve"}
    assert who_may(world.compiled, view, task(world)) == {"eve"}


def test_people_from_outside_are_not_listed() -> None:
    world = raised_with_duties()
    world.assign("north", "kam", "office-person")

    people = who_may(world.compiled, world.view(ACME), escalation(world))

    assert people == {"kam-person", "manager-person"}
