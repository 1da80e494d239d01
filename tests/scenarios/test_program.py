"""The roll-out of a program, from a proposal to a pilot of three to five accounts and to scale."""

import pytest

from tests.scenarios.office import Office
from tests.scenarios.portfolio import (
    ADMISSION,
    DESIGN,
    KNOWLEDGE,
    MATURITY,
    SCORES,
    START,
    STEERING,
    Facts,
)

PILOT: Facts = {"account.pilot": True, "account.sponsor_capacity": 5}
ACCEPTED: Facts = {"account.sponsor_accepted_on": "2026-03-31"}


def designing(office: Office) -> None:
    """Bring the program into design."""
    office.record("north", START)
    office.request("north", "start", by="program_manager")
    office.approve("north", "program_sponsor")
    office.record("north", KNOWLEDGE)
    office.request("north", "design", by="program_manager")
    office.approve("north", "program_sponsor", *STEERING[:3])


def pilot_accounts(office: Office, count: int) -> None:
    """Enter pilot accounts that are in planning, each with a sponsor who has accepted."""
    for number in range(count):
        office.place(office.nominate(f"pilot-{number}", PILOT, ACCEPTED), "planning")


def launched(office: Office, count: int = 3) -> None:
    """Bring the program into its pilot."""
    designing(office)
    pilot_accounts(office, count)
    office.record("north", DESIGN)
    office.request("north", "launch_pilot", by="program_manager")
    office.approve("north", *STEERING[:4])


def improved(office: Office, count: int, of: int = 3) -> None:
    """Record that so many of the pilot accounts do better; all their sponsors are active."""
    for number in range(of):
        better = number < count
        office.record(
            f"north/pilot-{number}",
            {
                "measure.leading_improved": better,
                "measure.lagging_improved": better,
                "measure.engaged_differently": better,
                "account.sponsor_last_activity_on": f"{office.now:%Y-%m-%d}",
            },
        )


def test_a_program_goes_from_proposed_to_pilot_with_accounts_that_a_committee_chose(
    office: Office,
) -> None:
    designing(office)
    assert office.stage("north") == "design"
    for number in range(3):
        account = office.nominate(f"pilot-{number}", PILOT, ADMISSION, SCORES)
        office.request(account, "admit", by="program_office")
        (item,) = office.waiting(account)
        assert (item.approval, item.reason[:6]) == ("AP-DESIG-C", "row R8")
        office.approve(
            account, "program_sponsor", "sales_leader", "finance_controller", "function_head"
        )
        assert office.stage(account) == "planning"
        office.record(account, ACCEPTED)

    office.record("north", DESIGN)
    office.request("north", "launch_pilot", by="program_manager")
    office.approve("north", *STEERING[:4])

    assert office.stage("north") == "pilot"
    assert office.value("north", "program.pilot_started_on") == "2026-03-31"
    assert office.value("north", "program.key_account_count") == "3"


@pytest.mark.parametrize(
    ("count", "opens"), [(0, False), (2, False), (3, True), (4, True), (5, True), (6, False)]
)
def test_a_pilot_has_three_to_five_accounts(office: Office, count: int, opens: bool) -> None:  # noqa: FBT001
    designing(office)
    pilot_accounts(office, count)
    office.record("north", DESIGN)

    decision = office.kam.request("north", "launch_pilot", by="program_manager")

    assert office.value("north", "program.pilot_cohort_size") == str(count)
    assert decision.accepted is opens
    if not opens:
        assert decision.reasons == ("gate G-P2 is not met: G-P2.18",)


@pytest.mark.parametrize("stage", ["candidate", "selection", "rejected"])
def test_only_accounts_in_planning_or_later_count_for_the_pilot(office: Office, stage: str) -> None:
    designing(office)
    pilot_accounts(office, 3)

    office.place("north/pilot-0", stage)

    assert office.value("north", "program.pilot_cohort_size") == "2"


@pytest.mark.parametrize("stage", ["on_hold", "exiting", "declassified"])
def test_an_account_that_leaves_stays_in_the_cohort(office: Office, stage: str) -> None:
    designing(office)
    pilot_accounts(office, 3)

    office.place("north/pilot-0", stage)

    assert office.value("north", "program.pilot_cohort_size") == "3"


