"""Requests that nobody can decide for a time: they stay open where people come back."""

from datetime import timedelta

import pytest

from kamflow.engine.evolve import replay
from kamflow.engine.turning import next_due
from kamflow.model.commands import AssignRole, EndAbsence, RecordAbsence
from kamflow.model.decision import Decision
from kamflow.model.events import ApprovalWithdrawn
from kamflow.model.stalled import ApprovalStalled
from tests.builders import World
from tests.unit.engine.requests import (
    ACME,
    MONDAY,
    POLICY,
    Desk,
    asked,
    asking,
    kinds,
    request_of,
    turned,
)

ONE = "voters: [boss], rule: one"
NORTH = "north"
REASON = "`ann` cannot vote now and nobody may vote in their place"
BACK = MONDAY + timedelta(days=14)
NO_DEADLINE = POLICY.replace("  deadline: 10 business days\n", "")


def away(
    world: World, person: str, days: int | None = 14, *, place: str = ACME, begins: int = 0
) -> Decision:
    """Record that a person is away for some days from a day on, or until it is ended."""
    begins_at = MONDAY + timedelta(days=begins)
    return world.submit(
        place,
        RecordAbsence(
            actor=person,
            person=person,
            begins_at=begins_at,
            ends_at=None if days is None else begins_at + timedelta(days=days),
        ),
    )


def leaves(world: World, person: str, *, begins: int = 0) -> Decision:
    begins_at = MONDAY + timedelta(days=begins)
    command = RecordAbsence(actor=person, person=person, begins_at=begins_at, left=True)
    return world.submit(ACME, command)


def mark(world: World) -> tuple[str, object]:
    open_one = request_of(world)
    return open_one.stalled, open_one.stalled_until


def test_a_request_stays_open_while_people_are_away_and_says_so() -> None:
    world = asked(ONE)

    decision = away(world, "ann")

    assert kinds(decision) == ["AbsenceRecorded", "ApprovalStalled"]
    event = decision.happenings[-1]
    assert event == ApprovalStalled(id=request_of(world).id, reason=REASON, until=BACK)
    assert decision.events[-1].actor == "system"
    assert decision.reasons[-1] == (
        f"approval `{ACME}#2` cannot be decided before 2026-03-16 09:00: {REASON}"
    )
    assert mark(world) == (REASON, BACK)


def test_it_says_so_once() -> None:
    world = asked(ONE)
    away(world, "ann")

    assert turned(world).events == ()
    assert "ApprovalStalled" not in kinds(Desk(world).comment("when?", by="zoe"))


def test_it_can_be_decided_when_they_are_back() -> None:
    world = asked(ONE)
    away(world, "ann")

    decision = turned(world, BACK)

    assert kinds(decision) == ["ApprovalReminded", "PeriodsTurned", "ApprovalUnstalled"]
    assert mark(world) == ("", None)
    assert Desk(world).vote("approve", by="ann").accepted
    assert world.stage(ACME) == "planning"
    assert replay(world.events[ACME]) == world.subjects[ACME]


def test_it_can_be_decided_when_the_absence_is_ended() -> None:
    world = asked(ONE)
    away(world, "ann")
    (absence,) = world.subjects[ACME].absences

    decision = world.submit(ACME, EndAbsence(actor="ann", id=absence.id))

    assert kinds(decision) == ["AbsenceEnded", "ApprovalUnstalled"]
    assert decision.reasons == (f"approval `{ACME}#2` can be decided again",)
    assert Desk(world).vote("approve", by="ann").accepted


def test_an_absence_above_is_felt_the_same() -> None:
    world = asked(ONE)
    away(world, "ann", place=NORTH)

    assert kinds(turned(world)) == ["ApprovalStalled"]
    assert mark(world) == (REASON, BACK)
    (absence,) = world.subjects[NORTH].absences
    world.submit(NORTH, EndAbsence(actor="ann", id=absence.id))
    assert kinds(turned(world)) == ["ApprovalUnstalled"]


def test_it_is_withdrawn_when_nobody_comes_back_in_time() -> None:
    """The last instant is that of the expiry: 30 business days, which are 42 days."""
    found = []
    for days in (41, 43):
        world = asked(ONE)
        found.append(kinds(away(world, "ann", days))[-1])

    assert found == ["ApprovalStalled", "ApprovalWithdrawn"]


@pytest.mark.parametrize("days", [None, 100])
def test_it_is_withdrawn_when_they_are_away_for_good_or_too_long(days: int | None) -> None:
    world = asked(ONE)

    decision = away(world, "ann", days)

    event = decision.happenings[-1]
    assert isinstance(event, ApprovalWithdrawn)
    assert event.reason == f"nobody can decide: {REASON}"


def test_who_leaves_while_away_does_not_come_back() -> None:
    world = asked(ONE)
    away(world, "ann")

    decision = leaves(world, "ann", begins=7)

    assert kinds(decision) == ["AbsenceRecorded", "ApprovalWithdrawn"]


def test_a_longer_absence_is_said_anew() -> None:
    world = asked(ONE)
    away(world, "ann")

    decision = away(world, "ann", 14, begins=7)

    event = decision.happenings[-1]
    assert isinstance(event, ApprovalStalled)
    assert event.until == BACK + timedelta(days=7)


