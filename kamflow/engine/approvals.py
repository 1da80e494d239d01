"""Who may vote, and what the votes come to."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.people import holders
from kamflow.engine.view import View
from kamflow.model.approval import Approval
from kamflow.model.snapshot import Vote
from kamflow.model.values import Cause, Unknown

ANSWERS = ("approve", "reject", "abstain")


class Outcome(StrEnum):
    """What the votes of an approval come to."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class Electorate(Struct, frozen=True, kw_only=True):
    """Who may vote on one request: people by role, and who was left out and why."""

    seats: dict[str, frozenset[str]]
    people: frozenset[str]  # everybody who may vote, each once whatever the roles
    excluded: dict[str, str]  # person -> "asked for it", "`account.kam`"
    chair: frozenset[str] | None = None


def resolve(compiled: CompiledPack, approval_id: str, view: View) -> Approval | Unknown:
    """Return the approval itself, or the one that its table picks for this subject."""
    approval = compiled.pack.approvals[approval_id]
    if approval.route is None:
        return approval
    picked = view[approval.route]
    if isinstance(picked, Unknown):
        return picked
    if picked not in compiled.pack.approvals:
        return Unknown((Cause(approval.route, f"is `{picked}`, which is no approval"),))
    return resolve(compiled, picked, view)


def electorate(
    compiled: CompiledPack, approval: Approval, view: View, requested_by: str
) -> Electorate:
    """Return who may vote; a role with an unknown condition does: rather one too many."""
    excluded = {requested_by: "asked for it"} if "requester" in approval.excluded else {}
    for fact in approval.excluded:
        person = view[fact] if fact != "requester" else None
        if isinstance(person, str):
            excluded.setdefault(person, f"is `{fact}`")
    seats = {}
    for voter in approval.voters:
        if voter.when is None or compiled.ask(voter.when, view) is not False:
            seats[voter.role] = holders(compiled.pack, view, voter.role) - excluded.keys()
    chair = None
    if approval.chair is not None:
        chair = holders(compiled.pack, view, approval.chair) - excluded.keys()
    people: frozenset[str] = frozenset().union(*seats.values())
    return Electorate(seats=seats, people=people, excluded=excluded, chair=chair)


def obstacle(approval: Approval, who: Electorate) -> str | None:
    """Return why nobody could ever give the approval, or nothing when it can be given."""
    empty = [role for role, people in who.seats.items() if not people]
    if empty and (approval.rule == "all" or len(empty) == len(who.seats)):
        return f"nobody may vote as {', '.join(f'`{role}`' for role in empty)}"
    if approval.rule == "all" and not _seated(who.seats, who.people):
        return "there are fewer people than roles that have to vote, and one person has one vote"
    weighed = approval.rule in ("majority", "two_thirds")
    needed = max(approval.quorum, 1) if weighed else approval.least
    if len(who.people) < needed:
        return f"{needed} votes are needed and {counted(who.people)} may vote"
    if who.chair is not None and not who.chair & who.people:
        return f"the chair `{approval.chair}` has to vote and nobody can"
    return None


def tally(approval: Approval, who: Electorate, votes: Sequence[Vote]) -> Outcome:
    """Return what `votes` come to, which does not hang on their order.

    The vote of somebody who may not vote any more does not count. A majority or two thirds is
    decided as soon as the votes still to come cannot change it; a tie is a no. A chair who has to
    vote keeps an approval (not a rejection) open.
    """
    counted = [vote for vote in votes if vote.person in who.people]
    yes = frozenset(vote.person for vote in counted if vote.vote == "approve")
    no = frozenset(vote.person for vote in counted if vote.vote == "reject")
    cast = frozenset(vote.person for vote in counted)
    outcome = _count(approval, who, yes, no, cast)
    if outcome is Outcome.APPROVED and who.chair is not None and not who.chair & cast:
        return Outcome.OPEN if who.chair & who.people else Outcome.REJECTED
    return outcome


def _count(
    approval: Approval,
    who: Electorate,
    yes: frozenset[str],
    no: frozenset[str],
    cast: frozenset[str],
) -> Outcome:
    """Return what the votes come to by the rule, whether the chair has voted or not."""
    waiting = len(who.people - cast)
    match approval.rule:
        case "one":
            return Outcome.REJECTED if no else Outcome.APPROVED if yes else _open_unless(waiting)
        case "all":
            if not no and who.seats and _seated(who.seats, yes):
                return Outcome.APPROVED
            rejected = no or not _seated(who.seats, yes | (who.people - cast))
            return Outcome.REJECTED if rejected else Outcome.OPEN
        case "at_least":
            return _outcome(
                approved=len(yes) >= approval.least, rejected=len(yes) + waiting < approval.least
            )
        case _:
            return _weigh(approval, len(yes), len(no), len(cast), waiting)


def _weigh(approval: Approval, yes: int, no: int, cast: int, waiting: int) -> Outcome:
    """Return what a vote by majority or two thirds comes to."""
    heard = cast >= approval.quorum

    def carried(yes: int, no: int) -> bool:
        return 3 * yes >= 2 * (yes + no) > 0 if approval.rule == "two_thirds" else yes > no

    return _outcome(
        approved=heard and carried(yes, no + waiting),
        rejected=not carried(yes + waiting, no) or (waiting == 0 and not heard),
    )


def _open_unless(waiting: int) -> Outcome:
    return Outcome.OPEN if waiting else Outcome.REJECTED


def _outcome(*, approved: bool, rejected: bool) -> Outcome:
    if approved:
        return Outcome.APPROVED
    return Outcome.REJECTED if rejected else Outcome.OPEN


def _seated(seats: Mapping[str, frozenset[str]], people: frozenset[str]) -> bool:
    """Tell whether every role can be given to another one of `people` (bipartite matching)."""
    own = [seat & people for seat in seats.values()]
    if not all(own) or len(people) < len(own):
        return False
    if sum(map(len, own)) == len(frozenset().union(*own)):
        return True  # nobody could take two of the roles
    taken: dict[str, str] = {}  # person -> role

    def place(role: str, tried: set[str]) -> bool:
        for person in sorted(seats[role] & people):
            if person in tried:
                continue
            tried.add(person)
            if person not in taken or place(taken[person], tried):
                taken[person] = role
                return True
        return False

    return all(place(role, set()) for role in seats)


def counted(people: Collection[str]) -> str:
    """Return how many people there are, in words: `1 person`."""
    return "1 person" if len(people) == 1 else f"{len(people)} people"
