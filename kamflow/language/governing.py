"""Reads how a policy is run: deadlines of approvals, waivers, emergencies, rights and duties."""

from decimal import Decimal

from kamflow.language.amounts import DAYS, SHARES, read_amount, read_amounts
from kamflow.language.approvals import read_deadline, read_returns, read_roles
from kamflow.language.diagnostics import did_you_mean
from kamflow.language.fields import Fields, Reader, Use
from kamflow.language.keys import KEYS
from kamflow.language.source import Listing, Node, Scalar
from kamflow.model.approval import (
    ACTS,
    PERSONS,
    RIGHTS,
    Amount,
    Approving,
    BreakGlass,
    Duty,
    Waiving,
)
from kamflow.model.pack import Pack

# What an act is about.
MATTER = "approval or fact or event or transition or trigger or role or gate or criterion"
KEEPERS = ("criterion", "gate", "approval", "transition", "key", "check", "engine")


def read_approving(node: Node, reader: Reader) -> Approving:
    """Read how every approval is run that does not say otherwise."""
    fields = Fields(node, "approving", "`approving`", reader)
    return Approving(
        deadline=read_deadline(fields, "deadline"),
        remind=read_amounts(fields, "remind", SHARES),
        escalate=read_amounts(fields, "escalate", SHARES),
        expire=read_amount(fields, "expire", SHARES) or _without(fields, "expire"),
        returns=read_returns(fields, 3) or 0,
        condition_days=read_amount(fields, "condition_days", DAYS),
    )


def read_waiving(node: Node, reader: Reader) -> Waiving | None:
    """Read how a criterion is waived for a time."""
    fields = Fields(node, "waiving", "`waiving`", reader)
    if not fields.require("approval", "longest"):
        return None
    return Waiving(
        approval=fields.name("approval", "approval") or "",
        longest=read_amount(fields, "longest", DAYS) or Amount(number=1),
        asked_by=read_roles(fields, "asked_by"),
    )


def read_break_glass(node: Node, reader: Reader) -> BreakGlass | None:
    """Read how a transition is made past gate and approval in an emergency."""
    fields = Fields(node, "break_glass", "`break_glass`", reader)
    if not fields.require("asked_by", "confirmed_by", "reviewed_by", "review_within"):
        return None
    return BreakGlass(
        asked_by=read_roles(fields, "asked_by"),
        confirmed_by=read_roles(fields, "confirmed_by"),
        reviewed_by=read_roles(fields, "reviewed_by"),
        review_within=read_deadline(fields, "review_within"),
        deadline=read_deadline(fields, "deadline") or "1 business day",
    )


def read_rights(node: Node, reader: Reader) -> dict[str, tuple[str, ...]]:
    """Read which roles have which right."""
    fields = Fields(node, "rights", "`rights`", reader)
    return {name: fields.names(name, "role") for name in RIGHTS if name in fields}


# ---- amounts


def _without(fields: Fields, key: str) -> Amount:
    """Return all of the deadline; an amount without a value where one was reported."""
    return Amount(parameter="?") if key in fields else Amount(number=100)


def value_of(amount: Amount, parameters: dict[str, Decimal]) -> Decimal | None:
    """Return the value of an amount with the parameters as the policy states them."""
    return parameters.get(amount.parameter) if amount.parameter else Decimal(amount.number)


def keys_in(pack: Pack) -> set[str]:
    """Return the keys that can keep a duty: all but those that the pack does without."""
    approvals = pack.approvals.values()
    optional = {
        "approving": pack.approving,
        "waiving": pack.waiving,
        "break_glass": pack.break_glass,
        "rights": pack.rights,
        "call_in": any(item.call_in for item in approvals),
        "spot_check": any(item.spot_check for item in approvals),
        "appeal": any(item.appeal for item in approvals),
        "escalating": pack.escalating,
        "rules": pack.rules,
        "timers": pack.timers,
        "regions": pack.regions,
        "notifying": pack.notifying,
    }
    missing = {name for name, used in optional.items() if not used}
    return {key for keys in KEYS.values() for key in keys} - missing


