"""Decides on transitions: who may ask, whether the guard holds, the gate is met, people agree."""

from msgspec import Struct

from kamflow.engine.approvals import electorate, obstacle, resolve
from kamflow.engine.draft import Draft
from kamflow.engine.gates import judge_gate
from kamflow.engine.people import SYSTEM, holds_any, lacking
from kamflow.engine.tables import explain_table
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.approval import Approval
from kamflow.model.decision import GateVerdict
from kamflow.model.events import (
    ApprovalDecided,
    ApprovalRequested,
    ApprovalWithdrawn,
    CohortFrozen,
    FactsRecorded,
    KeptFinding,
    StageEntered,
)
from kamflow.model.pack import RETURNING, SAME, Freeze, Setting, Stage, Transition, Workflow
from kamflow.model.snapshot import Observation
from kamflow.model.values import Unknown, Verdict, format_value


class No(Struct, frozen=True):
    """Why a transition is not made."""

    reasons: tuple[str, ...]
    transition: str = ""
    gate: GateVerdict | None = None


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
    """Make the transition, or ask people first when its approval says so."""
    goal = _target(draft, item, target)
    if isinstance(goal, No):
        return goal
    standing = _standing(draft, item)
    if standing is not None:
        return standing
    verdict = _judge(draft, item, before_approval=item.approval is not None)
    draft.gate = verdict
    if verdict is not None and verdict.verdict is not Verdict.MET:
        return No((_shut(verdict),), item.id, verdict)
    if item.approval is None:
        return enter(draft, item, goal, remark)
    approval = resolve(draft.compiled, item.approval, draft.view)
    if isinstance(approval, Unknown):
        causes = "; ".join(f"`{cause.name}` {cause.reason}" for cause in approval.causes)
        return No((f"which approval is needed is not known: {causes}",), item.id, verdict)
    return _ask(draft, item, approval, goal, remark)


def _standing(draft: Draft, item: Transition) -> No | None:
    """Refuse what is asked for already, and what was refused and has not changed since."""
    for open_one in draft.snapshot.approvals.values():
        if open_one.transition == item.id:
            return No((f"approval `{open_one.id}` is waiting for votes already",), item.id)
    no_at = draft.snapshot.rejected.get(item.id)
    if no_at is not None and draft.snapshot.facts_at < no_at:
        return No(("nothing has changed since the last no; record new facts first",), item.id)
    return None


def _target(draft: Draft, item: Transition, target: str | None) -> str | No:
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


def _judge(draft: Draft, item: Transition, *, before_approval: bool) -> GateVerdict | None:
    if item.gate is None:
        return None
    return judge_gate(draft.compiled, item.gate, draft.view, before_approval=before_approval)


def _shut(verdict: GateVerdict) -> str:
    how = "is not met" if verdict.verdict is Verdict.UNMET else "is not ready"
    ids = ", ".join(finding.criterion.id for finding in verdict.open_findings())
    return f"gate {verdict.gate} {how}: {ids}"


def _kept(verdict: GateVerdict | None) -> tuple[KeptFinding, ...]:
    return tuple([item.kept() for item in verdict.findings]) if verdict else ()


def _ask(draft: Draft, item: Transition, approval: Approval, goal: str, remark: str) -> No | None:
    """Approve at once where the pack says so, else ask the people who may vote."""
    identity = f"{draft.instance}#{draft.next_sequence}"
    if (
        approval.auto_when is not None
        and draft.compiled.ask(approval.auto_when, draft.view) is True
    ):
        decided = ApprovalDecided(
            id=identity,
            approval=approval.id,
            transition=item.id,
            approved=True,
            automatic=True,
            reason=reason_of(draft, approval),
            findings=_kept(draft.gate),
        )
        draft.emit(decided, actor=SYSTEM)
        return enter(draft, item, goal, remark, approved=True)
    who = electorate(draft.compiled, approval, draft.view, draft.actor)
    problem = obstacle(approval, who)
    if problem is not None:
        return No((f"approval {approval.id} cannot be given: {problem}",), item.id, draft.gate)
    draft.emit(
        ApprovalRequested(
            id=identity,
            approval=approval.id,
            transition=item.id,
            target=goal,
            remark=remark,
            findings=_kept(draft.gate),
        )
    )
    people = ", ".join(sorted(who.people))
    draft.notes.append(f"approval {approval.id} `{identity}` waits for {people}")
    return None


