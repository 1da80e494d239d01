"""Decides on what people do with an open request: vote, comment, return, withdraw, and so on."""

from typing import TypeAlias

from kamflow.engine.approvals import ANSWERS, approval_of, resolve
from kamflow.engine.asking import (
    bound_now,
    kept_findings,
    time_to_answer,
    times_after_return,
    waits_for,
)
from kamflow.engine.binding import told
from kamflow.engine.boxes import Outcome
from kamflow.engine.closed import why_closed
from kamflow.engine.counting import cast_for, tally, voters_now
from kamflow.engine.draft import Draft
from kamflow.engine.electorate import electorate_of, seat_problem
from kamflow.engine.evidence import fault_in
from kamflow.engine.moves import (
    gives_itself,
    guard_of,
    guard_reason,
    judged,
    keeps_shut,
    shut,
    transition_of,
)
from kamflow.engine.people import holds
from kamflow.engine.promises import promised, settle_condition
from kamflow.engine.rights import lacking_right, may
from kamflow.engine.settling import settle
from kamflow.engine.turning import remind
from kamflow.engine.watching import changes, judge_again
from kamflow.model.approval import Approving
from kamflow.model.commands import (
    CastVote,
    Comment,
    OpenCommand,
    Reassign,
    Remind,
    ResumeRequest,
    ReturnRequest,
    SettleCondition,
    WithdrawRequest,
)
from kamflow.model.decision import Decision, GateVerdict
from kamflow.model.events import (
    ApprovalCommented,
    ApprovalReassigned,
    ApprovalReevaluated,
    ApprovalResumed,
    ApprovalReturned,
    ApprovalWithdrawn,
    VoteCast,
)
from kamflow.model.snapshot import OpenApproval
from kamflow.model.values import Unknown

RequestCommand: TypeAlias = OpenCommand | SettleCondition

_Showing = CastVote | Comment | ResumeRequest | SettleCondition

_WORDS = {
    CastVote: "vote",
    Comment: "comment",
    ReturnRequest: "return",
    ResumeRequest: "resume",
    WithdrawRequest: "withdraw",
    Remind: "remind",
    Reassign: "reassign",
    SettleCondition: "settle condition",
}


def decide_request(draft: Draft, command: RequestCommand) -> Decision | None:
    """Record what somebody does with an open request, or refuse with the reason."""
    if isinstance(command, _Showing) and (fault := fault_in(command.evidence)):
        return draft.refused(_WORDS[type(command)], fault)
    if isinstance(command, SettleCondition):
        return settle_condition(draft, command)
    open_one, word = draft.snapshot.approvals.get(command.approval), _WORDS[type(command)]
    if open_one is None:
        return draft.refused(word, why_closed(draft, command.approval))
    why = _refusal(draft, open_one, command)
    if why:
        return draft.refused(word, why)
    return None


def _refusal(draft: Draft, open_one: OpenApproval, command: OpenCommand) -> str:
    """Do what is asked for; return why not where that cannot be."""
    match command:
        case CastVote():
            return _vote(draft, open_one, command)
        case Comment():
            return _comment(draft, open_one, command)
        case ReturnRequest():
            return _return(draft, open_one, command)
        case ResumeRequest():
            return _resume(draft, open_one, command)
        case _:
            return _steer(draft, open_one, command)


def _steer(
    draft: Draft, open_one: OpenApproval, command: WithdrawRequest | Remind | Reassign
) -> str:
    match command:
        case WithdrawRequest():
            return _withdraw(draft, open_one, command)
        case Remind():
            return _remind(draft, open_one)
        case Reassign():
            return _reassign(draft, open_one, command)


# ---------------------------------------------------------------------------- votes