# ---- duties


def read_duty(name: Scalar, node: Node, reader: Reader) -> Duty:
    """Read a rule of segregation of duties."""
    fields = Fields(node, "duty", f"duty `{name.text}`", reader)
    _check_form(fields)
    return Duty(
        id=name.text,
        title=fields.text("title", name.text),
        acts=_read_acts(fields),
        who=_read_who(fields),
        only=_read_matters(fields, "only"),
        excepted=_read_matters(fields, "except"),
        apart=_read_apart(fields),
        kept_by=_read_keeper(fields),
        why=fields.text("why"),
        source=fields.text("source"),
    )


def _check_form(fields: Fields) -> None:
    """Report a duty that forbids nobody anything and is kept by nothing."""
    bans = "who" in fields or "apart" in fields
    if "kept_by" in fields:
        for key in ("on", "who", "only", "except", "apart"):
            extra = fields.node(key)
            if extra is not None:
                message = f"{fields.what} is kept by something else and bans nothing: no `{key}`"
                fields.report(extra.place, "K206", message)
    elif not bans:
        fields.report(
            fields.place, "K202", f"{fields.what} needs `on` and `who`, `apart`, or `kept_by`"
        )
    else:
        fields.require("on")


def _read_acts(fields: Fields) -> tuple[str, ...]:
    words = tuple(fields.words("on"))
    for word in words:
        if word.text not in ACTS:
            hint = did_you_mean(word.text, ACTS) or f"; it is one of {', '.join(ACTS)}"
            fields.report(word.place, "K206", f"`{word.text}` is no act{hint}")
        elif word.text != "assign" and "apart" in fields:
            message = f"{fields.what} keeps roles apart, which is about `assign` alone"
            fields.report(word.place, "K206", message)
    return tuple(word.text for word in words)


def _read_who(fields: Fields) -> tuple[str, ...]:
    words = tuple(fields.words("who"))
    acts = {word.text for word in fields.words("on")}
    for word in words:
        if word.text == "voted" and "vote" in acts:
            message = f"{fields.what} would make each vote void as soon as it is cast; no `voted`"
            fields.report(word.place, "K206", message)
    names = [word for word in words if word.text not in PERSONS]
    fields.reader.uses += [Use(word, "role or person fact") for word in names]
    return tuple(word.text for word in words)


def _read_matters(fields: Fields, key: str) -> tuple[str, ...]:
    words = tuple(fields.words(key))
    fields.reader.uses += [Use(word, MATTER) for word in words]
    return tuple(word.text for word in words)


def _read_apart(fields: Fields) -> tuple[tuple[str, ...], ...]:
    """Return the groups of roles of which nobody has one here and one there."""
    groups = []
    for node in fields.items("apart"):
        members = node.items if isinstance(node, Listing) else ()
        names = [item for item in members if isinstance(item, Scalar)]
        if names and len(names) == len(members):
            fields.reader.uses += [Use(name, "role") for name in names]
            groups.append(tuple(name.text for name in names))
        else:
            message = "`apart` holds lists of roles: `[[sys_admin], [kam, program_manager]]`"
            fields.report(node.place, "K205", message)
    if len(groups) == 1:
        message = f"`apart` of {fields.what} needs two lists of roles to keep them apart"
        fields.report(fields.place, "K205", message)
    return tuple(groups)


def _read_keeper(fields: Fields) -> str:
    """Return what keeps a duty that is no ban: `criterion G-A1.14`, `key break_glass`, `engine`."""
    scalar = fields.scalar("kept_by")
    if scalar is None:
        return ""
    sort, _, name = scalar.text.partition(" ")
    if sort not in KEEPERS or not (name or sort == "engine"):
        message = (
            f"`kept_by: {scalar.text}` is not understood; write it like `criterion G-1.2`, "
            "`key break_glass`, or `engine one vote each`"
        )
        fields.report(scalar.place, "K205", message)
    elif sort != "engine":
        fields.reader.uses.append(Use(Scalar(scalar.place_of(len(sort) + 1), name), sort))
    return scalar.text
