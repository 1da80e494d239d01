"""The golden scenarios of the policy that are about time and events. Source: policy section (h)."""

from datetime import date, timedelta

import pytest

from kamflow import Promise
from kamflow.model.escalated import EscalationExtended, OfEscalations
from kamflow.model.events import ApprovalRequested, EventReported
from tests.scenarios.cases_incidents import RIVAL
from tests.scenarios.cases_people import ACCEPTED, ACTIVE, leaves
from tests.scenarios.cases_results import INDEX, REFRESHED
from tests.scenarios.office import Office
from tests.scenarios.portfolio import DEAL, VALUE
from tests.scenarios.story import (
    NORTH,
    NOTHING,
    Story,
    a_story,
    adopt,
    closed_by_people,
    incident,
    on,
    resolved,
)


def health(story: Story) -> str | None:
    return story.office.value(story.account, "account.health")


DAYS = 90  # the longest time for a condition of an adoption


def due_day(office: Office) -> date:
    return office.now.date() + timedelta(days=DAYS)


@pytest.mark.parametrize(("days", "times"), [(89, 1), (90, 1), (91, 0)])
def test_sc_06_two_major_incidents_within_ninety_days_are_a_pattern(
    office: Office, days: int, times: int
) -> None:
    story = a_story(office, "co_creation")

    story.go([*on(0, incident("I-1", "major")), *on(days, incident("I-2", "major"))])

    assert len(story.raised("E-01")) == times
    assert health(story) == ("amber" if times else "green")


def test_sc_07_a_silent_sponsor_is_one_escalation_that_worsens_and_ends_with_activity(
    office: Office,
) -> None:
    story = a_story(office, "co_creation", ACCEPTED)

    story.go([(60, NOTHING), (61, NOTHING), (90, NOTHING), (91, NOTHING), *on(92, ACTIVE)])

    (alert,) = story.raised("E-04")
    of_this = (item.event for item in story.history() if isinstance(item.event, OfEscalations))
    log = [type(event).__name__ for event in of_this if event.id == alert.event.id]
    assert log == ["EscalationRaised", "EscalationWorsened", "EscalationResolved"]
    assert (alert.event.severity, alert.severity) == ("medium", "high")
    assert alert.roles == ["exec_sponsor", "program_sponsor", "steering_committee"]


def test_sc_08_a_rival_and_a_critical_incident_make_an_account_red_and_call_the_sponsor(
    office: Office,
) -> None:
    story = a_story(office, "co_creation")

    story.go([*on(0, RIVAL), *on(59, incident("I-1", "critical"))])

    (defence,), (critical,) = story.raised("E-16"), story.raised("E-02")
    assert defence.severity == critical.severity == "critical"
    assert defence.event.level == critical.event.level == "L3"
    assert set(critical.event.evidence) < set(defence.event.evidence)  # it can be seen as related
    assert health(story) == "red"
    story.go([(120, NOTHING)])
    assert len(story.raised("E-16")) == 1


def test_health_comes_back_by_a_recovery_plan_and_thirty_quiet_days(office: Office) -> None:
    story = a_story(office, "co_creation")
    story.go([*on(0, incident("I-1", "critical")), *on(3, resolved("I-1"), closed_by_people)])
    assert story.still_open("E-02") == []
    assert health(story) == "red"

    story.go(on(4, {"account.recovery_plan_approved_on": "2026-04-04"}))
    assert health(story) == "amber"
    story.go([(32, NOTHING)])
    assert health(story) == "amber"
    story.go([(34, NOTHING)])
    assert health(story) == "green"


def test_a_recovery_plan_from_before_does_not_heal_a_new_incident(office: Office) -> None:
    story = a_story(office, "co_creation")
    story.go(on(0, {"account.recovery_plan_approved_on": "2026-03-01"}))

    story.go([*on(1, incident("I-1", "critical")), *on(3, resolved("I-1"), closed_by_people)])

    assert health(story) == "red"


def test_a_critical_incident_shuts_the_gate_until_two_people_close_it(office: Office) -> None:
    story = a_story(office, "co_creation", VALUE)
    story.go([*on(1, incident("I-1", "critical")), *on(2, resolved("I-1"))])
    story.happen({"stakeholder.active_contacts_90d": 4})

    refused = office.kam.request(story.account, "start_capture", by="kam")
    closed_by_people(office, story.account)
    office.request(story.account, "start_capture", by="kam")

    assert not refused.accepted
    assert "(E-02 Critical incident) shuts gate G-A4" in refused.reasons[0]


def test_sc_10_a_plan_of_366_days_expires_and_shuts_the_gate_until_it_is_refreshed(
    office: Office,
) -> None:
    story = a_story(office, "capture", DEAL)
    story.go([*on(0, REFRESHED), (365, NOTHING)])
    assert office.value(story.account, "plan.status") == "active"

    story.go([(366, NOTHING)])
    refused = office.kam.request(story.account, "close_capture", by="kam")
    assert office.value(story.account, "plan.status") == "expired"
    assert "(E-05 Plan stale) shuts gate G-A5" in refused.reasons[0]

    story.go(on(367, REFRESHED))
    office.request(story.account, "close_capture", by="kam")
    assert office.value(story.account, "plan.status") == "active"
    assert office.value(story.account, "plan.refreshed_on") == "2027-04-02"


