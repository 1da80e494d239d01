"""The facade: what another service uses. It routes; the engine decides, the store keeps."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from kamflow.model.decision import GateVerdict
from kamflow.model.events import Recorded
from kamflow.model.pack import Pack
from kamflow.reports.inbox import InboxItem, inbox_items
from kamflow.reports.status import Facts, ProgramStatus, StatusReport, policies, program_status
from kamflow.reports.subjects import SubjectView, subject_view
from kamflow.reports.why import Explanation, explain
from kamflow.runtime.clock import Clock, system_clock
from kamflow.runtime.commands import Commands
from kamflow.runtime.judging import judge_all
from kamflow.runtime.session import PackShelf, Session, WritingSession
from kamflow.storage.reading import InstanceEntry, PackEntry
from kamflow.storage.store import Store


class Batch(Commands):
    """Commands in one transaction."""

    def __init__(self, session: WritingSession) -> None:
        self.session = session

    def _session(self) -> AbstractContextManager[WritingSession]:
        return nullcontext(self.session)


class Kamflow(Commands):
    """A database of programs and accounts under policy. Thread-safe: each call is a transaction."""

    def __init__(self, store: Store, clock: Clock = system_clock) -> None:
        self._store, self._clock = store, clock
        self._shelf = PackShelf()

    @classmethod
    def open(
        cls, url: str, *, pack: str | Path | None = None, clock: Clock = system_clock
    ) -> "Kamflow":
        """Open a database, creating it when it is not there; publish `pack` when it is new.

        Args:
            url: SQLAlchemy URL, such as `sqlite:///governance.db`.
            pack: Folder of a policy pack, or a shipped one: `kam-core`, `kam-lite`.
            clock: Gives the present instant, aware UTC.

        Raises:
            PolicyError: The pack has problems; nothing was changed.
            SchemaError: The database belongs to another version of kamflow.
        """
        if pack is None:
            return cls(Store(url), clock)
        from kamflow.runtime.packs import read_policy  # noqa: PLC0415 - brings the parser along

        policy = read_policy(pack)
        kam = cls(Store(url), clock)
        kam.publish(policy, by="system")
        return kam

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def publish(self, pack: Pack, *, by: str) -> bool:
        """Publish a checked pack; tell whether it differs from the newest one."""
        with self._session() as session:
            return session.publish(pack, by=by)

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Run many commands in one transaction: all are kept when the block ends, or none."""
        with self._session() as session:
            yield Batch(session)

    @contextmanager
    def _session(self) -> Iterator[WritingSession]:
        with self._store.writing() as transaction:
            yield WritingSession(transaction, self._shelf, self._clock)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Ask many questions of one state of the database."""
        with self._store.reading() as transaction:
            yield Session(transaction, self._shelf, self._clock)

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

    def subject(self, subject: str) -> SubjectView:
        """Return everything known of a subject.

        Raises:
            NotFoundError: There is none of that name, or there are several.
        """
        with self.reading() as session:
            return subject_view(*session.view(session.find(subject)))

    def why(self, subject: str, trigger: str | None = None) -> Explanation:
        """Return how each transition from here stands, or those of one trigger."""
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

    def inbox(self, person: str | None = None) -> list[InboxItem]:
        """Return the approvals that wait for votes: of one person, or all."""
        with self.reading() as session:
            items: list[InboxItem] = []
            for entry in session.transaction.entries(waiting=True):
                items += inbox_items(*session.view(session.find(entry.id)))
            return [item for item in items if person is None or person in item.waiting_for]

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
