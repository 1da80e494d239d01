"""Whether values that follow from each other can lie where a box wants them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from kamflow.analysis.checks.boxes import Box, Input, Space, operands
from kamflow.analysis.checks.cells import Cell, Span, Value, nearest
from kamflow.analysis.checks.formulas import (
    MISSING,
    OTHER,
    STALE,
    Completeness,
    Product,
    Quotient,
    Same,
    Steps,
    Total,
)
from kamflow.analysis.checks.solver import Engine, Solver, UndecidedError

TRIALS = 40
FAR = 1_000  # how far into an open cell a trial goes

End = Fraction | None


def settled(space: Space, box: Box, *, engine: Engine | None) -> Input | None:
    """Return an input in the box, or nothing when there is none.

    Args:
        space: Variables of the box.
        box: What each variable may be.
        engine: Asked when bounds and trials do not tell.

    Raises:
        UndecidedError: It cannot be told.
    """
    linked = space.linked(box)
    if any(_beyond(space, box, name) for name in linked):
        return None
    found = plain(space, box)
    for group in _groups(space, linked):
        part = _fitting(space, box, group)
        if part is None:
            if engine is None:
                raise UndecidedError
            part = Solver(engine, space, group).find(box=box)
        if part is None:
            return None
        found |= part
    return found


def _fitting(space: Space, box: Box, linked: Sequence[str]) -> Input | None:
    """Return values from which the linked ones follow as the box wants them, if a trial hits."""
    trials = _trials(space, box, linked)
    return next((it for it in trials if all(_fits(space, box, it, name) for name in linked)), None)


def _groups(space: Space, linked: Iterable[str]) -> list[list[str]]:
    """Return the linked variables in groups that follow from the same others."""
    groups: list[tuple[list[str], set[str]]] = []
    for name in linked:
        names, bases = [name], set(_bases(space, name))
        apart = []
        for group in groups:
            if bases & group[1]:
                names, bases = [*group[0], *names], bases | group[1]
            else:
                apart.append(group)
        groups = [*apart, (names, bases)]
    return [names for names, _ in groups]


def plain(space: Space, box: Box) -> Input:
    """Return an example value for each variable of a box."""
    return {name: space.cells[name].example(mask) for name, mask in box.items()}


def worked_out(space: Space, known: Input, name: str) -> Value | None:
    """Return the value that a variable has when those it follows from have theirs."""
    link = space.vocabulary[name].link
    if link is None:
        return known.get(name)
    values = [worked_out(space, known, item) for item in operands(link)]
    if isinstance(link, Completeness):
        there = sum(value not in (MISSING, STALE, None) for value in values)
        return Fraction(100 * there, max(len(values), 1))
    if isinstance(link, Same):
        if any(value in (MISSING, STALE, None) for value in values):
            return None
        return "true" if values[0] == values[1] else "false"
    numbers = [value for value in values if isinstance(value, Fraction)]
    return _number(link, numbers) if len(numbers) == len(values) else None


def _number(link: object, values: list[Fraction]) -> Fraction | None:
    match link:
        case Total():
            parts = zip(link.parts, values, strict=True)
            return sum((factor * value for (_, factor), value in parts), link.constant)
        case Product():
            return values[0] * values[1]
        case Quotient():
            return values[0] / values[1] if values[1] else None
        case Steps():
            for step in link.steps:
                above = step.low is None or values[0] >= step.low
                if above and (step.high is None or values[0] <= step.high):
                    return step.points
            return link.otherwise
        case _:
            return None


def _fits(space: Space, box: Box, trial: Input, name: str) -> bool:
    value = worked_out(space, trial, name)
    # While what it follows from is unknown, no condition looks at it: it may be anything.
    return value is None or bool(space.cells[name].place(value) & box[name])


def _trials(space: Space, box: Box, linked: Iterable[str]) -> Iterator[Input]:
    """Yield values for the variables from which the linked ones follow.

    First all least and all greatest ones, which reach furthest, then a mixture.
    """
    bases = list(dict.fromkeys(base for name in linked for base in _bases(space, name)))
    choices = [list(_candidates(space, box, name)) for name in bases]
    yield {name: values[0] for name, values in zip(bases, choices, strict=True)}
    yield {name: values[-1] for name, values in zip(bases, choices, strict=True)}
    for turn in range(TRIALS):
        places = ((turn * (2 * n + 3) + turn // (n + 2)) % len(c) for n, c in enumerate(choices))
        yield {
            name: values[place] for name, values, place in zip(bases, choices, places, strict=True)
        }


def _bases(space: Space, name: str) -> Iterator[str]:
    link = space.vocabulary[name].link
    if link is None:
        yield name
        return
    for further in operands(link):
        yield from _bases(space, further)


def _candidates(space: Space, box: Box, name: str) -> Iterator[Value]:
    cells = space.cells[name]
    for cell in cells.inside(box.get(name, cells.full)):
        yield from _in_cell(cell, whole=cells.variable.whole)


def _in_cell(cell: Cell, *, whole: bool) -> Iterator[Value]:
    if cell == OTHER:
        yield from ("ana", "ben")
    elif isinstance(cell, str):
        yield cell
    else:
        yield nearest(cell, whole=whole)
        if not cell.single:
            yield from _further(cell, whole=whole)


def _further(cell: Span, *, whole: bool) -> Iterator[Fraction]:
    if cell.high is None:
        yield Fraction(math.floor(cell.low or 0) + FAR)
    if cell.low is None:
        yield Fraction(math.floor(cell.high or 0) - FAR)
    if cell.low is not None and cell.high is not None:
        yield Fraction(math.ceil(cell.high) - 1) if whole else (cell.low + cell.high) / 2


# ---------------------------------------------------------------------------- bounds


def _beyond(space: Space, box: Box, name: str) -> bool:
    """Tell whether a sum can by no means reach the cells that the box wants."""
    link = space.vocabulary[name].link
    if not isinstance(link, Total):
        return False
    low: End = link.constant
    high: End = link.constant
    for item, factor in link.parts:
        least, most = _hull(space, box, item)
        if factor < 0:
            least, most = most, least
        low = None if low is None or least is None else low + factor * least
        high = None if high is None or most is None else high + factor * most
    least, most = _hull(space, box, name)
    too_low = high is not None and least is not None and high < least
    return too_low or (low is not None and most is not None and low > most)


def _hull(space: Space, box: Box, name: str) -> tuple[End, End]:
    cells = space.cells[name]
    spans = [c for c in cells.inside(box.get(name, cells.full)) if isinstance(c, Span)]
    if not spans:
        return None, None
    lows, highs = [span.low for span in spans], [span.high for span in spans]
    low = None if None in lows else min(end for end in lows if end is not None)
    return low, None if None in highs else max(end for end in highs if end is not None)
