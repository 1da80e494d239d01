"""An account under a small policy with rules and timers, and what is done with it by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kamflow.engine.alerts import open_of
from kamflow.engine.draft import Draft
from kamflow.engine.escalations.falling import fall_due, instants
from kamflow.engine.escalations.raising import called_by, raise_alert
from kamflow.engine.escalations.timers import run
from kamflow.engine.escalations.upkeep import tend
from kamflow.engine.evolve import replay
from kamflow.model.escalation import OpenEscalation, OpenTask
from kamflow.model.events import Event
from tests.builders import World, a_world

ACME = "north/acme"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)

LEVELS = """
escalating:
  levels:
    L1: {roles: [kam], wait: 3 business days}
    L2: {roles: [manager], wait: 5 business days}
    L3: {roles: [sponsor], wait: 5 business days}
    L4: {roles: [board, steering]}
  start: {critical: L3}
  cooldown: 7 days
roles:
  kam: {who: kam}
  manager: {who: manager, higher: [director]}
  director: {who: director}
  sponsor: {who: sponsor}
  board: {who: board}
  steering: {who: steering}
  office: {who: program office}
  system: {who: the engine, identity: system}
"""

FACTS = """
parameters:
  rung_days: {type: integer, unit: days, value: 3}
  months: {type: integer, unit: months, value: 1}
  pct: {type: integer, unit: "%", value: 80}
facts:
  program:
    program.size: {type: integer}
  account:
    account.value: {type: integer, default: 0}
    account.done: {type: flag, default: false}
    account.note: {type: text}
    account.since: {type: date}
    account.paused: {type: flag, default: false}
    account.health:
      type: choice
      values: [green, amber, red]
      default: green
      writers: [system]
events:
  account:
    incident.opened:
      title: Incident
      payload: {severity: {type: choice, values: [minor, critical]}}
"""

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    planning: {kind: active, sla: 10 days}
    running: {kind: active, sla: 20 days}
    on_hold: {kind: waiting}
    lost: {kind: end}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning}
    - {id: A2, trigger: run, from: planning, to: running, gate: G}
    - {id: A3, trigger: hold, from: [planning, running], to: on_hold}
    - {id: A4, trigger: resume, from: on_hold, to: returning}
    - {id: A5, trigger: restart, from: on_hold, to: running}
    - {id: A6, trigger: lose, from: [candidate, planning, running, on_hold], to: lost}
"""

GATES = """
gates:
  G:
    subject: account
    criteria:
      - {id: G.1, must: account.value >= 0}
"""

RULE = """
rules:
  E-01:
    title: Trouble
    subject: account
    when: account.value > 1000
    %s
"""

PEOPLE = ("kam", "manager", "director", "sponsor", "board", "steering", "office")


def alerted(*texts: str, lifecycle: str = LIFECYCLE, gates: str = GATES) -> World:
    """Return a world on a Monday morning, with an account that is planned; people hold roles."""
    world = a_world(LEVELS, FACTS, gates, *texts, lifecycle=lifecycle)
    world.now = MONDAY
    for role in PEOPLE:
        world.assign("north", role, f"{role}-person")
    world.request(ACME, "plan")
    return world


def ruled(body: str, **more: str) -> World:
    """Return such a world with the one rule `E-01`, which never comes true by itself."""
    return alerted(RULE % body.replace("\n", "\n    "), **more)


def do(world: World, job: Callable[[Draft], object], subject: str = ACME) -> list[Event]:
    """Let the engine do something to a subject now, and keep it; return what happened."""
    snapshot = world.subjects[subject]
    compiled = world.packs[snapshot.pack]
    draft = Draft(
        compiled,
        world._scene(compiled),  # noqa: SLF001 - what the world itself decides with
        snapshot,
        "system",
        instance=subject,
        newest=world.newest,
    )
    job(draft)
    decision = draft.accepted()
    world.events[subject].extend(decision.events)
    assert decision.snapshot is not None
    world.subjects[subject] = decision.snapshot
    assert replay(world.events[subject]) == decision.snapshot
    return list(decision.happenings)


def raise_it(
    world: World,
    *,
    rule: str = "E-01",
    severity: str = "medium",
    key: str = "",
    evidence: tuple[str, ...] = (),
) -> list[Event]:
    """Let a rule fire."""

    def fire(draft: Draft) -> None:
        found = draft.compiled.pack.rules[rule]
        raise_alert(
            draft,
            called_by(found, severity=severity, as_of=draft.scene.now, key=key, evidence=evidence),
        )

    return do(world, fire)


def escalation(world: World, rule: str = "E-01", key: str = "") -> OpenEscalation:
    found = open_of(world.subjects[ACME], rule, key)
    assert found is not None
    return found


def task(world: World) -> OpenTask:
    (found,) = world.subjects[ACME].tasks.values()
    return found


def wait_until(world: World, instant: datetime) -> list[Event]:
    """Let the clock come to an instant, doing what falls due on the way when it does."""
    happened: list[Event] = []
    while (at := min(instants(world.subjects[ACME]), default=instant)) <= instant:
        world.now = max(at, world.now)
        events = do(world, lambda draft, at=at: fall_due(draft, at))  # type: ignore[misc]
        if not events:
            break
        happened += events
    world.now = instant
    return happened


def tended(world: World) -> list[Event]:
    return do(world, tend)


def timed(world: World, timer: str, instant: datetime | None = None) -> list[Event]:
    """Let a timer come up to an instant, seen from there."""
    world.now = instant or world.now
    return do(world, lambda draft: run(draft, draft.compiled.pack.timers[timer]))


def next_of(world: World, timer: str) -> datetime | None:
    """Return when a timer comes to its next mark."""
    found: list[int | None] = []
    do(world, lambda draft: found.append(run(draft, draft.compiled.pack.timers[timer])))
    return None if found[0] is None else datetime.fromtimestamp(found[0], UTC)


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def end_of_day(number: int, start: datetime = MONDAY) -> datetime:
    """Return the instant at which the so-many-th day after the start is over, UTC."""
    return start.replace(hour=0, minute=0) + timedelta(days=number + 1)


def after_business_days(number: int) -> datetime:
    """Return the instant at which the so-many-th business day after `MONDAY` is over."""
    weeks, days = divmod(number, 5)
    return end_of_day(7 * weeks + days)