def reason_of(draft: Draft, approval: Approval) -> str:
    """Return why the pack approves without people: the table row that was hit, or the condition."""
    pack, view = draft.compiled.pack, draft.view
    for table in pack.tables.values():
        if approval.auto_when is not None and f"{table.id}." in approval.auto_when.text:
            row = view[table.id].row
            missed = explain_table(table, pack, view)[-1].missed if row is None else ()
            return f"{table.title}: row {row.id}, {row.why}" if row else ", ".join(missed)
    return approval.auto_when.text if approval.auto_when else ""


def enter(
    draft: Draft, item: Transition, goal: str, remark: str, *, approved: bool = False
) -> No | None:
    """Enter the stage. After an approval the whole gate is judged once more."""
    if approved:
        _set(draft, item.set_on_approval)
        draft.gate = verdict = _judge(draft, item, before_approval=False)
        if verdict is not None and verdict.verdict is not Verdict.MET:
            return No((_shut(verdict),), item.id, verdict)
    left, settings = draft.snapshot.stage, _values(draft, item.set)
    stage = draft.compiled.machine(draft.snapshot.workflow).advance(left, item.id, goal)
    entered = StageEntered(
        transition=item.id,
        trigger=item.trigger,
        left=left,
        stage=stage,
        remark=remark,
        findings=_kept(draft.gate),
    )
    policy = draft.policy_of(stage) if stage != left else draft.compiled
    draft.emit(entered, pack=policy.pack.digest)
    if stage != left:
        draft.go_on_under(policy)
        settings = {**_values(draft, _stage(draft, stage).set), **settings}
        _withdraw_others(draft)
    _record(draft, settings)
    for item_frozen in item.freeze:
        _freeze(draft, item_frozen)
    return None


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
    for identity in draft.snapshot.approvals:
        draft.emit(ApprovalWithdrawn(id=identity, reason="the stage was left"), actor=SYSTEM)


def _set(draft: Draft, settings: tuple[Setting, ...]) -> None:
    _record(draft, _values(draft, settings))


def _values(draft: Draft, settings: tuple[Setting, ...]) -> dict[str, str | None]:
    """Return what each setting comes to now, as canonical text; nothing means forget.

    A value that is unknown is not set.
    """
    values: dict[str, str | None] = {}
    for setting in settings:
        if setting.actor or setting.value is None:
            values[setting.fact] = draft.actor if setting.actor else None
            continue
        value = draft.compiled.ask(setting.value, draft.view)
        if not isinstance(value, Unknown):
            values[setting.fact] = format_value(value)
    return values


def _record(draft: Draft, values: dict[str, str | None]) -> None:
    if not values:
        return
    declared = draft.compiled.pack.facts
    facts = {
        name: Observation(
            value=value,
            as_of=draft.now,
            source="kamflow",
            author=SYSTEM,
            recorded_at=draft.now,
            unit=declared[name].shape.unit if name in declared else "",
        )
        for name, value in values.items()
        if value is not None
    }
    forgotten = tuple(
        name for name, value in values.items() if value is None and name in draft.snapshot.facts
    )
    if facts or forgotten:
        draft.emit(FactsRecorded(facts=facts, forgotten=forgotten), actor=SYSTEM)


def _workflow(draft: Draft) -> Workflow:
    return draft.compiled.pack.workflows[draft.snapshot.workflow]


def _stage(draft: Draft, stage: str) -> Stage:
    return _workflow(draft).stages[stage]


def transition_of(draft: Draft, transition: str) -> Transition:
    """Return the transition of that id."""
    return draft.compiled.transition(draft.snapshot.workflow, transition)


def set_on_opening(draft: Draft) -> None:
    """Set what the initial stage sets."""
    _set(draft, _stage(draft, draft.snapshot.stage).set)
