"""Does what has fallen due by the clock, subject by subject."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from msgspec import Struct

from kamflow.engine.people import SYSTEM
from kamflow.engine.turning import next_due
from kamflow.model.commands import Turn
from kamflow.model.events import Recorded
from kamflow.runtime.readable import Readable
from kamflow.runtime.session import WritingSession
from kamflow.runtime.submitting import Submitting

_ALL = 2**31 - 1


class TurnedSubject(Struct, frozen=True, kw_only=True):
    """What fell due for one subject, and what followed from it."""

    subject: str
    events: tuple[Recorded, ...]


class DueReport(Struct, frozen=True, kw_only=True):
    """What a run did, oldest first."""

    as_of: datetime  # aware UTC
    subjects: tuple[TurnedSubject, ...]


class Overdue(Readable, Submitting):
    """A database in which things fall due: reminders, expiries, ends of waivers and of roles."""

    def run_due(self, limit: int | None = None) -> DueReport:
        """Do what has fallen due by now, for the subject first that has waited longest.

        Each subject is a transaction of its own. Nothing is done twice: who comes second finds
        nothing left to do. A run that comes late does what a timely one would have done.

        Args:
            limit: How many subjects at most; all when nothing is given.
        """
        with self.reading() as session:
            now = session.now
            ids = session.transaction.due(now, _ALL if limit is None else limit)
        return DueReport(as_of=now, subjects=tuple(self._turned(ids)))

    def _turned(self, ids: list[str]) -> Iterator[TurnedSubject]:
        for subject in ids:
            events = self._in_transaction(partial(_turn, subject=subject))
            if events:
                yield TurnedSubject(subject=subject, events=events)


def _turn(session: WritingSession, subject: str) -> tuple[Recorded, ...]:
    """Bring one subject up to date, unless somebody has done so meanwhile."""
    snapshot = session.find(subject)
    at = next_due(snapshot)
    if at is None or at > session.now:
        return ()
    return session.submit(snapshot, Turn(actor=SYSTEM)).events
