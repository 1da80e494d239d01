"""Where the lines of a picture meet the boxes, and how much room each of them takes there."""

from collections.abc import Sequence

from msgspec import Struct

from kamflow.analysis.lettering import Label, label_of
from kamflow.analysis.outline import Net

# Lines on the right of the main line run at multiples of this height, those on the left of side
# stages half of it lower, so that none runs on another one.
GRID = 8.0

_PLAIN, _ABOVE_LABEL, _BELOW_TAGS = GRID, 2 * GRID, 3 * GRID  # room above and below a line


class Pin(Struct, frozen=True, kw_only=True):
    """An end of a line at a box."""

    net: int  # number of the line
    stage: str
    into: bool  # whether the line leads here
    in_main: bool  # whether the stage is one of the main line
    outer: bool  # whether the line runs to the left of the main line, not between the columns
    label: Label | None

    @property
    def above(self) -> float:
        """The room that it takes above the line."""
        return _ABOVE_LABEL if self.label else _PLAIN

    @property
    def below(self) -> float:
        """The room that it takes below the line."""
        return _BELOW_TAGS if self.label and self.label.tags else _PLAIN


def pins_of(nets: Sequence[Net], main: Sequence[str]) -> tuple[Pin, ...]:
    """Return both ends of every line; one of them has the label."""
    pins = []
    for number, net in enumerate(nets):
        ends = [*((stage, False) for stage in net.sources), *((s, True) for s in net.targets)]
        labelled = _labelled(net, ends, main)
        outer = net.stages <= frozenset(main)
        pins += [
            Pin(
                net=number,
                stage=stage,
                into=into,
                in_main=stage in main,
                outer=outer,
                label=label_of(net.transition) if end == labelled else None,
            )
            for end, (stage, into) in enumerate(ends)
        ]
    return tuple(pins)


def _labelled(net: Net, ends: Sequence[tuple[str, bool]], main: Sequence[str]) -> int:
    """Return which end has the label: one that stands alone, at best beside the main line."""
    beside = [number for number, (stage, _) in enumerate(ends) if stage not in main]
    if len(beside) == 1:
        return beside[0]
    if len(net.sources) > 1 and len(net.targets) == 1:
        return len(ends) - 1
    return 0


def room(pins: Sequence[Pin]) -> float:
    """Return the height that lines on one side of a box take."""
    return sum(pin.above + pin.below for pin in pins)


def first_height(pins: Sequence[Pin], centre: float) -> float:
    """Return where the room of lines on one side of a box begins, on the grid."""
    shift = 0.0 if pins[0].in_main else GRID / 2
    return round((centre - room(pins) / 2 - shift) / GRID) * GRID + shift


def sides(pins: Sequence[Pin], stage: str) -> tuple[list[Pin], list[Pin]]:
    """Return the ends at a stage: those to the left of the main line, and all others."""
    own = [pin for pin in pins if pin.stage == stage]
    return [pin for pin in own if pin.outer], [pin for pin in own if not pin.outer]
