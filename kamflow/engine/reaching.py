"""Whether a step can still be approved by the people who are there, and why not."""

from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from kamflow.engine.approvals import counted
from kamflow.engine.benches import TOGETHER, Bench, Booth
from kamflow.engine.boxes import (
    Box,
    Outcome,
    booth_outcome,
    box_of,
    chairs_of,
    fitting,
    lead,
    least_of,
    outcome_of,
    outweighs,
    own_chairs,
    quorum_of,
    room_of,
    yes_of,
)
from kamflow.engine.matching import chains
from kamflow.model.snapshot import Vote

NOBODY: frozenset[str] = frozenset()
_SOME_DAY = datetime(1970, 1, 1, tzinfo=UTC)  # of votes that are only thought of


def can_be_approved(bench: Bench, votes: Sequence[Vote]) -> bool:
    """Tell whether further votes can approve a step."""
    if outcome_of(bench, votes) is Outcome.APPROVED:
        return True
    heard = bench.heard(votes)
    if bench.need == "any":
        return any(_booth_possible(booth, box_of(booth, heard)) for booth in bench.booths)
    return _Search(bench, votes).possible()


class _Search:
    """Tries who votes for whom, where the ballots of a step are all needed.

    Each ballot alone is looked at first. Where somebody could vote in several places, and that
    might do for one ballot or for another, every way is tried; seats that nothing tells apart are
    tried once.
    """

    def __init__(self, bench: Bench, votes: Sequence[Vote]) -> None:
        self._bench, self._votes, self._judged = bench, tuple(votes), bench.judged()
        self._kinds: dict[str, Hashable] = {}  # owner -> all that matters of the seat
        self._failed: set[Hashable] = set()
        for owner in NOBODY.union(*(booth.owners for booth in self._judged)):
            self._kinds[owner] = tuple(_kind(booth, owner) for booth in self._judged)

    def possible(self, more: tuple[Vote, ...] = (), idle: frozenset[str] = NOBODY) -> bool:
        """Tell whether all ballots can be approved after `more` votes, with `idle` not voting."""
        heard = self._bench.heard((*self._votes, *more))
        heard = replace(heard, casters=heard.casters | idle)
        counts = Counter(self._effect(vote) for vote in more)
        key = heard.casters, frozenset(counts.items())
        if key in self._failed:
            return False
        boxes = [box_of(booth, heard) for booth in self._judged]
        found = all(_booth_possible(i, box) for i, box in zip(self._judged, boxes, strict=True))
        choice = _choice(boxes) if found and len(boxes) > 1 else None
        if choice is not None:
            found = self._some_way(choice, more, idle)
        if not found:
            self._failed.add(key)
        return found

    def _effect(self, vote: Vote) -> Hashable:
        """Return all that matters of a vote: what seat it is for, and where it counts."""
        return self._kinds[vote.of], tuple(booth.takes(vote) for booth in self._judged)

    def _some_way(
        self, choice: tuple[str, list[str]], more: tuple[Vote, ...], idle: frozenset[str]
    ) -> bool:
        person, owners = choice
        ways = {(self._kinds[owner], owner == person): owner for owner in reversed(owners)}
        for owner in reversed(ways.values()):
            principal, step = "" if owner == person else owner, self._bench.index
            vote = Vote(person=person, principal=principal, vote="approve", step=step, at=_SOME_DAY)
            if self.possible((*more, vote), idle):
                return True
        return self.possible(more, idle | {person})


def _kind(booth: Booth, owner: str) -> Hashable:
    """Return all that matters of the seat of an owner in one ballot."""
    seats = frozenset(name for name, people in booth.seats.items() if owner in people)
    chairs = chairs_of(booth) or NOBODY
    return (
        seats,
        owner in chairs,
        owner in own_chairs(booth),
        owner in booth.further,
        (booth.casters(owner) if owner in booth.owners else NOBODY),
    )


def _choice(boxes: Sequence[Box]) -> tuple[str, list[str]] | None:
    """Return somebody who can vote in several places, or for a seat that others can vote for."""
    casters: dict[str, set[str]] = {}  # owner -> who can cast the vote
    places: dict[str, set[str]] = {}  # person -> owners
    for box in boxes:
        for owner, people in box.free.items():
            casters.setdefault(owner, set()).update(people)
            for person in people:
                places.setdefault(person, set()).add(owner)
    for person in sorted(places):
        owners = sorted(places[person], key=lambda owner: (owner != person, owner))
        if len(owners) > 1 or len(casters[owners[0]]) > 1:
            return person, owners
    return None


