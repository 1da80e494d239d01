"""What happened because of event rules and timers, as lines that a person reads."""

from typing import TypeAlias, assert_never

import kamflow as k
from kamflow_cli.wording import about, because, last_moment, minute, shown

_OfRules: TypeAlias = (
    k.NoticeGiven
    | k.TimerReached
    | k.TimerEnded
    | k.PatternHeld
    | k.PatternBroken
    | k.GateObserved
    | k.MatchersDiverged
)
_Growing: TypeAlias = (
    k.EscalationRaised
    | k.EscalationExtended
    | k.EscalationWorsened
    | k.EscalationClimbed
    | k.EscalationStopped
    | k.EscalationResumed
)
_Answered: TypeAlias = (
    k.EscalationAcknowledged | k.EscalationReassigned | k.EscalationCommented | k.EscalationResolved
)
_OfTasks: TypeAlias = k.TaskGiven | k.TaskReassigned | k.TaskDone | k.TaskOverdue | k.TaskDropped
AlertEvent: TypeAlias = _OfRules | _Growing | _Answered | _OfTasks


def alert_line(event: AlertEvent) -> str:
    """Return an event about rules, timers, escalations or tasks on one line."""
    if isinstance(event, _Growing):
        return _growing_line(event)
    if isinstance(event, _Answered):
        return _answered_line(event)
    if isinstance(event, _OfTasks):
        return _task_line(event)
    return _rule_line(event)


def _growing_line(event: _Growing) -> str:
    match event:
        case k.EscalationRaised():
            return _raised_line(event)
        case k.EscalationExtended():
            return f"`{event.id}` again: {', '.join(event.evidence)}"
        case k.EscalationWorsened():
            return _worsened_line(event)
        case k.EscalationClimbed():
            return f"`{event.id}` climbs{_joining(event.roles, event.level)}"
        case k.EscalationStopped():
            return f"the clock of `{event.id}` stands still"
        case k.EscalationResumed():
            return f"the clock of `{event.id}` goes on"
        case _:
            assert_never(event)


def _worsened_line(event: k.EscalationWorsened) -> str:
    if event.observed:
        return f"`{event.id}` would be {event.severity} now"
    return f"`{event.id}` is {event.severity} now{_joining(event.roles, event.level)}"


def _raised_line(event: k.EscalationRaised) -> str:
    what = f"{event.rule} {event.title}{about(event.key)}"
    if event.observed:
        return f"would have escalated, {event.severity}: {what}"
    shut = f"; shuts {', '.join(event.shut)}" if event.shut else ""
    whom = f" to {', '.join(event.roles)}" if event.roles else ""
    level = f" ({event.level})" if event.level else ""
    return f"escalated `{event.id}`, {event.severity},{whom or ' to nobody'}{level}: {what}{shut}"


def _joining(roles: tuple[str, ...], level: str) -> str:
    if not roles:
        return ""
    return f"; {', '.join(roles)}{f' ({level})' if level else ''} joined"


def _answered_line(event: _Answered) -> str:
    match event:
        case k.EscalationAcknowledged():
            return f"takes care of `{event.id}`{because(event.remark)}"
        case k.EscalationReassigned():
            return f"`{event.id}` is given to {event.to}: {event.reason}"
        case k.EscalationCommented():
            return f"on `{event.id}`: {event.text}{shown(event.evidence)}"
        case k.EscalationResolved():
            verb = "would be" if event.observed else "is"
            return f"`{event.id}` {verb} resolved: {event.remark}{shown(event.evidence)}"
        case _:
            assert_never(event)


def _task_line(event: _OfTasks) -> str:
    match event:
        case k.TaskGiven():
            return f"task `{event.id}` for {_whom(event)}: {event.title}{_until(event.due)}"
        case k.TaskReassigned():
            return f"task `{event.id}` is given to {event.to}: {event.reason}"
        case k.TaskDone():
            return f"task `{event.id}` is done: {event.remark}{shown(event.evidence)}"
        case k.TaskOverdue():
            return f"task `{event.id}` is overdue since {minute(event.due_at)}"
        case k.TaskDropped():
            return f"task `{event.id}` is not asked for any more: {event.reason}"
        case _:
            assert_never(event)


def _whom(event: k.TaskGiven) -> str:
    return f"{', '.join(event.roles) or 'nobody'}{about(event.key)}"


def _until(due: k.Due | None) -> str:
    return f", until {last_moment(due.at)}" if due is not None and due.at is not None else ""


def _rule_line(event: _OfRules) -> str:
    match event:
        case k.NoticeGiven():
            return _notice_line(event)
        case k.TimerReached():
            seen = ", only observed" if event.observed else ""
            return f"timer {event.timer} came to `{event.mark}` at {minute(event.due_at)}{seen}"
        case k.TimerEnded():
            return f"timer {event.timer} ended: {event.reason}"
        case k.PatternHeld():
            return f"{event.pattern} holds since {minute(event.since)}"
        case k.PatternBroken():
            return f"{event.pattern} holds no longer"
        case k.GateObserved():
            return _observed_line(event)
        case k.MatchersDiverged():
            return _diverged_line(event)
        case _:
            assert_never(event)


def _notice_line(event: k.NoticeGiven) -> str:
    what = f"{event.rule} {event.title}{about(event.key)}"
    whom = ", ".join(event.roles)
    if not whom:
        return f"would have come true: {what}" if event.observed else f"came true: {what}"
    return f"would have told {whom}: {what}" if event.observed else f"{whom} told: {what}"


def _observed_line(event: k.GateObserved) -> str:
    failing = [item.criterion for item in event.findings if item.verdict != "met"]
    found = f": {', '.join(failing)}" if failing else ""
    return f"gate {event.gate} would have been shut for {event.transition}{found}"


def _diverged_line(event: k.MatchersDiverged) -> str:
    proposed, expected = ", ".join(event.proposed), ", ".join(event.expected)
    told = f"the firing engine proposed {proposed or 'nothing'} where {expected or 'nothing'} holds"
    return f"{told}; what holds counts (rules {event.rules[:12]})"
