"""Laws of voting, on random approvals, people, absences, delegations and votes."""

from random import Random
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.engine.benches import Electorate
from kamflow.engine.boxes import Outcome
from kamflow.engine.counting import (
    Mandate,
    cast_for,
    obstacle,
    tally,
    voters_now,
    waiting,
)
from kamflow.model.snapshot import Vote
from tests.properties.elections import ANSWERS, AT, OWNERS, approved, electorates, moves


def played(who: Electorate, chance: Random) -> list[tuple[Vote, ...]]:
    """Return the votes of an election, one more each time, until nobody has a vote left."""
    votes: tuple[Vote, ...] = ()
    course = [votes]
    while tally(who, votes) is Outcome.OPEN and (open_ones := list(moves(who, votes))):
        votes = (*votes, chance.choice(chance.choice(open_ones)))
        course.append(votes)
    return course


@given(electorates(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_nothing_is_approved_without_the_votes_that_its_rules_ask_for(
    who: Electorate, chance: Random
) -> None:
    for votes in played(who, chance):
        if tally(who, votes) is Outcome.APPROVED:
            assert approved(who, votes)


@given(electorates(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_outcome_does_not_depend_on_the_order_of_the_votes(
    who: Electorate, chance: Random
) -> None:
    votes = list(played(who, chance)[-1])
    before = tally(who, votes)

    chance.shuffle(votes)

    assert tally(who, votes) is before


@given(electorates(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_a_person_has_one_vote_in_a_step_and_so_has_a_seat(who: Electorate, chance: Random) -> None:
    votes = played(who, chance)[-1]

    for bench in who.steps:
        own = [vote for vote in votes if vote.step == bench.index]

        assert len({vote.person for vote in own}) == len(own)
        assert len({vote.of for vote in own}) == len(own)


Seen: TypeAlias = dict[frozenset[object], bool]


def reachable(who: Electorate, votes: tuple[Vote, ...], seen: Seen) -> bool:
    """Tell whether some further votes approve, by trying all of them."""
    key = frozenset((vote.person, vote.of, vote.vote, vote.step) for vote in votes)
    if key not in seen:
        outcome = tally(who, votes)
        seen[key] = outcome is Outcome.APPROVED or (
            outcome is Outcome.OPEN
            and any(
                reachable(who, (*votes, vote), seen)
                for answers in moves(who, votes)
                for vote in answers
            )
        )
    return seen[key]


@given(electorates(steps=1), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_there_is_an_obstacle_exactly_where_no_votes_could_approve(
    who: Electorate, chance: Random
) -> None:
    seen: Seen = {}
    for votes in played(who, chance):
        if tally(who, votes) is Outcome.OPEN:
            assert (obstacle(who, votes) is None) is reachable(who, votes, seen), votes


@given(electorates(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_every_election_ends_decided_or_with_an_obstacle(who: Electorate, chance: Random) -> None:
    votes = played(who, chance)[-1]

    if tally(who, votes) is Outcome.OPEN:
        assert not voters_now(who, votes)
        assert obstacle(who, votes) is not None


PATIENT = ("everybody", "at_least", "share", "majority", "two_thirds")


@given(electorates(rules=PATIENT, joined=False), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_who_comes_first_does_not_decide(who: Electorate, chance: Random) -> None:
    """A ballot is closed early only when the votes that are missing change nothing."""
    answers = {person: chance.choice(ANSWERS) for person in OWNERS}

    outcomes = {_in_order(who, answers, chance) for _ in range(5)}

    assert len(outcomes) == 1


def _in_order(who: Electorate, answers: dict[str, str], chance: Random) -> Outcome:
    """Let everybody vote for themselves in some order, for as long as votes are taken."""
    votes: tuple[Vote, ...] = ()
    for _ in who.steps:
        order = sorted(answers)
        chance.shuffle(order)
        for person in order:
            if person in waiting(who, votes).get(person, ()):
                mandate = cast_for(who, votes, person, person)
                assert isinstance(mandate, Mandate)
                answer = answers[person]
                votes = (*votes, Vote(person=person, vote=answer, at=AT, step=mandate.step))
    return tally(who, votes)
