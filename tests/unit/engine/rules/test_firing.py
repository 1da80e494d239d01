"""Event rules: each form fires, does not just outside its edge, and clears."""

from datetime import timedelta

import pytest

from kamflow.model.commands import ResolveEscalation
from tests.builders import Plain, World
from tests.unit.engine.rules.ruled import ACME, at, lived, ruled

MAJOR = {"severity": "major"}
TWICE = "count(incident.opened where event.severity in {major, critical} within P.window) >= 2"


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (89, ["E-1 raised medium 06-28 12:00"]),
        (90, ["E-1 raised medium 06-29 12:00"]),
        (91, []),
    ],
)
def test_two_incidents_within_ninety_days(days: int, expected: list[str]) -> None:
    world = ruled({"E-1": {"when": TWICE}})
    world.report(ACME, "incident.opened", MAJOR)
    at(world, days=days)
    world.report(ACME, "incident.opened", MAJOR)
    assert lived(world) == expected


def test_what_is_not_counted_does_not_fire() -> None:
    world = ruled({"E-1": {"when": TWICE}})
    for _ in range(3):
        world.report(ACME, "incident.opened", {"severity": "minor"})
    assert lived(world) == []
    assert world.schedules.get(ACME, {}) == {}


def test_more_of_the_same_is_added_to_what_is_open() -> None:
    world = ruled({"E-1": {"when": TWICE}})
    for _ in range(4):
        world.report(ACME, "incident.opened", MAJOR)
    assert lived(world) == [
        "E-1 raised medium 03-31 12:00",
        "extended by 1 03-31 12:00",
        "extended by 1 03-31 12:00",
    ]
    (open_one,) = world.subjects[ACME].escalations.values()
    assert len(open_one.evidence) == 4


@pytest.mark.parametrize("as_of", [60, 61])
def test_staleness_fires_by_time_alone(as_of: int) -> None:
    world = ruled({"E-1": {"when": "days_since(account.met_on) > 60"}})
    world.record(ACME, {"account.met_on": world.now.date()})
    assert world.due_at(ACME) == world.began.replace(hour=0) + timedelta(days=61)
    at(world, days=as_of)
    assert lived(world) == (["E-1 raised medium 05-31"] if as_of == 61 else [])


def test_staleness_of_a_derived_fact_has_its_exact_day_as_well() -> None:
    world = ruled({"E-1": {"when": "account.age > 60 and account.blocked"}})
    world.record(ACME, {"account.met_on": world.now.date()})
    assert world.due_at(ACME) is None
    world.record(ACME, {"account.blocked": True})
    assert world.due_at(ACME) == world.began.replace(hour=0) + timedelta(days=61)


@pytest.mark.parametrize(("facts", "days"), [({}, 10), ({"account.blocked": False}, 13)])
def test_a_date_that_is_one_of_two_has_its_exact_day_too(
    facts: dict[str, Plain], days: int
) -> None:
    world = ruled({"E-1": {"when": "days_since(account.seen_on) > 9"}})
    world.record(ACME, {"account.met_on": world.now.date(), **facts})
    assert world.due_at(ACME) == world.began.replace(hour=0) + timedelta(days=days)


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ("days_since(account.met_on) >= 30", 30),
        ("30 < days_since(account.met_on)", 31),
        ("days_since(account.met_on) + 10 > 40", 31),
        ("days_since(account.met_on) between 20 and 25", 20),
        ("months_since(account.met_on) >= 2", 61),
        ("months_since(account.met_on) > 1", 61),
        ("account.met_on + 45 days <= today", 45),
        ("not (days_since(account.met_on) < 12)", 12),
        ("days_since(account.met_on) = 9", 9),
        ("account.size is unknown", 31),
        ("account.met_on within 3 days", 0),
        ("not (account.met_on within 3 days)", 4),
        ("days_since(account.met_on) > 5 or account.blocked", 6),
        ("days_since(account.seen_on) > 9", 13),
        ("(if account.blocked then 5 else days_since(account.met_on)) >= 7", 7),
    ],
)
def test_the_instant_at_which_time_alone_makes_a_condition_true(condition: str, days: int) -> None:
    world = ruled({"E-1": {"when": condition, "stages": ["planning"]}})
    facts: dict[str, Plain] = {
        "account.met_on": world.now.date(),
        "account.blocked": False,
        "account.size": 3,
    }
    world.record(ACME, facts)
    world.request(ACME, "plan")
    day = world.began.replace(hour=0) + timedelta(days=days)
    at(world, days=100)
    told = f"{day:%m-%d}" if days else "03-31 12:00"
    assert lived(world) == [f"E-1 raised medium {told}"]


def test_absence_fires_when_the_time_is_over() -> None:
    rule = {"when": "no incident.resolved within 5 days after incident.opened"}
    world = ruled({"E-1": rule})
    world.report(ACME, "incident.opened", MAJOR)
    at(world, days=20)
    assert lived(world) == ["E-1 raised medium 04-06"]
    world = ruled({"E-1": rule})
    world.report(ACME, "incident.opened", MAJOR)
    at(world, days=5)
    world.report(ACME, "incident.resolved")
    at(world, days=20)
    assert lived(world) == []


