"""What messages say where the policy has no text of its own: plain English."""

from typing import Any

from msgspec import Struct

from kamflow.engine.people import SYSTEM

# type -> title, and what happened; `words` says what the names are
_TEXTS: dict[str, tuple[str, str]] = {
    "kamflow.approval.requested": (
        "Your vote is asked for: {what}",
        "{actor} asks for {what} of {label}{until}.",
    ),
    "kamflow.approval.reevaluated": (
        "Vote anew: {what}",
        "Facts have changed under {what} of {label}: votes are to be cast anew{until}.",
    ),
    "kamflow.approval.resumed": (
        "Vote anew: {what}",
        "{actor} has answered the question about {what} of {label}{until}.",
    ),
    "kamflow.approval.reminded": (
        "Your vote is missing: {what}",
        "{what} of {label} waits for your vote{until}.",
    ),
    "kamflow.approval.escalated": (
        "You may decide as well: {what}",
        "{what} of {label} was escalated to you: {event_reason}{until}.",
    ),
    "kamflow.approval.reassigned": (
        "You vote in the place of {event_person}: {what}",
        "{actor} gave you the vote of {event_person} on {what} of {label}: {event_reason}{until}.",
    ),
    "kamflow.approval.returned": (
        "A question about your request: {what}",
        "{actor} asks about {what} of {label}: {event_question}",
    ),
    "kamflow.approval.commented": (
        "A comment on your request: {what}",
        "{actor} says about {what} of {label}: {event_text}",
    ),
    "kamflow.approval.stalled": (
        "Nobody can decide for now: {what}",
        "Nobody can decide {what} of {label} for now: {event_reason}",
    ),
    "kamflow.approval.unstalled": (
        "Your vote is asked for again: {what}",
        "{what} of {label} can be decided again{until}.",
    ),
    "kamflow.approval.decided": (
        "Decided: {what} of {name}",
        "{what} of {label} was {decided}{because}.",
    ),
    "kamflow.approval.withdrawn": (
        "Not asked for any more: a request about {name}",
        "A request about {label} is not asked for any more: {event_reason}",
    ),
    "kamflow.approval.expired": (
        "Expired: {what} of {name}",
        "Nobody decided {what} of {label} in time, which is no yes.",
    ),
    "kamflow.condition.overdue": (
        "Overdue: {what}",
        "A condition of {label} was to be met{until}, and is not: {what}.",
    ),
    "kamflow.waiver.granted": (
        "Waived: {event_criterion} of {name}",
        "{event_criterion} of {label} is waived until {event_ends_on}: {event_reason}",
    ),
    "kamflow.waiver.ended": (
        "Waived no longer: {event_criterion} of {name}",
        "{event_criterion} of {label} is waived no longer: {event_reason}",
    ),
    "kamflow.place.offered": (
        "A place is free for {name}",
        "{label} comes first of all who wait, and could take a place now: {event_trigger}.",
    ),
    "kamflow.review.opened": (
        "To be reviewed: {what} of {name}",
        "Somebody has to look at a decision about {label}: {what}{until}.",
    ),
    "kamflow.review.overdue": (
        "Review overdue: {what} of {name}",
        "The review of a decision about {label} is late: {what}{until}.",
    ),
    "kamflow.role.assigned": (
        "You are {event_role} of {name} now",
        "{actor} made you {event_role} of {label}.",
    ),
    "kamflow.delegation.given": (
        "You may vote for {event_person}",
        "{event_person} lent you a vote about {label}: {event_reason}",
    ),
    "kamflow.escalation.raised": (
        "Escalation ({severity}): {what}, {name}",
        "{what} was escalated for {label}{at_level}. Severity: {severity}.",
    ),
    "kamflow.escalation.extended": (
        "It happened again: {what}, {name}",
        "What was escalated for {label} has happened again: {what}.",
    ),
    "kamflow.escalation.worsened": (
        "More severe ({severity}): {what}, {name}",
        "{what} is more severe for {label} than before: {severity} now.",
    ),
    "kamflow.escalation.climbed": (
        "Escalated to you ({severity}): {what}, {name}",
        "{what} for {label} has waited for an answer and now comes to you{at_level}.",
    ),
    "kamflow.escalation.reassigned": (
        "Given to you: {what}, {name}",
        "{actor} gave you the escalation {what} for {label}: {event_reason}",
    ),
    "kamflow.escalation.commented": (
        "A comment on {what}, {name}",
        "{actor} says about {what} for {label}: {event_text}",
    ),
    "kamflow.task.given": ("To do: {what}, {name}", "You are asked for {label}: {what}{until}."),
    "kamflow.task.overdue": (
        "Overdue: {what}, {name}",
        "The time is over for {label}: {what}{until}.",
    ),
    "kamflow.task.reassigned": (
        "To do: {what}, {name}",
        "{actor} gave you a task for {label}: {what}{until}. {event_reason}",
    ),
    "kamflow.notice.given": ("{what}: {name}", "{what}: {label}."),
}
_OTHER = ("{type}: {name}", "{type}: {label}.")


class Text(Struct, frozen=True, kw_only=True):
    """A message to a person; with `html`, its body is."""

    title: str
    body: str
    html: bool = False


def default_text(words: dict[str, Any]) -> Text:
    """Return the built-in text of a message."""
    title, body = _TEXTS.get(words["type"], _OTHER)
    plain = _Plain(words)
    return Text(title=_line(title.format_map(plain)), body=body.format_map(plain))


def types_with_text() -> frozenset[str]:
    """Return the types of messages that have a text of their own."""
    return frozenset(_TEXTS)


class _Plain(dict[str, str]):
    """The words as the texts above name them; one that is not there is empty."""

    def __init__(self, words: dict[str, Any]) -> None:
        thing, event = words["thing"], words["event"]
        due = thing["due_on"]
        super().__init__(
            type=words["type"],
            actor="kamflow" if words["actor"] == SYSTEM else words["actor"],
            label=words["label"],
            name=words["subject"]["name"],
            what=thing["title"] or words["rule"]["title"] or "a request",
            severity=thing["severity"],
            at_level=f" to level {thing['level']}" if thing["level"] else "",
            until=f", until {due}" if due else "",
            decided="approved" if event.get("approved") else "rejected",
            because=f": {event['reason']}" if event.get("reason") else "",
        )
        self.update(
            {f"event_{key}": value for key, value in event.items() if isinstance(value, str)}
        )

    def __missing__(self, name: str) -> str:
        return ""


def _line(text: str) -> str:
    return " ".join(text.split())
