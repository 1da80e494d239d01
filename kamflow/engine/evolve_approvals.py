"""What events about approvals, waivers and reviews make of an instance."""

from typing import TypeAlias, assert_never

from msgspec.structs import replace

from kamflow.model.deadline import Milestone, Pause
from kamflow.model.events import (
    ApprovalCommented,
    ApprovalDecided,
    ApprovalEscalated,
    ApprovalExpired,
    ApprovalReassigned,
    ApprovalReevaluated,
    ApprovalReminded,
    ApprovalRequested,
    ApprovalResumed,
    ApprovalReturned,
    ApprovalWithdrawn,
    ConditionMet,
    Recorded,
    ReviewClosed,
    ReviewOpened,
    VoteCast,
    WaiverEnded,
    WaiverGranted,
)
from kamflow.model.overdue import ConditionOverdue, ReviewOverdue
from kamflow.model.remark import Comment, Evidence
from kamflow.model.snapshot import OpenApproval, OpenReview, Revisable, Snapshot, Vote, Waiver
from kamflow.model.stalled import ApprovalStalled, ApprovalUnstalled

OfVoters: TypeAlias = (
    ApprovalReminded | ApprovalEscalated | ApprovalStalled | ApprovalUnstalled | ApprovalReassigned
)
Progress: TypeAlias = (
    ApprovalReevaluated
    | ApprovalReturned
    | ApprovalResumed
    | ApprovalCommented
    | OfVoters
    | VoteCast
)
OfConditions: TypeAlias = ConditionMet | ConditionOverdue
OfWaivers: TypeAlias = WaiverGranted | WaiverEnded
OfReviews: TypeAlias = ReviewOpened | ReviewOverdue | ReviewClosed
Afterwards: TypeAlias = OfConditions | OfWaivers | OfReviews
ApprovalEvent: TypeAlias = (
    ApprovalRequested
    | Progress
    | ApprovalDecided
    | ApprovalWithdrawn
    | ApprovalExpired
    | Afterwards
)


def with_approval(before: Snapshot, event: ApprovalEvent, recorded: Recorded) -> Snapshot:
    """Return the instance after an event about an approval, or about what follows from one."""
    match event:
        case ApprovalRequested():
            asked = _asked(event, recorded)
            approvals = {**before.approvals, event.id: asked}
            return replace(before, approvals=approvals, revisable=_left_to_revise(before, event))
        case ApprovalDecided():
            return _decided(_without(before, event.id), event, recorded)
        case ApprovalWithdrawn() | ApprovalExpired():
            return _without(before, event.id)
        case _ if isinstance(event, Afterwards):
            return _afterwards(before, event)
        case _:
            open_one = _progressed(before.approvals[event.id], event, recorded)
            return replace(before, approvals={**before.approvals, event.id: open_one})


def _asked(event: ApprovalRequested, recorded: Recorded) -> OpenApproval:
    return OpenApproval(
        id=event.id,
        approval=event.approval,
        transition=event.transition,
        target=event.target,
        requested_by=recorded.actor,
        requested_at=recorded.at,
        remark=event.remark,
        purpose=event.purpose,
        about=event.about,
        waiver=event.waiver,
        bound=event.bound,
        due=event.due,
        schedule=event.schedule,
    )


def _left_to_revise(before: Snapshot, event: ApprovalRequested) -> dict[str, Revisable]:
    """Return the decisions that can still be called in or appealed against: each one once."""
    if event.about not in before.revisable:
        return before.revisable
    return {key: item for key, item in before.revisable.items() if key != event.about}


def _without(before: Snapshot, identity: str) -> Snapshot:
    approvals = {key: item for key, item in before.approvals.items() if key != identity}
    return replace(before, approvals=approvals)


def _progressed(before: OpenApproval, event: Progress, recorded: Recorded) -> OpenApproval:
    match event:
        case VoteCast():
            return _voted(before, event, recorded)
        case ApprovalReevaluated() | ApprovalResumed():
            return _anew(before, event, recorded)
        case ApprovalReturned():
            return replace(
                before,
                returned_at=recorded.at,
                question=event.question,
                returns=before.returns + 1,
                schedule=event.schedule,
                votes=(),
                stalled="",
                stalled_until=None,
            )
        case ApprovalCommented():
            return _commented(before, event.text, recorded, event.evidence)
        case _:
            return _with_voters(before, event)


def _with_voters(before: OpenApproval, event: OfVoters) -> OpenApproval:
    match event:
        case ApprovalReminded():
            return replace(before, schedule=_left(before, event))
        case ApprovalEscalated():
            schedule = tuple(
                item
                for item in before.schedule
                if item.kind != "escalate" or item.level > event.level
            )
            return replace(before, level=event.level, schedule=schedule)
        case ApprovalStalled():
            return replace(before, stalled=event.reason, stalled_until=event.until)
        case ApprovalUnstalled():
            return replace(before, stalled="", stalled_until=None)
        case ApprovalReassigned():
            return replace(before, seats={**before.seats, event.person: event.to})
        case _:
            assert_never(event)


