"""What every group of commands needs: a transaction, and the subject that a command is for."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from kamflow.model.commands import Command
from kamflow.model.decision import Decision
from kamflow.runtime.session import WritingSession

T = TypeVar("T")

NO_TIME = datetime.min.replace(tzinfo=UTC)  # stands for "now" where a request is told again


class Submitting(ABC):
    """Submits commands. A subclass says in which transaction they run."""

    @abstractmethod
    def _in_transaction(self, job: Callable[[WritingSession], T]) -> T:
        """Run a job in the transaction of one command; it may be run again from the start."""

    def _submit(self, subject: str, command: Command) -> Decision:
        return self._in_transaction(lambda session: session.submit(session.find(subject), command))

    def _submit_about(self, identity: str, command: Command) -> Decision:
        """Submit a command about something that carries its subject: `north/acme#17`."""
        return self._submit(identity.rpartition("#")[0] or identity, command)

    def _submit_at(self, subject: str, told: Callable[[datetime], Command]) -> Decision:
        """Submit a command that holds the present instant."""

        def submitted(session: WritingSession) -> Decision:
            found = session.find(subject)
            return session.submit(found, told(session.now), told=told(NO_TIME))

        return self._in_transaction(submitted)
