"""Decides on transitions: who may ask, whether the guard holds, the gate is met, people agree."""

from kamflow.engine.afterwards import revisable, sampled
from kamflow.engine.alerts import shutting_at, told_shut
from kamflow.engine.approvals import resolve
from kamflow.engine.asking import Asked, No, ask, kept_findings, unknown_approval
from kamflow.engine.automatic import guards_of, reason_of
from kamflow.engine.draft import Draft
from kamflow.engine.evolve import replay
from kamflow.engine.gates import judge_gate
from kamflow.engine.people import SYSTEM, holds_any, lacking
from kamflow.engine.promises import holding, told
from kamflow.engine.proposals import made
from kamflow.engine.segregation import forbids, request_act
from kamflow.engine.setting import record_values, set_values, values_of
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.approval import Approval
from kamflow.model.decision import GateVerdict
from kamflow.model.escalated import GateObserved
from kamflow.model.events import (
    ApprovalDecided,
    ApprovalWithdrawn,
    CohortFrozen,
    StageEntered,
)
from kamflow.model.pack import RETURNING, SAME, Freeze, Stage, Transition, Workflow
from kamflow.model.values import Unknown, Verdict


def find_transition(draft: Draft, trigger: str) -> Transition | No:
    """Return the one transition of that trigger that leads on from here for this actor."""
    here = draft.compiled.leaving(draft.snapshot.workflow, draft.snapshot.stage)
    named = [item for item in here if item.trigger == trigger]
    if not named:
        triggers = [item.trigger for item in here]
        hint = did_you_mean(trigger, triggers) or f"; from here: {', '.join(triggers) or 'none'}"
        return No((f"stage `{draft.snapshot.stage}` has no trigger `{trigger}`{hint}",))
    pack = draft.compiled.pack
    allowed = [i for i in named if holds_any(pack, draft.view, draft.actor, i.requested_by)]
    if not allowed:
        return No((lacking(pack, draft.view, draft.actor, named[0].requested_by),), named[0].id)
    enabled = [item for item in allowed if guard_of(draft, item) is True]
    if len(enabled) == 1:
        return enabled[0]
    if enabled:
        ids = ", ".join(item.id for item in enabled)
        return No((f"the guards of {ids} are met together; correct the policy",), enabled[0].id)
    return No(tuple(guard_reason(draft, item) for item in allowed), allowed[0].id)


def guard_of(draft: Draft, item: Transition) -> object:
    """Return what the guard of a transition comes to now; a transition without one is open."""
    return True if item.when is None else draft.compiled.ask(item.when, draft.view)


def guard_reason(draft: Draft, item: Transition) -> str:
    """Return why a transition is not open, for a person to read."""
    verdict = guard_of(draft, item)
    text = item.when.text if item.when else ""
    if not isinstance(verdict, Unknown):
        return f"{item.id} is not open: {text}"
    causes = "; ".join(f"`{cause.name}` {cause.reason}" for cause in verdict.causes)
    return f"{item.id} is not known to be open: {text} ({causes})"


def request(draft: Draft, item: Transition, target: str | None, remark: str) -> No | None:
    """Make the transition, or ask people first when its approval says so.

    Neither is done where a duty keeps the actor from asking, be that a person or the engine.
    """
    forbidden = forbids(draft.compiled, draft.view, (request_act(item, draft.actor),))
    if forbidden:
        return No(forbidden, item.id)
    goal = target_of(draft, item, target)
    if isinstance(goal, No):
        return goal
    standing = _standing(draft, item) or held_back(draft, item, goal)
    if standing is not None:
        return standing
    verdict = judged(draft, item, before_approval=item.approval is not None)
    draft.gate = verdict
    if verdict is not None and keeps_shut(draft, verdict):
        return No((shut(verdict),), item.id, verdict)
    if item.approval is None:
        return enter(draft, item, goal, remark)
    approval = resolve(draft.compiled, item.approval, draft.view)
    if isinstance(approval, Unknown):
        return No((unknown_approval(approval),), item.id, verdict)
    if gives_itself(draft, approval):
        identity = f"{draft.instance}#{draft.next_sequence}"
        return approve_automatically(draft, item, approval, identity, (goal, remark))
    asked = Asked(
        approval=approval.id, transition=item.id, target=goal, remark=remark, gate=verdict
    )
    return ask(draft, asked)


