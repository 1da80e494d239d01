"""A small policy with an approval, event rules and tasks, and the people of a program."""

from datetime import datetime, timedelta

from kamflow import Kamflow
from tests.builders import NOON, a_pack

RULES = """
facts:
  account:
    account.n: {type: number}
    account.kam: {type: person}
roles:
  boss: {who: boss, higher: [chief]}
  chief: {who: chief}
  kam: {who: key account manager, holder: account.kam}
events:
  account:
    incident.opened: {}
approvals:
  AP: {title: The plan, voters: [boss], rule: one, deadline: 5 business days, escalate_to: [chief]}
approving: {remind: 50, escalate: 100, expire: 300}
calendars:
  berlin: {title: Berlin, zone: Europe/Berlin, country: DE, default: true}
escalating:
  levels: {L1: {roles: [kam], wait: 3 business days}, L2: {roles: [boss]}}
rules:
  E-1:
    title: Too little
    subject: account
    when: account.n < 5
    severity: high
    to: [L1, L2]
    tasks: [{id: call, title: Call the customer, roles: [kam], within: 14 days}]
    clears_when: account.n >= 5
    why: With less than five nothing works.
  E-2:
    title: Far too little
    subject: account
    when: account.n < 1
    severity: critical
    to: [L2]
    clears_when: account.n >= 1
"""

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning, approval: AP}
"""

ACME = "north/acme"


class HandClock:
    """A clock that moves when it is told to."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


def an_office(url: str, clock: HandClock, notifying: str = "") -> Kamflow:
    """Open a database with two accounts: kim keeps both, bob is the boss, cleo the chief."""
    kam = Kamflow.open(url, clock=clock)
    kam.publish(a_pack(RULES, *([notifying] if notifying else []), lifecycle=LIFECYCLE), by="ann")
    kam.create_program("north", "North", by="ann")
    for name in ("acme", "bolt"):
        kam.create_account("north", name, name.title(), by="ann")
        assert kam.record_facts(f"north/{name}", {"account.kam": "kim"}, by="ann").accepted
    assert kam.assign("north", "boss", "bob", by="ann").accepted
    assert kam.assign("north", "chief", "cleo", by="ann").accepted
    return kam
