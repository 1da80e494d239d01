"""Brings a subject up to date: what has fallen due by the clock, in the order of the instants."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from msgspec.structs import replace

from kamflow.engine.asking import escalate
from kamflow.engine.counting import voters_now
from kamflow.engine.days import over
from kamflow.engine.deadlines import last_day
from kamflow.engine.draft import Draft
from kamflow.engine.electorate import electorate_of
from kamflow.engine.escalations import falling
from kamflow.engine.keeping import next_lapse
from kamflow.engine.overdue import ends, say_overdue
from kamflow.engine.people import SYSTEM
from kamflow.engine.resting import come_to_rest, reacts
from kamflow.engine.rules.reacting import fall_due, next_planned
from kamflow.engine.settling import lapse
from kamflow.engine.waivers import end_pointless
from kamflow.engine.watching import watch, watch_facts
from kamflow.model.deadline import Milestone
from kamflow.model.decision import Decision
from kamflow.model.events import (
    ApprovalExpired,
    ApprovalReminded,
    PeriodsTurned,
    WaiverEnded,
)
from kamflow.model.snapshot import OpenApproval, Snapshot

_NEVER = datetime.min.replace(tzinfo=UTC)


def next_due(snapshot: Snapshot) -> datetime | None:
    """Return the first instant at which the clock alone changes something for the subject."""
    first = _next(snapshot)
    lapse = next_lapse(snapshot) if snapshot.lapses else None
    if first is None or lapse is None:
        return first or lapse
    return min(first, lapse)


def _next(snapshot: Snapshot) -> datetime | None:
    """Return the same without what `keeping` looks after."""
    asked = bool(snapshot.approvals or snapshot.waivers)
    owed = bool(snapshot.conditions or snapshot.reviews or snapshot.escalations or snapshot.tasks)
    if not (asked or owed or _has_periods(snapshot)):
        return None  # nearly every subject, nearly always
    return min(_instants(snapshot), default=None)


def _instants(snapshot: Snapshot) -> Iterator[datetime]:
    for open_one in snapshot.approvals.values():
        for milestone in open_one.schedule[:1]:
            yield milestone.at
    for waiver in snapshot.waivers.values():
        end = over(waiver.ends_on)
        if end is not None:
            yield end
    yield from ends(snapshot)
    if snapshot.escalations or snapshot.tasks:
        yield from falling.instants(snapshot)
    yield from _boundaries(snapshot)


def _has_periods(snapshot: Snapshot) -> bool:
    return bool(snapshot.terms or snapshot.absences or snapshot.delegations)


def _boundaries(snapshot: Snapshot) -> Iterator[datetime]:
    """Yield when terms, absences and delegations begin or end, of those not yet seen."""
    seen = snapshot.turned_at
    terms = [(item.begins_at, item.ends_at) for item in snapshot.terms]
    absences = [(item.begins_at, item.ends_at) for item in snapshot.absences]
    delegations = [(item.begins_at, item.ends_at) for item in snapshot.delegations]
    for begins_and_ends in (*terms, *absences, *delegations):
        for at in begins_and_ends:
            if at is not None and (seen is None or at > seen):
                yield at


def turn(draft: Draft) -> Decision | None:
    """Do everything that has fallen due by now, and look whether requests can still be decided.

    What fell due at an instant is done as it was to be seen then, with all that follows from it, so
    that a late turn does what a timely one would have done; a request that was over before a vote
    came stays over.

    Returns:
        A refusal where what follows does not come to an end.
    """
    now, rested, lapsed = draft.now, draft.snapshot, _NEVER
    while (at := _first(draft, lapsed)) is not None and at <= now:
        lapsed = at
        draft.look_from(at)
        _fall_due(draft, at)
        if draft.snapshot.approvals:
            watch(draft)
        endless = come_to_rest(draft, done=tuple(fall_due(draft)) if reacts(draft) else ())
        if endless is not None:
            return _put_off(draft, endless)
        draft.look_from(now)
        rested = draft.snapshot
    if draft.snapshot.waivers:
        end_pointless(draft)
    if draft.snapshot.approvals:
        watch_facts(draft)
    return come_to_rest(draft) if draft.snapshot is not rested else None


def _first(draft: Draft, lapsed: datetime) -> datetime | None:
    """Return the first instant at which something falls due for the subject.

    What `keeping` looks after is asked for after an instant: once it was looked at, it is done.
    """
    snapshot = draft.snapshot
    first, is_planned = _next(snapshot), reacts(draft) and draft.schedule
    if not (snapshot.lapses or is_planned):
        return first  # nearly always
    found = [] if first is None else [first]
    ends = map(over, snapshot.lapses.values())
    found += [end for end in ends if end is not None and end > lapsed]
    if is_planned:
        found.append(next_planned(draft))
    return min(found, default=None)


def _put_off(draft: Draft, endless: Decision) -> Decision:
    """Have what does not come to an end looked at again with the next day, not at once."""
    tomorrow = over(draft.now.date())
    if tomorrow is None or not draft.schedule:
        return endless
    later = int(tomorrow.timestamp())
    return replace(endless, schedule={name: max(at, later) for name, at in draft.schedule.items()})


def _fall_due(draft: Draft, at: datetime) -> None:
    if at in _boundaries(draft.snapshot):
        draft.emit(PeriodsTurned(until=at), actor=SYSTEM)
    for criterion, waiver in draft.snapshot.waivers.items():
        end = over(waiver.ends_on)
        if end is not None and end <= at:
            reason = f"its last day was {waiver.ends_on}"
            draft.emit(WaiverEnded(criterion=criterion, reason=reason), actor=SYSTEM)
    say_overdue(draft, at)
    falling.fall_due(draft, at)
    for identity in tuple(draft.snapshot.approvals):
        while milestone := _milestone(draft, identity, at):
            _reach(draft, draft.snapshot.approvals[identity], milestone)


def _milestone(draft: Draft, identity: str, at: datetime) -> Milestone | None:
    """Return the first thing that has fallen due for a request, if it is still open."""
    open_one = draft.snapshot.approvals.get(identity)
    if open_one is None or not open_one.schedule or open_one.schedule[0].at > at:
        return None
    return open_one.schedule[0]


def _reach(draft: Draft, open_one: OpenApproval, milestone: Milestone) -> None:
    """Do what falls due for one request."""
    if milestone.kind == "expire":
        draft.emit(
            ApprovalExpired(
                id=open_one.id,
                approval=open_one.approval,
                transition=open_one.transition,
                due_at=milestone.at,
            ),
            actor=SYSTEM,
        )
        with draft.by_system():
            lapse(draft, open_one)
        draft.notes.append(f"approval `{open_one.id}` expired on {_day(draft, milestone.at)}")
    elif milestone.kind == "escalate":
        reason = f"nobody decided by {_day(draft, milestone.at)}"
        escalate(draft, open_one, milestone.level, reason, milestone.at)
    else:
        remind(draft, open_one, milestone.at)


def _day(draft: Draft, at: datetime) -> date:
    return last_day(draft.compiled.calendar_of(draft.view), at)


def remind(draft: Draft, open_one: OpenApproval, due_at: datetime | None = None) -> None:
    """Remind everybody whose vote is waited for; by the clock at `due_at`, else by the actor."""
    who = electorate_of(draft.compiled, draft.view, open_one)
    people = tuple(sorted(voters_now(who, open_one.votes)))
    actor = SYSTEM if due_at is not None else draft.actor
    draft.emit(ApprovalReminded(id=open_one.id, people=people, due_at=due_at), actor=actor)
