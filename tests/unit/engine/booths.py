"""Ballots, people and votes in a few letters: `ay bn` is a yes by `a` and a no by `b`."""

from datetime import UTC, datetime

from kamflow.engine.benches import Bench, Booth, Electorate
from kamflow.model.approval import Ballot
from kamflow.model.snapshot import Vote

AT = datetime(2026, 3, 31, tzinfo=UTC)
ANSWERS = {"y": "approve", "n": "reject", "a": "abstain"}


def votes(text: str) -> list[Vote]:
    """Return votes: `ay bn ca` is a yes by `a`, a no by `b`, an abstention by `c`."""
    return [Vote(person=item[0], vote=ANSWERS[item[1]], at=AT) for item in text.split()]


def people(text: str) -> dict[str, frozenset[str]]:
    """Return seats: `abc` is one role of three people, `a b` two roles of one each."""
    return {f"r{number}": frozenset(names) for number, names in enumerate(text.split(), 1)}


def a_ballot(
    rule: str,
    *,
    quorum: int = 0,
    quorum_pct: int | None = None,
    chair: str | None = None,
    tie: str = "",
) -> Ballot:
    word, _, least = rule.partition(" ")
    return Ballot(
        rule=word,
        least=int(least or 1),
        quorum=quorum,
        quorum_pct=quorum_pct,
        chair=chair,
        tie=tie,
    )


def a_booth(
    ballot: Ballot, seats: str, *, chair: str | None = None, further: str = "", away: str = ""
) -> Booth:
    return Booth(
        ballot=ballot,
        seats=people(seats),
        chair=None if chair is None else frozenset(chair),
        further=frozenset(further),
        away=frozenset(away),
    )


def steps(*benches: tuple[Booth, ...], need: str = "all") -> Electorate:
    return Electorate(
        steps=tuple(
            Bench(index=index, booths=booths, need=need) for index, booths in enumerate(benches)
        )
    )


def an_electorate(ballot: Ballot, seats: str, chair: str | None = None) -> Electorate:
    """Return who may vote in the one ballot of the one step."""
    return steps((a_booth(ballot, seats, chair=chair),))
