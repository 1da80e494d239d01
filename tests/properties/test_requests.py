"""The laws of a request's life, on random approvals, people, votes, facts and clocks."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kamflow.engine.evolve import replay
from kamflow.engine.turning import next_due
from kamflow.model.commands import (
    AssignRole,
    CastVote,
    Command,
    EndRole,
    Promise,
    RecordAbsence,
    RequestTransition,
    ResumeRequest,
    ReturnRequest,
    Turn,
    WithdrawRequest,
)
from kamflow.model.events import (
    ApprovalDecided,
    ApprovalExpired,
    ApprovalReevaluated,
    ApprovalRequested,
    ApprovalResumed,
    ApprovalReturned,
    ApprovalWithdrawn,
    CommandRefused,
    Event,
    FactsRecorded,
    Recorded,
    StageEntered,
    VoteCast,
)
from tests.builders import World
from tests.unit.engine.requests import ACME, MONDAY, asking

Step = tuple[str, int, int]

BALLOTS = (
    "voters: [boss, clerk], rule: all",
    "voters: [boss], rule: one",
    "voters: [boss, clerk], rule: at_least 2",
    "voters: [boss, clerk, third], rule: majority, quorum: 2",
    "voters: [boss, clerk, third], rule: two_thirds, chair: boss",
    "voters: [boss, third], rule: everybody",
    "steps: [{voters: [boss], rule: one}, {voters: [clerk, third], rule: all}]",
    "steps: [{need: any, ballots: [{voters: [boss], rule: all}, {voters: [clerk], rule: one}]}]",
)
MORE = ("", ", escalate_to: [chief]", ", escalate_to: [chief, board], excluded: [requester]")
PEOPLE = ("ann", "ben", "eve", "tom", "cleo", "dora", "zoe")
ROLES = ("boss", "clerk", "third")
ANSWERS = ("approve", "approve", "approve", "reject", "abstain")
VALUES = (10, 20, 1, 600, 2000)

definitions = st.tuples(st.sampled_from(BALLOTS), st.sampled_from(MORE)).map("".join)
numbers = st.integers(0, 30)
lives: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(
            ["ask", "vote", "vote", "vote", "vote", "fact", "return", "answer", "withdraw", "away",
             "role", "end", "days", "days", "hours"]
        ),
        numbers,
        numbers,
    ),
    min_size=5,
    max_size=25,
)  # fmt: skip


def begun(approval: str) -> World:
    """Return a world with people in their roles, in which the plan was asked for."""
    world = asking(approval, boss="ann eve", clerk="ben", third="eve tom")
    world.request(ACME, "plan", by="zoe")
    return world


def lived(approval: str, steps: Sequence[Step], *, timely: bool) -> World:
    """Return what became of it; the clock acts when it has to, or late: at the next command."""
    world = begun(approval)
    for what, one, other in steps:
        if what in ("days", "hours"):
            _pass(world, one if what == "days" else 0, other, timely=timely)
        else:
            _do(world, what, one, other)
    return world


def _pass(world: World, days: int, hours: int, *, timely: bool) -> None:
    end = world.now + timedelta(days=days, hours=hours)
    while timely and (at := next_due(world.subjects[ACME])) is not None and at <= end:
        world.now = max(world.now, at)
        world.submit(ACME, Turn(actor="system"))
    world.now = end


def _do(world: World, what: str, one: int, other: int) -> None:
    person = PEOPLE[one % len(PEOPLE)]
    if what == "fact":
        world.record(ACME, {"account.value": VALUES[other % len(VALUES)]})
    elif what == "ask":
        world.submit(ACME, RequestTransition(actor="zoe", trigger="plan"))
    elif what in ("away", "role", "end"):
        world.submit(ACME, _staffing(world, what, person, other))
    else:
        identity = next(iter(world.subjects[ACME].approvals), f"{ACME}#2")
        command = _about(what, person, other, identity)
        if isinstance(command, CastVote) and command.vote == "approve" and other % 3 == 0:
            day = world.now.date() + timedelta(days=one)
            promise = Promise(text="name a budget", owner="kim", due_on=day)
            command = replace(command, conditions=(promise,))
        world.submit(ACME, command)


def _staffing(world: World, what: str, person: str, other: int) -> Command:
    begins_at = world.now + timedelta(days=other % 4)
    ends_at = begins_at + timedelta(days=1 + other % 9)
    role = ROLES[other % len(ROLES)]
    match what:
        case "away":
            return RecordAbsence(actor=person, person=person, begins_at=begins_at, ends_at=ends_at)
        case "role":
            return AssignRole(
                actor="admin", role=role, person=person, begins_at=begins_at, ends_at=ends_at
            )
        case _:
            return EndRole(actor="admin", role=role, person=person)


def _about(what: str, person: str, other: int, identity: str) -> Command:
    match what:
        case "return":
            return ReturnRequest(actor=person, approval=identity, question="why?")
        case "answer":
            return ResumeRequest(actor="zoe", approval=identity, answer="because")
        case "withdraw" if other % 4 == 0:
            return WithdrawRequest(actor="zoe", approval=identity, reason="no need")
        case _:
            answer = ANSWERS[other % len(ANSWERS)]
            return CastVote(actor=person, approval=identity, vote=answer)


def events_of(world: World) -> list[Event]:
    return [item.event for item in world.events[ACME]]


@given(approval=definitions, steps=lives)
@settings(max_examples=60)
def test_what_is_done_late_is_what_would_have_been_done_in_time(
    approval: str, steps: list[Step]
) -> None:
    late, timely = (lived(approval, steps, timely=item) for item in (False, True))
    for world in (late, timely):
        world.submit(ACME, Turn(actor="system"))

    assert _done(late) == _done(timely)
    assert late.subjects[ACME].stage == timely.subjects[ACME].stage


def _done(world: World) -> list[object]:
    """Return what happened, without when it was recorded: that differs, and refusals tell it."""
    return [_without_instants(event) for event in events_of(world)]


def _without_instants(event: Event) -> object:
    match event:
        case FactsRecorded():
            return {name: item.value for name, item in event.facts.items()}
        case CommandRefused():
            return event.command
        case _:
            return event


@given(approval=definitions, steps=lives)
@settings(max_examples=60)
def test_every_request_ends_when_nobody_does_anything_more(
    approval: str, steps: list[Step]
) -> None:
    world = lived(approval, steps, timely=False)

    world.later(150)
    world.submit(ACME, Turn(actor="system"))

    assert world.subjects[ACME].approvals == {}
    assert next_due(world.subjects[ACME]) is None
    assert replay(world.events[ACME]) == world.subjects[ACME]


@given(approval=definitions, steps=lives)
@settings(max_examples=60)
def test_only_votes_on_the_facts_of_now_and_in_time_approve(
    approval: str, steps: list[Step]
) -> None:
    world = lived(approval, steps, timely=False)

    cast: dict[str, set[str]] = {}  # open request -> votes since it was judged last
    for recorded in world.events[ACME]:
        _follow(cast, recorded)


def _follow(cast: dict[str, set[str]], recorded: Recorded) -> None:
    """Hold a request's next event against what went before."""
    match recorded.event:
        case ApprovalRequested(id=identity):
            cast[identity] = set()
        case ApprovalReevaluated(id=i) | ApprovalReturned(id=i) | ApprovalResumed(id=i):
            cast[i].clear()
        case VoteCast(id=identity, vote=vote, principal=principal):
            for_whom = f" for {principal}" if principal else ""
            cast[identity].add(f"{recorded.actor}{for_whom} {vote}")
        case ApprovalWithdrawn(id=identity) | ApprovalExpired(id=identity):
            del cast[identity]
        case ApprovalDecided(id=identity, automatic=False) as decided:
            votes = cast.pop(identity)
            assert set(decided.reason.split(", ")) == votes
            assert not decided.approved or any(item.endswith("approve") for item in votes)
        case ApprovalDecided(id=identity):
            cast.pop(identity, None)
        case _:
            pass


@given(approval=definitions, steps=lives)
@settings(max_examples=60)
def test_no_stage_is_entered_without_a_yes(approval: str, steps: list[Step]) -> None:
    world = lived(approval, steps, timely=False)

    allowed = 0
    for event in events_of(world):
        if isinstance(event, ApprovalDecided) and event.approved:
            allowed += 1
        elif isinstance(event, StageEntered) and event.transition == "A1":
            allowed -= 1
        assert allowed >= 0
    assert allowed == 0


@given(approval=definitions, days=st.integers(0, 200))
def test_silence_approves_nothing(approval: str, days: int) -> None:
    world = begun(approval)

    world.now = MONDAY + timedelta(days=days)
    world.submit(ACME, Turn(actor="system"))

    assert not [item for item in events_of(world) if isinstance(item, ApprovalDecided)]
    assert world.stage(ACME) == "candidate"
