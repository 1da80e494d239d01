"""Votes in the boxes: what the votes of one ballot, and of one step, come to.

A ballot is rejected when the votes that were cast leave no way to a yes, even if everybody who is
still to vote were there. That nobody is there is no rejection: see `reaching`.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from kamflow.engine.benches import TOGETHER, Bench, Booth, Heard
from kamflow.engine.matching import chains
from kamflow.model.snapshot import Vote


class Outcome(StrEnum):
    """What the votes of an approval come to."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class Box(Struct, frozen=True, kw_only=True):
    """The votes that count in one ballot, by owner of the seat, and who can still vote in it."""

    yes: frozenset[str]
    no: frozenset[str]
    abstained: frozenset[str]
    free: dict[str, frozenset[str]]  # owner who has not voted -> who can cast that vote now

    @property
    def cast(self) -> frozenset[str]:
        """Everybody who has voted."""
        return self.yes | self.no | self.abstained


class Count(Struct, frozen=True, kw_only=True):
    """A step with its votes counted, ballot by ballot."""

    bench: Bench
    heard: Heard
    boxes: tuple[tuple[Booth, Box, Outcome], ...]

    @property
    def outcome(self) -> Outcome:
        """What the votes of the step come to."""
        if len(self.boxes) == 1:
            return self.boxes[0][2]
        found = {outcome for _, _, outcome in self.boxes}
        first, last = Outcome.REJECTED, Outcome.APPROVED
        if self.bench.need == "any":
            first, last = last, first
        if first in found:
            return first
        return Outcome.OPEN if Outcome.OPEN in found else last


def count(bench: Bench, votes: Sequence[Vote]) -> Count:
    """Return the votes of one step, counted."""
    heard = bench.heard(votes)
    boxes = []
    for booth in bench.judged():
        box = box_of(booth, heard)
        boxes.append((booth, box, booth_outcome(booth, box)))
    return Count(bench=bench, heard=heard, boxes=tuple(boxes))


def outcome_of(bench: Bench, votes: Sequence[Vote]) -> Outcome:
    """Return what the votes of one step come to."""
    return count(bench, votes).outcome


def box_of(booth: Booth, heard: Heard) -> Box:
    """Return which votes of a step count in one of its ballots."""
    said: dict[str, list[str]] = {"approve": [], "reject": [], "abstain": []}
    for vote in heard.votes:
        if booth.takes(vote):
            said[vote.vote].append(vote.of)
    left = sorted(booth.owners.difference([vote.of for vote in heard.votes]))
    free = {owner: booth.casters(owner) - heard.casters for owner in left}
    return Box(
        yes=frozenset(said["approve"]),
        no=frozenset(said["reject"]),
        abstained=frozenset(said["abstain"]),
        free={owner: people for owner, people in free.items() if people},
    )


# ---------------------------------------------------------------------------- one ballot


def size_of(booth: Booth) -> int:
    """Return how many may vote: those with seats; where nobody has one, those who joined."""
    return len(booth.people) or len(booth.further)


def quorum_of(booth: Booth) -> int:
    """Return how many votes have to be cast."""
    percent = booth.ballot.quorum_pct
    return max(booth.ballot.quorum, _share(booth, percent)) if percent else booth.ballot.quorum


