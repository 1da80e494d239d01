"""What stands under the keys of approvals, and of all that governs them; see `schema`."""

from kamflow.language.approvals import EACH, NEEDS, TIES
from kamflow.language.fieldforms import (
    Field,
    amounts,
    chains,
    condition,
    enumeration,
    listed,
    matching,
    number,
    one,
    quantity,
    text,
    voters,
    words,
)
from kamflow.model.approval import ACTS, PERSONS

_RULE = r"^(one|all|everybody|majority|two_thirds|at_least [1-9]\d{0,2}%?)$"
_DEADLINE = r"^(?!0+ )\d{1,4} (business )?days?$"
_SHARE = r"^\d{1,3}%$"
_QUORUM = r"^(?!0+%?$)\d{1,9}%?$"

_BALLOT = {
    "voters": voters("roles that vote"),
    "rule": matching("one, all, everybody, at_least 2, at_least 60%, majority, two_thirds", _RULE),
    "quorum": quantity("how many votes have to be cast: `4`, or `60%` of who may vote", _QUORUM),
    "chair": text("role that must have voted"),
    "tie": enumeration("what as many yes as no is under majority (no)", *TIES),
}

OF_APPROVALS: dict[str, dict[str, Field]] = {
    "approving": {
        "deadline": matching("time that voters have where an approval gives none", _DEADLINE),
        "remind": amounts("when they are reminded, in percent of the deadline"),
        "escalate": amounts("when each level of `escalate_to` joins, in percent of the deadline"),
        "expire": amounts("when the request ends without a decision, in percent (100)"),
        "returns": number("how often a request may be sent back (3)"),
        "condition_days": amounts("how many days a condition of a yes may run at most"),
    },
    "approval": {
        "title": text("name for readers"),
        **_BALLOT,
        "steps": listed("ballots one after the other, instead of the keys of one ballot", "step"),
        "auto_when": condition("condition under which the engine approves at once"),
        "excluded": words("who may not vote: `requester`, or a person fact"),
        "route": text("table column that names the approval to take instead"),
        "deadline": matching("time that the voters have", _DEADLINE),
        "escalate_to": words("roles that join one after the other while nothing is decided"),
        "returns": number("how often the request may be sent back"),
        "condition_days": amounts("how many days a condition of a yes may run at most"),
        "call_in": one("who may have people decide what was approved by itself", "call_in"),
        "spot_check": one("how many automatic decisions are looked at again", "spot_check"),
        "appeal": one("who may have others look at a decision again", "appeal"),
        "note": text("anything a reader should know"),
    },
    "voter": {
        "role": text("the role"),
        "each": enumeration("`function`: a seat for every function the role is held for", *EACH),
        "when": condition("condition under which it votes"),
    },
    "step": {
        "title": text("name for readers"),
        "when": condition("condition under which the step is held"),
        "need": enumeration("whether all ballots have to say yes, or any (all)", *NEEDS),
        "ballots": listed("ballots held at the same time, instead of the keys of one", "ballot"),
        **_BALLOT,
    },
    "ballot": _BALLOT,
    "call_in": {
        "by": words("roles that may do it"),
        "within": matching("how long after the decision", _DEADLINE),
        "approval": text("approval that people give then"),
        "undo": text("transition that a no makes"),
    },
    "spot_check": {
        "share": matching("share of the automatic decisions: `10%`", _SHARE),
        "by": words("roles that look at them"),
        "within": matching("how long they have", _DEADLINE),
    },
    "appeal": {
        "by": words("roles and person facts that may do it"),
        "within": matching("how long after the decision", _DEADLINE),
        "approval": text("approval that is asked for then"),
        "transition": text("transition that a yes makes"),
    },
    "waiving": {
        "approval": text("approval that decides where a criterion names no `waived_by`"),
        "longest": amounts("how many days a waiver may hold at most"),
        "asked_by": words("roles that may ask for one; anybody may when the key is left out"),
    },
    "break_glass": {
        "asked_by": words("roles that may ask for it"),
        "confirmed_by": words("roles of the second person who has to agree"),
        "reviewed_by": words("roles that look at it afterwards"),
        "review_within": matching("how long they have", _DEADLINE),
        "deadline": matching("how long the second person has (1 business day)", _DEADLINE),
    },
    "rights": {
        "assign": words("roles that may give roles to people; anybody may when there are none"),
        "absence": words("roles that may record the absence of others"),
        "delegate": words("roles that may delegate the votes of others"),
        "reassign": words("roles that may give the vote of one person to another"),
        "remind": words("roles that may remind voters, besides who asked"),
        "withdraw": words("roles that may withdraw a request, besides who asked"),
        "return": words("roles that may send a request back, besides its voters"),
        "settle_condition": words("roles that may settle a condition, besides its owner"),
        "end_waiver": words("roles that may end a waiver early, besides its owner"),
        "publish": words("roles that may publish the next policy; anybody may when there are none"),
    },
    "duty": {
        "title": text("the rule in one sentence"),
        "on": words("acts that it is about: " + ", ".join(ACTS)),
        "who": words("who must not: roles, person facts, " + ", ".join(PERSONS)),
        "only": words("approvals, facts, transitions ... it is about: `AP-1`, `AP-*`"),
        "except": words("what it is not about, written in the same way"),
        "apart": chains("lists of roles of which nobody has one here and one there"),
        "kept_by": text("what keeps it instead: `criterion G-1.2`, `key break_glass`"),
        "why": text("the reason that people are told"),
        "source": text("where it comes from"),
    },
}
