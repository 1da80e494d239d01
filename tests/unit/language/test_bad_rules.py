"""What is wrong with event rules, timers, regions, the ladder and messages, with the way out."""

import pytest

from tests.builders import problems
from tests.unit.language.test_rules import BASE, rule, timer

RULES = {
    "severity: high": "K202 rule `E-1` needs `when` or `together`, or both",
    "when: account.size > 3, stages: [plannning]": (
        "K203 there is no stage `plannning`; did you mean `planning`?"
    ),
    "when: account.size > 3, stages: [pilot]": "K203 `pilot` is no stage of `account`",
    "when: account.size > 3, to: [L9]": "K203 there is no level `L9`",
    "when: account.size > 3, to: [kam]": "K203 there is no level `kam`",
    "when: account.size > 3, to: [{roles: [kan]}]": (
        "K203 there is no role `kan`; did you mean `kam`?"
    ),
    "when: account.size > 3, to: [{after: 3 days}]": "needs either `level` or `roles`",
    "when: account.size > 3, to: [{level: L1, after: soon}]": (
        "K205 `after: soon` is no span; write it like `14 days`, or name a parameter: `P.name`"
    ),
    "when: account.size > 3, lasting: P.accounts": (
        "K203 `P.accounts` is no time parameter; give it `type: integer`, a value from 1 to "
        "36,500, and the `unit` days or business days or months or hours"
    ),
    "when: account.size > 3, cooldown: P.never": "K203 `P.never` is no time parameter",
    "when: account.size > 3, severity: worst": "K206 `severity: worst` is not known",
    "when: account.size > 3, severity: info, to: [L1]": (
        "K206 rule `E-1` tells once what is `info`: no `to`, `grades` or `clears_when`"
    ),
    "when: account.size > 3, severity: info, shut: [G-A]": "K206 rule `E-1` opens no escalation",
    "when: account.size > 3, grades: [{severity: info, when: account.size > 9}]": (
        "K206 a grade of rule `E-1` is `info`"
    ),
    "when: account.size > 3, shut: [G-B]": (
        "K203 there is no gate to shut `G-B`; did you mean `G-A`?"
    ),
    "when: account.size > 3, shut: [G-P]": "K203 `G-P` is no gate to shut of `account`",
    "when: account.size > 3, propose: [P1]": "K203 `P1` is no transition of `account`",
    "when: account.size > 3, request: A9": "K203 there is no transition `A9`",
    "when: account.size > 3, request: A2": (
        "K206 rule `E-1` requests `A2`, for which the engine may not ask; write `propose`"
    ),
    "when: account.size > 3, set: {account.twice: 3}": "K203 `account.twice` is no settable fact",
    "when: account.size > 3, set: {account.kam: actor}": "K206 nobody asks here",
    "when: account.size > 3, set: {account.size: account.since}": "K303 a whole number belongs",
    "when: account.size > 3, clears_lasting: 3 days": "K206 rule `E-1` has `clears_lasting`",
    "when: account.size = key": (
        "K302 `key` alone means nothing here; it stands for a value only in an event rule with "
        "`each`"
    ),
    "when: account.size = key, each: {event: incident.opened, field: severity}": (
        "K303 a whole number belongs here, not a choice"
    ),
    "when: account.size > 3, each: {event: incident.opened, field: sev}": (
        "K203 there is no field `sev`"
    ),
    "when: account.size > 3, each: {event: person.gone, field: person}": (
        "K203 there is no event `person.gone`; did you mean `person.left`?"
    ),
    'when: escalated("E-9")': "K302 there is no rule or timer `E-9`; did you mean `E-1`?",
    "when: no incident.closed within 3 days after incident.opened by severity": (
        "K302 event `incident.closed` carries no `severity`"
    ),
    "when: count(incident.opened within P.hours) > 1": (
        "K306 `P.hours` is no span; give it `type: integer` and a `unit` of days"
    ),
    "together: {within: 3 months, events: [{id: a, event: incident.opened}]}": (
        "K205 `within: 3 months` is no span; write it like `7 days` or `24 hours`"
    ),
    "together: {within: P.accounts, events: "
    "[{id: a, event: incident.opened}, {id: b, event: incident.closed}]}": (
        "K203 `P.accounts` is no exact time parameter; give it `type: integer`, a value from 1 to "
        "36,500, and the `unit` days or hours"
    ),
    "together: {within: 3 days, events: [{id: a, event: incident.opened}]}": (
        "K206 `together` of rule `E-1` has 1 events; write 2 to 4"
    ),
    "together: {within: 3 days, events: [{id: a, event: incident.opened}, "
    "{id: a, event: incident.closed}]}": (
        "K204 `events` of `together` of rule `E-1` has `a` twice"
    ),
    "together: {within: 3 days, events: [{id: a, event: incident.opened, where: event.sev = low},"
    " {id: b, event: incident.closed}]}": "K302 event `incident.opened` carries no `sev`",
    "when: account.size > 3, tasks: [{id: a, title: A}]": "K202 a task of rule `E-1` needs",
    "when: account.size > 3, tasks: [{id: a, title: A, roles: []}]": "K206 `roles` of a task",
    "when: account.size > 3, watch: true": "K201 rule `E-1` has no key `watch`",
}

