"""Looks after what is open: clocks that stop and go on, what has become pointless, what is done."""

from kamflow.engine.draft import Draft
from kamflow.engine.escalations import tasks, timers
from kamflow.engine.escalations.ladder import Ladder
from kamflow.engine.escalations.raising import clear
from kamflow.engine.escalations.starts import is_halted
from kamflow.engine.escalations.tasks import timed
from kamflow.engine.people import SYSTEM
from kamflow.model.escalated import EscalationResumed, EscalationStopped
from kamflow.model.escalation import OpenEscalation, OpenTask
from kamflow.model.rules import Each, EventRule

__all__ = ["tend", "timed"]


def tend(draft: Draft) -> None:
    """Look after open escalations, tasks and timers, as things stand now.

    Called again it does nothing more.
    """
    snapshot = draft.snapshot
    if not (snapshot.escalations or snapshot.tasks or snapshot.timers):
        return  # nearly every subject, nearly always
    for timer in tuple(snapshot.timers):
        if timer not in draft.compiled.pack.timers:
            timers.end(draft, timer, f"the policy has no timer {timer} any more")
    for open_one in tuple(draft.snapshot.escalations.values()):
        _look_after(draft, open_one)
    tasks.close_done(draft)
    for task in tuple(draft.snapshot.tasks.values()):
        _look_at(draft, task)


def _look_after(draft: Draft, open_one: OpenEscalation) -> None:
    """Close an escalation that has become pointless; else see to its clock."""
    reason = _pointless(draft, open_one.rule, open_one.key) or _switched(draft, open_one)
    if reason:
        clear(draft, open_one, reason, draft.scene.now)
    elif not open_one.observed:
        _keep_time(draft, open_one)


def _pointless(draft: Draft, rule: str, key: str) -> str:
    """Return why nothing is called for any more by a rule or timer; empty where something is."""
    found, stage = draft.compiled.pack.caller(rule), draft.snapshot.stage
    if found is None:
        return f"the policy has no {rule} any more"
    if found.kind != draft.snapshot.kind:
        return f"{rule} is about a {found.kind} now"
    each = found.each if isinstance(found, EventRule) else None
    if bool(key) is (each is None):
        return _told_apart(rule, each)
    if stage in found.stages or not _is_end(draft, stage):
        return ""
    return f"the subject has left for `{stage}`"


def _told_apart(rule: str, each: Each | None) -> str:
    """Return that a rule tells events apart now by what they carry, or no longer."""
    if each is None:
        return f"{rule} does not tell events apart any more"
    return f"{rule} looks at every {each.field} of {each.event} by itself now"


def _switched(draft: Draft, open_one: OpenEscalation) -> str:
    """Return that a rule is observed now, or no longer; empty where it is as it was."""
    rule, found = open_one.rule, draft.compiled.pack.caller(open_one.rule)
    if found is None or bool(found.observe) is open_one.observed:
        return ""
    return (
        f"{rule} is not only observed any more"
        if open_one.observed
        else f"{rule} is only observed now"
    )


def _is_end(draft: Draft, stage: str) -> bool:
    found = draft.compiled.pack.workflows[draft.snapshot.workflow].stages.get(stage)
    return found is not None and found.kind == "end"


def _keep_time(draft: Draft, open_one: OpenEscalation) -> None:
    """Stop the clock of an escalation where its rule is not judged, and let it go on."""
    stands, now = _stands_still(draft, open_one.rule), draft.scene.now
    if stands and open_one.stopped_at is None:
        draft.emit(EscalationStopped(id=open_one.id, stopped_at=now), actor=SYSTEM)
    elif not stands and open_one.stopped_at is not None:
        climb = Ladder(draft.compiled, draft.view).resumed(open_one, now)
        event = EscalationResumed(id=open_one.id, resumed_at=now, climb=climb)
        draft.emit(event, actor=SYSTEM)


def _stands_still(draft: Draft, rule: str) -> bool:
    pack = draft.compiled.pack
    if rule in pack.timers:
        return is_halted(draft.compiled, draft.snapshot, pack.timers[rule])
    stages = pack.rules[rule].stages
    return bool(stages) and draft.snapshot.stage not in stages


def _look_at(draft: Draft, task: OpenTask) -> None:
    """Ask for a task no longer that cannot be done any more."""
    stage = draft.snapshot.stage
    if task.transition and not tasks.is_possible(draft, task.transition):
        tasks.drop(draft, task, f"it is not possible from `{stage}`")
    elif not task.escalation and draft.compiled.pack.caller(task.rule) is not None:
        reason = _pointless(draft, task.rule, task.key)
        if reason:
            tasks.drop(draft, task, reason)
