"""What events about escalations, tasks and timers make of an instance."""

from typing import TypeAlias

from msgspec.structs import replace

from kamflow.engine.alerts import key_of
from kamflow.model.deadline import Pause
from kamflow.model.escalated import (
    AlertEvent,
    EscalationAcknowledged,
    EscalationClimbed,
    EscalationCommented,
    EscalationExtended,
    EscalationRaised,
    EscalationReassigned,
    EscalationResolved,
    EscalationResumed,
    EscalationStopped,
    EscalationWorsened,
    NoticeGiven,
    OfEscalations,
    OfRules,
    OfTasks,
    PatternBroken,
    PatternHeld,
    TaskDone,
    TaskDropped,
    TaskGiven,
    TaskOverdue,
    TaskReassigned,
    TimerEnded,
    TimerReached,
)
from kamflow.model.escalation import OpenEscalation, OpenTask, Settled, TimerRun
from kamflow.model.events import Recorded
from kamflow.model.remark import Comment
from kamflow.model.snapshot import Snapshot

_ByPeople: TypeAlias = EscalationAcknowledged | EscalationReassigned | EscalationCommented
_ByTime: TypeAlias = (
    EscalationExtended
    | EscalationWorsened
    | EscalationClimbed
    | EscalationStopped
    | EscalationResumed
)


def with_alert(before: Snapshot, event: AlertEvent, recorded: Recorded) -> Snapshot:
    """Return the instance after an event about an escalation, a task or a timer."""
    if isinstance(event, OfEscalations):
        return _with_escalation(before, event, recorded)
    if isinstance(event, OfTasks):
        return replace(before, tasks=_tasks(before.tasks, event, recorded))
    return _with_rule(before, event)


def _with_escalation(before: Snapshot, event: OfEscalations, recorded: Recorded) -> Snapshot:
    if isinstance(event, EscalationRaised):
        raised = _raised(event, recorded)
        return replace(before, escalations={**before.escalations, event.id: raised})
    open_one = before.escalations.get(event.id)
    if open_one is None:
        return before
    if isinstance(event, EscalationResolved):
        left = {key: item for key, item in before.escalations.items() if key != event.id}
        over = _settled(event, open_one.evidence)
        settled = {**before.settled, key_of(open_one.rule, open_one.key): over}
        return replace(before, escalations=left, settled=settled)
    if isinstance(event, _ByTime):
        changed = _by_time(open_one, event, recorded)
    else:
        changed = _by_people(open_one, event, recorded)
    return replace(before, escalations={**before.escalations, event.id: changed})


def _settled(event: EscalationResolved | NoticeGiven, evidence: tuple[str, ...]) -> Settled:
    return Settled(at=event.as_of, evidence=evidence, observed=event.observed)


def _raised(event: EscalationRaised, recorded: Recorded) -> OpenEscalation:
    return OpenEscalation(
        id=event.id,
        rule=event.rule,
        title=event.title,
        severity=event.severity,
        raised_at=event.raised_at or recorded.at,
        as_of=event.as_of,
        key=event.key,
        level=event.level,
        roles=event.roles,
        evidence=event.evidence,
        climb=event.climb,
        shut=event.shut,
        observed=event.observed,
    )


def _by_time(before: OpenEscalation, event: _ByTime, recorded: Recorded) -> OpenEscalation:
    match event:
        case EscalationExtended():
            return replace(before, evidence=_joined(before.evidence, event.evidence))
        case EscalationWorsened():
            severe = replace(before, severity=event.severity)
            return _joined_by(severe, event)
        case EscalationClimbed():
            shut = _joined(before.shut, event.shut)
            return _joined_by(replace(before, shut=shut), event)
        case EscalationStopped():
            return replace(before, stopped_at=event.stopped_at or recorded.at)
        case EscalationResumed():
            pauses = before.pauses
            if before.stopped_at is not None:
                ends_at = event.resumed_at or recorded.at
                pauses = (*pauses, Pause(begins_at=before.stopped_at, ends_at=ends_at))
            return replace(before, stopped_at=None, pauses=pauses, climb=event.climb)


def _joined_by(
    before: OpenEscalation, event: EscalationWorsened | EscalationClimbed
) -> OpenEscalation:
    return replace(
        before,
        level=event.level or before.level,
        roles=_joined(before.roles, event.roles),
        climb=event.climb,
    )


def _joined(before: tuple[str, ...], news: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *news)))


def _by_people(before: OpenEscalation, event: _ByPeople, recorded: Recorded) -> OpenEscalation:
    match event:
        case EscalationAcknowledged():
            return replace(
                before,
                acknowledged_by=recorded.actor,
                acknowledged_at=recorded.at,
                climb=tuple(item for item in before.climb if item.acknowledged),
            )
        case EscalationReassigned():
            if event.to == before.acknowledged_by:
                return replace(before, person=event.to)
            return replace(before, person=event.to, acknowledged_by="", acknowledged_at=None)
        case EscalationCommented():
            said = Comment(
                person=recorded.actor, at=recorded.at, text=event.text, evidence=event.evidence
            )
            return replace(before, comments=(*before.comments, said))


def _tasks(before: dict[str, OpenTask], event: OfTasks, recorded: Recorded) -> dict[str, OpenTask]:
    if isinstance(event, TaskGiven):
        return {**before, event.id: _given(event, recorded)}
    task = before.get(event.id)
    if task is None:
        return before
    match event:
        case TaskReassigned():
            return {**before, event.id: replace(task, person=event.to)}
        case TaskOverdue():
            return {**before, event.id: replace(task, overdue=True)}
        case TaskDone() | TaskDropped():
            return {key: item for key, item in before.items() if key != event.id}


def _given(event: TaskGiven, recorded: Recorded) -> OpenTask:
    return OpenTask(
        id=event.id,
        rule=event.rule,
        task=event.task,
        title=event.title,
        given_at=event.given_at or recorded.at,
        roles=event.roles,
        key=event.key,
        escalation=event.escalation,
        transition=event.transition,
        due=event.due,
    )


def _with_rule(before: Snapshot, event: OfRules) -> Snapshot:
    match event:
        case NoticeGiven() if not event.mark:
            told = _settled(event, event.evidence)
            settled = {**before.settled, key_of(event.rule, event.key): told}
            return replace(before, settled=settled)
        case TimerReached() | TimerEnded():
            return replace(before, timers=_timers(before.timers, event))
        case PatternHeld():
            return replace(before, lasting={**before.lasting, event.pattern: event.since})
        case PatternBroken():
            left = {key: at for key, at in before.lasting.items() if key != event.pattern}
            return replace(before, lasting=left)
        case _:  # notices of timers, observed gates, matchers that differ: they change nothing
            return before


def _timers(before: dict[str, TimerRun], event: TimerReached | TimerEnded) -> dict[str, TimerRun]:
    if isinstance(event, TimerEnded):
        return {key: item for key, item in before.items() if key != event.timer}
    run = before.get(event.timer)
    reached = run.reached if run is not None and run.since == event.since else ()
    now = TimerRun(since=event.since, reached=_joined(reached, (event.mark,)))
    return {**before, event.timer: now}
