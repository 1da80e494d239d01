"""Votes that are refused, with the reason and what to do; a refusal changes nothing else."""

import pytest
from msgspec.structs import replace

from kamflow.model.commands import CastVote
from kamflow.model.remark import Evidence
from tests.unit.engine.requests import ACME, Desk, asked, kinds, request_of


def test_nobody_votes_twice() -> None:
    desk = Desk(asked())
    desk.vote("approve", by="ann")

    assert desk.vote("reject", by="ann").reasons == ("`ann` has voted on it already",)


def test_nobody_votes_without_the_role() -> None:
    decision = Desk(asked()).vote("approve", by="stranger")

    assert not decision.accepted
    assert "`stranger`" in decision.reasons[0]


def test_who_asked_does_not_vote() -> None:
    decision = Desk(asked(boss="ann zoe")).vote("approve", by="zoe")

    assert decision.reasons[0].startswith("`zoe` may not vote on it: asked for it")


def test_nobody_votes_for_somebody_who_has_not_lent_the_vote() -> None:
    decision = Desk(asked()).vote("approve", by="ann", principal="ben")

    assert not decision.accepted


@pytest.mark.parametrize("answer", ["", "yes", "APPROVE"])
def test_an_answer_is_one_of_three(answer: str) -> None:
    assert Desk(asked()).vote(answer, by="ann").reasons == (
        f"`{answer}` is no vote; it is approve, reject, abstain",
    )


@pytest.mark.parametrize(("answer", "how"), [("approve", "approved"), ("reject", "rejected")])
def test_a_decided_request_says_how_it_was_decided(answer: str, how: str) -> None:
    world = asked("voters: [boss, clerk], rule: one")
    desk = Desk(world)
    desk.vote(answer, by="ann")

    assert desk.vote("approve", by="ben").reasons == (
        f"approval `{ACME}#2` is not open: it was {how} on 2026-03-02",
    )


def test_a_request_that_never_was_names_those_that_are_open() -> None:
    desk = Desk(asked())
    desk.id = "nonsense"

    assert desk.vote("approve", by="ann").reasons == (
        f"approval `nonsense` is not open; open are {ACME}#2",
    )


def test_a_refused_vote_changes_nothing_but_the_history() -> None:
    world = asked()
    before = world.subjects[ACME]

    decision = Desk(world).vote("approve", by="stranger")

    assert kinds(decision) == ["CommandRefused"]
    assert world.subjects[ACME] == replace(before, sequence=before.sequence + 1)


def test_what_a_voter_shows_stands_beside_the_request() -> None:
    world = asked()
    shown = Evidence(title="offer", link="https://example.org/offer")

    vote = CastVote(
        actor="ann", approval=f"{ACME}#2", vote="approve", remark="see", evidence=(shown,)
    )
    world.submit(ACME, vote)

    (comment,) = request_of(world).comments
    assert (comment.person, comment.text, comment.evidence) == ("ann", "see", (shown,))
