"""Conditions of the whole grammar, well typed or not, and subjects with any past, for fuzzing."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.engine.view import Scene, View
from kamflow.language.loaded import Loaded
from kamflow.model.events import Event, EventReported, FactsRecorded, Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Observation, Snapshot
from kamflow.model.values import NUMERIC, Unknown, Verdict
from tests.builders import NOON, load

HEAD = "layers: {region: account.region, colour: account.colour}, calendar_by: account.colour"
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions:
    - id: A1
      trigger: plan
      from: candidate
      to: planning
      approval: AP
      freeze: {pilot: accounts where account.flag, every: contacts where true}
    - {id: A2, trigger: back, from: planning, to: candidate}
"""
RULES = """
subjects: {contact: {plural: contacts, parent: account, workflow: contacting}}
parameters:
  size: {type: number, value: 3}
  span: {type: integer, value: 30, unit: days}
  money: {type: money, value: 5000}
overrides:
  - {parameter: size, layer: region, key: north, value: 4, owner: ana, reason: new}
  - {parameter: size, layer: colour, key: red, value: 1, owner: ana, reason: x, until: 2026-04-01}
  - {parameter: size, layer: account, key: a1, value: 9, owner: ana, reason: y}
calendars:
  red: {default: true, zone: Asia/Riyadh, weekend: [friday, saturday], country: SA}
  green: {zone: Europe/Berlin, country: DE, closures: [{day: 2026-03-30, title: closed}]}
facts:
  program:
    program.size: {type: number, max_age: 30 days}
    program.on: {type: date}
  account:
    account.a: {type: number, max_age: P.span}
    account.b: {type: score}
    account.c: {type: integer, default: account.b + 1, unit: accounts}
    account.money: {type: money, unit: EUR}
    account.pct: {type: percent}
    account.on: {type: date, max_age: 90 days}
    account.flag: {type: flag}
    account.colour: {type: choice, values: [red, green]}
    account.region: {type: text}
    account.mood: {type: choice, values: [good, bad], writers: [engine]}
    account.kam: {type: person}
    account.sum: {type: number, derived: account.a * account.a * account.b}
    account.big: {type: number, derived: account.sum * account.sum * account.sum}
    account.good: {type: flag, derived: "trend(account.a, 2, falling) or account.b > 2"}
    account.load: {type: integer, derived: count(accounts where account.kam = self.account.kam)}
  contact:
    contact.level: {type: number, default: account.a}
events:
  account:
    incident.opened:
      payload: {severity: {type: choice, values: [minor, major]}, cost: {type: number}}
    value.claimed: {payload: {on: {type: date}}}
    value.checked: {}
scorecards:
  card:
    subject: account
    scale: 1 to 5
    criteria:
      - {id: A, fact: account.a, weight: 3, bands: [{at_least: 3, points: 5}], otherwise: 1}
      - {id: S, fact: account.sum, missing: 0}
tables:
  table:
    subject: account
    rows:
      - {id: R1, when: account.flag and account.a > 1, then: {way: red}}
      - {id: R2, when: card.total > 2, then: {way: green}}
roles:
  kam: {who: key account manager, holder: account.kam, higher: [boss]}
  boss: {who: the boss}
  clerk: {who: a clerk}
  engine: {who: the engine, identity: system}
approving:
  {deadline: 5 business days, remind: 50, escalate: [100, 150], expire: 300, condition_days: P.span}
approvals:
  AP:
    steps:
      - title: First
        when: account.a > 1
        voters: [kam, {role: boss, when: account.flag}]
        rule: all
      - need: any
        ballots:
          - {voters: [{role: clerk, each: function}], rule: everybody}
          - {voters: [boss, clerk], rule: majority, quorum: 60%, chair: boss, tie: chair}
    auto_when: account.b > 4
    escalate_to: [boss]
    returns: 1
    call_in: {by: [boss], within: 5 business days, approval: AP-2, undo: A2}
    spot_check: {share: 10%, by: [clerk]}
    appeal: {by: [account.kam], within: 5 days, approval: AP-2, transition: A1}
  AP-2: {voters: [boss, clerk], rule: at_least 50%}
escalating:
  levels: {L1: {roles: [kam], wait: 3 business days}, L2: {roles: [boss]}}
  start: {critical: L2}
  cooldown: P.span
  late: 7 days
rules:
  E-1:
    subject: account
    stages: [candidate]
    when: account.a > 1 or escalated("TM-1")
    lasting: 2 days
    grades: [{severity: high, when: account.b > 3, to: [L2]}]
    to: [L1, {roles: [clerk], after: P.span}]
    tasks: [{id: T, title: look, roles: [kam], within: 5 business days, done_when: account.flag}]
    propose: [A1]
    set: {account.flag: true}
    clears_when: account.a <= 1
    clears_lasting: 1 month
  E-2:
    subject: account
    each: {event: incident.opened, field: severity}
    when: count(incident.opened within P.span where event.severity = key) > 2
    severity: low
    to: [L1]
  E-3:
    subject: account
    together:
      within: 48 hours
      events:
        - {id: a, event: incident.opened, where: event.cost > 3}
        - {id: b, event: value.claimed}
    observe: true
    to: [L2]
  E-P: {subject: program, when: program.size > 3 and count(accounts where account.flag) > 1}
timers:
  TM-1:
    subject: account
    since: account.on
    due: P.span
    unless: account.flag
    marks: [{id: half, at: 50%, tell: [kam]}, {id: late, after: 3 days, severity: low, to: [L1]}]
regions:
  mood:
    subject: account
    fact: account.mood
    moves:
      - {id: M-1, from: good, to: bad, when: 'escalated("E-1") or account.a > 5'}
      - {id: M-2, from: bad, to: good, when: 'not escalated("E-1")', lasting: 3 days}
waiving: {approval: AP-2, longest: P.span, asked_by: [kam]}
break_glass: {asked_by: [kam], confirmed_by: [boss], reviewed_by: [clerk], review_within: 5 days}
rights: {reassign: [boss], withdraw: [clerk]}
duties:
  D-1: {title: who asks does not vote, on: [vote], who: [requester, account.kam], except: [AP-2]}
  D-2: {title: two hats, on: [assign], apart: [[boss], [clerk]]}
  D-3: {title: emergencies, kept_by: key break_glass}
workflow:
  id: contacting
  subject: contact
  stages: {known: {kind: initial}}
  transitions: [{id: C1, trigger: meet, from: known, to: same}]
"""

