"""What happened as lines that a person reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias, assert_never

import kamflow as k
from kamflow_cli.alert_telling import AlertEvent, alert_line
from kamflow_cli.wording import because, brief, last_moment, minute, shown

_OfPeople: TypeAlias = (
    k.RoleAssigned
    | k.RoleEnded
    | k.AbsenceRecorded
    | k.AbsenceEnded
    | k.DelegationGiven
    | k.DelegationEnded
    | k.PeriodsTurned
)
_OfFacts: TypeAlias = (
    k.FactsRecorded
    | k.LapseScheduled
    | k.FactLapsed
    | k.PlaceOffered
    | k.EventReported
    | k.CohortFrozen
)
_OfRequests: TypeAlias = (
    k.ApprovalRequested
    | k.ApprovalReevaluated
    | k.ApprovalReturned
    | k.ApprovalResumed
    | k.ApprovalCommented
)
_OfVoters: TypeAlias = (
    k.ApprovalReminded
    | k.ApprovalEscalated
    | k.ApprovalStalled
    | k.ApprovalUnstalled
    | k.ApprovalReassigned
)
_OfDecisions: TypeAlias = (
    k.VoteCast
    | k.ApprovalDecided
    | k.ApprovalWithdrawn
    | k.ApprovalExpired
    | k.ConditionMet
    | k.ConditionOverdue
)
_OfExceptions: TypeAlias = (
    k.WaiverGranted
    | k.WaiverEnded
    | k.ReviewOpened
    | k.ReviewOverdue
    | k.ReviewClosed
    | k.GlassBroken
)
_PURPOSES = {"call_in": "to look at {about} again", "appeal": "on the appeal against {about}"}


def event_line(event: k.Event) -> str:
    """Return an event on one line."""
    if isinstance(event, AlertEvent):
        return alert_line(event)
    if isinstance(event, _OfFacts):
        return _fact_line(event)
    if isinstance(event, _OfPeople):
        return _people_line(event)
    if isinstance(event, _OfRequests):
        return _request_line(event)
    if isinstance(event, _OfVoters):
        return _voter_line(event)
    if isinstance(event, _OfDecisions):
        return _decision_line(event)
    if isinstance(event, _OfExceptions):
        return _exception_line(event)
    return _way_line(event)


def change_text(changed: Mapping[str, k.Change]) -> str:
    """Return what changed: `account.margin 12 -> 9`."""
    return ", ".join(
        f"{name} {item.before or 'no value'} -> {item.after or 'no value'}"
        for name, item in changed.items()
    )


def stalled_text(reason: str, until: datetime) -> str:
    """Return why a request cannot be decided for now, and when people are back."""
    return f"cannot be decided before {minute(until)}: {reason}"


def _way_line(event: k.SubjectOpened | k.StageEntered | k.CommandRefused) -> str:
    match event:
        case k.SubjectOpened():
            return f"opened in {event.stage}"
        case k.StageEntered():
            return f"{event.trigger} ({event.transition}): {event.left} -> {event.stage}"
        case k.CommandRefused():
            return f"refused {event.command}: {'; '.join(event.reasons)}"
        case _:
            assert_never(event)


def _fact_line(event: _OfFacts) -> str:
    match event:
        case k.FactsRecorded():
            news = [f"{name} = {item.value}" for name, item in event.facts.items()]
            return "; ".join([*news, *(f"{name} forgotten" for name in event.forgotten)])
        case k.LapseScheduled():
            return f"{event.fact} holds until {event.last_day}"
        case k.FactLapsed():
            return f"{event.fact} holds no longer"
        case k.PlaceOffered():
            return f"a place is free: {event.trigger}, first of {event.waiting} who can take it"
        case k.EventReported():
            carried = "".join(
                f", {name} {brief(value, 200)}" for name, value in event.payload.items()
            )
            late = ", too late for rules to look at" if event.late else ""
            return f"{event.name} on {minute(event.happened_at)}{carried}{late}"
        case k.CohortFrozen():
            return f"cohort {event.cohort} frozen: {', '.join(event.members) or 'nobody'}"
        case _:
            assert_never(event)


def _people_line(event: _OfPeople) -> str:
    match event:
        case k.RoleAssigned():
            return f"{event.person} is {event.role}{_function(event.function)}{_term(event)}"
        case k.RoleEnded():
            return f"{event.person} is no longer {event.role}{_function(event.function)}"
        case k.AbsenceRecorded():
            return _absence_line(event)
        case k.AbsenceEnded():
            return f"absence `{event.id}` ended"
        case k.DelegationGiven():
            only = f" on {', '.join(event.approvals)}" if event.approvals else ""
            return f"{event.to} votes for {event.person}{only}{_term(event)}: {event.reason}"
        case k.DelegationEnded():
            return f"delegation `{event.id}` ended{because(event.reason)}"
        case k.PeriodsTurned():
            return f"periods that began or ended by {minute(event.until)}"
        case _:
            assert_never(event)


def _absence_line(event: k.AbsenceRecorded) -> str:
    if event.left:
        return f"{event.person} has left, from {minute(event.begins_at)}"
    deputies = f"; {', '.join(event.deputies)} may vote meanwhile" if event.deputies else ""
    return f"{event.person} is away{_term(event)}{deputies}"


def _request_line(event: _OfRequests) -> str:
    match event:
        case k.ApprovalRequested():
            return _asked_line(event)
        case k.ApprovalReevaluated():
            anew = f"`{event.id}` judged again ({event.approval}), votes are to be cast anew"
            return f"{anew}: {change_text(event.changed)}"
        case k.ApprovalReturned():
            return f"`{event.id}` sent back: {event.question}"
        case k.ApprovalResumed():
            return f"`{event.id}` answered: {event.answer}{shown(event.evidence)}"
        case k.ApprovalCommented():
            return f"on `{event.id}`: {event.text}{shown(event.evidence)}"
        case _:
            assert_never(event)


def _voter_line(event: _OfVoters) -> str:
    match event:
        case k.ApprovalReminded():
            return f"`{event.id}`: {', '.join(event.people) or 'nobody'} reminded"
        case k.ApprovalEscalated():
            who = f"{', '.join(event.roles)} ({', '.join(event.people) or 'nobody'})"
            return f"`{event.id}` goes to {who}: {event.reason}"
        case k.ApprovalStalled():
            return f"`{event.id}` {stalled_text(event.reason, event.until)}"
        case k.ApprovalUnstalled():
            return f"`{event.id}` can be decided again"
        case k.ApprovalReassigned():
            return f"{event.to} votes instead of {event.person} on `{event.id}`: {event.reason}"
        case _:
            assert_never(event)


def _asked_line(event: k.ApprovalRequested) -> str:
    if event.waiver is not None:
        item = event.waiver
        what = f"to waive {item.criterion} until {item.ends_on} (owner {item.owner})"
        return f"approval {event.approval} `{event.id}` asked {what}: {item.reason}"
    about = _PURPOSES.get(event.purpose, "for {transition}")
    what = about.format(about=f"`{event.about}`", transition=event.transition)
    return f"approval {event.approval} `{event.id}` asked {what}"


def _decision_line(event: _OfDecisions) -> str:
    match event:
        case k.VoteCast():
            whose = f" for {event.principal}" if event.principal else ""
            given = "".join(
                f"; on condition: {item.text} ({item.owner} until {item.due_on})"
                for item in event.conditions
            )
            said = f"votes {event.vote}{whose} on `{event.id}`{because(event.remark)}"
            return f"{said}{given}{shown(event.evidence)}"
        case k.ApprovalDecided():
            return _decided_line(event)
        case k.ApprovalWithdrawn():
            return f"approval `{event.id}` withdrawn: {event.reason}"
        case k.ApprovalExpired():
            return f"approval `{event.id}` expired: nobody decided by {last_moment(event.due_at)}"
        case k.ConditionMet():
            return f"condition `{event.id}` is met: {event.remark}{shown(event.evidence)}"
        case k.ConditionOverdue():
            until = last_moment(event.due_at)
            return f"condition `{event.id}` is overdue: {event.owner} had until {until}"
        case _:
            assert_never(event)


def _decided_line(event: k.ApprovalDecided) -> str:
    how = " automatically" if event.automatic else ""
    given = f", on {len(event.conditions)} conditions" if event.conditions else ""
    if len(event.conditions) == 1:
        given = f", on the condition {event.conditions[0].text}"
    word = "approved" if event.approved else "rejected"
    return f"{event.approval} {word}{how}{given}: {event.reason}"


def _exception_line(event: _OfExceptions) -> str:
    match event:
        case k.WaiverGranted():
            until = f"until {event.ends_on} (owner {event.owner})"
            return f"{event.criterion} is waived {until}: {event.reason}"
        case k.WaiverEnded():
            return f"{event.criterion} is waived no longer: {event.reason}"
        case k.ReviewOpened():
            what = event.kind.replace("_", " ")
            return f"`{event.id}` has to be reviewed ({what}) by {', '.join(event.roles)}"
        case k.ReviewOverdue():
            who, until = ", ".join(event.roles), last_moment(event.due_at)
            what = event.kind.replace("_", " ")
            return f"`{event.id}` was not reviewed ({what}): {who} had until {until}"
        case k.ReviewClosed():
            return f"review of `{event.id}`: {event.answer}{because(event.remark)}"
        case k.GlassBroken():
            who = f"asked by {event.asked_by}, confirmed by {event.confirmed_by}"
            return f"glass broken for {event.transition}, {who}: {event.reason}"
        case _:
            assert_never(event)


def _function(function: str) -> str:
    return f" for {function}" if function else ""


def _term(event: k.RoleAssigned | k.AbsenceRecorded | k.DelegationGiven) -> str:
    begins = f" from {minute(event.begins_at)}" if event.begins_at else ""
    return f"{begins} until {last_moment(event.ends_at)}" if event.ends_at else begins
