"""What stands under the keys of rules, timers, regions and messages; see `schema`."""

from kamflow.language.fieldforms import (
    Field,
    Json,
    columns,
    condition,
    enumeration,
    flag,
    free,
    listed,
    matching,
    named,
    one,
    rungs,
    settings,
    text,
    words,
)
from kamflow.language.notifying import CLOCK, DIGEST
from kamflow.language.spans import EXACT_SPAN, SPAN
from kamflow.language.timers import PERCENT, PLACES, RAISING
from kamflow.model.rules import OF_STAGE, SEVERITIES

_SPAN = rf"^({SPAN}|P\.\w+)$"
_EXACT = rf"^({EXACT_SPAN}|P\.\w+)$"
_NONE = rf"^(0 days|{SPAN}|P\.\w+)$"

_STAGES = words("stages in which it is looked at; all but those at the end when there are none")
_OBSERVE = flag("`true` when it is judged and reported, without effect")
_WHY = text("the reason that people are told")
_SOURCE = text("where it comes from")

_EFFECTS = {
    "to": rungs("who joins: levels at once, and mappings for who joins later"),
    "tell": words("roles that get to know as well"),
    "tasks": listed("what people are asked to do", "task"),
    "propose": words("transitions that people are asked to consider"),
    "request": text("transition that the engine asks for"),
    "shut": words("gates that are shut while the escalation is open"),
    "set": settings("facts that the engine sets"),
}

OF_RULES: dict[str, dict[str, Field]] = {
    "escalating": {
        "levels": named("the ladder, from the lowest level to the highest", "level"),
        "start": columns("the level at which a severity starts at least: `{critical: L3}`"),
        "cooldown": matching("time in which the same is not escalated again", _NONE),
        "late": matching("events that come later are kept, and rules do not see them", _EXACT),
    },
    "level": {
        "roles": words("roles that join on it"),
        "wait": matching("time to acknowledge before the next level joins", _SPAN),
    },
    "rule": {
        "title": text("name for readers"),
        "subject": text("kind of subject that it is about"),
        "stages": _STAGES,
        "when": condition("condition that makes it fire"),
        "lasting": matching("how long `when` has to hold without a break", _SPAN),
        "together": one("events that have to come together, in any order", "together"),
        "each": one("what events carry: one escalation for each value, read as `key`", "each"),
        "severity": enumeration("how bad it is (medium)", *SEVERITIES),
        "grades": listed("other severities; the first that is met counts", "grade"),
        **_EFFECTS,
        "clears_when": condition("condition that ends the escalation"),
        "clears_lasting": matching("how long `clears_when` has to hold without a break", _SPAN),
        "cooldown": matching("time in which the same is not escalated again", _NONE),
        "observe": _OBSERVE,
        "why": _WHY,
        "source": _SOURCE,
    },
    "together": {
        "within": matching("how far apart two of them may be, in days or hours", _EXACT),
        "events": listed("two to four events", "item"),
    },
    "item": {
        "id": text("name of the event in this rule"),
        "event": text("event of the kind of subject, or of one above"),
        "where": condition("condition on what it carries, read as `event.x`"),
    },
    "each": {
        "event": text("event of the kind of subject, or of one above"),
        "field": text("what it carries that tells the escalations apart"),
    },
    "grade": {
        "severity": enumeration("how bad it is then", *SEVERITIES),
        "when": condition("condition of the grade"),
        "to": rungs("who joins besides, once it is that bad"),
    },
    "rung": {
        "level": text("level that joins"),
        "roles": words("roles that join, instead of a level"),
        "after": matching("how long after it was raised; at once when left out", _SPAN),
    },
    "task": {
        "id": text("name of the task in its rule"),
        "title": text("what has to be done"),
        "roles": words("roles any holder of which may do it"),
        "within": matching("how much time there is", _SPAN),
        "done_when": condition("condition by which it is done without anybody saying so"),
    },
    "timer": {
        "title": text("name for readers"),
        "subject": text("kind of subject that it is about"),
        "stages": _STAGES,
        "since": condition("date from which it runs; from entering the stage when left out"),
        "due": matching(
            "how long it runs: a span, or `sla` of the stage", rf"^({OF_STAGE}$)|{_NONE}"
        ),
        "unless": condition("condition under which it does not run"),
        "marks": listed("what happens on its way", "mark"),
        "observe": _OBSERVE,
        "why": _WHY,
        "source": _SOURCE,
    },
    "mark": {
        "id": text("name of the mark in its timer"),
        "at": matching("share of the time: `75%` (the end)", rf"^({PERCENT}|P\.\w+)$"),
        "before": matching("how long before the end", _SPAN),
        "after": matching("how long after the end", _SPAN),
        "title": text("what people are told"),
        "severity": enumeration("how bad it is; with it an escalation is raised", *RAISING),
        **_EFFECTS,
    },
    "region": {
        "title": text("name for readers"),
        "subject": text("kind of subject that it is about"),
        "fact": text("choice in which the engine keeps the state, from the best to the worst"),
        "moves": listed("the ways from state to state", "move"),
    },
    "move": {
        "id": text("name of the move in its region"),
        "from": words("states from which it leads"),
        "to": text("state to which it leads"),
        "when": condition("condition under which it is open"),
        "lasting": matching("how long `when` has to hold without a break", _SPAN),
    },
    "notifying": {
        "quiet": one("hours in which nobody is told, but for what is urgent", "quiet"),
        "digest": matching("when messages come: `hourly`, `daily at 08:00`", f"^({DIGEST})$"),
        "notices": named("texts of messages, by their type", "notice"),
    },
    "quiet": {
        "from": matching("when they begin: `19:00`", f"^{CLOCK}$"),
        "to": matching("when they end: `07:00`", f"^{CLOCK}$"),
    },
    "notice": {
        "title": free("title of the message, a Jinja2 template"),
        "body": free("text of the message, a Jinja2 template"),
        "urgent": flag("whether it is told at once; what is critical is, unless `false`"),
    },
}

REQUIRED_OF_RULES: dict[str, tuple[str, ...]] = {
    "level": ("roles",),
    "rule": ("subject",),
    "together": ("within", "events"),
    "item": ("id", "event"),
    "each": ("event", "field"),
    "grade": ("severity", "when"),
    "task": ("id", "title", "roles"),
    "timer": ("subject", "due", "marks"),
    "mark": ("id",),
    "region": ("subject", "fact", "moves"),
    "move": ("id", "from", "to", "when"),
    "quiet": ("from", "to"),
    "notice": ("title", "body"),
}

CHOICES_OF_RULES: dict[str, Json] = {
    "rule": {"anyOf": [{"required": ["when"]}, {"required": ["together"]}]},
    "rung": {"oneOf": [{"required": ["level"]}, {"required": ["roles"]}]},
    "mark": {
        "not": {
            "anyOf": [
                {"required": [one_of, other]}
                for place, one_of in enumerate(PLACES)
                for other in PLACES[place + 1 :]
            ]
        }
    },
}
