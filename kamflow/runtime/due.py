"""Does what has fallen due by the clock, many subjects in one transaction, and says what will."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeAlias

from msgspec import Struct

from kamflow.errors import InputError, KamflowError
from kamflow.model.events import Recorded
from kamflow.reports.falling_due import DueItem, falling_due
from kamflow.runtime.readable import Readable
from kamflow.runtime.session import Session, WritingSession
from kamflow.runtime.submitting import Submitting
from kamflow.storage.claims import (
    claim,
    due_and_sound,
    end_claims,
    next_due,
    postpone,
    unclaimed,
)

AT_ONCE = 50  # subjects of one transaction
_ALL = 2**31 - 1


class TurnedSubject(Struct, frozen=True, kw_only=True):
    """What fell due for one subject, and what followed from it."""

    subject: str
    events: tuple[Recorded, ...]


class FailedSubject(Struct, frozen=True, kw_only=True):
    """A subject for which what is due could not be done; the others were not kept waiting."""

    subject: str
    error: str
    failures: int  # one after another
    again_at: datetime  # aware UTC; it is left alone before


class DueReport(Struct, frozen=True, kw_only=True):
    """What a run did, oldest first."""

    as_of: datetime  # aware UTC
    subjects: tuple[TurnedSubject, ...]
    failed: tuple[FailedSubject, ...] = ()


class DueClaim(Struct, frozen=True, kw_only=True):
    """Subjects with something due that somebody has taken upon himself, as JSON if need be."""

    subjects: tuple[str, ...]  # the one first that has waited longest
    until: datetime  # aware UTC; from then on others may take them


_Turned: TypeAlias = TurnedSubject | FailedSubject


class Overdue(Readable, Submitting):
    """A database in which things fall due: reminders, escalations, timers, ends of waivers."""

    def run_due(self, limit: int | None = None) -> DueReport:
        """Do what has fallen due by now, for the subject first that has waited longest.

        Some fifty subjects are one transaction. Nothing is done twice: who comes second finds
        nothing left to do. A run that comes late does what a timely one would have done. A subject
        that fails is told in the report, stops nobody else, and is left alone for a minute, then
        for two, and so on up to an hour.

        Args:
            limit: How many subjects at most; all when nothing is given.
        """
        with self.reading() as session:
            now = session.now
            most = _ALL if limit is None else limit
            subjects = due_and_sound(session.transaction, now, most)
        return self._report(now, subjects)

    def due(self, until: datetime | None = None) -> tuple[DueItem, ...]:
        """Return what falls due by an instant, now unless given, in order; nothing is changed.

        What is known today is told: what falls due may have further things fall due in turn. A
        naive instant is taken for UTC.
        """
        with self.reading() as session:
            at = session.now if until is None else _aware(until)
            known = (_known(session, subject) for subject in session.transaction.due_by(at))
            found = [item for items in known for item in items if item.at <= at]
        return tuple(sorted(found, key=lambda item: (item.at, item.subject, item.about)))

    def claim_due(self, limit: int = AT_ONCE, *, seconds: int = 60) -> DueClaim:
        """Take upon oneself what has fallen due for some subjects, to be done by `perform`.

        Others who claim get other subjects meanwhile. A claim that is never performed is over after
        its time; to perform it late, or twice, does no harm: what is due is done once.

        Args:
            limit: How many subjects at most.
            seconds: How long nobody else gets them.

        Raises:
            InputError: A number is not positive.
        """
        if limit < 1 or seconds < 1:
            raise InputError(["claim at least one subject, for at least one second"])

        def claimed(session: WritingSession) -> DueClaim:
            until = session.now + timedelta(seconds=seconds)
            subjects = unclaimed(session.writing, session.now, limit)
            claim(session.writing, subjects, until)
            return DueClaim(subjects=tuple(subjects), until=until)

        return self._in_transaction(claimed)

    def perform(self, claimed: DueClaim) -> DueReport:
        """Do what has fallen due by now for the subjects of a claim, which is over by that."""
        with self.reading() as session:
            now = session.now
        return self._report(now, claimed.subjects)

    def next_due(self) -> datetime | None:
        """Return the next instant at which somebody has something to do, which may be over.

        Nothing when nothing waits. It costs the same however many subjects wait.
        """
        with self.reading() as session:
            return next_due(session.transaction)

    def _report(self, now: datetime, subjects: Sequence[str]) -> DueReport:
        batches = (subjects[at : at + AT_ONCE] for at in range(0, len(subjects), AT_ONCE))
        turned = [one for some in batches for one in self._turned(some)]
        return DueReport(
            as_of=now,
            subjects=tuple(item for item in turned if isinstance(item, TurnedSubject)),
            failed=tuple(item for item in turned if isinstance(item, FailedSubject)),
        )

    def _turned(self, subjects: Sequence[str]) -> Iterator[_Turned]:
        """Do all of it in one transaction; when that fails, subject by subject."""
        try:
            yield from self._in_transaction(partial(_turn_all, subjects=subjects))
        except Exception as error:  # noqa: BLE001 - whatever it is, it concerns one of them
            if len(subjects) == 1:
                yield self._in_transaction(partial(_failed, subject=subjects[0], error=error))
            else:
                for subject in subjects:
                    yield from self._turned((subject,))


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _known(session: Session, subject: str) -> list[DueItem]:
    compiled, view = session.view(session.find(subject))
    found = list(falling_due(compiled, view, session.transaction.schedule(subject)))
    view.scene.forget()
    return found


def _turn_all(session: WritingSession, subjects: Sequence[str]) -> list[TurnedSubject]:
    """Bring subjects up to date, unless somebody has done so meanwhile."""
    session.transaction.prefetch(subjects)
    found = [
        TurnedSubject(subject=subject, events=events)
        for subject in subjects
        if (events := _turn(session, subject))
    ]
    end_claims(session.writing, subjects)
    return found


def _turn(session: WritingSession, subject: str) -> tuple[Recorded, ...]:
    now = session.now
    at = session.transaction.due_at(subject)
    if at is None or at > now:
        return ()
    events = session.bring_up_to_date(subject).events
    at = session.transaction.due_at(subject)
    if at is not None and at <= now:
        raise KamflowError(f"`{subject}` has something due still after all of it was done")
    return events


def _failed(session: WritingSession, subject: str, error: Exception) -> FailedSubject:
    """Leave a subject alone for a while."""
    told = str(error) or type(error).__name__
    postponed = postpone(session.writing, subject, session.now, told)
    return FailedSubject(
        subject=subject, error=told, failures=postponed.failures, again_at=postponed.again_at
    )
