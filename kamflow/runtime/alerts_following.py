"""What the facade tells of escalations, tasks, and of what is only observed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import chain

from kamflow.errors import NotFoundError
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.events import Recorded
from kamflow.model.rules import SEVERITIES
from kamflow.model.snapshot import Snapshot
from kamflow.reports.alert_lives import AlertLife, alert_lives
from kamflow.reports.escalation_lives import EscalationLife, Find, escalation_life
from kamflow.reports.escalations import EscalationEntry, escalation_entry, resolved_entry
from kamflow.reports.observed import KINDS, ObservedReport, observed_report
from kamflow.reports.tasks import TaskEntry, closed_task, task_entry
from kamflow.runtime.auditing import Audited
from kamflow.runtime.following import subjects_of
from kamflow.runtime.readable import Readable
from kamflow.runtime.session import Session

OPEN, ALL, OBSERVED = "open", "all", "observed"
WHICH = (OPEN, ALL, OBSERVED)


class AlertsFollowing(Audited, Readable):
    """A database whose escalations and tasks, open and of the past, can be looked at."""

    def escalations(
        self,
        *,
        program: str | None = None,
        subject: str | None = None,
        rule: str | None = None,
        severity: str | None = None,
        person: str | None = None,
        which: str = "open",
    ) -> list[EscalationEntry]:
        """Return escalations by subject, the open ones unless told otherwise.

        Args:
            program: Only those of a program and of what belongs to it.
            subject: Only those of one subject.
            rule: Only those of this event rule or timer.
            severity: `low`, `medium`, `high` or `critical`.
            person: Only those that wait for a person, or that this person acknowledged.
            which: `open`; `all`, those of the past as well; or `observed`, those that rules and
                timers would have raised which are only observed, open and of the past. The past
                takes reading histories.

        Raises:
            NotFoundError: There is no such program, subject, rule or severity, and nothing is meant
                by `which`.
        """
        past = which != OPEN
        with self.reading() as session:
            _check(session, rule, severity, which)
            found: list[EscalationEntry] = []
            for snapshot in subjects_of(session, program, subject, busy=not past):
                found += _escalations(session, snapshot, closed=past)
        return [
            item
            for item in found
            if item.observed is (which == OBSERVED)
            and rule in (None, item.rule)
            and severity in (None, item.severity)
            and (person is None or person in {*item.waiting_for, item.acknowledged_by})
        ]

    def escalation(self, escalation: str) -> EscalationLife:
        """Return the whole life of an escalation (`north/acme#31`), open or of the past.

        Raises:
            NotFoundError: There is no such escalation.
        """
        with self.reading() as session:
            snapshot, lives = _lives(session, escalation)
            identity = f"{snapshot.id}#{escalation.rpartition('#')[2]}"
            life = lives.get(identity)
            if life is None or life.escalation is None:
                raise NotFoundError(_no_such(snapshot, escalation, lives))
            digest = life.closing.pack if life.closing else snapshot.pack
            compiled, view = session.view(snapshot, session.compiled(digest))
            tasks = list(_tasks(session, snapshot, closed=True))
            told = escalation_life(compiled, view, life, _finder(session), tasks)
            if told is None:
                raise NotFoundError(_no_such(snapshot, escalation, lives))
            return told

    def tasks(
        self,
        *,
        program: str | None = None,
        subject: str | None = None,
        person: str | None = None,
        closed: bool = False,
    ) -> list[TaskEntry]:
        """Return what rules and timers ask people to do, by subject; the open ones.

        Args:
            program: Only those of a program and of what belongs to it.
            subject: Only those of one subject.
            person: Only those that a person can do, or has done.
            closed: Whether those of the past are wanted as well, which takes reading histories.

        Raises:
            NotFoundError: There is no such program or subject.
        """
        with self.reading() as session:
            found: list[TaskEntry] = []
            for snapshot in subjects_of(session, program, subject, busy=not closed):
                found += _tasks(session, snapshot, closed=closed)
        return [item for item in found if person is None or person in _people(item)]

    def observed(
        self, *, since: datetime | None = None, program: str | None = None
    ) -> ObservedReport:
        """Return what rules, timers and gates that are only observed would have done.

        Args:
            since: What was recorded from then on (a naive instant is taken for UTC); all when not
                given.
            program: Only in a program and what belongs to it.

        Raises:
            NotFoundError: There is no such program.
        """
        begins = since.replace(tzinfo=UTC) if since is not None and not since.tzinfo else since
        with self.reading() as session:
            above = session.find(program).id if program is not None else None
            pack, now = session.compiled().pack, session.now
        events = chain.from_iterable(self._recorded(kind, begins) for kind in KINDS)
        return observed_report(pack, (item for item in events if _below(item, above)), now, begins)

    def _recorded(self, kind: str, since: datetime | None) -> Iterator[Recorded]:
        with self.audit_log(kind=kind, since=since) as events:
            yield from events


def _check(session: Session, rule: str | None, severity: str | None, which: str) -> None:
    """Refuse what no policy has: a slip must not look as if nothing were escalated."""
    if which not in WHICH:
        raise NotFoundError(f"`{which}` escalations are not known; it is {', '.join(WHICH)}")
    severities = SEVERITIES[1:]  # what is told for information is no escalation
    if severity is not None and severity not in severities:
        known = ", ".join(severities)
        raise NotFoundError(f"there is no severity `{severity}`; it is {known}")
    if rule is None:
        return
    digests = {entry.digest for entry in session.transaction.packs()}
    packs = [session.compiled(digest).pack for digest in digests]
    rules = sorted({name for pack in packs for name in (*pack.rules, *pack.timers)})
    if rule not in rules:
        raise NotFoundError(f"there is no event rule or timer `{rule}`{did_you_mean(rule, rules)}")


def _escalations(
    session: Session, snapshot: Snapshot, *, closed: bool
) -> Iterator[EscalationEntry]:
    compiled, view = session.view(snapshot)
    for life in _history(session, snapshot) if closed else ():
        past = resolved_entry(view, life)
        if past is not None:
            yield past
    for item in snapshot.escalations.values():
        yield escalation_entry(compiled, view, item)


def _tasks(session: Session, snapshot: Snapshot, *, closed: bool) -> Iterator[TaskEntry]:
    compiled, view = session.view(snapshot)
    for life in _history(session, snapshot) if closed else ():
        past = closed_task(compiled, snapshot, life)
        if past is not None:
            yield past
    for item in snapshot.tasks.values():
        yield task_entry(compiled, view, item)


def _history(session: Session, snapshot: Snapshot) -> list[AlertLife]:
    return list(alert_lives(session.transaction.history(snapshot.id)).values())


def _lives(session: Session, identity: str) -> tuple[Snapshot, dict[str, AlertLife]]:
    snapshot = session.find(identity.rpartition("#")[0] or identity)
    return snapshot, alert_lives(session.transaction.history(snapshot.id))


def _no_such(snapshot: Snapshot, identity: str, lives: dict[str, AlertLife]) -> str:
    known = [name for name, life in lives.items() if life.escalation is not None]
    newest = f"; the newest is `{known[-1]}`" if known else ""
    return f"`{snapshot.id}` has no escalation `{identity}`{newest}"


def _finder(session: Session) -> Find:
    """Return what finds events by their id; the history of a subject is read once."""

    @cache
    def events_of(subject: str) -> dict[int, Recorded]:
        return {item.sequence: item for item in session.transaction.history(subject)}

    def find(identity: str) -> Recorded | None:
        subject, _, number = identity.rpartition("#")
        return events_of(subject).get(int(number)) if number.isdigit() else None

    return find


def _people(item: TaskEntry) -> set[str]:
    return {*item.waiting_for, item.person, item.closed_by if item.status == "done" else ""}


def _below(recorded: Recorded, above: str | None) -> bool:
    return above is None or f"{recorded.instance}/".startswith(f"{above}/")