def test_the_first_day_counts_on_which_enough_are_there() -> None:
    world = asked("voters: [boss, clerk], rule: all")
    away(world, "ann", 5)

    away(world, "ben", 9)

    assert mark(world)[1] == MONDAY + timedelta(days=9)


def test_levels_join_at_once_before_it_is_stalled() -> None:
    world = asked(f"{ONE}, escalate_to: [chief]")

    first, second = away(world, "ann"), away(world, "cleo", 7)

    assert kinds(first) == ["AbsenceRecorded", "ApprovalEscalated"]
    assert kinds(second) == ["AbsenceRecorded", "ApprovalStalled"]
    assert mark(world)[1] == MONDAY + timedelta(days=7)


def test_what_is_asked_while_people_are_away_is_asked_and_says_so() -> None:
    world = asking(ONE)
    away(world, "ann")

    decision = world.request(ACME, "plan", by="zoe")

    assert kinds(decision) == ["ApprovalRequested", "ApprovalStalled"]
    identity = request_of(world).id
    assert decision.reasons == (
        f"approval `{identity}` cannot be decided before 2026-03-16 09:00: {REASON}",
        f"approval AP `{identity}` waits until 2026-03-16 09:00, when people are back",
    )


def test_what_is_asked_when_nobody_comes_back_in_time_is_refused() -> None:
    world = asking(ONE)
    away(world, "ann", 100)

    decision = world.request(ACME, "plan", by="zoe")

    assert kinds(decision) == ["CommandRefused"]
    assert decision.reasons == (f"approval AP cannot be given: {REASON}",)


@pytest.mark.parametrize(("days", "last"), [(1000, "ApprovalStalled"), (None, "ApprovalWithdrawn")])
def test_without_a_deadline_it_waits_however_long(days: int | None, last: str) -> None:
    world = asked(ONE, policy=NO_DEADLINE)

    assert kinds(away(world, "ann", days))[-1] == last


def test_those_who_are_there_may_vote_meanwhile() -> None:
    world = asked("voters: [boss, clerk], rule: all")
    away(world, "ann")

    decision = Desk(world).vote("approve", by="ben")

    assert decision.reasons == (
        f"approval `{ACME}#2` still waits until 2026-03-16 09:00, when people are back",
    )
    assert mark(world) == (REASON, BACK)


def test_a_no_of_who_is_there_ends_it() -> None:
    world = asked("voters: [boss, clerk], rule: all")
    away(world, "ann")

    assert "ApprovalDecided" in kinds(Desk(world).vote("reject", by="ben"))


def test_what_is_sent_back_is_not_stalled_until_it_is_answered() -> None:
    world = asked("voters: [boss, clerk], rule: all")
    away(world, "ann")
    desk = Desk(world)

    desk.send_back(by="ben")
    assert mark(world) == ("", None)
    decision = desk.answer()

    assert kinds(decision) == ["ApprovalResumed", "ApprovalStalled"]


def test_somebody_new_in_the_role_ends_the_waiting() -> None:
    world = asked(ONE)
    away(world, "ann")

    decision = world.submit(ACME, AssignRole(actor="admin", role="boss", person="tom"))

    assert kinds(decision) == ["RoleAssigned", "ApprovalUnstalled"]


def test_it_expires_when_who_is_back_says_nothing() -> None:
    world = asked(ONE)
    away(world, "ann")

    decision = turned(world, MONDAY + timedelta(days=60))

    assert kinds(decision)[-1] == "ApprovalExpired"
    assert next_due(world.subjects[ACME]) is None


def test_late_is_as_in_time() -> None:
    """Both absences come and go before anybody looks."""
    worlds = []
    for days in ([60], range(61)):
        world = asked("voters: [boss, clerk], rule: all")
        away(world, "ann", 7, begins=3)
        away(world, "ben", 14, begins=5)
        for day in days:
            turned(world, MONDAY + timedelta(days=day, hours=1))
        worlds.append([item.event for item in world.events[ACME]])

    late, timely = worlds
    assert late == timely
    assert [type(item).__name__ for item in late].count("ApprovalStalled") > 1


@pytest.mark.parametrize(
    ("approval", "last"),
    [
        ("voters: [boss, clerk], rule: all", "ApprovalStalled"),
        ("voters: [boss, clerk], rule: all, deadline: 2 business days", "ApprovalWithdrawn"),
        ("steps: [{voters: [clerk]}, {voters: [boss]}]", "ApprovalStalled"),
        ("steps: [{voters: [boss]}, {voters: [clerk]}]", "ApprovalWithdrawn"),
    ],
)
def test_who_is_there_until_the_others_are_back_can_vote_before(approval: str, last: str) -> None:
    world = asked(approval)
    away(world, "ben", 60, begins=8)

    decision = away(world, "ann", 10)

    assert kinds(decision)[-1] == last


def test_who_was_there_and_said_nothing_cannot_be_waited_for() -> None:
    world = asked("voters: [boss, clerk], rule: all")
    away(world, "ben", 60, begins=8)
    away(world, "ann", 10)

    assert kinds(turned(world, MONDAY + timedelta(days=8)))[-1] == "ApprovalWithdrawn"
