"""Event rules, timers, regions and messages in plain English, and what differs between two."""
# ruff: noqa: E501, ISC004 - tables of cases read best one to a line, messages in one piece

import pytest

from kamflow.analysis.compare import compare_packs
from kamflow.analysis.document import Bullets, Document, Heading, Paragraph
from kamflow.analysis.prose import describe_pack, describe_part
from kamflow.analysis.reading import Reading
from tests.builders import a_pack

BASE = """
facts:
  account:
    account.size: {type: integer, unit: people}
    account.since: {title: first contract, type: date}
    account.health: {type: choice, values: [green, red], writers: [engine]}
events:
  account:
    incident.opened: {title: an incident, payload: {severity: {type: choice, values: [minor]}}}
    signal.rival: {title: a rival}
parameters:
  long: {type: integer, value: 30, unit: days}
roles:
  kam: {who: the KAM}
  boss: {who: the boss}
  engine: {who: the engine, identity: system}
gates:
  G: {title: Gate, subject: account, observe: true, criteria: [{id: C, must: account.size > 1}]}
escalating:
  levels: {L1: {roles: [kam], wait: 3 business days}, L2: {roles: [boss]}}
  start: {critical: L2}
  cooldown: 7 days
  late: 24 hours
rules:
  E-1:
    title: Too many incidents
    subject: account
    stages: [planning]
    each: {event: incident.opened, field: severity}
    when: count(incident.opened within P.long where event.severity = key) > 2
    lasting: 2 days
    together:
      within: 60 days
      events: [{id: b, event: signal.rival}, {id: a, event: incident.opened, where: event.severity = minor}]
    severity: high
    grades: [{severity: critical, when: account.size > 100, to: [L2]}]
    to: [L1, {roles: [boss], after: P.long}]
    tell: [boss]
    tasks: [{id: look, title: Look at it, roles: [kam], within: P.long, done_when: account.size > 9}]
    propose: [A1]
    request: A1
    shut: [G]
    set: {account.size: 3}
    clears_when: account.size < 3
    clears_lasting: 1 month
    cooldown: P.long
    observe: true
    why: Because.
  E-2: {title: Told once, subject: account, when: account.size > 3, severity: info, tell: [kam]}
timers:
  TM-1:
    title: Contract
    subject: account
    since: account.since
    due: 6 months
    unless: account.size < 2
    marks:
      - {id: half, at: 50%, title: Half of it, tell: [kam]}
      - {id: due, severity: high, to: [L2]}
      - {id: late, after: P.long, severity: high, to: [L2]}
regions:
  health:
    title: Health
    subject: account
    fact: account.health
    moves: [{id: H-1, from: green, to: red, when: 'escalated("E-1")', lasting: 3 days}]
notifying:
  quiet: {from: '19:00', to: '07:00'}
  digest: hourly
  notices: {kamflow.task.given: {title: A task, body: Do it., urgent: true}}
"""


def lines_of(document: Document) -> list[str]:
    lines: list[str] = []
    for block in document:
        match block:
            case Heading() | Paragraph():
                lines.append(block.text)
            case Bullets():
                lines += [line for head, below in block.items for line in (head, *below)]
            case _:
                pass
    return lines


def test_a_rule_is_told_with_all_that_it_calls_for() -> None:
    told = lines_of(describe_part(a_pack(BASE), "rule", "E-1"))

    assert told == [
        "Too many incidents (E-1)",
        "It is judged for each severity that “an incident” events tell of.",
        "It fires when this holds for 2 days without a break: The number of “an incident” events in "
        "the last 30 days (P.long) for which the event severity is the one that is looked at is "
        "above 2.",
        "These also have to come together: “a rival” and “an incident” for which the event severity "
        "is minor, in any order, at most 60 days apart.",
        "Only in planning.",
        "It is high.",
        "It is critical when: The size is above 100 people. It goes to L2.",
        "It goes to L1 and the boss after 30 days (P.long).",
        "It tells the boss.",
        "Task for the KAM, within 30 days (P.long): Look at it. It is done when this holds: The size "
        "is above 9 people.",
        "It proposes A1.",
        "The engine asks for A1.",
        "It shuts gate G while it is open.",
        "The size becomes 3.",
        "It ends when this holds for 1 month without a break: The size is below 3 people.",
        "For 30 days (P.long) after that it is not escalated again.",
        "It is only observed: judged and reported, without effect.",
        "Why: Because.",
    ]  # fmt: skip


def test_what_is_told_once_escalates_nothing() -> None:
    told = lines_of(describe_part(a_pack(BASE), "rule", "E-2"))

    assert told[2:] == ["It is told once, and nothing is escalated.", "It tells the KAM."]


