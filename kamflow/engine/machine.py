"""The state machine of a workflow, run by `transitions`: one machine for all instances.

This is the only module that knows the package, and the only one where a stage is called a state.
An instance is never registered with the machine; a throw-away probe carries its stage through.
"""

from typing import Any

from transitions import EventData, Machine, MachineError

from kamflow.model.pack import RETURNING, SAME, Transition, Workflow


class _Probe:
    """Carries one stage through the machine."""

    __slots__ = ("state",)

    def __init__(self, stage: str) -> None:
        self.state = stage


class WorkflowMachine:
    """The stages and transitions of one workflow version."""

    def __init__(self, workflow: Workflow) -> None:
        self._machine: Any = Machine(
            model=None,
            states=list(workflow.stages),
            initial=workflow.initial,
            auto_transitions=False,
            send_event=True,
        )
        self._steps: dict[tuple[str, str, str], str] = {}  # that were made before
        for item in workflow.transitions:
            for target in _targets(item, workflow):
                self._machine.add_transition(
                    trigger=item.id,
                    source=list(item.sources),
                    dest="=" if target == SAME else target,
                    conditions=None if target == SAME else _goes_to(target),
                )

    def advance(self, stage: str, transition: str, target: str) -> str:
        """Return the stage after `transition` from `stage` to `target`.

        The machine hangs on nothing else, so what it answered once is kept.

        Raises:
            LookupError: The workflow has no such step; nothing was changed.
        """
        known = self._steps.get((stage, transition, target))
        if known is not None:
            return known
        probe = _Probe(stage)
        try:
            moved = self._machine.events[transition].trigger(probe, target=target)
        except (KeyError, MachineError) as error:
            raise LookupError(f"`{transition}` does not start in `{stage}`") from error
        if not moved:
            raise LookupError(f"`{transition}` does not lead from `{stage}` to `{target}`")
        self._steps[stage, transition, target] = probe.state
        return probe.state


def _targets(item: Transition, workflow: Workflow) -> tuple[str, ...]:
    """Return the stages that `item` can lead to; any for `returning`."""
    if item.targets == (RETURNING,):
        return tuple(workflow.stages)
    return item.targets


def _goes_to(target: str) -> Any:  # noqa: ANN401 - transitions takes any callable
    def chosen(event: EventData) -> bool:
        return bool(event.kwargs["target"] == target)

    return chosen
