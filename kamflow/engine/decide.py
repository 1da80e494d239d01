"""`decide`: what the engine answers to a command."""

from typing import assert_never

from kamflow.engine.approvals import ANSWERS, Outcome, electorate, tally
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.draft import Draft
from kamflow.engine.moves import (
    No,
    enter,
    find_transition,
    guard_of,
    guard_reason,
    request,
    set_on_opening,
    transition_of,
)
from kamflow.engine.people import SYSTEM
from kamflow.engine.recording import record_facts, report_event
from kamflow.engine.view import Scene
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.commands import (
    AssignRole,
    CastVote,
    Command,
    EndRole,
    OpenSubject,
    RecordFacts,
    ReportEvent,
    RequestTransition,
)
from kamflow.model.decision import Decision
from kamflow.model.events import (
    ApprovalDecided,
    ApprovalWithdrawn,
    RoleAssigned,
    RoleEnded,
    SubjectOpened,
    VoteCast,
)
from kamflow.model.pack import Transition
from kamflow.model.snapshot import OpenApproval, Snapshot


def decide(
    compiled: CompiledPack,
    scene: Scene,
    snapshot: Snapshot | None,
    command: Command,
    *,
    instance: str,
    newest: CompiledPack | None = None,
) -> Decision:
    """Return the answer to `command`, with the events that record it.

    The same policy, snapshot, command and instant give the same answer. A refusal is an answer too:
    it changes no stage and is kept in the history.

    Args:
        compiled: Policy under which the instance stands.
        scene: What may be looked at besides the snapshot, and the instant, aware UTC.
        snapshot: The instance; nothing when it is to be opened.
        command: What is asked for, and by whom.
        instance: Id of the instance.
        newest: Policy that is taken at the next stage; `compiled` if none.
    """
    draft = Draft(compiled, scene, snapshot, command.actor, instance=instance, newest=newest)
    if command.actor in ("", SYSTEM):
        return draft.refused(_name(command), f"say who asks; `{SYSTEM}` is the engine alone")
    match command:
        case OpenSubject():
            refusal = _open(draft, command)
        case RecordFacts():
            refusal = record_facts(draft, command.facts)
        case ReportEvent():
            refusal = report_event(draft, command)
        case AssignRole() | EndRole():
            refusal = _role(draft, command)
        case RequestTransition():
            refusal = _transition(draft, command)
        case CastVote():
            refusal = _vote(draft, command)
        case _:
            assert_never(command)
    return refusal or _follow_up(draft)


def _name(command: Command) -> str:
    return command.trigger if isinstance(command, RequestTransition) else type(command).__name__


def _open(draft: Draft, command: OpenSubject) -> Decision | None:
    pack = draft.compiled.pack
    kind = pack.kinds.get(command.kind)
    if kind is None or kind.workflow is None:
        no_such_kind = did_you_mean(command.kind, pack.kinds)
        hint = no_such_kind if kind is None else ", so none can be opened; give it one"
        return draft.refused("open", f"the policy has no workflow for `{command.kind}`{hint}")
    if not command.id.strip() or set(command.id) & {"/", "#"}:
        return draft.refused("open", f"`{command.id}` is no id; it has letters, no `/` and no `#`")
    above = draft.scene.subject(command.parent) if command.parent else None
    if (None if above is None else above.snapshot.kind) != kind.parent:
        place = f"below a `{kind.parent}`" if kind.parent else "at the top, below nothing"
        return draft.refused("open", f"`{command.kind}` is opened {place}")
    workflow = pack.workflows[kind.workflow]
    draft.emit(
        SubjectOpened(
            subject=command.id,
            kind=command.kind,
            name=command.name,
            parent=command.parent,
            workflow=workflow.id,
            stage=workflow.initial,
        )
    )
    set_on_opening(draft)
    return None


def _role(draft: Draft, command: AssignRole | EndRole) -> Decision | None:
    roles = draft.compiled.pack.roles
    role = roles.get(command.role)
    if role is None:
        hint = did_you_mean(command.role, roles)
        return draft.refused("assign role", f"there is no role `{command.role}`{hint}")
    if role.identity or role.members or role.holder:
        source = role.identity or role.holder or ", ".join(role.members)
        return draft.refused("assign role", f"`{role.id}` is not assigned; it comes from {source}")
    held = command.person in draft.snapshot.roles.get(command.role, ())
    if isinstance(command, AssignRole) and not held:
        draft.emit(RoleAssigned(role=command.role, person=command.person))
    elif isinstance(command, EndRole) and held:
        draft.emit(RoleEnded(role=command.role, person=command.person))
    return None


def _transition(draft: Draft, command: RequestTransition) -> Decision | None:
    found = find_transition(draft, command.trigger)
    no = found if isinstance(found, No) else request(draft, found, command.target, command.remark)
    return _refusal(draft, command.trigger, no)


def _refusal(draft: Draft, command: str, no: No | None) -> Decision | None:
    if no is None:
        return None
    return draft.refused(command, *no.reasons, transition=no.transition, gate=no.gate)


