"""What the facade offers to people who decide: what waits for them, and what became of it."""

from collections.abc import Iterator
from functools import partial

from kamflow.errors import NotFoundError
from kamflow.model.snapshot import Snapshot
from kamflow.reports.approvals import (
    STATUSES,
    ApprovalEntry,
    ApprovalLife,
    approval_life,
    closed_entry,
    open_entry,
)
from kamflow.reports.arrangements import (
    AbsenceEntry,
    DelegationEntry,
    WaiverEntry,
    absence_entries,
    delegation_entries,
    waiver_entries,
)
from kamflow.reports.inbox import InboxItem, inbox_items
from kamflow.reports.lives import lives
from kamflow.runtime.readable import Readable
from kamflow.runtime.session import Session


class Following(Readable):
    """A database whose open requests, and those of the past, can be looked at."""

    def inbox(self, person: str | None = None) -> list[InboxItem]:
        """Return what waits for a person, or for anybody.

        Those are requests to vote on, questions to answer, conditions to meet, reviews, escalations
        to acknowledge or to resolve, and tasks.
        """
        with self.reading() as session:
            items: list[InboxItem] = []
            for snapshot in subjects_of(session, None, None, busy=True):
                history = partial(session.transaction.history, snapshot.id)
                items += inbox_items(*session.view(snapshot), history)
            return [item for item in items if person is None or person in item.waiting_for]

    def approvals(
        self,
        *,
        program: str | None = None,
        subject: str | None = None,
        approval: str | None = None,
        status: str | None = None,
        person: str | None = None,
        closed: bool = False,
    ) -> list[ApprovalEntry]:
        """Return open requests by subject; with `closed` those of the past as well, oldest first.

        Args:
            program: Only those of a program and of what belongs to it.
            subject: Only those of one subject.
            approval: Only those for this approval of the policy.
            status: `open`, `returned`, or one of the past: `approved`, `conditional`, `rejected`,
                `withdrawn`, `expired`. The past takes reading histories.
            person: Only those that a person asked for, voted on, or is waited for.
            closed: Whether those of the past are wanted; a status of the past says so, too.

        Raises:
            NotFoundError: There is no such program, subject or status.
        """
        if status is not None and status not in STATUSES:
            raise NotFoundError(f"there is no status `{status}`; it is {', '.join(STATUSES)}")
        past = closed or (status is not None and STATUSES.index(status) > 1)
        with self.reading() as session:
            entries: list[ApprovalEntry] = []
            for snapshot in subjects_of(session, program, subject, waiting=not past):
                entries += _past(session, snapshot, person) if past else ()
                entries += _open(session, snapshot, person)
        return [
            item
            for item in entries
            if approval in (None, item.approval) and status in (None, item.status)
        ]

    def approval(self, approval: str) -> ApprovalLife:
        """Return the whole life of a request (`north/acme#17`), open or closed.

        Raises:
            NotFoundError: There is no such request.
        """
        with self.reading() as session:
            snapshot = session.find(approval.rpartition("#")[0] or approval)
            found = lives(session.transaction.history(snapshot.id))
            identity = f"{snapshot.id}#{approval.rpartition('#')[2]}"
            if identity not in found:
                newest = f"; the newest is `{list(found)[-1]}`" if found else ""
                raise NotFoundError(f"`{snapshot.id}` has no request `{approval}`{newest}")
            life = found[identity]
            digest = (life.closing or life.begun).pack if life.end else snapshot.pack
            compiled, view = session.view(snapshot, session.compiled(digest))
            return approval_life(compiled, view, life)

    def absences(self, subject: str | None = None) -> list[AbsenceEntry]:
        """Return who is away, or will be: everywhere, or as far as a subject is concerned.

        That is what was said of the subject, of what it belongs to, and of what belongs to it.
        """
        with self.reading() as session:
            return list(absence_entries(_around(session, subject), session.now))

    def delegations(self, subject: str | None = None) -> list[DelegationEntry]:
        """Return which votes are lent, or will be; `subject` as in `absences`."""
        with self.reading() as session:
            return list(delegation_entries(_around(session, subject), session.now))

    def waivers(self, subject: str | None = None) -> list[WaiverEntry]:
        """Return which criteria are waived; `subject` as in `absences`."""
        with self.reading() as session:
            found = waiver_entries(
                _around(session, subject),
                session.now.date(),
                lambda digest: session.compiled(digest).pack,
            )
            return list(found)


def _open(session: Session, snapshot: Snapshot, person: str | None) -> Iterator[ApprovalEntry]:
    compiled, view = session.view(snapshot)
    for open_one in snapshot.approvals.values():
        entry = open_entry(compiled, view, open_one)
        voted = {name for vote in open_one.votes for name in (vote.person, vote.principal)}
        if person is None or person in {*voted, *entry.waiting_for, entry.requested_by}:
            yield entry


def _past(session: Session, snapshot: Snapshot, person: str | None) -> Iterator[ApprovalEntry]:
    for life in lives(session.transaction.history(snapshot.id)).values():
        if life.closing is None:
            continue
        compiled, view = session.view(snapshot, session.compiled(life.closing.pack))
        voted = {name for vote in life.votes for name in (vote.person, vote.principal)}
        if person is None or person in {*voted, life.asked_by}:
            yield closed_entry(compiled, view, life)


def subjects_of(
    session: Session,
    program: str | None,
    subject: str | None,
    *,
    waiting: bool = False,
    busy: bool = False,
) -> Iterator[Snapshot]:
    """Yield the subjects of a program, or the one subject, or all.

    Args:
        session: One state of the database.
        program: The program, which is one of its subjects.
        subject: The only subject that is wanted.
        waiting: Those alone that have open approvals.
        busy: Those alone that something waits for: approvals, tasks, escalations and the like.
    """
    if subject is not None:
        yield session.find(subject)
        return
    above = session.find(program).id if program is not None else None
    wanted = [
        entry.id
        for entry in session.transaction.entries(waiting=waiting, tasks=busy)
        if above is None or f"{entry.id}/".startswith(f"{above}/")
    ]
    session.transaction.prefetch(wanted)
    for identity in wanted:
        yield session.find(identity)


def _around(session: Session, subject: str | None) -> Iterator[Snapshot]:
    """Yield a subject with what is above and below it, or all subjects."""
    own = session.find(subject).id if subject is not None else ""
    wanted = [
        entry.id
        for entry in session.transaction.entries()
        if not own or f"{own}/".startswith(f"{entry.id}/") or entry.id.startswith(f"{own}/")
    ]
    session.transaction.prefetch(wanted)
    for identity in wanted:
        yield session.find(identity)
