"""A declaration of a policy as words: its facets by name, its parts by id, a summary of it all."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from kamflow.analysis import ballots, calls_words
from kamflow.analysis.calls_words import JOINED, called_facets, setting_words
from kamflow.language.wording import stated_words
from kamflow.model.approval import Approval, Approving, Duty
from kamflow.model.expression import Condition
from kamflow.model.pack import (
    Age,
    Band,
    Closure,
    Criterion,
    Freeze,
    Override,
    Pack,
    Parameter,
    Row,
    Scorecard,
    Scored,
    Stage,
    Transition,
)
from kamflow.model.rules import Level, Mark, RegionMove
from kamflow.model.setting import Setting
from kamflow.model.values import Shape, format_number

# What has an id of its own inside another declaration -> what it is called
PARTS: dict[type, str] = {
    Criterion: "criterion",
    Row: "row",
    Scored: "criterion",
    Stage: "stage",
    Transition: "transition",
    Mark: "mark",
    RegionMove: "move",
}

_NAMES = ("id", "name", "digest")
_LABELS = {
    "kind": "subject",
    "condition": "condition",
    "sla_days": "SLA in days",
    "sources": "from",
    "targets": "to",
    "settled_by_approval": "settled by approval",
    "then": "outcome",
    "start": "starts at",
}
# Facets of a pack that are told declaration by declaration.
_SECTIONS = (
    "calendars", "facts", "kinds", "events", "parameters", "roles", "scorecards", "tables", "gates",
    "approvals", "duties", "rights", "waitlists", "rules", "timers", "regions", "workflows",
    "subject",
)  # fmt: skip
_ONCE = ("approving", "waiving", "break_glass", "escalating", "notifying")
_ORDERED = (Band, Level, Override)  # the first that fits counts; other lists have no order
NONE = "none"
_USUAL = {"waivable": "yes", "overridable": "yes"}  # what goes without saying in a summary


def facets(value: Struct) -> dict[str, str]:
    """Return what a declaration says, without its parts: the name of each facet, and its words."""
    found: dict[str, str] = {}
    for name in value.__struct_fields__:
        item = getattr(value, name)
        if name in _NAMES and not (isinstance(value, Pack) and name == "id"):
            continue
        if isinstance(item, Shape):
            found |= _shape(item)
        elif not _holds_parts(item):
            found[_LABELS.get(name, name.replace("_", " "))] = words(item)
    return found | _joined(value, found)


def parts(value: Struct) -> dict[str, Struct]:
    """Return the parts of a declaration by their ids: criteria, rows, stages, transitions."""
    found: dict[str, Struct] = {}
    for name in value.__struct_fields__:
        item = getattr(value, name)
        if _holds_parts(item):
            members = item.values() if isinstance(item, Mapping) else item
            found |= {member.id: member for member in members if type(member) in PARTS}
    return found


def summary(value: Struct | None) -> str:
    """Return in one line what a declaration says, without what is empty in it."""
    if value is None:
        return ""
    known = getattr(value, "name", None) or getattr(value, "id", None)  # a title that is no more
    told = [
        f"{name} {text}"
        for name, text in _criterion_first(facets(value)).items()
        if text not in (NONE, "no", _USUAL.get(name)) and not (name == "title" and text == known)
    ]
    count = len(parts(value))
    return "; ".join([*told, *([f"{count} parts"] if count else [])])


def _criterion_first(found: dict[str, str]) -> dict[str, str]:
    """Return `must a > 1` in one facet, and first, where there are a severity and a condition."""
    if "severity" not in found or "condition" not in found:
        return found
    rest = {name: text for name, text in found.items() if name not in ("severity", "condition")}
    return {found["severity"]: found["condition"], **rest}


def words(value: object) -> str:
    """Return any value of a declaration in words."""
    if value is None or value in ("", (), {}):
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        if isinstance(value[0], tuple):
            return "; ".join(" < ".join(item) for item in value)
        told = [words(item) for item in value]
        return ", ".join(told if isinstance(value[0], _ORDERED) else sorted(told))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {words(item)}" for key, item in value.items())
    tell = _WORDS.get(type(value), str)
    return tell(value)


def _holds_parts(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(isinstance(item, Struct) and type(item) is not Shape for item in value.values())
    return isinstance(value, tuple) and any(type(item) in PARTS for item in value)


def _shape(shape: Shape) -> dict[str, str]:
    return {
        "type": shape.type,
        "unit": shape.unit or NONE,
        "values": ", ".join(shape.values) or NONE,
        "range": _span(shape.low, shape.high),
    }


def _joined(value: Struct, found: dict[str, str]) -> dict[str, str]:
    """Return facets that are made of several fields; the fields themselves are taken out."""
    match value:
        case Criterion():
            del found["must"]
            return {"severity": "must" if value.must else "should"}
        case Approval():
            return _ballot(value, found)
        case Scorecard():
            del found["low"], found["high"]
            return {"scale": _span(value.low, value.high)}
        case Parameter():
            stated = [override_words(item, value.shape) for item in value.overrides]
            told = stated_words(value.shape, value.value)
            return {"value": told, "overrides": ", ".join(stated) or NONE}
        case Stage():
            return {"kind": found.pop("subject")}
        case Pack():
            return _of_pack(value, found)
        case _:
            return _governing(value, found)


def _governing(value: Struct, found: dict[str, str]) -> dict[str, str]:
    """Return what holds for all approvals, duties, and what rules and timers call for."""
    match value:
        case Approving():
            levels = ", then ".join(map(ballots.amount_words, value.escalate))
            return {"escalate": levels or NONE}
        case Duty():
            apart = " / ".join(", ".join(sorted(group)) for group in value.apart)
            acts, excepted = found.pop("acts"), found.pop("excepted")
            return {"on": acts, "except": excepted, "apart": apart or NONE}
        case _:
            for name in JOINED.get(type(value), ()):
                del found[name]
            return called_facets(value) or {}


def _ballot(value: Approval, found: dict[str, str]) -> dict[str, str]:
    """Return the ballot of an approval, which has none of its own when it has steps."""
    for name in ("least", "quorum pct"):
        del found[name]
    levels = {"escalate to": ", then ".join(value.escalate_to) or NONE}
    if value.steps:
        for name in ("rule", "quorum", "tie", "chair", "voters"):
            del found[name]
        return {"steps": "; then ".join(map(ballots.step_words, value.steps)), **levels}
    quorum = ballots.quorum_words(value.quorum, value.quorum_pct)
    return {"rule": ballots.rule_words(value.rule, value.least), "quorum": quorum, **levels}


def _of_pack(pack: Pack, found: dict[str, str]) -> dict[str, str]:
    """Return the head of a pack, and what stands in it once: how approvals are run and so on."""
    for name in _SECTIONS:
        found.pop(name, None)
    told = {"calendar by": ", then ".join(pack.calendar_by) or NONE}
    for name in _ONCE:
        del found[name.replace("_", " ")]
        section = getattr(pack, name)
        if section is not None:
            told |= {f"{name}: {facet}": text for facet, text in facets(section).items()}
    return told | {f"right {name}": words(roles) for name, roles in pack.rights.items()}


def _span(low: Decimal | None, high: Decimal | None) -> str:
    return NONE if low is None or high is None else f"{format_number(low)} to {format_number(high)}"


def _age(age: Age) -> str:
    return f"P.{age.parameter}" if age.parameter else f"{age.days} days"


def _band(band: Band) -> str:
    edges = [
        *([f"at least {format_number(band.at_least)}"] if band.at_least is not None else []),
        *([f"at most {format_number(band.at_most)}"] if band.at_most is not None else []),
    ]
    return f"{' and '.join(edges)}: {format_number(band.points)} points"


def override_words(item: Override, shape: Shape) -> str:
    """Return another value of a parameter of `shape`: for whom, by whom, how long and why."""
    until = f" until {item.until}" if item.until else ""
    value = stated_words(shape, item.value)
    return f"{item.layer} {item.key} = {value} by {item.owner}{until} ({item.reason})"


def _closure(item: Closure) -> str:
    days = f"{item.first}" if item.first == item.last else f"{item.first} to {item.last}"
    return f"{days} {item.title}"


def _freeze(item: Freeze) -> str:
    return f"{item.cohort} = {item.members}{f' where {item.where.text}' if item.where else ''}"


_WORDS: dict[type, Callable[[Any], str]] = {
    Condition: lambda value: str(value.text),
    Shape: lambda value: ", ".join(text for text in _shape(value).values() if text != NONE),
    Decimal: format_number,
    date: date.isoformat,
    Age: _age,
    Band: _band,
    Closure: _closure,
    Setting: setting_words,
    Override: lambda item: override_words(item, Shape(type="text")),
    Freeze: _freeze,
    **ballots.WORDS,
    **calls_words.WORDS,
}
