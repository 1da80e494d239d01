"""What falls due by the clock alone: the next level joins, the time of a task is over."""

from collections.abc import Iterator
from datetime import datetime

from kamflow.engine.draft import Draft
from kamflow.engine.escalations.ladder import Ladder
from kamflow.engine.people import SYSTEM
from kamflow.model.escalated import EscalationClimbed, TaskOverdue
from kamflow.model.escalation import OpenEscalation, OpenTask
from kamflow.model.snapshot import Snapshot


def instants(snapshot: Snapshot) -> Iterator[datetime]:
    """Yield when something of an escalation or a task falls due next, in any order."""
    for open_one in snapshot.escalations.values():
        if open_one.climb and open_one.stopped_at is None:
            yield open_one.climb[0].at
    for task in snapshot.tasks.values():
        if (end := _end(task)) is not None:
            yield end


def fall_due(draft: Draft, at: datetime) -> None:
    """Let those join whose time has come, and say of tasks that their time is over."""
    for open_one in tuple(draft.snapshot.escalations.values()):
        _climb(draft, open_one, at)
    for task in tuple(draft.snapshot.tasks.values()):
        end = _end(task)
        if end is not None and end <= at:
            draft.emit(TaskOverdue(id=task.id, due_at=end), actor=SYSTEM)


def _end(task: OpenTask) -> datetime | None:
    """Return when the time of a task is over, unless that was said."""
    return task.due.at if task.due is not None and not task.overdue else None


def _climb(draft: Draft, open_one: OpenEscalation, at: datetime) -> None:
    climb = open_one.climb
    if open_one.stopped_at is not None or not climb or climb[0].at > at:
        return
    ladder = Ladder(draft.compiled, draft.view)
    for place, item in enumerate(climb, start=1):
        if item.at > at:
            return
        event = EscalationClimbed(
            id=open_one.id,
            roles=item.roles,
            due_at=item.at,
            level=ladder.higher(item.level, open_one.level),
            climb=climb[place:],
        )
        draft.emit(event, actor=SYSTEM)
        open_one = draft.snapshot.escalations[open_one.id]
        who = ", ".join(item.roles)
        draft.notes.append(f"escalation `{open_one.id}` goes to {who} as well")
