"""Offers places that a decision has freed to those who wait for them, in its transaction."""

from collections.abc import Callable

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.view import Scene
from kamflow.engine.waitlist import freed_for, next_in_line
from kamflow.model.decision import Decision
from kamflow.model.snapshot import Snapshot


def offer_places(
    compiled: CompiledPack,
    scene: Callable[[], Scene],
    before: Snapshot,
    decision: Decision,
    turn: Callable[[str], None],
) -> bool:
    """Let `turn` take up those who wait, the best first, while there is a place for one.

    Args:
        compiled: Policy that says who waits.
        scene: Gives what may be looked at, as the transaction has it by then.
        before: The subject that was decided on, before the decision.
        decision: What was decided, appended already.
        turn: Brings a subject up to date; by its own policy it may turn the place down.

    Returns:
        Whether anybody was offered a place, which the subject itself may have lost by it.
    """
    if not compiled.pack.waitlists or decision.snapshot is None:
        return False
    offered = False
    happened = [recorded.event for recorded in decision.events]
    views = scene().look(before), scene().look(decision.snapshot)
    for line in freed_for(compiled, *views, happened):
        parent = before.parent if before.kind == line.id else before.id
        passed: set[str] = set()
        while parent is not None:
            waiting = scene()
            subject = next_in_line(compiled, waiting, line, parent, passed)
            waiting.forget()
            if subject is None:
                break
            passed.add(subject)
            offered = True
            turn(subject)
    for view in views:
        view.scene.forget()
    return offered
