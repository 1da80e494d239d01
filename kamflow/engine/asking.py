"""Opens requests of any purpose: whom they ask, what they are bound to, and until when."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from kamflow.engine.approvals import BREAK_GLASS, approval_of, resolve
from kamflow.engine.benches import Electorate
from kamflow.engine.binding import Bound, bound_to, choices, waived_now
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.counting import obstacle, voters_now
from kamflow.engine.deadlines import due, read_span, share_of
from kamflow.engine.draft import Draft
from kamflow.engine.electorate import electorate_of
from kamflow.engine.people import SYSTEM, holders
from kamflow.engine.stalling import moment, stall, unstall
from kamflow.engine.view import View
from kamflow.model.approval import Amount, Approval, Approving
from kamflow.model.deadline import Due, Milestone, Pause
from kamflow.model.decision import GateVerdict
from kamflow.model.events import ApprovalEscalated, ApprovalRequested
from kamflow.model.kept import KeptFinding
from kamflow.model.snapshot import OpenApproval, WaiverAsked
from kamflow.model.values import Unknown

_ORDER = ("remind", "escalate", "expire")  # of what falls due at the same instant


class No(Struct, frozen=True):
    """Why something is not done."""

    reasons: tuple[str, ...]
    transition: str = ""
    gate: GateVerdict | None = None
    unchanged: bool = False  # the same was asked for before, and people said no


class Asked(Struct, frozen=True, kw_only=True):
    """What people are asked."""

    approval: str  # id in the pack, or `break-glass`
    transition: str = ""
    target: str = ""
    remark: str = ""
    purpose: str = ""  # as in `OpenApproval`
    about: str = ""
    waiver: WaiverAsked | None = None
    gate: GateVerdict | None = None  # whose values the request is bound to


def ask(draft: Draft, asked: Asked) -> No | None:
    """Ask people, on the first level that can decide; say why where none can.

    Nothing is looked at that could make the question needless: neither a gate nor `auto_when`.
    """
    approval = asked.approval
    if approval in draft.compiled.pack.approvals:
        found = resolve(draft.compiled, approval, draft.view)
        if isinstance(found, Unknown):
            return No((unknown_approval(found),), asked.transition, asked.gate)
        approval = found.id
    open_one = _opened(draft, asked, approval)
    due_then, schedule = times(
        draft.compiled, draft.view, approval_of(draft.compiled, open_one), draft.now
    )
    mark = draft.mark()
    draft.emit(
        ApprovalRequested(
            id=open_one.id,
            approval=approval,
            transition=asked.transition,
            target=asked.target,
            remark=asked.remark,
            findings=kept_findings(asked.gate),
            purpose=asked.purpose,
            about=asked.about,
            waiver=asked.waiver,
            bound={} if asked.purpose else bound_now(draft, asked.transition, asked.gate, approval),
            due=due_then,
            schedule=schedule,
        )
    )
    problem = lift(draft, open_one.id)
    if problem is not None:
        draft.back_to(mark)
        reason = f"approval {approval} cannot be given: {problem}"
        return No((reason,), asked.transition, asked.gate)
    draft.notes.append(f"approval {approval} `{open_one.id}` {waits_for(draft, open_one.id)}")
    return None


def bound_now(draft: Draft, transition: str, verdict: GateVerdict | None, approval: str) -> Bound:
    """Return what the request of a transition is bound to: what is read, and who votes thereby.

    Args:
        draft: The decision.
        transition: What is asked for.
        verdict: Its gate as it was judged, if it has one.
        approval: Id of the approval that is asked for.
    """
    compiled, view = draft.compiled, draft.view
    item = compiled.transition(draft.snapshot.workflow, transition)
    chosen = choices(compiled, item.approval or approval, compiled.pack.approvals[approval], view)
    return {**bound_to(compiled, verdict, view), **chosen, **waived_now(view.snapshot, item.gate)}


def _opened(draft: Draft, asked: Asked, approval: str) -> OpenApproval:
    return OpenApproval(
        id=f"{draft.instance}#{draft.next_sequence}",
        approval=approval,
        transition=asked.transition,
        target=asked.target,
        requested_by=draft.actor,
        requested_at=draft.now,
        purpose=asked.purpose,
        about=asked.about,
        waiver=asked.waiver,
    )


def unknown_approval(found: Unknown) -> str:
    """Return why it is not known who has to approve, for a person to read."""
    causes = "; ".join(f"`{cause.name}` {cause.reason}" for cause in found.causes)
    return f"which approval is needed is not known: {causes}"


def waits_for(draft: Draft, identity: str, who: Electorate | None = None) -> str:
    """Return whom an open request waits for, for a person to read."""
    open_one = draft.snapshot.approvals[identity]
    who = who or electorate_of(draft.compiled, draft.view, open_one)
    people = ", ".join(sorted(voters_now(who, open_one.votes)))
    if not people and open_one.stalled_until is not None:
        return f"waits until {moment(open_one.stalled_until)}, when people are back"
    return f"waits for {people or 'nobody'}"


def kept_findings(verdict: GateVerdict | None) -> tuple[KeptFinding, ...]:
    """Return the findings of a gate as the history keeps them."""
    return tuple([item.kept() for item in verdict.findings]) if verdict else ()


def lift(draft: Draft, identity: str, who: Electorate | None = None) -> str | None:
    """Let the next levels join an open request until it can be given.

    Where no level helps and people are back before it expires, it stays open and is marked so.

    Args:
        draft: The decision.
        identity: Of the request.
        who: Who may vote on it as it is, where that was found out already.

    Returns:
        Why nobody can give it, also with all levels, nor in time; nothing where that can be or
        where it is decided.
    """
    open_one = draft.snapshot.approvals[identity]
    who = who or electorate_of(draft.compiled, draft.view, open_one)
    problem = obstacle(who, open_one.votes)
    levels = approval_of(draft.compiled, open_one).escalate_to
    while problem is not None and open_one.level < len(levels):
        escalate(draft, open_one, open_one.level + 1, problem)
        open_one = draft.snapshot.approvals[identity]
        who = electorate_of(draft.compiled, draft.view, open_one)
        problem = obstacle(who, open_one.votes)
    if problem is not None:
        return stall(draft, identity, problem)
    unstall(draft, open_one)
    return None


def escalate(
    draft: Draft, open_one: OpenApproval, level: int, reason: str, due_at: datetime | None = None
) -> None:
    """Let a level join an open request."""
    # Empty when a later policy has fewer levels than the one that the request was made under.
    roles = approval_of(draft.compiled, open_one).escalate_to[level - 1 : level]
    found = {person for role in roles for person in holders(draft.compiled.pack, draft.view, role)}
    people = tuple(sorted(found))
    draft.emit(
        ApprovalEscalated(
            id=open_one.id, level=level, roles=roles, people=people, reason=reason, due_at=due_at
        ),
        actor=SYSTEM,
    )
    told = f"{', '.join(roles)} ({', '.join(people) or 'nobody yet'})"
    draft.notes.append(f"approval `{open_one.id}` goes to {told} as well: {reason}")


# ---------------------------------------------------------------------------- deadlines


def times(
    compiled: CompiledPack,
    view: View,
    approval: Approval,
    since: datetime,
    pauses: Iterable[Pause] = (),
) -> tuple[Due | None, tuple[Milestone, ...]]:
    """Return when a request is due, and what falls due on the way and after it, in order.

    Args:
        compiled: Policy.
        view: The subject, which picks the calendar.
        approval: What is asked for.
        since: When the time began, aware UTC.
        pauses: When its clock stood still; all of them are over.
    """
    approving = compiled.pack.approving or Approving()
    text, gaps = compiled.pack.deadline_of(approval), tuple(pauses)
    if not text:
        return None, ()
    span, calendar = read_span(text), compiled.calendar_of(view)
    found = [
        Milestone(at=at, kind=kind, level=level)
        for kind, level, percent in (
            (("expire", 0, 100),)
            if approval.id == BREAK_GLASS
            else _shares(approving, approval, view)
        )
        if (at := due(calendar, since, share_of(span, percent), gaps).at) is not None
    ]
    found.sort(key=lambda item: (item.at, _ORDER.index(item.kind), item.level))
    return due(calendar, since, span, gaps), tuple(found)


def times_after_return(
    draft: Draft, open_one: OpenApproval
) -> tuple[Due | None, tuple[Milestone, ...]]:
    """Return the same for a request that is answered now; what was over before it is left out."""
    if open_one.returned_at is None:
        return open_one.due, open_one.schedule
    pauses = (*open_one.pauses, Pause(begins_at=open_one.returned_at, ends_at=draft.now))
    since = open_one.counted_from or open_one.requested_at
    approval = approval_of(draft.compiled, open_one)
    due_then, schedule = times(draft.compiled, draft.view, approval, since, pauses)
    left = tuple(
        item
        for item in schedule
        if item.at > open_one.returned_at
        and (item.kind != "escalate" or item.level > open_one.level)
    )
    return due_then, left


def time_to_answer(draft: Draft, open_one: OpenApproval) -> tuple[Milestone, ...]:
    """Return when a request that is sent back now expires: who asks has the time of a decision."""
    approval = approval_of(draft.compiled, open_one)
    _, schedule = times(draft.compiled, draft.view, approval, draft.now)
    return tuple(item for item in schedule if item.kind == "expire")


def _shares(approving: Approving, approval: Approval, view: View) -> Iterator[tuple[str, int, int]]:
    """Yield what falls due with its level and at how many percent of the time."""
    for amount in approving.remind:
        yield "remind", 0, number_of(amount, view)
    levels = approving.escalate[: len(approval.escalate_to)]
    for level, amount in enumerate(levels, start=1):
        yield "escalate", level, number_of(amount, view)
    yield "expire", 0, number_of(approving.expire, view)


def number_of(amount: Amount, view: View) -> int:
    """Return a number, or what its parameter comes to for the subject."""
    return int(view[f"P.{amount.parameter}"]) if amount.parameter else amount.number
