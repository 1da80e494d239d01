"""Where everything in the picture of a workflow stands.

The main line runs down one column of boxes, side stages stand in a second one to its right. A line
from a stage to the next one below is an arrow; all others run around on tracks: between two stages
of the main line to its left, to and from side stages in the channel between the columns. Labels
stand beside the boxes, where only the line runs that they belong to, so no label meets another one.
"""

from collections.abc import Iterable

from msgspec import Struct

from kamflow.analysis.lettering import Label, label_of
from kamflow.analysis.outline import Net, Outline, outline
from kamflow.analysis.pins import Pin, first_height, pins_of, sides
from kamflow.analysis.routing import Wire, tracks
from kamflow.analysis.stacking import STEM, stack
from kamflow.model.pack import Stage, Workflow

Point = tuple[float, float]
Path = tuple[Point, ...]

_MARGIN = 30.0
_TRACK = 13.0  # from one track to the next
_ARM = 14.0  # between a box and the label of a line that leaves it
_ROUNDS = 3  # the order of pins and the tracks depend on each other


class Box(Struct, frozen=True, kw_only=True):
    """A stage in its place."""

    stage: Stage
    purpose: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


class Lettered(Struct, frozen=True, kw_only=True):
    """A label in its place: `x` is its left edge, or its right one when it is set flush right."""

    label: Label
    net: Net
    x: float
    y: float  # of the line
    flush_right: bool

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """The room that it takes: left, top, right, bottom."""
        left = self.x - self.label.width if self.flush_right else self.x
        return left, self.y - self.label.above, left + self.label.width, self.y + self.label.below


class Drawn(Struct, frozen=True, kw_only=True):
    """A line in its place: corner points from each source to each target."""

    net: Net
    role: str  # forward, back, self, aside, waiting, end, return
    paths: tuple[Path, ...]


