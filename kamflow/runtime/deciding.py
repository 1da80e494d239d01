"""What people do with an open request: vote, comment, send it back, take it back."""

from collections.abc import Iterable

from kamflow.model.commands import (
    CastVote,
    Comment,
    Promise,
    Reassign,
    Remind,
    ResumeRequest,
    ReturnRequest,
    SettleCondition,
    WithdrawRequest,
)
from kamflow.model.decision import Decision
from kamflow.model.remark import Evidence
from kamflow.runtime.submitting import Submitting


class Deciding(Submitting):
    """The commands about open requests. Their ids (`north/acme#17`) stand in the inbox."""

    def vote(  # noqa: PLR0913 - keywords, as the policy knows them
        self,
        approval: str,
        answer: str,
        *,
        by: str,
        remark: str = "",
        principal: str = "",
        conditions: Iterable[Promise] = (),
        evidence: Iterable[Evidence] = (),
    ) -> Decision:
        """Answer an open approval: `approve`, `reject`, `abstain`.

        Args:
            approval: Id of the request.
            answer: The vote.
            by: Who casts it.
            remark: Why; kept with the vote.
            principal: In whose place it is cast, by a deputy or delegate; found out when empty.
            conditions: What has to be done if it is approved, by whom, and until when. The next
                gate stays shut until then. Only with `approve`.
            evidence: Links, and files by their digest.
        """
        command = CastVote(
            actor=by,
            approval=approval,
            vote=answer,
            remark=remark,
            principal=principal,
            conditions=tuple(conditions),
            evidence=tuple(evidence),
        )
        return self._submit_about(approval, command)

    def comment(
        self, approval: str, text: str, *, by: str, evidence: Iterable[Evidence] = ()
    ) -> Decision:
        """Say something about an open request, or show something; it is no vote."""
        command = Comment(actor=by, approval=approval, text=text, evidence=tuple(evidence))
        return self._submit_about(approval, command)

    def return_request(self, approval: str, question: str, *, by: str) -> Decision:
        """Send a request back to who asked; votes are void and the deadline stands still."""
        return self._submit_about(
            approval, ReturnRequest(actor=by, approval=approval, question=question)
        )

    def resume(
        self, approval: str, answer: str, *, by: str, evidence: Iterable[Evidence] = ()
    ) -> Decision:
        """Answer the question with which a request was sent back; people vote again."""
        command = ResumeRequest(
            actor=by, approval=approval, answer=answer, evidence=tuple(evidence)
        )
        return self._submit_about(approval, command)

    def withdraw(self, approval: str, reason: str, *, by: str) -> Decision:
        """Take a request back."""
        return self._submit_about(
            approval, WithdrawRequest(actor=by, approval=approval, reason=reason)
        )

    def remind(self, approval: str, *, by: str) -> Decision:
        """Remind those who have not voted."""
        return self._submit_about(approval, Remind(actor=by, approval=approval))

    def reassign(self, approval: str, person: str, to: str, *, reason: str, by: str) -> Decision:
        """Let `to` vote in the place of `person`; it takes the right `reassign`."""
        command = Reassign(actor=by, approval=approval, person=person, to=to, reason=reason)
        return self._submit_about(approval, command)

    def settle_condition(
        self, condition: str, remark: str, *, by: str, evidence: Iterable[Evidence] = ()
    ) -> Decision:
        """Say that what a conditional yes asked for (`north/acme#23.1`) is done."""
        command = SettleCondition(
            actor=by, condition=condition, remark=remark, evidence=tuple(evidence)
        )
        return self._submit_about(condition, command)
