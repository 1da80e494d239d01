"""The shape of a workflow as a reader sees it: its main line, what stands beside it, its lines.

The main line is the longest way from the initial stage along transitions that lead from one stage
to one other. What many stages lead to (a hold, an exit) is no step of it, and neither is waiting.
"""

from collections.abc import Mapping
from itertools import pairwise

from msgspec import Struct

from kamflow.model.pack import RETURNING, SAME, Transition, Workflow


class Net(Struct, frozen=True, kw_only=True):
    """One line of the picture, which may branch: from each source to each target."""

    transition: Transition
    sources: tuple[str, ...]
    targets: tuple[str, ...]  # empty: back to the stage from which the present one was entered

    @property
    def stages(self) -> frozenset[str]:
        """The stages that the line touches."""
        return frozenset(self.sources + self.targets)


class Outline(Struct, frozen=True, kw_only=True):
    """Two columns of stages and the lines between them."""

    main: tuple[str, ...]
    side: tuple[str, ...]
    straight: tuple[Net, ...]  # from one stage to the next one below it
    around: tuple[Net, ...]  # all others


def outline(workflow: Workflow) -> Outline:
    """Return the shape of a workflow."""
    main = main_line(workflow)
    side = _side_stages(workflow, main)
    below = {*pairwise(main), *pairwise(side)}
    straight: list[Net] = []
    around: list[Net] = []
    for net in _nets(workflow):
        if len(net.sources) == len(net.targets) == 1:
            pair = (net.sources[0], net.targets[0])
            if pair in below:
                below.discard(pair)  # a second one between the same two goes around
                straight.append(net)
                continue
        around.append(net)
    return Outline(main=main, side=side, straight=tuple(straight), around=tuple(around))


def _nets(workflow: Workflow) -> list[Net]:
    nets: list[Net] = []
    for item in workflow.transitions:
        if item.targets == (SAME,):
            nets += [Net(transition=item, sources=(at,), targets=(at,)) for at in item.sources]
        elif item.targets == (RETURNING,):
            nets += [Net(transition=item, sources=(at,), targets=()) for at in item.sources]
        else:
            nets.append(Net(transition=item, sources=item.sources, targets=item.targets))
    return nets


def main_line(workflow: Workflow) -> tuple[str, ...]:
    """Return the stages of the main line, from the initial one on."""
    steps = _steps(workflow, plain_only=True)
    if not steps[workflow.initial]:
        steps = _steps(workflow, plain_only=False)
    order, forward = _forward(workflow.initial, steps)
    longest: dict[str, tuple[str, ...]] = {}
    for stage in order:
        further = max((longest[after] for after in forward[stage]), key=len, default=())
        longest[stage] = (stage, *further)
    return longest[workflow.initial]


def _steps(workflow: Workflow, *, plain_only: bool) -> dict[str, list[str]]:
    """Return the stages that each stage leads to; ends lead nowhere, nothing leads to waiting."""
    steps: dict[str, list[str]] = {stage: [] for stage in workflow.stages}
    for item in workflow.transitions:
        if plain_only and (len(item.sources), len(item.targets)) != (1, 1):
            continue
        for source in item.sources:
            if workflow.stages[source].kind != "end":
                steps[source] += [
                    target
                    for target in item.targets
                    if target in workflow.stages and workflow.stages[target].kind != "waiting"
                ]
    return steps


def _forward(
    initial: str, steps: Mapping[str, list[str]]
) -> tuple[list[str], dict[str, list[str]]]:
    """Return what can be reached, last stages first, and the steps without those back."""
    forward: dict[str, list[str]] = {initial: []}
    order: list[str] = []
    open_ones = {initial: iter(steps[initial])}  # the way from the initial stage to where we are
    while open_ones:
        stage, further = next(reversed(open_ones.items()))
        after = next(further, None)
        if after is None:
            del open_ones[stage]
            order.append(stage)
        elif after not in open_ones:
            forward[stage].append(after)
            if after not in forward:
                forward[after] = []
                open_ones[after] = iter(steps[after])
    return order, forward


def _side_stages(workflow: Workflow, main: tuple[str, ...]) -> tuple[str, ...]:
    """Return the other stages, in the order of the rows that lead to them."""
    leading = _leading(workflow)
    row = {stage: float(number) for number, stage in enumerate(main)}
    others = [stage for stage in workflow.stages if stage not in row]
    anchors: dict[str, float] = {}
    for stage in others:
        rows = [row[source] for source in leading[stage] if source in row]
        if rows:
            anchors[stage] = sum(rows) / len(rows)
    for _ in others:  # what only side stages lead to follows the first of them
        for stage in others:
            known = [anchors[source] for source in leading[stage] if source in anchors]
            if stage not in anchors and known:
                anchors[stage] = min(known) + 0.001
    return tuple(sorted(others, key=lambda stage: anchors.get(stage, float(len(main)))))


def _leading(workflow: Workflow) -> dict[str, list[str]]:
    """Return the stages that lead to each stage, without itself."""
    leading: dict[str, list[str]] = {stage: [] for stage in workflow.stages}
    for item in workflow.transitions:
        for target in item.targets:
            if target in leading:
                leading[target] += [source for source in item.sources if source != target]
    return leading
