"""Decides on facts that somebody states."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kamflow.engine.draft import Draft
from kamflow.engine.people import SYSTEM, holds_any, lacking
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.commands import Stated
from kamflow.model.decision import Decision
from kamflow.model.events import FactsRecorded
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
        as_of=stated.as_of.astimezone(UTC),  # days are counted in UTC
        source=stated.source,
        author=stated.author,
        recorded_at=draft.now,
        unit=fact.shape.unit,
        evidence=stated.evidence,
    )


def _fact(draft: Draft, name: str) -> FactType:
    facts = draft.compiled.pack.facts
    fact, kind = facts.get(name), draft.snapshot.kind
    if fact is None or fact.kind != kind:
        own = [item.name for item in facts.values() if item.kind == kind]
        raise ValueError(f"`{kind}` has no such fact{did_you_mean(name, own)}")
    if fact.derived is not None:
        raise ValueError("is derived and cannot be recorded")
    return fact