@pytest.mark.parametrize("stage", ["on_hold", "exiting", "declassified"])
def test_an_account_that_leaves_the_pilot_has_not_improved(office: Office, stage: str) -> None:
    launched(office, 5)
    improved(office, 4, of=5)

    office.place("north/pilot-0", stage)

    assert office.value("north", "program.pilot_cohort_size") == "5"
    assert office.value("north", "program.pilot_leading_share") == "60"
    assert office.value("north", "program.pilot_lost_count") == str(int(stage == "declassified"))


@pytest.mark.parametrize(
    ("count", "of", "share"), [(3, 5, "60"), (2, 4, "50"), (2, 3, "66.666667")]
)
def test_the_shares_of_the_pilot_are_of_the_frozen_cohort(
    office: Office, count: int, of: int, share: str
) -> None:
    launched(office, of)
    improved(office, count, of)
    late = office.nominate("late", PILOT, ACCEPTED)
    office.place(late, "planning")
    office.record(late, {"measure.leading_improved": True})

    assert str(office.value("north", "program.pilot_leading_share"))[:5] == share[:5]
    assert office.value("north", "program.pilot_cohort_size") == str(of)


def test_a_pilot_account_without_a_sponsor_keeps_the_pilot_shut(office: Office) -> None:
    designing(office)
    pilot_accounts(office, 2)
    office.place(office.nominate("pilot-2", PILOT), "planning")
    office.record("north", DESIGN)

    decision = office.kam.request("north", "launch_pilot", by="program_manager")

    assert decision.reasons == ("gate G-P2 is not met: G-P2.19",)


def test_the_steering_committee_decides_again_only_after_something_has_changed(
    office: Office,
) -> None:
    designing(office)
    pilot_accounts(office, 3)
    office.record("north", DESIGN)
    office.request("north", "launch_pilot", by="program_manager")
    (item,) = office.waiting("north")
    for person in STEERING[:3]:
        office.kam.vote(item.id, "reject", by=person)

    at_once = office.kam.request("north", "launch_pilot", by="program_manager")
    office.record("north", {"program.kams_trained_pct": 95})
    office.request("north", "launch_pilot", by="program_manager")

    assert not at_once.accepted
    assert len(office.waiting("north")) == 1


def test_the_program_manager_presents_and_has_no_vote(office: Office) -> None:
    office.kam.assign("north", "steering_committee", "program_manager", by="program_manager")
    designing(office)
    pilot_accounts(office, 3)
    office.record("north", DESIGN)
    office.request("north", "launch_pilot", by="program_manager")
    (item,) = office.waiting("north")

    decision = office.kam.vote(item.id, "approve", by="program_manager")

    assert item.waiting_for == STEERING
    assert not decision.accepted


def test_a_pilot_is_looked_at_after_six_months_and_scaled_after_twelve(office: Office) -> None:
    launched(office)
    office.now = office.now.replace(month=9, day=29)
    half_year = {"program.pilot_lessons_closed_pct": 80}
    office.record("north", half_year)
    improved(office, 2)
    too_soon = office.kam.request("north", "checkpoint_m6", by="program_manager")
    office.later(days=1)
    office.request("north", "checkpoint_m6", by="program_manager")
    office.approve("north", *STEERING[:3])
    assert not too_soon.accepted
    assert office.value("north", "program.pilot_m6_done_on") == "2026-09-30"

    office.now = office.now.replace(year=2027, month=3, day=31)
    office.record("north", {**MATURITY, **half_year, **RESULTS})
    improved(office, 2)
    office.request("north", "scale", by="program_manager")
    (item,) = office.waiting("north")
    office.approve("north", "finance_controller", "program_sponsor", *STEERING[:3])

    assert item.waiting_for == ("finance_controller", "program_sponsor", *STEERING)
    assert office.stage("north") == "scale"


RESULTS: Facts = {
    "program.sponsor_slots_free": 2,
    "program.kam_slots_free": 2,
    "program.next_wave_size": 2,
    "program.scale_case_approved_on": "2027-03-31",
}
