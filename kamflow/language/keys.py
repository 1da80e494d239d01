"""The keys of policy files; `docs/reference/policy.md` explains each, and a test compares them."""

KEYS: dict[str, tuple[str, ...]] = {
    "file": (
        "pack", "calendars", "subjects", "facts", "events", "parameters", "overrides", "roles",
        "scorecards", "tables", "gates", "approvals", "workflow",
    ),
    "pack": (
        "id", "title", "version", "currency", "chain_limit", "layers", "calendar_by", "ordered",
    ),
    "calendar": (
        "title", "default", "regions", "zone", "weekend", "country", "subdivision", "closures",
    ),
    "closure": ("title", "day", "from", "to"),
    "subject": ("title", "plural", "parent", "workflow"),
    "fact": (
        "title", "type", "unit", "values", "range", "source", "writers", "max_age", "default",
        "derived", "note",
    ),
    "parameter": ("type", "value", "unit", "values", "range", "meaning", "basis", "overridable"),
    "event": ("title", "payload"),
    "payload": ("type", "unit", "values", "range"),
    "override": ("parameter", "layer", "key", "value", "owner", "reason", "until"),
    "role": ("who", "holder", "members", "identity"),
    "scorecard": ("title", "subject", "scale", "criteria"),
    "scored": ("id", "title", "fact", "weight", "bands", "otherwise", "missing", "source"),
    "band": ("at_least", "at_most", "points"),
    "table": ("title", "subject", "hit", "rows"),
    "row": ("id", "when", "otherwise", "then", "why", "source"),
    "gate": ("title", "subject", "criteria"),
    "criterion": (
        "id", "must", "should", "must_when", "needs", "settled_by", "why", "fix_by", "source",
        "waivable", "note",
    ),
    "approval": (
        "title", "voters", "rule", "quorum", "chair", "auto_when", "excluded", "route",
        "deadline", "note",
    ),
    "voter": ("role", "when"),
    "workflow": ("id", "title", "subject", "stages", "transitions", "complete", "milestones"),
    "stage": ("kind", "sla", "purpose", "set"),
    "transition": (
        "id", "trigger", "from", "to", "gate", "approval", "requested_by", "when", "automatic",
        "set_on_approval", "set", "freeze", "note",
    ),
}  # fmt: skip
