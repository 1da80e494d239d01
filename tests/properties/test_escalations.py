"""Lives of escalations, timers and tasks: late is like on time, and what is folded is what is kept.

Accounts live random lives under a policy with everything that the clock can do to them. One is
looked at whenever something falls due, the other one only when somebody does something.
"""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kamflow.engine.evolve import replay
from kamflow.model import commands as c
from kamflow.model.events import FactsRecorded, Recorded, StageEntered
from kamflow.model.snapshot import Snapshot
from tests.builders import Plain, World
from tests.builders import stated as stated_by
from tests.unit.engine.escalations.alerts import ACME, MONDAY, alerted

POLICY = """
rules:
  E-01:
    title: Trouble
    subject: account
    stages: [planning, running]
    when: account.value > 1000
    grades: [{severity: critical, when: account.value > 5000, to: [{level: L4, after: 3 days}]}]
    to: [L1]
    tasks: [{id: look, title: Look, roles: [kam], within: 2 business days, done_when: account.done}]
    propose: [A3]
    shut: [G]
    clears_when: account.value < 10
    clears_lasting: 2 days
    cooldown: 3 days
  E-02:
    title: Trouble that lasts
    subject: account
    when: account.value > 500
    lasting: 4 days
    to: [L2, {level: L3, after: 2 business days}, {roles: [office], after: 30 hours}]
    clears_when: account.value < 100
  E-03:
    title: Old
    subject: account
    when: days_since(account.since) > 5
    severity: info
    tell: [office]
    set: {account.note: '"old"'}
timers:
  TM-01:
    title: Stage
    subject: account
    due: sla
    stages: [planning, running]
    unless: account.paused
    marks:
      - {id: warn, at: 30%, tell: [kam]}
      - {id: due, at: 60%, severity: medium, to: [L2]}
      - {id: late, after: 2 days, severity: high, to: [L4]}
  TM-02:
    title: Date
    subject: account
    since: account.since
    due: 1 month
    marks:
      - {id: soon, before: 25 days, tasks: [{id: act, title: Act, roles: [kam], within: 3 days}]}
      - {id: due, severity: high, to: [L1, {level: L2, after: 1 business day}]}
  TM-03:
    title: Hold
    subject: account
    stages: [on_hold]
    due: 8 days
    marks:
      - {id: over, severity: low, to: [L1]}
      - {id: back, at: 150%, request: A4}
regions:
  health:
    title: Health
    subject: account
    fact: account.health
    moves:
      - {id: H1, from: [green], to: amber, when: 'escalated("E-01") or escalated("TM-01")'}
      - {id: H2, from: [green, amber], to: red, when: 'escalated("E-02")'}
      - {id: H3, from: [amber, red], to: green, when: account.value < 300, lasting: 3 days}
"""

STEPS = st.tuples(
    st.integers(min_value=0, max_value=6 * 24),  # hours until then
    st.one_of(
        st.tuples(st.just("value"), st.sampled_from([0, 50, 600, 2000, 6000])),
        st.tuples(st.just("since"), st.integers(min_value=0, max_value=40)),
        st.tuples(st.sampled_from(["paused", "done"]), st.booleans()),
        st.tuples(st.just("trigger"), st.sampled_from(["hold", "resume", "restart", "run"])),
        st.tuples(st.sampled_from(["acknowledge", "resolve"]), st.integers(0, 3)),
    ),
)


def _command(world: World, step: tuple[str, Any]) -> c.Command | None:
    """Return what somebody does; one who answers knows what is open on time."""
    what, value = step
    if what == "trigger":
        return c.RequestTransition(actor="somebody", trigger=value)
    if what in ("acknowledge", "resolve"):
        return _answer(world, what, value)
    stated: Plain = value
    if what == "since":
        stated = (world.now - timedelta(days=value)).date()
    facts = {f"account.{what}": stated}
    return c.RecordFacts(actor="recorder", facts=stated_by(world.compiled.pack, facts, world.now))


def _answer(world: World, what: str, place: int) -> c.Command | None:
    """Return that the director, who may anything, answers one of the escalations."""
    ids = sorted(world.subjects[ACME].escalations)
    if not ids:
        return None
    one, by = ids[place % len(ids)], "director-person"
    if what == "acknowledge":
        return c.AcknowledgeEscalation(actor=by, escalation=one)
    return c.ResolveEscalation(actor=by, escalation=one, remark="over")


def _untimed(item: Recorded) -> tuple[str, object]:
    event = item.event
    if isinstance(event, FactsRecorded):
        facts = {name: (one.value, one.as_of) for name, one in event.facts.items()}
        return item.actor, (facts, event.forgotten)
    if isinstance(event, StageEntered):
        return item.actor, replace(event, since=event.since or item.at)
    return item.actor, event


def _bare(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot without when its facts were recorded."""
    facts = {name: replace(one, recorded_at=MONDAY) for name, one in snapshot.facts.items()}
    return replace(snapshot, facts=facts)


@settings(deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_late_is_like_on_time(steps: list[tuple[int, tuple[str, Any]]]) -> None:
    timely, late = alerted(POLICY), alerted(POLICY)

    for hours, step in (*steps, (60 * 24, ("value", 0))):
        timely.run_until(timely.now + timedelta(hours=hours))
        late.now += timedelta(hours=hours)
        command = _command(timely, step)
        for world in (timely, late):
            if command is not None:
                world.submit(ACME, command)

    assert [_untimed(i) for i in late.events[ACME]] == [_untimed(i) for i in timely.events[ACME]]
    assert _bare(late.subjects[ACME]) == _bare(timely.subjects[ACME])
    assert late.due_at(ACME) == timely.due_at(ACME)
    for world in (timely, late):
        assert replay(world.events[ACME]) == world.subjects[ACME]


@settings(deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_one_is_open_for_each_rule_and_nothing_hangs_on_what_is_over(
    steps: list[tuple[int, tuple[str, Any]]],
) -> None:
    world = alerted(POLICY)

    for hours, step in steps:
        world.run_until(world.now + timedelta(hours=hours))
        command = _command(world, step)
        if command is not None:
            world.submit(ACME, command)

        snapshot = world.subjects[ACME]
        rules = [item.rule for item in snapshot.escalations.values()]
        assert len(rules) == len(set(rules))
        for task in snapshot.tasks.values():
            assert not task.escalation or task.escalation in snapshot.escalations
        for item in snapshot.escalations.values():
            instants = [one.at for one in item.climb]
            assert instants == sorted(instants)
            assert item.stopped_at is not None or all(at > world.now for at in instants)
