"""Every event rule of the shipped policy: what sets it off, what just does not, and what ends it.

Source: policy section (d).
"""

import pytest

from tests.builders import shipped_pack
from tests.scenarios.cases import Case
from tests.scenarios.cases_governance import CASES as OF_GOVERNANCE
from tests.scenarios.cases_incidents import CASES as OF_INCIDENTS
from tests.scenarios.cases_people import CASES as OF_PEOPLE
from tests.scenarios.cases_results import CASES as OF_RESULTS
from tests.scenarios.office import Office
from tests.scenarios.story import Story, a_story

CASES = sorted((*OF_INCIDENTS, *OF_PEOPLE, *OF_RESULTS, *OF_GOVERNANCE), key=lambda one: one.rule)
ESCALATED = [one for one in CASES if one.severity != "info"]
TOLD = [one for one in CASES if one.severity == "info"]
CLIMBING = [one for one in ESCALATED if one.then]
ENDED = [one for one in ESCALATED if one.ends]
BY_PEOPLE = [one for one in ESCALATED if not one.ends]


def named(case: Case) -> str:
    return case.rule


def begun(office: Office, case: Case) -> Story:
    if case.program:
        office.enter("north", case.program)
        office.record("north", {"program.customer_count": 1_000})
    return a_story(office, case.stage, case.given)


def fired(office: Office, case: Case) -> Story:
    story = begun(office, case)
    story.go(case.fires)
    return story


def test_there_is_a_case_for_each_rule_of_the_policy() -> None:
    rules = [f"E-{number:02}" for number in range(1, 38)]

    assert [one.rule for one in CASES] == rules
    assert sorted(item for item in shipped_pack().rules if item.startswith("E-")) == rules


@pytest.mark.parametrize("case", ESCALATED, ids=named)
def test_it_is_escalated_once_to_those_whom_it_concerns(office: Office, case: Case) -> None:
    story = fired(office, case)

    (alert,) = story.raised(case.rule, case.about)
    assert alert.severity == case.severity
    assert sorted(alert.roles) == sorted(case.joined)
    assert [task.task for task in story.tasks(case.rule, case.about)] == list(case.asks)


@pytest.mark.parametrize("case", TOLD, ids=named)
def test_it_is_told_once_and_not_escalated(office: Office, case: Case) -> None:
    story = fired(office, case)
    story.wait(8)

    (notice,) = story.told(case.rule, case.about)
    assert notice.roles == case.joined
    assert [task.task for task in story.tasks(case.rule, case.about)] == list(case.asks)
    assert story.raised(case.rule, case.about) == []


@pytest.mark.parametrize("case", CASES, ids=named)
def test_just_outside_its_edge_nothing_happens(office: Office, case: Case) -> None:
    story = begun(office, case)

    story.go(case.edge)

    assert story.raised(case.rule, case.about) == []
    assert story.told(case.rule, case.about) == []


@pytest.mark.parametrize("case", CLIMBING, ids=named)
def test_others_join_when_their_time_has_come(office: Office, case: Case) -> None:
    story = fired(office, case)
    fired_at = office.now

    for days, role in case.then:
        office.now = fired_at
        story.wait(days + 1)
        (alert,) = story.raised(case.rule, case.about)
        assert role in alert.roles


@pytest.mark.parametrize("case", ENDED, ids=named)
def test_it_ends_by_itself_when_it_is_put_right(office: Office, case: Case) -> None:
    story = fired(office, case)

    story.go(case.ends)

    (alert,) = story.raised(case.rule, case.about)
    assert alert.over is not None
    assert alert.over.actor == "system"
    assert [task for task in story.tasks(case.rule, case.about) if task.escalation] == []


@pytest.mark.parametrize("case", BY_PEOPLE, ids=named)
def test_only_people_end_it(office: Office, case: Case) -> None:
    story = fired(office, case)
    story.wait(400)
    (alert,) = story.raised(case.rule, case.about)
    assert alert.over is None

    person = alert.roles[0]
    decision = office.kam.resolve(alert.event.id, remark="talked it over", by=person)

    assert decision.accepted, decision.reasons
    (alert,) = story.raised(case.rule, case.about)
    assert alert.over is not None
    assert alert.over.actor == person
