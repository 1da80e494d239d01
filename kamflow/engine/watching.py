"""Looks whether open requests can still be decided, and on the facts on which they were asked."""

from kamflow.engine.approvals import resolve
from kamflow.engine.asking import bound_now, kept_findings, lift, times, unknown_approval
from kamflow.engine.binding import changes_of, choices, told
from kamflow.engine.boxes import Outcome
from kamflow.engine.counting import tally
from kamflow.engine.draft import Draft
from kamflow.engine.electorate import electorate_of
from kamflow.engine.moves import (
    approve_automatically,
    gives_itself,
    guard_of,
    guard_reason,
    judged,
    keeps_shut,
    shut,
    transition_of,
)
from kamflow.engine.people import SYSTEM, has_left
from kamflow.engine.settling import lapse, settle, withdraw
from kamflow.model.approval import Approval
from kamflow.model.decision import GateVerdict
from kamflow.model.events import ApprovalReevaluated, Change
from kamflow.model.pack import Transition
from kamflow.model.snapshot import OpenApproval
from kamflow.model.values import Unknown


def watch(draft: Draft) -> None:
    """Look at every open request, and do at once what has to be done about it.

    One whose facts changed is judged again or withdrawn. One that people cannot decide any more
    goes to the next level, or is withdrawn after the last one. One that the people who are left
    have decided is closed.
    """
    if draft.watched is draft.snapshot:
        return  # nothing has happened since
    watch_facts(draft)
    with draft.by_system():
        for identity in tuple(draft.snapshot.approvals):
            _look_at_people(draft, identity)
    draft.watched = draft.snapshot


def watch_facts(draft: Draft) -> None:
    """Judge again every open request whose facts have changed, here or above or below.

    Who may vote need not be looked at then: where people come and go, the requests that it
    concerns are watched in the same transaction.
    """
    for identity in tuple(draft.snapshot.approvals):
        open_one = draft.snapshot.approvals.get(identity)
        if open_one is None or open_one.returned_at is not None:
            continue
        changed = changes(draft, open_one)
        if changed:
            with draft.by_system():
                judge_again(draft, open_one, changed)


def _look_at_people(draft: Draft, identity: str) -> None:
    open_one = draft.snapshot.approvals.get(identity)
    if open_one is None:
        return
    if open_one.returned_at is not None:
        if has_left(draft.view, open_one.requested_by):
            reason = f"`{open_one.requested_by}` was to answer a question and has left"
            withdraw(draft, identity, reason)
            draft.notes.append(f"approval `{identity}` was withdrawn: {reason}")
        return
    who = electorate_of(draft.compiled, draft.view, open_one)
    outcome = tally(who, open_one.votes)
    if outcome is not Outcome.OPEN:
        settle(draft, identity, approved=outcome is Outcome.APPROVED)
        return
    problem = lift(draft, identity, who)
    if problem is not None:
        withdraw(draft, identity, f"nobody can decide: {problem}")
        lapse(draft, open_one)
        draft.notes.append(f"approval `{identity}` was withdrawn; nobody can decide: {problem}")


def changes(draft: Draft, open_one: OpenApproval) -> dict[str, Change]:
    """Return what has changed of the values that a request is bound to, by name."""
    if not open_one.bound:
        return {}
    compiled, item = draft.compiled, transition_of(draft, open_one.transition)
    approval = compiled.pack.approvals[open_one.approval]
    asked = item.approval or approval.id
    chosen = choices(compiled, asked, approval, draft.view)
    found = changes_of(compiled, item.gate, open_one.bound, draft.view, chosen)
    if found and found.keys() <= chosen.keys():
        with draft.seen_from(open_one.requested_at):
            then = choices(compiled, asked, approval, draft.view)
        # The route has changed as time went by, and by nothing that anybody has recorded: who was
        # asked goes on being asked, or silence could become a yes.
        found = {name: item for name, item in found.items() if then[name] != item.before}
    return found


def judge_again(draft: Draft, open_one: OpenApproval, changed: dict[str, Change]) -> None:
    """Judge the gate of a request anew and route it anew: people vote again, or need not."""
    item = transition_of(draft, open_one.transition)
    verdict = judged(draft, item, before_approval=True)
    approval = resolve(draft.compiled, item.approval or open_one.approval, draft.view)
    problem = _problem(draft, item, verdict, approval)
    if problem or isinstance(approval, Unknown):
        withdraw(draft, open_one.id, f"{told(changed)}; {problem}")
        note = f"approval `{open_one.id}` was withdrawn: {told(changed)}; {problem}"
        draft.notes.append(note)
    elif gives_itself(draft, approval):
        _give(draft, open_one, approval, verdict)
    else:
        _vote_anew(draft, open_one, approval, verdict, changed)


def _problem(
    draft: Draft, item: Transition, verdict: GateVerdict | None, approval: Approval | Unknown
) -> str:
    """Return why the request cannot go on; nothing when it can."""
    if guard_of(draft, item) is not True:
        return guard_reason(draft, item)
    if verdict is not None and keeps_shut(draft, verdict):
        return shut(verdict)
    return unknown_approval(approval) if isinstance(approval, Unknown) else ""


def _give(
    draft: Draft, open_one: OpenApproval, approval: Approval, verdict: GateVerdict | None
) -> None:
    """Approve by the condition of the pack what it now gives without people."""
    mark, gate = draft.mark(), draft.gate
    draft.gate = verdict
    item, goal = transition_of(draft, open_one.transition), (open_one.target, open_one.remark)
    no = approve_automatically(draft, item, approval, open_one.id, goal)
    if no is not None:
        draft.back_to(mark)
        draft.gate = gate
        withdraw(draft, open_one.id, "; ".join(no.reasons))


def _vote_anew(
    draft: Draft,
    open_one: OpenApproval,
    approval: Approval,
    verdict: GateVerdict | None,
    changed: dict[str, Change],
) -> None:
    due, schedule = open_one.due, open_one.schedule
    if approval.id != open_one.approval:
        due, schedule = times(draft.compiled, draft.view, approval, draft.now)
    draft.emit(
        ApprovalReevaluated(
            id=open_one.id,
            approval=approval.id,
            changed=changed,
            findings=kept_findings(verdict),
            bound=bound_now(draft, open_one.transition, verdict, approval.id),
            due=due,
            schedule=schedule,
        ),
        actor=SYSTEM,
    )
    draft.notes.append(f"approval `{open_one.id}` was judged again, as {told(changed)}; vote anew")