TIMERS = {
    "due: 3 weeks, marks: [{id: a}]": "K205 `due: 3 weeks` is no span",
    "due: sla, marks: [{id: a}]": "K206 timer `TM-1` is due by the `sla` of the stage, and none",
    "due: sla, since: account.since, marks: [{id: a}]": "K206 timer `TM-1` runs from a date",
    "due: 3 days, since: account.size, marks: [{id: a}]": "K303 a date belongs here",
    "due: 3 days, marks: []": "K206 timer `TM-1` has no mark",
    "due: 3 days": "K202 timer `TM-1` needs the key `marks`",
    "due: 3 days, marks: [{id: a}, {id: a, at: 50%}]": "K204 `marks` of timer `TM-1` has `a` twice",
    "due: 3 days, marks: [{id: a, at: 50%, before: 3 days}]": (
        "K206 a mark of timer `TM-1` stands at one place; leave one of `at`, `before`"
    ),
    "due: 3 days, marks: [{id: a, at: half}]": "K205 `at: half` is no share of the time",
    "due: 3 days, marks: [{id: a, at: P.accounts}]": "",
    "due: 3 days, marks: [{id: a, to: [L1]}]": "K202 a mark of timer `TM-1` has `to`",
    "due: 3 days, marks: [{id: a, severity: info}]": "K206 `severity: info` is not known",
    "due: 3 days, marks: [{id: a, shut: [G-A]}]": "K206 mark `a` of timer `TM-1` opens no",
}

REST = {
    "regions:\n  health: {subject: account, fact: account.size, moves: []}\n": (
        "K206 the states of region `health` are values of a `choice`; `account.size` has the type"
    ),
    "regions:\n  health: {subject: account, fact: account.twice, moves: []}\n": (
        "K203 `account.twice` is no settable fact of `account`"
    ),
    "regions:\n  health: {subject: account, fact: account.health, moves: [{id: H, from: green, "
    "to: rad, when: account.size > 3}]}\n": (
        "K203 move `H` names `rad`, which is no value of `account.health`; did you mean `red`?"
    ),
    "regions:\n  health: {subject: account, fact: account.health, moves: [{id: H, from: red, "
    "to: red, when: account.size > 3}]}\n": "K206 move `H` leads from `red` to itself",
    "notifying: {digest: weekly}\n": "K205 `digest: weekly` is not understood",
    "notifying: {quiet: {from: '19:00', to: '19:00'}}\n": "K206 quiet hours from 19:00 to 19:00",
    "notifying: {notices: {kamflow.task.give: {title: a, body: b}}}\n": (
        "K206 `kamflow.task.give` is no message of kamflow; did you mean `kamflow.task.given`?"
    ),
    "rules:\n  E-1: {subject: account, when: account.size > 3}\n"
    "timers:\n  E-1: {subject: account, due: 3 days, marks: [{id: a}]}\n": (
        "K204 `E-1` is a rule as well; give the timer a name of its own"
    ),
}

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning}
    - {id: A2, trigger: back, from: planning, to: candidate, requested_by: [kam]}
"""


def found(text: str) -> list[str]:
    return [line.split(": ", 1)[1] for line in problems(BASE, text, lifecycle=LIFECYCLE)]


@pytest.mark.parametrize("text", RULES)
def test_what_is_wrong_with_a_rule_is_said_with_the_way_out(text: str) -> None:
    lines = found(rule(text))

    assert any(RULES[text] in line for line in lines), lines


@pytest.mark.parametrize("text", TIMERS)
def test_what_is_wrong_with_a_timer_is_said_with_the_way_out(text: str) -> None:
    lines = found(timer(text))

    assert lines == [] if not TIMERS[text] else any(TIMERS[text] in line for line in lines), lines


@pytest.mark.parametrize("text", REST)
def test_what_is_wrong_with_the_rest_is_said_with_the_way_out(text: str) -> None:
    lines = found(text)

    assert any(REST[text] in line for line in lines), lines


def test_a_region_keeps_its_state_in_a_fact_that_the_engine_may_record() -> None:
    facts = "facts:\n  account:\n    account.mood: {type: choice, values: [good, bad]}\n"
    region = "regions:\n  mood: {subject: account, fact: account.mood, moves: []}\n"

    lines = [line.split(": ", 1)[1] for line in problems(BASE, facts + region)]

    (line,) = lines
    assert line == (
        "K206 region `mood` has the engine record `account.mood`; name the role with "
        "`identity: system` among its `writers`"
    )


def test_a_kind_without_a_workflow_has_no_rules() -> None:
    subjects = "subjects:\n  team: {parent: account}\n"
    text = "rules:\n  E-1: {subject: team, when: account.size > 3}\n"

    lines = [line.split(": ", 1)[1] for line in problems(BASE, subjects + text)]

    assert lines == [
        "K206 rule `E-1` is about `team`, which goes through no workflow; name another subject"
    ]
