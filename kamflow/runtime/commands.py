"""What can be asked of the engine, one call at a time or many in one transaction."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from kamflow.model.commands import (
    OpenSubject,
    RecordFacts,
    ReportEvent,
    RequestTransition,
)
from kamflow.model.decision import Decision
from kamflow.runtime.alerting import Alerting
from kamflow.runtime.deciding import Deciding
from kamflow.runtime.session import WritingSession
from kamflow.runtime.staffing import Staffing
from kamflow.runtime.stating import Statable, stated_facts
from kamflow.runtime.submitting import NO_TIME
from kamflow.runtime.waiving import Waiving

T = TypeVar("T")


class Commands(Deciding, Staffing, Waiving, Alerting):
    """The commands: about subjects and their facts, and those of the four topics."""

    def once(self, key: str) -> "Commands":
        """Return the same commands, of which one has effect under `key`.

        Asking for the same again under the key (after a lost answer, say) gives the answer of the
        first time and changes nothing; asking for something else raises `KeyReusedError`.
        """
        if not key:
            raise ValueError("a key has at least one character")
        return Once(self, key)

    def create_program(self, program: str, name: str, *, by: str) -> Decision:
        """Start a program; `program` becomes its id."""
        return self.open_subject("program", program, name, by=by)

    def create_account(self, program: str, account: str, name: str, *, by: str) -> Decision:
        """Enter an account into a program; its id is `program/account`."""
        return self.open_subject("account", account, name, parent=program, by=by)

    def open_subject(
        self, kind: str, subject: str, name: str, *, parent: str | None = None, by: str
    ) -> Decision:
        """Enter a subject of any kind that the policy declares.

        Raises:
            AlreadyExistsError: The parent has such a subject already.
            NotFoundError: There is no such parent.
        """

        def opened(session: WritingSession) -> Decision:
            above = session.find(parent).id if parent else None
            command = OpenSubject(actor=by, id=subject, kind=kind, name=name, parent=above)
            return session.open(command)

        return self._in_transaction(opened)

    def record_facts(
        self,
        subject: str,
        facts: Mapping[str, Statable],
        *,
        source: str = "manual",
        by: str | None = None,
        as_of: datetime | None = None,
    ) -> Decision:
        """Record what was observed; all values or none.

        Args:
            subject: Id of the subject.
            facts: Value by name of the fact: `Money`, numbers, dates, `True`, text, or `Stated`.
            source: System that the values come from.
            by: Who states them; the system itself (`service:erp`) when nobody is named.
            as_of: When they were true (a naive instant is taken for UTC); now when not given.
        """
        author = by or f"service:{source}"

        def recorded(session: WritingSession) -> Decision:
            stated = stated_facts(facts, source, author, as_of or session.now)
            command = RecordFacts(actor=author, facts=stated)
            told = None
            if session.key is not None and as_of is None:
                told = RecordFacts(actor=author, facts=stated_facts(facts, source, author, NO_TIME))
            return session.submit(session.find(subject), command, told=told)

        return self._in_transaction(recorded)

    def report_event(
        self,
        subject: str,
        event: str,
        payload: Mapping[str, str] | None = None,
        *,
        at: datetime | None = None,
        source: str = "manual",
        by: str | None = None,
    ) -> Decision:
        """Report that something happened to a subject, as the policy declares the event.

        Args:
            subject: Id of the subject.
            event: Name of the event, such as `incident.opened`.
            payload: What it carries, by name, as text.
            at: When it happened (a naive instant is taken for UTC); now when not given.
            source: System that the report comes from.
            by: Who reports it; the system itself (`service:crm`) when nobody is named.
        """

        def told(instant: datetime) -> ReportEvent:
            return ReportEvent(
                actor=by or f"service:{source}",
                name=event,
                happened_at=instant if instant.tzinfo else instant.replace(tzinfo=UTC),
                payload=dict(payload or {}),
                source=source,
            )

        def reported(session: WritingSession) -> Decision:
            command = told(at or session.now)
            return session.submit(session.find(subject), command, told=told(at or NO_TIME))

        return self._in_transaction(reported)

    def request(
        self, subject: str, trigger: str, *, by: str, target: str | None = None, remark: str = ""
    ) -> Decision:
        """Ask for a transition; it is made, waits for an approval, or is refused with reasons."""
        command = RequestTransition(actor=by, trigger=trigger, target=target, remark=remark)
        return self._submit(subject, command)


class Once(Commands):
    """The commands of another, under a key."""

    def __init__(self, commands: Commands, key: str) -> None:
        self._commands, self._key = commands, key

    def _in_transaction(self, job: Callable[[WritingSession], T]) -> T:
        """Run a job under the key."""
        return self._commands._in_transaction(  # noqa: SLF001 - of the same family
            lambda session: job(session.under(self._key))
        )
