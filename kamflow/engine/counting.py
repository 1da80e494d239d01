"""What the votes of a request come to, who is waited for, and for whom a vote would count.

The outcome never hangs on the order of the votes.
"""

from collections.abc import Sequence

from msgspec import Struct

from kamflow.engine.benches import Bench, Electorate
from kamflow.engine.boxes import Count, Outcome, count, outcome_of
from kamflow.engine.reaching import can_be_approved, reason_against
from kamflow.model.snapshot import Vote


class Mandate(Struct, frozen=True, kw_only=True):
    """For whom a vote counts, and in which step."""

    step: int
    principal: str = ""  # "" for the own vote


def tally(who: Electorate, votes: Sequence[Vote]) -> Outcome:
    """Return what `votes` come to over all steps.

    The vote of somebody who may not vote any more does not count. A step is decided as soon as the
    votes still to come cannot change it; with the rule `one` or `all` the first no decides.
    """
    for bench in who.steps:
        outcome = outcome_of(bench, votes)
        if outcome is not Outcome.APPROVED:
            return outcome
    return Outcome.APPROVED if who.steps else Outcome.OPEN


def current(who: Electorate, votes: Sequence[Vote]) -> Bench | None:
    """Return the step in which people vote now; nothing when all is decided."""
    counted = _current(who, votes)
    return None if counted is None else counted.bench


def _current(who: Electorate, votes: Sequence[Vote]) -> Count | None:
    """Return the votes of the step in which people vote now."""
    for bench in who.steps:
        counted = count(bench, votes)
        if counted.outcome is not Outcome.APPROVED:
            return counted if counted.outcome is Outcome.OPEN else None
    return None


def obstacle(who: Electorate, votes: Sequence[Vote] = ()) -> str | None:
    """Return why nobody can give the approval any more; nothing when it can be, or is decided.

    It is exact: there is an obstacle where no further votes of anybody who may vote could approve.
    """
    if not who.steps:
        return "none of its steps is held"
    if tally(who, votes) is not Outcome.OPEN:
        return None
    now = current(who, votes)
    begun = False
    for bench in who.steps:
        begun = begun or bench is now
        if begun and not can_be_approved(bench, votes):
            place = f"step `{bench.title or bench.index + 1}`: " if len(who.steps) > 1 else ""
            return place + reason_against(bench, votes)
    return None


def waiting(who: Electorate, votes: Sequence[Vote]) -> dict[str, frozenset[str]]:
    """Return whose votes are still to come in the present step, with who can cast each now.

    That is the owner of the seat unless away, and who stands in; nobody, where the owner is away
    or has used the own vote for somebody else and nobody stands in. Who sits only in ballots that
    are decided is left out.
    """
    counted = _current(who, votes)
    return {} if counted is None else _waiting_in(counted)


def _waiting_in(counted: Count) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    done = [vote.of for vote in counted.heard.votes]
    for booth, box, outcome in counted.boxes:
        if outcome is Outcome.OPEN:
            for owner in sorted(booth.owners.difference(done)):
                casters = found.get(owner, frozenset()) | box.free.get(owner, frozenset())
                found[owner] = casters
    return found


def voters_now(who: Electorate, votes: Sequence[Vote]) -> frozenset[str]:
    """Return everybody from whom a vote would count now, for themselves or for another."""
    return frozenset().union(*waiting(who, votes).values())


def cast_for(
    who: Electorate, votes: Sequence[Vote], person: str, principal: str = ""
) -> Mandate | str:
    """Return for whom a vote of `person` would count; or why it would not, and what to do.

    The own vote comes first. Who could vote for several people has to name one.

    Args:
        who: Who may vote on the request.
        votes: The votes so far.
        person: Who would vote.
        principal: In whose place; found out when empty.
    """
    counted = _current(who, votes)
    if counted is None:
        return "it is decided already"
    if person in who.excluded:
        why, people = who.excluded[person], ", ".join(sorted(voters_now(who, votes)))
        return f"`{person}` may not vote on it: {why}; {people or 'nobody'} may vote"
    bench = counted.bench
    mine = [owner for owner, people in _waiting_in(counted).items() if person in people]
    goal = principal or (person if person in mine else "")
    if goal in mine:
        return Mandate(step=bench.index, principal="" if goal == person else goal)
    if (heard := _heard(bench, votes, person)) is not None:
        return heard
    if goal:
        return _not_for(who, bench, votes, person, goal)
    if len(mine) == 1:
        return Mandate(step=bench.index, principal=mine[0])
    if mine:
        names = " and ".join(f"`{name}`" for name in mine)
        return f"`{person}` may vote for {names}; name one of them"
    return _no_vote(who, bench, votes, person)


def _heard(bench: Bench, votes: Sequence[Vote], person: str) -> str | None:
    """Return that somebody has voted already, if so."""
    for vote in votes:
        if vote.step == bench.index and vote.person == person:
            place = f", in the place of `{vote.principal}`, and has one vote" * bool(vote.principal)
            return f"`{person}` has voted on it already{place}"
    return None


def _not_for(
    who: Electorate, bench: Bench, votes: Sequence[Vote], person: str, principal: str
) -> str:
    """Return why `person` does not vote in the place of `principal`."""
    if principal in who.excluded:
        why = who.excluded[principal]
        return f"`{principal}` may not vote on it, nor anybody in that place: {why}"
    taken = next((vote for vote in bench.heard(votes).votes if vote.of == principal), None)
    if taken is not None:
        by = f", by `{taken.person}`" * bool(taken.principal)
        return f"the vote of `{principal}` is cast already{by}"
    if principal == person or principal not in _owners(bench):
        return _no_vote(who, bench, votes, principal)
    if person in who.away:
        return f"`{person}` {who.away[person]} and does not vote; end the absence first"
    return (
        f"`{person}` does not vote for `{principal}`: that takes a deputy of an absence, or a "
        "delegation, of somebody who holds the same role or a higher one and has no seat here"
    )


def _no_vote(who: Electorate, bench: Bench, votes: Sequence[Vote], person: str) -> str:
    """Return why somebody has no vote now."""
    taken = next((vote for vote in bench.heard(votes).votes if vote.of == person), None)
    if taken is not None:
        return f"the vote of `{person}` is cast already, by `{taken.person}`"
    if person in _owners(bench):
        if person in who.away:
            return f"`{person}` {who.away[person]} and does not vote; end the absence first"
        return f"the vote of `{person}` is not needed any more; the others decide what is open"
    for other in who.steps:
        if person in _owners(other):
            when = "is over" if other.index < bench.index else "has not begun"
            title = other.title or other.index + 1
            return f"`{person}` votes in step `{title}`, which {when}"
    people = ", ".join(sorted(voters_now(who, votes))) or "nobody"
    return f"`{person}` has no vote on it; {people} may vote"


def _owners(bench: Bench) -> frozenset[str]:
    return frozenset().union(*(booth.owners for booth in bench.booths))
