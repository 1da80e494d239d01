"""Rules over several events: by key, together in any order, and told late."""

from datetime import timedelta

import pytest

from kamflow.model.commands import ReportEvent
from kamflow.model.escalated import EscalationRaised
from kamflow.model.events import EventReported
from tests.builders import World
from tests.unit.engine.rules.ruled import ACME, at, lived, ruled

MAJOR = {"severity": "major"}
TWICE = "count(incident.opened where event.severity in {major, critical} within 90 days) >= 2"
BY_FUNCTION = {
    "each": {"event": "action.blocked", "field": "function"},
    "when": "count(action.blocked where event.function = key within 30 days) >= 2",
}
RIVAL = {
    "together": {
        "within": "60 days",
        "events": [
            {"id": "rival", "event": "signal.competitor"},
            {
                "id": "incident",
                "event": "incident.opened",
                "where": "event.severity in {major, critical}",
            },
        ],
    }
}


def told(world: World, event: str, payload: dict[str, str], days: float) -> None:
    """Report what happened so many days after the world began."""
    happened_at = world.began + timedelta(days=days)
    command = ReportEvent(actor="r", name=event, happened_at=happened_at, payload=payload)
    decision = world.submit(ACME, command)
    assert decision.accepted, decision.reasons


# ---------------------------------------------------------------------------- by key


def test_there_is_one_escalation_for_each_key() -> None:
    world = ruled({"E-1": BY_FUNCTION})
    for function in ("it", "legal", "it", "sales", "legal", "it"):
        world.report(ACME, "action.blocked", {"function": function})
    assert lived(world) == [
        "E-1:it raised medium 03-31 12:00",
        "E-1:legal raised medium 03-31 12:00",
        "extended by 1 03-31 12:00",
    ]
    assert {item.key for item in world.subjects[ACME].escalations.values()} == {"it", "legal"}


def test_each_key_clears_by_itself() -> None:
    clears = "count(action.blocked where event.function = key within 30 days) = 0"
    world = ruled({"E-1": {**BY_FUNCTION, "clears_when": clears}})
    for day, function in ((0, "it"), (1, "it"), (10, "legal"), (12, "legal")):
        at(world, days=day)
        world.report(ACME, "action.blocked", {"function": function})
    at(world, days=100)
    assert lived(world)[2:] == ["E-1:it resolved 05-02", "E-1:legal resolved 05-13"]


def test_each_key_lasts_by_itself() -> None:
    rule = {**BY_FUNCTION, "lasting": "5 days"}
    world = ruled({"E-1": rule})
    for day, function in ((0, "it"), (0, "it"), (2, "legal"), (2, "legal")):
        at(world, days=day)
        world.report(ACME, "action.blocked", {"function": function})
    assert sorted(world.subjects[ACME].lasting) == ["E-1:it", "E-1:legal"]
    at(world, days=100)
    assert lived(world) == [
        "E-1:it raised medium 04-05 12:00",
        "E-1:legal raised medium 04-07 12:00",
    ]


# ---------------------------------------------------------------------------- together


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("days", "times"), [(59, 1), (60, 1), (61, 0)])
def test_two_events_come_together_in_any_order(order: int, days: int, times: int) -> None:
    world = ruled({"E-1": RIVAL})
    events: list[tuple[str, dict[str, str]]] = [
        ("signal.competitor", {}),
        ("incident.opened", MAJOR),
    ]
    for day, (event, payload) in zip((0, days), events[::order], strict=True):
        at(world, days=day)
        world.report(ACME, event, payload)
    assert len(lived(world)) == times
    for open_one in world.subjects[ACME].escalations.values():
        assert open_one.evidence == (f"{ACME}#2", f"{ACME}#3")


def test_an_event_that_is_not_meant_does_not_come_together() -> None:
    world = ruled({"E-1": RIVAL})
    world.report(ACME, "signal.competitor")
    world.report(ACME, "incident.opened", {"severity": "minor"})
    assert lived(world) == []


def test_a_third_event_is_added() -> None:
    world = ruled({"E-1": RIVAL})
    world.report(ACME, "signal.competitor")
    world.report(ACME, "incident.opened", MAJOR)
    at(world, days=3)
    world.report(ACME, "signal.competitor")
    assert lived(world)[1:] == ["extended by 1 04-03 12:00"]


def test_what_comes_together_may_need_a_condition_as_well() -> None:
    world = ruled({"E-1": {**RIVAL, "when": "account.value > 10"}})
    world.report(ACME, "signal.competitor")
    world.report(ACME, "incident.opened", MAJOR)
    assert lived(world) == []
    at(world, days=10)
    world.record(ACME, {"account.value": 11})
    assert lived(world) == ["E-1 raised medium 04-10 12:00"]


