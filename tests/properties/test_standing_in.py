"""Laws of absences, delegations and reassigned seats, on random stories of a small company."""

from datetime import timedelta
from functools import cache
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.engine.counting import waiting
from kamflow.engine.electorate import electorate_of
from kamflow.model.commands import (
    CastVote,
    Command,
    EndAbsence,
    EndDelegation,
    GiveDelegation,
    Reassign,
    RecordAbsence,
)
from kamflow.model.events import RoleAssigned, RoleEnded, StageEntered, VoteCast
from kamflow.model.pack import Pack
from kamflow.model.snapshot import OpenApproval
from tests.builders import World, a_pack

POLICY = """
facts:
  account:
    account.kam: {type: person}
roles:
  kam: {who: kam, holder: account.kam}
  boss: {who: boss, higher: [chief]}
  chief: {who: chief, higher: [owner]}
  owner: {who: owner}
  clerk: {who: clerk}
rights: {reassign: [owner]}
approvals:
  AP:
    excluded: [requester, account.kam]
    steps:
      - {voters: [clerk], rule: one}
      - {voters: [boss], rule: at_least 2}
    escalate_to: [chief, owner]
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
PEOPLE = ["ann", "ben", "cid", "dan", "eve", "kim", "zoe"]
FORBIDDEN = {"kim", "zoe"}  # the KAM, and who asks
STEPS = ("clerk", "boss")
HIGHER = {"clerk": {"clerk"}, "boss": {"boss", "chief", "owner"}}


@cache
def the_pack() -> Pack:
    return a_pack(POLICY, lifecycle=LIFECYCLE)


class Story:
    """A random course of events, with what an onlooker notes of it."""

    def __init__(self, chance: Random) -> None:
        self.chance, self.world = chance, World(the_pack())
        self.world.open("program", "north")
        self.world.open("account", "acme", "north")
        self.world.record(ACME, {"account.kam": "kim"})
        for person in PEOPLE:
            role = chance.choice(["boss", "boss", "chief", "clerk", "owner"])
            self.world.happened("north", RoleAssigned(role=role, person=person))
        self.world.request(ACME, "plan", by="zoe")

    @property
    def open_one(self) -> OpenApproval | None:
        return next(iter(self.world.subjects[ACME].approvals.values()), None)

    def go_on(self) -> None:
        """Let something happen."""
        happens = self.chance.choice(
            [self.lend, self.go_away, self.come_back, self.move, *[self.vote] * 4]
        )
        happens()

    def lend(self) -> None:
        person, to = self.chance.choice(PEOPLE), self.chance.choice(PEOPLE)
        self.submit(
            GiveDelegation(
                actor=person,
                person=person,
                to=to,
                begins_at=self.world.now,
                ends_at=self.world.now + timedelta(days=self.chance.randint(1, 4)),
                reason="busy",
                approvals=self.chance.choice([(), ("AP",)]),
            )
        )

    def go_away(self) -> None:
        person, left = self.chance.choice(PEOPLE), self.chance.random() < 0.1
        ends_at = self.world.now + timedelta(days=self.chance.randint(1, 4))
        self.submit(
            RecordAbsence(
                actor=person,
                person=person,
                begins_at=self.world.now,
                ends_at=None if left else ends_at,
                deputies=() if left else tuple(self.chance.sample(PEOPLE, 2)),
                left=left,
            )
        )

    def come_back(self) -> None:
        north = self.world.subjects["north"]
        for absence in north.absences[:1]:
            self.submit(EndAbsence(actor=absence.person, id=absence.id))
        for delegation in north.delegations[:1]:
            self.submit(EndDelegation(actor=delegation.person, id=delegation.id))

    def move(self) -> None:
        self.world.later(self.chance.choice([0, 0, 1, 2]))
        if self.chance.random() < 0.2:
            change = self.chance.choice([RoleAssigned, RoleEnded])
            role = self.chance.choice(["boss", "clerk", "chief"])
            self.world.happened("north", change(role=role, person=self.chance.choice(PEOPLE)))
        if (asked := self.open_one) is not None and self.chance.random() < 0.3:
            person, to = self.chance.sample(PEOPLE, 2)
            actor = self.chance.choice(PEOPLE)
            self.world.submit(
                ACME, Reassign(actor=actor, approval=asked.id, person=person, to=to, reason="busy")
            )

    def vote(self) -> None:
        if (asked := self.open_one) is None:
            self.world.request(ACME, "plan", by="zoe")
            return
        actor, principal = self.chance.choice(self.pairs(asked))
        command = CastVote(
            actor=actor,
            approval=asked.id,
            vote=self.chance.choice(["approve", "approve", "abstain"]),
            principal=principal,
        )
        lent = self.lent()
        decision = self.world.submit(ACME, command)
        for event in decision.happenings:
            if isinstance(event, VoteCast):
                self.check(event, command.actor, lent)

    def pairs(self, asked: OpenApproval) -> list[tuple[str, str]]:
        """Return who might vote for whom: somebody who may, or one of any two people."""
        who = electorate_of(self.world.compiled, self.world.view(ACME), asked)
        able = [
            (person, owner)
            for owner, people in waiting(who, asked.votes).items()
            for person in sorted(people)
        ]
        some = (self.chance.choice(PEOPLE), self.chance.choice(["", *PEOPLE]))
        return [some, *able]

    def lent(self) -> set[tuple[str, str]]:
        """Return who lends the vote to whom now, as recorded."""
        now, north = self.world.now, self.world.subjects["north"]
        return {
            (item.person, item.to)
            for item in north.delegations
            if item.begins_at <= now < item.ends_at
        } | {
            (item.person, deputy)
            for item in north.absences
            if item.begins_at <= now and (item.ends_at is None or now < item.ends_at)
            for deputy in item.deputies
        }

    def holds(self, person: str, roles: set[str]) -> bool:
        north = self.world.subjects["north"]
        return any(person in north.roles.get(role, ()) for role in roles)

    def check(self, event: VoteCast, caster: str, lent: set[tuple[str, str]]) -> None:
        owner = event.principal or caster
        assert not {caster, owner} & FORBIDDEN
        if event.principal:
            way = {(owner, caster)} <= lent or any(
                {(owner, between), (between, caster)} <= lent and between not in FORBIDDEN
                for between in PEOPLE
            )
            assert way, (owner, caster, lent)
        level = {"chief", "owner"}  # may have joined
        assert self.holds(caster, HIGHER[STEPS[event.step]] | level)
        now = self.world.now
        for absence in self.world.subjects["north"].absences:
            there = absence.person != caster or not absence.begins_at <= now
            assert there or (absence.ends_at is not None and absence.ends_at <= now)

    def submit(self, command: Command) -> None:
        self.world.submit("north", command)


@given(st.randoms(use_true_random=False), st.integers(5, 40))
@settings(max_examples=80, deadline=None)
def test_nobody_votes_who_must_not_and_nobody_votes_twice(chance: Random, length: int) -> None:
    story = Story(chance)

    for _ in range(length):
        story.go_on()
        for asked in story.world.subjects[ACME].approvals.values():
            cast = [(vote.person, vote.step) for vote in asked.votes]
            seats = [(vote.of, vote.step) for vote in asked.votes]
            assert len(set(cast)) == len(cast)
            assert len(set(seats)) == len(seats)
        if story.world.stage(ACME) == "planning":
            _check_votes(story)
            return


def _check_votes(story: Story) -> None:
    """Look whether enough people have said yes, of all those whose votes stand in the history."""
    yes: dict[int, set[str]] = {0: set(), 1: set()}
    for item in story.world.events[ACME]:
        if isinstance(item.event, VoteCast) and item.event.vote == "approve":
            yes[item.event.step].add(item.actor)
    assert any(isinstance(item.event, StageEntered) for item in story.world.events[ACME])
    assert len(yes[0]) >= 1
    assert len(yes[1]) >= 2
