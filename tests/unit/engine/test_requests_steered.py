"""What people do with an open request beside voting: withdraw, remind, reassign, comment."""

import pytest

from kamflow.model.events import ApprovalReminded
from tests.unit.engine.requests import (
    ACME,
    POLICY,
    Desk,
    asked,
    business_day,
    kinds,
    request_of,
    turned,
)


@pytest.mark.parametrize("person", ["zoe", "olga"])
def test_who_asked_withdraws_and_who_has_the_right(person: str) -> None:
    world = asked()

    decision = Desk(world).withdraw(by=person)

    assert kinds(decision) == ["ApprovalWithdrawn"]
    assert decision.events[0].actor == person
    assert world.subjects[ACME].approvals == {}


def test_others_do_not_withdraw() -> None:
    desk = Desk(asked())

    assert desk.withdraw(by="ann").reasons == (
        "`zoe` asked for it; `ann` has none of the roles office (olga)",
    )
    assert desk.withdraw(" ").reasons == ("give a reason",)


def test_what_was_withdrawn_takes_no_vote_and_is_asked_for_again() -> None:
    world = asked()
    desk = Desk(world)
    desk.withdraw("too early")

    decision = desk.vote("approve", by="ann")

    assert decision.reasons == (
        f"approval `{ACME}#2` is not open: it was withdrawn on 2026-03-02: too early; ask again",
    )
    assert world.request(ACME, "plan", by="zoe").accepted


def test_a_reminder_names_who_has_not_voted() -> None:
    desk = Desk(asked())
    desk.vote("approve", by="ann")

    decision = desk.remind()

    (event,) = decision.happenings
    assert isinstance(event, ApprovalReminded)
    assert (event.people, event.due_at) == (("ben",), None)


def test_a_reminder_by_hand_does_not_replace_the_one_of_the_clock() -> None:
    world = asked()
    before = request_of(world).schedule

    Desk(world).remind()

    assert request_of(world).schedule == before


def test_who_may_not_remind() -> None:
    desk = Desk(asked())

    assert not desk.remind(by="ann").accepted
    desk.send_back(by="ann")
    assert desk.remind().reasons == ("it waits for an answer of `zoe`, not for votes",)


def test_the_vote_of_somebody_is_given_to_somebody_else() -> None:
    world = asked("voters: [boss], rule: all, escalate_to: [chief]")
    desk = Desk(world)

    decision = desk.reassign("ann", "cleo")

    assert kinds(decision) == ["ApprovalReassigned"]
    assert not desk.vote("approve", by="ann").accepted
    desk.vote("approve", by="cleo")
    assert world.stage(ACME) == "planning"


def test_a_vote_is_given_to_nobody_of_a_lower_role() -> None:
    world = asked()

    decision = Desk(world).reassign("ben", "carl")

    assert not decision.accepted
    assert request_of(world).seats == {}


def test_nobody_reassigns_without_the_right() -> None:
    desk = Desk(asked())

    assert desk.reassign("ann", "cleo", by="zoe").reasons == (
        "`zoe` has none of the roles office (olga)",
    )


def test_a_policy_that_gives_nobody_the_right_says_so() -> None:
    world = asked(policy=POLICY.replace("  reassign: [office]\n", ""))

    assert Desk(world).reassign("ann", "cleo").reasons == (
        "the policy gives nobody the right to reassign; name roles under `rights`",
    )


@pytest.mark.parametrize("person", ["zoe", "ann", "olga"])
def test_who_is_concerned_comments(person: str) -> None:
    world = asked()

    decision = Desk(world).comment("see the file", by=person)

    assert kinds(decision) == ["ApprovalCommented"]
    assert [(item.person, item.text) for item in request_of(world).comments] == [
        (person, "see the file")
    ]


def test_who_is_not_concerned_does_not_comment() -> None:
    desk = Desk(asked())

    told = "`stranger` has nothing to do with it: who asked, who votes and who holds a role"
    assert desk.comment("hello", by="stranger").reasons == (f"{told} for the subject may comment",)
    assert desk.comment(" ", by="ann").reasons == ("say or show something",)


def test_nothing_is_done_with_what_has_expired() -> None:
    world = asked()
    desk = Desk(world)
    turned(world, business_day(40))
    late = f"approval `{ACME}#2` is not open: it expired on 2026-04-13; ask again"

    answers = [
        desk.vote("approve", by="ann"),
        desk.comment("late", by="ann"),
        desk.send_back(by="ann"),
        desk.answer(),
        desk.withdraw(),
        desk.remind(),
        desk.reassign("ann", "cleo"),
    ]

    assert [item.reasons for item in answers] == [(late,)] * 7
