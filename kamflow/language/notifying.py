"""Reads when people hear of what concerns them, and the texts of those messages."""

import re

from kamflow.language.diagnostics import did_you_mean
from kamflow.language.fields import Fields, Reader
from kamflow.language.source import Node, Scalar
from kamflow.model.rules import Notice, Notifying

CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
DIGEST = rf"hourly|daily at {CLOCK}"

# What happens inside kamflow and is told outside; storage makes the messages.
MESSAGES = tuple(
    f"kamflow.{name}"
    for name in (
        "subject.opened", "cohort.frozen", "place.offered", "role.assigned", "role.ended",
        "absence.recorded", "absence.ended", "delegation.given", "delegation.ended",
        "approval.requested", "approval.reevaluated", "approval.returned", "approval.resumed",
        "approval.commented", "approval.reminded", "approval.escalated", "approval.stalled",
        "approval.unstalled", "approval.reassigned", "approval.decided", "approval.withdrawn",
        "approval.expired", "condition.met", "condition.overdue", "waiver.granted", "waiver.ended",
        "review.opened", "review.overdue", "review.closed", "glass.broken", "stage.entered",
        "escalation.raised", "escalation.extended", "escalation.worsened", "escalation.climbed",
        "escalation.acknowledged", "escalation.reassigned", "escalation.commented",
        "escalation.resolved", "notice.given", "task.given", "task.reassigned", "task.done",
        "task.overdue", "task.dropped", "timer.reached",
    )
)  # fmt: skip


def read_notifying(node: Node, reader: Reader) -> Notifying:
    """Read quiet hours, digests and the texts of messages."""
    fields = Fields(node, "notifying", "`notifying`", reader)
    begins, ends = _read_quiet(fields)
    digest = fields.matching("digest", DIGEST, "daily at 08:00")
    read = (_read_notice(name, value, reader) for name, value in fields.entries("notices"))
    return Notifying(
        quiet_from=begins,
        quiet_to=ends,
        digest=digest[0] if digest else "",
        notices=tuple(item for item in read if item is not None),
    )


def _read_quiet(outer: Fields) -> tuple[str, str]:
    node = outer.node("quiet")
    if node is None:
        return "", ""
    fields = Fields(node, "quiet", "`quiet` of `notifying`", outer.reader)
    fields.require("from", "to")
    begins, ends = (fields.matching(key, CLOCK, "19:00") for key in ("from", "to"))
    if begins and ends and begins[0] == ends[0]:
        message = f"quiet hours from {begins[0]} to {ends[0]} are none, or all; write two times"
        fields.report(fields.place, "K206", message)
    return begins[0] if begins else "", ends[0] if ends else ""


def _read_notice(name: Scalar, node: Node, reader: Reader) -> Notice | None:
    reader.places["notice", name.text] = name.place
    fields = Fields(node, "notice", f"notice `{name.text}`", reader)
    if name.text not in MESSAGES:
        hint = did_you_mean(name.text, MESSAGES) or "; kamflow.escalation.raised is one"
        fields.report(name.place, "K206", f"`{name.text}` is no message of kamflow{hint}")
    if not fields.require("title", "body"):
        return None
    body = fields.scalar("body")
    return Notice(
        type=name.text,
        title=fields.text("title"),
        body=re.sub(r"\s+\Z", "", body.text) if body else "",
        urgent=fields.flag("urgent", default=False) if "urgent" in fields else None,
    )
