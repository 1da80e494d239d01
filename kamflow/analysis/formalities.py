"""Approvals and settings in words."""

from collections.abc import Iterable, Iterator

from kamflow.analysis.barring import duties_on
from kamflow.analysis.lifetimes import life_words
from kamflow.analysis.naming import barred_words, capital, listed, role_words
from kamflow.language.asked import kinds_asked
from kamflow.language.sentences import phrase, sentence
from kamflow.language.wording import fact_words, plain_words
from kamflow.model.approval import Approval, Ballot, Voter
from kamflow.model.pack import Pack
from kamflow.model.setting import Setting


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
    kind = next(iter(kinds_asked(pack).get(approval.id, ())), "")
    told = [*_voting(approval, pack, kind)]
    people = _barred(approval, pack)
    if people and approval.steps:
        told.append(f"{capital(people)} may not vote.")
    elif people:
        told[0] = f"{told[0].removesuffix('.')}; {people} may not vote."
    if approval.auto_when is not None:
        held = sentence(approval.auto_when, pack, kind)
        told.append(f"Nobody is asked when this holds: {held}")
    told += life_words(approval, pack)
    return " ".join(told)


def _routed(route: str, pack: Pack) -> str:
    name, _, column = route.partition(".")
    table = pack.tables.get(name)
    rows = table.rows if table else ()
    named = dict.fromkeys(row.then.get(column, "none") for row in rows)
    chosen = listed([item for item in named if item in pack.approvals], "or")
    return f"The table {table.title if table else name} picks {chosen or 'the approval'}."


def _voting(approval: Approval, pack: Pack, kind: str) -> Iterator[str]:
    """Yield how votes are counted, step by step."""
    steps = approval.in_steps()
    if len(steps) > 1:
        yield f"There are {len(steps)} steps, each after a yes in the one before."
    for number, step in enumerate(steps, start=1):
        title = f" ({step.title})" if step.title else ""
        lead = f"Step {number}{title}: " if len(steps) > 1 else ""
        several = len(step.ballots) > 1
        if several:
            needed = "all have" if step.need == "all" else "one of them has"
            yield f"{lead}{len(step.ballots)} groups vote at the same time, and {needed} to agree."
            lead = ""
        if step.when is not None:
            held = sentence(step.when, pack, kind)
            yield f"{lead}It is held when this holds or is unknown: {held}"
            lead = ""
        for ballot in step.ballots:
            told = f"{_decision(ballot, pack)}{''.join(_terms(ballot, pack))}."
            yield f"{lead}{told if not lead else told[:1].lower() + told[1:]}"
            yield from _at_times(ballot, pack, kind)


def _at_times(ballot: Ballot, pack: Pack, kind: str) -> Iterator[str]:
    """Yield who votes only at times."""
    for voter in ballot.voters:
        if voter.when is not None:
            who, held = role_words(pack, voter.role), sentence(voter.when, pack, kind)
            yield f"{capital(who)} votes only when this holds or is unknown: {held}"


def _decision(ballot: Ballot, pack: Pack) -> str:
    roles = [_voter_words(item, pack) for item in ballot.voters]
    every, either = listed(roles, "and"), listed(roles, "or")
    match ballot.rule:
        case "all":
            told = f"{every} must agree"
            told += ", each through another person" if len(roles) > 1 else ""
        case "everybody":
            told = f"everybody among {every} must agree or abstain, and somebody must agree"
        case "at_least":
            yes = f"{ballot.least} yes vote{'s' * (ballot.least != 1)}"
            told = f"at least {yes} of {every}"
        case "share":
            told = f"at least {ballot.least}% of all who may vote as {either} must agree"
        case "majority":
            told = f"a majority of {every}"
        case "two_thirds":
            told = f"two thirds of {every}"
        case _:
            told = f"the first vote of {either} decides"
    return capital(told)


def _voter_words(voter: Voter, pack: Pack) -> str:
    each = f" of each {voter.each}" if voter.each else ""
    return f"{role_words(pack, voter.role)}{each}"


def _terms(ballot: Ballot, pack: Pack) -> Iterator[str]:
    if ballot.quorum_pct is not None:
        yield f", at least {ballot.quorum_pct}% of them must vote"
    elif ballot.quorum:
        yield f", at least {ballot.quorum} vote{'s' * (ballot.quorum != 1)}"
    if ballot.chair is not None:
        yield f", the chair ({role_words(pack, ballot.chair)}) must vote"
    if ballot.tie == "chair":
        yield ", and breaks a tie"
    elif ballot.tie == "approve":
        yield ", and a tie is a yes"


def _barred(approval: Approval, pack: Pack) -> str:
    """Return who may not vote although the role is theirs: `whoever asked or the KAM`."""
    named = {name: [""] for name in approval.excluded}
    for duty in duties_on(pack, approval):
        for name in duty.who:
            named.setdefault(name, []).append(duty.id)
    told = dict.fromkeys(_one_barred(name, ids, pack) for name, ids in named.items())
    return listed(told, "or")


def _one_barred(name: str, duties: Iterable[str], pack: Pack) -> str:
    told, by = barred_words(pack, name), ", ".join(item for item in duties if item)
    return f"{told} ({by})" if by else told
