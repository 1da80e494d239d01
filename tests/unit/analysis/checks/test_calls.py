"""Event rules, timers and moves that never come about, never end, reach nobody, or go round."""
# ruff: noqa: E501, ISC004 - tables of cases read best one to a line, messages in one piece

import pytest

from tests.unit.analysis.checks.found import found, gate, lifecycle

AROUND = """
facts:
  account:
    account.health: {type: choice, values: [green, amber, red], writers: [system, kam]}
    account.open: {type: flag, derived: account.size > 3}
events:
  account:
    incident.opened: {payload: {severity: {type: choice, values: [minor, major]}}}
parameters:
  waits: {type: integer, value: 30, unit: days}
  idle: {type: integer, value: 30, unit: days}
  done: {type: integer, value: 30, unit: days}
escalating:
  levels: {L1: {roles: [kam]}, L2: {roles: [system]}}
  start: {critical: L1}
"""
OWN = ("K571", "K572", "K573", "K574", "K575")


def of_rule(*rules: str) -> list[str]:
    """Return what is found in rules E-0, E-1 ... about accounts."""
    lines = "\n".join(
        f"  E-{place}: {{subject: account, {item}}}" for place, item in enumerate(rules)
    )
    return found(AROUND, f"rules:\n{lines}\n", only=OWN)


def of_timer(text: str) -> list[str]:
    return found(AROUND, f"timers:\n  TM-1: {{subject: account, {text}}}\n", only=OWN)


# ---- what never comes about


def test_a_rule_that_nothing_meets_never_fires() -> None:
    assert of_rule("when: account.size > 3 and account.size < 2, to: [L1]") == [
        "K571 rule E-0 never fires: its `when` is never met"
    ]


def test_a_rule_fires_in_its_stages_alone() -> None:
    assert of_rule("when: stage = planning, stages: [candidate], to: [L1]") == [
        "K571 rule E-0 never fires: its `when` is never met in `candidate`"
    ]


@pytest.mark.parametrize(
    "when",
    [
        "account.size > 3",
        "count(incident.opened within P.waits where event.severity = major) > 2",
        "no incident.opened within P.waits after incident.opened where event.severity = major",
        'escalated("E-0") and subject.days_in_stage > 3',
        'not escalated("E-0") and subject.next_waiver_end within 3 days',
        "trend(account.size, 2, falling)",
        "change(account.size over P.waits) > 3",
        "account.signed_on within P.waits",
    ],
)
def test_a_rule_that_can_fire_and_need_not_is_all_right(when: str) -> None:
    assert of_rule(f"when: '{when}', to: [L1]") == []


def test_a_rule_with_each_is_looked_at_for_any_key() -> None:
    each = "each: {event: incident.opened, field: severity}, to: [L1]"

    assert of_rule(f"when: count(incident.opened where event.severity = key) > 2, {each}") == []
    assert of_rule(f"when: key = major and account.size > 3, {each}") == []


def test_a_rule_that_is_always_met_says_nothing() -> None:
    (line,) = of_rule("when: account.size is known or account.size is unknown, to: [L1]")

    assert line == (
        "K572 the `when` of rule E-0 is met whatever the values; say what has to happen first"
    )


def test_an_escalation_that_nothing_clears_is_found() -> None:
    (line,) = of_rule(
        "when: account.size > 3, to: [L1], clears_when: account.open and account.size < 2"
    )

    assert line == "K573 escalations of rule E-0 never end: its `clears_when` is never met"


def test_a_timer_that_never_runs_is_found() -> None:
    assert of_timer(
        "due: 3 days, unless: stage = planning, stages: [planning], marks: [{id: a}]"
    ) == ["K571 timer TM-1 never runs: its `unless` is always met in `planning`"]
    assert of_timer("due: 3 days, unless: account.size > 3, marks: [{id: a}]") == []