def _standing(draft: Draft, item: Transition) -> No | None:
    """Refuse what is asked for already, and what was refused and has not changed since."""
    for open_one in draft.snapshot.approvals.values():
        if open_one.transition == item.id and not open_one.purpose:
            return No((f"approval `{open_one.id}` is waiting for votes already",), item.id)
    for answers in (draft.snapshot.rejected, draft.snapshot.barred):
        no_at = answers.get(item.id)
        if no_at is not None and not _changed_since(draft, no_at):
            why = "nothing has changed since the last no; record new facts first"
            return No((why,), item.id, unchanged=True)
    return None


def _changed_since(draft: Draft, no_at: int) -> bool:
    """Tell whether somebody has recorded another value of a fact since people said no."""
    if draft.snapshot.facts_at < no_at:
        return False
    then = replay(item for item in draft.events_so_far() if item.sequence <= no_at)
    before = then.facts if then is not None else {}
    return any(
        observed.author != SYSTEM and (name not in before or before[name].value != observed.value)
        for name, observed in draft.snapshot.facts.items()
    )


def held_back(draft: Draft, item: Transition, goal: str) -> No | None:
    """Refuse to go through a gate that an escalation or a condition of an earlier yes shuts."""
    reasons = [told(one) for one in holding(_workflow(draft), draft.snapshot, item, goal)]
    if item.gate is not None:
        found = shutting_at(draft.scene, draft.snapshot, item.gate)
        if found is not None:
            reasons.append(told_shut(found, item.gate))
    return No(tuple(reasons), item.id) if reasons else None


def target_of(draft: Draft, item: Transition, target: str | None) -> str | No:
    """Return the stage to enter."""
    if item.targets == (SAME,):
        return draft.snapshot.stage
    if item.targets == (RETURNING,):
        before = draft.snapshot.came_from
        if before is None or before not in _workflow(draft).stages:
            return No(("there is no stage to return to",), item.id)
        return before
    if target is None and len(item.targets) == 1:
        return item.targets[0]
    if target in item.targets:
        return target
    return No((f"pick a stage to enter: {', '.join(item.targets)}",), item.id)


def judged(draft: Draft, item: Transition, *, before_approval: bool) -> GateVerdict | None:
    """Return what the gate of a transition comes to now; nothing where it has none."""
    if item.gate is None:
        return None
    return judge_gate(draft.compiled, item.gate, draft.view, before_approval=before_approval)


def shut(verdict: GateVerdict) -> str:
    """Return what keeps a gate shut, for a person to read."""
    how = "is not met" if verdict.verdict is Verdict.UNMET else "is not ready"
    ids = ", ".join(finding.criterion.id for finding in verdict.open_findings())
    return f"gate {verdict.gate} {how}: {ids}"


def gives_itself(draft: Draft, approval: Approval) -> bool:
    """Tell whether the pack approves now without people."""
    condition = approval.auto_when
    return condition is not None and draft.compiled.ask(condition, draft.view) is True


def approve_automatically(
    draft: Draft, item: Transition, approval: Approval, identity: str, goal: tuple[str, str]
) -> No | None:
    """Approve by the condition of the pack, and make the transition.

    Args:
        draft: The decision.
        item: The transition.
        approval: What approves itself.
        identity: Under which it is decided.
        goal: The stage to enter, and the remark of who asked.
    """
    kind, until = revisable(draft, approval, identity, automatic=True, approved=True)
    decided = ApprovalDecided(
        id=identity,
        approval=approval.id,
        transition=item.id,
        approved=True,
        automatic=True,
        reason=reason_of(draft.compiled, approval, draft.view),
        findings=(*kept_findings(draft.gate), *guards_of(draft.compiled, approval, draft.view)),
        revisable=kind,
        revisable_until=until,
    )
    draft.emit(decided, actor=SYSTEM)
    sampled(draft, decided)
    return enter(draft, item, *goal, approved=True)


