"""Formulas as boxes: sets of inputs that allow each variable some of its cells.

A formula is a union of boxes. Whether an input is in some boxes and in none of some others is found
by taking one box from another; what is left are boxes again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from kamflow.analysis.checks.amounts import TooComplexError, Vocabulary
from kamflow.analysis.checks.cells import Cells, Value, tests_in
from kamflow.analysis.checks.formulas import (
    All,
    Completeness,
    Formula,
    Is,
    Product,
    Quotient,
    Same,
    Steps,
    Total,
)

MAX_BOXES = 3_000
MAX_STEPS = 60_000

Box: TypeAlias = dict[str, int]  # variable -> cells; one that is not there may be anything
Input: TypeAlias = dict[str, Value]


class Space:
    """The variables of some formulas with their cells."""

    def __init__(self, vocabulary: Vocabulary, formulas: Sequence[Formula]) -> None:
        self.vocabulary = vocabulary
        self.tests = tests = tests_in(formulas)
        names = dict.fromkeys(item for name in tests for item in self.with_bases(name))
        spoken = self._compared(names)
        shared = {test: None for name in spoken for test in tests.get(name, {})}
        self.cells = {
            name: Cells(vocabulary[name], shared if name in spoken else tests.get(name, {}))
            for name in names
        }
        self._boxes: dict[tuple[int, bool], tuple[Box, ...]] = {}
        self._kept: list[Formula] = []

    def with_bases(self, name: str) -> Iterator[str]:
        """Yield a variable and those from which its value follows."""
        yield name
        for further in operands(self.vocabulary[name].link):
            yield from self.with_bases(further)

    def _compared(self, names: Iterable[str]) -> frozenset[str]:
        """Return the texts that are compared with each other, which have to have like cells."""
        links = (self.vocabulary[name].link for name in names)
        return frozenset(
            item for link in links if isinstance(link, Same) for item in operands(link)
        )

    def linked(self, box: Box) -> tuple[str, ...]:
        """Return the variables of a box that follow from others and may not be anything."""
        return tuple(
            name
            for name, mask in box.items()
            if self.vocabulary[name].link is not None and mask != self.cells[name].full
        )

    def boxes(self, formula: Formula, *, but: bool = False) -> tuple[Box, ...]:
        """Return the boxes of a formula, or with `but` of all inputs that it is not true of."""
        key = (id(formula), but)
        if key not in self._boxes:
            self._kept.append(formula)  # so that no other formula gets its id
            self._boxes[key] = self._made(formula, but=but)
        return self._boxes[key]

    def _made(self, formula: Formula, *, but: bool) -> tuple[Box, ...]:
        if isinstance(formula, Is):
            cells = self.cells[formula.name]
            mask = cells.mask(formula.test)
            mask = cells.full & ~mask if but else mask
            return ({formula.name: mask},) if mask else ()
        if isinstance(formula, All) is not but:
            found: tuple[Box, ...] = ({},)
            for part in sorted((self.boxes(item, but=but) for item in formula.parts), key=len):
                found = thinned(
                    box for one in found for other in part if (box := meet(one, other)) is not None
                )
            return found
        return thinned(joined(box for part in formula.parts for box in self.boxes(part, but=but)))


def operands(link: object) -> tuple[str, ...]:
    """Return the variables that a link speaks of."""
    match link:
        case Total():
            return tuple(name for name, _ in link.parts)
        case Product() | Quotient() | Same():
            return (link.left, link.right)
        case Steps():
            return (link.of,)
        case Completeness():
            return link.of
        case _:
            return ()


def meet(one: Box, other: Box) -> Box | None:
    """Return what two boxes have in common, or nothing."""
    found = dict(one)
    for name, mask in other.items():
        common = found.get(name, mask) & mask
        if not common:
            return None
        found[name] = common
    return found


def joined(boxes: Iterable[Box]) -> list[Box]:
    """Return boxes with those of one and the same variable put together."""
    single: Box = {}
    others: list[Box] = []
    for box in boxes:
        if len(box) == 1:
            ((name, mask),) = box.items()
            single[name] = single.get(name, 0) | mask
        else:
            others.append(box)
    return [*({name: mask} for name, mask in single.items()), *others]


def thinned(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Return boxes without those that lie in another one."""
    found: list[Box] = []
    for box in boxes:
        if len(found) > MAX_BOXES:
            raise TooComplexError
        if len(found) < 40 and any(_within(box, other) for other in found):  # noqa: PLR2004
            continue
        found.append(box)
    return tuple(found)


def _within(box: Box, other: Box) -> bool:
    for name, mask in other.items():  # a generator would cost more than what it asks
        own = box.get(name)
        if own is None or own & ~mask:
            return False
    return True
