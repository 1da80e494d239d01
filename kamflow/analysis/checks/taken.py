"""What is left of a box when many others are taken from it.

For each cell of each variable the boxes that have it are kept as the bits of one integer, so that a
thousand boxes are compared with one at the cost of a few.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from kamflow.analysis.checks.boxes import Box, Space
from kamflow.analysis.checks.formulas import Formula


class _Touch(Struct, frozen=True):
    """The taken boxes that have some of the cells in question, and those that have all."""

    some: int
    every: int


class Taken:
    """Boxes of formulas, to be taken from others. `count` is called at every step."""

    def __init__(self, space: Space, count: Callable[[], None]) -> None:
        self._space, self._count = space, count
        self._boxes: list[Box] = []
        self._cells: dict[str, list[int]] = {}  # variable -> for each cell, the boxes that have it
        self._free: dict[str, int] = {}  # variable -> the boxes that do not speak of it
        self._bits: dict[int, int] = {}
        self._touches: dict[tuple[str, int], _Touch] = {}

    def add(self, formula: Formula) -> int:
        """Return the set of the boxes of a formula, which is kept for as long as the space is."""
        if id(formula) not in self._bits:
            self._touches.clear()
            bits = 0
            for box in self._space.boxes(formula):
                bits |= self._add(box)
            self._bits[id(formula)] = bits
        return self._bits[id(formula)]

    def _add(self, box: Box) -> int:
        bit = 1 << len(self._boxes)
        self._boxes.append(box)
        for name in box.keys() - self._cells.keys():
            self._cells[name] = [0] * len(self._space.cells[name].cells)
            self._free[name] = bit - 1
        for name, cells in self._cells.items():
            if name in box:
                for place in _places(box[name]):
                    cells[place] |= bit
            else:
                self._free[name] |= bit
        return bit

    def left(self, box: Box, taken: int) -> Iterator[Box]:
        """Yield what is left of a box when those of a set are taken from it."""
        touches = {name: self._touch(name, self._mask(box, name)) for name in self._cells}
        yield from self._left(box, taken, touches)

    def _left(self, box: Box, taken: int, touches: dict[str, _Touch]) -> Iterator[Box]:
        self._count()
        near = taken
        for touch in touches.values():
            near &= touch.some
        if not near:
            yield box
            return
        covering = near
        for touch in touches.values():
            covering &= touch.every
        if not covering:
            yield from self._without(box, near, touches)

    def _without(self, box: Box, near: int, touches: dict[str, _Touch]) -> Iterator[Box]:
        other = self._boxes[_lowest(self._best(near, touches))]
        rest, touches = dict(box), dict(touches)
        for name, mask in other.items():
            own = self._mask(rest, name)
            outside = own & ~mask
            if outside:
                further = {**touches, name: self._touch(name, outside)}
                yield from self._left({**rest, name: outside}, near, further)
                rest[name] = own & mask
                touches[name] = self._touch(name, own & mask)

    @staticmethod
    def _best(near: int, touches: dict[str, _Touch]) -> int:
        """Return boxes that leave something in one variable only, if there are."""
        beyond_one, inside = 0, near
        for touch in touches.values():
            beyond_one = (beyond_one & touch.every) | (inside & ~touch.every)
            inside &= touch.every
        return beyond_one or near

    def _mask(self, box: Box, name: str) -> int:
        mask = box.get(name)
        return self._space.cells[name].full if mask is None else mask

    def _touch(self, name: str, mask: int) -> _Touch:
        key = (name, mask)
        if key not in self._touches:
            cells = self._cells[name]
            some, every = 0, -1
            for place in _places(mask):
                some |= cells[place]
                every &= cells[place]
            free = self._free[name]
            self._touches[key] = _Touch(some | free, every | free)
        return self._touches[key]


def _places(mask: int) -> Iterator[int]:
    while mask:
        yield _lowest(mask)
        mask &= mask - 1


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1
