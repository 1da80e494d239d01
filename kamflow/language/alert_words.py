"""What events, escalations and names of the engine are called in plain English."""

from collections.abc import Mapping

from kamflow.language.wording import parameter_words, plain_words, value_words
from kamflow.model import expression as tree
from kamflow.model.pack import Pack

KEY_WORDS = "the one that is looked at"

ENGINE_WORDS = {
    "subject.days_in_stage": "the number of days in the stage",
    "subject.sla_days": "the number of days that the stage should take",
    "subject.conditions_overdue": "the number of overdue conditions",
    "subject.next_waiver_end": "the day on which the next waiver ends",
    "subject.stale_facts": "the number of facts of the next gates that are stale or soon will be",
    "subject.requests_overdue": "the number of overdue requests",
    "subject.unchanged_requests": "the number of requests since the last no without anything new",
    "subject.late_edits": "the number of facts changed within a day by the person who asks",
}


def event_title(pack: Pack, name: str) -> str:
    """Return an event in quotes, as readers know it."""
    event = pack.events.get(name)
    return f"“{plain_words(event.title if event else name)}”"


def escalated_words(pack: Pack, rule: str, negation: str = "") -> str:
    """Return the clause that an event rule or timer has escalated something, or has `not `."""
    caller = pack.caller(rule)
    title = caller.title if caller else rule
    return f"“{title}” is {negation}escalated" + (f" ({rule})" if title != rule else "")


def same_words(field: str) -> str:
    """Return that two events carry the same in a field; empty when nothing tells them apart."""
    return f" with the same {plain_words(field)}" if field else ""


def lacking_words(pack: Pack, node: tree.Aggregate) -> str:
    """Return what has not followed the events of a set; empty when nothing is said of that."""
    later = f"{event_title(pack, node.without)}{same_words(node.by)}"
    return f" that no {later} followed" if node.without else ""


def time_words(pack: Pack, text: str) -> str:
    """Return a span as rules state it: `14 days`, or a parameter with its value."""
    if not text.startswith("P."):
        return text
    return span_words(pack, tree.Name(path=text), {})


def span_words(pack: Pack, span: tree.Span, values: Mapping[str, str]) -> str:
    """Return how long a span is; of a parameter as `values` has it, else the policy."""
    if isinstance(span, tree.Number):
        return value_words(span.value, span.unit)
    name = span.path.removeprefix("P.")
    declared = pack.parameters.get(name)
    return parameter_words(
        pack, name, values.get(span.path), declared.shape.unit if declared else ""
    )
