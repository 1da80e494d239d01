"""What an event makes of an instance. Folding all events of an instance gives its snapshot."""

from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import replace

from kamflow.model.events import (
    ApprovalDecided,
    ApprovalRequested,
    ApprovalWithdrawn,
    CohortFrozen,
    CommandRefused,
    EventReported,
    FactsRecorded,
    Recorded,
    RoleAssigned,
    RoleEnded,
    StageEntered,
    SubjectOpened,
    VoteCast,
)
from kamflow.model.snapshot import OpenApproval, Snapshot, Vote


def replay(events: Iterable[Recorded]) -> Snapshot | None:
    """Return the snapshot that `events` (all of one instance, in order) make; nothing for none."""
    snapshot: Snapshot | None = None
    for recorded in events:
        snapshot = evolve(snapshot, recorded)
    return snapshot


def evolve(snapshot: Snapshot | None, recorded: Recorded) -> Snapshot:
    """Return the instance after `recorded`; the first event of an instance opens it."""
    event = recorded.event
    if isinstance(event, SubjectOpened):
        return _opened(event, recorded)
    if snapshot is None:
        raise ValueError(f"the history of `{recorded.instance}` does not begin with its opening")
    match event:
        case FactsRecorded():
            return _with_facts(snapshot, event, recorded.sequence)
        case StageEntered():
            return _in_stage(snapshot, event, recorded)
        case RoleAssigned() | RoleEnded() | CohortFrozen():
            return _with_names(snapshot, event, recorded.sequence)
        case ApprovalRequested() | VoteCast() | ApprovalDecided() | ApprovalWithdrawn():
            return _with_approval(snapshot, event, recorded)
        case CommandRefused() | EventReported():
            return replace(snapshot, sequence=recorded.sequence)
        case _:
            assert_never(event)


def _opened(event: SubjectOpened, recorded: Recorded) -> Snapshot:
    return Snapshot(
        id=recorded.instance,
        kind=event.kind,
        name=event.name,
        parent=event.parent,
        workflow=event.workflow,
        stage=event.stage,
        entered_at=recorded.at,
        opened_at=recorded.at,
        pack=recorded.pack,
        sequence=recorded.sequence,
    )


def _with_facts(before: Snapshot, event: FactsRecorded, sequence: int) -> Snapshot:
    """Keep what was true last: an older observation stays in the history alone."""
    facts = dict(before.facts)
    news = [
        name
        for name, observed in event.facts.items()
        if name not in facts or observed.as_of >= facts[name].as_of
    ]
    facts.update({name: event.facts[name] for name in news})
    for name in event.forgotten:
        facts.pop(name, None)
    changed = news or event.forgotten
    facts_at = sequence if changed else before.facts_at
    return replace(before, sequence=sequence, facts=facts, facts_at=facts_at)


def _in_stage(before: Snapshot, event: StageEntered, recorded: Recorded) -> Snapshot:
    if event.stage == event.left:
        return replace(before, sequence=recorded.sequence)
    return replace(
        before,
        sequence=recorded.sequence,
        stage=event.stage,
        came_from=event.left,
        entered_at=recorded.at,
        pack=recorded.pack,
        rejected={},
    )


def _with_names(
    before: Snapshot, event: RoleAssigned | RoleEnded | CohortFrozen, sequence: int
) -> Snapshot:
    if isinstance(event, CohortFrozen):
        cohorts = {**before.cohorts, event.cohort: event.members}
        return replace(before, sequence=sequence, cohorts=cohorts)
    people = [person for person in before.roles.get(event.role, ()) if person != event.person]
    if isinstance(event, RoleAssigned):
        people.append(event.person)
    roles = {**before.roles, event.role: tuple(sorted(people))}
    return replace(before, sequence=sequence, roles=roles)


def _with_approval(
    before: Snapshot,
    event: ApprovalRequested | VoteCast | ApprovalDecided | ApprovalWithdrawn,
    recorded: Recorded,
) -> Snapshot:
    approvals, rejected = dict(before.approvals), before.rejected
    match event:
        case ApprovalRequested():
            approvals[event.id] = OpenApproval(
                id=event.id,
                approval=event.approval,
                transition=event.transition,
                target=event.target,
                requested_by=recorded.actor,
                requested_at=recorded.at,
                remark=event.remark,
            )
        case VoteCast():
            vote = Vote(person=recorded.actor, vote=event.vote, at=recorded.at, remark=event.remark)
            open_one = approvals[event.id]
            approvals[event.id] = replace(open_one, votes=(*open_one.votes, vote))
        case ApprovalDecided():
            approvals.pop(event.id, None)
            if not event.approved:
                rejected = {**rejected, event.transition: recorded.sequence}
        case ApprovalWithdrawn():
            approvals.pop(event.id, None)
    return replace(before, sequence=recorded.sequence, approvals=approvals, rejected=rejected)
