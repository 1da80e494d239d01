"""The parts of an approval in a few words each, as summaries and comparisons tell them."""

from collections.abc import Callable, Iterator
from typing import Any

from kamflow.model.approval import (
    Amount,
    Appeal,
    Ballot,
    CallIn,
    SpotCheck,
    Step,
    Voter,
)

NONE = "none"


def amount_words(item: Amount) -> str:
    """Return a number, or the parameter that holds it."""
    return f"P.{item.parameter}" if item.parameter else str(item.number)


def voter_words(item: Voter) -> str:
    """Return a role that votes, for whom and when."""
    each = f" of each {item.each}" if item.each else ""
    when = f" when {item.when.text}" if item.when else ""
    return f"{item.role}{each}{when}"


def rule_words(rule: str, least: int) -> str:
    """Return a rule as policies write it."""
    if rule == "share":
        return f"at_least {least}%"
    return f"at_least {least}" if rule == "at_least" else rule


def quorum_words(quorum: int, percent: int | None) -> str:
    """Return a quorum as policies write it."""
    return f"{percent}%" if percent is not None else str(quorum)


def ballot_words(item: Ballot) -> str:
    """Return a ballot: who votes, and by which rule."""
    return ", ".join(_ballot(item))


def _ballot(item: Ballot) -> Iterator[str]:
    yield f"{rule_words(item.rule, item.least)} of {' and '.join(map(voter_words, item.voters))}"
    if item.quorum or item.quorum_pct is not None:
        yield f"quorum {quorum_words(item.quorum, item.quorum_pct)}"
    if item.chair:
        yield f"chair {item.chair}"
    if item.tie:
        yield f"tie {item.tie}"


def step_words(item: Step) -> str:
    """Return a step: its ballots, and when it is held."""
    title = f"{item.title}: " if item.title else ""
    when = f" when {item.when.text}" if item.when else ""
    joint = " or " if item.need == "any" else " and "
    return f"{title}{joint.join(f'[{ballot_words(one)}]' for one in item.ballots)}{when}"


def _names(items: tuple[str, ...]) -> str:
    return ", ".join(sorted(items)) or NONE


def _call_in(item: CallIn) -> str:
    return f"by {_names(item.by)} within {item.within}; {item.approval} decides, else {item.undo}"


def _spot_check(item: SpotCheck) -> str:
    within = f" within {item.within}" if item.within else ""
    return f"{item.share_pct}% by {_names(item.by)}{within}"


def _appeal(item: Appeal) -> str:
    then = f"{item.approval} decides, then {item.transition}"
    return f"by {_names(item.by)} within {item.within}; {then}"


# How each of these is told where it stands inside something else.
WORDS: dict[type, Callable[[Any], str]] = {
    Amount: amount_words,
    Ballot: ballot_words,
    Step: step_words,
    Voter: voter_words,
    CallIn: _call_in,
    SpotCheck: _spot_check,
    Appeal: _appeal,
}