def _share(booth: Booth, percent: int) -> int:
    return -(-percent * size_of(booth) // 100)


def least_of(booth: Booth) -> int:
    """Return how many yes votes the rule asks for at least."""
    match booth.ballot.rule:
        case "at_least":
            return max(booth.ballot.least, 1)
        case "share":
            return max(_share(booth, booth.ballot.least), 1)
        case "all" | "together":
            return len(booth.seats)
        case _:
            return 1


def chairs_of(booth: Booth) -> frozenset[str] | None:
    """Return of whom one has to vote: a chair, or who has joined in the place of one."""
    return None if booth.chair is None else (booth.chair & booth.people) | booth.further


def _seats(booth: Booth) -> int:
    """Return for how many votes there are seats, an empty chair's and missing ones included."""
    vacant = booth.chair is not None and not booth.chair & booth.people
    return max(size_of(booth) + vacant, quorum_of(booth), least_of(booth))


def _taken(booth: Booth, box: Box) -> int:
    """Return how many seats are taken by what is no yes.

    An abstention of somebody who has joined takes none.
    """
    return len(box.no) + len(box.abstained & booth.people)


def yes_of(booth: Booth, box: Box) -> int:
    """Return how many yes votes count: no more than the other votes leave seats for."""
    return min(len(box.yes), max(_seats(booth) - _taken(booth, box), 0))


def room_of(booth: Booth, box: Box) -> int:
    """Return for how many votes there are still seats."""
    return max(_seats(booth) - _taken(booth, box) - len(box.yes), 0)


def booth_outcome(booth: Booth, box: Box) -> Outcome:
    """Return what the votes of a ballot come to."""
    if _carried(booth, box):
        return Outcome.APPROVED
    return Outcome.OPEN if _can_still_carry(booth, box) else Outcome.REJECTED


def _carried(booth: Booth, box: Box) -> bool:
    """Tell whether the ballot is approved, whatever the votes still to come say."""
    chairs = chairs_of(booth)
    if len(box.cast) < quorum_of(booth) or (chairs is not None and not chairs & box.cast):
        return False
    match booth.ballot.rule:
        case "one":
            return yes_of(booth, box) > 0 and not box.no
        case "all" | "together":
            if len(box.yes) < len(booth.seats):
                return False
            filled = _filled(booth, box.yes) == len(booth.seats) > 0
            return filled and not _spoilt(booth, box)
        case "everybody":
            return yes_of(booth, box) > 0 and not box.no and room_of(booth, box) == 0
        case "majority" | "two_thirds":
            waiting = min(room_of(booth, box), chains(box.free, box.free))
            no = len(box.no) + waiting
            return outweighs(booth, yes_of(booth, box), no, side=_sure_side(booth, box))
        case _:
            return yes_of(booth, box) >= least_of(booth)


def _can_still_carry(booth: Booth, box: Box) -> bool:
    """Tell whether it could be approved if everybody were there who is still to vote.

    INVARIANT: what cannot be carried now cannot be carried after any further votes.
    """
    yes = yes_of(booth, box) + room_of(booth, box)
    match booth.ballot.rule:
        case "all" | "together":
            return not _spoilt(booth, box)
        case "one" | "everybody":
            return not box.no and yes > 0
        case "majority" | "two_thirds":
            return outweighs(booth, yes, len(box.no), side=_hoped_side(booth, box))
        case _:
            return yes >= least_of(booth)


def _spoilt(booth: Booth, box: Box) -> bool:
    """Tell whether a seat cannot be filled any more because of a no, or of too few yes."""
    if box.no and booth.ballot.rule != TOGETHER:
        return True
    if not box.no and not box.abstained:
        return False
    own = booth.people - box.no - box.abstained
    return chains(booth.seats, _among(booth.seats, own)) < chains(booth.seats, booth.seats)


def _among(
    seats: Mapping[str, frozenset[str]], people: frozenset[str]
) -> dict[str, frozenset[str]]:
    return {name: owners & people for name, owners in seats.items()}


def _filled(booth: Booth, people: frozenset[str]) -> int:
    """Return how many seats can be filled, each with another one of `people`."""
    seats = _among(fitting(booth), people)
    return chains(seats, seats)


def fitting(booth: Booth) -> dict[str, frozenset[str]]:
    """Return who can fill each seat that needs a person of its own."""
    return {name: owners | booth.further for name, owners in booth.seats.items()}


def outweighs(booth: Booth, yes: int, no: int, *, side: bool) -> bool:
    """Tell whether so many yes carry against so many no; `side` is the chair's, of a tie."""
    if booth.ballot.rule == "two_thirds":
        return 3 * yes >= 2 * (yes + no) > 0
    if yes != no or yes == 0:
        return yes > no
    return booth.ballot.tie == "approve" or (booth.ballot.tie == "chair" and side)


def own_chairs(booth: Booth) -> frozenset[str]:
    """Return the chairs who have a seat; of a tie they alone decide, and nobody in their place."""
    return (booth.chair or frozenset()) & booth.people


def lead(booth: Booth, box: Box) -> int:
    """Return by how many votes the chairs are for it."""
    chairs = own_chairs(booth)
    return len(chairs & box.yes) - len(chairs & box.no)


def _sure_side(booth: Booth, box: Box) -> bool:
    """Tell whether the chairs are for it, whatever those say who can still vote."""
    return lead(booth, box) > len(own_chairs(booth) & box.free.keys())


def _hoped_side(booth: Booth, box: Box) -> bool:
    """Tell whether the chairs are for it if all of them are who have not voted."""
    return lead(booth, box) + len(own_chairs(booth) - box.cast) > 0