def _anew(
    before: OpenApproval, event: ApprovalReevaluated | ApprovalResumed, recorded: Recorded
) -> OpenApproval:
    """Return the request on the facts of now, with no votes."""
    after = replace(
        before,
        votes=(),
        bound=event.bound,
        due=event.due,
        schedule=event.schedule,
    )
    if isinstance(event, ApprovalReevaluated):
        after = replace(after, approval=event.approval, rounds=before.rounds + 1)
        if event.approval == before.approval:
            return after
        return replace(after, level=0, seats={}, pauses=(), counted_from=recorded.at)
    if before.returned_at is not None:
        pause = Pause(begins_at=before.returned_at, ends_at=recorded.at)
        after = replace(after, pauses=(*before.pauses, pause))
    after = replace(after, returned_at=None, question="")
    return _commented(after, event.answer, recorded, event.evidence)


def _voted(before: OpenApproval, event: VoteCast, recorded: Recorded) -> OpenApproval:
    vote = Vote(
        person=recorded.actor,
        vote=event.vote,
        at=recorded.at,
        remark=event.remark,
        principal=event.principal,
        step=event.step,
        conditions=event.conditions,
    )
    after = replace(before, votes=(*before.votes, vote))
    return _commented(after, event.remark, recorded, event.evidence) if event.evidence else after


def _commented(
    before: OpenApproval, text: str, recorded: Recorded, evidence: tuple[Evidence, ...]
) -> OpenApproval:
    comment = Comment(person=recorded.actor, at=recorded.at, text=text, evidence=evidence)
    return replace(before, comments=(*before.comments, comment))


def _left(before: OpenApproval, event: ApprovalReminded) -> tuple[Milestone, ...]:
    """Return what is still to come: without the reminder that the clock has brought about."""
    done = ("remind", event.due_at)
    return tuple(item for item in before.schedule if (item.kind, item.at) != done)


def _decided(before: Snapshot, event: ApprovalDecided, recorded: Recorded) -> Snapshot:
    if not event.approved and event.transition:
        rejected = {**before.rejected, event.transition: recorded.sequence}
        before = replace(before, rejected=rejected)
    if event.revisable_until is not None:
        revisable = Revisable(
            id=event.id,
            approval=event.approval,
            transition=event.transition,
            kind=event.revisable,
            until=event.revisable_until,
        )
        before = replace(before, revisable={**before.revisable, event.id: revisable})
    if event.conditions:
        conditions = {**before.conditions, **{item.id: item for item in event.conditions}}
        before = replace(before, conditions=conditions)
    return before


def _afterwards(before: Snapshot, event: Afterwards) -> Snapshot:
    if isinstance(event, OfConditions):
        return _with_conditions(before, event)
    if isinstance(event, OfWaivers):
        return _with_waivers(before, event)
    return _with_reviews(before, event)


def _with_conditions(before: Snapshot, event: OfConditions) -> Snapshot:
    conditions = {key: one for key, one in before.conditions.items() if key != event.id}
    if isinstance(event, ConditionOverdue):
        late = replace(before.conditions[event.id], overdue=True)
        conditions = {**before.conditions, event.id: late}
    return replace(before, conditions=conditions)


def _with_waivers(before: Snapshot, event: OfWaivers) -> Snapshot:
    waivers = {key: one for key, one in before.waivers.items() if key != event.criterion}
    if isinstance(event, WaiverGranted):
        waiver = Waiver(
            id=event.id,
            gate=event.gate,
            criterion=event.criterion,
            owner=event.owner,
            reason=event.reason,
            ends_on=event.ends_on,
            asked_by=event.asked_by,
        )
        waivers = {**before.waivers, event.criterion: waiver}
    return replace(before, waivers=waivers)


def _with_reviews(before: Snapshot, event: OfReviews) -> Snapshot:
    match event:
        case ReviewOpened():
            review = OpenReview(
                id=event.id,
                kind=event.kind,
                roles=event.roles,
                people=event.people,
                due=event.due,
            )
            return replace(before, reviews={**before.reviews, event.id: review})
        case ReviewOverdue():
            late = replace(before.reviews[event.id], overdue=True)
            return replace(before, reviews={**before.reviews, event.id: late})
        case ReviewClosed():
            reviews = {key: one for key, one in before.reviews.items() if key != event.id}
            return replace(before, reviews=reviews)
        case _:
            assert_never(event)
