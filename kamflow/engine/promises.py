"""Conditions of a yes: who may make them, what they keep shut, and when they are met."""

from datetime import timedelta

from kamflow.engine.asking import number_of
from kamflow.engine.draft import Draft
from kamflow.engine.people import has_left
from kamflow.engine.rights import lacking_right, may
from kamflow.model.approval import Amount, Approving
from kamflow.model.commands import CastVote, SettleCondition
from kamflow.model.decision import Decision
from kamflow.model.events import ConditionMet
from kamflow.model.pack import RETURNING, SAME, Transition, Workflow
from kamflow.model.snapshot import OpenApproval, OpenCondition, Snapshot


def holding(
    workflow: Workflow, snapshot: Snapshot, item: Transition, goal: str
) -> tuple[OpenCondition, ...]:
    """Return the open conditions that keep a transition into a stage shut.

    They shut every gate that leads on. Whoever wants to wait or to leave need not meet them first,
    nor whoever goes a way that the policy keeps open.
    """
    if item.gate is None or item.despite_conditions:
        return ()
    if goal in workflow.stages and workflow.stages[goal].kind in ("waiting", "end"):
        return ()
    return tuple(snapshot.conditions.values())


def shut_by(workflow: Workflow, snapshot: Snapshot, item: Transition) -> tuple[OpenCondition, ...]:
    """Return the open conditions that keep a transition from here shut, wherever it leads."""
    goals = item.targets
    if goals == (SAME,):
        goals = (snapshot.stage,)
    elif goals == (RETURNING,):
        goals = (snapshot.came_from or "",)
    found = [holding(workflow, snapshot, item, goal) for goal in goals]
    return found[0] if found and all(found) else ()


def told(item: OpenCondition) -> str:
    """Return an open condition as a reason why a gate is shut."""
    return f"condition `{item.id}` is open: {item.text}, by {item.owner} until {item.due_on}"


def promised(
    draft: Draft, open_one: OpenApproval, command: CastVote
) -> tuple[OpenCondition, ...] | str:
    """Return the conditions of a vote with their ids, or why the vote cannot have them."""
    if not command.conditions:
        return ()
    if command.vote != "approve":
        return "a condition goes with the vote `approve` alone"
    if open_one.purpose:
        return "a condition goes with the approval of a transition alone"
    wrong = _wrong(draft, command)
    if wrong:
        return wrong
    taken = sum(len(vote.conditions) for vote in open_one.votes)
    return tuple(
        OpenCondition(
            id=f"{open_one.id}.{number}", text=item.text, owner=item.owner, due_on=item.due_on
        )
        for number, item in enumerate(command.conditions, start=taken + 1)
    )


def _wrong(draft: Draft, command: CastVote) -> str:
    """Return what is wrong with the conditions of a vote; nothing when they can be kept."""
    today, last_day = draft.now.date(), None
    longest = _longest(draft, command)
    if longest is not None:
        last_day = today + timedelta(days=number_of(longest, draft.view))
    for item in command.conditions:
        if not item.text.strip() or not item.owner.strip():
            return "a condition says what has to be done and who does it"
        if has_left(draft.view, item.owner):
            return f"`{item.owner}` has left; name somebody who can meet `{item.text}`"
        if item.due_on < today:
            return f"the condition `{item.text}` is due on {item.due_on}, which is over"
        if last_day is not None and item.due_on > last_day:
            return f"the condition `{item.text}` is due on {item.due_on}; at the latest {last_day}"
    return ""


def _longest(draft: Draft, command: CastVote) -> Amount | None:
    """Return how many days a condition may run: by the approval, or by what holds for all."""
    pack, asked = draft.compiled.pack, draft.snapshot.approvals[command.approval]
    own = pack.approvals.get(asked.approval)
    if own is not None and own.condition_days is not None:
        return own.condition_days
    return (pack.approving or Approving()).condition_days


def settle_condition(draft: Draft, command: SettleCondition) -> Decision | None:
    """Record that a condition is met, or refuse with the reason."""
    item = draft.snapshot.conditions.get(command.condition)
    if item is None:
        known = ", ".join(draft.snapshot.conditions) or "none"
        reason = f"condition `{command.condition}` is not open; open are {known}"
        return draft.refused("settle condition", reason)
    if command.actor != item.owner and not may(draft, "settle_condition", command.actor):
        why = lacking_right(draft, "settle_condition", command.actor)
        reason = f"`{item.owner}` owns condition `{item.id}`; {why}"
        return draft.refused("settle condition", reason)
    if not command.remark.strip():
        return draft.refused("settle condition", "say in a remark what was done")
    draft.emit(ConditionMet(id=item.id, remark=command.remark, evidence=command.evidence))
    return None