def test_sc_11_a_sponsor_who_leaves_is_one_event_and_a_change_for_each_account(
    office: Office,
) -> None:
    office.enter(NORTH, "optimize")
    story = a_story(office, "mobilization", ACCEPTED)
    others = [office.nominate(name, ACCEPTED) for name in ("two", "three")]
    for other in others:
        adopt(office, other, "mobilization")
    elsewhere = office.nominate("four", {"account.sponsor": "sophie"})
    office.place(elsewhere, "mobilization")
    assert office.value(story.account, "account.sponsor_load") == "3"

    story.go(on(1, leaves("exec_sponsor")))

    assert len(story.events(EventReported, NORTH)) == 1
    waiting = [item for item in office.kam.inbox() if item.approval == "AP-SPONSOR"]
    assert sorted(item.subject for item in waiting) == sorted([story.account, *others])
    (report,) = office.kam.capacity(NORTH)
    assert "exec_sponsor" not in {item.person for item in report.places[0].people}
    for account in (story.account, *others):
        assert len(story.raised("E-17", account)) == 1
        asked = office.kam.request(account, "start_co_creation", by="kam")
        assert "(E-17 Sponsor leaves) shuts gate G-A3" in asked.reasons[0]
    assert story.raised("E-17", elsewhere) == []


def test_sc_11_the_gate_opens_when_a_new_sponsor_has_accepted(office: Office) -> None:
    story = a_story(office, "mobilization", ACCEPTED)
    story.go(on(1, leaves("exec_sponsor")))
    (asked,) = story.events(ApprovalRequested)[-1:]

    story.happen({"account.sponsor": "sophie"})
    office.approve(story.account, "program_sponsor")
    decision = office.kam.record_facts(
        story.account, {"account.sponsor_accepted_on": "2026-04-01"}, by="sophie"
    )

    assert isinstance(asked, ApprovalRequested)
    assert asked.approval == "AP-SPONSOR"
    assert decision.accepted
    assert story.still_open("E-17") == []
    assert office.value(story.account, "account.sponsor_approved_on") == "2026-04-01"


def test_sc_20_thirty_accounts_are_adopted_on_conditions_that_are_escalated_when_overdue(
    office: Office,
) -> None:
    office.enter(NORTH, "optimize")
    story = Story(office, "", office.now)
    accounts = [office.nominate(f"key-{number:02}") for number in range(30)]
    for account in accounts:
        office.kam.request(account, "adopt", by="program_manager", target="co_creation")
        (item,) = office.waiting(account)
        promise = Promise(text="approve a plan", owner="kam", due_on=due_day(office))
        office.kam.vote(item.id, "approve", by="program_manager", conditions=[promise])
        office.approve(account, "exec_sponsor")
        assert office.stage(account) == "co_creation"

    story.go([(DAYS, NOTHING)])
    before = [account for account in accounts if story.raised("E-25", account)]
    story.go([(DAYS + 1, NOTHING)])

    assert before == []
    assert all(len(story.still_open("E-25", account)) == 1 for account in accounts)


def test_sc_21_leading_indicators_that_fall_twice_warn_while_revenue_still_grows(
    office: Office,
) -> None:
    story = a_story(office, "co_creation", {"account.revenue_growth_yoy_pct": 4})

    story.go([*on(0, {INDEX: 80}), *on(30, {INDEX: "70.4"}), *on(60, {INDEX: "61.95"})])

    (alert,) = story.raised("E-15")
    assert alert.severity == "high"
    assert alert.roles == ["program_manager", "exec_sponsor"]
    assert health(story) == "green"


@pytest.mark.parametrize(("ago", "correlated"), [(5, True), (7, True), (8, False)])
def test_sc_22_a_late_report_counts_from_when_it_happened_within_a_week(
    office: Office,
    ago: int,
    correlated: bool,  # noqa: FBT001
) -> None:
    story = a_story(office, "co_creation")

    story.go([*on(0, incident("I-1", "major")), *on(94, incident("I-2", "major", ago))])

    _first, late = story.events(EventReported)
    assert isinstance(late, EventReported)
    assert late.late is not correlated
    happened = [alert.event.as_of.date() for alert in story.raised("E-01")]
    assert happened == ([late.happened_at.date()] if correlated else [])


def test_the_same_again_is_added_to_what_is_open(office: Office) -> None:
    story = a_story(office, "co_creation")
    story.go([(day, incident(f"I-{day}", "major")) for day in (0, 10, 20)])

    (alert,) = story.raised("E-01")

    assert len(alert.event.evidence) == 2
    assert len(story.events(EscalationExtended)) == 1