def enter(
    draft: Draft, item: Transition, goal: str, remark: str, *, approved: bool = False
) -> No | None:
    """Enter the stage. After an approval the whole gate is judged once more."""
    if approved:
        set_values(draft, item.set_on_approval)
        draft.gate = verdict = judged(draft, item, before_approval=False)
        if verdict is not None and keeps_shut(draft, verdict):
            return No((shut(verdict),), item.id, verdict)
    _say_observed(draft, item)
    go_past_gate(draft, item, goal, remark)
    return None


def keeps_shut(draft: Draft, verdict: GateVerdict) -> bool:
    """Tell whether a gate is not met; one that is only observed keeps nothing shut."""
    return verdict.verdict is not Verdict.MET and not _observed(draft, verdict)


def _observed(draft: Draft, verdict: GateVerdict) -> bool:
    return bool(draft.compiled.pack.gates[verdict.gate].observe)


def _say_observed(draft: Draft, item: Transition) -> None:
    """Say once of a transition that is made that a gate would have been shut, were it in force."""
    verdict = draft.gate
    if verdict is None or verdict.verdict is Verdict.MET or not _observed(draft, verdict):
        return
    findings = tuple(found.kept() for found in verdict.open_findings())
    event = GateObserved(gate=verdict.gate, transition=item.id, findings=findings)
    draft.emit(event, actor=SYSTEM)


def go_past_gate(
    draft: Draft, item: Transition, goal: str, remark: str, *, barred: str = ""
) -> None:
    """Enter the stage without a look at gate and approval; `draft.gate` is kept with the event.

    `barred` names a transition that is not made again until a fact has changed.
    """
    left, settings = draft.snapshot.stage, values_of(draft, item.set)
    stage = draft.compiled.machine(draft.snapshot.workflow).advance(left, item.id, goal)
    policy = draft.policy_of(stage) if stage != left else draft.compiled
    kind = policy.pack.workflows[draft.snapshot.workflow].stages[stage].kind
    entered = StageEntered(
        transition=item.id,
        trigger=item.trigger,
        left=left,
        stage=stage,
        remark=remark,
        findings=kept_findings(draft.gate),
        barred=barred,
        waits=kind == "waiting" and stage != left,
        since=draft.scene.now if draft.scene.now != draft.now else None,
    )
    draft.emit(entered, pack=policy.pack.digest)
    if stage != left:
        draft.go_on_under(policy)
        settings = {**values_of(draft, _stage(draft, stage).set), **settings}
        _withdraw_others(draft)
    made(draft, item)
    record_values(draft, settings)
    for item_frozen in item.freeze:
        _freeze(draft, item_frozen)


def _freeze(draft: Draft, frozen: Freeze) -> None:
    """Keep the members of a set for which the condition is met now under the cohort's name."""
    pack, view = draft.compiled.pack, draft.view
    kind = pack.kind_of_set(frozen.members) or ""
    members = tuple(
        member.snapshot.id
        for member in view.members(kind, pack.kinds[kind].parent)
        if frozen.where is None or draft.compiled.ask(frozen.where, member) is True
    )
    draft.emit(CohortFrozen(cohort=frozen.cohort, members=members), actor=SYSTEM)


def _withdraw_others(draft: Draft) -> None:
    """Withdraw what was asked about the stage that was left; waivers and revisions go on."""
    known = draft.compiled.pack.approvals
    for identity, open_one in draft.snapshot.approvals.items():
        if open_one.purpose in ("", "break_glass"):
            draft.emit(ApprovalWithdrawn(id=identity, reason="the stage was left"), actor=SYSTEM)
        elif open_one.approval not in known:
            reason = f"the policy of the new stage has no approval {open_one.approval}"
            draft.emit(ApprovalWithdrawn(id=identity, reason=reason), actor=SYSTEM)


def _workflow(draft: Draft) -> Workflow:
    return draft.compiled.pack.workflows[draft.snapshot.workflow]


def _stage(draft: Draft, stage: str) -> Stage:
    return _workflow(draft).stages[stage]


def transition_of(draft: Draft, transition: str) -> Transition:
    """Return the transition of that id."""
    return draft.compiled.transition(draft.snapshot.workflow, transition)


def set_on_opening(draft: Draft) -> None:
    """Set what the initial stage sets."""
    set_values(draft, _stage(draft, draft.snapshot.stage).set)
