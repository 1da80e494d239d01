"""Closes requests that are decided: the one place where an approval by people has its effect."""

from datetime import date

from kamflow.engine import revisions, waivers
from kamflow.engine.afterwards import revisable
from kamflow.engine.approvals import approval_of
from kamflow.engine.asking import No
from kamflow.engine.draft import Draft
from kamflow.engine.moves import enter, guard_of, guard_reason, held_back, transition_of
from kamflow.engine.people import SYSTEM
from kamflow.model.events import ApprovalDecided, ApprovalWithdrawn
from kamflow.model.snapshot import OpenApproval, OpenCondition, Vote


def settle(draft: Draft, identity: str, *, approved: bool) -> None:
    """Close a request that its votes decide; what a yes leads to is done if it still can be."""
    open_one = draft.snapshot.approvals[identity]
    decided = _decided(draft, open_one, approved=approved)
    no = _carried_out(draft, open_one, decided)
    if no is not None:
        withdraw(draft, identity, "; ".join(no.reasons))
        draft.notes.append(f"the votes would decide, but {'; '.join(no.reasons)}; ask again")
        draft.gate = no.gate
    elif not approved:
        draft.notes.append(f"{_subject(draft, open_one)} was not approved: {decided.reason}")


def withdraw(draft: Draft, identity: str, reason: str) -> None:
    """Close a request without a decision, because it cannot be decided any more."""
    draft.emit(ApprovalWithdrawn(id=identity, reason=reason), actor=SYSTEM)


def lapse(draft: Draft, open_one: OpenApproval) -> None:
    """Do what follows when people do not decide: what was called in does not stand by silence."""
    if open_one.purpose == "call_in":
        revisions.settled(draft, open_one, approved=False)


def _decided(draft: Draft, open_one: OpenApproval, *, approved: bool) -> ApprovalDecided:
    approval = approval_of(draft.compiled, open_one)
    kind, until = revisable(draft, approval, open_one.id, automatic=False, approved=approved)
    return ApprovalDecided(
        id=open_one.id,
        approval=open_one.approval,
        transition="" if open_one.purpose else open_one.transition,
        approved=approved,
        reason=", ".join(_said(vote) for vote in open_one.votes),
        conditions=_conditions(open_one) if approved else (),
        revisable=kind,
        revisable_until=until,
    )


def _said(vote: Vote) -> str:
    for_whom = f" for {vote.principal}" if vote.principal else ""
    return f"{vote.person}{for_whom} {vote.vote}"


def _conditions(open_one: OpenApproval) -> tuple[OpenCondition, ...]:
    """Return the conditions of all who said yes; what two of them ask for alike, once."""
    found: dict[tuple[str, str, date], OpenCondition] = {}
    for vote in open_one.votes:
        for item in vote.conditions if vote.vote == "approve" else ():
            found.setdefault((item.text.strip(), item.owner, item.due_on), item)
    return tuple(found.values())


def _carried_out(draft: Draft, open_one: OpenApproval, decided: ApprovalDecided) -> No | None:
    """Do what the decision leads to; when that cannot be done any more, undo it and say why."""
    mark = draft.mark()
    no = (
        _moved(draft, open_one, decided)
        if not open_one.purpose
        else _other(draft, open_one, decided)
    )
    if no is not None:
        draft.back_to(mark)
    return no


def _moved(draft: Draft, open_one: OpenApproval, decided: ApprovalDecided) -> No | None:
    item = transition_of(draft, open_one.transition)
    if not decided.approved:
        draft.emit(decided)
        return None
    if guard_of(draft, item) is not True:
        return No((guard_reason(draft, item),), item.id)
    held = held_back(draft, item, open_one.target)
    if held is not None:
        return held
    draft.emit(decided)
    return enter(draft, item, open_one.target, open_one.remark, approved=True)


def _other(draft: Draft, open_one: OpenApproval, decided: ApprovalDecided) -> No | None:
    draft.emit(decided)
    if open_one.purpose == "waiver":
        return waivers.settled(draft, open_one, approved=decided.approved)
    return revisions.settled(draft, open_one, approved=decided.approved)


def _subject(draft: Draft, open_one: OpenApproval) -> str:
    if open_one.purpose:
        return f"{open_one.purpose.replace('_', ' ')} `{open_one.id}`"
    return transition_of(draft, open_one.transition).trigger
