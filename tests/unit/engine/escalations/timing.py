"""Timers of an account: of its stage with holds in between, and from a date."""

from datetime import date, timedelta

from kamflow.model.escalated import (
    TimerReached,
)
from kamflow.model.events import Event, StageEntered
from tests.builders import World
from tests.unit.engine.escalations.alerts import (
    ACME,
    MONDAY,
    alerted,
    next_of,
)

TIMER = """
timers:
  TM-01:
    title: Time
    subject: account
    %s
"""

SLA = """
due: sla
stages: [planning, running]
marks:
  - {id: warn, at: P.pct, title: Soon over, tell: [kam]}
  - {id: due, at: 100%, severity: medium, to: [L2]}
  - {id: late, at: 120%, severity: high, to: [L3]}
  - {id: worst, at: 150%, severity: high, to: [L4]}
"""

DATED = """
since: account.since
due: %s
marks:
  - {id: due, severity: medium, to: [L4], tasks: [{id: t, title: Do it, roles: [kam]}]}
"""


def timing(body: str, *texts: str) -> World:
    """Return a world with the one timer `TM-01`."""
    return alerted(TIMER % body.strip().replace("\n", "\n    "), *texts)


def dated(due: str, since: date, more: str = "") -> World:
    """Return a world with a timer that runs from a date."""
    world = timing(DATED % due + more)
    world.set_fact(ACME, "account.since", since)
    return world


def reached(events: list[Event]) -> list[str]:
    return [item.mark for item in events if isinstance(item, TimerReached)]


def held(world: World, from_day: int, to_day: int, back_to: str = "planning") -> list[Event]:
    """Hold the account from one day to another; return what the hold itself has set off."""
    world.now = MONDAY + timedelta(days=from_day)
    on_hold = world.request(ACME, "hold").happenings
    assert next_of(world, "TM-01") is None
    world.now = MONDAY + timedelta(days=to_day)
    world.request(ACME, "resume" if back_to == "planning" else "restart")
    assert world.stage(ACME) == back_to
    return [item for item in on_hold if not isinstance(item, StageEntered)]
