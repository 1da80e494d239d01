"""What events about people make of an instance: who holds roles, is away, or votes for another."""

from typing import TypeAlias, assert_never

from msgspec.structs import replace

from kamflow.model.events import (
    AbsenceEnded,
    AbsenceRecorded,
    DelegationEnded,
    DelegationGiven,
    PeriodsTurned,
    RoleAssigned,
    RoleEnded,
)
from kamflow.model.snapshot import Absence, Delegation, Snapshot, Term

PeopleEvent: TypeAlias = (
    RoleAssigned
    | RoleEnded
    | AbsenceRecorded
    | AbsenceEnded
    | DelegationGiven
    | DelegationEnded
    | PeriodsTurned
)


def with_people(before: Snapshot, event: PeopleEvent) -> Snapshot:
    """Return the instance after an event about people."""
    match event:
        case RoleAssigned():
            return _with_role(before, event)
        case RoleEnded():
            return _without_role(before, event)
        case AbsenceRecorded():
            away = Absence(
                id=event.id,
                person=event.person,
                begins_at=event.begins_at,
                ends_at=event.ends_at,
                deputies=event.deputies,
                left=event.left,
            )
            return replace(before, absences=(*before.absences, away))
        case AbsenceEnded():
            left = tuple(item for item in before.absences if item.id != event.id)
            return replace(before, absences=left)
        case DelegationGiven():
            lent = Delegation(
                id=event.id,
                person=event.person,
                to=event.to,
                begins_at=event.begins_at,
                ends_at=event.ends_at,
                reason=event.reason,
                approvals=event.approvals,
            )
            return replace(before, delegations=(*before.delegations, lent))
        case DelegationEnded():
            kept = tuple(item for item in before.delegations if item.id != event.id)
            return replace(before, delegations=kept)
        case PeriodsTurned():
            return _turned(before, event)
        case _:
            assert_never(event)


def _with_role(before: Snapshot, event: RoleAssigned) -> Snapshot:
    if event.begins_at is None and event.ends_at is None and not event.function:
        people = {*before.roles.get(event.role, ()), event.person}
        return replace(before, roles={**before.roles, event.role: tuple(sorted(people))})
    term = Term(
        role=event.role,
        person=event.person,
        begins_at=event.begins_at,
        ends_at=event.ends_at,
        function=event.function,
    )
    return replace(before, terms=(*before.terms, term))


def _without_role(before: Snapshot, event: RoleEnded) -> Snapshot:
    """Take the role away; without a function, all that the person has of it."""
    terms = tuple(
        item
        for item in before.terms
        if (item.role, item.person) != (event.role, event.person)
        or (event.function and item.function != event.function)
    )
    if event.function:
        return replace(before, terms=terms)
    people = tuple(item for item in before.roles.get(event.role, ()) if item != event.person)
    return replace(before, roles={**before.roles, event.role: people}, terms=terms)


def _turned(before: Snapshot, event: PeriodsTurned) -> Snapshot:
    """Forget what is over; the history keeps it."""
    return replace(
        before,
        turned_at=event.until,
        terms=tuple(
            item for item in before.terms if item.ends_at is None or item.ends_at > event.until
        ),
        absences=tuple(
            item for item in before.absences if item.ends_at is None or item.ends_at > event.until
        ),
        delegations=tuple(item for item in before.delegations if item.ends_at > event.until),
    )
