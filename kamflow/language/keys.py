"""The keys of policy files; `docs/reference/policy.md` explains each, and a test compares them."""

from kamflow.model.approval import RIGHTS

KEYS: dict[str, tuple[str, ...]] = {
    "file": (
        "pack", "calendars", "subjects", "facts", "events", "parameters", "overrides", "roles",
        "scorecards", "tables", "gates", "approving", "approvals", "waiving", "break_glass",
        "rights", "duties", "waitlists", "workflow",
    ),
    "pack": (
        "id", "title", "version", "authors", "currency", "chain_limit", "layers", "calendar_by",
        "ordered",
    ),
    "calendar": (
        "title", "default", "regions", "zone", "weekend", "country", "subdivision", "closures",
    ),
    "closure": ("title", "day", "from", "to"),
    "subject": ("title", "plural", "parent", "workflow"),
    "fact": (
        "title", "type", "unit", "values", "range", "source", "writers", "max_age", "default",
        "derived", "shareable", "note",
    ),
    "parameter": ("type", "value", "unit", "values", "range", "meaning", "basis", "overridable"),
    "event": ("title", "payload"),
    "payload": ("type", "unit", "values", "range"),
    "override": ("parameter", "layer", "key", "value", "owner", "reason", "until"),
    "role": ("who", "holder", "members", "higher", "identity"),
    "scorecard": ("title", "subject", "scale", "criteria"),
    "scored": ("id", "title", "fact", "weight", "bands", "otherwise", "missing", "source"),
    "band": ("at_least", "at_most", "points"),
    "table": ("title", "subject", "hit", "rows"),
    "row": ("id", "when", "otherwise", "then", "why", "source"),
    "gate": ("title", "subject", "criteria"),
    "criterion": (
        "id", "must", "should", "must_when", "needs", "settled_by", "why", "fix_by", "source",
        "waivable", "waived_by", "note",
    ),
    "approving": ("deadline", "remind", "escalate", "expire", "returns", "condition_days"),
    "approval": (
        "title", "voters", "rule", "quorum", "chair", "tie", "steps", "auto_when", "excluded",
        "route", "deadline", "escalate_to", "returns", "call_in", "spot_check", "appeal", "note",
    ),
    "voter": ("role", "each", "when"),
    "step": ("title", "when", "need", "ballots", "voters", "rule", "quorum", "chair", "tie"),
    "ballot": ("voters", "rule", "quorum", "chair", "tie"),
    "call_in": ("by", "within", "approval", "undo"),
    "spot_check": ("share", "by", "within"),
    "appeal": ("by", "within", "approval", "transition"),
    "waiving": ("approval", "longest", "asked_by"),
    "break_glass": ("asked_by", "confirmed_by", "reviewed_by", "review_within", "deadline"),
    "rights": RIGHTS,
    "duty": ("title", "on", "who", "only", "except", "apart", "kept_by", "why", "source"),
    "waitlist": (
        "title", "waiting", "ready", "holds", "reserved", "planned", "order", "trigger", "places",
    ),
    "place": ("title", "person", "load", "capacity"),
    "workflow": ("id", "title", "subject", "stages", "transitions", "complete", "milestones"),
    "stage": ("kind", "sla", "purpose", "set", "keep"),
    "keep": ("while", "value"),
    "transition": (
        "id", "trigger", "from", "to", "gate", "despite_conditions", "approval", "requested_by",
        "when", "automatic", "set_on_approval", "set", "freeze", "note",
    ),
}  # fmt: skip
