"""Roles for a time, absences and delegations: what is recorded, and what is refused and why."""

import pytest

from kamflow.engine.people import absences_now, named_by_function
from kamflow.model.commands import (
    AssignRole,
    EndAbsence,
    EndRole,
    RecordAbsence,
)
from kamflow.model.events import RoleAssigned
from kamflow.model.snapshot import Absence, Term
from tests.builders import NOON
from tests.unit.engine.staff import (
    ACME,
    POLICY,
    a_role,
    an_absence,
    does,
    on,
    staffed,
    who,
)

# ---------------------------------------------------------------------------- roles


def test_a_role_for_a_time_is_held_from_its_first_instant_to_its_end() -> None:
    world = staffed(boss="ann")
    does(world, a_role(begins_at=on(1), ends_at=on(3)))

    found = []
    for _ in range(4):
        found.append(who(world, "boss"))
        world.later(1)

    assert found == ["ann", "ann eve", "ann eve", "ann"]


def test_a_role_for_a_function_is_held_for_it_and_in_general() -> None:
    world = staffed(boss="ann")
    does(world, a_role(function="it"), a_role(person="fay", function="hr"))

    by_function = named_by_function(world.compiled.pack, world.view(ACME), "boss")

    assert by_function == {"hr": frozenset({"ann", "fay"}), "it": frozenset({"ann", "eve"})}
    assert who(world, "boss") == "ann eve fay"
    assert who(world, "board") == "ann eve fay"


def test_a_role_ends_for_one_function_or_wholly() -> None:
    world = staffed(boss="ann")
    does(world, a_role(function="it"), a_role(function="hr"), a_role())

    does(world, EndRole(actor="admin", role="boss", person="eve", function="it"))
    after_one = list(named_by_function(world.compiled.pack, world.view(ACME), "boss"))
    does(world, EndRole(actor="admin", role="boss", person="eve"))

    assert after_one == ["hr"]
    assert who(world, "boss") == "ann"


def test_what_is_so_already_leaves_no_trace() -> None:
    world = staffed(boss="ann")
    does(world, a_role(ends_at=on(3)))
    before = world.subjects["north"]

    again = does(world, a_role(ends_at=on(3)), a_role(person="ann"))
    ended = does(world, EndRole(actor="admin", role="boss", person="nobody"))

    assert again.accepted
    assert ended.accepted
    assert world.subjects["north"] == before
    assert before.terms == (Term(role="boss", person="eve", ends_at=on(3)),)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (a_role(role="bos"), "there is no role `bos`; did you mean `boss`?"),
        (a_role(role="board"), "`board` is not assigned; it comes from boss, clerk"),
        (a_role(person=" "), "say which person it is about"),
        (
            a_role(begins_at=on(3), ends_at=on(1)),
            "it ends at 2026-04-01 12:00+00:00, before it begins at 2026-04-03 12:00+00:00",
        ),
        (
            a_role(ends_at=on(-1)),
            (
                "it is over already: it ends at 2026-03-30 12:00+00:00; give a time that is still "
                "to come"
            ),
        ),
        (
            a_role(person="ann", ends_at=on(3)),
            "`ann` holds `boss` for good already; end the role first, then assign it for the time",
        ),
    ],
)
def test_a_role_that_cannot_be_given_is_refused_with_the_way_out(
    command: AssignRole, reason: str
) -> None:
    world = staffed()
    before = world.subjects["north"]

    decision = does(world, command)

    assert (decision.accepted, decision.reasons) == (False, (reason,))
    assert (world.subjects["north"].roles, world.subjects["north"].terms) == (before.roles, ())


def test_who_may_assign_stands_in_the_policy() -> None:
    world = staffed(f"{POLICY}".replace("rights: {", "rights: {assign: [office], "))
    world.happened("north", _assigned("office", "oli"))

    refused = does(world, a_role(actor="eve"))
    accepted = does(world, a_role(actor="oli"))

    assert refused.reasons == ("`eve` has none of the roles office (oli)",)
    assert accepted.accepted