def test_absence_in_hours_fires_at_the_instant() -> None:
    rule = {"when": "no incident.resolved within 36 hours after incident.opened by incident"}
    world = ruled({"E-1": rule})
    world.report(ACME, "incident.opened", {**MAJOR, "incident": "7"})
    at(world, days=20)
    assert lived(world) == ["E-1 raised medium 04-02"]


def test_a_second_absence_is_added_by_time_alone() -> None:
    rule = {"when": "no incident.resolved within 5 days after incident.opened"}
    world = ruled({"E-1": rule})
    world.report(ACME, "incident.opened", MAJOR)
    at(world, days=3)
    world.report(ACME, "incident.opened", MAJOR)
    at(world, days=20)
    assert lived(world) == ["E-1 raised medium 04-06", "extended by 1 04-09"]


def test_a_rule_clears_by_facts_and_by_time() -> None:
    rule = {"when": "account.value > 10", "clears_when": "account.value <= 10"}
    world = ruled({"E-1": rule})
    world.record(ACME, {"account.value": 11})
    at(world, days=3)
    world.record(ACME, {"account.value": 10})
    assert lived(world) == ["E-1 raised medium 03-31 12:00", "E-1 resolved 04-03 12:00"]
    world = ruled({"E-1": {"when": TWICE, "clears_when": f"not ({TWICE})"}})
    world.report(ACME, "incident.opened", MAJOR)
    at(world, days=10)
    world.report(ACME, "incident.opened", MAJOR)
    at(world, days=200)
    assert lived(world) == ["E-1 raised medium 04-10 12:00", "E-1 resolved 06-30"]


def test_clearing_may_have_to_last() -> None:
    rule: dict[str, object] = {
        "when": "account.value > 10",
        "clears_when": "account.value <= 10",
        "clears_lasting": "5 days",
    }
    world = ruled({"E-1": rule})
    world.record(ACME, {"account.value": 11})
    at(world, days=1)
    world.record(ACME, {"account.value": 9})
    at(world, days=4)
    world.record(ACME, {"account.value": 12})
    at(world, days=5)
    world.record(ACME, {"account.value": 9})
    at(world, days=30)
    assert lived(world) == ["E-1 raised medium 03-31 12:00", "E-1 resolved 04-10 12:00"]


def test_nothing_fires_that_what_clears_it_rules_out() -> None:
    world = ruled({"E-1": {"when": "account.value > 10", "clears_when": "account.blocked"}})
    world.record(ACME, {"account.value": 11, "account.blocked": True})
    assert lived(world) == []
    world.record(ACME, {"account.blocked": False})
    assert lived(world) == ["E-1 raised medium 03-31 12:00"]


def test_a_condition_that_has_to_last_is_broken_by_a_day_without() -> None:
    world = ruled({"E-1": {"when": "account.blocked", "lasting": "14 days"}})
    world.record(ACME, {"account.blocked": True})
    at(world, days=13)
    world.record(ACME, {"account.blocked": False})
    world.record(ACME, {"account.blocked": True})
    at(world, days=26)
    assert lived(world) == []
    at(world, days=27)
    assert lived(world) == ["E-1 raised medium 04-27 12:00"]


def test_what_goes_stale_does_not_last() -> None:
    world = ruled({"E-1": {"when": "account.size > 2", "lasting": "40 days"}})
    world.record(ACME, {"account.size": 3})
    at(world, days=60)
    assert lived(world) == []
    assert world.subjects[ACME].lasting == {}


def test_it_gets_worse_by_time_alone() -> None:
    rule: dict[str, object] = {
        "when": "days_since(account.met_on) > 60",
        "grades": [{"severity": "high", "when": "days_since(account.met_on) > 90"}],
        "clears_when": "days_since(account.met_on) <= 60",
    }
    world = ruled({"E-1": rule})
    world.record(ACME, {"account.met_on": world.now.date()})
    at(world, days=200)
    assert lived(world) == ["E-1 raised medium 05-31", "worsened to high 06-30"]
    world.record(ACME, {"account.met_on": world.now.date()})
    assert lived(world)[2:] == ["E-1 resolved 10-17 12:00"]


def test_the_same_is_not_told_again_until_the_cooldown_is_over() -> None:
    rule = {"when": "account.value > 10", "severity": "info", "cooldown": "7 days"}
    world = ruled({"E-1": rule})
    world.record(ACME, {"account.value": 11})
    at(world, days=15)
    days = ["03-31 12:00", "04-07 12:00", "04-14 12:00"]
    assert lived(world) == [f"E-1 told {day}" for day in days]


def test_without_a_cooldown_it_is_told_once_a_day_at_most() -> None:
    world = ruled({"E-1": {"when": "account.value > 10", "severity": "info"}})
    for value in (11, 12, 13):
        world.record(ACME, {"account.value": value})
    assert lived(world) == ["E-1 told 03-31 12:00"]


