"""The golden scenarios of the policy that can run now. Source: policy section (h)."""

from datetime import datetime

import pytest

from kamflow import ApprovalDecided, Verdict
from kamflow.engine.calendars import work_calendar
from kamflow.model.events import (
    ApprovalEscalated,
    ApprovalExpired,
    ApprovalReminded,
    ApprovalRequested,
)
from tests.builders import TODAY, days_ago, shipped_pack
from tests.scenarios.office import Office
from tests.scenarios.portfolio import ADMISSION, PLAN, SCORES, STEERING, VALUE

OF_REQUESTS = ApprovalReminded | ApprovalEscalated | ApprovalExpired | ApprovalDecided
FRESH_FROM_SYSTEMS = {
    name: SCORES[name] for name in ("account.revenue_share_pct", "account.net_margin_vs_avg_pp")
}


@pytest.fixture
def optimizing(office: Office) -> Office:
    """A program in normal business, large enough for fifty key accounts."""
    office.place("north", "optimize")
    office.record("north", {"program.customer_count": 1_000})
    return office


def designated(office: Office, *names: str) -> None:
    """Enter accounts that are key accounts already."""
    for name in names:
        office.place(office.nominate(name), "planning")


def test_sc_01_a_strong_account_is_approved_automatically_in_one_step(optimizing: Office) -> None:
    account = optimizing.nominate("nordwind", ADMISSION, SCORES)

    decision = optimizing.request(account, "admit", by="program_office")

    assert optimizing.stage(account) == "planning"
    (decided,) = [item for item in decision.happenings if isinstance(item, ApprovalDecided)]
    assert (decided.approval, decided.automatic) == ("AP-DESIG-A", True)
    assert decided.reason == (
        "Designation outcome: row R9, The account is clear on the score and on every guard."
    )
    assert {finding.criterion for finding in decided.findings} >= {"G-A1.3", "G-A1.6", "G-A1.7"}
    assert {item.pack for item in decision.events} == {optimizing.kam.policy().digest}
    assert optimizing.value(account, "account.designation_approved_on") == "2026-03-31"
    assert optimizing.value(account, "account.cycle_no") == "1"


def test_sc_02_a_score_that_the_nominator_changed_lately_goes_to_two_people(
    optimizing: Office,
) -> None:
    optimizing.kam.assign("north", "program_office", "nina", by="program_manager")
    account = optimizing.nominate("nordwind", ADMISSION, SCORES, by="nina")
    optimizing.kam.record_facts(account, {"account.complexity_score": 5}, by="nina")
    optimizing.later(hours=3)

    optimizing.request(account, "admit", by="program_office")

    (item,) = optimizing.waiting(account)
    assert optimizing.stage(account) == "selection"
    assert item.approval == "AP-DESIG-B"
    assert item.reason == (
        "row R10: The score is high but a guard failed, so two people look at it."
    )
    assert item.waiting_for == ("program_manager", "sales_leader")
    optimizing.approve(account, "program_manager", "sales_leader")
    assert optimizing.stage(account) == "planning"


def test_sc_03_an_account_without_a_free_sponsor_waits_as_a_candidate(optimizing: Office) -> None:
    designated(optimizing, "one", "two", "three")
    account = optimizing.nominate("nordwind", ADMISSION, SCORES)

    optimizing.request(account, "admit", by="program_office")

    assert optimizing.value(account, "account.sponsor_load") == "3"
    assert optimizing.stage(account) == "candidate"
    assert optimizing.value(account, "account.candidate_status") == "waitlist"
    assert optimizing.value(account, "account.nominated_by") == "nominator"


def test_sc_03_a_place_that_becomes_free_lets_the_waiting_account_in(optimizing: Office) -> None:
    designated(optimizing, "one", "two", "three")
    account = optimizing.nominate("nordwind", ADMISSION, SCORES)
    optimizing.request(account, "admit", by="program_office")
    optimizing.place("north/one", "declassified")

    optimizing.request(account, "admit", by="program_office")

    assert optimizing.stage(account) == "planning"
    assert optimizing.value(account, "account.candidate_status") is None


def test_sc_04_a_score_of_181_days_leaves_the_gate_not_ready_and_says_who_renews_it(
    optimizing: Office,
) -> None:
    account = optimizing.nominate("nordwind", ADMISSION)
    optimizing.record(account, {**SCORES, "account.strategic_fit_score": 4}, as_of=days_ago(180))
    optimizing.record(account, FRESH_FROM_SYSTEMS)
    optimizing.later(days=1)
    optimizing.request(account, "admit", by="program_office")

    (designate,) = optimizing.kam.why(account, "designate").transitions

    assert optimizing.stage(account) == "selection"
    assert optimizing.value(account, "account.designation_outcome") == "incomplete"
    assert designate.verdict is Verdict.UNKNOWN
    completeness = next(item for item in designate.criteria if item.id == "G-A1.3")
    causes = {cause.name: cause for cause in completeness.causes}
    assert causes["account.strategic_fit_score"].reason == "stale: 181 days old, at most 180"
    assert causes["account.strategic_fit_score"].writers == ("program_office",)


def test_sc_04_a_score_of_180_days_still_counts(optimizing: Office) -> None:
    account = optimizing.nominate("nordwind", ADMISSION)
    optimizing.record(account, SCORES, as_of=days_ago(180))
    optimizing.record(account, FRESH_FROM_SYSTEMS)

    optimizing.request(account, "admit", by="program_office")

    assert optimizing.stage(account) == "planning"


