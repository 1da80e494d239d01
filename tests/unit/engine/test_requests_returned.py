"""Requests that are sent back to who asked, and taken up again."""

import pytest

from kamflow.model.events import ApprovalReturned
from tests.unit.engine.requests import (
    ACME,
    USUAL,
    Desk,
    asked,
    at,
    business_day,
    kinds,
    request_of,
    turned,
)


def test_a_voter_sends_a_request_back_and_its_clock_stands_still() -> None:
    world = asked()
    desk = Desk(world)
    desk.vote("approve", by="ben")

    decision = desk.send_back("what does it cost?", by="ann")

    assert decision.accepted
    assert decision.reasons == (f"approval `{ACME}#2` is with `zoe` now",)
    returned = request_of(world)
    assert (returned.question, returned.returns, returned.votes) == ("what does it cost?", 1, ())
    assert [item.kind for item in returned.schedule] == ["expire"]


def test_nobody_votes_while_it_is_with_who_asked() -> None:
    desk = Desk(asked())
    desk.send_back("why?", by="ann")

    decision = desk.vote("approve", by="ann")

    told = f"approval `{ACME}#2` was sent back to `zoe` with a question: why?"
    assert decision.reasons == (f"{told}; vote when it is answered",)


def test_an_answer_takes_it_up_again_and_people_vote_anew() -> None:
    world = asked()
    desk = Desk(world)
    desk.send_back(by="ann")

    decision = desk.answer("as it pays")

    assert kinds(decision) == ["ApprovalResumed"]
    assert request_of(world).returned_at is None
    assert request_of(world).comments[0].text == "as it pays"
    desk.vote("approve", by="ann")
    desk.vote("approve", by="ben")
    assert world.stage(ACME) == "planning"


def test_the_days_at_the_asker_do_not_count() -> None:
    world = asked()
    desk = Desk(world)
    before = request_of(world).schedule
    at(world, business_day(2))
    desk.send_back(by="ann")
    at(world, business_day(7))

    desk.answer()

    after = request_of(world).schedule
    assert [item.kind for item in after] == [item.kind for item in before]
    assert [(new.at - old.at).days for new, old in zip(after, before, strict=True)] == [7] * 4


def test_time_at_the_asker_adds_up() -> None:
    world = asked()
    desk = Desk(world)
    before = request_of(world).schedule
    for day in (0, 5):
        at(world, business_day(day + 1))
        desk.send_back(by="ann")
        at(world, business_day(day + 6))
        desk.answer()

    after = request_of(world).schedule

    assert [(new.at - old.at).days for new, old in zip(after, before, strict=True)] == [14] * 4


def test_what_fell_due_before_it_was_sent_back_does_not_come_again() -> None:
    world = asked()
    desk = Desk(world)
    turned(world, business_day(6))
    desk.send_back(by="ann")
    at(world, business_day(8))

    desk.answer()

    assert [item.kind for item in request_of(world).schedule] == ["escalate", "escalate", "expire"]


def test_a_question_that_is_never_answered_lets_the_request_expire() -> None:
    world = asked()
    desk = Desk(world)
    desk.send_back(by="ann")

    decision = turned(world, business_day(31))

    assert kinds(decision) == ["ApprovalExpired"]
    assert desk.answer().reasons[0].startswith(f"approval `{ACME}#2` is not open: it expired on ")


def test_it_goes_back_so_often_and_no_more() -> None:
    desk = Desk(asked())
    for _ in range(2):
        desk.send_back(by="ann")
        desk.answer()

    decision = desk.send_back(by="ann")

    assert decision.reasons == ("it was sent back 2 times, at most 2; decide on what is there",)


@pytest.mark.parametrize(("most", "count"), [(0, 0), (1, 1), (3, 3)])
def test_an_approval_may_say_itself_how_often(most: int, count: int) -> None:
    world = asked(f"{USUAL}, returns: {most}")
    desk = Desk(world)
    for _ in range(5):
        desk.send_back(by="ann")
        desk.answer()

    events = [item.event for item in world.events[ACME]]

    assert sum(isinstance(item, ApprovalReturned) for item in events) == count


def test_only_who_votes_sends_it_back() -> None:
    desk = Desk(asked())

    assert desk.send_back(by="zoe").reasons == (
        "`zoe` has no vote on it; who votes may send it back",
    )
    assert desk.send_back(" ", by="ann").reasons == ("ask a question: what is missing?",)


def test_it_is_sent_back_once_at_a_time() -> None:
    desk = Desk(asked())
    desk.send_back(by="ann")

    assert desk.send_back(by="ben").reasons == (f"approval `{ACME}#2` is with `zoe` already",)


def test_only_who_asked_answers_and_only_a_question() -> None:
    desk = Desk(asked())

    assert desk.answer().reasons == (
        f"approval `{ACME}#2` was not sent back; comment on it instead",
    )
    desk.send_back(by="ann")
    assert desk.answer(by="ben").reasons == ("`zoe` asked for it and answers",)
    assert desk.answer(" ").reasons == ("say or show something in answer to the question",)


def test_facts_may_change_while_it_is_with_the_asker() -> None:
    world = asked()
    desk = Desk(world)
    desk.send_back(by="ann")

    recorded = world.record(ACME, {"account.value": 20})
    answered = desk.answer()

    assert kinds(recorded) == ["FactsRecorded"]
    assert kinds(answered) == ["ApprovalResumed"]
    assert request_of(world).bound["account.value"] == "20"


def test_it_is_not_taken_up_on_facts_that_shut_the_gate() -> None:
    world = asked()
    desk = Desk(world)
    desk.send_back(by="ann")
    world.record(ACME, {"account.value": 1})

    decision = desk.answer()

    assert decision.reasons == (
        "it cannot go on: gate G is not met: G.1; record what is missing, or withdraw it",
    )
    assert request_of(world).returned_at is not None


def test_an_answer_may_bring_others_to_decide() -> None:
    world = asked()
    desk = Desk(world)
    desk.send_back(by="ann")
    world.record(ACME, {"account.value": 2000})

    decision = desk.answer()

    assert kinds(decision) == ["ApprovalResumed", "ApprovalReevaluated"]
    assert request_of(world).approval == "AP-BOARD"


def test_an_answer_may_make_people_needless() -> None:
    world = asked()
    desk = Desk(world)
    desk.send_back(by="ann")
    world.record(ACME, {"account.value": 600})

    decision = desk.answer()

    assert kinds(decision)[:2] == ["ApprovalResumed", "ApprovalDecided"]
    assert world.stage(ACME) == "planning"
