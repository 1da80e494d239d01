"""What the clock does: reminders, levels, expiries, ends of roles, and dead requests."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kamflow.engine.turning import next_due
from kamflow.model.commands import AssignRole, RecordAbsence
from kamflow.model.events import (
    ApprovalEscalated,
    ApprovalExpired,
    ApprovalReminded,
    ApprovalWithdrawn,
    WaiverGranted,
)
from tests.builders import World
from tests.unit.engine.requests import (
    ACME,
    MONDAY,
    POLICY,
    USUAL,
    Desk,
    asked,
    asking,
    business_day,
    kinds,
    request_of,
    turned,
)
from tests.unit.engine.test_approvals import asked as asked_plainly

NORTH = "north"


def midnight(number: int) -> datetime:
    """Return the instant at which that business day is over."""
    return business_day(number, hour=0) + timedelta(days=1)


# ---------------------------------------------------------------------------- milestones


def test_who_has_not_voted_is_reminded_at_half_time() -> None:
    world = asked()
    Desk(world).vote("approve", by="ann")

    decision = turned(world, midnight(5))

    (event,) = decision.happenings
    assert isinstance(event, ApprovalReminded)
    assert (event.people, event.due_at) == (("ben",), midnight(5))
    assert [item.actor for item in decision.events] == ["system"]
    assert turned(world).events == ()


def test_nothing_happens_a_moment_before() -> None:
    assert turned(asked(), midnight(5) - timedelta(microseconds=1)).events == ()


def test_the_next_levels_join_when_time_is_over() -> None:
    world = asked()
    turned(world, midnight(5))

    first = turned(world, midnight(10))
    second = turned(world, midnight(15))

    (escalated,), (again,) = first.happenings, second.happenings
    assert isinstance(escalated, ApprovalEscalated)
    assert isinstance(again, ApprovalEscalated)
    assert (escalated.level, escalated.roles, escalated.people) == (1, ("chief",), ("cleo",))
    assert escalated.reason == "nobody decided by 2026-03-16"
    assert (again.level, again.roles, again.people) == (2, ("board",), ("dora",))
    assert request_of(world).level == 2


def test_silence_ends_in_expiry_and_never_approves() -> None:
    world = asked()

    decision = turned(world, midnight(30))

    assert kinds(decision) == [
        "ApprovalReminded",
        "ApprovalEscalated",
        "ApprovalEscalated",
        "ApprovalExpired",
    ]
    expired = decision.happenings[-1]
    assert isinstance(expired, ApprovalExpired)
    assert expired.due_at == midnight(30)
    assert world.stage(ACME) == "candidate"
    assert world.subjects[ACME].approvals == {}


def test_what_expired_is_asked_for_again_at_once() -> None:
    world = asked()
    turned(world, midnight(30))

    assert world.request(ACME, "plan", by="zoe").accepted


def test_a_vote_that_comes_too_late_finds_it_expired() -> None:
    world = asked()
    desk = Desk(world)
    desk.vote("approve", by="ann")
    world.now = midnight(30)

    decision = desk.vote("approve", by="ben")

    assert kinds(decision)[-2:] == ["ApprovalExpired", "CommandRefused"]
    assert decision.reasons == (
        f"approval `{ACME}#2` is not open: it expired on 2026-04-13; ask again",
    )
    assert world.stage(ACME) == "candidate"


def test_a_vote_just_in_time_counts() -> None:
    world = asked()
    desk = Desk(world)
    desk.vote("approve", by="ann")
    world.now = midnight(30) - timedelta(microseconds=1)

    desk.vote("approve", by="ben")

    assert world.stage(ACME) == "planning"


def test_a_late_turn_does_what_timely_ones_do() -> None:
    timely, late = asked(), asked()
    for day in range(31):
        turned(timely, midnight(day))

    turned(late, midnight(30))

    assert _told(timely) == _told(late)


def _told(world: World) -> list[object]:
    return [item.event for item in world.events[ACME]]


def test_a_policy_without_deadlines_lets_a_request_wait() -> None:
    world = asked_plainly("voters: [boss], rule: one", boss="ann")
    world.later(10_000)

    assert turned(world).events == ()
    assert next_due(world.subjects[ACME]) is None


def test_a_deadline_alone_ends_a_request() -> None:
    world = asked_plainly("voters: [boss], rule: one, deadline: 1 business day", boss="ann")
    end = datetime(2026, 4, 2, tzinfo=UTC)

    assert next_due(world.subjects[ACME]) == end
    assert kinds(turned(world, end)) == ["ApprovalExpired"]


# ---------------------------------------------------------------------------- dead requests


def test_a_request_that_nobody_can_decide_goes_to_the_next_level_at_once() -> None:
    world = asking()
    world.unassign(NORTH, "clerk", "ben")

    decision = world.request(ACME, "plan", by="zoe")

    assert kinds(decision) == ["ApprovalRequested", "ApprovalEscalated"]
    assert request_of(world).level == 1


def test_a_request_that_no_level_helps_is_refused() -> None:
    world = asking("voters: [boss], rule: at_least 5, escalate_to: [chief]")

    decision = world.request(ACME, "plan", by="zoe")

    assert kinds(decision) == ["CommandRefused"]
    assert decision.reasons[0].startswith("approval AP cannot be given: ")


def test_a_request_that_dies_goes_to_the_next_level_when_the_role_ends() -> None:
    world = asked()
    world.unassign(NORTH, "clerk", "ben")

    decision = turned(world)

    (event,) = decision.happenings
    assert isinstance(event, ApprovalEscalated)
    assert (event.level, event.due_at) == (1, None)
    assert "clerk" in event.reason


def test_a_level_that_joined_already_does_not_join_again_when_time_is_over() -> None:
    world = asked()
    world.unassign(NORTH, "clerk", "ben")
    turned(world)

    turned(world, midnight(10))

    assert request_of(world).level == 1
    assert [item.level for item in request_of(world).schedule] == [2, 0]


def test_a_request_that_nobody_is_left_for_is_withdrawn() -> None:
    world = asked("voters: [boss], rule: one")
    world.unassign(NORTH, "boss", "ann")

    decision = turned(world)

    (event,) = decision.happenings
    assert isinstance(event, ApprovalWithdrawn)
    assert event.reason == "nobody can decide: nobody may vote as `boss`"


def test_a_role_on_the_subject_itself_is_felt_in_the_same_decision() -> None:
    world = asking("voters: [boss], rule: one")
    world.unassign(NORTH, "boss", "ann")
    world.assign(ACME, "boss", "ann")
    world.request(ACME, "plan", by="zoe")

    decision = world.unassign(ACME, "boss", "ann")

    assert kinds(decision) == ["RoleEnded", "ApprovalWithdrawn"]


def test_those_who_are_left_may_have_decided_it_already() -> None:
    world = asked("voters: [boss], rule: everybody", boss="ann eve")
    Desk(world).vote("approve", by="ann")
    world.unassign(NORTH, "boss", "eve")

    decision = turned(world)

    assert kinds(decision)[0] == "ApprovalDecided"
    assert world.stage(ACME) == "planning"


# ---------------------------------------------------------------------------- periods


def test_the_end_of_a_term_is_seen_when_it_comes() -> None:
    world = asking("voters: [boss], rule: one, escalate_to: [chief]")
    world.unassign(NORTH, "boss", "ann")
    end = MONDAY + timedelta(days=2)
    world.submit(ACME, AssignRole(actor="admin", role="boss", person="tom", ends_at=end))
    world.request(ACME, "plan", by="zoe")

    assert next_due(world.subjects[ACME]) == end
    decision = turned(world, end)

    assert kinds(decision) == ["PeriodsTurned", "ApprovalEscalated"]
    assert world.subjects[ACME].terms == ()


def test_what_began_and_ended_in_between_is_seen_in_its_time() -> None:
    timely, late = (_with_an_absence() for _ in range(2))
    for day in range(31):
        turned(timely, midnight(day))

    turned(late, midnight(30))

    assert _told(timely) == _told(late)
    assert any(isinstance(item, ApprovalEscalated) for item in _told(late))


def _with_an_absence() -> World:
    world = asking("voters: [boss], rule: one, escalate_to: [chief]")
    away = RecordAbsence(
        actor="ann",
        person="ann",
        begins_at=MONDAY + timedelta(days=1),
        ends_at=MONDAY + timedelta(days=3),
    )
    assert world.submit(ACME, away).accepted
    world.request(ACME, "plan", by="zoe")
    return world


def test_what_has_begun_already_is_not_due() -> None:
    world = asking()
    begun = AssignRole(
        actor="admin", role="boss", person="tom", begins_at=MONDAY - timedelta(days=9)
    )

    world.submit(ACME, begun)

    assert next_due(world.subjects[ACME]) is None
    assert turned(world).events == ()


# ---------------------------------------------------------------------------- waivers


@pytest.mark.parametrize(("hours", "count"), [(-1, 0), (0, 1), (100, 1)])
def test_a_waiver_ends_after_its_last_day(hours: int, count: int) -> None:
    world = asking()
    waiver = WaiverGranted(
        id=f"{ACME}#1",
        gate="G",
        criterion="G.1",
        owner="kim",
        reason="x",
        ends_on=date(2026, 3, 31),
    )
    world.happened(ACME, waiver)
    over = datetime(2026, 4, 1, tzinfo=UTC)

    assert next_due(world.subjects[ACME]) == over
    decision = turned(world, over + timedelta(hours=hours))

    assert kinds(decision) == ["WaiverEnded"] * count


def test_a_subject_for_which_nothing_is_open_is_never_due() -> None:
    world = asking()

    assert next_due(world.subjects[ACME]) is None
    assert turned(world, midnight(1000)).events == ()


# ---------------------------------------------------------------------------- edges


@pytest.mark.parametrize(
    ("since", "end"),
    [
        (datetime(2026, 3, 6, 16, 59, tzinfo=UTC), datetime(2026, 3, 14, tzinfo=UTC)),  # Friday
        (datetime(2026, 12, 30, 12, tzinfo=UTC), datetime(2027, 1, 7, tzinfo=UTC)),  # New Year
    ],
)
def test_a_deadline_ends_with_a_business_day(since: datetime, end: datetime) -> None:
    world = asking(f"{USUAL}, deadline: 5 business days")
    world.now = since

    world.request(ACME, "plan", by="zoe")

    due = request_of(world).due
    assert due is not None
    assert due.at == end


BERLIN = "calendars: {DE: {title: Germany, zone: Europe/Berlin, default: true}}"


@pytest.mark.parametrize(
    ("asked_at", "end"),
    [
        # Friday, 17:59 in Berlin; on the Sunday the clocks go forward.
        (datetime(2026, 3, 27, 16, 59, tzinfo=UTC), datetime(2026, 4, 3, 22, tzinfo=UTC)),
        (datetime(2026, 3, 20, 16, 59, tzinfo=UTC), datetime(2026, 3, 27, 23, tzinfo=UTC)),
        # After midnight in Berlin: the day of the request is the next one there.
        (datetime(2026, 3, 19, 23, 30, tzinfo=UTC), datetime(2026, 3, 27, 23, tzinfo=UTC)),
    ],
)
def test_a_deadline_ends_where_the_subject_is(asked_at: datetime, end: datetime) -> None:
    world = asking(f"{USUAL}, deadline: 5 business days", policy=f"{BERLIN}\n{POLICY}")
    world.now = asked_at
    world.request(ACME, "plan", by="zoe")

    due = request_of(world).due

    assert due is not None
    assert (due.at, due.calendar) == (end, "DE")


def test_the_day_that_is_told_is_the_last_one_that_people_had() -> None:
    world = asking(f"{USUAL}, deadline: 5 business days", policy=f"{BERLIN}\n{POLICY}")
    world.request(ACME, "plan", by="zoe")
    desk = Desk(world)

    turned(world, business_day(16))

    assert "it expired on 2026-03-23; ask again" in desk.vote("approve", by="ann").reasons[0]


def test_a_deadline_is_kept_when_the_calendar_is_changed_later() -> None:
    world = asked()
    before = request_of(world).due

    turned(world, midnight(6))

    assert request_of(world).due == before
