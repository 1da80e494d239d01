"""Decides on who holds roles, and who is away."""

from kamflow.engine.draft import Draft
from kamflow.engine.fitness import Pair
from kamflow.engine.lending import decide_lending
from kamflow.engine.people import has_left
from kamflow.engine.periods import gone_problem, period_problem, right_problem
from kamflow.engine.rights import lacking_right, may_assign
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.commands import (
    AssignRole,
    EndAbsence,
    EndRole,
    RecordAbsence,
    StaffCommand,
)
from kamflow.model.decision import Decision
from kamflow.model.events import AbsenceEnded, AbsenceRecorded, RoleAssigned, RoleEnded
from kamflow.model.snapshot import Snapshot, Term


def decide_staff(draft: Draft, command: StaffCommand) -> Decision | None:
    """Record who is there and who stands in, or refuse with the reason."""
    match command:
        case AssignRole() | EndRole():
            return _role(draft, command)
        case RecordAbsence():
            return _record_absence(draft, command)
        case EndAbsence():
            return _end_absence(draft, command)
        case _:
            return decide_lending(draft, command)


# ---------------------------------------------------------------------------- roles


def _role(draft: Draft, command: AssignRole | EndRole) -> Decision | None:
    name = "assign role" if isinstance(command, AssignRole) else "end role"
    problem = _role_problem(draft, command)
    if problem is not None:
        return draft.refused(name, problem)
    if isinstance(command, EndRole):
        return _end_role(draft, command)
    problem = _term_problem(draft, command)
    if problem is not None:
        return draft.refused(name, problem)
    if not _held(draft.snapshot, command):
        draft.emit(
            RoleAssigned(
                role=command.role,
                person=command.person,
                begins_at=command.begins_at,
                ends_at=command.ends_at,
                function=command.function,
            )
        )
    return None


def _role_problem(draft: Draft, command: AssignRole | EndRole) -> str | None:
    """Return why a role is neither given nor taken, whatever the person and the time."""
    roles = draft.compiled.pack.roles
    role = roles.get(command.role)
    if role is None:
        return f"there is no role `{command.role}`{did_you_mean(command.role, roles)}"
    if role.identity or role.members or role.holder:
        source = role.identity or role.holder or ", ".join(role.members)
        return f"`{role.id}` is not assigned; it comes from {source}"
    if not command.person.strip():
        return "say which person it is about"
    return None if may_assign(draft) else lacking_right(draft, "assign", draft.actor)


def _term_problem(draft: Draft, command: AssignRole) -> str | None:
    """Return why a person cannot hold a role for that time."""
    problem = period_problem(draft.now, command.begins_at, command.ends_at)
    if problem is not None:
        return problem
    if has_left(draft.view, command.person):
        return f"`{command.person}` has left and holds no role; end that absence first"
    limited = command.begins_at is not None or command.ends_at is not None
    held = command.person in draft.snapshot.roles.get(command.role, ())
    if limited and held and not command.function:
        return (
            f"`{command.person}` holds `{command.role}` for good already; end the role first, "
            "then assign it for the time"
        )
    return None


def _held(snapshot: Snapshot, command: AssignRole) -> bool:
    """Tell whether the person holds the role just so already."""
    term = Term(
        role=command.role,
        person=command.person,
        begins_at=command.begins_at,
        ends_at=command.ends_at,
        function=command.function,
    )
    if term == Term(role=command.role, person=command.person):
        return command.person in snapshot.roles.get(command.role, ())
    return term in snapshot.terms


def _end_role(draft: Draft, command: EndRole) -> Decision | None:
    snapshot = draft.snapshot
    terms = [
        item
        for item in snapshot.terms
        if (item.role, item.person) == (command.role, command.person)
        and command.function in ("", item.function)
    ]
    for_good = not command.function and command.person in snapshot.roles.get(command.role, ())
    if terms or for_good:
        draft.emit(RoleEnded(role=command.role, person=command.person, function=command.function))
    return None


# ---------------------------------------------------------------------------- absences


def _record_absence(draft: Draft, command: RecordAbsence) -> Decision | None:
    problem = _absence_problem(draft, command) or _deputy_problem(draft, command)
    if problem is not None:
        return draft.refused("record absence", problem)
    draft.emit(
        AbsenceRecorded(
            id=f"{draft.instance}#{draft.next_sequence}",
            person=command.person,
            begins_at=command.begins_at,
            ends_at=command.ends_at,
            deputies=tuple(dict.fromkeys(command.deputies)),
            left=command.left,
        )
    )
    for deputy in dict.fromkeys(command.deputies):
        draft.notes.extend(Pair(draft, command.person, deputy, command.begins_at).notes())
    return None


def _absence_problem(draft: Draft, command: RecordAbsence) -> str | None:
    if not command.person.strip():
        return "say which person it is about"
    problem = right_problem(draft, "absence", command.person)
    problem = problem or period_problem(draft.now, command.begins_at, command.ends_at)
    if problem is not None:
        return problem
    if command.left and command.ends_at is not None:
        return "who has left does not come back; leave out the end, or record an absence"
    if command.left and command.deputies:
        return "who has left has no deputies; assign the roles to somebody else, or reassign seats"
    known = _leaving(draft, command.person)
    if known is not None:
        return f"`{command.person}` leaves or has left already, by `{known}`; end that first"
    return None


def _leaving(draft: Draft, person: str) -> str | None:
    """Return the id of the absence by which a person leaves or has left, if there is one."""
    absences = (item for place in draft.view.upward() for item in place.snapshot.absences)
    return next((item.id for item in absences if item.left and item.person == person), None)


def _deputy_problem(draft: Draft, command: RecordAbsence) -> str | None:
    for deputy in command.deputies:
        if not deputy.strip():
            return "a deputy is a person; leave out the empty name"
        if deputy == command.person:
            return f"`{deputy}` cannot be the own deputy; name somebody else"
        gone = gone_problem(draft, deputy, command.begins_at, command.ends_at)
        problem = gone or Pair(draft, command.person, deputy, command.begins_at).unfit()
        if problem is not None:
            return problem
    return None


def _end_absence(draft: Draft, command: EndAbsence) -> Decision | None:
    found = next((i for i in draft.snapshot.absences if i.id == command.id), None)
    if found is None:
        return draft.refused(
            "end absence", f"there is no absence `{command.id}` here, or it is over"
        )
    problem = right_problem(draft, "absence", found.person)
    if problem is not None:
        return draft.refused("end absence", problem)
    draft.emit(AbsenceEnded(id=found.id))
    return None
