"""Runs timers: what happens at their marks, and at the end of a run."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from kamflow.engine.alerts import open_of, open_ones
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.draft import Draft
from kamflow.engine.escalations.called import Called
from kamflow.engine.escalations.effects import carry_out
from kamflow.engine.escalations.raising import clear, give_notice, go_further, raise_alert
from kamflow.engine.escalations.starts import (
    Halted,
    Over,
    Start,
    first_end,
    mark_at,
    percent_of,
    reads,
    start_of,
)
from kamflow.engine.escalations.tasks import drop
from kamflow.engine.people import SYSTEM
from kamflow.engine.view import View
from kamflow.model.escalated import TimerEnded, TimerReached
from kamflow.model.expression import names_in
from kamflow.model.rules import Effects, Mark, Timer
from kamflow.model.snapshot import Snapshot

__all__ = ["Coming", "end", "reads", "run", "upcoming"]

_INFO = "info"
_AT_ONCE = 0


class Coming(NamedTuple):
    """A timer that runs for a subject, with its marks in order."""

    timer: str
    since: datetime  # aware UTC
    marks: tuple[tuple[str, datetime, bool], ...]  # id, instant, and whether it was reached


def run(draft: Draft, timer: Timer) -> int | None:
    """Bring a timer up to the instant from which the subject is seen.

    A run that is over is ended, and every mark that is due has its effect, in order, also when it
    is reached late. Calling it again does nothing more.

    Returns:
        When it comes to its next mark, in seconds since 1970, or when it is counted otherwise
        before, as an override ends; nothing where it comes to none.
    """
    if timer.kind != draft.snapshot.kind or timer.id not in draft.compiled.pack.timers:
        return None
    for _ in range(draft.compiled.pack.chain_limit + len(timer.marks)):
        start = start_of(draft.compiled, draft.view, timer)
        if isinstance(start, Halted):
            return None
        _end_former(draft, timer.id, start)
        at = None if isinstance(start, Over) else _go_on(draft, timer, start)
        if at != _AT_ONCE:
            return at
    return None  # it starts itself anew without end, which is told when that is to come to rest


def _go_on(draft: Draft, timer: Timer, start: Start) -> int | None:
    """Do the marks that are due, and return when the next one is.

    It is `_AT_ONCE` where something has happened by which the timer may have been started anew.
    """
    known = draft.snapshot.timers.get(timer.id)
    reached = known.reached if known is not None else ()
    left = [mark for mark in timer.marks if mark.id not in reached]
    for mark, at in _in_order(draft.compiled, draft.view, left, start):
        if at > draft.scene.now:
            other = first_end(draft.compiled, timer, draft.scene.now.date())
            return int((at if other is None else min(at, other)).timestamp())
        before = draft.compiled, draft.snapshot
        left.remove(mark)
        _reach(draft, timer, (mark, at), start.since, left)
        if timer.unless is not None or _has_changed(draft, *before):
            return _AT_ONCE
    return None


def _has_changed(draft: Draft, compiled: CompiledPack, before: Snapshot) -> bool:
    """Tell whether anything has changed by which a timer is started."""
    after = draft.snapshot
    same = after.facts is before.facts and after.stage == before.stage
    return not same or draft.compiled is not compiled


def end(draft: Draft, timer: str, reason: str) -> None:
    """End the run of a timer: its escalation is over, and its tasks are asked for no longer."""
    if timer in draft.snapshot.timers:
        draft.emit(TimerEnded(timer=timer, reason=reason), actor=SYSTEM)
    for open_one in open_ones(draft.snapshot, timer):
        clear(draft, open_one, reason, draft.scene.now)
    for task in tuple(draft.snapshot.tasks.values()):
        if task.rule == timer:
            drop(draft, task, reason)


def upcoming(compiled: CompiledPack, view: View) -> tuple[Coming, ...]:
    """Return the timers that run for a subject now, in the order of the policy."""
    found = []
    for timer in compiled.pack.timers.values():
        if timer.kind != view.snapshot.kind:
            continue
        start = start_of(compiled, view, timer)
        if not isinstance(start, Start):
            continue
        run_now = view.snapshot.timers.get(timer.id)
        reached = run_now.reached if run_now and run_now.since == start.since else ()
        marks = _in_order(compiled, view, timer.marks, start)
        shown = tuple((mark.id, at, mark.id in reached) for mark, at in marks)
        found.append(Coming(timer.id, start.since, shown))
    return tuple(found)


def _end_former(draft: Draft, timer: str, start: Start | Over) -> None:
    """End a run that is over: the timer does not run any more, or it was started anew."""
    known = draft.snapshot.timers.get(timer)
    if known is None:
        return
    if isinstance(start, Over):
        end(draft, timer, f"timer {timer} is over: {start.reason}")
    elif known.since != start.since:
        end(draft, timer, f"timer {timer} was started anew")


def _in_order(
    compiled: CompiledPack, view: View, marks: Iterable[Mark], start: Start
) -> Iterator[tuple[Mark, datetime]]:
    """Yield marks with their instants, in the order of time and then of the policy.

    Shares of the time follow each other as their numbers do, so that no more of them is worked out
    than is asked for.
    """
    ordered = list(marks)
    if not any(mark.offset for mark in ordered):
        ordered.sort(key=lambda mark: percent_of(mark, view))
        for mark in ordered:
            at = mark_at(compiled, view, mark, start)
            if at is not None:
                yield mark, at
        return
    placed = ((mark, mark_at(compiled, view, mark, start)) for mark in ordered)
    yield from sorted(((mark, at) for mark, at in placed if at is not None), key=itemgetter(1))


def _reach(
    draft: Draft, timer: Timer, reached: tuple[Mark, datetime], since: datetime, later: list[Mark]
) -> None:
    """Do what belongs to a mark; `later` are those that are still to come."""
    mark, at = reached
    values = _values(draft, timer) if timer.since is not None else {}
    observed, effects = bool(timer.observe), mark.effects or Effects()
    event = TimerReached(timer=timer.id, mark=mark.id, since=since, due_at=at, observed=observed)
    draft.emit(event, actor=SYSTEM)
    called = Called(
        rule=timer.id,
        title=mark.title or timer.title,
        severity=mark.severity or _INFO,
        as_of=at,
        values=values,
        to=mark.to,
        effects=effects,
        observed=observed,
        mark=mark.id,
        # Where further marks have somebody join, they are the ladder.
        climbs=not any(item.severity not in ("", _INFO) for item in later),
    )
    _call(draft, called)


def _call(draft: Draft, called: Called) -> None:
    open_one = open_of(draft.snapshot, called.rule)
    if called.severity != _INFO:
        if open_one is None:
            raise_alert(draft, called)
            return
        go_further(draft, open_one, called)
    if called.effects.tell:
        give_notice(draft, called)
    if not called.observed:
        belongs_to = open_one.id if open_one is not None else ""
        carry_out(draft, called, belongs_to)


def _values(draft: Draft, timer: Timer) -> dict[str, str | None]:
    """Return what the timer was started by."""
    names = names_in(timer.since.tree) if timer.since is not None else ()
    return {name: draft.view.reading(name).value for name in names}