def _vote(draft: Draft, open_one: OpenApproval, command: CastVote) -> str:
    """Cast a vote; when it decides, close the request and do what it leads to."""
    why = _no_votes_now(draft, open_one, command)
    if why:
        return why
    who = electorate_of(draft.compiled, draft.view, open_one)
    mandate = cast_for(who, open_one.votes, command.actor, command.principal)
    if isinstance(mandate, str):
        return mandate
    conditions = promised(draft, open_one, command)
    if isinstance(conditions, str):
        return conditions
    draft.emit(
        VoteCast(
            id=open_one.id,
            vote=command.vote,
            remark=command.remark,
            principal=mandate.principal,
            step=mandate.step,
            conditions=conditions,
            evidence=command.evidence,
        )
    )
    open_one = draft.snapshot.approvals[open_one.id]
    if mandate.principal:  # a vote of one's own changes nothing in who may vote
        who = electorate_of(draft.compiled, draft.view, open_one)
    outcome = tally(who, open_one.votes)
    if outcome is Outcome.OPEN:
        draft.notes.append(f"approval `{open_one.id}` still {waits_for(draft, open_one.id, who)}")
    else:
        settle(draft, open_one.id, approved=outcome is Outcome.APPROVED)
    return ""


def _no_votes_now(draft: Draft, open_one: OpenApproval, command: CastVote) -> str:
    """Return why nobody can vote on a request now; nothing when people can."""
    if command.vote not in ANSWERS:
        return f"`{command.vote}` is no vote; it is {', '.join(ANSWERS)}"
    if open_one.returned_at is not None:
        return (
            f"approval `{open_one.id}` was sent back to `{open_one.requested_by}` "
            f"with a question: {open_one.question}; vote when it is answered"
        )
    for recorded in draft.caught_up:
        event = recorded.event
        if isinstance(event, ApprovalReevaluated) and event.id == open_one.id:
            changed = told(event.changed)
            return f"the facts have changed since it was asked: {changed}; look at it and vote anew"
    return ""


# ---------------------------------------------------------------------------- talking about it


def _comment(draft: Draft, open_one: OpenApproval, command: Comment) -> str:
    if not command.text.strip() and not command.evidence:
        return "say or show something"
    if not _is_concerned(draft, open_one, command.actor):
        return (
            f"`{command.actor}` has nothing to do with it: who asked, who votes and who holds "
            "a role for the subject may comment"
        )
    draft.emit(ApprovalCommented(id=open_one.id, text=command.text, evidence=command.evidence))
    return ""


def _is_concerned(draft: Draft, open_one: OpenApproval, person: str) -> bool:
    if person == open_one.requested_by or _could_vote(draft, open_one, person):
        return True
    pack = draft.compiled.pack
    return any(holds(pack, draft.view, person, role) for role in pack.roles)


def _could_vote(draft: Draft, open_one: OpenApproval, person: str) -> bool:
    """Tell whether a person can vote now, or has voted."""
    who = electorate_of(draft.compiled, draft.view, open_one)
    voted = {vote.person for vote in open_one.votes}
    return person in voted or person in voters_now(who, open_one.votes)


def _return(draft: Draft, open_one: OpenApproval, command: ReturnRequest) -> str:
    if open_one.returned_at is not None:
        return f"approval `{open_one.id}` is with `{open_one.requested_by}` already"
    if not command.question.strip():
        return "ask a question: what is missing?"
    actor = command.actor
    if not (_could_vote(draft, open_one, actor) or may(draft, "return", actor)):
        return f"`{actor}` has no vote on it; who votes may send it back"
    approval = approval_of(draft.compiled, open_one)
    most = (draft.compiled.pack.approving or Approving()).returns
    most = most if approval.returns is None else approval.returns
    if open_one.returns >= most:
        return f"it was sent back {open_one.returns} times, at most {most}; decide on what is there"
    schedule = time_to_answer(draft, open_one)
    draft.emit(ApprovalReturned(id=open_one.id, question=command.question, schedule=schedule))
    draft.notes.append(f"approval `{open_one.id}` is with `{open_one.requested_by}` now")
    return ""


