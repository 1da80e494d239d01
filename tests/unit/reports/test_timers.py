"""The timers of a subject: what they have come to, and which mark is next."""

from datetime import date

from kamflow.reports.subjects import subject_view
from kamflow.reports.timers import TimerView, timer_views
from tests.builders import LIFECYCLE, TODAY, World, a_world

POLICY = """
facts: {account: {account.seen_on: {type: date, source: manual, writers: [kam]}}}
roles: {kam: {who: k}, boss: {who: b}}
timers:
  TM-01:
    title: Time to plan
    subject: account
    stages: [candidate]
    due: 20 days
    marks:
      - {id: warn, at: 50%, title: half is over, tell: [kam]}
      - {id: due, at: 100%, severity: medium, to: [{roles: [boss]}]}
  TM-02:
    title: Visit
    subject: account
    since: account.seen_on
    due: 90 days
    observe: true
    marks: [{id: due, at: 100%, tell: [kam]}]
"""
ACME = "north/acme"


def timed() -> World:
    world = a_world(POLICY, lifecycle=LIFECYCLE)
    world.staff("north")
    return world


def timers(world: World) -> dict[str, TimerView]:
    return {item.id: item for item in timer_views(world.compiled, world.view(ACME))}


def test_a_timer_that_runs_has_its_marks_in_order() -> None:
    timer = timers(timed())["TM-01"]

    assert [(mark.id, mark.on, mark.reached) for mark in timer.marks] == [
        ("warn", date(2026, 4, 10), False),
        ("due", date(2026, 4, 20), False),
    ]
    assert [mark.title for mark in timer.marks] == ["half is over", "Time to plan"]
    assert [mark.severity for mark in timer.marks] == ["", "medium"]


def test_the_next_mark_is_the_first_that_is_not_reached() -> None:
    world = timed()
    world.later(11)

    before = timers(world)["TM-01"].next
    world.turn(ACME)
    after = timers(world)["TM-01"].next

    assert before is not None
    assert after is not None
    assert (before.id, after.id) == ("warn", "due")


def test_a_timer_whose_date_is_not_known_does_not_run() -> None:
    world = timed()
    assert set(timers(world)) == {"TM-01"}

    world.record(ACME, {"account.seen_on": TODAY})

    assert timers(world)["TM-02"].observed
    assert [item.id for item in subject_view(world.compiled, world.view(ACME)).timers] == [
        "TM-01",
        "TM-02",
    ]


def test_a_timer_ends_with_its_stage() -> None:
    world = timed()

    world.request(ACME, "plan")

    assert timers(world) == {}
