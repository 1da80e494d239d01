"""What a decision tells the outside: kept in its transaction, delivered later and in order.

A message is a row that names an event; `messages.py` makes its CloudEvents envelope of the event
itself when it is read, so that nothing is stored twice.
"""

from kamflow.model import escalated
from kamflow.model import events as happened
from kamflow.model.events import Event
from kamflow.model.overdue import ConditionOverdue, ReviewOverdue
from kamflow.model.stalled import ApprovalStalled, ApprovalUnstalled

MESSAGE_TYPES: dict[type, str] = {
    happened.SubjectOpened: "kamflow.subject.opened",
    happened.CohortFrozen: "kamflow.cohort.frozen",
    happened.PlaceOffered: "kamflow.place.offered",
    happened.RoleAssigned: "kamflow.role.assigned",
    happened.RoleEnded: "kamflow.role.ended",
    happened.AbsenceRecorded: "kamflow.absence.recorded",
    happened.AbsenceEnded: "kamflow.absence.ended",
    happened.DelegationGiven: "kamflow.delegation.given",
    happened.DelegationEnded: "kamflow.delegation.ended",
    happened.ApprovalRequested: "kamflow.approval.requested",
    happened.ApprovalReevaluated: "kamflow.approval.reevaluated",
    happened.ApprovalReturned: "kamflow.approval.returned",
    happened.ApprovalResumed: "kamflow.approval.resumed",
    happened.ApprovalCommented: "kamflow.approval.commented",
    happened.ApprovalReminded: "kamflow.approval.reminded",
    happened.ApprovalEscalated: "kamflow.approval.escalated",
    ApprovalStalled: "kamflow.approval.stalled",
    ApprovalUnstalled: "kamflow.approval.unstalled",
    happened.ApprovalReassigned: "kamflow.approval.reassigned",
    happened.ApprovalDecided: "kamflow.approval.decided",
    happened.ApprovalWithdrawn: "kamflow.approval.withdrawn",
    happened.ApprovalExpired: "kamflow.approval.expired",
    happened.ConditionMet: "kamflow.condition.met",
    ConditionOverdue: "kamflow.condition.overdue",
    happened.WaiverGranted: "kamflow.waiver.granted",
    happened.WaiverEnded: "kamflow.waiver.ended",
    happened.ReviewOpened: "kamflow.review.opened",
    ReviewOverdue: "kamflow.review.overdue",
    happened.ReviewClosed: "kamflow.review.closed",
    happened.GlassBroken: "kamflow.glass.broken",
    happened.StageEntered: "kamflow.stage.entered",
    escalated.EscalationRaised: "kamflow.escalation.raised",
    escalated.EscalationExtended: "kamflow.escalation.extended",
    escalated.EscalationWorsened: "kamflow.escalation.worsened",
    escalated.EscalationClimbed: "kamflow.escalation.climbed",
    escalated.EscalationAcknowledged: "kamflow.escalation.acknowledged",
    escalated.EscalationReassigned: "kamflow.escalation.reassigned",
    escalated.EscalationCommented: "kamflow.escalation.commented",
    escalated.EscalationResolved: "kamflow.escalation.resolved",
    escalated.NoticeGiven: "kamflow.notice.given",
    escalated.TimerReached: "kamflow.timer.reached",
    escalated.TaskGiven: "kamflow.task.given",
    escalated.TaskReassigned: "kamflow.task.reassigned",
    escalated.TaskDone: "kamflow.task.done",
    escalated.TaskOverdue: "kamflow.task.overdue",
    escalated.TaskDropped: "kamflow.task.dropped",
}


def message_type(event: Event) -> str | None:
    """Return the CloudEvents type of an event; nothing for one that stays inside.

    What is only observed (`observe: true`) stays inside.
    """
    kind = MESSAGE_TYPES.get(type(event))
    return None if kind is None or getattr(event, "observed", False) else kind
