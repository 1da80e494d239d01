"""The JSON Schema of a policy file (2020-12), with which editors complete and validate.

`FIELDS` says for every key of `KEYS` what stands under it, and what an editor tells about it. Where
editors differ the schema is wide: one takes `70` for a number, another one for text.
"""

from typing import Any, TypeAlias

from kamflow.language.fieldforms import (
    Field,
    chains,
    columns,
    condition,
    conditions,
    enumeration,
    flag,
    grouped,
    listed,
    matching,
    named,
    number,
    one,
    sets,
    settings,
    text,
    weekdays,
    words,
)
from kamflow.language.schema_approvals import OF_APPROVALS
from kamflow.language.schema_rules import CHOICES_OF_RULES, OF_RULES, REQUIRED_OF_RULES
from kamflow.language.sections import SOURCES
from kamflow.language.workflows import STAGE_KINDS
from kamflow.model.values import TYPE_NAMES

Json: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_DOTTED = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"
_SPAN = r"^-?\d{1,20}(\.\d{1,20})? to -?\d{1,20}(\.\d{1,20})?$"
_DAY = r"^\d{4}-\d\d-\d\d$"
_AGE = r"^(\d{1,6} days?|P\.\w+)$"


_SHAPE = {
    "type": enumeration("what values it has", *TYPE_NAMES),
    "unit": text("unit of a number (accounts, FTE, pp), or currency of a money value"),
    "values": words("the values of a choice"),
    "range": matching("least and greatest value of a number: `1 to 5`", _SPAN),
}

