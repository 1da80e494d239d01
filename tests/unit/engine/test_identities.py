"""People are told apart by their ids, and only people hold roles and votes."""

from datetime import timedelta

import pytest

from kamflow.engine.identities import fault_in_people
from kamflow.model.commands import (
    AssignRole,
    CastVote,
    Command,
    GiveDelegation,
    Promise,
    Reassign,
    RecordAbsence,
    RequestWaiver,
)
from tests.builders import NOON, a_world

LATER = NOON + timedelta(days=1)


def naming(person: str) -> list[Command]:
    """Return every command that makes somebody take part, each with this person."""
    promise = Promise(text="do it", owner=person, due_on=LATER.date())
    return [
        AssignRole(actor="ann", role="boss", person=person),
        RecordAbsence(actor="ann", person=person, begins_at=NOON),
        RecordAbsence(actor="ann", person="bob", begins_at=NOON, deputies=("cid", person)),
        GiveDelegation(
            actor="ann", person=person, to="bob", begins_at=NOON, ends_at=LATER, reason="r"
        ),
        GiveDelegation(
            actor="ann", person="bob", to=person, begins_at=NOON, ends_at=LATER, reason="r"
        ),
        Reassign(actor="ann", approval="a#1", person="bob", to=person, reason="r"),
        CastVote(actor="ann", approval="a#1", vote="approve", conditions=(promise,)),
        RequestWaiver(actor="ann", criterion="c", owner=person, reason="r", ends_on=LATER.date()),
    ]


@pytest.mark.parametrize(
    ("person", "fault"),
    [
        ("fred ", "`fred ` begins or ends with a space"),
        ("fr\u200bed", "U+200B, which cannot be seen"),
        ("a\nb", "U+000A, which cannot be seen"),
        ("a\u00a0b", "U+00A0, which cannot be seen"),
        ("re\u0301", "is not in the composed form (NFC)"),
        ("fr\u0435d", "mixes letters that look alike"),
        ("system", "`system` is no person"),
        ("service:erp", "`service:erp` is no person"),
    ],
)
def test_who_cannot_be_told_from_others_takes_no_part(person: str, fault: str) -> None:
    for command in naming(person):
        assert fault in str(fault_in_people(command)), command


@pytest.mark.parametrize("person", ["ann", "Zoë Müller", "ann@example.org", "Анна"])
def test_people_have_the_names_that_they_have(person: str) -> None:
    assert [fault_in_people(command) for command in naming(person)] == [None] * 8


def test_nobody_acts_under_a_name_that_looks_like_another() -> None:
    world = a_world("roles: {boss: {who: boss}}")

    decision = world.submit("north", AssignRole(actor="ann\u200b", role="boss", person="bob"))

    assert not decision.accepted
    assert "who asks cannot be told from others" in decision.reasons[0]
    assert not world.subjects["north"].roles


def test_a_fact_names_a_person_who_can_be_told_from_others() -> None:
    world = a_world("facts: {account: {account.kam: {type: person}}}")

    for person, fault in (("kim\u200b", "cannot be told from others"), ("system", "is no person")):
        decision = world.record("north/acme", {"account.kam": person})

        assert fault in decision.faults["account.kam"]
