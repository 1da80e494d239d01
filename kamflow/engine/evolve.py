"""What an event makes of an instance. Folding all events of an instance gives its snapshot."""

from collections.abc import Callable, Iterable
from typing import Any, get_args

from msgspec.structs import replace

from kamflow.engine.clocks import after_entering
from kamflow.engine.evolve_alerts import with_alert
from kamflow.engine.evolve_approvals import ApprovalEvent, with_approval
from kamflow.engine.evolve_people import PeopleEvent, with_people
from kamflow.engine.people import SYSTEM
from kamflow.model.escalated import AlertEvent
from kamflow.model.events import (
    CohortFrozen,
    CommandRefused,
    EventReported,
    FactLapsed,
    FactsRecorded,
    GlassBroken,
    LapseScheduled,
    PeriodsTurned,
    PlaceOffered,
    Recorded,
    StageEntered,
    SubjectOpened,
)
from kamflow.model.snapshot import Snapshot


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
        case LapseScheduled() | FactLapsed():
            return _with_lapse(snapshot, event, recorded.sequence)
        case StageEntered():
            return _in_stage(snapshot, event, recorded)
        case CohortFrozen():
            cohorts = {**snapshot.cohorts, event.cohort: event.members}
            return replace(snapshot, sequence=recorded.sequence, cohorts=cohorts)
        case EventReported() | GlassBroken() | PlaceOffered():
            return replace(snapshot, sequence=recorded.sequence)
        case _:
            return _OTHERS[type(event)](snapshot, event, recorded)


def _refused(before: Snapshot, event: CommandRefused, recorded: Recorded) -> Snapshot:
    again = before.unchanged + event.unchanged
    return replace(before, sequence=recorded.sequence, unchanged=again)


def _with_alert(before: Snapshot, event: AlertEvent, recorded: Recorded) -> Snapshot:
    return replace(with_alert(before, event, recorded), sequence=recorded.sequence)


def _with_approval(before: Snapshot, event: ApprovalEvent, recorded: Recorded) -> Snapshot:
    return replace(with_approval(before, event, recorded), sequence=recorded.sequence)


def _with_people(before: Snapshot, event: PeopleEvent, recorded: Recorded) -> Snapshot:
    after = replace(with_people(before, event), sequence=recorded.sequence)
    if isinstance(event, PeriodsTurned) or not (after.terms or after.absences or after.delegations):
        return after
    # What began or ended before is in effect already; only what comes is still to be seen.
    return replace(after, turned_at=recorded.at)


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
    lapses = before.lapses
    if lapses and event.forgotten:
        lapses = {name: day for name, day in lapses.items() if name not in event.forgotten}
    changed = news or event.forgotten
    facts_at = sequence if changed else before.facts_at
    unchanged = before.unchanged
    if unchanged and any(observed.author != SYSTEM for observed in event.facts.values()):
        unchanged = 0
    return replace(
        before,
        sequence=sequence,
        facts=facts,
        facts_at=facts_at,
        lapses=lapses,
        unchanged=unchanged,
    )


def _with_lapse(before: Snapshot, event: LapseScheduled | FactLapsed, sequence: int) -> Snapshot:
    lapses = {name: day for name, day in before.lapses.items() if name != event.fact}
    if isinstance(event, LapseScheduled):
        lapses[event.fact] = event.last_day
    return replace(before, sequence=sequence, lapses=lapses)


def _in_stage(before: Snapshot, event: StageEntered, recorded: Recorded) -> Snapshot:
    barred = before.barred
    if event.barred:
        barred = {**barred, event.barred: recorded.sequence}
    if event.stage == event.left:
        return replace(before, sequence=recorded.sequence, barred=barred)
    since = event.since or recorded.at
    return replace(
        after_entering(before, event, since),
        sequence=recorded.sequence,
        barred=barred,
        stage=event.stage,
        came_from=event.left,
        entered_at=since,
        pack=recorded.pack,
        rejected={},
        unchanged=0,
        revisable={key: item for key, item in before.revisable.items() if item.until > since},
    )


# Found by the class of an event: asking one class after the other takes longer than the rest.
_OTHERS: dict[type, Callable[[Snapshot, Any, Recorded], Snapshot]] = {
    CommandRefused: _refused,
    **dict.fromkeys(get_args(ApprovalEvent), _with_approval),
    **dict.fromkeys(get_args(PeopleEvent), _with_people),
    **dict.fromkeys(get_args(AlertEvent), _with_alert),
}