@pytest.mark.parametrize(("days", "verdict"), [(180, Verdict.MET), (181, Verdict.UNKNOWN)])
def test_sc_10_what_a_customer_confirmed_is_proof_for_half_a_year(
    optimizing: Office, days: int, verdict: Verdict
) -> None:
    account = optimizing.nominate("nordwind", VALUE)
    optimizing.place(account, "co_creation")

    optimizing.later(days=days)
    optimizing.record(account, {"stakeholder.active_contacts_90d": 0})

    (capture,) = optimizing.kam.why(account, "start_capture").transitions
    assert capture.verdict is verdict
    assert capture.open is (verdict is Verdict.MET)


@pytest.mark.parametrize(("days", "stage"), [(329, "co_creation"), (330, "measure")])
def test_sc_10_a_plan_goes_on_without_planning_again_while_it_is_fresh(
    optimizing: Office, days: int, stage: str
) -> None:
    account = optimizing.nominate("nordwind", ADMISSION, SCORES, PLAN)
    optimizing.request(account, "admit", by="program_office")
    optimizing.request(account, "commit_plan", by="kam")
    optimizing.approve(account, "exec_sponsor", "program_manager")
    optimizing.place(account, "measure")
    optimizing.later(days=days)
    today = optimizing.now.date().isoformat()
    optimizing.record(account, {"initiative.active_count": 1, "review.quarterly_last_on": today})

    optimizing.kam.request(account, "continue_initiatives", by="kam")

    assert optimizing.stage(account) == stage


def test_sc_09_a_plan_that_nobody_decides_on_climbs_expires_and_is_never_approved(
    optimizing: Office,
) -> None:
    account = optimizing.nominate("nordwind", ADMISSION, SCORES, PLAN)
    optimizing.request(account, "admit", by="program_office")
    asked = optimizing.request(account, "commit_plan", by="kam").happenings[0]
    assert isinstance(asked, ApprovalRequested)

    told = []
    for _ in range(7 * 7):
        optimizing.later(days=1)
        for subject in optimizing.kam.run_due().subjects:
            of_request = [e for e in subject.events if isinstance(e.event, OF_REQUESTS)]
            told += [(_business_days(item.at), item.event) for item in of_request]

    assert [(day, type(event).__name__) for day, event in told] == [
        (5, "ApprovalReminded"),
        (10, "ApprovalEscalated"),
        (15, "ApprovalEscalated"),
        (30, "ApprovalExpired"),
    ]
    assert [event.roles for _, event in told if isinstance(event, ApprovalEscalated)] == [
        ("program_sponsor",),
        ("steering_committee",),
    ]
    assert optimizing.stage(account) == "planning"
    late = optimizing.kam.vote(asked.id, "approve", by="exec_sponsor")
    assert "it expired on" in late.reasons[0]
    assert optimizing.waiting(account) == []


def _business_days(until: datetime) -> int:
    """Return how many business days after `NOON` were over at an instant, where it is Germany."""
    calendar = work_calendar(shipped_pack().calendars["DE"])
    days = (calendar.add_business_days(TODAY, number) for number in range(1, 100))
    return sum(calendar.end_of(day) <= until for day in days)


@pytest.mark.parametrize(
    ("days", "trigger", "stage"),
    [(60, "resume", "mobilization"), (120, "resume_replan", "planning")],
)
def test_sc_16_a_short_hold_ends_where_it_began_and_a_long_one_in_planning(
    optimizing: Office, days: int, trigger: str, stage: str
) -> None:
    account = optimizing.nominate("nordwind", ADMISSION, SCORES)
    optimizing.request(account, "admit", by="program_office")
    optimizing.place(account, "mobilization")
    optimizing.record(account, {"account.hold_reason": "the customer merges"})
    optimizing.request(account, "hold", by="program_manager")
    optimizing.approve(account, "exec_sponsor", "program_manager")
    held = optimizing.stage(account)

    optimizing.later(days=days)
    optimizing.record(account, {"account.compliance_block": False})
    other = {"resume": "resume_replan", "resume_replan": "resume"}[trigger]
    refused = optimizing.kam.request(account, other, by="program_manager")
    optimizing.request(account, trigger, by="program_manager")

    assert held == "on_hold"
    assert not refused.accepted
    assert optimizing.stage(account) == stage
    assert optimizing.value(account, "account.hold_started_on") is None


def test_sc_19_a_person_who_sits_in_two_seats_has_one_vote(optimizing: Office) -> None:
    optimizing.kam.assign("north", "steering_committee", "program_sponsor", by="program_manager")
    optimizing.kam.unassign("north", "steering_committee", STEERING[4], by="program_manager")
    optimizing.request("north", "redesign", by="program_manager")

    (item,) = optimizing.waiting("north")
    optimizing.approve("north", "program_sponsor", "steer-1")
    again = optimizing.kam.vote(item.id, "approve", by="program_sponsor")
    before = optimizing.stage("north")
    optimizing.approve("north", "steer-2")

    assert item.waiting_for == ("program_sponsor", *STEERING[:4])
    assert again.reasons == ("`program_sponsor` has voted on it already",)
    assert (before, optimizing.stage("north")) == ("optimize", "design")
