"""A request in a small policy with every right and deadline, for the tests of its life."""

from datetime import UTC, datetime, timedelta

from kamflow.model.commands import (
    CastVote,
    Command,
    Comment,
    Promise,
    Reassign,
    Remind,
    ResumeRequest,
    ReturnRequest,
    SettleCondition,
    Turn,
    WithdrawRequest,
)
from kamflow.model.decision import Decision
from kamflow.model.snapshot import OpenApproval
from tests.builders import World, a_world

ACME = "north/acme"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)

POLICY = """
parameters:
  level_pct: {type: integer, unit: "%%", value: 100}
approving:
  deadline: 10 business days
  remind: [50]
  escalate: [P.level_pct, 150]
  expire: 300
  returns: 2
  condition_days: 90
rights:
  withdraw: [office]
  remind: [office]
  reassign: [office]
  settle_condition: [office]
facts:
  program:
    program.frozen: {type: flag, default: false}
    program.mood: {type: text, default: '"calm"'}
  account:
    account.value: {type: number, default: 10}
    account.checked_on: {type: date}
    account.kam: {type: person}
    account.large: {type: flag, derived: account.value > 100}
    account.note: {type: text}
    account.approved_on: {type: date}
events:
  account:
    incident.reported: {title: Incident}
roles:
  kam: {who: kam, holder: account.kam}
  boss: {who: boss, higher: [chief]}
  clerk: {who: clerk}
  third: {who: third}
  chief: {who: the boss of the boss}
  board: {who: the last level}
  office: {who: program office}
tables:
  who:
    title: Who decides
    subject: account
    rows:
      - {id: R1, when: account.value > 1000, then: {approval: AP-BOARD}}
      - {id: R2, when: account.value > 500, then: {approval: AP-AUTO}}
      - {id: R3, otherwise: true, then: {approval: AP}}
gates:
  G:
    subject: account
    criteria:
      - {id: G.1, must: account.value > 5}
      - {id: G.2, must: account.approved_on is present, settled_by: approval}
      - {id: G.3, must: not program.frozen and program.mood is present}
      - {id: G.4, must: count(incident.reported) < 3}
      - {id: G.5, should: account.note is present}
      - {id: G.6, must: account.checked_on is absent or account.checked_on within 365 days}
approvals:
  ROUTER: {title: Router, route: who.approval}
  AP-BOARD: {title: Board, voters: [board], rule: one, deadline: 20 business days}
  AP-AUTO: {title: Automatic, voters: [board], rule: one, auto_when: account.value > 500}
  AP: {title: Plan, %s}
"""

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    planning: {kind: active}
    running: {kind: active}
    waiting: {kind: waiting}
    lost: {kind: end}
  transitions:
    - id: A1
      trigger: plan
      from: candidate
      to: planning
      gate: G
      approval: ROUTER
      set_on_approval: {account.approved_on: today}
    - {id: A2, trigger: run, from: planning, to: running, gate: G}
    - {id: A3, trigger: wait, from: planning, to: waiting, gate: G}
    - {id: A5, trigger: retreat, from: planning, to: candidate, gate: G}
    - {id: A6, trigger: escape, from: planning, to: running, gate: G, despite_conditions: true}
    - {id: A7, trigger: renew, from: planning, to: same, gate: G}
    - {id: A8, trigger: back, from: waiting, to: returning, gate: G}
    - {id: A9, trigger: move, from: planning, to: running}
    - {id: A4, trigger: lose, from: [candidate, planning, running, waiting], to: lost}
"""

USUAL = "voters: [boss, clerk], rule: all, escalate_to: [chief, board], excluded: [requester]"
PEOPLE = {"boss": "ann", "clerk": "ben", "chief": "cleo", "board": "dora", "office": "olga"}


def asking(approval: str = USUAL, *, policy: str = POLICY, **people: str) -> World:
    """Return a world on a Monday morning with people in roles; nothing is asked yet."""
    world = a_world(policy % approval, lifecycle=LIFECYCLE)
    world.now = MONDAY
    for role, names in {**PEOPLE, **people}.items():
        for name in names.split():
            world.assign("north", role, name)
    return world


def asked(approval: str = USUAL, *, policy: str = POLICY, **people: str) -> World:
    """Return such a world after `zoe` has asked for the plan."""
    world = asking(approval, policy=policy, **people)
    decision = world.request(ACME, "plan", by="zoe")
    assert decision.accepted, decision.reasons
    return world


def request_of(world: World) -> OpenApproval:
    (open_one,) = world.subjects[ACME].approvals.values()
    return open_one


def kinds(decision: Decision) -> list[str]:
    return [type(event).__name__ for event in decision.happenings]


def at(world: World, instant: datetime) -> World:
    world.now = instant
    return world


def turned(world: World, instant: datetime | None = None) -> Decision:
    """Let the clock alone go on."""
    world.now = instant or world.now
    return world.submit(ACME, Turn(actor="system"))


class Desk:
    """What people do with the first request."""

    def __init__(self, world: World) -> None:
        self.world, self.id = world, f"{ACME}#2"

    def _do(self, command: Command) -> Decision:
        return self.world.submit(ACME, command)

    def vote(
        self, answer: str, *, by: str, principal: str = "", conditions: tuple[Promise, ...] = ()
    ) -> Decision:
        command = CastVote(
            actor=by, approval=self.id, vote=answer, principal=principal, conditions=conditions
        )
        return self._do(command)

    def comment(self, text: str, *, by: str) -> Decision:
        return self._do(Comment(actor=by, approval=self.id, text=text))

    def send_back(self, question: str = "why?", *, by: str) -> Decision:
        return self._do(ReturnRequest(actor=by, approval=self.id, question=question))

    def answer(self, answer: str = "because", *, by: str = "zoe") -> Decision:
        return self._do(ResumeRequest(actor=by, approval=self.id, answer=answer))

    def withdraw(self, reason: str = "no need", *, by: str = "zoe") -> Decision:
        return self._do(WithdrawRequest(actor=by, approval=self.id, reason=reason))

    def remind(self, *, by: str = "zoe") -> Decision:
        return self._do(Remind(actor=by, approval=self.id))

    def reassign(self, person: str, to: str, *, by: str = "olga") -> Decision:
        command = Reassign(actor=by, approval=self.id, person=person, to=to, reason="away")
        return self._do(command)

    def settle(self, condition: str, *, by: str, remark: str = "done") -> Decision:
        return self._do(SettleCondition(actor=by, condition=condition, remark=remark))


def business_day(number: int, *, hour: int = 9) -> datetime:
    """Return an instant on the so-many-th business day after `MONDAY` (there are no holidays)."""
    weeks, days = divmod(number, 5)
    return MONDAY.replace(hour=hour) + timedelta(days=7 * weeks + days)
