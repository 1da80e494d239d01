"""The shipped policies say of approvals, waivers and duties what the program rules ask for."""

import pytest

from kamflow.analysis.barring import barred
from kamflow.language.asked import asking
from kamflow.language.load import load_pack
from kamflow.model.pack import Pack
from kamflow.runtime.packs import read_files, read_policy, verified
from tests.builders import shipped_pack

LEVELS = {
    "AP-DESIG-B": ("program_sponsor",),
    "AP-DESIG-C": ("steering_committee",),
    "AP-REJ": ("sales_leader",),
    "AP-RES": ("exec_sponsor",),
    "AP-VALUE": ("program_manager", "program_sponsor"),
    "AP-DEAL": ("program_sponsor",),
    "AP-CYCLE": ("exec_sponsor",),
    "AP-HOLD": ("program_sponsor",),
    "AP-EXIT": ("steering_committee",),
    "AP-REINST": (),
    "AP-ADOPT": ("program_sponsor",),
    "AP-P0": (),
    "AP-WAVE": ("steering_committee",),
    "AP-PAUSE": ("steering_committee",),
    "AP-STOP": (),
    "AP-SPONSOR": ("steering_committee",),
    "AP-NCI": ("program_sponsor",),
}
DEADLINES = {
    "AP-DESIG-B": 5, "AP-DESIG-C": 10, "AP-REJ": 5, "AP-PLAN": 10, "AP-RES": 5, "AP-VALUE": 5,
    "AP-DEAL": 5, "AP-CYCLE": 10, "AP-HOLD": 5, "AP-EXIT": 15, "AP-REINST": 10, "AP-ADOPT": 10,
    "AP-WAIVER": 5, "AP-P0": 10, "AP-P1": 15, "AP-P2": 15, "AP-P3A": 15, "AP-P3": 15,
    "AP-WAVE": 10, "AP-P4": 15, "AP-P5": 20, "AP-PAUSE": 5, "AP-STOP": 20,
    "AP-SPONSOR": 5, "AP-NCI": 3,
}  # fmt: skip


@pytest.mark.parametrize("approval", LEVELS)
def test_a_request_that_nobody_decides_goes_up_as_the_rules_say(approval: str) -> None:
    assert shipped_pack().approvals[approval].escalate_to == LEVELS[approval]


def test_voters_have_as_many_business_days_as_the_rules_say() -> None:
    given = {
        name: item.deadline for name, item in shipped_pack().approvals.items() if item.deadline
    }

    assert given == {name: f"{days} business days" for name, days in DEADLINES.items()}


def test_the_duties_are_all_there() -> None:
    assert list(shipped_pack().duties) == [f"SOD-{number:02}" for number in range(1, 15)]


def test_what_does_not_ban_names_what_keeps_it() -> None:
    duties = shipped_pack().duties.values()

    assert {duty.id for duty in duties if duty.kept_by} == {
        "SOD-05", "SOD-10", "SOD-11", "SOD-13", "SOD-14",
    }  # fmt: skip
    assert all(duty.acts or duty.kept_by for duty in duties)
    assert all(duty.why and duty.source for duty in duties)


@pytest.mark.parametrize(
    ("approval", "persons"),
    [
        ("AP-DESIG-C", {"requester", "account.kam", "account.nominated_by"}),
        ("AP-VALUE", {"requester", "account.kam"}),
        ("AP-HOLD", {"account.kam"}),
        ("AP-ADOPT", {"account.kam"}),
        ("AP-PAUSE", {"account.kam"}),
        ("AP-WAIVER", {"requester", "account.kam"}),
    ],
)
def test_the_duties_bar_who_must_not_vote(approval: str, persons: set[str]) -> None:
    pack = shipped_pack()

    found = barred(pack, pack.approvals[approval])

    assert {name for name in found if name == "requester" or name in pack.facts} == persons


