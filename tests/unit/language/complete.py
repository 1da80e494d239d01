"""A pack with something of every section, as the data of one file."""

from typing import Any

COMPLETE: dict[str, Any] = {
    "pack": {"id": "test", "version": "1.0.0", "currency": "EUR", "chain_limit": 8},
    "calendars": {
        "DE": {
            "default": True,
            "zone": "Europe/Berlin",
            "weekend": ["saturday", "sunday"],
            "country": "DE",
            "subdivision": "BY",
            "closures": [{"title": "move", "from": "2026-12-28", "to": "2026-12-31"}],
        }
    },
    "subjects": {
        "firm": {"plural": "firms"},
        "account": {"title": "Account", "plural": "accounts", "parent": "firm", "workflow": "way"},
    },
    "facts": {
        "account": {
            "account.n": {"type": "number", "source": "manual"},
            "account.boss": {"type": "person"},
            "account.health": {
                "type": "choice",
                "values": ["green", "red"],
                "writers": ["engine"],
            },
        }
    },
    "events": {"account": {"incident.opened": {"payload": {"n": {"type": "number"}}}}},
    "parameters": {
        "least": {"type": "number", "value": 5, "basis": "guess"},
        "days": {"type": "integer", "value": 60},
        "span": {"type": "integer", "value": 60, "unit": "days"},
    },
    "overrides": [
        {
            "parameter": "least",
            "layer": "account",
            "key": "acme",
            "value": 4,
            "owner": "ana",
            "reason": "a start",
            "until": "2027-06-30",
        }
    ],
    "roles": {
        "boss": {"who": "the boss"},
        "engine": {"who": "the engine", "identity": "system"},
    },
    "scorecards": {
        "score": {
            "title": "Score",
            "subject": "account",
            "criteria": [
                {"id": "D1", "fact": "account.n", "bands": [{"at_least": 1, "points": 2}]}
            ],
        }
    },
    "tables": {
        "choice": {
            "subject": "account",
            "rows": [{"id": "R1", "otherwise": True, "then": {"out": "yes"}, "why": "so"}],
        }
    },
    "gates": {
        "G": {
            "subject": "account",
            "criteria": [{"id": "C", "must": "account.n > P.least"}],
            "observe": True,
        }
    },
    "approving": {"deadline": "5 business days", "remind": [50, "P.days"], "expire": 300},
    "approvals": {
        "AP": {
            "title": "Yes",
            "voters": [{"role": "boss", "when": "account.n > 1"}],
            "auto_when": "account.n > 9",
            "call_in": {"by": ["boss"], "within": "5 days", "approval": "AP-2", "undo": "U"},
            "spot_check": {"share": "10%", "by": ["boss"], "within": "9 days"},
            "appeal": {"by": ["boss"], "within": "5 days", "approval": "AP-2", "transition": "U"},
        },
        "AP-2": {
            "steps": [
                {"title": "One", "voters": ["boss"], "quorum": 1},
                {"ballots": [{"voters": ["boss"], "rule": "at_least 60%", "quorum": "60%"}]},
            ],
        },
    },
    "waiving": {"approval": "AP-2", "longest": "P.days", "asked_by": "boss"},
    "break_glass": {
        "asked_by": ["boss"],
        "confirmed_by": ["boss"],
        "reviewed_by": ["boss"],
        "review_within": "5 business days",
        "deadline": "1 business day",
    },
    "rights": {"assign": ["boss"], "remind": "boss"},
    "waitlists": {
        "account": {
            "waiting": "stage = first",
            "ready": "account.n > 1",
            "holds": "account.n > 2",
            "order": ["account.n"],
            "trigger": "undo",
            "places": {"boss": {"person": "account.boss", "load": "account.n", "capacity": 3}},
        }
    },
    "duties": {"D": {"title": "Two", "on": ["vote"], "who": ["requester"], "except": ["AP-*"]}},
    "escalating": {
        "levels": {"L1": {"roles": ["boss"], "wait": "P.span"}, "L2": {"roles": "boss"}},
        "start": {"critical": "L2"},
        "cooldown": "0 days",
        "late": "24 hours",
    },
    "rules": {
        "E-1": {
            "title": "Too many",
            "subject": "account",
            "stages": ["first"],
            "when": "count(incident.opened where event.n = key within P.span) > 1",
            "lasting": "2 months",
            "each": {"event": "incident.opened", "field": "n"},
            "together": {
                "within": "60 days",
                "events": [
                    {"id": "a", "event": "incident.opened", "where": "event.n > 1"},
                    {"id": "b", "event": "incident.opened"},
                ],
            },
            "severity": "high",
            "grades": [{"severity": "critical", "when": "account.n > 9", "to": ["L2"]}],
            "to": ["L1", {"level": "L2", "after": "5 business days"}, {"roles": ["boss"]}],
            "tell": "boss",
            "tasks": [
                {
                    "id": "look",
                    "title": "Look at it",
                    "roles": ["boss"],
                    "within": "P.span",
                    "done_when": "account.n > 3",
                }
            ],
            "propose": ["T"],
            "request": "U",
            "shut": ["G"],
            "set": {"account.n": 3},
            "clears_when": "account.n > 2",
            "clears_lasting": "1 day",
            "cooldown": "P.span",
            "observe": True,
            "why": "so",
            "source": "owner",
        }
    },
    "timers": {
        "TM-1": {
            "title": "Stage",
            "subject": "account",
            "stages": ["first"],
            "due": "sla",
            "unless": "account.n > 3",
            "marks": [
                {"id": "warn", "at": "75%", "title": "soon", "tell": ["boss"]},
                {"id": "end", "severity": "medium", "to": ["L1"]},
                {"id": "late", "after": "P.span", "severity": "high", "to": "L2"},
            ],
            "observe": False,
        },
        "TM-2": {
            "subject": "account",
            "since": "2026-01-01",
            "due": "P.span",
            "marks": [{"id": "before", "before": "1 month", "set": {"account.n": "absent"}}],
        },
    },
    "regions": {
        "health": {
            "title": "Health",
            "subject": "account",
            "fact": "account.health",
            "moves": [
                {
                    "id": "H-1",
                    "from": ["green"],
                    "to": "red",
                    "when": 'escalated("E-1")',
                    "lasting": "3 days",
                }
            ],
        }
    },
    "notifying": {
        "quiet": {"from": "19:00", "to": "07:00"},
        "digest": "daily at 08:00",
        "notices": {
            "kamflow.task.given": {"title": "A task", "body": "Do it.\nNow.", "urgent": True}
        },
    },
    "workflow": {
        "id": "way",
        "subject": "account",
        "stages": {
            "first": {"kind": "initial", "sla": "30 days"},
            "last": {
                "kind": "end",
                "purpose": "over",
                "keep": {"account.n": {"while": "account.n > 1", "value": 1}},
            },
        },
        "transitions": [
            {
                "id": "T",
                "trigger": "go",
                "from": "first",
                "to": "last",
                "gate": "G",
                "approval": "AP",
            },
            {"id": "U", "trigger": "undo", "from": "last", "to": "first"},
        ],
    },
}

