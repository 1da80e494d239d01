"""The facade: what another service uses. It routes; the engine decides, the store keeps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kamflow.engine.people import SYSTEM
from kamflow.errors import RefusedError
from kamflow.model.decision import GateVerdict
from kamflow.model.events import Recorded
from kamflow.model.matching import Match
from kamflow.model.pack import Pack
from kamflow.reports.status import Facts, ProgramStatus, StatusReport, policies, program_status
from kamflow.reports.subjects import SubjectView, subject_view
from kamflow.runtime.alerts_following import AlertsFollowing
from kamflow.runtime.capacity import Capacities
from kamflow.runtime.clock import Clock, system_clock
from kamflow.runtime.commands import Commands
from kamflow.runtime.delivering import Delivering
from kamflow.runtime.due import Overdue
from kamflow.runtime.following import Following
from kamflow.runtime.judging import judge_all
from kamflow.runtime.session import PackShelf, Session, WritingSession
from kamflow.storage.counting import StageCount, stage_counts
from kamflow.storage.messages import Message, messages
from kamflow.storage.reading import InstanceEntry, PackEntry, Writing
from kamflow.storage.store import Store

if TYPE_CHECKING:
    from kamflow.reports.why import Explanation
    from kamflow.storage.bound import BoundStore

T = TypeVar("T")


class Batch(Commands):
    """Commands in one transaction."""

    def __init__(self, session: WritingSession) -> None:
        self.session = session

    def _in_transaction(self, job: Callable[[WritingSession], T]) -> T:
        """Run a job in the transaction of the batch."""
        return job(self.session)


class Kamflow(Delivering, AlertsFollowing, Capacities, Following, Overdue, Commands):
    """A database of programs and accounts under policy. Thread-safe: each call is a transaction."""

    def __init__(
        self,
        store: "Store | BoundStore",
        clock: Clock = system_clock,
        matcher: Match | None = None,
    ) -> None:
        self._store, self._clock, self._matcher = store, clock, matcher
        self._shelf = PackShelf()

    @classmethod
    def open(
        cls,
        url: str,
        *,
        pack: str | Path | None = None,
        clock: Clock = system_clock,
        matcher: Match | None = None,
    ) -> "Kamflow":
        """Open a database, creating it when it is not there; publish `pack` when it is new.

        Args:
            url: SQLAlchemy URL, such as `sqlite:///governance.db`.
            pack: Folder of a policy pack, or a shipped one: `kam-core`, `kam-lite`.
            clock: Gives the present instant, aware UTC.
            matcher: Finds which event rules fire, such as `matcher_for("durable")`, which the
                caller closes; unless given, the reference matcher.

        Raises:
            PolicyError: The pack has problems; nothing was changed.
            SchemaError: The database belongs to another version of kamflow.
        """
        if pack is None:
            return cls(Store(url), clock, matcher)
        from kamflow.runtime.packs import read_policy  # noqa: PLC0415 - brings the parser along

        policy = read_policy(pack)
        kam = cls(Store(url), clock, matcher)
        kam._in_transaction(lambda session: session.publish(policy, by=SYSTEM))
        return kam

    @classmethod
    def bound_to(cls, connection: object, *, clock: Clock = system_clock) -> "Kamflow":
        """Work inside the transaction of a host service, which commits or rolls back both.

        The database needs kamflow's tables already (`Kamflow.open` or `kamflow db upgrade`). On
        PostgreSQL take the isolation level SERIALIZABLE where limits over several subjects count.

        Args:
            connection: Of SQLAlchemy, `sqlite3` or `psycopg`, in a transaction.
            clock: Gives the present instant, aware UTC.

        Raises:
            DatabaseError: It is no such connection, or has no transaction.
            SchemaError: The database belongs to another version of kamflow.
        """
        from kamflow.storage.bound import BoundStore  # noqa: PLC0415 - few need it

        return cls(BoundStore(connection), clock)

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def publish(self, pack: Pack, *, by: str) -> bool:
        """Publish a checked pack; tell whether it differs from the newest one.

        Raises:
            RefusedError: A duty keeps `by` from publishing, or `by` lacks the right to; nothing was
                changed.
        """
        if by in ("", SYSTEM):
            raise RefusedError([f"say who publishes; `{SYSTEM}` is the engine alone"])
        return self._in_transaction(lambda session: session.publish(pack, by=by))

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Run many commands in one transaction: all are kept when the block ends, or none."""
        with self._store.writing() as transaction:
            session = WritingSession(transaction, self._shelf, self._clock, self._matcher)
            yield Batch(session)
            session.settle()

    def _in_transaction(self, job: Callable[[WritingSession], T]) -> T:
        """Run a job in a transaction, perhaps together with those of other threads."""

        def work(transaction: Writing) -> T:
            session = WritingSession(transaction, self._shelf, self._clock, self._matcher)
            answer = job(session)
            session.settle()
            return answer

        return self._store.write(work)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Ask many questions of one state of the database."""
        with self._store.reading() as transaction:
            yield Session(transaction, self._shelf, self._clock, self._matcher)

    def packs(self) -> list[PackEntry]:
        """Return the published packs, oldest first."""
        with self.reading() as session:
            return session.transaction.packs()

    def policy(self, digest: str = "") -> Pack:
        """Return the newest published pack, or the one whose digest begins like that.

        Raises:
            NotFoundError: No digest begins like that, or several do.
        """
        with self.reading() as session:
            return session.compiled(session.published(digest) if digest else None).pack

    def subjects(self, kind: str, program: str | None = None) -> list[InstanceEntry]:
        """Return the subjects of a kind, by id."""
        with self.reading() as session:
            parent = session.find(program).id if program else None
            return session.transaction.entries(kind=kind, parent=parent)

    def subject(self, subject: str, *, seen_by: str | None = None) -> SubjectView:
        """Return everything known of a subject, or what a person may see of it (`seen_by`).

        Raises:
            NotFoundError: There is none of that name, or there are several.
        """
        with self.reading() as session:
            compiled, view = session.view(session.find(subject))
            if seen_by is not None:
                from kamflow.reports.sharing import shared_view  # noqa: PLC0415 - few need it

                return shared_view(compiled, view, seen_by)
            return subject_view(compiled, view)

    def why(self, subject: str, trigger: str | None = None) -> "Explanation":
        """Return how each transition from here stands, or those of one trigger."""
        from kamflow.reports.why import explain  # noqa: PLC0415 - brings the analysis along

        with self.reading() as session:
            compiled, view = session.view(session.find(subject))
            return explain(compiled, view, trigger)

    def judge_all(
        self, kind: str, gate: str, program: str | None = None, *, policy: Pack | None = None
    ) -> dict[str, GateVerdict]:
        """Return the verdict of a gate for every subject of a kind, by id; nothing is changed.

        With `policy` it is judged by that pack, which need not be published: a what-if.

        Raises:
            NotFoundError: There is no such gate or program.
        """
        with self.reading() as session:
            return judge_all(session, kind, gate, program, policy)

    def history(self, subject: str) -> list[Recorded]:
        """Return the events of a subject, oldest first."""
        with self.reading() as session:
            return session.transaction.history(session.find(subject).id)

    def outbox(self, after: int = 0, limit: int = 100) -> list[Message]:
        """Return what decisions tell the outside, in order: the first messages behind `after`.

        Each was written in the transaction of its decision. `Message.envelope()` is a CloudEvent.
        """
        with self.reading() as session:
            return messages(session.transaction, after, limit)

    def counts(self, kind: str, program: str) -> list[StageCount]:
        """Return how many subjects of a kind each stage has, and how many are overdue there.

        Nothing is loaded: it takes a fraction of a second for a million subjects.
        """
        with self.reading() as session:
            stages = session.compiled().pack.workflow_of(kind).stages.values()
            slas = {stage.id: stage.sla_days for stage in stages}
            above, today = session.find(program).id, session.now.date()
            return stage_counts(session.transaction, above, kind, slas, today)

    def status(self, program: str | None = None) -> StatusReport:
        """Return every program (or one) with its members by stage."""
        with self.reading() as session:
            counted = Facts()
            wanted = session.find(program).id if program else None
            programs = [
                _status(session, entry.id, kind, counted)
                for entry in session.transaction.entries()
                if entry.parent is None and wanted in (None, entry.id)
                for kind in session.governed(entry.kind) or [""]
            ]
            return StatusReport(
                as_of=session.now,
                policy=policies([session.compiled()]),
                stale_pct=counted.stale_pct,
                programs=tuple(programs),
            )


def _status(session: Session, program: str, kind: str, counted: Facts) -> ProgramStatus:
    snapshot = session.find(program)
    compiled, view = session.view(snapshot)
    members = session.members(snapshot, kind)
    for one in (view, *(item for _, item in members)):
        counted.count(one)
    return program_status(compiled, view, kind, members)