def _resume(draft: Draft, open_one: OpenApproval, command: ResumeRequest) -> str:
    """Take up a request that was sent back, on the facts as they are now."""
    if open_one.returned_at is None:
        return f"approval `{open_one.id}` was not sent back; comment on it instead"
    if command.actor != open_one.requested_by:
        return f"`{open_one.requested_by}` asked for it and answers"
    if not command.answer.strip() and not command.evidence:
        return "say or show something in answer to the question"
    verdict = _verdict_of(draft, open_one)
    if isinstance(verdict, str):
        return f"it cannot go on: {verdict}; record what is missing, or withdraw it"
    changed = changes(draft, open_one)
    due, schedule = times_after_return(draft, open_one)
    bound = open_one.bound
    if not open_one.purpose:
        bound = bound_now(draft, open_one.transition, verdict, open_one.approval)
    draft.emit(
        ApprovalResumed(
            id=open_one.id,
            answer=command.answer,
            evidence=command.evidence,
            findings=kept_findings(verdict),
            bound=bound,
            due=due,
            schedule=schedule,
        )
    )
    resumed = draft.snapshot.approvals[open_one.id]
    if _is_routed_otherwise(draft, resumed):
        judge_again(draft, resumed, changed)
    else:
        draft.notes.append(f"approval `{open_one.id}` {waits_for(draft, open_one.id)}")
    return ""


def _verdict_of(draft: Draft, open_one: OpenApproval) -> GateVerdict | str | None:
    """Return how the gate of a request stands now, or why the transition is not open."""
    if open_one.purpose:
        return None
    item = transition_of(draft, open_one.transition)
    if guard_of(draft, item) is not True:
        return guard_reason(draft, item)
    verdict = judged(draft, item, before_approval=True)
    if verdict is not None and keeps_shut(draft, verdict):
        return shut(verdict)
    return verdict


def _is_routed_otherwise(draft: Draft, open_one: OpenApproval) -> bool:
    """Tell whether the policy asks others now, or nobody."""
    if open_one.purpose:
        return False
    item = transition_of(draft, open_one.transition)
    approval = resolve(draft.compiled, item.approval or open_one.approval, draft.view)
    if isinstance(approval, Unknown):
        return True
    return approval.id != open_one.approval or gives_itself(draft, approval)


# ---------------------------------------------------------------------------- steering it


def _withdraw(draft: Draft, open_one: OpenApproval, command: WithdrawRequest) -> str:
    if not command.reason.strip():
        return "give a reason"
    why = _of_requester(draft, open_one, "withdraw", command.actor)
    if not why:
        draft.emit(ApprovalWithdrawn(id=open_one.id, reason=command.reason))
    return why


def _remind(draft: Draft, open_one: OpenApproval) -> str:
    why = _of_requester(draft, open_one, "remind", draft.actor)
    if why:
        return why
    if open_one.returned_at is not None:
        return f"it waits for an answer of `{open_one.requested_by}`, not for votes"
    remind(draft, open_one)
    return ""


def _of_requester(draft: Draft, open_one: OpenApproval, right: str, person: str) -> str:
    """Return why a person may not do what who asked may do; nothing when it may."""
    if person == open_one.requested_by or may(draft, right, person):
        return ""
    return f"`{open_one.requested_by}` asked for it; {lacking_right(draft, right, person)}"


def _reassign(draft: Draft, open_one: OpenApproval, command: Reassign) -> str:
    if not may(draft, "reassign", command.actor):
        return lacking_right(draft, "reassign", command.actor)
    if not command.reason.strip():
        return "give a reason"
    person, to = command.person, command.to
    if command.actor == open_one.requested_by:
        return f"`{command.actor}` asked for it, and does not pick who votes on it"
    problem = seat_problem(draft.compiled, draft.view, open_one, person, to)
    if problem:
        return problem
    draft.emit(ApprovalReassigned(id=open_one.id, person=person, to=to, reason=command.reason))
    return ""
