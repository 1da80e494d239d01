"""Votes to be cast together: each once, one by one, with what became of it."""

from collections.abc import Iterable

import click
import msgspec

from kamflow import Decision, Evidence, Kamflow, NotFoundError, Promise
from kamflow_cli.output import decision_data

ANSWERS = ("approve", "reject", "abstain")


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A vote that is not cast yet."""

    id: str
    answer: str
    remark: str = ""
    principal: str = ""
    conditions: tuple[Promise, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    place: str = "the command"  # where it was said

    def about(
        self, identity: str, answer: str = "", remark: str = "", *, place: str = ""
    ) -> "Paper":
        """Return the same vote on another request, perhaps with an own answer and remark."""
        return msgspec.structs.replace(
            self,
            id=identity,
            answer=answer or self.answer,
            remark=remark or self.remark,
            place=place or self.place,
        )

    def cast(self, kam: Kamflow, by: str) -> Decision:
        """Vote."""
        return kam.vote(
            self.id,
            self.answer,
            by=by,
            remark=self.remark,
            principal=self.principal,
            conditions=self.conditions,
            evidence=self.evidence,
        )


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a vote: `counted` or `refused`."""

    id: str
    vote: str
    result: str
    reasons: tuple[str, ...]
    decision: Decision | None = None


def once_each(papers: Iterable[Paper]) -> list[Paper]:
    """Return one vote for each request, in the order in which they come first.

    Raises:
        click.UsageError: It is said twice what to vote on a request, and not the same.
    """
    kept: dict[str, Paper] = {}
    for paper in papers:
        first = kept.setdefault(paper.id, paper)
        if first.answer != paper.answer:
            raise click.UsageError(
                f"{first.place} says {first.answer} for {paper.id}, and {paper.place} says "
                f"{paper.answer}; nothing was voted"
            )
        if paper.remark and not first.remark:
            kept[paper.id] = paper
    return list(kept.values())


def results(kam: Kamflow, papers: list[Paper], by: str) -> list[Result]:
    """Cast each vote on its own, and tell what became of it."""
    return [_result(kam, paper, by) for paper in papers]


def _result(kam: Kamflow, paper: Paper, by: str) -> Result:
    decision: Decision | None = None
    try:
        decision = paper.cast(kam, by)
        word, reasons = "counted" if decision.accepted else "refused", decision.reasons
    except NotFoundError as error:
        word, reasons = "refused", (str(error),)
    return Result(id=paper.id, vote=paper.answer, result=word, reasons=reasons, decision=decision)


def result_data(item: Result) -> dict[str, object]:
    """Return what programs get of a vote."""
    kept = decision_data(item.decision) if item.decision is not None else {"accepted": False}
    return {**kept, "id": item.id, "vote": item.vote, "reasons": item.reasons}
