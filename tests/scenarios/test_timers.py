"""Every timer of the shipped policy: what happens at its instants, and that it stops in time.

Source: policy section a.5.
"""

import re
from pathlib import Path

import pytest

from kamflow.model.escalated import TimerReached
from kamflow.runtime.packs import shipped_folder
from tests.builders import shipped_pack
from tests.scenarios.cases_timers import COURSES, Course, hold, resume
from tests.scenarios.office import Office
from tests.scenarios.portfolio import ADMISSION, SCORES, Facts
from tests.scenarios.story import NOTHING, Story, a_story, on

ESCALATING = [item for item in COURSES if any(mark.severity for mark in item.marks)]
WAITING: Facts = {"account.sponsor_capacity": 0}


def named(course: Course) -> str:
    return course.timer


def started(office: Office, course: Course) -> Story:
    if course.program:
        office.enter("north", course.program)
        office.record("north", {"program.customer_count": 1_000})
    story = a_story(office, course.stage, course.given)
    story.go(course.starts)
    return story


def reached(story: Story, timer: str, about: str = "") -> list[str]:
    """Return the marks that a timer has come to."""
    events = story.events(TimerReached, about)
    return [item.mark for item in events if isinstance(item, TimerReached) and item.timer == timer]


def test_there_is_a_course_for_each_timer_or_a_word_on_who_keeps_it() -> None:
    text = Path(shipped_folder(), "rules", "timers.yaml").read_text(encoding="utf-8")
    elsewhere = set(re.findall(r"^#   (TM-\w+) ", text, re.MULTILINE))
    here = {course.timer for course in COURSES}

    expected = {f"TM-{number:02}" for number in range(1, 18)} | {f"TM-P{n}" for n in range(1, 7)}
    assert not here & elsewhere
    assert here | elsewhere == expected
    assert set(shipped_pack().timers) - {"TM-03W"} == here


@pytest.mark.parametrize("course", COURSES, ids=named)
def test_at_each_of_its_instants_it_does_what_it_says_and_not_before(
    office: Office, course: Course
) -> None:
    story = started(office, course)
    done: list[str] = []

    for mark in course.marks:
        story.go([(mark.day - 1, NOTHING)])
        assert reached(story, course.timer, course.about) == done
        story.go([(mark.day, NOTHING)])
        done.append(mark.id)
        assert reached(story, course.timer, course.about) == done
        notices = [n for n in story.told(course.timer, course.about) if n.mark == mark.id]
        assert [item.roles for item in notices] == ([mark.tells] if mark.tells else [])
        asked = [item.task or item.transition for item in story.tasks(course.timer, course.about)]
        assert set(mark.asks) <= set(asked)
        if mark.severity:
            (alert,) = story.raised(course.timer, course.about)
            assert alert.severity == mark.severity
            assert set(mark.joins) <= set(alert.roles)


@pytest.mark.parametrize("course", [item for item in COURSES if item.ends], ids=named)
def test_what_comes_in_time_keeps_it_from_running_out(office: Office, course: Course) -> None:
    story = started(office, course)

    story.go(course.ends)
    story.go([(course.marks[0].day + 0.1, NOTHING)])

    assert reached(story, course.timer, course.about) == []
    assert story.raised(course.timer, course.about) == []


@pytest.mark.parametrize("course", ESCALATING, ids=named)
def test_what_comes_late_ends_what_it_has_raised(office: Office, course: Course) -> None:
    story = started(office, course)
    first = next(mark for mark in course.marks if mark.severity)
    story.go([(first.day, NOTHING)])
    assert story.still_open(course.timer, course.about)

    story.go([(first.day, happening) for _day, happening in course.ends])

    assert story.still_open(course.timer, course.about) == []
    assert story.tasks(course.timer, course.about) == []


def test_a_hold_stops_the_clock_of_the_stage(office: Office) -> None:
    story = a_story(office, "planning")
    story.go([*on(40, hold), *on(100, resume), (118, NOTHING)])
    before = reached(story, "TM-02")

    story.go([(120.6, NOTHING)])

    assert before == ["warn"]
    assert reached(story, "TM-02") == ["warn", "due"]


def test_an_account_that_waits_for_a_place_is_scored_again_after_half_a_year(
    office: Office,
) -> None:
    office.enter("north", "optimize")
    office.record("north", {"program.customer_count": 1_000})
    story = a_story(office, "candidate", ADMISSION, SCORES, WAITING)
    office.request(story.account, "admit", by="program_office")
    assert office.value(story.account, "account.candidate_status") == "waitlist"

    story.go([(179, NOTHING)])
    before = reached(story, "TM-03W")
    story.go([(180.5, NOTHING)])

    assert before == []
    assert reached(story, "TM-03W") == ["due"]
