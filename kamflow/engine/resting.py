"""Brings a subject to rest: what follows from events by itself, until nothing more does."""

from kamflow.engine.draft import Draft
from kamflow.engine.keeping import keep
from kamflow.engine.moves import request
from kamflow.engine.people import SYSTEM
from kamflow.engine.rules.index import index_of
from kamflow.engine.rules.reacting import react
from kamflow.engine.waitlist import offer
from kamflow.engine.watching import watch
from kamflow.model.decision import Decision
from kamflow.model.pack import Transition


def come_to_rest(
    draft: Draft, touched: frozenset[str] = frozenset(), done: tuple[str, ...] = ()
) -> Decision | None:
    """Do what rules call for and make the automatic transitions that are open, until none is left.

    A chain longer than the policy allows is refused whole, with its steps named.

    Args:
        draft: The decision.
        touched: What happened above or below that rules may read.
        done: Steps of the same chain before.
    """
    keep(draft)
    offer(draft)
    steps = list(done)
    while len(steps) <= draft.compiled.pack.chain_limit:
        if draft.has_news or touched:
            also, touched = touched, frozenset()
            if not reacts(draft):
                draft.pass_over()
            else:
                steps += react(draft, also)
                if draft.has_news:
                    continue
        step = _automatic(draft)
        if step is not None:
            steps.append(step)
        elif not draft.has_news:
            draft.rest()
            return None
    circle = " -> ".join(steps[-6:])
    return draft.refused("automatic transitions", f"they do not come to an end: {circle}")


def reacts(draft: Draft) -> bool:
    """Tell whether the policy has anything that reacts to what happens to the subject."""
    snapshot = draft.snapshot
    if not index_of(draft.compiled, snapshot.kind).is_empty or draft.has_changed_policy:
        return True
    return bool(snapshot.escalations or snapshot.tasks or snapshot.timers)


def _look_after(draft: Draft) -> None:
    """Keep what the stage keeps, and look after open requests, as things stand now."""
    keep(draft)
    if draft.snapshot.approvals:
        before = draft.snapshot.sequence
        watch(draft)
        if draft.snapshot.sequence != before:
            keep(draft)


def _automatic(draft: Draft) -> str | None:
    """Make the one automatic transition that is open here, if there is one.

    What keeps an open one from being made (a gate that is shut, say) becomes a note.
    """
    _look_after(draft)
    item = _next_automatic(draft)
    if item is None:
        return None
    mark, gate, actor = draft.mark(), draft.gate, draft.actor
    draft.actor = SYSTEM
    try:
        no = request(draft, item, None, "")
    finally:
        draft.actor = actor
    if no is None:
        return item.id
    draft.back_to(mark)
    draft.gate = gate
    draft.notes.append(f"{item.trigger} waits: {'; '.join(no.reasons)}")
    return None


def _next_automatic(draft: Draft) -> Transition | None:
    """Return the automatic transition whose guard is met; none when two guards are met together."""
    snapshot, compiled = draft.snapshot, draft.compiled
    items = compiled.automatic(snapshot.workflow, snapshot.stage)
    if not items:
        return None
    waiting = {open_one.transition for open_one in snapshot.approvals.values()}
    found = [
        item
        for item in items
        if item.id not in waiting
        and (item.when is None or compiled.ask(item.when, draft.view) is True)
    ]
    if len(found) > 1:
        ids = ", ".join(item.id for item in found)
        draft.notes.append(f"the guards of {ids} are met together, so none is made")
    return found[0] if len(found) == 1 else None
