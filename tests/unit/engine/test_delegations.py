"""Delegations: who lends a vote to whom, and what is refused and why."""

import pytest

from kamflow.engine.people import may_stand_in
from kamflow.model.commands import (
    EndDelegation,
    GiveDelegation,
)
from kamflow.model.snapshot import Delegation
from tests.builders import NOON
from tests.unit.engine.staff import (
    ACME,
    POLICY,
    a_delegation,
    an_absence,
    does,
    on,
    staffed,
)


def test_a_delegation_is_kept_and_ended_by_either() -> None:
    world = staffed()

    does(world, a_delegation(approvals=("AP", "AP")))
    (kept,) = world.subjects["north"].delegations
    by_another = does(world, EndDelegation(actor="ben", id=kept.id))
    does(world, EndDelegation(actor="cid", id=kept.id))

    assert kept == Delegation(
        id=kept.id,
        person="ann",
        to="cid",
        begins_at=NOON,
        ends_at=on(7),
        reason="on a course",
        approvals=("AP",),
    )
    assert not by_another.accepted
    assert not world.subjects["north"].delegations


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (a_delegation(to=" "), "say whose vote is lent, and to whom"),
        (a_delegation(to="ann"), "`ann` has the own vote already; name somebody else"),
        (a_delegation(reason=" "), "give a reason; it is kept with the votes"),
        (
            a_delegation(begins_at=on(2), ends_at=on(1)),
            "it ends at 2026-04-01 12:00+00:00, before it begins at 2026-04-02 12:00+00:00",
        ),
        (
            a_delegation(begins_at=on(-2), ends_at=on(-1)),
            (
                "it is over already: it ends at 2026-03-30 12:00+00:00; give a time that is still "
                "to come"
            ),
        ),
        (a_delegation(approvals=("APP",)), "there is no approval `APP`; did you mean `AP`?"),
        (
            a_delegation(actor="eve"),
            (
                "only `ann` may do that, or who has the right `delegate`: `eve` has none of the "
                "roles office (oli)"
            ),
        ),
        (
            a_delegation(to="gil"),
            "`gil` leaves or has left, so no vote is lent; name somebody who stays",
        ),
        (
            a_delegation(to="hal"),
            "`hal` is away all that time, by `{hal}`; name somebody who is there",
        ),
        (
            a_delegation(to="oli"),
            (
                "`oli` holds no role that may stand in for `boss`: it takes the same one or a "
                "higher one; assign it, or name somebody who has it (ben, cid, oda)"
            ),
        ),
    ],
)
def test_a_vote_that_cannot_be_lent_is_refused_with_the_way_out(
    command: GiveDelegation, reason: str
) -> None:
    world = staffed()
    does(
        world,
        an_absence(actor="gil", person="gil", ends_at=None, left=True),
        an_absence(actor="hal", person="hal", ends_at=on(9)),
    )
    ids = {item.person: item.id for item in world.subjects["north"].absences}

    decision = does(world, command)

    assert (decision.accepted, decision.reasons) == (False, (reason.format(**ids),))
    assert not world.subjects["north"].delegations


@pytest.mark.parametrize(
    ("given", "command", "reason"),
    [
        (
            ["ann ben"],
            a_delegation(person="ben", to="ann"),
            (
                "the vote would go round in a circle: `ann` -> `ben` -> `ann`; end one of those "
                "delegations"
            ),
        ),
        (
            ["ann ben", "ben cid"],
            a_delegation(person="cid", to="ann"),
            "`ann` holds no role that may stand in for",
        ),
        (
            ["ann ben", "ben cid"],
            a_delegation(person="cid", to="oda"),
            (
                "the vote would be lent on too often: `ann` -> `ben` -> `cid` -> `oda`; 2 links "
                "are the most, so name somebody who does not lend it on"
            ),
        ),
        (
            ["ben cid", "cid oda"],
            a_delegation(person="ann", to="ben"),
            (
                "the vote would be lent on too often: `ann` -> `ben` -> `cid` -> `oda`; 2 links "
                "are the most, so name somebody who does not lend it on"
            ),
        ),
        (
            ["ann ben", "cid oda"],
            a_delegation(person="ben", to="cid"),
            (
                "the vote would be lent on too often: `ann` -> `ben` -> `cid` -> `oda`; 2 links "
                "are the most, so name somebody who does not lend it on"
            ),
        ),
        (["ann cid"], a_delegation(), "`{0}` lends that vote already; there is nothing to add"),
    ],
)
def test_no_delegation_makes_a_circle_or_a_long_chain(
    given: list[str], command: GiveDelegation, reason: str
) -> None:
    world = staffed(POLICY.replace("[boss], rule: one", "[boss, chief], rule: one"))
    for link in given:
        person, to = link.split()
        assert does(world, a_delegation(person=person, to=to)).accepted
    ids = [item.id for item in world.subjects["north"].delegations]

    decision = does(world, command)

    assert not decision.accepted
    assert decision.reasons[0].startswith(reason.format(*ids))
    assert len(world.subjects["north"].delegations) == len(given)


@pytest.mark.parametrize(
    "command",
    [
        a_delegation(person="ben", to="ann", begins_at=on(7), ends_at=on(9)),
        a_delegation(person="ben", to="ann", approvals=("AP-2",)),
    ],
)
def test_delegations_that_never_hold_together_make_no_circle(command: GiveDelegation) -> None:
    world = staffed()
    does(world, a_delegation(to="ben", approvals=("AP",)))

    assert does(world, command).accepted


def test_a_delegation_to_who_asked_is_given_with_a_note() -> None:
    world = staffed()
    world.request(ACME, "plan", by="cid")
    command = a_delegation()

    decision = world.submit(ACME, command)

    assert decision.accepted
    assert f"it does not count for `{ACME}#2`, which `cid` asked for" in decision.reasons


def test_a_delegation_that_is_not_there_is_not_ended() -> None:
    world = staffed()

    decision = does(world, EndDelegation(actor="ann", id="north#99"))

    assert decision.reasons == ("there is no delegation `north#99` here, or it is over",)


@pytest.mark.parametrize(
    ("person", "role", "principal", "expected"),
    [
        ("ann", "boss", "", True),
        ("cid", "boss", "", True),
        ("oda", "boss", "", True),
        ("oli", "boss", "", False),
        ("ann", "chief", "", False),
        ("cid", "board", "", False),
        ("cid", "board", "ann", True),
        ("cid", "board", "oli", False),
    ],
)
def test_the_same_role_or_a_higher_one_stands_in(
    person: str, role: str, principal: str, *, expected: bool
) -> None:
    world = staffed()

    found = may_stand_in(world.compiled.pack, world.view(ACME), person, role, principal)

    assert found is expected


def test_where_a_lent_vote_counts_is_not_known_where_the_lender_holds_no_role() -> None:
    decision = does(staffed(), a_delegation(person="cle", to="ben"))

    assert decision.accepted
    (note,) = decision.reasons
    assert note == (
        "`cle` holds no role here by which to vote; `ben` votes only where `cle` does and `ben` "
        "holds the same role or a higher one"
    )
