"""Facts that the engine sets by itself: those of a stage and of a transition."""

from kamflow.engine.draft import Draft
from kamflow.engine.people import SYSTEM
from kamflow.model.events import FactsRecorded
from kamflow.model.setting import Setting
from kamflow.model.snapshot import Observation
from kamflow.model.values import Unknown, format_value


def set_values(draft: Draft, settings: tuple[Setting, ...]) -> None:
    """Set facts to what they come to now."""
    record_values(draft, values_of(draft, settings))


def values_of(draft: Draft, settings: tuple[Setting, ...]) -> dict[str, str | None]:
    """Return what each setting comes to now, as canonical text; nothing means forget.

    A value that is unknown is not set.
    """
    values: dict[str, str | None] = {}
    for setting in settings:
        if setting.actor or setting.value is None:
            values[setting.fact] = draft.actor if setting.actor else None
            continue
        value = draft.compiled.ask(setting.value, draft.view)
        if not isinstance(value, Unknown):
            values[setting.fact] = format_value(value)
    return values


def record_values(draft: Draft, values: dict[str, str | None]) -> None:
    """Record values as the engine's own, as of the instant from which the subject is seen.

    Nothing in place of a value forgets it.
    """
    if not values:
        return
    declared = draft.compiled.pack.facts
    facts = {
        name: Observation(
            value=value,
            as_of=draft.scene.now,
            source="kamflow",
            author=SYSTEM,
            recorded_at=draft.now,
            unit=declared[name].shape.unit if name in declared else "",
        )
        for name, value in values.items()
        if value is not None
    }
    forgotten = tuple(
        name for name, value in values.items() if value is None and name in draft.snapshot.facts
    )
    if facts or forgotten:
        draft.emit(FactsRecorded(facts=facts, forgotten=forgotten), actor=SYSTEM)
