"""Who holds roles, who is away, and who votes for whom.

A day begins at 00:00 UTC, and a last day (`until`) is held whole: it is over at 00:00 UTC of the
next. An instant is taken as it is; a naive one is in UTC.
"""

from collections.abc import Iterable
from datetime import datetime

from kamflow.model.commands import (
    AssignRole,
    EndAbsence,
    EndDelegation,
    EndRole,
    GiveDelegation,
    RecordAbsence,
)
from kamflow.model.decision import Decision
from kamflow.runtime.instants import Moment, begin_of, end_of
from kamflow.runtime.submitting import Submitting


class Staffing(Submitting):
    """The commands about people. What is said of a program holds for all that belongs to it."""

    def assign(  # noqa: PLR0913 - keywords, as the policy knows them
        self,
        subject: str,
        role: str,
        person: str,
        *,
        by: str,
        begins: Moment | None = None,
        until: Moment | None = None,
        function: str = "",
    ) -> Decision:
        """Let a person hold a role on a subject and on what belongs to it.

        It takes the right `assign`, if the policy gives it to roles. Until somebody has one of
        them anybody may, and who opened the program may until it leaves its first stage.

        Args:
            subject: Id of the subject.
            role: Role of the policy.
            person: Who gets it.
            by: Who gives it.
            begins: First day or instant; now when not given.
            until: Last day, or first instant at which it is held no longer; for good when not
                given.
            function: For which function of the company; for all when empty.
        """
        command = AssignRole(
            actor=by,
            role=role,
            person=person,
            begins_at=None if begins is None else begin_of(begins),
            ends_at=None if until is None else end_of(until),
            function=function,
        )
        return self._submit(subject, command)

    def unassign(
        self, subject: str, role: str, person: str, *, by: str, function: str = ""
    ) -> Decision:
        """Take a role from a person: for one function, or all that the person has of it."""
        return self._submit(subject, EndRole(actor=by, role=role, person=person, function=function))

    def absence(
        self,
        subject: str,
        person: str,
        *,
        by: str,
        begins: Moment | None = None,
        until: Moment | None = None,
        deputies: Iterable[str] = (),
    ) -> Decision:
        """Say that a person is away, and who votes meanwhile.

        Args:
            subject: Id of the program, or of the one subject that it is about.
            person: Who is away.
            by: Who says so.
            begins: First day or instant; now when not given.
            until: Last day, or first instant back at work; until it is ended when not given.
            deputies: Who may vote for the person meanwhile.
        """
        ends = None if until is None else end_of(until)
        standing_in = (deputies,) if isinstance(deputies, str) else tuple(deputies)

        def told(now: datetime) -> RecordAbsence:
            return RecordAbsence(
                actor=by,
                person=person,
                begins_at=now if begins is None else begin_of(begins),
                ends_at=ends,
                deputies=standing_in,
            )

        return self._submit_at(subject, told)

    def leave(
        self, subject: str, person: str, *, by: str, begins: Moment | None = None
    ) -> Decision:
        """Say that a person has left for good: holds no role any more, stands in for nobody."""

        def told(now: datetime) -> RecordAbsence:
            since = now if begins is None else begin_of(begins)
            return RecordAbsence(actor=by, person=person, begins_at=since, left=True)

        return self._submit_at(subject, told)

    def end_absence(self, absence: str, *, by: str) -> Decision:
        """End an absence early, or take it back; its id (`north#12`) is in `absences`."""
        return self._submit_about(absence, EndAbsence(actor=by, id=absence))

    def delegate(  # noqa: PLR0913 - keywords, as the policy knows them
        self,
        subject: str,
        person: str,
        to: str,
        *,
        until: Moment,
        reason: str,
        by: str,
        begins: Moment | None = None,
        approvals: Iterable[str] = (),
    ) -> Decision:
        """Lend the vote of a person to another one for a time.

        Args:
            subject: Id of the program, or of the one subject that it is about.
            person: Whose vote it is.
            to: Who may cast it: somebody with the same role or a higher one.
            until: Last day, or first instant at which it is lent no longer.
            reason: Why.
            by: Who lends it.
            begins: First day or instant; now when not given.
            approvals: Ids of approvals in the policy; all when there are none.
        """
        ends, only = end_of(until), tuple(approvals)

        def told(now: datetime) -> GiveDelegation:
            return GiveDelegation(
                actor=by,
                person=person,
                to=to,
                begins_at=now if begins is None else begin_of(begins),
                ends_at=ends,
                reason=reason,
                approvals=only,
            )

        return self._submit_at(subject, told)

    def end_delegation(self, delegation: str, *, by: str) -> Decision:
        """Lend a vote no longer; the id of the delegation (`north#12`) is in `delegations`."""
        return self._submit_about(delegation, EndDelegation(actor=by, id=delegation))
