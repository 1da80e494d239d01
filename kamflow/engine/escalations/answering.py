"""Decides on what people say of escalations and tasks."""

from kamflow.engine.alerts import carer_of
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.draft import Draft
from kamflow.engine.escalations.raising import resolve
from kamflow.engine.people import has_left, holders, stand_ins
from kamflow.engine.segregation import Act, forbids
from kamflow.engine.view import View
from kamflow.model.commands import (
    AcknowledgeEscalation,
    AlertCommand,
    CommentEscalation,
    CompleteTask,
    ReassignEscalation,
    ReassignTask,
    ResolveEscalation,
)
from kamflow.model.decision import Decision
from kamflow.model.escalated import (
    EscalationAcknowledged,
    EscalationCommented,
    EscalationReassigned,
    TaskDone,
    TaskReassigned,
)
from kamflow.model.escalation import OpenEscalation, OpenTask

_NAMES: dict[type[AlertCommand], str] = {
    AcknowledgeEscalation: "acknowledge",
    ReassignEscalation: "reassign escalation",
    CommentEscalation: "comment",
    ResolveEscalation: "resolve",
    CompleteTask: "complete task",
    ReassignTask: "reassign task",
}


def decide_alert(draft: Draft, command: AlertCommand) -> Decision | None:
    """Do what is asked for; return a refusal where that cannot be."""
    if isinstance(command, CompleteTask | ReassignTask):
        problem = _on_task(draft, command)
    else:
        problem = _on_escalation(draft, command)
    return draft.refused(_NAMES[type(command)], problem) if problem else None


def who_may(compiled: CompiledPack, view: View, item: OpenEscalation | OpenTask) -> frozenset[str]:
    """Return the people who may answer an escalation or do a task, for lists of what waits.

    Those are the holders of the roles, and who was given it: a task that was given to somebody is
    theirs alone while they are there. Whom a duty keeps from reading about the subject is none of
    them. Who holds a higher role may answer as well, and is not listed.
    """
    pack = compiled.pack
    known = [role for role in item.roles if role in pack.roles]
    people = frozenset[str]().union(*(holders(pack, view, role) for role in known))
    if item.person and not has_left(view, item.person):
        people = frozenset({item.person}) | (people if isinstance(item, OpenEscalation) else set())
    return frozenset(person for person in people if not _outside(compiled, view, item, person))


def _outside(
    compiled: CompiledPack, view: View, item: OpenEscalation | OpenTask, person: str
) -> tuple[str, ...]:
    """Return why a duty keeps a person from reading about it; nothing where none does."""
    return forbids(compiled, view, (Act(kind="read", person=person, about=(item.rule,)),))


# ---------------------------------------------------------------------------- escalations


def _on_escalation(
    draft: Draft,
    command: AcknowledgeEscalation | ReassignEscalation | CommentEscalation | ResolveEscalation,
) -> str:
    """Do it; return why it cannot be done, and nothing where it is."""
    open_one = draft.snapshot.escalations.get(command.escalation)
    if open_one is None:
        known = [item.id for item in draft.snapshot.escalations.values() if not item.observed]
        told = ", ".join(known) or "none"
        return f"escalation `{command.escalation}` is not open; open are {told}"
    if open_one.observed and not isinstance(command, ResolveEscalation):
        return f"escalation `{open_one.id}` is only observed; nobody has to answer it"
    lacking = _not_theirs(draft, open_one)
    if lacking:
        return lacking
    match command:
        case AcknowledgeEscalation():
            return _acknowledge(draft, open_one, command)
        case ReassignEscalation():
            return _reassign(draft, open_one, command)
        case CommentEscalation():
            return _comment(draft, open_one, command)
        case ResolveEscalation():
            return _resolve(draft, open_one, command)


def _acknowledge(draft: Draft, open_one: OpenEscalation, command: AcknowledgeEscalation) -> str:
    carer = carer_of(draft.view, open_one)
    if carer:
        return f"`{carer}` takes care of escalation `{open_one.id}` already"
    draft.emit(EscalationAcknowledged(id=open_one.id, remark=command.remark))
    return ""


def _reassign(draft: Draft, open_one: OpenEscalation, command: ReassignEscalation) -> str:
    problem = _not_to(draft, open_one, command)
    if not problem:
        event = EscalationReassigned(id=open_one.id, to=command.to, reason=command.reason)
        draft.emit(event)
    return problem


def _comment(draft: Draft, open_one: OpenEscalation, command: CommentEscalation) -> str:
    if not command.text.strip() and not command.evidence:
        return "say something, or show something"
    event = EscalationCommented(id=open_one.id, text=command.text, evidence=command.evidence)
    draft.emit(event)
    return ""


def _resolve(draft: Draft, open_one: OpenEscalation, command: ResolveEscalation) -> str:
    if not command.remark.strip():
        return "say in a remark why it is over"
    as_of = draft.scene.now
    resolve(draft, open_one, command.remark, as_of=as_of, evidence=command.evidence)
    return ""


# ---------------------------------------------------------------------------- tasks


def _on_task(draft: Draft, command: CompleteTask | ReassignTask) -> str:
    """Do it; return why it cannot be done, and nothing where it is."""
    task = draft.snapshot.tasks.get(command.task)
    if task is None:
        known = ", ".join(draft.snapshot.tasks) or "none"
        return f"task `{command.task}` is not open; open are {known}"
    if isinstance(command, ReassignTask):
        problem = _not_theirs(draft, task) or _not_to(draft, task, command)
        if not problem:
            event = TaskReassigned(id=task.id, to=command.to, reason=command.reason)
            draft.emit(event)
        return problem
    given = task.person and not has_left(draft.view, task.person)
    if given and draft.actor != task.person:
        return f"task `{task.id}` was given to `{task.person}`; reassign it first"
    problem = _not_theirs(draft, task)
    if problem:
        return problem
    if not command.remark.strip():
        return "say in a remark what was done"
    draft.emit(TaskDone(id=task.id, remark=command.remark, evidence=command.evidence))
    return ""


# ---------------------------------------------------------------------------- who may


def _not_theirs(draft: Draft, item: OpenEscalation | OpenTask) -> str:
    """Return why the actor has no say in it; nothing where the actor has."""
    pack, view = draft.compiled.pack, draft.view
    roles = [role for role in item.roles if role in pack.roles]
    if draft.actor == item.person or not (roles or item.person):
        return ""
    if any(draft.actor in stand_ins(pack, view, role) for role in roles):
        return ""
    named = [
        f"{role} ({', '.join(sorted(holders(pack, view, role))) or 'nobody yet'})" for role in roles
    ]
    told = ", ".join((*((f"`{item.person}`",) if item.person else ()), *named))
    return f"`{draft.actor}` has no say in `{item.id}`; it waits for {told}"


def _not_to(
    draft: Draft, item: OpenEscalation | OpenTask, command: ReassignEscalation | ReassignTask
) -> str:
    """Return why something cannot be given to a person; nothing where it can."""
    person = command.to
    if not person.strip() or not command.reason.strip():
        return "say to whom it goes, and why"
    if has_left(draft.view, person):
        return f"`{person}` has left; name somebody else"
    return f"`{person}` has it already" if person == item.person else ""
