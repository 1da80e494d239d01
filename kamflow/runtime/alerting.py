"""What people do with escalations and tasks: acknowledge, pass on, say, resolve, complete."""

from collections.abc import Iterable

from msgspec.structs import replace

from kamflow.model.commands import (
    AcknowledgeEscalation,
    AlertCommand,
    CommentEscalation,
    CompleteTask,
    ReassignEscalation,
    ReassignTask,
    ResolveEscalation,
)
from kamflow.model.decision import Decision
from kamflow.model.remark import Evidence
from kamflow.runtime.session import WritingSession
from kamflow.runtime.submitting import Submitting


class Alerting(Submitting):
    """The commands about escalations (`north/acme#31`) and tasks; ids stand in the inbox.

    Where no other subject is called so, `acme#31` will do.
    """

    def acknowledge(self, escalation: str, *, by: str, remark: str = "") -> Decision:
        """Say that one takes care of an escalation: the levels above do not join any more.

        Who was to join at a time of its own, acknowledged or not, still does.
        """
        command = AcknowledgeEscalation(actor=by, escalation=escalation, remark=remark)
        return self._submit_alert(escalation, command)

    def reassign_escalation(self, escalation: str, to: str, *, reason: str, by: str) -> Decision:
        """Give an escalation to a person; whoever has joined keeps a say in it."""
        command = ReassignEscalation(actor=by, escalation=escalation, to=to, reason=reason)
        return self._submit_alert(escalation, command)

    def comment_escalation(
        self, escalation: str, text: str, *, by: str, evidence: Iterable[Evidence] = ()
    ) -> Decision:
        """Say something about an escalation, or show something."""
        command = CommentEscalation(
            actor=by, escalation=escalation, text=text, evidence=tuple(evidence)
        )
        return self._submit_alert(escalation, command)

    def resolve(
        self, escalation: str, remark: str, *, by: str, evidence: Iterable[Evidence] = ()
    ) -> Decision:
        """Say that an escalation is over; what was asked for because of it is dropped."""
        command = ResolveEscalation(
            actor=by, escalation=escalation, remark=remark, evidence=tuple(evidence)
        )
        return self._submit_alert(escalation, command)

    def complete_task(
        self, task: str, remark: str, *, by: str, evidence: Iterable[Evidence] = ()
    ) -> Decision:
        """Say, and show, that a task (`north/acme#32`) is done."""
        command = CompleteTask(actor=by, task=task, remark=remark, evidence=tuple(evidence))
        return self._submit_alert(task, command)

    def reassign_task(self, task: str, to: str, *, reason: str, by: str) -> Decision:
        """Give a task to a person, who alone does it from then on."""
        return self._submit_alert(task, ReassignTask(actor=by, task=task, to=to, reason=reason))

    def _submit_alert(self, identity: str, command: AlertCommand) -> Decision:
        """Submit a command about an escalation or a task, under its full id."""
        subject, _, number = identity.rpartition("#")

        def submitted(session: WritingSession) -> Decision:
            found = session.find(subject or identity)
            full = f"{found.id}#{number}" if subject else identity
            if isinstance(command, CompleteTask | ReassignTask):
                return session.submit(found, replace(command, task=full))
            return session.submit(found, replace(command, escalation=full))

        return self._in_transaction(submitted)
