"""The same histories on a database: what is stored is what the events make, and nothing else."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from kamflow import Decision, Kamflow
from kamflow.engine.evolve import evolve, replay
from kamflow.model.commands import Command, OpenSubject
from kamflow.model.events import Recorded
from kamflow.storage.store import Store
from tests.builders import NOON, shipped_pack
from tests.properties.histories import Step, Story, histories, told


class Desk:
    """Asks a database what a story asked in memory."""

    def __init__(self, folder: Path) -> None:
        self.now: datetime = NOON
        self.store = Store(f"sqlite:///{folder}/k.db")
        self.kam = Kamflow(self.store, clock=lambda: self.now)
        self.kam.publish(shipped_pack(), by="publisher")

    def ask(self, subject: str, command: Command) -> Decision:
        with self.kam.batch() as batch:
            session = batch.session
            if isinstance(command, OpenSubject):
                return session.open(command)
            return session.submit(session.find(subject), command)

    def place(self, recorded: Recorded) -> None:
        with self.store.writing() as transaction:
            before = transaction.load(recorded.instance)
            after = evolve(before, recorded)
            transaction.append(Decision(accepted=True, events=(recorded,), snapshot=after))

    def hear(self, story: Story) -> list[Decision]:
        answers = []
        for number, (at, subject, command) in enumerate(story.asked):
            if number in story.placed:
                self.place(story.placed[number])
            self.now = at
            answers.append(self.ask(subject, command))
        return answers


@given(steps=histories)
@settings(max_examples=8)
def test_a_database_answers_and_keeps_what_the_engine_decides_in_memory(
    steps: list[Step], tmp_path_factory: pytest.TempPathFactory
) -> None:
    story, desk = told(steps), Desk(tmp_path_factory.mktemp("history"))

    answers = desk.hear(story)

    assert answers == [decision for _, decision in story.answers]
    with desk.store.reading() as transaction:
        for subject, snapshot in story.subjects.items():
            assert transaction.load(subject) == snapshot
            assert transaction.history(subject) == story.events[subject]
            assert replay(transaction.history(subject)) == snapshot
    desk.kam.close()
