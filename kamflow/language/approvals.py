"""Reads approvals: their voters, ballots and steps, and what becomes of a decision afterwards."""

from msgspec import Struct

from kamflow.language.amounts import DAYS, read_amount
from kamflow.language.diagnostics import Place
from kamflow.language.fields import Fields, Reader, Use
from kamflow.language.source import Node, Scalar
from kamflow.model.approval import Appeal, Approval, Ballot, CallIn, SpotCheck, Step, Voter

APPROVAL = "approval "  # with its id, the kind of subject that conditions of an approval speak of

NEEDS = ("all", "any")
TIES = ("no", "chair", "approve")
EACH = ("function",)
MOST_RETURNS = 99
WHOLE = 100  # percent

_RULES = r"one|all|everybody|majority|two_thirds|at_least ([1-9]\d{0,2})(%?)"
_QUORUM = r"(\d{1,9})(%?)"
_SHARE = r"(\d{1,9})%"
_DEADLINE = r"\d{1,4} (business )?days?"
_OF_BALLOT = ("voters", "rule", "quorum", "chair", "tie")


class _About(Struct, frozen=True):
    """Which approval is read, and of which subjects its conditions speak."""

    approval: str
    kind: str
    reader: Reader


def read_approval(name: Scalar, node: Node, reader: Reader) -> Approval:
    """Read an approval; of which kind its subjects are, the transitions that ask for it tell."""
    about = _About(name.text, f"{APPROVAL}{name.text}", reader)
    fields = Fields(node, "approval", f"approval `{name.text}`", reader)
    route = fields.name("route", "table column")
    if "steps" in fields:
        _refuse_beside(fields, "steps", ("route", *_OF_BALLOT))
    elif route is None:
        fields.require("voters")
    ballot = _read_ballot(fields, about)
    return Approval(
        id=name.text,
        title=fields.text("title", name.text),
        voters=ballot.voters,
        rule=ballot.rule,
        least=ballot.least,
        quorum=ballot.quorum,
        quorum_pct=ballot.quorum_pct,
        chair=ballot.chair,
        tie=ballot.tie,
        steps=tuple(_read_step(item, about) for item in fields.items("steps")),
        auto_when=fields.condition("auto_when", about.kind),
        excluded=_read_people(fields, "excluded", about.kind, ("requester",), "person fact"),
        route=route,
        deadline=read_deadline(fields, "deadline"),
        escalate_to=fields.names("escalate_to", "role"),
        returns=read_returns(fields, None),
        condition_days=read_amount(fields, "condition_days", DAYS),
        call_in=_read_call_in(fields, about),
        spot_check=_read_spot_check(fields, about),
        appeal=_read_appeal(fields, about),
        note=fields.text("note"),
    )


def _refuse_beside(fields: Fields, key: str, others: tuple[str, ...]) -> None:
    for other in others:
        extra = fields.node(other)
        if extra is not None:
            message = f"{fields.what} has `{key}`, and `{other}` beside it says nothing; leave one"
            fields.report(extra.place, "K206", message)


# ---- steps and ballots


def _read_step(node: Node, about: _About) -> Step:
    fields = Fields(node, "step", f"a step of approval `{about.approval}`", about.reader)
    if "ballots" in fields:
        _refuse_beside(fields, "ballots", _OF_BALLOT)
        ballots = tuple(_read_one_ballot(item, about) for item in fields.items("ballots"))
    else:
        fields.require("voters")
        ballots = (_read_ballot(fields, about),)
    return Step(
        title=fields.text("title"),
        ballots=ballots,
        need=fields.pick("need", NEEDS, "all"),
        when=fields.condition("when", about.kind),
    )


def _read_one_ballot(node: Node, about: _About) -> Ballot:
    fields = Fields(node, "ballot", f"a ballot of approval `{about.approval}`", about.reader)
    fields.require("voters")
    return _read_ballot(fields, about)


def _read_ballot(fields: Fields, about: _About) -> Ballot:
    """Read the keys of a ballot, which may stand in an approval, in a step or on their own."""
    found = fields.matching("rule", _RULES, "one, all, at_least 2, majority or two_thirds")
    least = int(found[1]) if found and found[1] else 1
    rule = found[0].split()[0] if found else "one"
    if found and found[2]:
        rule, least = "share", _percent(fields, "rule", least)
    number, share = _read_quorum(fields)
    ballot = Ballot(
        voters=_read_voters(fields, about),
        rule=rule,
        least=least,
        quorum=number,
        quorum_pct=share,
        chair=fields.name("chair", "role"),
        tie=fields.pick("tie", TIES, "no").replace("no", ""),
    )
    _check_tie(fields, ballot)
    return ballot


def _read_quorum(fields: Fields) -> tuple[int, int | None]:
    found = fields.matching("quorum", _QUORUM, "4")
    if found is None:
        return 0, None
    number = int(found[1])
    if found[2]:
        return 0, _percent(fields, "quorum", number)
    if number == 0:
        message = f"`quorum: {found[0]}` asks for no vote; write 1 or more, or leave it out"
        fields.report(_place(fields, "quorum"), "K206", message)
    return number, None


