"""What rules, timers and gates that are only observed would have done."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from kamflow.model.escalated import (
    EscalationRaised,
    EscalationResolved,
    GateObserved,
    NoticeGiven,
    TimerReached,
)
from kamflow.model.events import Recorded
from kamflow.model.pack import Pack

KINDS = ("EscalationRaised", "EscalationResolved", "GateObserved", "NoticeGiven", "TimerReached")
"""The events that are counted, by name."""


class ObservedEntry(Struct, frozen=True, kw_only=True):
    """What one rule, timer or gate would have done."""

    kind: str  # "rule", "timer" or "gate"
    id: str
    title: str
    escalated: int = 0  # escalations that it would have raised
    still_open: int = 0  # of those, the ones that would be open now
    told: int = 0  # notices that it would have given
    reached: int = 0  # marks that a timer came to
    shut: int = 0  # requests of a transition that a gate would have refused
    severities: dict[str, int] = {}  # of the escalations
    subjects: tuple[str, ...] = ()  # where it would have done any of this
    last_at: datetime | None = None


class ObservedReport(Struct, frozen=True, kw_only=True):
    """What would have happened in a time, one entry for each that is observed, by id."""

    as_of: datetime
    since: datetime | None  # nothing: from the beginning
    entries: tuple[ObservedEntry, ...]


class _Count(Struct, kw_only=True):
    kind: str
    title: str
    escalated: int = 0
    told: int = 0
    reached: int = 0
    shut: int = 0
    open_ones: set[str]
    severities: dict[str, int]
    subjects: set[str]
    last_at: datetime | None = None


def observed_report(
    pack: Pack, events: Iterable[Recorded], now: datetime, since: datetime | None
) -> ObservedReport:
    """Return what happened to be observed.

    Args:
        pack: The newest policy: what it observes is told although nothing happened.
        events: Those of the types in `KINDS` that were recorded in the time, oldest first.
        now: When it is looked at.
        since: When the time began.
    """
    counts = _observing(pack)
    for recorded in events:
        _count(pack, counts, recorded)
    return ObservedReport(
        as_of=now,
        since=since,
        entries=tuple(_entry(name, counts[name]) for name in sorted(counts)),
    )


def _observing(pack: Pack) -> dict[str, _Count]:
    """Return a count for each rule, timer and gate that a policy only observes."""
    rules = [("rule", item.id, item.title) for item in pack.rules.values() if item.observe]
    timers = [("timer", item.id, item.title) for item in pack.timers.values() if item.observe]
    gates = [("gate", item.id, item.title) for item in pack.gates.values() if item.observe]
    return {name: _new(kind, title) for kind, name, title in (*rules, *timers, *gates)}


def _new(kind: str, title: str) -> _Count:
    return _Count(kind=kind, title=title, open_ones=set(), severities={}, subjects=set())


def _count(pack: Pack, counts: dict[str, _Count], recorded: Recorded) -> None:
    event = recorded.event
    match event:
        case EscalationRaised(observed=True, rule=rule, title=title):
            found = _of(pack, counts, recorded, rule, title)
            found.escalated += 1
            found.open_ones.add(event.id)
            found.severities[event.severity] = found.severities.get(event.severity, 0) + 1
        case EscalationResolved(id=identity, rule=rule):
            if rule in counts:
                counts[rule].open_ones.discard(identity)
        case NoticeGiven(observed=True, rule=rule, title=title):
            _of(pack, counts, recorded, rule, title).told += 1
        case TimerReached(observed=True, timer=timer):
            _of(pack, counts, recorded, timer, timer).reached += 1
        case GateObserved(gate=gate):
            found = counts.setdefault(gate, _new("gate", gate))
            _seen(found, recorded)
            found.shut += 1
        case _:
            pass


def _of(pack: Pack, counts: dict[str, _Count], recorded: Recorded, rule: str, title: str) -> _Count:
    """Return the count of a rule or timer, which the newest policy may not observe any more."""
    if rule not in counts:
        known = pack.timers.get(rule)
        counts[rule] = _new("timer" if known else "rule", known.title if known else title)
    _seen(counts[rule], recorded)
    return counts[rule]


def _seen(found: _Count, recorded: Recorded) -> None:
    found.subjects.add(recorded.instance)
    found.last_at = recorded.at


def _entry(name: str, found: _Count) -> ObservedEntry:
    return ObservedEntry(
        kind=found.kind,
        id=name,
        title=found.title,
        escalated=found.escalated,
        still_open=len(found.open_ones),
        told=found.told,
        reached=found.reached,
        shut=found.shut,
        severities=found.severities,
        subjects=tuple(sorted(found.subjects)),
        last_at=found.last_at,
    )
