"""All days that are due for a subject: votes, conditions, reviews, tasks, waivers, timers."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.deadlines import last_day
from kamflow.engine.people import holders
from kamflow.engine.view import View
from kamflow.model.escalation import OpenTask
from kamflow.model.rules import Mark
from kamflow.reports.coming import calendar_of
from kamflow.reports.inbox import inbox_items
from kamflow.reports.timers import timer_views


class AgendaItem(Struct, frozen=True, kw_only=True):
    """Something that is due on a day."""

    id: str  # the same as long as it is the same thing, "task:north/acme#31"
    kind: str  # "vote", "answer", "condition", "review", "task", "waiver" or "timer"
    subject: str
    name: str
    title: str
    on: date  # the last local day
    since: datetime  # aware UTC; known from then on
    people: tuple[str, ...] = ()  # who have to do something by then
    text: str = ""


def agenda(compiled: CompiledPack, view: View) -> Iterator[AgendaItem]:
    """Yield what is due for one subject, in no order; what has no day is left out."""
    yield from _waiting(compiled, view)
    for task in view.snapshot.tasks.values():
        if task.due is not None and task.due.at is not None:
            yield _task(compiled, view, task, task.due.at)
    for waiver in view.snapshot.waivers_under(compiled.pack, view.today):
        yield _item(
            view,
            kind="waiver",
            identity=waiver.criterion,
            title=f"The waiver of {waiver.criterion} ends",
            on=waiver.ends_on,
            people=(waiver.owner,),
            text=waiver.reason,
        )
    yield from _timers(compiled, view)


def _waiting(compiled: CompiledPack, view: View) -> Iterator[AgendaItem]:
    """Yield what the inbox has with a day."""
    for item in inbox_items(compiled, view):
        if item.due_on is not None and item.task in _TITLES:
            yield _item(
                view,
                kind=item.task,
                identity=item.id,
                title=f"{_TITLES[item.task]}: {item.what}",
                on=item.due_on,
                people=item.waiting_for,
                since=item.requested_at,
                text=item.title if item.title != item.what else "",
            )


_TITLES = {"vote": "Vote", "answer": "Answer", "condition": "Meet", "review": "Review"}


def _task(compiled: CompiledPack, view: View, task: OpenTask, at: datetime) -> AgendaItem:
    people = (task.person,) if task.person else _holders(compiled, view, task.roles)
    return _item(
        view,
        kind="task",
        identity=task.id,
        title=f"Do: {task.title}",
        on=last_day(calendar_of(compiled.pack, task.due), at),
        people=people,
        since=task.given_at,
        text=f"asked for by {task.rule}",
    )


def _timers(compiled: CompiledPack, view: View) -> Iterator[AgendaItem]:
    """Yield the marks of timers that are still to come."""
    for running in timer_views(compiled, view):
        if running.observed:
            continue
        marks = {mark.id: mark for mark in compiled.pack.timers[running.id].marks}
        for mark in running.marks:
            if not mark.reached:
                yield _item(
                    view,
                    kind="timer",
                    identity=f"{running.id}.{mark.id}",
                    title=mark.title,
                    on=mark.on,
                    people=_holders(compiled, view, _called(compiled, marks[mark.id])),
                    since=running.since,
                    text=f"{running.id}: {running.title}",
                )


def _called(compiled: CompiledPack, mark: Mark) -> tuple[str, ...]:
    """Return the roles that a mark calls for something, or tells."""
    escalating = compiled.pack.escalating
    levels = {level.id: level.roles for level in escalating.levels} if escalating else {}
    roles = [role for rung in mark.to for role in (*rung.roles, *levels.get(rung.level, ()))]
    if mark.effects is not None:
        roles += [*mark.effects.tell, *(role for i in mark.effects.tasks for role in i.roles)]
    return tuple(dict.fromkeys(roles))


def _holders(compiled: CompiledPack, view: View, roles: tuple[str, ...]) -> tuple[str, ...]:
    found: set[str] = set()
    for role in roles:
        if role in compiled.pack.roles:
            found |= holders(compiled.pack, view, role)
    return tuple(sorted(found))


def _item(  # noqa: PLR0913 - keywords
    view: View,
    *,
    kind: str,
    identity: str,
    title: str,
    on: date,
    people: tuple[str, ...],
    since: datetime | None = None,
    text: str = "",
) -> AgendaItem:
    snapshot = view.snapshot
    # What has a number of its own names its subject; a criterion or a timer does not.
    known = identity if identity.startswith(f"{snapshot.id}#") else f"{snapshot.id}#{identity}"
    return AgendaItem(
        id=f"{kind}:{known}",
        kind=kind,
        subject=snapshot.id,
        name=snapshot.name,
        title=title,
        on=on,
        since=since or snapshot.entered_at,
        people=people,
        text=text,
    )
