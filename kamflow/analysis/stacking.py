"""How large the boxes of a picture are, and how they stand below each other in two columns."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from kamflow.analysis.lettering import label_of, text_width, wrapped
from kamflow.analysis.outline import Outline
from kamflow.analysis.pins import GRID, Pin, room, sides
from kamflow.model.pack import Stage, Workflow

TOP = 112.0
NAME, SMALL, LEADING = 14.0, 10.5, 13.5  # sizes of the letters, and from line to line
STEM = 34.0  # where the arrows down leave a box, from its left edge

_MAIN_WIDTH, _SIDE_WIDTH = 236.0, 206.0
_PURPOSE_LINES = 3
_GAP, _ARROW, _ARROW_WITH_TAGS = 34.0, 50.0, 66.0  # between two boxes


class Boxes(Struct, frozen=True, kw_only=True):
    """The size of each box and its upper edge, by stage."""

    widths: dict[str, float]
    heights: dict[str, float]
    tops: dict[str, float]
    purposes: dict[str, tuple[str, ...]]

    def centre(self, stage: str) -> float:
        """Return the height of the middle of a box."""
        return self.tops[stage] + self.heights[stage] / 2

    def bottom(self, stage: str) -> float:
        """Return the lower edge of a box."""
        return self.tops[stage] + self.heights[stage]


def stack(workflow: Workflow, shape: Outline, pins: Sequence[Pin]) -> Boxes:
    """Return the boxes of a workflow, each high enough for the lines that end there."""
    widths = {
        stage: _width(workflow, shape, column, least)
        for column, least in ((shape.main, _MAIN_WIDTH), (shape.side, _SIDE_WIDTH))
        for stage in column
    }
    purposes = {
        name: wrapped(stage.purpose, SMALL, widths[name] - 30, lines=_PURPOSE_LINES)
        for name, stage in workflow.stages.items()
    }
    heights = {
        stage: max(44 + LEADING * len(lines), *(room(side) + GRID for side in sides(pins, stage)))
        for stage, lines in purposes.items()
    }
    tops = _stacked(shape, shape.main, heights)
    tops |= _beside(workflow, shape, heights, tops)
    return Boxes(widths=widths, heights=heights, tops=tops, purposes=purposes)


def time_allowed(stage: Stage) -> str:
    """Return how long a stage should take at most, for the corner of its box."""
    return f"{stage.sla_days} days" if stage.sla_days is not None else ""


def _width(workflow: Workflow, shape: Outline, column: Sequence[str], least: float) -> float:
    """Return the width of a column: names, and the labels of the arrows below them, fit."""
    names = [
        text_width(stage, NAME, bold=True)
        + text_width(time_allowed(workflow.stages[stage]), SMALL)
        + 44
        for stage in column
    ]
    arrows = [
        STEM + 26 + label_of(net.transition).width
        for net in shape.straight
        if net.sources[0] in column
    ]
    return max([least, *names, *arrows])


def _stacked(
    shape: Outline, column: Sequence[str], heights: Mapping[str, float]
) -> dict[str, float]:
    y, tops = TOP, {}
    for stage in column:
        tops[stage] = y
        y += heights[stage] + _gap(shape, stage)
    return tops


def _gap(shape: Outline, stage: str) -> float:
    """Return the room below a box: more where an arrow leads down."""
    for net in shape.straight:
        if net.sources == (stage,):
            return _ARROW_WITH_TAGS if label_of(net.transition).tags else _ARROW
    return _GAP


def _beside(
    workflow: Workflow, shape: Outline, heights: Mapping[str, float], tops: Mapping[str, float]
) -> dict[str, float]:
    """Return the tops of the side stages: each near what leads to it, none below the main line."""
    column, y, found = shape.side, TOP, {}
    for stage in column:
        found[stage] = max(
            y, _centre_of_sources(workflow, stage, heights, tops) - heights[stage] / 2
        )
        y = found[stage] + heights[stage] + _gap(shape, stage)
    limit = tops[shape.main[-1]] + heights[shape.main[-1]]
    for below, stage in enumerate(reversed(column), start=1):
        found[stage] = min(found[stage], limit - heights[stage])
        if below < len(column):
            limit = found[stage] - _gap(shape, column[-below - 1])
    fits = not column or found[column[0]] >= TOP
    return found if fits else _stacked(shape, column, heights)


def _centre_of_sources(
    workflow: Workflow, stage: str, heights: Mapping[str, float], tops: Mapping[str, float]
) -> float:
    """Return the mean height of the main stages that lead to `stage`."""
    centres = [
        tops[source] + heights[source] / 2
        for item in workflow.transitions
        if stage in item.targets
        for source in item.sources
        if source in tops
    ]
    return sum(centres) / len(centres) if centres else 0.0
