"""Event rules, timers, regions, the ladder and messages: what is read, and what is refused."""

import pytest

from kamflow.language.conditions import parse_condition
from kamflow.language.notifying import MESSAGES
from kamflow.model import expression as tree
from kamflow.model.approval import Amount
from kamflow.model.pack import Pack
from kamflow.model.rules import Each, Level, Notice, Rung
from kamflow.runtime.packs import verified
from kamflow.storage.outbox import MESSAGE_TYPES
from tests.builders import a_pack, load

BASE = """
facts:
  account:
    account.size: {type: integer}
    account.since: {type: date}
    account.kam: {type: person}
    account.health: {type: choice, values: [green, amber, red], writers: [engine]}
    account.twice: {type: integer, derived: account.size * 2}
  program:
    program.size: {type: integer}
events:
  account:
    incident.opened: {payload: {incident: {type: text}, severity: {type: choice, values: [low]}}}
    incident.closed: {payload: {incident: {type: text}}}
  program:
    person.left: {payload: {person: {type: person}}}
parameters:
  long: {type: integer, value: 30, unit: days}
  hours: {type: integer, value: 24, unit: hours}
  never: {type: integer, value: 0, unit: days}
  accounts: {type: integer, value: 3, unit: accounts}
  share: {type: percent, value: 75}
roles:
  kam: {who: the KAM}
  boss: {who: the boss}
  engine: {who: the engine, identity: system}
escalating:
  levels: {L1: {roles: [kam], wait: 3 business days}, L2: {roles: [boss]}}
gates:
  G-A: {subject: account, criteria: [{id: G-A.1, must: account.size > 1}]}
  G-P: {subject: program, criteria: [{id: G-P.1, must: program.size > 1}]}
"""


def rule(text: str) -> str:
    return f"rules:\n  E-1: {{subject: account, {text}}}\n"


def timer(text: str) -> str:
    return f"timers:\n  TM-1: {{subject: account, {text}}}\n"


def read(text: str) -> Pack:
    return a_pack(BASE, text)


# ---- what is read


def test_a_rule_says_when_it_fires_and_what_it_calls_for() -> None:
    pack = read(
        rule(
            "when: account.size > 3, lasting: P.long, severity: high, to: [L1, {level: L2, after: "
            "5 business days}, {roles: [boss], after: P.long}], tell: kam, shut: G-A, "
            "set: {account.size: 3, account.kam: absent}, clears_when: account.size < 3, "
            "cooldown: 0 days, observe: true"
        )
    )

    found = pack.rules["E-1"]
    assert (found.title, found.lasting, found.severity, found.cooldown, found.observe) == (
        "E-1", "P.long", "high", "0 days", True,
    )  # fmt: skip
    assert found.to == (
        Rung(level="L1"),
        Rung(level="L2", after="5 business days"),
        Rung(roles=("boss",), after="P.long"),
    )
    assert found.effects is not None
    assert (found.effects.tell, found.effects.shut) == (("kam",), ("G-A",))
    assert [item.fact for item in found.effects.set] == ["account.size", "account.kam"]


def test_key_is_the_value_for_which_a_rule_is_judged() -> None:
    pack = read(
        rule(
            "each: {event: incident.opened, field: severity}, when: "
            "count(incident.opened where event.severity = key) > 2"
        )
    )

    found = pack.rules["E-1"]
    assert found.each == Each(event="incident.opened", field="severity")
    assert found.when is not None
    assert any(isinstance(part, tree.Key) for part in tree.walk(found.when.tree))
    assert found.when.text == "count(incident.opened where event.severity = key) > 2"


def test_a_rule_may_read_what_is_reported_of_the_subject_above() -> None:
    pack = read(rule("each: {event: person.left, field: person}, when: account.kam = key, to: L1"))

    assert pack.rules["E-1"].each == Each(event="person.left", field="person")


def test_a_rule_of_a_program_may_shut_gates_of_accounts() -> None:
    pack = read("rules:\n  E-1: {subject: program, when: program.size > 3, shut: [G-A, G-P]}\n")

    assert pack.rules["E-1"].effects is not None
    assert pack.rules["E-1"].effects.shut == ("G-A", "G-P")


