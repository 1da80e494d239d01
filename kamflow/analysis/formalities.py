"""Approvals and settings in words."""

from collections.abc import Iterable, Iterator

from kamflow.language.sentences import phrase, sentence
from kamflow.language.wording import fact_words, plain_words
from kamflow.model.pack import Approval, Pack, Setting

_IDENTITIES = {"system": "the engine", "service": "a connected system"}


def listed(items: Iterable[str], joint: str) -> str:
    """Return `a, b and c`."""
    *first, last = [*items] or [""]
    return f"{', '.join(first)} {joint} {last}" if first else last


def role_words(pack: Pack, role: str) -> str:
    """Return a role as words: `the steering committee`."""
    found = pack.roles.get(role)
    identity = found.identity if found else None
    return _IDENTITIES.get(identity or "") or f"the {plain_words(role)}"


def settings_words(settings: Iterable[Setting], pack: Pack, kind: str) -> str:
    """Return what is set: `the plan status becomes active`."""
    return listed([_setting(item, pack, kind) for item in settings], "and")


def _setting(item: Setting, pack: Pack, kind: str) -> str:
    fact = pack.facts.get(item.fact)
    name = f"the {fact_words(fact, kind) if fact else plain_words(item.fact)}"
    if item.actor:
        return f"{name} becomes whoever asked"
    if item.value is None:
        return f"{name} is forgotten"
    return f"{name} becomes {phrase(item.value.tree, pack, kind)}"


def approval_words(approval: Approval, pack: Pack) -> str:
    """Return who has to say yes, as sentences."""
    if approval.route is not None:
        return _routed(approval.route, pack)
    told = [f"{_decision(approval, pack)}{''.join(_terms(approval, pack))}."]
    kind = next(_kinds(approval, pack), "")
    if approval.auto_when is not None:
        held = sentence(approval.auto_when, pack, kind)
        told.append(f"Nobody is asked when this holds: {held}")
    for voter in approval.voters:
        if voter.when is not None:
            who, held = role_words(pack, voter.role), sentence(voter.when, pack, kind)
            told.append(f"{_capital(who)} votes only when this holds or is unknown: {held}")
    if approval.deadline:
        told.append(f"They have {approval.deadline}.")
    return " ".join(told)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _routed(route: str, pack: Pack) -> str:
    name, _, column = route.partition(".")
    table = pack.tables.get(name)
    rows = table.rows if table else ()
    named = dict.fromkeys(row.then.get(column, "none") for row in rows)
    chosen = listed([item for item in named if item in pack.approvals], "or")
    return f"The table {table.title if table else name} picks {chosen or 'the approval'}."


def _decision(approval: Approval, pack: Pack) -> str:
    roles = [role_words(pack, item.role) for item in approval.voters]
    several = len(roles) > 1
    match approval.rule:
        case "all":
            told = f"{listed(roles, 'and')} must agree"
            told += ", each through another person" if several else ""
        case "at_least":
            yes = f"{approval.least} yes vote{'s' * (approval.least != 1)}"
            told = f"at least {yes} of {listed(roles, 'and')}"
        case "majority":
            told = f"a majority of {listed(roles, 'and')}"
        case "two_thirds":
            told = f"two thirds of {listed(roles, 'and')}"
        case _:
            told = f"the first vote of {listed(roles, 'or')} decides"
    return _capital(told)


def _terms(approval: Approval, pack: Pack) -> Iterator[str]:
    if approval.quorum:
        yield f", at least {approval.quorum} vote{'s' * (approval.quorum != 1)}"
    if approval.chair is not None:
        yield f", the chair ({role_words(pack, approval.chair)}) must vote"
    yield from _barred(approval, pack)


def _barred(approval: Approval, pack: Pack) -> Iterator[str]:
    people = []
    for name in approval.excluded:
        fact = pack.facts.get(name)
        if name == "requester":
            people.append("whoever asked")
        else:
            people.append(f"the {fact_words(fact, fact.kind) if fact else plain_words(name)}")
    if people:
        yield f"; {listed(people, 'or')} may not vote"


def _kinds(approval: Approval, pack: Pack) -> Iterator[str]:
    """Yield the kinds of subject whose transitions ask for the approval, by name or by a route."""
    names = {approval.id}
    for item in pack.approvals.values():
        name, _, column = (item.route or "").partition(".")
        rows = pack.tables[name].rows if name in pack.tables else ()
        if any(row.then.get(column) == approval.id for row in rows):
            names.add(item.id)
    for workflow in pack.workflows.values():
        if any(item.approval in names for item in workflow.transitions):
            yield workflow.kind
