"""Ways past the rule, each with its trace: waivers, broken glass, call-ins, appeals, reviews."""

from datetime import date

from kamflow.model.commands import (
    BreakGlass,
    CallIn,
    CloseReview,
    EndWaiver,
    LodgeAppeal,
    RequestWaiver,
)
from kamflow.model.decision import Decision
from kamflow.runtime.submitting import Submitting


class Waiving(Submitting):
    """The commands about exceptions, and about decisions that are looked at again."""

    def waive(
        self, subject: str, criterion: str, *, owner: str, reason: str, until: date, by: str
    ) -> Decision:
        """Ask that a criterion does not keep its gate shut up to and including a day (UTC)."""
        command = RequestWaiver(
            actor=by, criterion=criterion, owner=owner, reason=reason, ends_on=until
        )
        return self._submit(subject, command)

    def end_waiver(self, subject: str, criterion: str, *, reason: str, by: str) -> Decision:
        """End a waiver before its last day."""
        return self._submit(subject, EndWaiver(actor=by, criterion=criterion, reason=reason))

    def break_glass(
        self, subject: str, trigger: str, *, reason: str, by: str, target: str | None = None
    ) -> Decision:
        """Ask for a transition past gate and approval; a second person has to approve by a vote."""
        command = BreakGlass(actor=by, trigger=trigger, reason=reason, target=target)
        return self._submit(subject, command)

    def call_in(self, decision: str, *, reason: str, by: str) -> Decision:
        """Turn an automatic yes (`north/acme#17`) into a decision of people."""
        return self._submit_about(decision, CallIn(actor=by, decision=decision, reason=reason))

    def appeal(self, decision: str, *, reason: str, by: str) -> Decision:
        """Ask others to look at a decision (`north/acme#17`) again."""
        return self._submit_about(decision, LodgeAppeal(actor=by, decision=decision, reason=reason))

    def close_review(self, review: str, answer: str, *, by: str, remark: str = "") -> Decision:
        """Answer a review: `confirm` or `object`."""
        command = CloseReview(actor=by, review=review, answer=answer, remark=remark)
        return self._submit_about(review, command)
