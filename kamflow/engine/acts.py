"""What a command would do, and who would do it: every command is here, even one that does nothing.

The duties of a policy are judged by these acts; see `segregation`.
"""

from collections.abc import Iterator
from typing import assert_never

from kamflow.engine.segregation import Act, request_act, subjects_of, vote_act
from kamflow.model.commands import (
    AlertCommand,
    AssignRole,
    BreakGlass,
    CallIn,
    CastVote,
    CloseReview,
    Command,
    Comment,
    CompleteTask,
    EndAbsence,
    EndDelegation,
    EndRole,
    EndWaiver,
    GiveDelegation,
    LodgeAppeal,
    OpenCommand,
    OpenSubject,
    Reassign,
    ReassignEscalation,
    ReassignTask,
    RecordAbsence,
    RecordFacts,
    Remind,
    ReportEvent,
    RequestTransition,
    RequestWaiver,
    ResumeRequest,
    ReturnRequest,
    RevisionCommand,
    SettleCondition,
    StaffCommand,
    Turn,
    WaiverCommand,
    WithdrawRequest,
)
from kamflow.model.pack import Pack
from kamflow.model.snapshot import OpenApproval, Snapshot, Term


def acts_of(pack: Pack, snapshot: Snapshot, command: Command) -> Iterator[Act]:
    """Yield what a command to an instance would do.

    Opening a subject, the turn of the clock and taking back an absence or a delegation do nothing
    that a duty could forbid: nobody gains anything by them.
    """
    match command:
        case RequestTransition() | ReportEvent() | RecordFacts():
            yield from _of_work(pack, snapshot, command)
        case SettleCondition():
            yield Act(kind="record", person=command.actor, about=(command.condition,))
        case RequestWaiver() | EndWaiver() | BreakGlass() | CallIn() | LodgeAppeal():
            yield from _around(pack, snapshot, command)
        case CloseReview():
            yield from _around(pack, snapshot, command)
        case OpenSubject() | Turn():
            pass
        case _:
            yield from _of_people(snapshot, command)


def _of_people(
    snapshot: Snapshot, command: StaffCommand | OpenCommand | AlertCommand
) -> Iterator[Act]:
    if isinstance(command, StaffCommand):
        yield from _of_staff(snapshot, command)
    elif isinstance(command, AlertCommand):
        yield from _on_alert(snapshot, command)
    else:
        yield from _on_request(snapshot, command)


def _of_work(
    pack: Pack, snapshot: Snapshot, command: RequestTransition | ReportEvent | RecordFacts
) -> Iterator[Act]:
    actor = command.actor
    match command:
        case RequestTransition():
            yield from _requests(pack, snapshot, command.trigger, actor)
        case ReportEvent():
            yield Act(kind="record", person=actor, about=(command.name,))
        case RecordFacts():
            named = {role.holder: role.id for role in pack.roles.values() if role.holder}
            for fact, stated in command.facts.items():
                # Both: who names another one as the author could have made that up.
                for person in dict.fromkeys((stated.author, actor)):
                    yield Act(kind="record", person=person, about=(fact,))
                if fact in named:
                    yield from _names(named[fact], stated.text.strip(), stated.author, actor)
        case _:
            assert_never(command)


def _names(role: str, person: str, *by: str) -> Iterator[Act]:
    """Yield that a role is given by a fact that names who has it, which is for good."""
    term = Term(role=role, person=person)
    yield Act(kind="assign", person=by[0], about=(role,), term=term)
    for other in by[1:]:
        yield Act(kind="assign", person=other, about=(role,))


def _requests(pack: Pack, snapshot: Snapshot, trigger: str, actor: str) -> Iterator[Act]:
    """Yield the request of a transition.

    Where several have the trigger, which one it is gets known later, and is judged then.
    """
    workflow = pack.workflows[snapshot.workflow]
    items = [item for item in workflow.leaving(snapshot.stage) if item.trigger == trigger]
    if len(items) == 1:
        yield request_act(items[0], actor)
    else:
        yield Act(kind="request", person=actor, about=(trigger,))