def test_marks_stand_on_the_way_at_the_end_and_behind_it() -> None:
    pack = read(
        timer(
            "due: P.long, since: account.since, marks: [{id: a, at: 50%}, {id: b, at: P.share}, "
            "{id: c}, {id: d, before: 1 month}, {id: e, after: P.hours}]"
        )
    )

    marks = pack.timers["TM-1"].marks
    assert [mark.percent for mark in marks[:3]] == [
        Amount(number=50),
        Amount(parameter="share"),
        None,
    ]
    assert [mark.offset for mark in marks] == ["", "", "", "-1 month", "+P.hours"]


def test_the_ladder_keeps_its_order() -> None:
    pack = read("")

    assert pack.escalating is not None
    assert pack.escalating.levels == (
        Level(id="L1", roles=("kam",), wait="3 business days"),
        Level(id="L2", roles=("boss",)),
    )


def test_how_near_events_are_may_be_a_parameter() -> None:
    events = "[{id: a, event: incident.opened}, {id: b, event: incident.closed}]"

    pack = read(rule(f"together: {{within: P.long, events: {events}}}"))

    found = pack.rules["E-1"].together
    assert found is not None
    assert found.within == "P.long"


def test_the_text_of_a_message_keeps_its_lines() -> None:
    pack = read(
        "notifying:\n"
        "  quiet: {from: '19:00', to: '07:00'}\n"
        "  digest: hourly\n"
        "  notices:\n"
        "    kamflow.task.given:\n"
        "      title: '{{ title }}'\n"
        "      body: |\n"
        "        Please.\n"
        "\n"
        "          {{ task }}\n"
    )

    assert pack.notifying is not None
    assert (pack.notifying.quiet_from, pack.notifying.digest) == ("19:00", "hourly")
    assert pack.notifying.notices == (
        Notice(type="kamflow.task.given", title="{{ title }}", body="Please.\n\n  {{ task }}"),
    )


@pytest.mark.parametrize(
    ("key", "urgent"), [("", None), (", urgent: true", True), (", urgent: false", False)]
)
def test_a_text_says_whether_it_is_urgent_or_leaves_it_open(key: str, urgent: object) -> None:
    notices = f"{{kamflow.task.given: {{title: A task, body: Do it.{key}}}}}"

    pack = read(f"notifying: {{notices: {notices}}}\n")

    assert pack.notifying is not None
    assert [item.urgent for item in pack.notifying.notices] == [urgent]


def test_there_may_be_a_text_for_every_message_that_is_sent() -> None:
    assert set(MESSAGES) == set(MESSAGE_TYPES.values())


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("{{ title", "line 1: unexpected end of template"),
        ("{% include 'x' %}", "line 1: no text needs `include`; write it plainly"),
        ("{{ title | shout }}", "line 1: there is no filter `shout`"),
    ],
)
def test_a_text_that_cannot_be_rendered_is_found_with_the_policy(body: str, fault: str) -> None:
    notices = f'{{kamflow.task.given: {{title: A task, body: "{body}"}}}}'
    loaded = load(BASE, f"notifying: {{notices: {notices}}}\n")

    found = [str(item) for item in verified(loaded).diagnostics if item.severity == "error"]

    (line,) = found
    assert line.startswith("rules/2.yaml:1:23: K206 notice `kamflow.task.given` cannot be rendered")
    assert fault in line


@pytest.mark.parametrize(
    "condition",
    [
        'escalated("E-1")',
        'not escalated("TM-1")',
        "subject.days_in_stage > subject.sla_days",
        "subject.conditions_overdue + subject.stale_facts > 0",
        "subject.next_waiver_end within P.long",
        "days_since(account.since) > subject.requests_overdue",
        "no incident.closed within P.hours after incident.opened by incident",
        "count(incident.opened without incident.closed by incident within P.long) > 0",
        "count(person.left where event.person = self.account.kam) > 0",
        'count(accounts where escalated("E-1")) > 0',
    ],
)
def test_a_condition_can_read_what_runs_around_a_subject(condition: str) -> None:
    gate = f"gates:\n  G: {{subject: account, criteria: [{{id: C, must: '{condition}'}}]}}\n"

    pack = a_pack(
        BASE, rule("when: account.size > 3"), timer("due: 30 days, marks: [{id: a}]"), gate
    )

    assert pack.gates["G"].criteria[0].condition.tree == parse_condition(condition)
