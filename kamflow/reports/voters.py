"""Who may vote on a request: step by step, for themselves or in whose place."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from kamflow.engine.approvals import approval_of
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.counting import current, waiting
from kamflow.engine.electorate import electorate_of
from kamflow.engine.view import View
from kamflow.model.approval import Approval, Ballot, Step
from kamflow.model.snapshot import OpenApproval

DONE, NOW, LATER, LEFT_OUT = "done", "now", "to come", "left out"

_RULES = {
    "one": "the first vote decides",
    "all": "one yes for each role",
    "everybody": "everybody has to agree",
    "majority": "more yes than no",
    "two_thirds": "two thirds of yes and no",
}


_TIES = {"chair": ", a tie goes as the chair votes", "approve": ", a tie is a yes"}


class MayVote(Struct, frozen=True, kw_only=True):
    """Somebody who may vote; with `principal`, in the place of that person."""

    person: str
    principal: str = ""

    def __str__(self) -> str:
        return f"{self.person} for {self.principal}" if self.principal else self.person


class BallotView(Struct, frozen=True, kw_only=True):
    """A group of voters of a step, and in words how their votes are counted."""

    roles: tuple[str, ...]
    rule: str


class StepView(Struct, frozen=True, kw_only=True):
    """A step of a request, with those whose votes would count now."""

    number: int  # from 1
    title: str
    need: str  # of several ballots: all, or any
    state: str  # done, now, to come, left out; empty in a request that is closed
    ballots: tuple[BallotView, ...]
    may_vote: tuple[MayVote, ...] = ()
    away: tuple[str, ...] = ()  # who have a seat, and nobody to vote for them


def may_vote(compiled: CompiledPack, view: View, open_one: OpenApproval) -> tuple[MayVote, ...]:
    """Return whose votes would count now, and for whom; in the order of those who have a seat."""
    return present(compiled, view, open_one)[0]


def present(
    compiled: CompiledPack, view: View, open_one: OpenApproval
) -> tuple[tuple[MayVote, ...], str]:
    """Return whose votes would count now, and the step they are for.

    That is told as `2 of 3: Board`, and not at all where there is one step alone.
    """
    who = electorate_of(compiled, view, open_one)
    bench, voters = current(who, open_one.votes), _casters(waiting(who, open_one.votes))
    if bench is None or len(who.steps) == 1:
        return voters, ""  # one step alone, or all others are left out
    title = f": {bench.title}" if bench.title else ""
    number, count = bench.index + 1, len(approval_of(compiled, open_one).in_steps())
    return voters, f"{number} of {count}{title}"


def stall_of(view: View, open_one: OpenApproval) -> tuple[str, datetime | None]:
    """Return why nobody can decide a request for now, and when people are back."""
    until = open_one.stalled_until
    if until is None or until <= view.scene.now:
        return "", None
    return open_one.stalled, until


def _casters(seats: dict[str, frozenset[str]]) -> tuple[MayVote, ...]:
    return tuple(
        MayVote(person=person, principal="" if person == owner else owner)
        for owner, people in sorted(seats.items())
        for person in sorted(people, key=lambda item: (item != owner, item))
    )


def open_steps(compiled: CompiledPack, view: View, open_one: OpenApproval) -> Iterator[StepView]:
    """Yield the steps of an open request, with who may vote in the present one."""
    who = electorate_of(compiled, view, open_one)
    bench = current(who, open_one.votes)
    held = {item.index for item in who.steps}
    seats = waiting(who, open_one.votes)
    now = bench.index if bench is not None else -1
    for place, step in enumerate(approval_of(compiled, open_one).in_steps()):
        if place == now:
            away = tuple(sorted(owner for owner, people in seats.items() if not people))
            yield _step(place, step, NOW, may_vote=_casters(seats), away=away)
        else:
            state = LEFT_OUT if place not in held else DONE if place < now else LATER
            yield _step(place, step, state)


def closed_steps(approval: Approval) -> Iterator[StepView]:
    """Yield the steps of a request that is closed."""
    for place, step in enumerate(approval.in_steps()):
        yield _step(place, step, "")


def _step(
    place: int,
    step: Step,
    state: str,
    *,
    may_vote: tuple[MayVote, ...] = (),
    away: tuple[str, ...] = (),
) -> StepView:
    return StepView(
        number=place + 1,
        title=step.title,
        need=step.need,
        state=state,
        ballots=tuple(
            BallotView(roles=tuple(voter.role for voter in item.voters), rule=rule_of(item))
            for item in step.ballots
        ),
        may_vote=may_vote,
        away=away,
    )


def rule_of(ballot: Ballot) -> str:
    """Return in words how the votes of a ballot are counted."""
    if ballot.rule == "at_least":
        said = f"at least {ballot.least} yes"
    elif ballot.rule == "share":
        said = f"yes of {ballot.least} % of those who may vote"
    else:
        said = _RULES[ballot.rule]
    quorum = [f"{ballot.quorum}"] if ballot.quorum else []
    if ballot.quorum_pct is not None:
        quorum.append(f"{ballot.quorum_pct} %")
    if quorum:
        said += f", quorum {' and '.join(quorum)}"
    if ballot.chair:
        said += f", {ballot.chair} has to vote"
    return said + _TIES.get(ballot.tie, "")
