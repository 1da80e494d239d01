"""Sets of states that a fact can be in: its values, a value that is too old, no value at all.

Numbers are exact fractions and dates the ordinal of their day, so that a bound is never rounded
before it is shown.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from msgspec import Struct

Point: TypeAlias = Fraction | bool | str  # a date is the ordinal of its day
_Key: TypeAlias = tuple[int, Fraction, int]

_ANYTHING = "anybody"


class Span(Struct, frozen=True):
    """The numbers from `low` to `high`; no bound means that there is no end."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_in: bool = True
    high_in: bool = True

    @property
    def start(self) -> _Key:
        """Where the span begins, to compare it with other places."""
        if self.low is None:
            return (-1, Fraction(0), 0)
        return (0, self.low, 0 if self.low_in else 1)

    @property
    def end(self) -> _Key:
        """Where the span ends, to compare it with other places."""
        if self.high is None:
            return (1, Fraction(0), 0)
        return (0, self.high, 0 if self.high_in else -1)

    def whole(self) -> "Span":
        """Return the span of the whole numbers in it, both ends included."""
        low, high = self.low, self.high
        if low is not None:
            low = Fraction(floor(low) + 1 if not self.low_in else ceil(low))
        if high is not None:
            high = Fraction(ceil(high) - 1 if not self.high_in else floor(high))
        return Span(low, high)


class Numbers(Struct, frozen=True):
    """Numbers in spans that are apart, in rising order."""

    spans: tuple[Span, ...]

    def both(self, other: "Numbers") -> "Numbers":
        """Return the numbers that are in both."""
        pairs = [(one, two) for one in self.spans for two in other.spans]
        return _tidy(_overlap(one, two) for one, two in pairs)

    def either(self, other: "Numbers") -> "Numbers":
        """Return the numbers that are in one or the other."""
        return _tidy((*self.spans, *other.spans))

    def has(self, point: Point) -> bool:
        """Tell whether a number is in it."""
        place = (0, Fraction(point), 0)
        return any(span.start <= place <= span.end for span in self.spans)

    def whole(self) -> "Numbers":
        """Return the whole numbers in it, neighbours in one span."""
        spans: list[Span] = []
        for span in _tidy(item.whole() for item in self.spans).spans:
            last = spans[-1] if spans else None
            if last is not None and last.high is not None and span.low == last.high + 1:
                spans[-1] = Span(last.low, span.high)
            else:
                spans.append(span)
        return Numbers(tuple(spans))

    def samples(self, near: Point | None, whole: int = 0) -> list[Point]:
        """Return a few numbers that stand for all, those next to `near` first; none when empty.

        With `whole` they are whole numbers, so many from either end.
        """
        found = [place for span in self.spans for place in _places(span, whole)]
        if near is None:
            return list(dict.fromkeys(found))
        centre = Fraction(near)
        if self.has(centre):
            found.insert(0, centre)
        ordered: list[Fraction] = sorted(found, key=lambda item: abs(item - centre))
        return list(dict.fromkeys(ordered))

    @property
    def empty(self) -> bool:
        """Whether no number is in it."""
        return not self.spans


class Words(Struct, frozen=True):
    """The named values; with `excluded`, all others."""

    items: frozenset[bool | str]
    excluded: bool = False

    def both(self, other: "Words") -> "Words":
        """Return the values that are in both."""
        if self.excluded and other.excluded:
            return Words(self.items | other.items, excluded=True)
        if self.excluded:
            return Words(other.items - self.items)
        return Words(self.items - other.items if other.excluded else self.items & other.items)

    def either(self, other: "Words") -> "Words":
        """Return the values that are in one or the other."""
        turned = self.opposite().both(other.opposite())
        return turned.opposite()

    def opposite(self) -> "Words":
        """Return all other values."""
        return Words(self.items, excluded=not self.excluded)

    def has(self, point: Point) -> bool:
        """Tell whether a value is in it."""
        return (point in self.items) is not self.excluded

    def samples(self, near: Point | None, _whole: int = 0) -> list[Point]:
        """Return a few values that stand for all, `near` first; none when empty."""
        found: list[Point] = sorted(self.items, key=str)
        if self.excluded:
            names = [f"{_ANYTHING} {number}".removesuffix(" 0") for number in range(3)]
            found = [name for name in names if name not in self.items]
        if near is not None and self.has(near):
            found = [near, *(item for item in found if item != near)]
        return found

    @property
    def empty(self) -> bool:
        """Whether no value is in it."""
        return not self.items and not self.excluded


Values: TypeAlias = Numbers | Words
EVERY_NUMBER, EVERY_WORD = Numbers((Span(),)), Words(frozenset(), excluded=True)


