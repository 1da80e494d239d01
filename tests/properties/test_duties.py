"""No sequence of delegations, absences, roles and votes lets a forbidden person count."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.model.approval import Duty
from kamflow.model.commands import (
    AssignRole,
    CastVote,
    Command,
    EndRole,
    GiveDelegation,
    Reassign,
    RecordAbsence,
    RequestTransition,
)
from kamflow.model.events import ApprovalDecided, Recorded, VoteCast
from tests.builders import NOON, World
from tests.unit.engine.duties import ACME, a_world_of, the_pack, with_approval

PEOPLE = ("ann", "bob", "cid", "dan", "kim", "nic")
FORBIDDEN = {"kim", "nic"}  # by the facts of the account; and who asks
DUTIES = (
    Duty(id="SOD-01", title="who asks does not vote", acts=("vote",), who=("requester",)),
    Duty(id="SOD-02", title="no KAM", acts=("vote",), who=("account.kam",)),
    Duty(id="SOD-03", title="no nominator", acts=("vote",), who=("account.nominated_by",)),
)

people = st.sampled_from(PEOPLE)
places = st.sampled_from(("north", ACME))


@st.composite
def commands(draw: st.DrawFn) -> tuple[str, Command]:
    """Return a command and the subject that it goes to; the request is filled in later."""
    place, person, other = draw(places), draw(people), draw(people)
    begins = NOON - timedelta(days=1)
    match draw(st.sampled_from(("role", "end", "lend", "away", "vote", "vote", "vote", "seat"))):
        case "role":
            return place, AssignRole(actor="zoe", role="boss", person=person)
        case "end":
            return "north", EndRole(actor="zoe", role="boss", person=person)
        case "lend":
            return place, GiveDelegation(
                actor=person,
                person=person,
                to=other,
                begins_at=begins,
                ends_at=NOON + timedelta(days=9),
                reason="x",
            )
        case "away":
            deputies = tuple(draw(st.lists(people, max_size=2)))
            return place, RecordAbsence(
                actor=person, person=person, begins_at=begins, deputies=deputies
            )
        case "seat":
            return ACME, Reassign(actor="ann", approval="", person=person, to=other, reason="x")
        case _:
            principal = draw(st.one_of(st.just(""), people))
            return ACME, CastVote(actor=person, approval="", vote="approve", principal=principal)


def _filled(command: Command, open_one: str) -> Command:
    if isinstance(command, CastVote):
        return CastVote(
            actor=command.actor, approval=open_one, vote=command.vote, principal=command.principal
        )
    if isinstance(command, Reassign):
        return Reassign(
            actor=command.actor,
            approval=open_one,
            person=command.person,
            to=command.to,
            reason=command.reason,
        )
    return command


def _played(asker: str, steps: list[tuple[str, Command]], rule: str, least: int) -> World:
    """Return the account after somebody has asked and the steps were taken, as far as allowed."""
    pack = the_pack(*DUTIES, rights={"reassign": ("boss", "chief")})
    world = a_world_of(with_approval(pack, "AP-ONE", rule=rule, least=least))
    world.submit(ACME, RequestTransition(actor=asker, trigger="plan"))
    for place, command in steps:
        open_one = next(iter(world.subjects[ACME].approvals), "north/acme#0")
        world.submit(place, _filled(command, open_one))
    return world


def _votes(world: World) -> list[Recorded]:
    return [item for item in world.events[ACME] if isinstance(item.event, VoteCast)]


@settings(max_examples=150, deadline=None)
@given(
    asker=people,
    steps=st.lists(commands(), max_size=14),
    rule=st.sampled_from((("one", 1), ("at_least", 2), ("majority", 1))),
)
def test_nobody_forbidden_ever_votes_or_is_voted_for(
    asker: str, steps: list[tuple[str, Command]], rule: tuple[str, int]
) -> None:
    world = _played(asker, steps, *rule)

    forbidden = FORBIDDEN | {asker}
    for item in _votes(world):
        assert isinstance(item.event, VoteCast)
        assert item.actor not in forbidden
        assert item.event.principal not in forbidden


@settings(max_examples=100, deadline=None)
@given(asker=people, steps=st.lists(commands(), max_size=14))
def test_a_yes_of_two_needs_two_people_whom_no_duty_forbids(
    asker: str, steps: list[tuple[str, Command]]
) -> None:
    world = _played(asker, steps, "at_least", 2)

    approved = any(
        isinstance(item.event, ApprovalDecided) and item.event.approved
        for item in world.events[ACME]
    )
    cast = {item.actor for item in _votes(world)}
    assert not approved or len(cast - FORBIDDEN - {asker}) >= 2
