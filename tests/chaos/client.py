"""A client as a careful user writes it: each command has a key, a lost answer is asked for again.

What was answered is noted in a file that survives the client, line by line.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from kamflow import ConcurrencyError, DatabaseError, Decision, Kamflow
from kamflow.runtime.clock import Clock, system_clock
from kamflow.runtime.commands import Commands
from tests.chaos.world import BOSSES, PROGRAM, account

T = TypeVar("T")
Command = Callable[[Commands], Decision]

_TRIGGERS = ("plan", "rest", "propose", "return", "designate", "leave")
_FACTS, _REQUESTS, _VOTES = 0.55, 0.75, 0.95  # shares of the mix, summed; the rest are openings
_PAUSE_S = 0.05
_GIVE_UP_S = 60.0


class Answer(Struct, frozen=True, kw_only=True):
    """A line of the file: what a client was told."""

    key: str
    accepted: bool = False
    instance: str = ""  # empty when there was no event
    first: int = 0
    last: int = 0
    tries: int = 0
    wait_s: float = 0.0  # of the try that was answered
    approval: str = ""  # only that: what a vote is about to be cast on


class Order(Struct, frozen=True, kw_only=True):
    """What a client is to do."""

    url: str
    file: Path  # where answers are noted
    name: str  # begins its keys
    seed: int
    commands: int = 0  # 0: until `seconds` have passed
    seconds: float = 0.0
    accounts: int = 5  # it takes one of these at random
    clock: Clock = system_clock

    def told(self) -> list[Answer]:
        """Return what the client was told so far."""
        return [answer for answer in answers(self.file) if not answer.approval]


class Client:
    """Asks for one command after the other until each is answered."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._random = random.Random(order.seed)  # noqa: S311 - no secret, and only for the commands
        self._kam: Kamflow | None = None
        self._votes: dict[str, str] = {}  # key -> approval, as it was asked the first time
        self._note = -1

    def run(self) -> None:
        """Do what was ordered; what an earlier run under the same name was told is not repeated."""
        noted = list(answers(self._order.file))
        done = {answer.key for answer in noted if not answer.approval}
        self._votes = {answer.key: answer.approval for answer in noted if answer.approval}
        _mend_last_line(self._order.file)
        self._note = os.open(self._order.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        end = time.monotonic() + self._order.seconds
        number = 0
        while number < self._order.commands or time.monotonic() < end:
            key = f"{self._order.name}-{number}"
            command = self._command(key, number)
            if key not in done:
                self._keep(self._answered(key, command))
            number += 1
        os.close(self._note)
        if self._kam is not None:
            self._kam.close()

    def _command(self, key: str, number: int) -> Command:
        """Return a command; a run from the start makes the same ones."""
        subject = account(self._random.randrange(self._order.accounts))
        n = self._order.seed * 1_000_000 + number
        choice, boss = self._random.random(), self._random.choice(BOSSES)
        trigger = self._random.choice(_TRIGGERS)
        if choice < _FACTS:
            return lambda kam: kam.record_facts(subject, {"account.n": n}, by="ann")
        if choice < _REQUESTS:
            return lambda kam: kam.request(subject, trigger, by="ann")
        if choice < _VOTES:
            return lambda kam: kam.vote(self._approval(key, subject), "approve", by=boss)
        return lambda kam: kam.create_account(PROGRAM, key, key, by="ann")

    def _approval(self, key: str, subject: str) -> str:
        """Return what to vote on: once it was asked for, asking again has to ask the same."""
        if key not in self._votes:
            kam = self._opened()
            with kam.reading() as session:
                found = next(iter(session.find(subject).approvals), f"{subject}#0")
            self._keep(Answer(key=key, approval=found))
            self._votes[key] = found
        return self._votes[key]

    def _opened(self) -> Kamflow:
        if self._kam is None:
            self._kam = Kamflow.open(self._order.url, clock=self._order.clock)
        return self._kam

    def _answered(self, key: str, command: Command) -> Answer:
        """Ask until there is an answer; the outcome of a failed try is unknown, the key tells."""
        end = time.monotonic() + _GIVE_UP_S
        tries = 0
        while True:
            tries += 1
            begun = time.perf_counter()
            try:
                decision = command(self._opened().once(key))
            except (ConcurrencyError, DatabaseError):
                if time.monotonic() > end:
                    raise
                time.sleep(random.uniform(0, _PAUSE_S))  # noqa: S311 - no secret
            else:
                return _answer(key, decision, tries, time.perf_counter() - begun)

    def _keep(self, answer: Answer) -> None:
        os.write(self._note, msgspec.json.encode(answer) + b"\n")


def _answer(key: str, decision: Decision, tries: int, waited: float) -> Answer:
    events = decision.events
    return Answer(
        key=key,
        accepted=decision.accepted,
        instance=events[0].instance if events else "",
        first=events[0].sequence if events else 0,
        last=events[-1].sequence if events else 0,
        tries=tries,
        wait_s=waited,
    )


def answers(file: Path) -> Iterator[Answer]:
    """Return what was noted; a line that a kill cut short was not an answer yet."""
    if file.exists():
        for line in file.read_bytes().split(b"\n")[:-1]:
            yield msgspec.json.decode(line, type=Answer)


def _mend_last_line(file: Path) -> None:
    if file.exists():
        content = file.read_bytes()
        os.truncate(file, content.rfind(b"\n") + 1)
