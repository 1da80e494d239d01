"""Transitions that people were asked to consider, and what comes of that."""

from kamflow.engine.draft import Draft
from kamflow.engine.people import SYSTEM
from kamflow.model.escalated import TaskDone
from kamflow.model.pack import Transition


def made(draft: Draft, item: Transition) -> None:
    """Close every proposal of a transition that is made now."""
    for task in tuple(draft.snapshot.tasks.values()):
        if task.transition == item.id:
            remark = f"{item.trigger} was made"
            draft.emit(TaskDone(id=task.id, remark=remark), actor=SYSTEM)
