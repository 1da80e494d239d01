"""Looks at what events touch and at what is due by the clock: rules, regions, tasks and timers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from kamflow.engine.alerts import open_ones
from kamflow.engine.draft import Draft
from kamflow.engine.escalations import upkeep
from kamflow.engine.escalations.regions import move, pattern_of
from kamflow.engine.escalations.starts import reads
from kamflow.engine.escalations.tasks import keyed
from kamflow.engine.escalations.timers import run
from kamflow.engine.instants import first_of
from kamflow.engine.lasting import lasts_until
from kamflow.engine.people import SYSTEM
from kamflow.engine.reported import carried
from kamflow.engine.rules.index import Index, index_of
from kamflow.engine.rules.looking import look_at
from kamflow.engine.view import View
from kamflow.model.escalated import PatternBroken
from kamflow.model.events import EventReported
from kamflow.model.expression import Condition

ANEW = ""  # in a schedule: all of it has to be worked out anew
_FEW = 2  # reports: that many are there nearly always, with the one that is told
_TASK = "task "  # how the name of a task's condition begins in a schedule


class _Told(Struct, frozen=True):
    """Which rules count what was just reported: from when on, as it may have happened before."""

    since: dict[str, datetime]
    tokens: frozenset[str]  # of all that was reported


_NOTHING = _Told({}, frozenset())


def react(draft: Draft, touched: frozenset[str] = frozenset()) -> list[str]:
    """Look once at everything that fresh events touch, and do what is called for.

    Args:
        draft: The decision.
        touched: What else was touched: tokens of subjects above or below.

    Returns:
        What was done: the ids of rules, regions and timers.
    """
    index = index_of(draft.compiled, draft.snapshot.kind)
    told, own = _told(draft, index), draft.take_touched()
    tokens = own | touched | {f"*{token}" for token in own}
    if not tokens:
        return []
    if f"{index.kind}:stage" in own:
        _let_go(draft, index)
    return _look(draft, index, tokens, told)


def react_anew(draft: Draft) -> list[str]:
    """Look at everything that there is for the subject, as when it enters its stage."""
    index = index_of(draft.compiled, draft.snapshot.kind)
    _let_go(draft, index)
    draft.plan(ANEW, None)
    return _look(draft, index, frozenset({f"{index.kind}:stage"}), _NOTHING)


def next_planned(draft: Draft) -> datetime:
    """Return the first instant of a schedule; a lost one is worked out now, after all else."""
    planned = (at for name, at in draft.schedule.items() if name != ANEW)
    instants = [datetime.fromtimestamp(at, UTC) for at in planned]
    return min([*instants, draft.now] if ANEW in draft.schedule else instants)


def fall_due(draft: Draft) -> list[str]:
    """Look at what is due by the schedule, as the subject is seen now."""
    index, now = index_of(draft.compiled, draft.snapshot.kind), draft.scene.now
    if ANEW in draft.schedule and now == draft.now:
        return react_anew(draft)
    planned = draft.schedule.items()
    due = sorted(name for name, at in planned if name != ANEW and at <= now.timestamp())
    for name in due:
        draft.plan(name, None)  # whoever is still to come plans it again
    done = look_at(draft, index, {name: now for name in due if name in index.rules})
    if not _is_as_before(draft, index):
        return done
    done += _move(draft, index, [name for name in due if name in index.regions])
    upkeep.tend(draft)
    done += _run(draft, index, [name for name in due if name in index.timers])
    _plan_tasks(draft, index)
    return done


def _look(draft: Draft, index: Index, tokens: frozenset[str], told: _Told) -> list[str]:
    now, picked = draft.scene.now, index.pick(tokens)
    again = index.pick(tokens - told.tokens).rules if told.tokens else picked.rules
    since = {**dict.fromkeys(again, now), **told.since}
    done = look_at(draft, index, since, frozenset(again))
    if not _is_as_before(draft, index):
        return done  # there is a next time, as a stage was entered
    done += _move(draft, index, picked.regions)
    upkeep.tend(draft)
    done += _run(draft, index, picked.timers)
    _plan_tasks(draft, index)
    return done


def _is_as_before(draft: Draft, index: Index) -> bool:
    """Tell whether the subject is still under the policy by which it was looked at."""
    return draft.compiled.pack is index.pack


def _told(draft: Draft, index: Index) -> _Told:
    """Return which rules count fresh reports, and from when on they have to be judged for it."""
    reports = [item.event for item in draft.unjudged if isinstance(item.event, EventReported)]
    if not reports:
        return _NOTHING
    since: dict[str, datetime] = {}
    now, tokens = draft.scene.now, set[str]()
    for event in reports:
        if not event.late:
            tokens.add(f"event:{event.name}")
            at = min(event.happened_at, now)
            for rule in _counting(draft, index, event):
                since[rule] = min(at, since[rule]) if rule in since else at
    return _Told(since, frozenset(tokens))


def _counting(draft: Draft, index: Index, event: EventReported) -> Iterator[str]:
    """Yield the rules for which a report counts; not those that need more of them as yet."""
    groups = index.counting.get(event.name, ())
    told: Any = carried(index.pack, event) if groups else {}  # all that these conditions read
    for group in groups:
        if group.counts is None or any(count(told) is not False for count in group.counts):
            for rule, least in group.rules:
                if least < _FEW or not _is_out_of_reach(draft, rule, event.name, least):
                    yield rule


def _is_out_of_reach(draft: Draft, rule: str, event: str, least: int) -> bool:
    """Tell whether there are so few reports that a rule cannot have come true ever."""
    if open_ones(draft.snapshot, rule) or draft.snapshot.lasting:
        return False
    return len(draft.view.scene.reported(draft.instance, event)) < least


def _let_go(draft: Draft, index: Index) -> None:
    """Forget what was planned and kept for what is not looked at in the present stage."""
    judged = index.judged_in(draft.snapshot.stage)
    known = judged | index.regions.keys() | index.timers.keys()
    for name in tuple(draft.schedule):
        if name not in known:
            draft.plan(name, None)
    for pattern in tuple(draft.snapshot.lasting):
        region = pattern.partition("/")[0]
        rule = pattern.partition(":")[0].removesuffix(" clears")
        if rule not in judged and region not in index.regions:
            draft.emit(PatternBroken(pattern=pattern), actor=SYSTEM)


def _move(draft: Draft, index: Index, names: Sequence[str]) -> list[str]:
    """Judge states beside the stage, and plan when to judge them again."""
    done = []
    for name in names:
        region, before = index.regions[name], draft.next_sequence
        with draft.correlating(draft.scene.now):
            move(draft, region)
            instants = _changes(index, (item.when for item in region.moves), draft.view)
            instants += [
                lasts_until(draft, pattern_of(region, item), item.lasting)
                for item in region.moves
                if item.lasting
            ]
        draft.plan(name, first_of(instants))
        if draft.next_sequence != before:
            done.append(name)
    return done


def _run(draft: Draft, index: Index, names: Sequence[str]) -> list[str]:
    """Bring timers up to now, and plan when they come to their next marks."""
    done = []
    for name in names:
        if not _is_as_before(draft, index):
            break
        timer, before = index.timers[name], draft.next_sequence
        seconds = run(draft, timer)
        instants = _changes(index, reads(timer), draft.view)
        if seconds is not None:
            instants.append(datetime.fromtimestamp(seconds, UTC))
        draft.plan(name, first_of(instants))
        if draft.next_sequence != before:
            done.append(name)
    return done


def _plan_tasks(draft: Draft, index: Index) -> None:
    """Plan when the conditions of open tasks could come true by time alone."""
    if not (draft.snapshot.tasks or draft.has_news):
        return  # a task that is over leaves an event
    wanted = {name: (when, key) for name, when, key in upkeep.timed(draft)}
    for name in tuple(draft.schedule):
        if name.startswith(_TASK) and name not in wanted:
            draft.plan(name, None)
    for name, (when, key) in wanted.items():
        rule = draft.snapshot.tasks[name.removeprefix(_TASK)].rule
        view = keyed(draft.compiled, draft.view, rule, key)
        draft.plan(name, first_of(_changes(index, (when,), view)))


def _changes(index: Index, conditions: Iterable[Condition], view: View) -> list[datetime | None]:
    """Return when conditions could come to something else by time alone."""
    asked = (index.horizon.changing(item.tree) for item in conditions)
    return [when(view) for when in asked if when is not None]
