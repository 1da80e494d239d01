"""Tasks: what people are asked to do, and when it is done or asked for no longer."""

from collections.abc import Iterator

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.deadlines import due
from kamflow.engine.draft import Draft
from kamflow.engine.moves import guard_of
from kamflow.engine.people import SYSTEM
from kamflow.engine.spans import span_of
from kamflow.engine.view import View
from kamflow.model.escalated import TaskDone, TaskDropped, TaskGiven
from kamflow.model.escalation import OpenTask
from kamflow.model.expression import Condition
from kamflow.model.pack import Pack
from kamflow.model.rules import TaskRule, effects_of
from kamflow.model.values import Cause, Unknown, parse_value


def give(draft: Draft, rule: TaskRule, of: str, key: str, escalation: str) -> None:
    """Ask people to do something, unless they are asked for the same already.

    Args:
        draft: The decision.
        rule: What is asked for.
        of: Id of the event rule or timer.
        key: For which value of the rule.
        escalation: Id of the one that it belongs to; empty for none.
    """
    if _is_open(draft, of, rule.id, key):
        return
    now, compiled, view = draft.scene.now, draft.compiled, draft.view
    done = rule.done_when
    if done is not None and compiled.ask(done, keyed(compiled, view, of, key)) is True:
        return
    until = None
    if rule.within:
        until = due(compiled.calendar_of(view), now, span_of(rule.within, compiled, view))
    given = TaskGiven(
        id=f"{draft.instance}#{draft.next_sequence}",
        rule=of,
        task=rule.id,
        title=rule.title,
        roles=rule.roles,
        key=key,
        escalation=escalation,
        given_at=now,
        due=until,
    )
    draft.emit(given, actor=SYSTEM)


def propose(draft: Draft, transition: str, of: str, key: str, escalation: str) -> None:
    """Ask those who may to consider a transition, unless it is not possible or is asked for."""
    if not is_possible(draft, transition):
        return
    item = draft.compiled.transition(draft.snapshot.workflow, transition)
    snapshot = draft.snapshot
    asked = {one.transition for one in snapshot.tasks.values()}
    asked |= {one.transition for one in snapshot.approvals.values()}
    if guard_of(draft, item) is False or transition in asked:
        return
    given = TaskGiven(
        id=f"{draft.instance}#{draft.next_sequence}",
        rule=of,
        task="",
        title=f"Consider `{item.trigger}`",
        roles=_askers(draft.compiled.pack, item.requested_by),
        key=key,
        escalation=escalation,
        transition=transition,
        given_at=draft.scene.now,
    )
    draft.emit(given, actor=SYSTEM)


def is_possible(draft: Draft, transition: str) -> bool:
    """Tell whether a transition starts in the present stage."""
    here = draft.compiled.leaving(draft.snapshot.workflow, draft.snapshot.stage)
    return any(item.id == transition for item in here)


def drop(draft: Draft, task: OpenTask, reason: str) -> None:
    """Ask for a task no longer."""
    draft.emit(TaskDropped(id=task.id, reason=reason), actor=SYSTEM)


def drop_those_of(draft: Draft, escalation: str, reason: str) -> None:
    """Ask no longer for what belongs to an escalation."""
    for task in tuple(draft.snapshot.tasks.values()):
        if task.escalation == escalation:
            drop(draft, task, reason)


def close_done(draft: Draft) -> None:
    """Close every task whose condition has come true."""
    for task in tuple(draft.snapshot.tasks.values()):
        rule = task_rule(draft.compiled.pack, task)
        if rule is None or rule.done_when is None:
            continue
        view = keyed(draft.compiled, draft.view, task.rule, task.key)
        if draft.compiled.ask(rule.done_when, view) is True:
            remark = rule.done_when.text
            draft.emit(TaskDone(id=task.id, remark=remark), actor=SYSTEM)


def timed(draft: Draft) -> Iterator[tuple[str, Condition, str]]:
    """Yield the conditions by which open tasks are done, with a name for each and its key."""
    for task in draft.snapshot.tasks.values():
        rule = task_rule(draft.compiled.pack, task)
        if rule is not None and rule.done_when is not None:
            yield f"task {task.id}", rule.done_when, task.key


def task_rule(pack: Pack, task: OpenTask) -> TaskRule | None:
    """Return how the policy asks for a task; nothing for a proposal, or when it does no more."""
    caller = pack.caller(task.rule)
    rules = (rule for effects in effects_of(caller) for rule in effects.tasks) if caller else ()
    return next((rule for rule in rules if rule.id == task.task), None)


def keyed(compiled: CompiledPack, view: View, of: str, key: str) -> View:
    """Return the view in which `key` is the value for which a rule is judged."""
    rule = compiled.pack.rules.get(of)
    if not key or rule is None or rule.each is None:
        return view
    shape = compiled.pack.events[rule.each.event].payload[rule.each.field]
    try:
        return view.with_names({"key": parse_value(shape, key)})
    except ValueError as error:  # it was raised under another policy
        return view.with_names({"key": Unknown((Cause("key", f"`{key}` {error}"),))})


def _is_open(draft: Draft, of: str, task: str, key: str) -> bool:
    return any(
        (item.rule, item.task, item.key) == (of, task, key)
        for item in draft.snapshot.tasks.values()
    )


def _askers(pack: Pack, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return the roles of people among those that may ask for a transition."""
    return tuple(role for role in roles if role in pack.roles and not pack.roles[role].identity)