# What stands for each sort of expression: `<n>` numbers, `<d>` days, `<f>` conditions and so on.
FORMS: dict[str, tuple[str, ...]] = {
    "n": (
        "<N>", "<N>", "P.size", "<number>", "(<n> <op> <n>)", "-<n>", "min(<n>, <n>)",
        "max(<n>, <n>, <n>)", "days_since(<d>)", "months_since(<d>)", "(<d> - <d>)",
        "(if <f> then <n> else <n>)", "<N> as of <D>", "<N> as of (<d>)", "change(<N> over <span>)",
        "count(<set> where <m>)", "count(accounts within <span>)", "share(<set> where <m>)",
        "<total>(<M> of <set> where <m>)", "<total>(<M> of <set>)",
        "max_per(account.kam of accounts)",
        'share(cohort("pilot") where <m>)', 'sum(account.a of cohort("pilot"))',
        "count(incident.opened where <e> within <span>)", "sum(event.cost of incident.opened)",
        "count(value.checked within <span>)", "card.total", "card.A", "card.oldest_days",
        "account.big", "account.load", "account.sum", "subject.days_in_stage", "<counted>",
        "count(incident.opened without value.checked within <span>)",
        "count(incident.opened without incident.opened by severity where <e>)",
    ),
    "f": (
        "account.flag", "account.good", "true", "(<f> and <f>)", "(<f> or <f>)", "not (<f>)",
        "<n> <cmp> <n>", "<n> between <n> and <n>", "<n> in {<n>, <n>, <number>}",
        "<n> not in {<number>, <number>}", "<d> <cmp> <d>", "<d> within <span>", "<w> = <W>",
        "<w> in {<W>, <W>}", "<any> is <state>", "<any> is not <state>",
        "trend(<N>, <steps>, <way> by <n>)", "trend(<N>, <steps>, <way>)",
        "no value.checked within <span> after value.claimed",
        "no value.checked within <long> after incident.opened where <e>",
        'escalated("E-1")', 'escalated("E-P")', 'escalated("TM-1")',
        "edited(card by account.kam within 48 hours)", "(if <f> then <f> else <f>)",
        "account.flag as of <D>", "table.way = red", "table.row = R2",
    ),
    "d": (
        "account.on", "program.on", "<D>", "today", "(<d> + <span>)", "(<d> - <span>)",
        "(<d> + P.span)", "account.on as of <D>", "subject.next_waiver_end",
        "(if <f> then <d> else <D>)",
    ),
    "m": (
        "account.flag", "<M> <cmp> <n>", "account.kam = self.account.kam", "<f>",
        "<M> > self.account.a", "count(accounts where account.flag) > 1",
    ),
    "e": ("event.severity = major", "event.cost > <number>", "event.cost is known", "true"),
    "w": ("account.colour", "account.region", "account.kam", "stage", "table.way"),
    "any": ("<n>", "<d>", "<w>", "account.flag"),
    "N": ("account.a", "account.b", "account.c", "account.pct", "program.size", "account.money"),
    "M": ("account.a", "account.b", "contact.level", "account.sum"),
    "W": ("red", "green", "minor", '"ana"', '"\u05d0\u200f"', '"%s{0}"', "R1", "planning"),
    "D": ("today", "2026-03-31", "0001-01-01", "9999-12-31", "2024-02-29"),
    "set": ("accounts", "contacts"),
    "total": ("sum", "avg", "min", "max"),
    "op": ("+", "-", "*", "/", "% of"),
    "cmp": ("=", "!=", "<", "<=", ">", ">="),
    "state": ("present", "absent", "known", "unknown"),
    "way": ("falling", "rising"),
    "steps": ("1", "2", "20"),
    "counted": (
        "subject.sla_days", "subject.conditions_overdue", "subject.stale_facts",
        "subject.requests_overdue", "subject.late_edits", "subject.unchanged_requests",
    ),
    "long": ("24 hours", "1 day", "P.span", "5 business days", "P.size"),
    "span": (
        "P.span", "1 day", "30 days", "12 months", "5 business days", "36500 days", "36500 months",
    ),
    "number": ("0", "1", "2.5", "0.1", "9" * 30, "100000000000000000", "3 days", "4000000 days"),
}  # fmt: skip


