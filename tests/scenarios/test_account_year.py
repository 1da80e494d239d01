"""One account, from nomination through its first year to the next plan."""

import pytest

from kamflow import Promise
from tests.scenarios.office import Office
from tests.scenarios.portfolio import (
    ADMISSION,
    DEAL,
    PLAN,
    SCORES,
    TEAM,
    VALUE,
    review,
)


def planned(office: Office) -> str:
    """Return an account whose designation was approved automatically."""
    office.place("north", "optimize")
    office.record("north", {"program.customer_count": 1_000})
    account = office.nominate("nordwind", ADMISSION, SCORES)
    office.request(account, "admit", by="program_office")
    assert office.stage(account) == "planning"
    return account


def test_an_account_goes_from_nomination_to_measure_and_back_to_planning(office: Office) -> None:
    account = planned(office)

    office.record(account, PLAN)
    office.request(account, "commit_plan", by="kam")
    office.approve(account, "exec_sponsor", "program_manager")
    assert office.stage(account) == "mobilization"
    assert office.value(account, "plan.status") == "active"

    office.record(account, TEAM)
    office.request(account, "start_co_creation", by="kam")
    office.approve(account, "function_head")
    assert office.stage(account) == "co_creation"

    office.later(days=60)
    office.record(account, VALUE)
    office.request(account, "start_capture", by="kam")
    office.approve(account, "exec_sponsor")
    assert office.stage(account) == "capture"

    office.record(account, DEAL)
    office.request(account, "close_capture", by="kam")
    office.approve(account, "exec_sponsor", "finance_controller")
    assert office.stage(account) == "measure"

    office.record(account, review(office.now.date().isoformat()))
    office.request(account, "next_cycle", by="kam")
    office.approve(account, "program_manager")
    assert office.stage(account) == "planning"
    assert office.value(account, "account.cycle_no") == "2"


@pytest.mark.parametrize(
    ("fact", "value", "criterion"),
    [
        ("discovery.voc_interviews_count", 2, "G-A2.5"),
        ("plan.horizon_months", 35, "G-A2.11"),
        ("plan.objectives_measurable_pct", 99, "G-A2.12"),
        ("plan.quality_score", "3.4", "G-A2.18"),
        ("account.sponsor_level", "director", "G-A2.2"),
    ],
)
def test_a_plan_below_a_threshold_is_not_committed(
    office: Office, fact: str, value: int | str, criterion: str
) -> None:
    account = planned(office)
    office.record(account, {**PLAN, fact: value})

    decision = office.kam.request(account, "commit_plan", by="kam")

    assert not decision.accepted
    assert decision.reasons == (f"gate G-A2 is not met: {criterion}",)


@pytest.mark.parametrize(
    ("budget", "voters"),
    [
        (50_000, ("exec_sponsor", "program_manager")),
        (50_001, ("exec_sponsor", "finance_controller", "program_manager")),
    ],
)
def test_finance_joins_the_approval_of_a_large_plan(
    office: Office, budget: int, voters: tuple[str, ...]
) -> None:
    account = planned(office)
    office.record(account, {**PLAN, "plan.budget_requested_amount": budget})

    office.request(account, "commit_plan", by="kam")

    (item,) = office.waiting(account)
    assert item.waiting_for == voters


def test_in_the_second_cycle_the_customer_has_to_confirm_the_plan(office: Office) -> None:
    account = planned(office)
    office.record(account, PLAN)
    office.place(account, "measure")
    office.record(account, review("2026-03-31"))
    office.request(account, "next_cycle", by="kam")
    office.approve(account, "program_manager")

    decision = office.kam.request(account, "commit_plan", by="kam")

    assert decision.reasons == ("gate G-A2 is not ready: G-A2.9, G-A2.19",)


def test_a_small_team_is_approved_without_asking(office: Office) -> None:
    account = planned(office)
    office.place(account, "mobilization")
    office.record(
        account, {**PLAN, **TEAM, "team.requested_fte": "0.5", "team.over_allocated_count": 0}
    )

    office.request(account, "start_co_creation", by="kam")

    assert office.stage(account) == "co_creation"


def test_an_account_with_an_open_condition_is_held_and_taken_up_again_and_left(
    office: Office,
) -> None:
    account = planned(office)
    office.record(account, PLAN)
    office.request(account, "commit_plan", by="kam")
    (item,) = office.waiting(account)
    budget = Promise(text="name a budget", owner="kam", due_on=office.now.date())
    office.kam.vote(item.id, "approve", by="exec_sponsor", conditions=[budget])
    office.approve(account, "program_manager")
    office.record(account, {**TEAM, "account.hold_reason": "customer_crisis"})

    onwards = office.kam.request(account, "start_co_creation", by="kam")

    assert "is open: name a budget, by kam until" in onwards.reasons[0]
    office.request(account, "hold", by="program_manager")
    office.approve(account, "exec_sponsor", "program_manager")
    office.request(account, "resume", by="program_manager")
    assert office.stage(account) == "mobilization"
    office.record(account, {"account.exit_requested_by": "customer"})
    office.request(account, "propose_exit", by="program_manager")
    office.approve(account, "exec_sponsor", "program_sponsor", "sales_leader", "function_head")
    assert office.stage(account) == "exiting"


def test_a_customer_who_asks_to_leave_is_let_go_by_the_committee_and_can_come_back(
    office: Office,
) -> None:
    account = planned(office)
    office.record(account, {"account.exit_requested_by": "customer"})
    office.request(account, "propose_exit", by="program_manager")
    office.approve(account, "exec_sponsor", "program_sponsor", "sales_leader", "function_head")
    assert office.stage(account) == "exiting"

    office.record(
        account,
        {
            "account.handover_done_pct": 100,
            "account.exit_communicated_on": "2026-03-31",
            "initiative.active_count": 0,
        },
    )
    office.request(account, "declassify", by="program_manager")
    assert office.stage(account) == "declassified"

    office.later(days=364)
    too_soon = office.kam.request(account, "renominate", by="kam")
    office.later(days=1)
    office.request(account, "renominate", by="kam")
    assert not too_soon.accepted
    assert office.stage(account) == "candidate"
