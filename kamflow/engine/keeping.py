"""Facts that a stage keeps for as long as their condition is met, such as a reserved place."""

from datetime import date, datetime

from kamflow.engine.days import over
from kamflow.engine.draft import Draft
from kamflow.engine.people import SYSTEM
from kamflow.engine.setting import record_values
from kamflow.model.capacity import Keep
from kamflow.model.events import FactLapsed, LapseScheduled
from kamflow.model.snapshot import Snapshot
from kamflow.model.values import Unknown, format_value


def next_lapse(snapshot: Snapshot) -> datetime | None:
    """Return the first instant at which a kept date is over."""
    last_day = min(snapshot.lapses.values(), default=None)
    return None if last_day is None else over(last_day)


def keep(draft: Draft) -> None:
    """Set and forget what the stage keeps, and forget what only other stages keep.

    A value that is set stays as it is: a date runs out by the clock, also while its condition is
    met. While the condition is unknown nothing is changed.
    """
    kept = draft.compiled.kept(draft.snapshot.workflow)
    if not kept:
        return
    values: dict[str, str | None] = {}
    own = kept.get(draft.snapshot.stage, ())
    for name in dict.fromkeys(item.fact for items in kept.values() for item in items):
        if name in draft.snapshot.facts and all(item.fact != name for item in own):
            values[name] = None
    for item in own:
        values |= _kept(draft, item)
    record_values(draft, values)
    for item in own:
        _schedule(draft, item.fact)


def _kept(draft: Draft, item: Keep) -> dict[str, str | None]:
    """Return what has to be set or forgotten of one fact."""
    there, verdict = item.fact in draft.snapshot.facts, draft.compiled.ask(item.when, draft.view)
    if there:
        return {item.fact: None} if verdict is False else {}
    if verdict is not True:
        return {}
    value = draft.compiled.ask(item.value, draft.view)
    return {} if isinstance(value, Unknown) else {item.fact: format_value(value)}


def _schedule(draft: Draft, fact: str) -> None:
    """Say until when a kept date holds, and that it is over once it is."""
    observed, known = draft.snapshot.facts.get(fact), draft.snapshot.lapses.get(fact)
    if observed is None or draft.compiled.pack.facts[fact].shape.type != "date":
        return
    last_day = date.fromisoformat(observed.value)
    if last_day < draft.scene.now.date():
        if known is not None:
            draft.emit(FactLapsed(fact=fact), actor=SYSTEM)
    elif last_day != known:
        draft.emit(LapseScheduled(fact=fact, last_day=last_day), actor=SYSTEM)