def _vote(draft: Draft, command: CastVote) -> Decision | None:
    open_one = draft.snapshot.approvals.get(command.approval)
    if open_one is None:
        return draft.refused("vote", f"approval `{command.approval}` is not open")
    if command.vote not in ANSWERS:
        return draft.refused("vote", f"`{command.vote}` is no vote; it is {', '.join(ANSWERS)}")
    approval = draft.compiled.pack.approvals[open_one.approval]
    who = electorate(draft.compiled, approval, draft.view, open_one.requested_by)
    if command.actor in who.excluded:
        why = who.excluded[command.actor]
        return draft.refused("vote", f"`{command.actor}` may not vote on it: {why}")
    if command.actor not in who.people:
        people = ", ".join(sorted(who.people)) or "nobody"
        return draft.refused("vote", f"`{command.actor}` has no vote on it; {people} may vote")
    if any(vote.person == command.actor for vote in open_one.votes):
        return draft.refused("vote", f"`{command.actor}` has voted on it already")
    draft.emit(VoteCast(id=open_one.id, vote=command.vote, remark=command.remark))
    votes = draft.snapshot.approvals[open_one.id].votes
    outcome = tally(approval, who, votes)
    if outcome is Outcome.OPEN:
        waiting = ", ".join(sorted(who.people - {vote.person for vote in votes}))
        draft.notes.append(f"approval `{open_one.id}` still waits for {waiting}")
        return None
    return _settle(draft, open_one, approved=outcome is Outcome.APPROVED)


def _settle(draft: Draft, open_one: OpenApproval, *, approved: bool) -> Decision | None:
    """Close an approval that is decided; an approved transition is made if its gate still holds."""
    votes = draft.snapshot.approvals[open_one.id].votes
    said = ", ".join(f"{vote.person} {vote.vote}" for vote in votes)
    item = transition_of(draft, open_one.transition)
    decided = ApprovalDecided(
        id=open_one.id,
        approval=open_one.approval,
        transition=item.id,
        approved=approved,
        reason=said,
    )
    if not approved:
        draft.emit(decided)
        draft.notes.append(f"{item.trigger} was not approved: {said}")
        return None
    trial = _trial(draft, decided, open_one)
    if trial is None:
        return None
    draft.emit(ApprovalWithdrawn(id=open_one.id, reason="; ".join(trial.reasons)), actor=SYSTEM)
    draft.notes.append(f"the votes would approve, but {'; '.join(trial.reasons)}; ask again")
    draft.gate = trial.gate
    return None


def _trial(draft: Draft, decided: ApprovalDecided, open_one: OpenApproval) -> No | None:
    """Make the approved transition; when guard or gate hold no more, undo that and say why."""
    item = transition_of(draft, open_one.transition)
    if guard_of(draft, item) is not True:
        return No((guard_reason(draft, item),), item.id)
    mark = draft.mark()
    draft.emit(decided)
    no = enter(draft, item, open_one.target, open_one.remark, approved=True)
    if no is not None:
        draft.back_to(mark)
    return no


def _follow_up(draft: Draft) -> Decision:
    """Make the automatic transitions that the events open, until none is left.

    A chain longer than the policy allows is refused whole, with its steps named.
    """
    steps: list[str] = []
    while (step := _automatic(draft)) is not None:
        steps.append(step)
        if len(steps) > draft.compiled.pack.chain_limit:
            circle = " -> ".join(steps[-6:])
            return draft.refused("automatic transitions", f"they do not come to an end: {circle}")
    return draft.accepted()


def _automatic(draft: Draft) -> str | None:
    """Make the one automatic transition that is open here, if there is one.

    What keeps an open one from being made (a gate that is shut, say) becomes a note.
    """
    item = _next_automatic(draft)
    if item is None:
        return None
    mark, gate, actor = draft.mark(), draft.gate, draft.actor
    draft.actor = SYSTEM
    try:
        no = request(draft, item, None, "")
    finally:
        draft.actor = actor
    if no is None:
        return item.id
    draft.back_to(mark)
    draft.gate = gate
    draft.notes.append(f"{item.trigger} waits: {'; '.join(no.reasons)}")
    return None


def _next_automatic(draft: Draft) -> Transition | None:
    """Return the automatic transition whose guard is met; none when two guards are met together."""
    snapshot, compiled = draft.snapshot, draft.compiled
    items = compiled.automatic(snapshot.workflow, snapshot.stage)
    if not items:
        return None
    waiting = {open_one.transition for open_one in snapshot.approvals.values()}
    found = [
        item
        for item in items
        if item.id not in waiting
        and (item.when is None or compiled.ask(item.when, draft.view) is True)
    ]
    if len(found) > 1:
        ids = ", ".join(item.id for item in found)
        draft.notes.append(f"the guards of {ids} are met together, so none is made")
    return found[0] if len(found) == 1 else None
