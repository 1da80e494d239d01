"""Whether the ids of people in a command can be told apart, and are people at all."""

from collections.abc import Iterator

from kamflow.engine.people import SYSTEM
from kamflow.language.letters import fault_in_name
from kamflow.model.commands import (
    AssignRole,
    CastVote,
    Command,
    GiveDelegation,
    Reassign,
    ReassignEscalation,
    ReassignTask,
    RecordAbsence,
    RequestWaiver,
)


def fault_in_people(command: Command) -> str | None:
    """Return what is wrong with who asks, or with somebody who is to get a role, a seat or a task.

    Two ids that look alike would be two people with two votes. The engine and the connected systems
    are no people, so they can hold none of these.
    """
    fault = fault_in_name(command.actor)
    if fault is not None:
        return f"who asks cannot be told from others: {fault}"
    for person in _named(command):
        # That nobody is named is told where it matters.
        if person.strip() and (fault := fault_in_person(person)) is not None:
            return fault
    return None


def fault_in_person(person: str) -> str | None:
    """Return why somebody cannot hold a role, a seat or a task; nothing for a person."""
    fault = fault_in_name(person)
    if fault is not None:
        return f"a person cannot be told from others: {fault}"
    if is_no_person(person):
        return f"`{person}` is no person: the engine and connected systems take no part"
    return None


def is_no_person(name: str) -> bool:
    """Tell whether an id is that of the engine or of a connected system."""
    return name in (SYSTEM, "service") or name.startswith("service:")


def _named(command: Command) -> Iterator[str]:
    match command:
        case AssignRole():
            yield command.person
        case RecordAbsence():
            yield from (command.person, *command.deputies)
        case GiveDelegation() | Reassign():
            yield from (command.person, command.to)
        case ReassignEscalation() | ReassignTask():
            yield command.to
        case CastVote():
            yield from (promise.owner for promise in command.conditions)
        case RequestWaiver():
            yield command.owner
        case _:
            return