def _percent(fields: Fields, key: str, number: int) -> int:
    scalar = fields.scalar(key)
    if scalar is not None and not 1 <= number <= WHOLE:
        message = f"`{key}: {scalar.text}` is no share; write 1% to 100%"
        fields.report(scalar.place, "K206", message)
    return number


def _check_tie(fields: Fields, ballot: Ballot) -> None:
    scalar = fields.scalar("tie")
    if scalar is None:
        return
    if ballot.rule != "majority":
        message = f"`tie` of {fields.what} says nothing: only `rule: majority` has ties"
        fields.report(scalar.place, "K206", message)
    elif ballot.tie == "chair" and ballot.chair is None:
        fields.report(scalar.place, "K202", f"`tie: chair` of {fields.what} needs the key `chair`")


def _read_voters(fields: Fields, about: _About) -> tuple[Voter, ...]:
    """Return who votes; a role that stands there twice would have two seats."""
    voters: dict[str, Voter] = {}
    for node in fields.items("voters"):
        voter = _read_voter(node, about)
        if voter.role and voter.role in voters:
            message = f"`{voter.role}` is twice in `voters` of {fields.what}; name it once"
            fields.report(node.place, "K206", message)
        voters.setdefault(voter.role, voter)
    return tuple(voters.values())


def _read_voter(node: Node, about: _About) -> Voter:
    if isinstance(node, Scalar):
        about.reader.uses.append(Use(node, "role"))
        return Voter(role=node.text)
    fields = Fields(node, "voter", f"a voter of approval `{about.approval}`", about.reader)
    fields.require("role")
    return Voter(
        role=fields.name("role", "role") or "",
        when=fields.condition("when", about.kind),
        each=fields.pick("each", EACH),
    )


# ---- what becomes of a decision afterwards


def _below(fields: Fields, key: str, about: _About) -> Fields | None:
    """Return the fields of the mapping under `key`, which is a section of that name."""
    node = fields.node(key)
    what = f"`{key}` of approval `{about.approval}`"
    return None if node is None else Fields(node, key, what, about.reader)


def _read_call_in(fields: Fields, about: _About) -> CallIn | None:
    below = _below(fields, "call_in", about)
    if below is None or not below.require("by", "within", "approval", "undo"):
        return None
    return CallIn(
        by=read_roles(below, "by"),
        within=read_deadline(below, "within"),
        approval=below.name("approval", "approval") or "",
        undo=below.name("undo", "transition") or "",
    )


def _read_spot_check(fields: Fields, about: _About) -> SpotCheck | None:
    below = _below(fields, "spot_check", about)
    if below is None or not below.require("share", "by"):
        return None
    share = below.matching("share", _SHARE, "10%")
    return SpotCheck(
        share_pct=_percent(below, "share", int(share[1])) if share else 0,
        by=read_roles(below, "by"),
        within=read_deadline(below, "within"),
    )


def _read_appeal(fields: Fields, about: _About) -> Appeal | None:
    below = _below(fields, "appeal", about)
    if below is None or not below.require("by", "within", "approval", "transition"):
        return None
    _refuse_empty(below, "by")
    return Appeal(
        by=_read_people(below, "by", about.kind, (), "role or person fact"),
        within=read_deadline(below, "within"),
        approval=below.name("approval", "approval") or "",
        transition=below.name("transition", "transition") or "",
    )


# ---- what other sections need as well


def _read_people(
    fields: Fields, key: str, kind: str, special: tuple[str, ...], what: str
) -> tuple[str, ...]:
    """Return the names of a list; all that are not `special` have to be such things."""
    names = tuple(fields.words(key))
    fields.reader.uses += [Use(item, what, kind) for item in names if item.text not in special]
    return tuple(item.text for item in names)


def read_deadline(fields: Fields, key: str) -> str:
    """Return the span of days under `key`: `5 business days`."""
    match = fields.matching(key, _DEADLINE, "5 business days")
    if match is not None and int(match[0].split()[0]) == 0:
        message = f"`{key}: {match[0]}` is no time at all; write 1 day or more"
        fields.report(_place(fields, key), "K206", message)
    return match[0] if match else ""


def read_roles(fields: Fields, key: str) -> tuple[str, ...]:
    """Return the roles of a list that has at least one."""
    _refuse_empty(fields, key)
    return fields.names(key, "role")


def _refuse_empty(fields: Fields, key: str) -> None:
    if key in fields and not fields.items(key):
        message = f"`{key}` of {fields.what} names nobody; name at least one"
        fields.report(_place(fields, key), "K206", message)


def _place(fields: Fields, key: str) -> Place:
    node = fields.node(key)
    return fields.place if node is None else node.place


def read_returns(fields: Fields, default: int | None) -> int | None:
    """Return how often a request may be sent back."""
    return fields.whole("returns", 0, at_most=MOST_RETURNS) if "returns" in fields else default