def _assigned(role: str, person: str) -> RoleAssigned:
    return RoleAssigned(role=role, person=person)


# ---------------------------------------------------------------------------- absences


def test_an_absence_is_kept_with_its_deputies_until_it_is_ended() -> None:
    world = staffed()

    does(world, an_absence(deputies=("cid", "cid")))
    (absence,) = world.subjects["north"].absences
    away = [item.person for item in absences_now(world.view(ACME))]
    does(world, EndAbsence(actor="ann", id=absence.id))

    assert absence == Absence(
        id=absence.id, person="ann", begins_at=NOON, ends_at=on(7), deputies=("cid",)
    )
    assert absence.id.startswith("north#")
    assert away == ["ann"]
    assert not list(absences_now(world.view(ACME)))
    assert not world.subjects["north"].absences


def test_who_has_left_holds_no_role_until_that_is_taken_back() -> None:
    world = staffed()
    does(world, an_absence(actor="oli", ends_at=None, left=True))
    (absence,) = world.subjects["north"].absences

    without = who(world, "boss")
    does(world, EndAbsence(actor="oli", id=absence.id))

    assert (without, who(world, "boss")) == ("ben", "ann ben")


def test_who_will_leave_holds_the_roles_until_then() -> None:
    world = staffed()
    does(world, an_absence(begins_at=on(2), ends_at=None, left=True))

    before = who(world, "boss")
    world.later(2)

    assert (before, who(world, "boss")) == ("ann ben", "ben")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (an_absence(person=""), "say which person it is about"),
        (
            an_absence(actor="eve"),
            (
                "only `ann` may do that, or who has the right `absence`: `eve` has none of the "
                "roles office (oli)"
            ),
        ),
        (
            an_absence(begins_at=on(2), ends_at=on(2)),
            "it ends at 2026-04-02 12:00+00:00, before it begins at 2026-04-02 12:00+00:00",
        ),
        (
            an_absence(begins_at=on(-3), ends_at=on(-1)),
            (
                "it is over already: it ends at 2026-03-30 12:00+00:00; give a time that is still "
                "to come"
            ),
        ),
        (
            an_absence(left=True),
            "who has left does not come back; leave out the end, or record an absence",
        ),
        (
            an_absence(left=True, ends_at=None, deputies=("cid",)),
            "who has left has no deputies; assign the roles to somebody else, or reassign seats",
        ),
        (an_absence(deputies=("ann",)), "`ann` cannot be the own deputy; name somebody else"),
        (an_absence(deputies=("",)), "a deputy is a person; leave out the empty name"),
        (an_absence(deputies=("gil",)), "`gil` has left by then; name somebody who stays"),
        (
            an_absence(deputies=("hal",)),
            "`hal` is away all that time, by `{hal}`; name somebody who is there",
        ),
        (
            an_absence(actor="gil", person="gil"),
            "`gil` leaves or has left already, by `{gil}`; end that first",
        ),
    ],
)
def test_an_absence_that_cannot_be_is_refused_with_the_way_out(
    command: RecordAbsence, reason: str
) -> None:
    world = staffed()
    does(
        world,
        an_absence(actor="gil", person="gil", ends_at=None, left=True),
        an_absence(actor="hal", person="hal", ends_at=on(9)),
    )
    before = world.subjects["north"].absences
    ids = {item.person: item.id for item in before}

    decision = does(world, command)

    assert (decision.accepted, decision.reasons) == (False, (reason.format(**ids),))
    assert world.subjects["north"].absences == before


def test_without_a_right_in_the_policy_everybody_speaks_for_themselves() -> None:
    world = staffed(POLICY.replace("rights: {absence: [office], delegate: [office]}", ""))

    refused = does(world, an_absence(actor="oli"))

    assert refused.reasons[0].startswith(
        "only `ann` may do that; the policy gives nobody else the right `absence`"
    )
    assert does(world, an_absence()).accepted


def test_an_absence_that_is_not_there_is_not_ended() -> None:
    world = staffed()

    decision = does(world, EndAbsence(actor="ann", id="north#99"))

    assert decision.reasons == ("there is no absence `north#99` here, or it is over",)


