"""A picture can be read: nothing stands on anything else, whatever the workflow."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

from kamflow.analysis.layout import Box, Drawn, Lettered, Plan, plan
from kamflow.model.pack import Workflow
from tests.builders import shipped_pack
from tests.unit.analysis.workflows import SHIPPED, workflows

Frame = tuple[float, float, float, float]  # left, top, right, bottom
Point = tuple[float, float]


@pytest.mark.parametrize("workflow", SHIPPED)
def test_a_shipped_workflow_is_drawn_without_anything_on_anything_else(workflow: str) -> None:
    assert_readable(shipped_pack().workflows[workflow])


@settings(deadline=None, max_examples=60)
@given(workflows())
def test_any_workflow_is_drawn_without_anything_on_anything_else(workflow: Workflow) -> None:
    assert_readable(workflow)


@pytest.mark.parametrize("workflow", SHIPPED)
def test_every_transition_of_a_shipped_workflow_has_a_line_and_a_label(workflow: str) -> None:
    found = plan(shipped_pack().workflows[workflow])

    transitions = {item.id for item in shipped_pack().workflows[workflow].transitions}
    assert {line.net.transition.id for line in found.lines} == transitions
    assert {label.net.transition.id for label in found.labels} == transitions


def assert_readable(workflow: Workflow) -> None:
    found = plan(workflow)

    assert len(found.boxes) == len(workflow.stages)
    assert_apart([frame_of(box) for box in found.boxes] + [item.frame for item in found.labels])
    assert_lines_apart(found.lines)
    for label in found.labels:
        assert_on_paper(label, found)
        for line in found.lines:
            if line.net != label.net:
                assert not touches(line, label.frame), (label, line)


def assert_apart(frames: list[Frame]) -> None:
    for one, other in combinations(frames, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


def assert_lines_apart(lines: tuple[Drawn, ...]) -> None:
    """No two lines run along the same way for more than the width of a crossing."""
    for one, other in combinations(lines, 2):
        for first in parts(one):
            for second in parts(other):
                assert shared_length(first, second) < 2, (one, other)


def parts(line: Drawn) -> set[tuple[Point, Point]]:
    return {pair for path in line.paths for pair in pairwise(path)}


def shared_length(first: tuple[Point, Point], second: tuple[Point, Point]) -> float:
    """Return how long two parts of lines run within two pixels of each other."""
    for along, across in ((0, 1), (1, 0)):
        if first[0][across] == first[1][across] and second[0][across] == second[1][across]:
            if abs(first[0][across] - second[0][across]) >= 2:
                return 0
            low = max(min(p[along] for p in first), min(p[along] for p in second))
            high = min(max(p[along] for p in first), max(p[along] for p in second))
            return max(0, high - low)
    return 0


def assert_on_paper(label: Lettered, found: Plan) -> None:
    left, top, right, bottom = label.frame
    assert left >= 0
    assert top >= 0
    assert right <= found.width
    assert bottom <= found.height


def frame_of(box: Box) -> Frame:
    return box.x, box.y, box.x + box.width, box.y + box.height


def touches(line: Drawn, frame: Frame) -> bool:
    """Tell whether a line runs through a frame; all its parts run along the axes."""
    left, top, right, bottom = frame
    return any(
        min(x1, x2) < right and max(x1, x2) > left and min(y1, y2) < bottom and max(y1, y2) > top
        for path in line.paths
        for (x1, y1), (x2, y2) in pairwise(path)
    )