def test_a_move_that_is_never_open_is_found() -> None:
    moves = "[{id: H, from: green, to: red, when: account.size > 3 and account.size < 3}]"
    region = f"regions:\n  health: {{subject: account, fact: account.health, moves: {moves}}}\n"

    assert found(AROUND, region, only=OWN) == [
        "K571 move H of region health is never open: `when` is never met"
    ]


# ---- who hears of it


@pytest.mark.parametrize(
    ("rule", "heard"),
    [
        ("when: account.size > 3", False),
        ("when: account.size > 3, severity: critical", True),  # starts at L1
        ("when: account.size > 3, severity: info, tell: [kam]", True),
        ("when: account.size > 3, observe: true", True),
        ("when: account.size > 3, to: [L1]", True),
        ("when: account.size > 3, to: [{roles: [kam]}]", True),
        ("when: account.size > 3, to: [L2]", False),  # the engine itself
        (
            "when: account.size > 3, severity: critical, "
            "grades: [{severity: high, when: account.size > 9}]",
            False,
        ),
    ],
)
def test_escalations_go_to_somebody(rule: str, *, heard: bool) -> None:
    assert [line[:4] for line in of_rule(rule)] == ([] if heard else ["K574"])


def test_the_marks_of_a_timer_go_to_somebody() -> None:
    (line,) = of_timer("due: 3 days, marks: [{id: a, severity: high}]")

    assert line == "K574 nobody hears of the escalations of timer TM-1; name who under `to`"


# ---- circles


def test_rules_that_set_each_other_off_are_found() -> None:
    (line,) = of_rule(
        "when: account.health = red, severity: info, set: {account.health: green}",
        "when: account.health = green, severity: info, set: {account.health: red}",
    )

    assert line == (
        "K575 event rules set each other off, for example when `account.health` = red: "
        "E-0 -> E-1 -> E-0; add to a `when` what has to happen in between"
    )


def test_rules_that_come_to_rest_are_no_circle() -> None:
    falling = (
        "when: account.health = red, severity: info, set: {account.health: amber}",
        "when: account.health = amber, severity: info, set: {account.health: green}",
    )
    observed = (
        "when: account.health = red, severity: info, set: {account.health: green}",
        "when: account.health = green, severity: info, observe: true, set: {account.health: red}",
    )

    assert of_rule(*falling) == []
    assert of_rule(*observed) == []


def test_a_circle_of_three_is_found_by_way_of_what_is_derived() -> None:
    said = of_rule(
        "when: account.open, severity: info, set: {account.size: 2, account.health: red}",
        "when: account.health = red, severity: info, set: {account.health: amber}",
        "when: account.health = amber, severity: info, set: {account.size: 9, account.health: green}",
    )

    assert [line[:4] for line in said] == ["K575"]
    assert "E-0 -> E-1 -> E-2 -> E-0" in said[0]


# ---- what rules use is not idle, and what they set is set


def test_what_rules_and_timers_name_is_used() -> None:
    text = """
rules:
  E-0:
    subject: account
    when: account.revenue > 3
    to: [{level: L1, after: P.waits}]
    tasks: [{id: t, title: T, roles: [kam], within: P.idle}]
timers:
  TM-1: {subject: account, due: P.done, since: account.signed_on, marks: [{id: a, tell: [kam]}]}
"""
    idle = " ".join(found(AROUND, text, only=("K553",)))

    assert "parameter" not in idle
    assert "account.cost" in idle
    assert "account.revenue" not in idle
    assert "account.signed_on" not in idle


def test_a_fact_that_a_rule_sets_is_set_at_any_time() -> None:
    workflow = lifecycle(
        "a: {kind: initial}, c: {kind: end}", "id: T1, trigger: go, from: a, to: c, gate: G"
    )
    rule = (
        "rules:\n  E-0: {subject: account, when: account.size > 3, severity: info, "
        "set: {account.approved_on: today}}\n"
    )
    asked = gate("account.approved_on is present")

    assert [line[:4] for line in found(asked, lifecycle=workflow)] == ["K552"]
    assert found(asked, rule, lifecycle=workflow) == []