class Plan(Struct, frozen=True, kw_only=True):
    """The whole picture but for title, legend and colours."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Drawn, ...]
    labels: tuple[Lettered, ...]


def plan(workflow: Workflow) -> Plan:
    """Return where everything in the picture of `workflow` stands."""
    return _Layout(workflow, outline(workflow)).plan()


class _Layout:
    """Works the picture out step by step; each step needs those before it."""

    def __init__(self, workflow: Workflow, shape: Outline) -> None:
        self.workflow, self.shape, self.nets = workflow, shape, shape.around
        self.pins = pins_of(self.nets, shape.main)
        self.outer = frozenset(pin.net for pin in self.pins if pin.outer)
        self.boxes = stack(workflow, shape, self.pins)
        self.track = {number: self._span(net) for number, net in enumerate(self.nets)}
        for _ in range(_ROUNDS):
            self._route()
        self.x = self._columns()

    def plan(self) -> Plan:
        """Put the parts together."""
        boxes = tuple(self._box(stage) for stage in (*self.shape.main, *self.shape.side))
        return Plan(
            width=max(box.x + box.width for box in boxes) + _MARGIN,
            height=max(box.y + box.height for box in boxes),
            boxes=boxes,
            lines=(*self._straight_lines(), *self._lines_around()),
            labels=(*self._straight_labels(), *self._labels_around()),
        )

    # ---- which way the lines run

    def _span(self, net: Net) -> float:
        """Return how far a line runs up and down: a first guess at its track."""
        centres = [self.boxes.centre(stage) for stage in net.stages]
        return max(centres) - min(centres)

    def _route(self) -> None:
        """Give each end of a line its height and each line its track."""
        self.at = self._heights()
        self.track = dict.fromkeys(range(len(self.nets)), 0.0)
        for outer in (True, False):
            channel = [
                number
                for number, net in enumerate(self.nets)
                if net.targets and (number in self.outer) == outer
            ]
            found = tracks([self._wire(number) for number in channel])
            self.track |= dict(zip(channel, map(float, found), strict=True))

    def _heights(self) -> dict[Pin, float]:
        heights = {}
        for stage in self.workflow.stages:
            for pins in filter(None, sides(self.pins, stage)):
                y = first_height(pins, self.boxes.centre(stage))
                for pin in sorted(pins, key=self._order):
                    heights[pin] = y + pin.above
                    y += pin.above + pin.below
        return heights

    def _order(self, pin: Pin) -> tuple[float, float, bool]:
        """Return what sorts the ends on one side of a box so that lines do not cross there.

        Lines up come first, those on the nearest track highest; lines down come last.
        """
        here = self.boxes.centre(pin.stage)
        offsets = [self.boxes.centre(s) - here for s in self.nets[pin.net].stages if s != pin.stage]
        distance = self.track[pin.net] if pin.in_main else -self.track[pin.net]
        if offsets and max(offsets) < 0:
            return (0, distance, pin.into)
        if offsets and min(offsets) > 0:
            return (2, -distance, pin.into)
        return (1, pin.net, pin.into)

    def _wire(self, number: int) -> Wire:
        own = [(pin, y) for pin, y in self.at.items() if pin.net == number]
        return Wire(
            left=tuple(y for pin, y in own if pin.in_main),
            right=tuple(y for pin, y in own if not pin.in_main),
        )

    # ---- from left to right

    def _columns(self) -> dict[str, float]:
        """Return the left edges of the columns and of the tracks between them."""
        inner = frozenset(range(len(self.nets))) - self.outer
        x = {"outer": _MARGIN + _TRACK * self._count(self.outer)}
        x["main"] = x["outer"] + self._arm(self.outer, in_main=True) if self.outer else _MARGIN
        main_right = x["main"] + max(self.boxes.widths[stage] for stage in self.shape.main)
        x["inner"] = main_right + self._arm(inner, in_main=True)
        x["side"] = x["inner"] + _TRACK * self._count(inner) + self._arm(inner, in_main=False)
        return x

    def _count(self, channel: Iterable[int]) -> float:
        return max((self.track[number] + 1 for number in channel), default=0)

    def _arm(self, channel: frozenset[int], *, in_main: bool) -> float:
        """Return the room between boxes and tracks, where the labels stand."""
        widths = [
            pin.label.width + (0 if self.nets[pin.net].targets else 1.5 * _ARM)
            for pin in self.pins
            if pin.label and pin.net in channel and pin.in_main == in_main
        ]
        return max(widths) + 2 * _ARM if widths else 1.6 * _ARM

    def _track_x(self, number: int) -> float:
        along = _TRACK * (self.track[number] + 0.5)
        return self.x["outer"] - along if number in self.outer else self.x["inner"] + along

    def _edge(self, pin: Pin) -> float:
        """Return where the box of an end of a line begins or ends."""
        if not pin.in_main:
            return self.x["side"]
        return self.x["main"] + (0 if pin.outer else self.boxes.widths[pin.stage])

    def _box(self, stage: str) -> Box:
        return Box(
            stage=self.workflow.stages[stage],
            purpose=self.boxes.purposes[stage],
            x=self.x["main" if stage in self.shape.main else "side"],
            y=self.boxes.tops[stage],
            width=self.boxes.widths[stage],
            height=self.boxes.heights[stage],
        )

    # ---- lines around

    def _lines_around(self) -> Iterable[Drawn]:
        for number, net in enumerate(self.nets):
            ends = [(pin, self._edge(pin), y) for pin, y in self.at.items() if pin.net == number]
            out = [(x, y) for pin, x, y in ends if not pin.into]
            into = [(x, y) for pin, x, y in ends if pin.into]
            x = self._track_x(number)
            paths: list[Path] = [
                (start, (x, start[1]), (x, end[1]), end) for start in out for end in into
            ]
            if not net.targets:  # it runs past its label and ends there
                length = label_of(net.transition).width + 2 * _ARM
                paths = [(start, (start[0] - length, start[1])) for start in out]
            yield Drawn(net=net, role=self._role(number, net), paths=tuple(paths))

    def _role(self, number: int, net: Net) -> str:
        if number not in self.outer:
            returns = not net.targets or any(stage in self.shape.main for stage in net.targets)
            return "return" if returns else self._aside(net)
        if not net.targets:
            return "return"
        if net.sources == net.targets:
            return "self"
        highest = min(self.boxes.tops[stage] for stage in net.targets)
        return "back" if highest < max(self.boxes.tops[s] for s in net.sources) else "forward"

    def _aside(self, net: Net) -> str:
        kind = self.workflow.stages[net.targets[0]].kind
        return kind if kind in ("waiting", "end") else "aside"

    def _labels_around(self) -> Iterable[Lettered]:
        for pin, y in self.at.items():
            if pin.label is not None:
                to_left = pin.outer or not pin.in_main
                yield Lettered(
                    label=pin.label,
                    net=self.nets[pin.net],
                    x=self._edge(pin) + (-_ARM if to_left else _ARM),
                    y=y,
                    flush_right=to_left,
                )

    # ---- arrows down

    def _stem(self, net: Net) -> tuple[Point, Point]:
        """Return where the arrow of a straight line begins and ends."""
        source, target = net.sources[0], net.targets[0]
        x = self.x["main" if source in self.shape.main else "side"] + STEM
        return (x, self.boxes.bottom(source)), (x, self.boxes.tops[target])

    def _straight_lines(self) -> Iterable[Drawn]:
        for net in self.shape.straight:
            role = "forward" if net.sources[0] in self.shape.main else self._aside(net)
            yield Drawn(net=net, role=role, paths=(self._stem(net),))

    def _straight_labels(self) -> Iterable[Lettered]:
        for net in self.shape.straight:
            (x, top), (_, bottom) = self._stem(net)
            label = label_of(net.transition)
            y = (top + bottom + label.above - label.below) / 2
            yield Lettered(label=label, net=net, x=x + 12, y=y, flush_right=False)
