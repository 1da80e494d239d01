"""A small company: who holds which role, and the commands about people."""

from datetime import datetime, timedelta

from kamflow.engine.people import holders
from kamflow.model.commands import (
    AssignRole,
    Command,
    GiveDelegation,
    RecordAbsence,
)
from kamflow.model.decision import Decision
from tests.builders import NOON, World, a_world

POLICY = """
roles:
  boss: {who: boss, higher: [chief]}
  chief: {who: chief, higher: [owner]}
  owner: {who: owner}
  clerk: {who: clerk}
  office: {who: office}
  board: {who: board, members: [boss, clerk]}
rights: {absence: [office], delegate: [office]}
approvals:
  AP: {voters: [boss], rule: one}
  AP-2: {voters: [clerk], rule: one}
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning, approval: AP}
    - {id: A2, trigger: write, from: candidate, to: planning, approval: AP-2}
"""
ACME = "north/acme"


def on(days: float) -> datetime:
    return NOON + timedelta(days=days)


def staffed(policy: str = POLICY, **roles: str) -> World:
    world = a_world(policy, lifecycle=LIFECYCLE)
    people = roles or {"boss": "ann ben", "chief": "cid", "owner": "oda", "office": "oli"}
    for role, names in people.items():
        for person in names.split():
            world.assign("north", role, person)
    return world


def does(world: World, *commands: Command) -> Decision:
    *_, last = [world.submit("north", command) for command in commands]
    return last


def a_role(**changes: object) -> AssignRole:
    return AssignRole(**{"actor": "admin", "role": "boss", "person": "eve", **changes})  # type: ignore[arg-type]


def an_absence(**changes: object) -> RecordAbsence:
    plain = {"actor": "ann", "person": "ann", "begins_at": NOON, "ends_at": on(7)}
    return RecordAbsence(**{**plain, **changes})  # type: ignore[arg-type]


def a_delegation(**changes: object) -> GiveDelegation:
    plain = {
        "actor": changes.get("person", "ann"),
        "person": "ann",
        "to": "cid",
        "begins_at": NOON,
        "ends_at": on(7),
        "reason": "on a course",
    }
    return GiveDelegation(**{**plain, **changes})  # type: ignore[arg-type]


def who(world: World, role: str, subject: str = ACME) -> str:
    return " ".join(sorted(holders(world.compiled.pack, world.view(subject), role)))
