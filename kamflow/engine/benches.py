"""Who sits where on one request: the ballots of each step, with people in place of roles."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import force_setattr

from kamflow.model.approval import Ballot
from kamflow.model.snapshot import Vote

TOGETHER = "together"  # rule of the ballot that keeps one vote from filling two seats of a step
SEATED = ("one", "all", "at_least")  # rules that ask for so many single people


class Booth(Struct, frozen=True, kw_only=True):
    """A ballot with its people. An owner is somebody with a seat, whoever casts the vote."""

    ballot: Ballot
    seats: dict[str, frozenset[str]]  # "clerk", or "head (finance)" -> owners
    chair: frozenset[str] | None = None  # owners of whom one has to vote
    further: frozenset[str] = frozenset()  # of a level that has joined: take anybody's seat
    proxies: dict[str, frozenset[str]] = {}  # owner -> who may vote in that place now
    stood_in: dict[str, frozenset[str]] = {}  # owner -> who did so before, which still counts
    away: frozenset[str] = frozenset()  # owners who do not vote themselves now
    people: frozenset[str] = frozenset()  # everybody who has a seat by a role; from `seats`
    owners: frozenset[str] = frozenset()  # everybody who has a vote; from `people` and `further`

    def __post_init__(self) -> None:
        """Work out, once for many questions, who has a seat and who has a vote."""
        people = frozenset[str]().union(*self.seats.values())
        force_setattr(self, "people", people)
        force_setattr(self, "owners", people | self.further if self.further else people)

    def takes(self, vote: Vote) -> bool:
        """Tell whether a vote counts here."""
        owner, person = vote.of, vote.person
        if owner not in self.owners:
            return False
        return person == owner or any(
            person in allowed.get(owner, ()) for allowed in (self.proxies, self.stood_in)
        )

    def casters(self, owner: str) -> frozenset[str]:
        """Return who can cast the vote of `owner` now."""
        own = frozenset() if owner in self.away else frozenset((owner,))
        return own | self.proxies.get(owner, frozenset())


class Heard(Struct, frozen=True, kw_only=True):
    """The votes that count in a step, and everybody who has cast one, counted or not."""

    votes: tuple[Vote, ...]
    casters: frozenset[str]


class Bench(Struct, frozen=True, kw_only=True):
    """A step with its ballots."""

    index: int  # place among the steps of the approval
    title: str = ""
    need: str = "all"
    booths: tuple[Booth, ...]

    @property
    def people(self) -> frozenset[str]:
        """Everybody who has a seat by a role in this step."""
        return frozenset().union(*(booth.people for booth in self.booths))

    def heard(self, votes: Sequence[Vote]) -> "Heard":
        """Return the votes of this step: one of each person, and one for each seat."""
        casters: set[str] = set()
        counts: dict[str, Vote] = {}
        for vote in votes:
            if vote.step == self.index and vote.person not in casters:
                casters.add(vote.person)
                owner = vote.of
                if owner not in counts and any(booth.takes(vote) for booth in self.booths):
                    counts[owner] = vote
        return Heard(votes=tuple(counts.values()), casters=frozenset(casters))

    def judged(self) -> tuple[Booth, ...]:
        """Return the ballots, and the one that asks for different people over all of them."""
        seated = [booth for booth in self.booths if booth.ballot.rule in SEATED]
        if self.need != "all" or len(seated) < 2:  # noqa: PLR2004 - one vote in two ballots
            return self.booths
        return (*self.booths, _together(self.booths))


def _together(booths: Sequence[Booth]) -> Booth:
    """Return a ballot with all seats that need a yes of a person of their own."""
    seats: dict[str, frozenset[str]] = {}
    for number, booth in enumerate(booths):
        for name, people in seats_to_fill(booth).items():
            seats[f"{number} {name}"] = people
    owners = frozenset().union(*(booth.owners for booth in booths))
    allowed = {owner: _union(booths, owner) for owner in owners}
    return Booth(
        ballot=Ballot(rule=TOGETHER),
        seats=seats,
        further=frozenset().union(*(booth.further for booth in booths)),
        proxies={owner: both[0] for owner, both in allowed.items()},
        stood_in={owner: both[1] for owner, both in allowed.items()},
        away=frozenset().union(*(booth.away for booth in booths)),
    )


def _union(booths: Sequence[Booth], owner: str) -> tuple[frozenset[str], frozenset[str]]:
    none: frozenset[str] = frozenset()
    return (
        none.union(*(booth.proxies.get(owner, none) for booth in booths)),
        none.union(*(booth.stood_in.get(owner, none) for booth in booths)),
    )


def seats_to_fill(booth: Booth) -> dict[str, frozenset[str]]:
    """Return the seats each of which takes the yes of another person; none for a committee."""
    match booth.ballot.rule:
        case "all" | "together":
            return booth.seats
        case "one":
            return {"": booth.people}
        case "at_least":
            return {str(number): booth.people for number in range(booth.ballot.least)}
        case _:
            return {}


class Electorate(Struct, frozen=True, kw_only=True):
    """Who may vote on one request, step by step, and who was left out and why."""

    steps: tuple[Bench, ...]  # those that are held
    excluded: dict[str, str] = {}  # person -> "asked for it", "is `account.kam`"
    away: dict[str, str] = {}  # person -> "is away until 2026-04-03"

    @property
    def people(self) -> frozenset[str]:
        """Everybody who has a seat by a role in some step."""
        return frozenset().union(*(bench.people for bench in self.steps))
