"""What further sets event rules off, and keeps dates: the other halves of their conditions."""

import pytest

from tests.scenarios.cases_people import ACCEPTED, LEFT, NEW_KAM, leaves
from tests.scenarios.cases_results import LESSON, REFRESHED
from tests.scenarios.office import Office
from tests.scenarios.story import (
    NORTH,
    NOTHING,
    Report,
    a_story,
    acknowledged,
    incident,
    on,
    resolved,
)

ROLE_ENDED = Report(
    "role.changed",
    {"person": "exec_sponsor", "role": "exec_sponsor", "change": "ended"},
    about=NORTH,
)
CANCELLED = Report("initiative.stage_changed", {"initiative": "V-1", "stage": "cancelled"})


@pytest.mark.parametrize(
    ("severity", "limit", "level"),
    [("minor", 30, "medium"), ("major", 14, "high"), ("critical", 5, "high")],
)
def test_an_incident_has_to_be_resolved_in_the_time_of_its_severity(
    office: Office, severity: str, limit: int, level: str
) -> None:
    story = a_story(office, "co_creation")
    story.go(on(0, incident("I-1", severity), acknowledged("I-1")))

    story.go([(limit, NOTHING)])
    before = story.raised("E-03")
    story.go([(limit + 1, NOTHING)])

    assert before == []
    (alert,) = story.raised("E-03")
    assert (alert.event.key, alert.severity) == ("I-1", level)


def test_each_incident_is_overdue_by_itself(office: Office) -> None:
    story = a_story(office, "co_creation")
    story.go([*on(0, incident("I-1", "minor"), incident("I-2", "minor")), (2, NOTHING)])

    story.happen(resolved("I-1"))

    assert [alert.event.key for alert in story.raised("E-03")] == ["I-1", "I-2"]
    assert [alert.event.key for alert in story.still_open("E-03")] == ["I-2"]


def test_an_incident_that_is_resolved_at_once_is_never_overdue(office: Office) -> None:
    story = a_story(office, "co_creation")

    story.go([*on(0, incident("I-1", "major"), resolved("I-1")), (40, NOTHING)])

    assert story.raised("E-03") == []


@pytest.mark.parametrize(("days", "times"), [(29, 0), (30, 1)])
def test_an_account_without_a_kam_for_a_month_is_escalated(
    office: Office, days: int, times: int
) -> None:
    story = a_story(office, "planning")
    office.forget(story.account, "account.kam")

    story.go([(days, NOTHING)])

    assert len(story.raised("E-19")) == times


@pytest.mark.parametrize(("days", "times"), [(30, 0), (31, 1)])
def test_a_kam_who_left_and_was_not_replaced_in_a_month_is_escalated(
    office: Office, days: int, times: int
) -> None:
    story = a_story(office, "planning")

    story.go([*on(0, leaves("kam")), (days, NOTHING)])

    assert len(story.raised("E-19")) == times


def test_a_contact_that_leaves_before_the_kam_changes_counts_as_well(office: Office) -> None:
    story = a_story(office, "planning")

    story.go([*on(0, LEFT), *on(90, NEW_KAM)])

    assert len(story.raised("E-19")) == 1


def test_a_sponsor_whose_role_ends_is_missed_like_one_who_leaves(office: Office) -> None:
    story = a_story(office, "co_creation", ACCEPTED)

    story.go(on(1, ROLE_ENDED))

    assert len(story.raised("E-17")) == 1
    assert office.value(story.account, "account.sponsor") is None


def test_a_cancelled_initiative_wants_a_review_like_a_lost_deal(office: Office) -> None:
    story = a_story(office, "co_creation")

    story.go([*on(0, CANCELLED), (22, NOTHING)])
    assert len(story.still_open("E-32")) == 1

    story.happen(LESSON)
    assert story.still_open("E-32") == []


def test_value_beyond_the_plan_is_told_as_a_success(office: Office) -> None:
    story = a_story(office, "capture")

    story.go(on(1, {"capture.ratio_pct": 100}))

    assert len(story.told("E-31")) == 1


def test_a_claim_that_is_withdrawn_need_not_be_validated(office: Office) -> None:
    story = a_story(office, "co_creation")
    story.go([*on(0, Report("value.claimed", {"initiative": "V-1"})), (91, NOTHING)])
    assert len(story.still_open("E-22")) == 1

    story.happen(Report("value.withdrawn", {"initiative": "V-1"}))

    assert story.still_open("E-22") == []


@pytest.mark.parametrize(
    ("event", "payload", "fact"),
    [
        ("sponsor.activity", {"kind": "call"}, "account.sponsor_last_activity_on"),
        ("contact.logged", {"channel": "visit"}, "account.last_contact_on"),
        ("plan.refreshed", {}, "plan.refreshed_on"),
        ("review.held", {"kind": "internal"}, "review.quarterly_last_on"),
        ("review.held", {"kind": "joint"}, "review.joint_last_on"),
    ],
)
def test_an_event_keeps_up_the_day_of_its_fact_and_never_sets_it_back(
    office: Office, event: str, payload: dict[str, str], fact: str
) -> None:
    story = a_story(office, "co_creation")

    days = []
    for day, ago in ((2, 1), (2, 0), (5, 0), (6, 3), (7, 0)):
        story.go(on(day, Report(event, payload, ago)))
        days.append(office.value(story.account, fact))
    story.wait(30)
    days.append(office.value(story.account, fact))

    april = [f"2026-04-{day:02}" for day in (1, 2, 5, 5, 7, 7)]
    assert days == april


def test_a_stage_that_takes_too_long_is_one_escalation_that_goes_up_with_its_time(
    office: Office,
) -> None:
    story = a_story(office, "planning")  # 60 days
    seen = []
    for day in (60, 61, 72, 73, 90, 91):
        story.go([(day, NOTHING)])
        seen.append([alert.severity for alert in story.raised("E-12")])
        for alert in story.still_open("E-12")[: day == 61]:
            assert office.kam.acknowledge(alert.event.id, by="program_manager").accepted

    assert seen == [[], ["medium"], ["medium"], ["high"], ["high"], ["critical"]]
    (alert,) = story.raised("E-12")
    assert alert.roles == [
        "program_manager", "exec_sponsor", "program_sponsor", "steering_committee",
    ]  # fmt: skip
    assert story.raised("TM-02") == []


def test_a_plan_that_is_refreshed_is_active(office: Office) -> None:
    story = a_story(office, "co_creation")

    story.go(on(1, REFRESHED))

    assert office.value(story.account, "plan.status") == "active"


def test_a_candidate_that_nobody_has_nominated_needs_no_triage(office: Office) -> None:
    story = a_story(office, "candidate")
    story.go([(40, NOTHING)])
    assert story.raised("TM-01") == []

    story.go([*on(41, {"account.nomination_reason": "grows"}), (56, NOTHING)])

    assert office.value(story.account, "account.nominated_on") == "2026-05-11"
    assert len(story.raised("TM-01")) == 1
