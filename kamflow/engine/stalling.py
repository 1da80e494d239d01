"""Keeps requests open that nobody can decide for now, where people are back before they expire."""

from datetime import datetime

from kamflow.engine.benches import Electorate
from kamflow.engine.counting import Mandate, cast_for, obstacle, voters_now
from kamflow.engine.draft import Draft
from kamflow.engine.electorate import electorate_of
from kamflow.engine.people import SYSTEM
from kamflow.model.snapshot import OpenApproval, Vote
from kamflow.model.stalled import ApprovalStalled, ApprovalUnstalled


def stall(draft: Draft, identity: str, problem: str) -> str | None:
    """Keep a request open that nobody can decide if people come back in time, and say so once.

    Args:
        draft: The decision.
        identity: Of the request; no further level can join it.
        problem: Why nobody can decide it now.

    Returns:
        The problem, where nobody comes back before the request expires, or nobody at all.
    """
    open_one = draft.snapshot.approvals[identity]
    until = _back_at(draft, open_one)
    if until is None:
        return problem
    if (open_one.stalled, open_one.stalled_until) != (problem, until):
        draft.emit(ApprovalStalled(id=identity, reason=problem, until=until), actor=SYSTEM)
        note = f"approval `{identity}` cannot be decided before {moment(until)}: {problem}"
        draft.notes.append(note)
    return None


def unstall(draft: Draft, open_one: OpenApproval) -> None:
    """Take the mark off a request that can be decided again."""
    if open_one.stalled_until is not None:
        draft.emit(ApprovalUnstalled(id=open_one.id), actor=SYSTEM)
        draft.notes.append(f"approval `{open_one.id}` can be decided again")


def moment(at: datetime) -> str:
    """Return an instant for a person to read: the day, where that begins then, UTC."""
    whole = (at.hour, at.minute) == (0, 0)
    return f"{at:%Y-%m-%d}" if whole else f"{at:%Y-%m-%d %H:%M}"


def _back_at(draft: Draft, open_one: OpenApproval) -> datetime | None:
    """Return the first end of an absence at which people can decide; nothing if there is none.

    Who is there before that may have voted by then, and be away again.
    """
    over = next((item.at for item in open_one.schedule if item.kind == "expire"), None)
    who = electorate_of(draft.compiled, draft.view, open_one)
    hoped = _with_everybody(draft, who, open_one.votes)
    for at in _ends(draft):
        if over is not None and at >= over:
            return None
        with draft.seen_from(at):
            who = electorate_of(draft.compiled, draft.view, open_one)
        if any(obstacle(who, votes) is None for votes in (open_one.votes, hoped)):
            return at
        hoped = _with_everybody(draft, who, hoped)
    return None


def _with_everybody(draft: Draft, who: Electorate, votes: tuple[Vote, ...]) -> tuple[Vote, ...]:
    """Return the votes with a yes of everybody who can vote in the present step."""
    for person in sorted(voters_now(who, votes)):
        mandate = cast_for(who, votes, person)
        if isinstance(mandate, Mandate):
            step, principal = mandate.step, mandate.principal
            vote = Vote(person=person, principal=principal, step=step, vote="approve", at=draft.now)
            votes = (*votes, vote)
    return votes


def _ends(draft: Draft) -> list[datetime]:
    """Return when absences end, recorded here or above, that are not over yet; in order."""
    now = draft.view.scene.now
    absences = (item for place in draft.view.upward() for item in place.snapshot.absences)
    return sorted({item.ends_at for item in absences if item.ends_at and item.ends_at > now})