def test_a_timer_is_told_mark_by_mark() -> None:
    told = lines_of(describe_part(a_pack(BASE), "timer", "TM-1"))

    assert told == [
        "Contract (TM-1)",
        "It starts on the first contract and takes 6 months.",
        "It does not run while this holds: The size is below 2 people.",
        "At 50% of the time: Half of it (half)",
        "It tells the KAM.",
        "At the end (due)",
        "It is high, and escalated.",
        "It goes to L2.",
        "30 days (P.long) after the end (late)",
        "It is high, and escalated.",
        "It goes to L2.",
    ]


def test_a_region_is_told_with_its_ways() -> None:
    assert lines_of(describe_part(a_pack(BASE), "region", "health")) == [
        "Health (health)",
        "The health is green or red, from the best to the worst; the worst way wins.",
        "H-1: from green to red when this holds for 3 days without a break: “Too many incidents” is "
        "escalated (E-1).",
    ]  # fmt: skip


def test_the_whole_policy_tells_of_the_ladder_and_of_messages() -> None:
    told = lines_of(describe_pack(a_pack(BASE)))

    for line in (
        "Escalations",
        "L1: the KAM",
        "When nobody acknowledges within 3 business days, the next level joins.",
        "What is critical starts at L2. For 7 days after the end the same is not escalated again. "
        "Rules do not see events that are told of more than 24 hours later.",
        "Messages come hourly. Nobody is told from 19:00 to 07:00, on weekends or on holidays, but "
        "for what is urgent.",
        "It is only observed: judged and reported, and keeps nothing shut.",
    ):
        assert line in told


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("lasting: 2 days", "lasting: 3 days", "rules E-1  lasting: 2 days -> 3 days"),
        ("to: [L1, {roles", "to: [L2, {roles",
         "rules E-1  to: L1, then boss after P.long -> L2, then boss after P.long"),
        ("account.size > 100, to: [L2]", "account.size > 100",
         "rules E-1  grades: critical when account.size > 100 to L2 -> critical when account.size > 100"),
        ("shut: [G]", "shut: []", "rules E-1  shut: G -> none"),
        ("title: Look at it", "title: Look",
         "rules E-1  tasks: look: Look at it by kam within P.long, done when account.size > 9 -> "
         "look: Look by kam within P.long, done when account.size > 9"),
        ("set: {account.size: 3}", "set: {account.size: absent}",
         "rules E-1  set: account.size = 3 -> account.size = absent"),
        ("within: 60 days", "within: 61 days",
         "rules E-1  together: a: incident.opened where event.severity = minor and b: signal.rival "
         "within 60 days -> a: incident.opened where event.severity = minor and b: signal.rival "
         "within 61 days"),
        ("    observe: true\n    why", "    why", "rules E-1  observe: yes -> none"),
        ("at: 50%", "at: 60%", "timers TM-1 mark half place: at 50% -> at 60%"),
        ("due: 6 months", "due: 7 months", "timers TM-1  due: 6 months -> 7 months"),
        ("after: P.long, severity", "before: P.long, severity",
         "timers TM-1 mark late place: P.long after the end -> P.long before the end"),
        ("wait: 3 business", "wait: 4 business",
         "pack test  escalating: levels: L1: kam, the next after 3 business days, L2: boss -> "
         "L1: kam, the next after 4 business days, L2: boss"),
        ("lasting: 3 days}]", "lasting: 4 days}]", "regions health move H-1 lasting: 3 days -> 4 days"),
        ("body: Do it.", "body: Do.",
         "pack test  notifying: notice kamflow.task.given: A task: Do it. (urgent) -> "
         "A task: Do. (urgent)"),
        ("observe: true, criteria", "criteria", "gates G  observe: yes -> none"),
    ],
)  # fmt: skip
def test_what_differs_is_told_in_words(old: str, new: str, change: str) -> None:
    assert old in BASE
    found = compare_packs(a_pack(BASE), a_pack(BASE.replace(old, new)))

    told = [
        f"{item.section} {item.id} {item.part} {item.what}: {item.before} -> {item.after}"
        for item in found.changes
    ]

    assert told == [change]


def test_the_order_of_marks_is_told_when_it_changes() -> None:
    lines = BASE.splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if "id: half" in line)
    lines[place], lines[place + 1] = lines[place + 1], lines[place]

    (change,) = compare_packs(a_pack(BASE), a_pack("".join(lines))).changes

    assert (change.what, change.before) == ("order of the marks", "half, due, late")


def test_the_order_of_rules_says_nothing() -> None:
    pack = a_pack(BASE)
    one, other = BASE.index("  E-1:"), BASE.index("  E-2:")
    end = BASE.index("timers:")
    turned = BASE[:one] + BASE[other:end] + BASE[one:other] + BASE[end:]

    assert a_pack(turned).digest == pack.digest


def test_what_reads_a_parameter_tells_of_rules_and_timers() -> None:
    reading = Reading(a_pack(BASE))

    assert reading.of("P.long").direct == ("rule E-1", "timer TM-1")
    assert set(reading.of("account.size").direct) >= {"rule E-1", "rule E-2", "timer TM-1"}
