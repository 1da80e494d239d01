"""What follows when a rule fires or a timer comes to a mark, besides that people hear of it."""

from kamflow.engine.draft import Draft
from kamflow.engine.escalations import tasks
from kamflow.engine.escalations.called import Called
from kamflow.engine.moves import guard_of, guard_reason, request, transition_of
from kamflow.engine.setting import record_values, values_of


def carry_out(draft: Draft, called: Called, escalation: str) -> None:
    """Set facts, ask people to do and to consider something, and ask for a transition.

    Facts are set to what they come to as seen from when it came true. The transition comes last: it
    may lead to another stage, and another policy.

    Args:
        draft: The decision.
        called: What came true, with its effects.
        escalation: Id of the one that was raised; empty for none.
    """
    effects, of, key = called.effects, called.rule, called.key
    if not (effects.set or effects.tasks or effects.propose or effects.request):
        return
    with draft.by_system():
        if effects.set:
            with draft.seen_from(called.as_of):
                values = values_of(draft, effects.set)
            record_values(draft, values)
        for rule in effects.tasks:
            tasks.give(draft, rule, of, key, escalation)
        for transition in effects.propose:
            tasks.propose(draft, transition, of, key, escalation)
        if effects.request:
            _request(draft, effects.request, of)


def _request(draft: Draft, transition: str, of: str) -> None:
    """Ask for a transition as the engine; what keeps it from being made becomes a note."""
    if not tasks.is_possible(draft, transition):
        draft.notes.append(f"{of} asks for {transition}, which does not start in this stage")
        return
    item = transition_of(draft, transition)
    if guard_of(draft, item) is not True:
        draft.notes.append(f"{of} asks for {item.trigger}: {guard_reason(draft, item)}")
        return
    mark, gate = draft.mark(), draft.gate
    no = request(draft, item, None, of)
    if no is not None:
        draft.back_to(mark)
        draft.gate = gate
        draft.notes.append(f"{of} asks for {item.trigger}: {'; '.join(no.reasons)}")
