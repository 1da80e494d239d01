"""Several ballots and steps, people who are away, and levels that join."""

import pytest

from kamflow.engine.benches import Booth, Electorate
from kamflow.engine.boxes import Outcome
from kamflow.engine.counting import current, obstacle, tally
from kamflow.model.approval import Ballot
from kamflow.model.snapshot import Vote
from tests.unit.engine.booths import AT, a_ballot, a_booth, steps, votes

# ---------------------------------------------------------------------------- ballots and steps

ONE = Ballot(rule="one")


@pytest.mark.parametrize(
    ("need", "cast", "outcome"),
    [
        ("all", "ay", "open"),
        ("all", "ay cy", "approved"),
        ("all", "an", "rejected"),
        ("any", "ay", "approved"),
        ("any", "an", "open"),
        ("any", "an cn", "rejected"),
        ("any", "an cy", "approved"),
    ],
)
def test_a_step_needs_all_of_its_ballots_or_any(need: str, cast: str, outcome: str) -> None:
    who = steps((a_booth(ONE, "ab"), a_booth(ONE, "cd")), need=need)

    assert tally(who, votes(cast)) == outcome


def test_one_person_does_not_fill_two_seats_of_a_step_alone() -> None:
    who = steps((a_booth(ONE, "ab"), a_booth(ONE, "a")))
    alone = steps((a_booth(ONE, "a"), a_booth(ONE, "a")))

    assert [tally(who, votes(cast)) for cast in ("ay", "ay by")] == ["open", "approved"]
    assert tally(alone, votes("ay")) is Outcome.OPEN
    assert obstacle(alone) == (
        "there are fewer people than votes that are needed, and one person has one vote"
    )


def test_the_vote_of_a_member_of_two_committees_counts_in_both() -> None:
    majority = a_ballot("majority")
    who = steps((a_booth(majority, "abc"), a_booth(majority, "cde")))

    assert tally(who, votes("ay cy dy")) is Outcome.APPROVED


def test_the_next_step_begins_when_the_one_before_is_approved() -> None:
    who = steps((a_booth(ONE, "a"),), (a_booth(ONE, "ab"),))
    first = votes("ay")
    second = [*first, Vote(person="a", vote="approve", at=AT, step=1)]

    before, between = current(who, []), current(who, first)

    assert (before, between) == who.steps
    assert current(who, second) is None
    assert [tally(who, first), tally(who, second)] == ["open", "approved"]


def test_a_no_in_one_step_rejects_the_request() -> None:
    who = steps((a_booth(ONE, "a"),), (a_booth(ONE, "b"),))

    assert tally(who, votes("an")) is Outcome.REJECTED


def test_a_step_that_nobody_can_decide_is_told_before_it_begins() -> None:
    who = steps((a_booth(ONE, "a"),), (Booth(ballot=ONE, seats={"r1": frozenset()}),))

    assert obstacle(who, votes("ay")) == "step `2`: nobody may vote as `r1`"


def test_an_approval_none_of_whose_steps_is_held_is_not_given() -> None:
    who = Electorate(steps=())

    assert tally(who, []) is Outcome.OPEN
    assert obstacle(who) == "none of its steps is held"


# ---------------------------------------------------------------------------- nobody there


@pytest.mark.parametrize(
    ("ballot", "seats", "away", "cast", "dead"),
    [
        (a_ballot("one"), "ab", "a", "", False),
        (a_ballot("one"), "ab", "ab", "", True),
        (a_ballot("all"), "ab c", "a", "", False),
        (a_ballot("all"), "ab c", "c", "ay", True),
        (a_ballot("everybody"), "abc", "c", "ay by", True),
        (a_ballot("majority", quorum=3), "abcd", "a", "by", False),
        (a_ballot("majority", quorum=3), "abcd", "ab", "cy", True),
        (a_ballot("majority"), "abcd", "a", "by cn dn", False),
        (a_ballot("at_least 2"), "abc", "c", "an", True),
        (a_ballot("share 60"), "abcd", "cd", "ay by", True),
    ],
)
def test_who_is_away_is_not_waited_for(
    ballot: Ballot, seats: str, away: str, cast: str, *, dead: bool
) -> None:
    who = steps((a_booth(ballot, seats, away=away),))

    assert (obstacle(who, votes(cast)) is not None) is dead
    if dead:
        assert tally(who, votes(cast)) is Outcome.OPEN


def test_the_level_that_joins_takes_the_seats_of_the_silent() -> None:
    ballot = a_ballot("majority", quorum=3)
    who = steps((a_booth(ballot, "abc", further="xyz"),))

    assert [tally(who, votes(cast)) for cast in ("ay xy", "ay xy yn", "xy yy zn")] == [
        "open",
        "approved",
        "approved",
    ]


def test_the_level_that_joins_sits_in_for_a_chair_who_is_silent() -> None:
    ballot = a_ballot("majority", chair="chair")
    who = steps((a_booth(ballot, "abc", chair="a", further="x"),))

    assert [tally(who, votes(cast)) for cast in ("by cy", "by cy xy")] == ["open", "approved"]


def test_an_abstention_of_a_level_that_joins_takes_no_seat() -> None:
    who = steps((a_booth(a_ballot("all"), "a b", further="xy"),))

    assert [tally(who, votes(cast)) for cast in ("xa ya", "xa yy", "xa ay yy")] == [
        "open",
        "open",
        "approved",
    ]
