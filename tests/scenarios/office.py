"""The shipped pack at work on a real database, with a clock that tests move."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from kamflow import Decision, InboxItem, Kamflow
from kamflow.engine.evolve import evolve
from kamflow.model.commands import Turn
from kamflow.model.events import Event, FactsRecorded, Recorded, StageEntered
from kamflow.model.snapshot import Observation
from kamflow.storage.store import Store
from tests.builders import NOON, Plain, assigned_roles, shipped_pack, stated
from tests.scenarios.portfolio import PEOPLE, STEERING, Facts

FILE = "kamflow.db"


class Office:
    """A program `north` whose every role is held by a person of the same name."""

    def __init__(self, folder: Path) -> None:
        self.now: datetime = NOON
        self.url = f"sqlite:///{folder}/{FILE}"
        self.kam = Kamflow.open(self.url, clock=lambda: self.now)

    def found(self) -> None:
        """Begin the program and fill its roles."""
        self.kam.publish(shipped_pack(), by="publisher")
        self.kam.create_program("north", "North", by="program_manager")
        for role in assigned_roles(shipped_pack()):
            self.kam.assign("north", role, role, by="program_manager")
        for person in STEERING:
            self.kam.assign("north", "steering_committee", person, by="program_manager")

    def later(self, days: int = 0, hours: int = 0) -> None:
        self.now += timedelta(days=days, hours=hours)

    def nominate(self, name: str, *facts: Facts, by: str = "nominator") -> str:
        """Enter an account with its people and these facts; return its id."""
        self.kam.create_account("north", name, name.title(), by=by)
        for part in (PEOPLE, *facts):
            self.record(f"north/{name}", part)
        return f"north/{name}"

    def record(
        self, subject: str, facts: Mapping[str, Plain], *, as_of: datetime | None = None
    ) -> Decision:
        """Record facts by whoever may record them; they have to be accepted."""
        told = stated(shipped_pack(), facts, as_of or self.now)
        decision = self.kam.record_facts(subject, told, by="recorder")
        assert decision.accepted, decision.reasons
        return decision

    def request(self, subject: str, trigger: str, *, by: str) -> Decision:
        """Ask for a transition; it has to be accepted."""
        decision = self.kam.request(subject, trigger, by=by)
        assert decision.accepted, decision.explain()
        return decision

    def approve(self, subject: str, *people: str) -> None:
        """Vote yes on the one approval that is open, one person after another."""
        for person in people:
            (item,) = self.waiting(subject)
            decision = self.kam.vote(item.id, "approve", by=person)
            assert decision.accepted, decision.reasons

    def waiting(self, subject: str) -> list[InboxItem]:
        """Return the requests about a subject that wait for votes."""
        items = self.kam.inbox()
        return [item for item in items if item.subject == subject and item.task == "vote"]

    def stage(self, subject: str) -> str:
        return self.kam.subject(subject).stage

    def value(self, subject: str, fact: str) -> str | None:
        return next(item.value for item in self.kam.subject(subject).facts if item.name == fact)

    def place(self, subject: str, stage: str) -> None:
        """Put a subject into a stage without asking, to begin where a story begins."""
        left = self.stage(subject)
        self._happened(subject, StageEntered(transition="T", trigger="t", left=left, stage=stage))

    def set_fact(self, subject: str, fact: str, value: str) -> None:
        """Set a fact that only the engine sets, and have the rules look at it."""
        observed = Observation(
            value=value, as_of=self.now, source="kamflow", author="system", recorded_at=self.now
        )
        self._happened(subject, FactsRecorded(facts={fact: observed}))
        self._look(subject)

    def forget(self, subject: str, fact: str) -> None:
        """Take a fact away as the engine does, and have the rules look at it."""
        self._happened(subject, FactsRecorded(facts={}, forgotten=(fact,)))
        self._look(subject)

    def enter(self, subject: str, stage: str) -> None:
        """Put a subject into a stage without asking, and have the rules of it look at it."""
        self.place(subject, stage)
        self._look(subject)

    def _look(self, subject: str) -> None:
        kind = "account" if "/" in subject else "program"
        turn = Turn(actor="system", touched=(f"{kind}:stage",))
        decision = self.kam._submit(subject, turn)  # noqa: SLF001 - the engine's own command
        assert decision.accepted, decision.reasons

    def _happened(self, subject: str, event: Event) -> None:
        store = Store(self.url)
        with store.writing() as transaction:
            before = transaction.load(subject)
            assert before is not None
            recorded = Recorded(
                instance=subject,
                sequence=before.sequence + 1,
                at=self.now,
                actor="test",
                pack=before.pack,
                event=event,
            )
            after = evolve(before, recorded)
            transaction.append(Decision(accepted=True, events=(recorded,), snapshot=after))
        store.close()
