"""Decides on facts that somebody states."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kamflow.engine.draft import Draft
from kamflow.engine.identities import fault_in_person
from kamflow.engine.people import SYSTEM, holds_any, lacking
from kamflow.engine.spans import end_of, span_of
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.commands import ReportEvent, Stated
from kamflow.model.decision import Decision
from kamflow.model.events import EventReported, FactsRecorded
from kamflow.model.pack import FactType
from kamflow.model.snapshot import Observation
from kamflow.model.values import format_value, parse_value

_CLOCKS_DIFFER_BY = timedelta(minutes=5)


def record_facts(draft: Draft, stated: Mapping[str, Stated]) -> Decision | None:
    """Record all of `stated`, or refuse all with a fault for each that cannot be recorded."""
    observed: dict[str, Observation] = {}
    faults: dict[str, str] = {}
    for name, item in stated.items():
        try:
            observed[name] = _observe(draft, name, item)
        except ValueError as error:
            faults[name] = str(error)
    if faults:
        reasons = (f"`{name}`: {fault}" for name, fault in faults.items())
        return draft.refused("record facts", *reasons, faults=faults)
    news = {name: item for name, item in observed.items() if not _known(draft, name, item)}
    if news:
        draft.emit(FactsRecorded(facts=news))
    return None


def report_event(draft: Draft, command: ReportEvent) -> Decision | None:
    """Keep a report whose event and payload the policy declares, or refuse it with every fault."""
    event = draft.compiled.pack.events.get(command.name)
    if event is None or event.kind != draft.snapshot.kind:
        return draft.refused("report", _no_such_event(draft, command.name))
    faults: dict[str, str] = {}
    payload: dict[str, str] = {}
    if lies_ahead(command.happened_at, draft.now):
        faults["happened_at"] = f"{command.happened_at.date()} lies in the future"
    for name, text in command.payload.items():
        shape = event.payload.get(name)
        if shape is None:
            faults[name] = f"is nothing that it carries{did_you_mean(name, event.payload)}"
            continue
        try:
            payload[name] = format_value(parse_value(shape, text))
        except ValueError as error:
            faults[name] = str(error)
    if faults:
        reasons = (f"`{name}`: {fault}" for name, fault in faults.items())
        return draft.refused("report", *reasons, faults=faults)
    draft.emit(
        EventReported(
            name=command.name,
            happened_at=command.happened_at,
            payload=payload,
            source=command.source,
            late=_is_late(draft, command.happened_at),
        )
    )
    return None


def _no_such_event(draft: Draft, name: str) -> str:
    """Return why the subject has no event of that name, and the way out."""
    events, kind = draft.compiled.pack.events, draft.snapshot.kind
    if name in events:
        hint = f"; it belongs to `{events[name].kind}`"
    else:
        hint = did_you_mean(name, [item.name for item in events.values() if item.kind == kind])
    return f"`{kind}` has no event `{name}`{hint}"


def _is_late(draft: Draft, happened_at: datetime) -> bool:
    """Tell whether a report comes too late for event rules, by what the policy says."""
    escalating = draft.compiled.pack.escalating
    if escalating is None or not escalating.late:
        return False
    end = end_of(
        span_of(escalating.late, draft.compiled, draft.view),
        happened_at,
        draft.compiled,
        draft.view,
    )
    return end < draft.now


def lies_ahead(as_of: datetime, now: datetime) -> bool:
    """Tell whether an observation would be one of the future, beyond what clocks differ by."""
    return as_of > now + _CLOCKS_DIFFER_BY


def _known(draft: Draft, name: str, observed: Observation) -> bool:
    """Tell whether the same was recorded before, so that sending it twice changes nothing."""
    known = draft.snapshot.facts.get(name)
    return known is not None and (known.value, known.as_of, known.source, known.author) == (
        observed.value,
        observed.as_of,
        observed.source,
        observed.author,
    )


def _observe(draft: Draft, name: str, stated: Stated) -> Observation:
    """Return the observation.

    Raises:
        ValueError: It cannot be recorded; the message says why.
    """
    if stated.author == SYSTEM:
        raise ValueError(f"`{SYSTEM}` is the engine alone; say who states it")
    fact = _fact(draft, name)
    value = parse_value(fact.shape, stated.text)
    if fact.shape.type == "person" and (fault := fault_in_person(str(value))) is not None:
        raise ValueError(fault)
    if stated.unit and fact.shape.unit and stated.unit != fact.shape.unit:
        raise ValueError(f"is in `{stated.unit}`; it is kept in `{fact.shape.unit}`")
    if stated.as_of.tzinfo is None:
        raise ValueError(f"as of {stated.as_of} has no time zone")
    if lies_ahead(stated.as_of, draft.now):
        raise ValueError(f"as of {stated.as_of.date()} lies in the future")
    if fact.writers and not holds_any(draft.compiled.pack, draft.view, stated.author, fact.writers):
        raise ValueError(lacking(draft.compiled.pack, draft.view, stated.author, fact.writers))
    return Observation(
        value=format_value(value),
        as_of=_in_utc(stated.as_of),  # days are counted in UTC
        source=stated.source,
        author=stated.author,
        recorded_at=draft.now,
        unit=fact.shape.unit,
        evidence=stated.evidence,
    )


def _in_utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"as of {instant} lies outside the calendar") from None


def _fact(draft: Draft, name: str) -> FactType:
    facts = draft.compiled.pack.facts
    fact, kind = facts.get(name), draft.snapshot.kind
    if fact is None or fact.kind != kind:
        own = [item.name for item in facts.values() if item.kind == kind]
        raise ValueError(f"`{kind}` has no such fact{did_you_mean(name, own)}")
    if fact.derived is not None:
        raise ValueError("is derived and cannot be recorded")
    return fact
