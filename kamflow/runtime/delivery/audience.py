"""Who gets to know of a message, and why."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.electorate import electorate_of, roles_of
from kamflow.engine.people import SYSTEM, holders
from kamflow.engine.view import View
from kamflow.model.events import ApprovalRequested, Recorded, WaiverGranted
from kamflow.model.snapshot import OpenApproval
from kamflow.reports.voters import present
from kamflow.storage.messages import Message


class Told(Struct, frozen=True, kw_only=True):
    """Why a person gets a message."""

    roles: tuple[str, ...] = ()  # that the person holds
    reason: str = ""  # beside roles, or instead of them


class Case(Struct, frozen=True, kw_only=True):
    """A message with what is known of its subject now."""

    message: Message
    compiled: CompiledPack
    view: View
    history: Callable[[str], Iterable[Recorded]]  # of a subject

    @property
    def event(self) -> dict[str, Any]:
        """What happened."""
        return self.message.event

    def holders(self, *roles: str) -> "Found":
        """Yield who holds roles now."""
        for role in roles:
            if role in self.compiled.pack.roles:
                for person in holders(self.compiled.pack, self.view, role):
                    yield person, Told(roles=(role,))


Found = Iterator[tuple[str, Told]]
Audience = Callable[[Case], "Found | None"]  # nothing: it is over, nobody has to know any more


def audience(case: Case) -> dict[str, Told] | None:
    """Return who gets to know of a message, by person; nothing when it is settled meanwhile.

    Who brought it about knows already, and services do not read.
    """
    find = _AUDIENCES.get(case.message.type)
    found = None if find is None else find(case)
    if found is None:
        return None
    told: dict[str, Told] = {}
    for person, why in found:
        if person and person not in (case.message.actor, SYSTEM) and ":" not in person:
            former = told.get(person, Told())
            roles = tuple(dict.fromkeys((*former.roles, *why.roles)))
            told[person] = Told(roles=roles, reason=former.reason or why.reason)
    return told


def is_for_people(kind: str) -> bool:
    """Tell whether messages of a type are told to anybody at all."""
    return kind in _AUDIENCES


def _each(people: Iterable[str], reason: str) -> Found:
    for person in people:
        yield person, Told(reason=reason)


# ---------------------------------------------------------------------------- approvals


def _voters(case: Case) -> Found | None:
    """Return those who can vote on the request now."""
    open_one = case.view.snapshot.approvals.get(_id(case))
    if open_one is None or open_one.returned_at is not None:
        return None
    return _invited(case, open_one)


def _invited(case: Case, open_one: OpenApproval) -> Found:
    voters, _ = present(case.compiled, case.view, open_one)
    who = electorate_of(case.compiled, case.view, open_one)
    for item in voters:
        proxy = f" in the place of {item.principal}" if item.principal else ""
        roles = () if item.principal else roles_of(who, item.person)
        yield item.person, Told(roles=roles, reason=f"your vote is asked for{proxy}")


def _reminded(case: Case) -> Found | None:
    return _while_open(case, case.event["people"], "your vote is missing")


def _joined(case: Case) -> Found | None:
    return _while_open(case, case.event["people"], "you may decide now as well")


def _seated(case: Case) -> Found | None:
    reason = f"you vote in the place of {case.event['person']}"
    return _while_open(case, (case.event["to"],), reason)


def _while_open(case: Case, people: Iterable[str], reason: str) -> Found | None:
    """Return people of a request; nothing once it is not open any more."""
    return _each(people, reason) if _id(case) in case.view.snapshot.approvals else None


def _asker(case: Case) -> Found | None:
    """Return who asked for what is open still."""
    open_one = case.view.snapshot.approvals.get(_id(case))
    return None if open_one is None else _each((open_one.requested_by,), "you asked for it")


def _former_asker(case: Case) -> Found | None:
    """Return who asked for what is decided now."""
    for recorded in case.history(case.message.subject):
        event = recorded.event
        if isinstance(event, ApprovalRequested) and event.id == _id(case):
            return _each((recorded.actor,), "you asked for it")
    return None


def _id(case: Case) -> str:
    identity: str = case.event["id"]
    return identity


# ---------------------------------------------------------------------------- escalations


def _raised(case: Case) -> Found | None:
    if _id(case) not in case.view.snapshot.escalations:
        return None
    return case.holders(*case.event.get("roles", ()), *case.event.get("told", ()))


def _worsened(case: Case) -> Found | None:
    found = case.view.snapshot.escalations.get(_id(case))
    if found is None:
        return None
    return _with(case, found.person, (*found.roles, *case.event.get("roles", ())))


def _climbed(case: Case) -> Found | None:
    found = case.view.snapshot.escalations.get(_id(case))
    return None if found is None else case.holders(*case.event["roles"])


def _given(case: Case) -> Found | None:
    """Return who got what was given to somebody."""
    snapshot = case.view.snapshot
    if _id(case) not in snapshot.escalations and _id(case) not in snapshot.tasks:
        return None
    return _each((case.event["to"],), "it was given to you")


def _carer(case: Case) -> Found | None:
    """Return who takes care of an escalation."""
    found = case.view.snapshot.escalations.get(_id(case))
    if found is None:
        return None
    people = (found.person, found.acknowledged_by)
    return _each(dict.fromkeys(people), "you take care of it")


def _with(case: Case, person: str, roles: tuple[str, ...]) -> Found:
    yield from case.holders(*roles)
    if person:
        yield person, Told(reason="it was given to you")


# ---------------------------------------------------------------------------- the rest


def _task(case: Case) -> Found | None:
    found = case.view.snapshot.tasks.get(_id(case))
    if found is None:
        return None
    if found.person:
        return _each((found.person,), "the task is yours")
    return case.holders(*found.roles)


def _noticed(case: Case) -> Found:
    return case.holders(*case.event["roles"])


def _condition(case: Case) -> Found | None:
    if _id(case) not in case.view.snapshot.conditions:
        return None
    return _each((case.event["owner"],), "you have to meet it")


def _waiver(case: Case) -> Found:
    yield case.event["owner"], Told(reason="you answer for it")
    yield case.event.get("asked_by", ""), Told(reason="you asked for it")


def _ended_waiver(case: Case) -> Found | None:
    """Return who owned a waiver that holds no more."""
    granted = None
    for recorded in case.history(case.message.subject):
        event = recorded.event
        if recorded.sequence >= case.message.sequence:
            break
        if isinstance(event, WaiverGranted) and event.criterion == case.event["criterion"]:
            granted = event
    if granted is None:
        return None
    return _each(dict.fromkeys((granted.owner, granted.asked_by)), "the waiver was yours")


def _place(case: Case) -> Found:
    """Return who can ask for the transition that takes the place."""
    snapshot = case.view.snapshot
    leaving = case.compiled.leaving(snapshot.workflow, snapshot.stage)
    trigger = case.event["trigger"]
    roles = (role for item in leaving if item.trigger == trigger for role in item.requested_by)
    return case.holders(*dict.fromkeys(roles))


def _review(case: Case) -> Found | None:
    found = case.view.snapshot.reviews.get(_id(case))
    if found is None:
        return None
    return (item for item in case.holders(*found.roles) if item[0] not in found.people)


def _role(case: Case) -> Found:
    return _each((case.event["person"],), f"you are {case.event['role']} now")


def _lent(case: Case) -> Found:
    return _each((case.event["to"],), f"you may vote for {case.event['person']}")


_AUDIENCES: dict[str, Audience] = {
    "kamflow.approval.requested": _voters,
    "kamflow.approval.reevaluated": _voters,
    "kamflow.approval.resumed": _voters,
    "kamflow.approval.reminded": _reminded,
    "kamflow.approval.escalated": _joined,
    "kamflow.approval.reassigned": _seated,
    "kamflow.approval.returned": _asker,
    "kamflow.approval.commented": _asker,
    "kamflow.approval.stalled": _asker,
    "kamflow.approval.unstalled": _voters,
    "kamflow.approval.decided": _former_asker,
    "kamflow.approval.withdrawn": _former_asker,
    "kamflow.approval.expired": _former_asker,
    "kamflow.condition.overdue": _condition,
    "kamflow.waiver.granted": _waiver,
    "kamflow.waiver.ended": _ended_waiver,
    "kamflow.place.offered": _place,
    "kamflow.review.opened": _review,
    "kamflow.review.overdue": _review,
    "kamflow.role.assigned": _role,
    "kamflow.delegation.given": _lent,
    "kamflow.escalation.raised": _raised,
    "kamflow.escalation.worsened": _worsened,
    "kamflow.escalation.climbed": _climbed,
    "kamflow.escalation.reassigned": _given,
    "kamflow.escalation.commented": _carer,
    "kamflow.escalation.extended": _carer,
    "kamflow.task.given": _task,
    "kamflow.task.overdue": _task,
    "kamflow.task.reassigned": _given,
    "kamflow.notice.given": _noticed,
}