class State(Struct, frozen=True):
    """What is known of a fact now: a value, one that is too old (`recorded` alone), or nothing."""

    value: Point | None
    recorded: bool


class Region(Struct, frozen=True):
    """States of a fact: those with a fresh value in `values`, and those without one."""

    values: Values
    stale: bool = False
    absent: bool = False
    renewed: bool = False  # what is recorded now is too old, whatever its value

    def holds(self, state: State) -> bool:
        """Tell whether a state is in it."""
        if self.renewed and state.recorded:
            return False
        if state.value is not None:
            return self.values.has(state.value)
        return self.stale if state.recorded else self.absent

    def both(self, other: "Region") -> "Region":
        """Return the states that are in both."""
        values = meet(self.values, other.values)
        stale, absent = self.stale and other.stale, self.absent and other.absent
        return Region(values, stale, absent, self.renewed or other.renewed)

    def either(self, other: "Region") -> "Region":
        """Return the states that are in one or the other; both are alike in `renewed`."""
        values = join(self.values, other.values)
        return Region(values, self.stale or other.stale, self.absent or other.absent, self.renewed)

    def contains(self, other: "Region") -> bool:
        """Tell whether every state of another region is in it."""
        if (other.stale and not self.stale) or (other.absent and not self.absent):
            return False
        if self.renewed and not other.renewed:
            return False
        return within(other.values, self.values)

    @property
    def empty(self) -> bool:
        """Whether no state is in it."""
        return self.values.empty and not self.stale and not self.absent


def within(inner: Values, outer: Values) -> bool:
    """Tell whether every value of one set is in another."""
    if isinstance(inner, Numbers) and isinstance(outer, Numbers):
        return all(
            any(place.start <= span.start and span.end <= place.end for place in outer.spans)
            for span in inner.spans
        )
    return meet(inner, outer) == inner


def meet(one: Values, other: Values) -> Values:
    """Return the values that are in both."""
    if isinstance(one, Numbers):
        return one.both(other) if isinstance(other, Numbers) else Numbers(())
    return one.both(other) if isinstance(other, Words) else Words(frozenset())


def join(one: Values, other: Values) -> Values:
    """Return the values that are in one or the other; they are of one sort."""
    if isinstance(one, Numbers):
        return one.either(other) if isinstance(other, Numbers) else one
    return one.either(other) if isinstance(other, Words) else one


def beyond(operator: str, bound: Fraction) -> Numbers:
    """Return the numbers for which `number operator bound` holds."""
    below, above = Span(high=bound, high_in=False), Span(low=bound, low_in=False)
    spans = {
        "=": (Span(bound, bound),),
        "!=": (below, above),
        "<": (below,),
        "<=": (Span(high=bound),),
        ">": (above,),
        ">=": (Span(low=bound),),
    }
    return Numbers(spans[operator])


def _overlap(one: Span, other: Span) -> Span:
    first = max(one, other, key=lambda item: item.start)
    last = min(one, other, key=lambda item: item.end)
    return Span(first.low, last.high, first.low_in, last.high_in)


def _tidy(spans: Iterable[Span]) -> Numbers:
    """Return what is not empty, in order, with what touches made one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda item: item.start):
        if span.start > span.end:
            continue
        last = kept[-1] if kept else None
        if last is not None and (span.start <= last.end or _touch(last, span)):
            furthest = max(last, span, key=lambda item: item.end)
            kept[-1] = Span(last.low, furthest.high, last.low_in, furthest.high_in)
        else:
            kept.append(span)
    return Numbers(tuple(kept))


def _touch(before: Span, after: Span) -> bool:
    return (
        before.high == after.low and before.high is not None and after.low_in is not before.high_in
    )


def _places(span: Span, whole: int) -> list[Fraction]:
    """Return a low, a high and a middle number of a span, as far as it has them."""
    if whole:
        return _whole_places(span.whole(), whole)
    low, high = span.low, span.high
    if low is not None and high is not None:
        middle = (low + high) / 2
        return [*([low] * span.low_in), *([high] * span.high_in), middle]
    if low is not None:
        return [*([low] * span.low_in), low + 1]
    if high is not None:
        return [*([high] * span.high_in), high - 1]
    return [Fraction(0)]


def _whole_places(span: Span, count: int) -> list[Fraction]:
    """Return the first and the last whole numbers of a span of whole numbers."""
    rising = [Fraction(0 if span.low is None else span.low) + step for step in range(count)]
    falling = [Fraction(0 if span.high is None else span.high) - step for step in range(count)]
    if span.low is None and span.high is not None:
        rising = []
    if span.high is None and span.low is not None:
        falling = []
    places = sorted({*rising, *falling})
    return [place for place in places if span.start <= (0, place, 0) <= span.end]
