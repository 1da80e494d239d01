"""What a decision tells the outside: kept in its transaction, delivered later and in order.

A message is a row that names an event; `messages.py` makes its CloudEvents envelope of the event
itself when it is read, so that nothing is stored twice.
"""

from kamflow.model import events as happened
from kamflow.model.events import Event

MESSAGE_TYPES: dict[type, str] = {
    happened.SubjectOpened: "kamflow.subject.opened",
    happened.CohortFrozen: "kamflow.cohort.frozen",
    happened.RoleAssigned: "kamflow.role.assigned",
    happened.RoleEnded: "kamflow.role.ended",
    happened.ApprovalRequested: "kamflow.approval.requested",
    happened.ApprovalDecided: "kamflow.approval.decided",
    happened.ApprovalWithdrawn: "kamflow.approval.withdrawn",
    happened.StageEntered: "kamflow.stage.entered",
}


def message_type(event: Event) -> str | None:
    """Return the CloudEvents type of an event; nothing for one that stays inside."""
    return MESSAGE_TYPES.get(type(event))