FIELDS: dict[str, dict[str, Field]] = {
    "file": {
        "pack": one("id, version and currency of the pack; in one file only", "pack"),
        "calendars": named("business days and time zones, region by region", "calendar"),
        "subjects": named("the kinds of things that are governed", "subject"),
        "facts": grouped("what can be known, below the kind it belongs to", "fact", _DOTTED),
        "events": grouped("what can be reported, below the kind it belongs to", "event", _DOTTED),
        "parameters": named("thresholds, read as `P.name`", "parameter"),
        "overrides": listed("other values of parameters for some subjects, for a time", "override"),
        "roles": named("by which right people act", "role"),
        "scorecards": named("points for facts", "scorecard"),
        "tables": named("decisions as rows", "table"),
        "gates": named("what must hold before a transition", "gate"),
        "approving": one("how every approval is run that does not say otherwise", "approving"),
        "approvals": named("who has to say yes", "approval"),
        "waiving": one("how a criterion is waived for a time", "waiving"),
        "break_glass": one("how gate and approval are passed in an emergency", "break_glass"),
        "rights": one("which roles may run approvals and people", "rights"),
        "duties": named("segregation of duties: who must not do what", "duty"),
        "waitlists": named("who waits for a place, kind by kind", "waitlist"),
        "escalating": one("the ladder of escalations, and how often things repeat", "escalating"),
        "rules": named("what is called for when something comes true", "rule"),
        "timers": named("times that run from a stage or a date", "timer"),
        "regions": named("states beside the stage, such as health", "region"),
        "notifying": one("when people hear of what concerns them", "notifying"),
        "workflow": one("stages and transitions; one workflow a file", "workflow"),
    },
    "pack": {
        "id": matching("name of the pack: small letters, digits, `-`", r"^[a-z][a-z0-9-]*$"),
        "title": text("name for readers"),
        "version": matching("version for people: `1.2.3`", r"^\d+\.\d+\.\d+$"),
        "authors": words("people who wrote this version"),
        "currency": matching("ISO 4217 code of every money value without its own", r"^[A-Z]{3}$"),
        "chain_limit": number("how many automatic transitions one command may set off (32)"),
        "layers": columns("fact that picks the override of each layer, from the loosest on"),
        "calendar_by": words("facts with the region of a subject; the first known one counts"),
        "ordered": chains("lists of parameters whose values rise: `[[low, high]]`"),
    },
    "calendar": {
        "title": text("name for readers"),
        "default": flag("`true` for the calendar of subjects without a known region"),
        "regions": words("values of the facts in `calendar_by` that pick it; else its own name"),
        "zone": text("IANA time zone: Europe/Berlin"),
        "weekend": weekdays("days off in every week (saturday and sunday)"),
        "country": matching("ISO 3166 code of the public holidays: `DE`", r"^[A-Z]{2}$"),
        "subdivision": text("code of a state, canton ... with holidays of its own: `BY`"),
        "closures": listed("other days off", "closure"),
    },
    "closure": {
        "title": text("why nobody works then"),
        "day": matching("the one day off", _DAY),
        "from": matching("the first day off of several", _DAY),
        "to": matching("the last day off of several", _DAY),
    },
    "subject": {
        "title": text("name for readers"),
        "plural": text("name of the set in conditions: `count(accounts where ...)`"),
        "parent": text("kind it belongs to; without one it stands at the top"),
        "workflow": text("id of the workflow its instances go through"),
    },
    "fact": {
        "title": text("name for readers"),
        **_SHAPE,
        "source": enumeration("where it comes from", *SOURCES),
        "writers": words("roles that may record it; anybody may when there are none"),
        "max_age": matching("older values are stale: `95 days`, or a parameter in days", _AGE),
        "default": condition("expression that stands in while nothing is recorded"),
        "derived": condition("expression that computes it"),
        "shareable": flag("`true` when people outside the company may see it"),
        "note": text("anything a reader should know"),
    },
    "parameter": {
        "type": _SHAPE["type"],
        "value": text("the value"),
        "unit": _SHAPE["unit"],
        "values": _SHAPE["values"],
        "range": _SHAPE["range"],
        "meaning": text("what it governs"),
        "basis": text("where the number comes from"),
        "overridable": flag("`false` when no layer below the pack may change it"),
    },
    "event": {
        "title": text("name for readers"),
        "payload": named("what the event carries", "payload"),
    },
    "payload": _SHAPE,
    "override": {
        "parameter": text("parameter that has another value"),
        "layer": text("a layer of the pack, or a kind of subject"),
        "key": text("which region, segment or account"),
        "value": text("the value there"),
        "owner": text("who answers for it"),
        "reason": text("why"),
        "until": matching("the last day on which it holds", _DAY),
    },
    "role": {
        "who": text("who that is"),
        "holder": text("person fact that names the holder, account by account"),
        "members": words("roles whose holders together make this one"),
        "higher": words("roles that may stand in for this one"),
        "identity": enumeration("the engine itself, or a connected system", "system", "service"),
    },
    "scorecard": {
        "title": text("name for readers"),
        "subject": text("kind whose facts are scored"),
        "scale": matching("points are turned into 0 to 1 first: `1 to 5`", _SPAN),
        "criteria": listed("the parts of the score", "scored"),
    },
    "scored": {
        "id": text("name of its points"),
        "title": text("name for readers"),
        "fact": text("the fact that is scored"),
        "weight": number("what its points are multiplied with (1)"),
        "bands": listed("the first band that the value reaches gives the points", "band"),
        "otherwise": number("points of a value that reaches no band (0)"),
        "missing": number("points of an unknown value; without it the total is unknown"),
        "source": text("where it comes from"),
    },
    "band": {
        "at_least": number("least value that reaches it"),
        "at_most": number("greatest value that reaches it"),
        "points": number("what it gives"),
    },
    "table": {
        "title": text("name for readers"),
        "subject": text("kind whose facts are read"),
        "hit": enumeration(
            "whether rows may be met together; the first decides", "first", "unique"
        ),
        "rows": listed("the rows, in their order", "row"),
    },
    "row": {
        "id": text("name of the row"),
        "when": condition("condition of the row"),
        "otherwise": flag("`true` for a last row that takes the rest"),
        "then": columns("one word for each column"),
        "why": text("the reason that people are told"),
        "source": text("where it comes from"),
    },
    "gate": {
        "title": text("name for readers"),
        "subject": text("kind whose facts are read"),
        "criteria": listed("what must or should hold", "criterion"),
        "observe": flag("`true` when it is judged and reported, and keeps nothing shut"),
    },
    "criterion": {
        "id": text("name in reports and in the history"),
        "must": condition("condition that blocks the gate while it is not met"),
        "should": condition("condition that does not block; whoever approves sees it"),
        "must_when": condition("condition under which a `should` becomes a `must`"),
        "needs": conditions("expressions that have to be known first"),
        "settled_by": enumeration("the approval of the transition brings it about", "approval"),
        "why": text("the reason that people are told"),
        "fix_by": words("roles that can change it"),
        "source": text("where it comes from"),
        "waivable": flag("`false` when it can never be waived"),
        "waived_by": words("roles that all have to agree when it is waived, or one approval"),
        "note": text("anything a reader should know"),
    },
    **OF_APPROVALS,
    **OF_RULES,
    "waitlist": {
        "title": text("name for readers"),
        "waiting": condition("condition under which a subject waits for a place"),
        "ready": condition("condition under which it could take one now"),
        "holds": condition("condition under which it has a place, for good or reserved"),
        "reserved": condition("condition under which its place is only reserved"),
        "planned": condition("condition under which it will need a place next"),
        "order": conditions("numbers; the highest is offered a place first"),
        "trigger": text("trigger of the transition that takes a waiting subject up again"),
        "places": named("whose places are counted, for reports", "place"),
    },
    "place": {
        "title": text("name for readers"),
        "person": text("fact that names the person"),
        "load": condition("how many places of the person are taken"),
        "capacity": condition("how many places the person has"),
    },
    "workflow": {
        "id": text("name of the workflow"),
        "title": text("name for readers"),
        "subject": text("kind of its instances"),
        "stages": named("the stages", "stage", r"^[a-z][a-z0-9_]*$"),
        "transitions": listed("the transitions", "transition"),
        "complete": words("triggers for which some transition is open whatever the values"),
        "milestones": chains("stages of which none is reached without the one before it"),
    },
    "stage": {
        "kind": enumeration("what sort of stage it is", *STAGE_KINDS),
        "sla": matching("time that an instance should take at most", r"^\d{1,5} days?$"),
        "purpose": text("what happens there"),
        "set": settings("facts that are set when the stage is entered"),
        "keep": named("facts that are held there while a condition is met", "keep"),
    },
    "keep": {
        "while": condition("condition under which the fact is held"),
        "value": condition("what it is set to when the condition comes to be met"),
    },
    "transition": {
        "id": text("name in reports and in the history"),
        "trigger": text("the word by which it is asked for"),
        "from": words("stage or list of stages"),
        "to": words("stage; a list to pick from; `same`; or `returning`"),
        "gate": text("gate that has to be met"),
        "despite_conditions": flag("`true` when open conditions of a yes do not keep it shut"),
        "approval": text("approval that has to be given"),
        "requested_by": words("roles that may ask for it; anybody may when there are none"),
        "when": condition("guard: the transition exists only while this is met"),
        "automatic": flag("`true` when the engine asks as soon as the guard is met"),
        "set_on_approval": settings("facts that are set when the approval is given"),
        "set": settings("facts that are set when the transition is made"),
        "freeze": sets("cohorts that are frozen: `{pilot: accounts where account.pilot}`"),
        "note": text("anything a reader should know"),
    },
}

