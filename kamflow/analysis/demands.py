"""What facts have to be for something to hold: alternatives, and how they combine."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from msgspec import Struct

from kamflow.analysis.regions import (
    EVERY_NUMBER,
    EVERY_WORD,
    Numbers,
    Point,
    Region,
    State,
    Values,
    Words,
    beyond,
    meet,
)
from kamflow.model.expression import Expression
from kamflow.model.values import Shape

LIMIT = 512  # alternatives of one condition; what has more is not taken apart
_COMPARED = 64  # alternatives up to which each is held against each

MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class NotSimpleError(ValueError):
    """A condition that is not taken apart: it is named as a whole."""


class Variable(Struct, frozen=True, kw_only=True):
    """Something that can change: a recorded fact, or a value that is not taken apart."""

    key: str  # the fact, or the text of the expression
    node: Expression
    shape: Shape
    state: State
    domain: Values
    whole: bool = False  # whole numbers and days only
    traced: bool = True  # a recorded fact
    months_of: str = ""  # the date fact whose age in months this is


class Relation(Struct, frozen=True):
    """The sum of `parts` and `constant`, compared with 0."""

    operator: str
    parts: tuple[tuple[str, Fraction], ...]
    constant: Fraction

    @property
    def names(self) -> tuple[str, ...]:
        """What it hangs on."""
        return tuple(key for key, _ in self.parts)

    def allowed(self, key: str, others: dict[str, Point]) -> Values:
        """Return the values that fit, given all the others."""
        factor = next(factor for name, factor in self.parts if name == key)
        rest = sum(
            (n * Fraction(others[name]) for name, n in self.parts if name != key), Fraction(0)
        )
        return solved(self.operator, factor, self.constant + rest)

    def within(self, key: str, fixed: dict[str, Point], others: dict[str, Values]) -> Values:
        """Return the values that fit some of the values that the others can still have."""
        factor = next(factor for name, factor in self.parts if name == key)
        low, high = self._range(key, fixed, others)
        bounds: Values = EVERY_NUMBER
        if high is not None and self.operator in ("=", ">=", ">"):
            operator = ">=" if self.operator == "=" or low != high else self.operator
            bounds = meet(bounds, solved(operator, factor, high))
        if low is not None and self.operator in ("=", "<=", "<"):
            operator = "<=" if self.operator == "=" or low != high else self.operator
            bounds = meet(bounds, solved(operator, factor, low))
        if self.operator == "!=" and low is not None and low == high:
            bounds = solved("!=", factor, low)
        return bounds

    def _range(
        self, key: str, fixed: dict[str, Point], others: dict[str, Values]
    ) -> tuple[Fraction | None, Fraction | None]:
        """Return between what all but the part of `key` adds up to."""
        low: Fraction | None = self.constant
        high: Fraction | None = self.constant
        for name, factor in self.parts:
            if name == key:
                continue
            ends = _ends(fixed, others, name)
            least, most = ends if factor > 0 else ends[::-1]
            low = None if low is None or least is None else low + factor * least
            high = None if high is None or most is None else high + factor * most
        return low, high


class Sameness(Struct, frozen=True):
    """Two values that are to be the same, or not."""

    left: str
    right: str
    same: bool

    @property
    def names(self) -> tuple[str, ...]:
        """What it hangs on."""
        return (self.left, self.right)

    def allowed(self, key: str, others: dict[str, Point]) -> Values:
        """Return the values that fit, given the other."""
        other = others[self.right if key == self.left else self.left]
        return Words(frozenset({other}), excluded=not self.same)  # type: ignore[arg-type]

    def within(self, key: str, fixed: dict[str, Point], others: dict[str, Values]) -> Values:
        """Return the values that fit some of the values that the other can still have."""
        other = self.right if key == self.left else self.left
        if other in fixed:
            return self.allowed(key, fixed)
        return others[other] if self.same else EVERY_WORD


Tie: TypeAlias = Relation | Sameness


def _ends(
    fixed: dict[str, Point], others: dict[str, Values], name: str
) -> tuple[Fraction | None, Fraction | None]:
    if name in fixed:
        return Fraction(fixed[name]), Fraction(fixed[name])
    values = others[name]
    if not isinstance(values, Numbers) or not values.spans:
        return None, None
    return values.spans[0].low, values.spans[-1].high


def solved(operator: str, factor: Fraction, constant: Fraction) -> Values:
    """Return the x for which `factor * x + constant operator 0` holds."""
    return beyond(operator if factor > 0 else MIRRORED[operator], -constant / factor)


class Demand(Struct, frozen=True):
    """States that facts have to be in, and ties between them, all at once."""

    regions: dict[str, Region] = {}
    ties: tuple[Tie, ...] = ()

    @property
    def names(self) -> set[str]:
        """The facts it is about."""
        return {*self.regions, *(name for tie in self.ties for name in tie.names)}


Ways: TypeAlias = tuple[Demand, ...]
ALWAYS: Ways = (Demand(),)
NEVER: Ways = ()


class Variables(dict[str, Variable]):
    """All that can change, by key, in the order in which conditions name it."""

    def reachable(self, key: str, region: Region) -> Region:
        """Return the states of a region that a fact can be brought to; none is made stale."""
        variable = self[key]
        values = meet(region.values, variable.domain)
        return Region(
            values.whole() if variable.whole and not isinstance(values, Words) else values,
            absent=region.absent,
        )

    def possible(self, key: str, region: Region) -> bool:
        """Tell whether a fact is in the region, or can be brought there."""
        return region.holds(self[key].state) or not self.reachable(key, region).empty

    def merged(self, one: Demand, other: Demand) -> Demand | None:
        """Return both demands as one; nothing when they contradict each other."""
        if not other.regions and not other.ties:
            return one
        regions = dict(one.regions)
        for key, region in other.regions.items():
            both = regions[key].both(region) if key in regions else region
            if not self.possible(key, both):
                return None
            regions[key] = both
        return Demand(regions, tuple(dict.fromkeys(one.ties + other.ties)))

    def all_of(self, *parts: Ways) -> Ways:
        """Return the ways in which all parts hold.

        Raises:
            NotSimpleError: There are too many.
        """
        ways: Ways = ALWAYS
        for part in parts:
            pairs = product(ways, part)
            ways = self.any_of([way for one, other in pairs if (way := self.merged(one, other))])
        return ways

    def any_of(self, *parts: Iterable[Demand]) -> Ways:
        """Return the ways in which one of the parts holds; those about one fact become one."""
        single: dict[tuple[str, bool], Region] = {}
        others: list[Demand] = []
        for way in (way for part in parts for way in part):
            if way.ties or len(way.regions) != 1:
                others.append(way)
                continue
            ((name, region),) = way.regions.items()
            key = (name, region.renewed)
            single[key] = single[key].either(region) if key in single else region
        alone = [Demand({name: region}) for (name, _), region in single.items()]
        return _without_repeats([*alone, *others])


def _without_repeats(ways: list[Demand]) -> Ways:
    """Return the ways without those that another one makes superfluous."""
    distinct = list({(tuple(sorted_items(way)), way.ties): way for way in ways}.values())
    if len(distinct) > LIMIT:
        raise NotSimpleError(f"more than {LIMIT} alternatives")
    if len(distinct) > _COMPARED:
        return tuple(distinct)
    kept: list[Demand] = []
    for way in sorted(distinct, key=lambda item: len(item.names)):
        if not any(covers(other, way) for other in kept):
            kept.append(way)
    return tuple(kept)


def sorted_items(way: Demand) -> list[tuple[str, Region]]:
    """Return the regions by key."""
    return sorted(way.regions.items(), key=lambda item: item[0])


def covers(loose: Demand, strict: Demand) -> bool:
    """Tell whether all that meets `strict` meets `loose` as well."""
    return set(loose.ties) <= set(strict.ties) and all(
        key in strict.regions and region.contains(strict.regions[key])
        for key, region in loose.regions.items()
    )