def written(random: Random, sort: str, depth: int) -> str:
    """Return an expression of a sort; from `depth` levels on the shortest forms alone."""
    forms = FORMS[sort]
    if depth <= 0:
        forms = tuple(form for form in forms if form.count("<") <= 1) or forms[:1]
    text, _, rest = random.choice(forms).partition("<")
    while rest:
        slot, _, rest = rest.partition(">")
        if slot in FORMS:
            text += written(random, slot, depth - 1)
        else:
            text, rest = f"{text}<{slot}", f">{rest}" if rest else ""
        further, _, rest = rest.partition("<")
        text += further
    return text


def with_gate(conditions: list[str]) -> Loaded:
    """Return the small pack with a gate of these conditions."""
    quoted = (condition.replace("'", "''") for condition in conditions)
    criteria = "".join(
        f"      - {{id: G{number}, {'should' if number % 5 == 4 else 'must'}: '{text}'"
        f"{', must_when: account.flag' if number % 5 == 4 else ''}}}\n"
        for number, text in enumerate(quoted)
    )
    gate = f"gates:\n  G:\n    subject: account\n    criteria:\n{criteria}"
    return load(RULES, gate, lifecycle=LIFECYCLE, head_keys=HEAD)


# ---------------------------------------------------------------------------- subjects with a past

TEXTS = {
    "number": (
        "0", "1", "-1", "2.5", "3", "9" * 30, "-0.000000000000000000000000000001",
        "NaN", "sNaN", "Infinity", "1e999999", "1e-999999", "\u0661", "1_0", "", "x" * 5000,
    ),
    "date": ("2026-03-31", "2026-01-31", "0001-01-01", "9999-12-31", "20260101", "soon", ""),
    "flag": ("true", "false", "true", "perhaps", ""),
    "": ("red", "green", "ana", "major", "north", "\0", "\u202e", "{0}", "x" * 5000),
}  # fmt: skip
AGES = (0, 1, 29, 30, 31, 90, 91, 700_000, -2)