@pytest.mark.parametrize("name", ["kam-core", "kam-lite"])
def test_every_approval_has_a_deadline(name: str) -> None:
    pack = read_policy(name)

    assert pack.approving is not None
    assert pack.approving.deadline


def test_an_automatic_designation_can_be_called_in_and_is_sampled() -> None:
    approval = shipped_pack().approvals["AP-DESIG-A"]

    assert approval.call_in is not None
    assert approval.call_in.by == ("designation_committee",)
    assert (approval.call_in.within, approval.call_in.approval) == ("5 business days", "AP-DESIG-C")
    assert approval.spot_check is not None
    assert (approval.spot_check.share_pct, approval.spot_check.by) == (10, ("program_office",))


def test_the_nominator_may_appeal_against_a_rejection() -> None:
    appeal = shipped_pack().approvals["AP-REJ"].appeal

    assert appeal is not None
    assert appeal.by == ("account.nominated_by",)
    assert (appeal.within, appeal.approval) == ("10 business days", "AP-DESIG-C")


def made(pack: Pack, name: str) -> dict[str, str]:
    """Return what a transition of accounts sets."""
    item = next(it for it in pack.workflows["account_lifecycle"].transitions if it.id == name)
    return {
        setting.fact: setting.value.text if setting.value else "absent"
        for setting in (*item.set, *item.set_on_approval)
    }


def test_a_granted_appeal_designates_as_the_designation_does() -> None:
    pack = shipped_pack()

    granted, designated = made(pack, "TA-26"), made(pack, "TA-02")

    assert granted == {**designated, "account.rejected_or_exited_on": "absent"}


def test_only_the_engine_makes_what_follows_an_appeal_or_a_call_in() -> None:
    transitions = shipped_pack().workflows["account_lifecycle"].transitions

    follow = [item for item in transitions if item.id in ("TA-26", "TA-29")]

    assert [item.requested_by for item in follow] == [("system",), ("system",)]
    assert not any(item.automatic for item in follow)


@pytest.mark.parametrize(
    ("criterion", "roles"),
    [
        ("G-A0.4", ("finance_controller",)),
        ("G-A0.5", ("program_manager",)),
        ("G-A2.2", ("program_sponsor",)),
        ("G-A5.3", ("exec_sponsor", "finance_controller")),
        ("G-A11.1", ("program_manager",)),
        ("G-P3.7", ("AP-P3",)),
    ],
)
def test_a_criterion_names_who_decides_on_its_waiver(
    criterion: str, roles: tuple[str, ...]
) -> None:
    every = [item for gate in shipped_pack().gates.values() for item in gate.criteria]

    (found,) = [item for item in every if item.id == criterion]

    assert found.waived_by == roles


@pytest.mark.parametrize("criterion", ["G-A0.3", "G-A1.6", "G-A1.7", "G-A4.7"])
def test_what_the_rules_never_waive_is_not_waivable(criterion: str) -> None:
    every = [item for gate in shipped_pack().gates.values() for item in gate.criteria]

    (found,) = [item for item in every if item.id == criterion]

    assert not found.waivable


def test_every_approval_is_asked_for_by_something() -> None:
    pack = shipped_pack()
    otherwise = {pack.waiving.approval} if pack.waiving else set()

    assert not [
        name
        for name, item in pack.approvals.items()
        if item.route is None and name not in otherwise and not asking(pack, name)
    ]


def test_a_duty_that_bans_every_voter_of_an_approval_is_found() -> None:
    """SOD-13: with the roles of the policy, some set of voters satisfies every duty."""
    files = read_files("kam-core")
    duties = files["rules/duties.yaml"].replace(b"who: [account.kam]", b"who: [account.sponsor]", 1)

    found = verified(load_pack({**files, "rules/duties.yaml": duties})).diagnostics

    said = [item.message for item in found if item.code == "K541"]
    assert any(line.startswith("approval AP-VALUE cannot be given: nobody") for line in said)
    assert all("SOD-02" in line for line in said)
