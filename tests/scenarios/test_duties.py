"""The rules of segregation of duties that the shipped policy has: each forbids what it says."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from kamflow.engine.acts import acts_of
from kamflow.engine.segregation import Act, conflicts
from kamflow.model.commands import AssignRole, EndRole, GiveDelegation
from kamflow.model.snapshot import OpenApproval
from tests.builders import NOON, World, shipped_pack
from tests.scenarios.nominated import ACME, a_nominated_account


@pytest.fixture(scope="module")
def world() -> World:
    return a_nominated_account()


def a_request(approval: str) -> OpenApproval:
    return OpenApproval(
        id=f"{ACME}#9",
        approval=approval,
        transition="TA-02",
        target="planning",
        requested_by="zoe",
        requested_at=NOON,
    )


def duties(world: World, act: Act) -> list[str]:
    return [item.duty for item in conflicts(world.compiled, world.view(ACME), act)]


@pytest.mark.parametrize(
    ("approval", "person", "forbidden"),
    [
        ("AP-DESIG-B", "zoe", ["SOD-01"]),
        ("AP-HOLD", "zoe", []),
        ("AP-ADOPT", "zoe", []),
        ("AP-PLAN", "kim", ["SOD-02"]),
        ("AP-DESIG-C", "kim", ["SOD-02"]),
        ("AP-DESIG-C", "nic", ["SOD-03"]),
        ("AP-PLAN", "nic", []),
        ("AP-PLAN", "program_manager", []),
        ("AP-PLAN", "customer_contact", ["SOD-12"]),
    ],
)
def test_who_must_not_vote(world: World, approval: str, person: str, forbidden: list[str]) -> None:
    act = Act(kind="vote", person=person, about=(approval,), open_one=a_request(approval))

    assert duties(world, act) == forbidden


@pytest.mark.parametrize(
    ("fact", "person", "forbidden"),
    [
        ("account.strategic_fit_score", "nic", ["SOD-04"]),
        ("account.strategic_fit_score", "kim", ["SOD-04"]),
        ("account.strategic_fit_score", "program_office", []),
        ("account.health", "kim", []),
        ("outcome.finance_validated_on", "kim", ["SOD-06"]),
        ("outcome.finance_validated_on", "team_member", ["SOD-06"]),
        ("outcome.finance_validated_on", "finance_controller", []),
    ],
)
def test_who_must_not_record(world: World, fact: str, person: str, forbidden: list[str]) -> None:
    assert duties(world, Act(kind="record", person=person, about=(fact,))) == forbidden


def test_who_wrote_it_does_not_publish(world: World) -> None:
    act = Act(kind="publish", person="pia", involved=("pia",))

    assert [item.duty for item in conflicts(world.compiled, None, act)] == ["SOD-07"]
    assert not conflicts(world.compiled, None, replace(act, person="paul"))


@pytest.mark.parametrize(
    ("role", "person", "forbidden"),
    [
        ("program_manager", "sys_admin", True),
        ("sys_admin", "program_manager", True),
        ("viewer", "sys_admin", False),
        ("function_head", "program_manager", False),
    ],
)
def test_administration_and_business_are_apart(
    world: World,
    role: str,
    person: str,
    forbidden: bool,  # noqa: FBT001
) -> None:
    decision = replace_world(world).submit(
        "north", AssignRole(actor="program_sponsor", role=role, person=person)
    )

    assert decision.accepted is not forbidden
    assert ("SOD-08" in "; ".join(decision.reasons)) is forbidden


def test_an_administrator_has_no_role_for_an_account_either(world: World) -> None:
    story = replace_world(world)
    story.assign("north", "viewer", "vera")
    story.assign(ACME, "team_member", "tim")

    assert "`kim` is kam of north/acme, which does not go with sys_admin (SOD-08" in refused(
        story, "sys_admin", "kim"
    )
    assert "`tim` is team_member of north/acme" in refused(story, "sys_admin", "tim")
    assert story.assign("north", "sys_admin", "vera").accepted
    assert not story.assign(ACME, "team_member", "vera").accepted


def refused(world: World, role: str, person: str) -> str:
    """Return why a role of the program is not given to somebody."""
    decision = world.assign("north", role, person)
    assert not decision.accepted
    return "; ".join(decision.reasons)


def assigning(actor: str, role: str = "program_office", person: str = "olga") -> AssignRole:
    return AssignRole(actor=actor, role=role, person=person)


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        ("program_manager", True),
        ("program_sponsor", True),
        ("sys_admin", True),
        ("program_office", False),
        ("kim", False),
        ("customer_contact", False),
        ("stranger", False),
    ],
)
def test_roles_are_given_and_taken_by_those_who_may(
    world: World,
    actor: str,
    may: bool,  # noqa: FBT001
) -> None:
    ending = EndRole(actor=actor, role="viewer", person="viewer")

    for place in ("north", ACME):
        assert replace_world(world).submit(place, assigning(actor)).accepted is may
    assert replace_world(world).submit("north", ending).accepted is may


def test_an_account_is_staffed_by_those_who_may_in_the_program(world: World) -> None:
    story = replace_world(world)

    decision = story.submit(ACME, assigning("mallory", "program_manager", "mallory"))

    assert "`mallory` has none of the roles program_manager (program_manager)" in (
        "; ".join(decision.reasons)
    )


def test_whoever_begins_a_program_fills_its_roles_in_any_order() -> None:
    story = World(shipped_pack())
    story.open("program", "north", by="olga")

    for role in ("sys_admin", "program_manager", "program_sponsor", "program_office"):
        assert story.submit("north", assigning("olga", role, role)).accepted
    assert not story.submit("north", assigning("stranger")).accepted

    story.place("north", "knowledge")
    assert not story.submit("north", assigning("olga")).accepted
    assert story.submit("north", assigning("program_manager")).accepted


def test_anybody_begins_where_nobody_may_give_roles() -> None:
    story = World(shipped_pack())
    story.open("program", "north", by="olga")

    assert story.submit("north", assigning("petra")).accepted
    assert story.submit("north", assigning("petra", "program_manager", "paula")).accepted
    assert not story.submit("north", assigning("petra")).accepted


def test_no_contact_of_a_customer_gives_roles_not_even_where_nobody_may() -> None:
    story = World(shipped_pack())
    story.open("program", "north", by="olga")
    story.open("account", "acme", "north", by="olga")
    story.assign(ACME, "customer_contact", "carl")

    for place in ("north", ACME):
        decision = story.submit(place, assigning("carl", "program_manager", "carl"))
        assert "`carl` is customer_contact (SOD-12" in "; ".join(decision.reasons)


def replace_world(world: World) -> World:
    """Return a copy of a world, which the others do not see change."""
    copy = World(shipped_pack())
    copy.subjects, copy.events = dict(world.subjects), dict(world.events)
    return copy


@pytest.mark.parametrize(("person", "forbidden"), [("kim", True), ("program_office", False)])
def test_no_vote_is_lent_to_who_must_not_vote(
    world: World,
    person: str,
    forbidden: bool,  # noqa: FBT001
) -> None:
    lent = GiveDelegation(
        actor="program_manager",
        person="program_manager",
        to=person,
        begins_at=NOON,
        ends_at=NOON + timedelta(days=5),
        reason="holiday",
    )
    acts = acts_of(world.compiled.pack, world.subjects[ACME], lent)

    found = [duty for act in acts for duty in duties(world, act)]

    assert (found == ["SOD-09"]) is forbidden


@pytest.mark.parametrize(
    "act",
    ["read", "vote", "request", "waive", "delegate", "assign", "call_in", "appeal", "review"],
)
def test_people_outside_take_no_part(world: World, act: str) -> None:
    assert duties(world, Act(kind=act, person="partner_contact")) == ["SOD-12"]
    assert duties(world, Act(kind=act, person="program_office")) == []


def test_what_is_kept_elsewhere_is_there() -> None:
    pack = shipped_pack()

    kept = {duty.id: duty.kept_by for duty in pack.duties.values() if duty.kept_by}

    assert set(kept) == {"SOD-05", "SOD-10", "SOD-11", "SOD-13", "SOD-14"}
    assert kept["SOD-05"].removeprefix("criterion ") in {
        item.id for gate in pack.gates.values() for item in gate.criteria
    }
    assert pack.break_glass is not None
    assert pack.break_glass.review_within == "5 business days"
    sampled = pack.approvals["AP-DESIG-A"]
    assert sampled.spot_check is not None
    assert sampled.spot_check.share_pct == 10
    assert sampled.call_in is not None
    assert {f"SOD-{number:02}" for number in range(1, 15)} == set(pack.duties)
