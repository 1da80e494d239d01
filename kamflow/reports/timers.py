"""The timers that run for a subject, with what they have come to and what comes next."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.deadlines import last_day
from kamflow.engine.escalations.timers import upcoming
from kamflow.engine.view import View
from kamflow.model.rules import Mark, Timer


class MarkView(Struct, frozen=True, kw_only=True):
    """A mark on the way of a timer."""

    id: str
    title: str  # what happens there; that of the timer where it has none of its own
    at: datetime  # aware UTC
    on: date  # the last local day before it
    severity: str = ""  # of the escalation that it raises; empty: nobody has to answer
    reached: bool = False


class TimerView(Struct, frozen=True, kw_only=True):
    """A timer that runs."""

    id: str
    title: str
    since: datetime  # aware UTC; from then on it is counted
    marks: tuple[MarkView, ...] = ()  # in the order of time
    observed: bool = False  # reported, without effect

    @property
    def next(self) -> MarkView | None:
        """The first mark that is still to come, if there is one."""
        return next((mark for mark in self.marks if not mark.reached), None)


def timer_views(compiled: CompiledPack, view: View) -> Iterator[TimerView]:
    """Yield the timers that run for the subject of `view`, in the order of the policy."""
    calendar = compiled.calendar_of(view)
    for name, since, marks in upcoming(compiled, view):
        timer = compiled.pack.timers[name]
        known = {mark.id: mark for mark in timer.marks}
        yield TimerView(
            id=name,
            title=timer.title,
            since=since,
            marks=tuple(
                MarkView(
                    id=mark,
                    title=_title(timer, known[mark]),
                    at=at,
                    on=last_day(calendar, at),
                    severity=known[mark].severity,
                    reached=reached,
                )
                for mark, at, reached in marks
            ),
            observed=bool(timer.observe),
        )


def _title(timer: Timer, mark: Mark) -> str:
    return mark.title or timer.title