# Keys without which a reader cannot do. Where one of several is needed, `_CHOICES` says so.
REQUIRED: dict[str, tuple[str, ...]] = {
    "pack": ("id", "version", "currency"),
    "calendar": ("zone",),
    "closure": ("title",),
    "fact": ("type",),
    "parameter": ("type", "value"),
    "payload": ("type",),
    "override": ("parameter", "layer", "key", "value", "owner", "reason"),
    "role": ("who",),
    "scorecard": ("subject", "criteria"),
    "scored": ("id", "fact"),
    "band": ("points",),
    "table": ("subject", "rows"),
    "row": ("id", "then"),
    "gate": ("subject", "criteria"),
    "ballot": ("voters",),
    "call_in": ("by", "within", "approval", "undo"),
    "spot_check": ("share", "by"),
    "appeal": ("by", "within", "approval", "transition"),
    "waiving": ("approval", "longest"),
    "break_glass": ("asked_by", "confirmed_by", "reviewed_by", "review_within"),
    "criterion": ("id",),
    "voter": ("role",),
    "workflow": ("id", "subject", "stages", "transitions"),
    **REQUIRED_OF_RULES,
    "waitlist": ("waiting", "ready", "holds", "trigger"),
    "place": ("person", "load", "capacity"),
    "stage": ("kind",),
    "keep": ("while", "value"),
    "transition": ("id", "trigger", "from", "to"),
}

_VALUES: Json = {
    "if": {"properties": {"type": {"const": "choice"}}, "required": ["type"]},
    "then": {"required": ["values"]},
}
_RECORDED = ("source", "writers", "max_age", "default")
_DERIVED: Json = {
    "if": {"required": ["derived"]},
    "then": {"properties": dict.fromkeys(_RECORDED, False)},
}

_SPAN_OR_DAY: Json = {
    "oneOf": [
        {"required": ["day"], "properties": {"from": False, "to": False}},
        {"required": ["from", "to"], "properties": {"day": False}},
    ]
}

_CHOICES: dict[str, Json] = {
    "calendar": {"if": {"required": ["subdivision"]}, "then": {"required": ["country"]}},
    "closure": _SPAN_OR_DAY,
    "fact": {"allOf": [_VALUES, _DERIVED]},
    "payload": _VALUES,
    "parameter": _VALUES,
    "band": {"anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}]},
    "row": {"oneOf": [{"required": ["when"]}, {"required": ["otherwise"]}]},
    "criterion": {"oneOf": [{"required": ["must"]}, {"required": ["should"]}]},
    "approval": {"anyOf": [{"required": [key]} for key in ("voters", "steps", "route")]},
    "step": {"oneOf": [{"required": ["voters"]}, {"required": ["ballots"]}]},
    "duty": {
        "anyOf": [{"required": [key]} for key in ("who", "apart", "kept_by")],
        "if": {"anyOf": [{"required": [key]} for key in ("who", "apart")]},
        "then": {"required": ["on"]},
    },
    **CHOICES_OF_RULES,
}


def policy_schema() -> Json:
    """Return the JSON Schema of a policy file, as plain data."""
    return {
        "$schema": DIALECT,
        "title": "kamflow policy file",
        "$ref": "#/$defs/file",
        "$defs": {section: _object(section) for section in FIELDS},
    }


def _object(section: str) -> Json:
    properties = {
        key: {**field.schema, "description": field.about} for key, field in FIELDS[section].items()
    }
    required = {"required": list(REQUIRED[section])} if section in REQUIRED else {}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **required,
        **_CHOICES.get(section, {}),
    }