def _of_staff(snapshot: Snapshot, command: StaffCommand) -> Iterator[Act]:
    match command:
        case AssignRole():
            term = Term(
                role=command.role,
                person=command.person.strip(),
                begins_at=command.begins_at,
                ends_at=command.ends_at,
            )
            about, actor = (command.role,), command.actor
            yield Act(kind="assign", person=actor, about=about, term=term, anywhere=True)
        case EndRole():
            yield Act(kind="assign", person=command.actor, about=(command.role,), anywhere=True)
        case RecordAbsence():
            for deputy in command.deputies:
                yield from _stand_in(snapshot, deputy, ())
        case GiveDelegation():
            yield from _stand_in(snapshot, command.to, command.approvals)
        case EndAbsence() | EndDelegation():
            pass
        case _:
            assert_never(command)


def _stand_in(snapshot: Snapshot, person: str, approvals: tuple[str, ...]) -> Iterator[Act]:
    """Yield what it is to be able to vote for somebody, also on every request that is open."""
    yield Act(kind="delegate", person=person, about=approvals)
    for open_one in snapshot.approvals.values():
        if not approvals or open_one.approval in approvals:
            about = subjects_of(open_one)
            yield Act(kind="delegate", person=person, about=about, open_one=open_one)


def _on_request(snapshot: Snapshot, command: OpenCommand) -> Iterator[Act]:
    open_one = snapshot.approvals.get(command.approval)
    if open_one is None:
        return
    about, actor = subjects_of(open_one), command.actor
    yield Act(kind="read", person=actor, about=about, open_one=open_one)
    match command:
        case CastVote():
            yield from _votes(open_one, command)
        case Reassign():
            yield vote_act(open_one, command.to)
            yield Act(kind="delegate", person=command.to, about=about, open_one=open_one)
        case ReturnRequest():
            yield vote_act(open_one, actor)
        case ResumeRequest() if open_one.purpose == "":
            yield Act(kind="request", person=actor, about=about)
        case ResumeRequest() | WithdrawRequest() | Remind() | Comment():
            pass
        case _:
            assert_never(command)


def _on_alert(snapshot: Snapshot, command: AlertCommand) -> Iterator[Act]:
    """Yield that people read about an escalation or a task: who answers it, and who gets it."""
    about: tuple[str, ...]
    if isinstance(command, CompleteTask | ReassignTask):
        task = snapshot.tasks.get(command.task)
        about = (task.rule, task.task, task.transition) if task else ()
    else:
        open_one = snapshot.escalations.get(command.escalation)
        about = (open_one.rule,) if open_one else ()
    yield Act(kind="read", person=command.actor, about=about)
    if isinstance(command, ReassignEscalation | ReassignTask):
        yield Act(kind="read", person=command.to, about=about)


def _votes(open_one: OpenApproval, command: CastVote) -> Iterator[Act]:
    """Yield a vote: it is judged for who casts it and for whom it is cast."""
    for person in dict.fromkeys((command.actor, command.principal or command.actor)):
        yield vote_act(open_one, person)
        if open_one.purpose == "break_glass":
            about = subjects_of(open_one)
            yield Act(kind="break_glass", person=person, about=about, open_one=open_one)


def _around(
    pack: Pack, snapshot: Snapshot, command: WaiverCommand | RevisionCommand
) -> Iterator[Act]:
    actor = command.actor
    match command:
        case RequestWaiver() | EndWaiver():
            gates = pack.gates.values()
            of = (gate.id for gate in gates for i in gate.criteria if i.id == command.criterion)
            yield Act(kind="waive", person=actor, about=(command.criterion, *of))
        case BreakGlass():
            for act in _requests(pack, snapshot, command.trigger, actor):
                yield act
                yield Act(kind="break_glass", person=actor, about=act.about)
        case CallIn() | LodgeAppeal():
            kind = "call_in" if isinstance(command, CallIn) else "appeal"
            decided = snapshot.revisable.get(command.decision)
            told = (decided.approval, decided.transition) if decided else ()
            yield Act(kind=kind, person=actor, about=told)
        case CloseReview():
            review = snapshot.reviews.get(command.review)
            people, kinds = (review.people, (review.kind,)) if review else ((), ())
            yield Act(kind="review", person=actor, about=kinds, involved=people)
        case _:
            assert_never(command)
