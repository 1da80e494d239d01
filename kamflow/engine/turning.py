"""Brings a subject up to date: what has fallen due by the clock, in the order of the instants."""

from collections.abc import Iterator
from datetime import date, datetime

from kamflow.engine.asking import escalate
from kamflow.engine.counting import voters_now
from kamflow.engine.days import over
from kamflow.engine.deadlines import last_day
from kamflow.engine.draft import Draft
from kamflow.engine.electorate import electorate_of
from kamflow.engine.keeping import next_lapse
from kamflow.engine.overdue import ends, say_overdue
from kamflow.engine.people import SYSTEM
from kamflow.engine.settling import lapse
from kamflow.engine.waivers import end_pointless
from kamflow.engine.watching import watch, watch_facts
from kamflow.model.deadline import Milestone
from kamflow.model.events import (
    ApprovalExpired,
    ApprovalReminded,
    PeriodsTurned,
    WaiverEnded,
)
from kamflow.model.snapshot import OpenApproval, Snapshot


def next_due(snapshot: Snapshot) -> datetime | None:
    """Return the first instant at which the clock alone changes something for the subject."""
    first = _next(snapshot)
    lapse = next_lapse(snapshot) if snapshot.lapses else None
    if first is None or lapse is None:
        return first or lapse
    return min(first, lapse)


def _next(snapshot: Snapshot) -> datetime | None:
    """Return the same without what `keeping` looks after."""
    owed = snapshot.conditions or snapshot.reviews
    if not (snapshot.approvals or snapshot.waivers or owed or _has_periods(snapshot)):
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


def turn(draft: Draft) -> None:
    """Do everything that has fallen due by now, and look whether requests can still be decided.

    What fell due at an instant is done as it was to be seen then, so that a late turn does what a
    timely one would have done; a request that was over before a vote came stays over.
    """
    now = draft.now
    while (at := _next(draft.snapshot)) is not None and at <= now:
        draft.look_from(at)
        _fall_due(draft, at)
        watch(draft)
        draft.look_from(now)
    if draft.snapshot.waivers:
        end_pointless(draft)
    if draft.snapshot.approvals:
        watch_facts(draft)


def _fall_due(draft: Draft, at: datetime) -> None:
    if at in _boundaries(draft.snapshot):
        draft.emit(PeriodsTurned(until=at), actor=SYSTEM)
    for criterion, waiver in draft.snapshot.waivers.items():
        end = over(waiver.ends_on)
        if end is not None and end <= at:
            reason = f"its last day was {waiver.ends_on}"
            draft.emit(WaiverEnded(criterion=criterion, reason=reason), actor=SYSTEM)
    say_overdue(draft, at)
    for identity in tuple(draft.snapshot.approvals):
        while milestone := _first(draft, identity, at):
            _reach(draft, draft.snapshot.approvals[identity], milestone)


def _first(draft: Draft, identity: str, at: datetime) -> Milestone | None:
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