# Where COMPLETE has a mapping of each section.
PLACES: dict[str, tuple[str | int, ...]] = {
    "pack": ("pack",),
    "calendar": ("calendars", "DE"),
    "closure": ("calendars", "DE", "closures", 0),
    "subject": ("subjects", "account"),
    "fact": ("facts", "account", "account.n"),
    "event": ("events", "account", "incident.opened"),
    "payload": ("events", "account", "incident.opened", "payload", "n"),
    "parameter": ("parameters", "least"),
    "override": ("overrides", 0),
    "role": ("roles", "boss"),
    "scorecard": ("scorecards", "score"),
    "scored": ("scorecards", "score", "criteria", 0),
    "band": ("scorecards", "score", "criteria", 0, "bands", 0),
    "table": ("tables", "choice"),
    "row": ("tables", "choice", "rows", 0),
    "gate": ("gates", "G"),
    "criterion": ("gates", "G", "criteria", 0),
    "approval": ("approvals", "AP"),
    "voter": ("approvals", "AP", "voters", 0),
    "approving": ("approving",),
    "step": ("approvals", "AP-2", "steps", 0),
    "ballot": ("approvals", "AP-2", "steps", 1, "ballots", 0),
    "call_in": ("approvals", "AP", "call_in"),
    "spot_check": ("approvals", "AP", "spot_check"),
    "appeal": ("approvals", "AP", "appeal"),
    "waiving": ("waiving",),
    "break_glass": ("break_glass",),
    "rights": ("rights",),
    "duty": ("duties", "D"),
    "escalating": ("escalating",),
    "level": ("escalating", "levels", "L1"),
    "rule": ("rules", "E-1"),
    "together": ("rules", "E-1", "together"),
    "item": ("rules", "E-1", "together", "events", 0),
    "each": ("rules", "E-1", "each"),
    "grade": ("rules", "E-1", "grades", 0),
    "rung": ("rules", "E-1", "to", 1),
    "task": ("rules", "E-1", "tasks", 0),
    "timer": ("timers", "TM-1"),
    "mark": ("timers", "TM-1", "marks", 0),
    "region": ("regions", "health"),
    "move": ("regions", "health", "moves", 0),
    "notifying": ("notifying",),
    "quiet": ("notifying", "quiet"),
    "notice": ("notifying", "notices", "kamflow.task.given"),
    "workflow": ("workflow",),
    "stage": ("workflow", "stages", "last"),
    "keep": ("workflow", "stages", "last", "keep", "account.n"),
    "waitlist": ("waitlists", "account"),
    "place": ("waitlists", "account", "places", "boss"),
    "transition": ("workflow", "transitions", 0),
}
