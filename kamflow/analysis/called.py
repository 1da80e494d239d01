"""What rules, timers and regions name: roles, parameters, gates, transitions, facts."""

from collections.abc import Iterable, Iterator

from kamflow.model.pack import Pack
from kamflow.model.rules import Effects, EventRule, Rung, Timer, effects_of
from kamflow.model.setting import Setting


def rungs_of(item: EventRule | Timer) -> Iterator[Rung]:
    """Yield who joins the escalations of a rule or timer."""
    yield from item.to if isinstance(item, EventRule) else ()
    for part in item.grades if isinstance(item, EventRule) else item.marks:
        yield from part.to


def callers(pack: Pack) -> Iterator[EventRule | Timer]:
    """Yield all rules, then all timers."""
    yield from pack.rules.values()
    yield from pack.timers.values()


def all_effects(pack: Pack) -> Iterator[Effects]:
    """Yield what all rules and timers call for."""
    for item in callers(pack):
        yield from effects_of(item)


def settings_called(pack: Pack) -> Iterator[Setting]:
    """Yield the facts that rules and timers set."""
    return (setting for effects in all_effects(pack) for setting in effects.set)


def roles_called(pack: Pack) -> Iterator[str]:
    """Yield the roles that hear of something, join, or are asked to do something."""
    for level in pack.escalating.levels if pack.escalating else ():
        yield from level.roles
    for item in callers(pack):
        for rung in rungs_of(item):
            yield from rung.roles
    for effects in all_effects(pack):
        yield from effects.tell
        yield from (role for task in effects.tasks for role in task.roles)


def spans_called(pack: Pack) -> dict[str, tuple[str, ...]]:
    """Return the parameters that hold spans of rules, timers and regions, by what names them."""
    found: dict[str, Iterable[str]] = {}
    said = pack.escalating
    if said is not None:
        found["escalating"] = (said.cooldown, said.late, *(item.wait for item in said.levels))
    for rule in pack.rules.values():
        found[f"rule {rule.id}"] = _of_rule(rule)
    for timer in pack.timers.values():
        found[f"timer {timer.id}"] = _of_timer(timer)
    for region in pack.regions.values():
        found[f"region {region.id}"] = [move.lasting for move in region.moves]
    return {
        label: names
        for label, texts in found.items()
        if (names := tuple(text.lstrip("+-") for text in texts if text.lstrip("+-")[:2] == "P."))
    }


def _of_rule(rule: EventRule) -> Iterator[str]:
    yield from (rule.lasting, rule.clears_lasting, rule.cooldown)
    yield from (rung.after for rung in rungs_of(rule))
    if rule.together is not None:
        yield rule.together.within
    yield from _of_tasks(rule)


def _of_timer(timer: Timer) -> Iterator[str]:
    yield timer.due
    yield from (rung.after for rung in rungs_of(timer))
    for mark in timer.marks:
        yield mark.offset
        if mark.percent is not None and mark.percent.parameter:
            yield f"P.{mark.percent.parameter}"
    yield from _of_tasks(timer)


def _of_tasks(item: EventRule | Timer) -> Iterator[str]:
    return (task.within for effects in effects_of(item) for task in effects.tasks)