def text_for(random: Random, type_name: str) -> str:
    """Return a recorded text: most are values of the type, some were left by another policy."""
    texts = TEXTS["number" if type_name in NUMERIC else type_name if type_name in TEXTS else ""]
    return random.choice(texts[:4] if random.random() < 0.7 else texts)


class Past:
    """A program with accounts and contacts, what they are and all that was recorded of them."""

    def __init__(self, random: Random, pack: Pack) -> None:
        self.pack, self.compiled, self._random = pack, CompiledPack(pack), random
        self.events: dict[str, list[Recorded]] = {}
        self.subjects = {item.id: item for item in self._subjects()}

    def view(self, subject: str) -> View:
        """Return a fresh look at a subject."""
        scene = Scene(
            self.compiled.sources,
            NOON,
            self.subjects.get,
            lambda above, kind: [
                item for item in self.subjects.values() if (item.parent, item.kind) == (above, kind)
            ],
            lambda identity: self.events.get(identity, ()),
        )
        return scene.look(self.subjects[subject])

    def _subjects(self) -> Iterator[Snapshot]:
        yield self._subject("program", "p", None)
        for number in range(self._random.choice((1, 2, 4))):
            yield self._subject("account", f"p/a{number}", "p")
            if self._random.random() < 0.5:
                yield self._subject("contact", f"p/a{number}/c", f"p/a{number}")

    def _subject(self, kind: str, identity: str, parent: str | None) -> Snapshot:
        happened = [self._recorded(identity, place, kind) for place in range(12)]
        self.events[identity] = happened
        facts: dict[str, Observation] = {}
        for item in happened:
            if isinstance(item.event, FactsRecorded):
                facts |= item.event.facts
        cohorts: dict[str, tuple[str, ...]] = {"pilot": ("p/a0", "gone")}
        return Snapshot(
            id=identity,
            kind=kind,
            name=identity,
            parent=parent,
            workflow="",
            stage=self._random.choice(("candidate", "planning", "gone")),
            entered_at=NOON,
            opened_at=NOON - timedelta(days=self._random.choice(AGES)),
            pack="",
            sequence=1,
            facts=facts,
            cohorts=cohorts if self._random.random() < 0.5 else {},
        )

    def _recorded(self, identity: str, place: int, kind: str) -> Recorded:
        at = NOON - timedelta(days=self._random.choice(AGES))
        events = [item for item in self.pack.events.values() if item.kind == kind]
        facts = [item for item in self.pack.facts.values() if item.kind == kind]
        event: Event
        if events and place % 3 == 0:
            chosen = self._random.choice(events)
            payload = {
                name: text_for(self._random, shape.type) for name, shape in chosen.payload.items()
            }
            event = EventReported(name=chosen.name, happened_at=at, payload=payload)
        else:
            chosen_facts = self._random.sample(facts, min(3, len(facts)))
            texts = ((fact.name, text_for(self._random, fact.shape.type)) for fact in chosen_facts)
            event = FactsRecorded(
                facts={name: Observation(text, at, "crm", "ana", NOON) for name, text in texts}
            )
        return Recorded(
            instance=identity, sequence=place, at=NOON, actor="ana", pack="", event=event
        )


def judged_both_ways(past: Past, subject: str, gate: str) -> Verdict:
    """Return the verdict of a gate, which all ways to judge it give, every unknown with a cause."""
    compiled = past.compiled
    found = judge_gate(compiled, gate, past.view(subject))
    for finding in found.findings:
        assert finding.verdict is not Verdict.UNKNOWN or finding.causes
    for item in compiled.gate(gate).criteria:
        value = item.judge(past.view(subject))
        assert isinstance(value, bool | Unknown)
    quick = compiled.verdict(gate, past.view(subject))
    assert quick is found.verdict
    return found.verdict