def test_what_was_settled_needs_something_new() -> None:
    world = ruled({"E-1": {"when": TWICE, "cooldown": "2 days"}})
    for _ in range(2):
        world.report(ACME, "incident.opened", MAJOR)
    _resolve(world)
    at(world, days=10)
    assert [text for text in lived(world) if "raised" in text] == ["E-1 raised medium 03-31 12:00"]
    world.report(ACME, "incident.opened", MAJOR)
    assert lived(world)[-1] == "E-1 raised medium 04-10 12:00"


def test_news_in_the_cooldown_waits_for_its_end() -> None:
    world = ruled({"E-1": {"when": TWICE, "cooldown": "2 days"}})
    for _ in range(2):
        world.report(ACME, "incident.opened", MAJOR)
    _resolve(world)
    at(world, days=1)
    world.report(ACME, "incident.opened", MAJOR)
    at(world, days=10)
    assert lived(world)[-1] == "E-1 raised medium 04-02 12:00"


def test_values_that_were_read_are_kept() -> None:
    world = ruled({"E-1": {"when": "account.value > 10 and account.blocked is unknown"}})
    world.record(ACME, {"account.value": 11})
    (event,) = (item.event for item in world.events[ACME] if hasattr(item.event, "values"))
    assert event.values == {"account.value": "11", "account.blocked": None}


def test_a_rule_is_judged_in_its_stages_alone() -> None:
    world = ruled({"E-1": {"when": "account.value > 10", "stages": ["planning"]}})
    world.record(ACME, {"account.value": 11})
    assert lived(world) == []
    world.request(ACME, "plan")
    assert lived(world) == ["E-1 raised medium 03-31 12:00"]


def test_in_an_end_stage_nothing_is_judged_unless_it_is_named() -> None:
    rules: dict[str, dict[str, object]] = {
        "E-1": {"when": "account.value > 10"},
        "E-2": {"when": "account.value > 10", "stages": ["gone"]},
    }
    world = ruled(rules)
    world.request(ACME, "leave")
    world.record(ACME, {"account.value": 11})
    assert lived(world) == ["E-2 raised medium 03-31 12:00"]


def test_leaving_the_stages_drops_what_was_planned_and_lasted() -> None:
    rules = {
        "E-1": {"when": "account.blocked", "lasting": "14 days", "stages": ["planning"]},
        "E-2": {"when": "days_since(account.met_on) > 60", "stages": ["planning"]},
    }
    world = ruled(rules)
    world.request(ACME, "plan")
    world.record(ACME, {"account.blocked": True, "account.met_on": world.now.date()})
    assert sorted(world.schedules[ACME]) == ["E-1", "E-2"]
    world.request(ACME, "hold")
    assert (world.schedules[ACME], world.subjects[ACME].lasting) == ({}, {})
    at(world, days=20)
    world.request(ACME, "resume")
    assert sorted(world.schedules[ACME]) == ["E-1", "E-2"]


def test_what_is_observed_is_kept_and_has_no_effect() -> None:
    rule: dict[str, object] = {
        "when": "account.value > 10",
        "observe": True,
        "tasks": [{"id": "do", "title": "Do it", "roles": ["kam"]}],
        "clears_when": "account.value < 5",
    }
    world = ruled({"E-1": rule, "E-2": {"when": 'escalated("E-1")'}})
    world.record(ACME, {"account.value": 11})
    (open_one,) = world.subjects[ACME].escalations.values()
    assert open_one.observed
    assert world.subjects[ACME].tasks == {}
    world.record(ACME, {"account.value": 4})
    assert lived(world)[-1] == "E-1 resolved 03-31 12:00"


def test_one_rule_reads_whether_another_is_escalated() -> None:
    rules = {
        "E-1": {"when": "account.value > 10", "clears_when": "account.value < 5"},
        "E-2": {"when": 'escalated("E-1")', "clears_when": 'not escalated("E-1")'},
    }
    world = ruled(rules)
    world.record(ACME, {"account.value": 11})
    world.record(ACME, {"account.value": 4})
    assert lived(world) == [
        "E-1 raised medium 03-31 12:00",
        "E-2 raised medium 03-31 12:00",
        "E-1 resolved 03-31 12:00",
        "E-2 resolved 03-31 12:00",
    ]


def test_the_order_of_rules_in_a_file_does_not_count() -> None:
    rules = {
        "E-2": {"when": "account.value > 10", "severity": "high"},
        "E-1": {"when": "account.value > 10"},
        "E-3": {"when": TWICE},
    }
    histories = []
    for names in (sorted(rules), sorted(rules, reverse=True)):
        world = ruled({name: rules[name] for name in names})
        world.record(ACME, {"account.value": 11})
        for _ in range(2):
            world.report(ACME, "incident.opened", MAJOR)
        histories.append([item.event for item in world.events[ACME]])
    assert histories[0] == histories[1]


def _resolve(world: World) -> None:
    (identity,) = world.subjects[ACME].escalations
    world.assign("north", "kam", "kim")
    decision = world.submit(ACME, ResolveEscalation(actor="kim", escalation=identity, remark="ok"))
    assert decision.accepted, decision.reasons
