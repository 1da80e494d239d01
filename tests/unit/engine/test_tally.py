"""What votes come to."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.engine.boxes import Outcome
from kamflow.engine.counting import obstacle, tally
from tests.unit.engine.booths import a_ballot, an_electorate, votes


@pytest.mark.parametrize(
    ("rule", "seats", "cast", "outcome"),
    [
        # the first yes or no decides; an abstention leaves it to the others
        ("one", "abc", "", "open"),
        ("one", "abc", "ay", "approved"),
        ("one", "abc", "an", "rejected"),
        ("one", "abc", "aa", "open"),
        ("one", "abc", "aa ba", "open"),
        ("one", "abc", "aa ba ca", "rejected"),
        ("one", "abc", "aa by", "approved"),
        # one yes for each role, each from another person
        ("all", "a b", "ay", "open"),
        ("all", "a b", "ay by", "approved"),
        ("all", "a b", "an", "rejected"),
        ("all", "a b", "ay bn", "rejected"),
        ("all", "a b", "ay ba", "rejected"),
        ("all", "ab b", "by", "open"),
        ("all", "ab b", "ay by", "approved"),
        ("all", "ab ab", "ay", "open"),
        ("all", "ab ab", "ay by", "approved"),
        ("all", "abc", "ay", "approved"),
        ("all", "abc", "aa", "open"),
        ("all", "abc d", "aa ba cy", "open"),
        ("all", "abc d", "aa ba ca", "rejected"),
        # so many yes votes
        ("at_least 2", "abc", "ay", "open"),
        ("at_least 2", "abc", "ay by", "approved"),
        ("at_least 2", "abc", "an by", "open"),
        ("at_least 2", "abc", "an bn", "rejected"),
        ("at_least 2", "abc", "aa ba", "rejected"),
        ("at_least 2", "abc", "ay ba", "open"),
        ("at_least 3", "abc", "an", "rejected"),
        # more yes than no, of the votes for and against
        ("majority", "abc", "ay", "open"),
        ("majority", "abc", "ay by", "approved"),
        ("majority", "abc", "ay bn", "open"),
        ("majority", "abc", "ay bn ca", "rejected"),
        ("majority", "abc", "an bn", "rejected"),
        ("majority", "abc", "aa ba cy", "approved"),
        ("majority", "abc", "aa ba ca", "rejected"),
        ("majority", "abcd", "ay by", "open"),
        ("majority", "abcd", "ay by cn dn", "rejected"),
        ("majority", "abcd", "ay by ca dn", "approved"),
        ("majority", "abcd", "an", "open"),
        ("majority", "abcd", "an bn", "rejected"),
        ("majority", "abcde", "an bn", "open"),
        ("majority", "abcde", "an bn ca", "rejected"),
        # two yes for each no
        ("two_thirds", "abc", "ay by cn", "approved"),
        ("two_thirds", "abc", "ay by", "approved"),
        ("two_thirds", "abc", "ay bn cn", "rejected"),
        ("two_thirds", "abc", "an bn", "rejected"),
        ("two_thirds", "abcd", "ay by cn dn", "rejected"),
        ("two_thirds", "abcd", "ay by cy dn", "approved"),
        ("two_thirds", "abcd", "ay by", "open"),
        ("two_thirds", "abcd", "ay by cy", "approved"),
        ("two_thirds", "abcd", "ay by ca dn", "approved"),
        ("two_thirds", "abcdef", "an bn cn", "rejected"),
        ("two_thirds", "abcdef", "an bn", "open"),
        ("two_thirds", "abc", "aa ba ca", "rejected"),
    ],
)
def test_votes_come_to_what_the_rule_says(rule: str, seats: str, cast: str, outcome: str) -> None:
    found = tally(an_electorate(a_ballot(rule), seats), votes(cast))

    assert found == outcome


@pytest.mark.parametrize(
    ("rule", "quorum", "cast", "outcome"),
    [
        ("majority", 4, "ay by cy", "open"),
        ("majority", 4, "ay by cy dn", "approved"),
        ("majority", 4, "ay by cy da", "approved"),
        ("majority", 4, "aa ba ca dy", "open"),
        ("majority", 4, "aa ba ca dy ea", "approved"),
        ("majority", 4, "an bn cn", "rejected"),
        ("majority", 5, "ay by cy dy", "open"),
        ("majority", 5, "ay by cy dy ea", "approved"),
        ("two_thirds", 5, "ay by cy dy", "open"),
        ("two_thirds", 5, "ay by cy dy en", "approved"),
        ("two_thirds", 5, "ay by cy dn en", "rejected"),
    ],
)
def test_a_vote_counts_once_enough_of_five_have_voted(
    rule: str, quorum: int, cast: str, outcome: str
) -> None:
    found = tally(an_electorate(a_ballot(rule, quorum=quorum), "abcde"), votes(cast))

    assert found == outcome


@pytest.mark.parametrize(
    ("cast", "outcome"),
    [
        ("ay by cy", "open"),
        ("ay by cy da", "open"),
        ("ay by cy ey", "approved"),
        ("ay by cy ea", "approved"),
        ("ay by en", "open"),
        ("ay by cy en", "approved"),
        ("an bn cn", "rejected"),
    ],
)
def test_nothing_is_approved_before_the_chair_has_voted(cast: str, outcome: str) -> None:
    who = an_electorate(a_ballot("majority", chair="chair"), "abcde", chair="e")

    found = tally(who, votes(cast))

    assert found == outcome


@pytest.mark.parametrize(
    ("rule", "seats", "before", "chair"),
    [
        ("one", "abe", "ay", "ey"),
        ("at_least 2", "abe", "ay by", "ea"),
        ("all", "ab ae", "ay by", "ey"),
    ],
)
def test_every_rule_waits_for_a_chair_who_has_to_vote(
    rule: str, seats: str, before: str, chair: str
) -> None:
    who = an_electorate(a_ballot(rule, chair="chair"), seats, chair="e")

    found = [tally(who, votes(cast)) for cast in (before, f"{before} {chair}")]

    assert found == [Outcome.OPEN, Outcome.APPROVED]


def test_without_a_chair_who_can_vote_nothing_is_approved() -> None:
    who = an_electorate(a_ballot("majority", chair="chair"), "abc", chair="z")

    assert tally(who, votes("ay by cy")) is Outcome.OPEN
    assert obstacle(who, votes("ay by cy")) == "the chair `chair` has to vote and nobody can"


@pytest.mark.parametrize(
    ("rule", "cast"),
    [
        ("one", "zy"),
        ("all", "zy ay"),
        ("at_least 2", "zy ay"),
        ("majority", "zy ay"),
        ("two_thirds", "zy ay"),
    ],
)
def test_the_vote_of_somebody_who_may_not_vote_any_more_does_not_count(
    rule: str, cast: str
) -> None:
    seats = "a b c" if rule == "all" else "abc"

    assert tally(an_electorate(a_ballot(rule), seats), votes(cast)) is Outcome.OPEN


RULES = ["one", "all", "at_least 1", "at_least 2", "at_least 3", "majority", "two_thirds"]
chairs = st.sampled_from([None, "a", "bf"])
ballots = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("yna"), max_size=6)


@given(st.sampled_from(RULES), ballots, st.integers(0, 6), chairs, st.randoms())
@settings(max_examples=300)
def test_the_order_of_votes_does_not_matter(
    rule: str,
    cast: dict[str, str],
    quorum: int,
    chair: str | None,
    shuffle: Random,
) -> None:
    who = an_electorate(a_ballot(rule, quorum=quorum, chair=chair), "abc cde ef", chair=chair)
    text = [person + answer for person, answer in cast.items()]
    before = tally(who, votes(" ".join(text)))

    shuffle.shuffle(text)

    assert tally(who, votes(" ".join(text))) is before


@given(st.sampled_from(RULES), ballots, st.integers(0, 6), chairs)
@settings(max_examples=300)
def test_what_is_decided_stays_decided_whoever_votes_after(
    rule: str,
    cast: dict[str, str],
    quorum: int,
    chair: str | None,
) -> None:
    ballot = a_ballot(rule, quorum=quorum, chair=chair)
    who = an_electorate(ballot, "a b c d e f" if rule == "all" else "abcdef", chair=chair)
    text = [person + answer for person, answer in cast.items()]
    outcomes = [tally(who, votes(" ".join(text[:count]))) for count in range(len(text) + 1)]
    if rule == "one":  # the first vote decides, and nobody is asked after it
        return

    decided = [outcome for outcome in outcomes if outcome is not Outcome.OPEN]

    assert len(set(decided)) <= 1
    assert outcomes[len(outcomes) - len(decided) :] == decided


@given(st.sampled_from(RULES), st.integers(0, 6), chairs)
def test_silence_approves_nothing(rule: str, quorum: int, chair: str | None) -> None:
    ballot = a_ballot(rule, quorum=quorum, chair=chair)
    for seats in ("a", "abc", "a b c"):
        who = an_electorate(ballot, seats, chair=chair)

        assert tally(who, []) is not Outcome.APPROVED


@given(st.sampled_from(RULES), ballots, st.integers(0, 6))
@settings(max_examples=300)
def test_nothing_is_approved_without_a_yes(rule: str, cast: dict[str, str], quorum: int) -> None:
    text = " ".join(person + ("a" if answer == "y" else answer) for person, answer in cast.items())

    found = tally(an_electorate(a_ballot(rule, quorum=quorum), "abcdef"), votes(text))

    assert found is not Outcome.APPROVED


@given(st.sampled_from(RULES), st.integers(0, 6), chairs)
def test_everybody_together_can_approve_whatever_has_no_obstacle(
    rule: str,
    quorum: int,
    chair: str | None,
) -> None:
    ballot = a_ballot(rule, quorum=quorum, chair=chair)
    for seats in ("", "a", "ab", "abc", "abcdef", "a ab", "a a", "ab ab cd"):
        who = an_electorate(ballot, seats, chair=chair)
        everybody = votes(" ".join(f"{person}y" for person in sorted(who.people)))

        can = tally(who, everybody) is Outcome.APPROVED

        assert can is (obstacle(who) is None), seats


@pytest.mark.parametrize("order", list(permutations(["ay", "by", "cn", "dy"])))
def test_four_of_five_with_the_chair_decide_in_any_order(order: tuple[str, ...]) -> None:
    who = an_electorate(a_ballot("majority", quorum=4, chair="chair"), "abcde", chair="a")

    found = tally(who, votes(" ".join(order)))

    assert found is Outcome.APPROVED


# ---------------------------------------------------------------------------- further rules


@pytest.mark.parametrize(
    ("rule", "cast", "outcome"),
    [
        ("everybody", "ay by cy", "open"),
        ("everybody", "ay by cy dy", "approved"),
        ("everybody", "ay ba ca da", "approved"),
        ("everybody", "aa ba ca da", "rejected"),
        ("everybody", "an", "rejected"),
        ("share 60", "ay by", "open"),
        ("share 60", "ay by cy", "approved"),
        ("share 60", "ay by cn", "open"),
        ("share 60", "an bn", "rejected"),
        ("share 75", "ay by cy", "approved"),
        ("share 76", "ay by cy", "open"),
        ("share 76", "ay by ca", "rejected"),
        ("share 100", "ay by cy dy", "approved"),
    ],
)
def test_four_vote_by_the_rules_for_everybody_and_a_share(
    rule: str, cast: str, outcome: str
) -> None:
    who = an_electorate(a_ballot(rule), "abcd")

    assert tally(who, votes(cast)) == outcome


@pytest.mark.parametrize(
    ("tie", "cast", "outcome"),
    [
        ("", "ay by cn dn", "rejected"),
        ("approve", "ay by cn dn", "approved"),
        ("approve", "ay bn ca da", "approved"),
        ("approve", "ay by", "approved"),
        ("approve", "aa ba ca da", "rejected"),
        ("chair", "ay by cn dn", "approved"),
        ("chair", "an by cy dn", "rejected"),
        ("chair", "aa by cn da", "rejected"),
        ("chair", "by cn dn", "open"),
        ("chair", "ay by", "approved"),
        ("chair", "ay bn cn", "open"),
        ("chair", "an bn", "rejected"),
    ],
)
def test_a_tie_is_a_no_or_a_yes_or_as_the_chair_voted(tie: str, cast: str, outcome: str) -> None:
    ballot = a_ballot("majority", tie=tie, chair="chair" if tie == "chair" else None)
    who = an_electorate(ballot, "abcd", chair="a" if tie == "chair" else None)

    assert tally(who, votes(cast)) == outcome


@pytest.mark.parametrize(
    ("percent", "cast", "outcome"),
    [
        (60, "ay by", "open"),
        (60, "ay by cy", "approved"),
        (61, "ay by cy", "open"),
        (61, "ay by cy da", "approved"),
        (100, "ay by cy dy", "open"),
        (100, "ay by cy dn en", "approved"),
    ],
)
def test_a_quorum_in_percent_is_of_those_who_may_vote(
    percent: int, cast: str, outcome: str
) -> None:
    who = an_electorate(a_ballot("majority", quorum_pct=percent), "abcde")

    assert tally(who, votes(cast)) == outcome


def test_a_quorum_holds_for_a_rule_of_single_people_too() -> None:
    who = an_electorate(a_ballot("one", quorum=2), "abc")

    assert [tally(who, votes(cast)) for cast in ("ay", "ay ba", "ay bn")] == [
        "open",
        "approved",
        "rejected",
    ]