def _booth_possible(booth: Booth, box: Box) -> bool:
    """Tell whether further votes can approve one ballot, whatever becomes of the others."""
    outcome = booth_outcome(booth, box)
    if outcome is not Outcome.OPEN:
        return outcome is Outcome.APPROVED
    chairs = chairs_of(booth)
    if chairs is None or chairs & box.cast:
        return _enough(booth, box)
    return any(
        _enough(booth, _with_yes(box, owner, person))
        for owner in sorted(chairs & box.free.keys())
        for person in sorted(box.free[owner])
    )


def _with_yes(box: Box, owner: str, person: str) -> Box:
    """Return the votes with one more yes."""
    free = {other: people - {person} for other, people in box.free.items() if other != owner}
    return replace(box, yes=box.yes | {owner}, free={o: p for o, p in free.items() if p})


def _enough(booth: Booth, box: Box) -> bool:
    """Tell whether the ballot is approved when everybody who can votes yes."""
    more = chains(box.free, box.free)
    if len(box.cast) + more < quorum_of(booth):
        return False
    room = room_of(booth, box)
    yes = yes_of(booth, box) + min(more, room)
    match booth.ballot.rule:
        case "all" | "together":
            return _fillable(booth, box) == len(booth.seats) > 0
        case "one":
            return yes > 0
        case "everybody":
            return yes > 0 and more >= room
        case "majority" | "two_thirds":
            return outweighs(booth, yes, len(box.no), side=_best_side(booth, box))
        case _:
            return yes >= least_of(booth)


def _fillable(booth: Booth, box: Box) -> int:
    """Return how many seats can be filled, with the votes cast and those that can be."""
    owners = {name: people & (box.yes | box.free.keys()) for name, people in fitting(booth).items()}
    # INVARIANT: people are told from seats that voted by the mark, which is in no name
    cast = {owner: frozenset({f"\0{owner}"}) for owner in box.yes}
    return chains(owners, owners, {**box.free, **cast})


def _best_side(booth: Booth, box: Box) -> bool:
    """Tell whether the chairs can be for it on a tie, when all of them vote yes who can."""
    free = {owner: people for owner, people in box.free.items() if owner in own_chairs(booth)}
    return lead(booth, box) + chains(free, free) > 0


# ---------------------------------------------------------------------------- in words


def reason_against(bench: Bench, votes: Sequence[Vote]) -> str:
    """Return why a step cannot be approved."""
    heard = bench.heard(votes)
    reasons = [_booth_reason(booth, box_of(booth, heard)) for booth in bench.judged()]
    told = [reason for reason in dict.fromkeys(reasons) if reason]
    return "; ".join(told) or "the people who can stand in cannot do so in all places at once"


def _booth_reason(booth: Booth, box: Box) -> str:
    if _booth_possible(booth, box):
        return ""
    if not booth.seats:
        return "none of its roles has a vote here"
    empty = [name for name, people in booth.seats.items() if not people]
    if booth.ballot.rule == TOGETHER:
        return "there are fewer people than votes that are needed, and one person has one vote"
    if empty and (booth.ballot.rule == "all" or len(empty) == len(booth.seats)):
        return f"nobody may vote as {', '.join(f'`{role}`' for role in empty)}"
    silent = sorted(booth.people - box.cast - box.free.keys())
    if silent:
        names = ", ".join(f"`{person}`" for person in silent)
        return f"{names} cannot vote now and nobody may vote in their place"
    return _too_few(booth, box)


def _too_few(booth: Booth, box: Box) -> str:
    chairs = chairs_of(booth)
    if chairs is not None and not chairs & (box.cast | box.free.keys()):
        return f"the chair `{booth.ballot.chair}` has to vote and nobody can"
    if booth.ballot.rule == "all":
        return "there are fewer people than roles that have to vote, and one person has one vote"
    needed = max(quorum_of(booth), least_of(booth))
    return f"{needed} votes are needed and {counted(box.cast | box.free.keys())} may vote"
