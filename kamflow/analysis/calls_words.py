"""The parts of rules and timers in a few words each, as summaries and comparisons tell them."""

from collections.abc import Callable, Iterable
from typing import Any

from kamflow.analysis.ballots import NONE, amount_words
from kamflow.model.rules import (
    Each,
    Effects,
    EventRule,
    Grade,
    Item,
    Level,
    Mark,
    Notice,
    Notifying,
    Rung,
    TaskRule,
    Together,
)
from kamflow.model.setting import Setting


def setting_words(setting: Setting) -> str:
    """Return a fact that is set, with what it is set to."""
    if setting.actor:
        return f"{setting.fact} = actor"
    return f"{setting.fact} = {setting.value.text if setting.value else 'absent'}"


def rung_words(item: Rung) -> str:
    """Return who joins an escalation, and after what time."""
    who = item.level or " and ".join(item.roles)
    return f"{who} after {item.after}" if item.after else who


def rungs_words(items: Iterable[Rung]) -> str:
    """Return who joins an escalation, in the order of the policy."""
    return ", then ".join(map(rung_words, items)) or NONE


def grade_words(item: Grade) -> str:
    """Return another severity, with what it takes and who joins by it."""
    to = f" to {rungs_words(item.to)}" if item.to else ""
    return f"{item.severity} when {item.when.text}{to}"


def task_words(item: TaskRule) -> str:
    """Return what somebody is asked to do."""
    within = f" within {item.within}" if item.within else ""
    done = f", done when {item.done_when.text}" if item.done_when else ""
    return f"{item.id}: {item.title} by {' or '.join(sorted(item.roles))}{within}{done}"


def together_words(item: Together) -> str:
    """Return which events have to come together."""
    return f"{' and '.join(sorted(map(_item, item.items)))} within {item.within}"


def _item(item: Item) -> str:
    where = f" where {item.where.text}" if item.where else ""
    return f"{item.id}: {item.event}{where}"


def level_words(item: Level) -> str:
    """Return a level of the ladder."""
    wait = f", the next after {item.wait}" if item.wait else ""
    return f"{item.id}: {' and '.join(sorted(item.roles))}{wait}"


def place_words(mark: Mark) -> str:
    """Return where a mark stands on the way of its timer."""
    if mark.percent is not None:
        return f"at {amount_words(mark.percent)}%"
    if not mark.offset:
        return "at the end"
    return f"{mark.offset[1:]} {'before' if mark.offset[0] == '-' else 'after'} the end"


def effects_facets(item: Effects | None) -> dict[str, str]:
    """Return what follows, each effect by its name."""
    said = item or Effects()
    return {
        "tell": _names(said.tell),
        "tasks": "; ".join(sorted(map(task_words, said.tasks))) or NONE,
        "propose": _names(said.propose),
        "request": said.request or NONE,
        "shut": _names(said.shut),
        "set": ", ".join(sorted(map(setting_words, said.set))) or NONE,
    }


def _names(items: tuple[str, ...]) -> str:
    return ", ".join(sorted(items)) or NONE


def called_facets(value: object) -> dict[str, str] | None:
    """Return the facets of a rule or a mark that are made of several fields, or have an order."""
    match value:
        case EventRule():
            grades = ", then ".join(map(grade_words, value.grades)) or NONE
            return {"grades": grades, "to": rungs_words(value.to), **effects_facets(value.effects)}
        case Mark():
            told = {"to": rungs_words(value.to), **effects_facets(value.effects)}
            return {"place": place_words(value), **told}
        case Notifying():
            notices = {f"notice {item.type}": _notice(item) for item in value.notices}
            return {"quiet": _quiet(value), **notices}
        case _:
            return None


def _quiet(value: Notifying) -> str:
    return f"{value.quiet_from} to {value.quiet_to}" if value.quiet_from else NONE


def _notice(item: Notice) -> str:
    urgent = " (urgent)" if item.urgent else ""
    return f"{item.title}: {' '.join(item.body.split())}{urgent}"


# Fields that stand in those facets.
JOINED: dict[type, tuple[str, ...]] = {
    EventRule: ("effects",),
    Mark: ("effects", "percent", "offset"),
    Notifying: ("quiet from", "quiet to", "notices"),
}

# How each of these is told where it stands inside something else.
WORDS: dict[type, Callable[[Any], str]] = {
    Each: lambda item: f"{item.field} of {item.event}",
    Together: together_words,
    Level: level_words,
}
