"""Random electorates and votes, and what a plain reading of the rules makes of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import permutations

from hypothesis import strategies as st

from kamflow.engine.benches import Bench, Booth, Electorate
from kamflow.engine.counting import Mandate, cast_for, voters_now, waiting
from kamflow.model.approval import Ballot
from kamflow.model.snapshot import Vote

AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
OWNERS, OTHERS = "abcd", "xy"
ANSWERS = ("approve", "reject", "abstain")
RULES = ("one", "all", "everybody", "at_least", "share", "majority", "two_thirds")

some = st.frozensets(st.sampled_from(OWNERS), max_size=3)


@st.composite
def ballots(draw: st.DrawFn, rules: Sequence[str] = RULES) -> Ballot:
    rule = draw(st.sampled_from(rules))
    least: dict[str, st.SearchStrategy[int]] = {
        "at_least": st.integers(1, 3),
        "share": st.sampled_from([30, 50, 75, 100]),
    }
    return Ballot(
        rule=rule,
        least=draw(least.get(rule, st.just(1))),
        quorum=draw(st.sampled_from([0, 0, 1, 2, 3])),
        quorum_pct=draw(st.sampled_from([None, None, 50, 60, 100])),
        chair=draw(st.sampled_from([None, None, "chair"])),
        tie=draw(st.sampled_from(["", "chair", "approve"])),
    )


@st.composite
def booths(
    draw: st.DrawFn, rules: Sequence[str], further: frozenset[str], away: frozenset[str]
) -> Booth:
    ballot = draw(ballots(rules))
    count = draw(st.sampled_from([0, 1, 1, 2, 3]))
    seats = {f"r{number}": draw(some) for number in range(count)}
    chair = draw(some) if ballot.chair else None
    return Booth(ballot=ballot, seats=seats, chair=chair, further=further, away=away)


@st.composite
def benches(draw: st.DrawFn, index: int, rules: Sequence[str], *, joined: bool) -> Bench:
    """Return a step; nobody with a seat in it stands in for somebody else."""
    further = frozenset(
        draw(st.sampled_from(["", "", "", "x", "xy", "ax", "ab"] if joined else [""]))
    )
    away = frozenset(draw(st.sampled_from(["", "", "a", "ab", "x"])))
    own = [draw(booths(rules, further, away)) for _ in range(draw(st.integers(1, 2)))]
    seated = frozenset[str]().union(*(booth.people for booth in own))
    outside = sorted(frozenset(OWNERS + OTHERS) - seated - away)
    ready = []
    for booth in own:
        proxies = {
            owner: draw(st.frozensets(st.sampled_from(outside), max_size=2)) - {owner}
            for owner in sorted(booth.owners)
            if bool(outside) and draw(st.booleans())
        }
        ready.append(
            Booth(
                ballot=booth.ballot,
                seats=booth.seats,
                chair=booth.chair,
                further=booth.further,
                proxies=proxies,
                away=booth.away,
            )
        )
    return Bench(index=index, need=draw(st.sampled_from(["all", "any"])), booths=tuple(ready))


@st.composite
def electorates(
    draw: st.DrawFn, steps: int = 2, rules: Sequence[str] = RULES, *, joined: bool = True
) -> Electorate:
    count = draw(st.integers(1, steps))
    return Electorate(
        steps=tuple(draw(benches(number, rules, joined=joined)) for number in range(count)),
        away={"a": "is away"},
    )


def moves(who: Electorate, votes: Sequence[Vote]) -> Iterator[tuple[Vote, ...]]:
    """Yield every vote that somebody could cast next, with each of the answers."""
    for person in sorted(voters_now(who, votes)):
        owners = [owner for owner, people in waiting(who, votes).items() if person in people]
        for owner in owners:
            mandate = cast_for(who, votes, person, owner)
            assert isinstance(mandate, Mandate), mandate
            yield tuple(
                Vote(
                    person=person,
                    principal=mandate.principal,
                    step=mandate.step,
                    vote=answer,
                    at=AT,
                )
                for answer in ANSWERS
            )


def held(booth: Booth, votes: Sequence[Vote]) -> bool:
    """Tell whether a ballot has what its rule asks for, by the votes that were cast alone."""
    own = {vote.of: vote.vote for vote in votes if booth.takes(vote)}
    yes = {person for person, answer in own.items() if answer == "approve"}
    no = {person for person, answer in own.items() if answer == "reject"}
    return _heard(booth, own) and _enough(booth, own, yes, no)


def _heard(booth: Booth, own: dict[str, str]) -> bool:
    size = len(booth.people) or len(booth.further)
    if len(own) < booth.ballot.quorum or 100 * len(own) < (booth.ballot.quorum_pct or 0) * size:
        return False
    if booth.chair is None:
        return True
    return any(person in booth.further or person in booth.chair for person in own)


def _enough(booth: Booth, own: dict[str, str], yes: set[str], no: set[str]) -> bool:
    size = len(booth.people) or len(booth.further)
    match booth.ballot.rule:
        case "one":
            return bool(yes) and not no
        case "all":
            return not no and seated([p | booth.further for p in booth.seats.values()], yes)
        case "everybody":
            return bool(yes) and not no and len(own) >= size
        case "at_least":
            return len(yes) >= booth.ballot.least
        case "share":
            return bool(yes) and 100 * len(yes) >= booth.ballot.least * size
        case "two_thirds":
            return bool(yes) and 2 * len(no) <= len(yes)
        case _:
            return len(yes) > len(no) or (len(yes) == len(no) > 0 and _tie(booth, yes, no))


def _tie(booth: Booth, yes: set[str], no: set[str]) -> bool:
    if booth.ballot.tie == "approve":
        return True
    if booth.ballot.tie != "chair" or booth.chair is None:
        return False
    chairs = booth.chair & booth.people
    return len(chairs & yes) > len(chairs & no)


def seated(seats: list[frozenset[str]], people: set[str]) -> bool:
    """Tell whether every seat can be given to another one of `people`, by trying all ways."""
    return any(
        all(person in seat for person, seat in zip(some_people, seats, strict=True))
        for some_people in permutations(sorted(people), len(seats))
    )


def seats_needed(bench: Bench, votes: Sequence[Vote]) -> bool:
    """Tell whether the yes votes that rules for single people need come from different people."""
    seats: list[frozenset[str]] = []
    counting = [booth for booth in bench.booths if booth.ballot.rule in ("one", "all", "at_least")]
    for booth in counting:
        pool = booth.people | booth.further
        match booth.ballot.rule:
            case "one":
                seats.append(pool)
            case "all":
                seats.extend(people | booth.further for people in booth.seats.values())
            case _:
                seats.extend([pool] * booth.ballot.least)
    yes = {vote.of for vote in votes if vote.vote == "approve"}
    return bench.need == "any" or len(counting) < 2 or seated(seats, yes)


def approved(who: Electorate, votes: Sequence[Vote]) -> bool:
    """Tell whether all steps have what their rules ask for."""
    for bench in who.steps:
        own = [vote for vote in votes if vote.step == bench.index]
        found = [held(booth, own) for booth in bench.booths]
        if not (any(found) if bench.need == "any" else all(found) and seats_needed(bench, own)):
            return False
    return True