# ---------------------------------------------------------------------------- told late


def test_a_late_report_is_judged_by_when_it_happened() -> None:
    world = ruled({"E-1": {"when": TWICE}})
    told(world, "incident.opened", MAJOR, 0)
    at(world, days=94)
    told(world, "incident.opened", MAJOR, 89)
    assert lived(world) == ["E-1 raised medium 06-28 12:00"]
    (raised,) = (i for i in world.events[ACME] if isinstance(i.event, EscalationRaised))
    assert raised.at == world.now
    (open_one,) = world.subjects[ACME].escalations.values()
    assert open_one.raised_at == world.now


def test_one_that_is_too_late_is_kept_and_flagged_and_does_not_count() -> None:
    world = ruled({"E-1": {"when": TWICE}})
    told(world, "incident.opened", MAJOR, 0)
    at(world, days=95)
    told(world, "incident.opened", MAJOR, 87)
    (*_, last) = world.events[ACME]
    assert isinstance(last.event, EventReported)
    assert last.event.late
    assert lived(world) == []
    assert world.ask(ACME, "count(incident.opened within 90 days)") == 1
    at(world, days=96)
    told(world, "incident.opened", MAJOR, 91)
    assert lived(world) == []
    told(world, "incident.opened", MAJOR, 92)
    assert lived(world) == ["E-1 raised medium 07-01 12:00"]


def test_a_late_report_lets_what_came_after_it_fire() -> None:
    world = ruled({"E-1": {"when": TWICE}})
    at(world, days=5)
    told(world, "incident.opened", MAJOR, 4)
    assert lived(world) == []
    told(world, "incident.opened", MAJOR, 2)
    assert lived(world) == ["E-1 raised medium 04-04 12:00"]


def test_a_condition_that_has_to_last_counts_from_when_it_happened() -> None:
    world = ruled({"E-1": {"when": "count(incident.opened) >= 1", "lasting": "3 days"}})
    at(world, days=5)
    told(world, "incident.opened", MAJOR, 1)
    assert lived(world) == ["E-1 raised medium 04-04 12:00"]


def test_an_absence_that_was_over_by_then_is_told_as_of_its_end() -> None:
    rule = {"when": "no incident.resolved within 2 days after incident.opened"}
    world = ruled({"E-1": rule})
    at(world, days=6)
    told(world, "incident.opened", MAJOR, 1)
    assert lived(world) == ["E-1 raised medium 04-04"]


def test_a_report_a_little_ahead_counts_once_it_has_happened() -> None:
    world = ruled({"E-1": {"when": "count(incident.opened within 30 days) >= 1"}})
    told(world, "incident.opened", MAJOR, 3 / 1440)
    assert lived(world) == []
    assert world.due_at(ACME) == world.began + timedelta(minutes=3)
    at(world, days=1)
    assert lived(world) == ["E-1 raised medium 03-31 12:03"]


UNANSWERED = {
    "each": {"event": "incident.opened", "field": "incident"},
    "when": (
        "no incident.resolved within 2 days after incident.opened by incident "
        "where (event.incident = key and event.severity = major)"
    ),
    "clears_when": "count(incident.resolved where event.incident = key) >= 1",
}


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)])
def test_what_does_not_count_changes_nothing_in_whatever_order_it_is_told(
    order: tuple[int, ...],
) -> None:
    severities = ("minor", "major", "minor", "major", "minor")
    lives = []
    for some in (("major",), ("major", "minor")):
        world = ruled({"E-1": {"when": TWICE}})
        at(world, days=6)
        for place in order:
            if severities[place] in some:
                told(world, "incident.opened", {"severity": severities[place]}, place + 0.5)
        lives.append(lived(world))
    assert lives[0] == lives[1] == ["E-1 raised medium 04-04"]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_by_key_only_reports_of_the_key_count(order: tuple[int, ...]) -> None:
    reports = (
        ("incident.opened", {"incident": "T-1", "severity": "major"}, 0.5),
        ("incident.opened", {"incident": "T-2", "severity": "minor"}, 1),
        ("incident.opened", {"incident": "T-3", "severity": "major"}, 1.5),
        ("incident.resolved", {"incident": "T-3"}, 2),
    )
    world = ruled({"E-1": UNANSWERED})
    at(world, days=6)
    for place in order:
        told(world, *reports[place])
    raised = [item for item in lived(world) if "T-1" in item]
    assert raised == ["E-1:T-1 raised medium 04-04"]
    assert {item.key for item in world.subjects[ACME].escalations.values()} == {"T-1"}