# ---------------------------------------------------------------------------- deputies


@pytest.mark.parametrize("deputy", ["cid", "oda"])
def test_a_deputy_holds_a_higher_role(deputy: str) -> None:
    decision = does(staffed(), an_absence(deputies=(deputy,)))

    assert (decision.accepted, decision.reasons) == (True, ())


def test_a_deputy_with_the_same_role_is_told_of_the_own_vote() -> None:
    decision = does(staffed(), an_absence(deputies=("ben",)))

    assert decision.accepted
    (note,) = decision.reasons
    assert note == (
        "`ben` has an own vote wherever `ben` could vote for `ann` by the roles held here, and one "
        "person has one vote"
    )


def test_a_fellow_member_of_a_committee_has_an_own_vote_and_is_no_deputy() -> None:
    policy = POLICY.replace("AP: {voters: [boss], rule: one}", "AP: {voters: [board], rule: one}")
    world = staffed(policy, boss="ann", clerk="cle", chief="cid")

    refused = does(world, an_absence(deputies=("cle",)))
    accepted = does(world, an_absence(deputies=("cid",)))

    assert refused.reasons[0].startswith("`cle` holds no role that may stand in for `boss`: ")
    assert refused.reasons[0].endswith("name somebody who has it (cid)")
    assert (accepted.accepted, accepted.reasons) == (True, ())


@pytest.mark.parametrize("deputies", [("oli",), ("ben", "oli"), ("nobody", "oli")])
def test_a_deputy_who_can_never_vote_is_refused_with_those_who_could(
    deputies: tuple[str, ...],
) -> None:
    world = staffed()

    decision = does(world, an_absence(deputies=deputies))

    name = next(item for item in deputies if item != "ben")
    (reason,) = decision.reasons
    assert reason == (
        f"`{name}` holds no role that may stand in for `boss`: it takes the same one or a higher "
        "one; assign it, or name somebody who has it (ben, cid, oda)"
    )
    assert world.subjects["north"].absences == ()


def test_where_nobody_could_stand_in_nobody_is_named() -> None:
    decision = does(staffed(boss="ann"), an_absence(deputies=("oli",)))

    assert decision.reasons[0].endswith("; assign it, or name somebody who has it")


def test_whether_a_deputy_votes_is_not_known_where_the_person_holds_no_role() -> None:
    world = staffed()

    decision = does(world, an_absence(actor="cle", person="cle", deputies=("ben",)))

    assert decision.accepted
    (note,) = decision.reasons
    assert note == (
        "`cle` holds no role here by which to vote; `ben` votes only where `cle` does and `ben` "
        "holds the same role or a higher one"
    )


def test_the_roles_of_the_time_of_the_absence_count() -> None:
    world = staffed()
    does(world, a_role(person="eve", begins_at=on(3), ends_at=on(9)))

    early = does(world, an_absence(deputies=("eve",)))
    late = does(world, an_absence(begins_at=on(4), deputies=("eve",)))

    assert (early.accepted, late.accepted) == (False, True)


def test_a_role_held_above_counts_below() -> None:
    world = staffed()

    refused = world.submit(ACME, an_absence(deputies=("oli",)))
    accepted = world.submit(ACME, an_absence(deputies=("cid",)))

    assert (refused.accepted, accepted.accepted) == (False, True)
    assert accepted.reasons == ()


WAIVING = """
waiving: {approval: AP, longest: 30}
gates:
  G: {subject: account, criteria: [{id: G.1, must: account.value > 5, waived_by: [clerk]}]}
facts:
  account:
    account.value: {type: number}
"""


def test_who_waives_a_criterion_votes_as_well() -> None:
    only_bosses = POLICY.replace("{voters: [clerk], rule: one}", "{voters: [boss], rule: one}")
    world = staffed(f"{only_bosses}{WAIVING}", boss="ann", clerk="ann cle")

    assert does(world, an_absence(deputies=("cle",))).accepted
