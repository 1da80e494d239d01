"""Regions, values and ties in words."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from kamflow.analysis.demands import MIRRORED, Relation, Sameness, Tie, Variable
from kamflow.analysis.regions import EVERY_WORD, Numbers, Point, Region, Span, Words
from kamflow.language.units import difference
from kamflow.language.wording import COMPARED, DATED, listed, value_words
from kamflow.model.values import Shape, format_value

ANY_VALUE, NO_VALUE = "any value", "no value"

_PLACES = 10**6  # of a bound that no decimal number hits
_EXACT = 10**30


def wanted_text(variable: Variable, region: Region) -> str:
    """Return where a fact has to get to: `at least 2 initiatives`, `strategic or growth`."""
    values = region.values
    if values.empty:
        return NO_VALUE
    if values in (variable.domain, EVERY_WORD):
        return ANY_VALUE
    if isinstance(values, Words):
        declared = {name: place for place, name in enumerate(variable.shape.values)}
        names = sorted(
            map(format_value, values.items), key=lambda name: (declared.get(name, 0), name)
        )
        return f"{'anything but ' * values.excluded}{listed(names, 'or')}"
    return listed([_span_text(variable, span) for span in _shown(variable, values)], "or")


def bounds(variable: Variable, region: Region) -> tuple[str | None, str | None]:
    """Return the least and the greatest value that are accepted, when those are one range."""
    if not isinstance(region.values, Numbers) or len(region.values.spans) != 1:
        return None, None
    (span,) = _shown(variable, region.values)
    low = _plain(variable, span.low, up=True) if span.low is not None and span.low_in else None
    high = _plain(variable, span.high, up=False) if span.high is not None and span.high_in else None
    return low, high


def example_text(variable: Variable, region: Region, point: Point) -> str:
    """Return an accepted value as canonical text."""
    if not isinstance(point, Fraction) or not isinstance(region.values, Numbers):
        return format_value(point) if isinstance(point, bool | str) else str(point)
    up = region.values.has(_rounded(point, up=True))
    return _plain(variable, point, up=up)


def amount(variable: Variable, point: Point) -> str:
    """Return a value with its unit."""
    if isinstance(point, Fraction):
        return f"{_plain(variable, point, up=False)} {variable.shape.unit}".rstrip()
    return format_value(point)


def tie_text(tie: Tie, variables: Mapping[str, Variable], say: Callable[[Variable], str]) -> str:
    """Return a tie as a comparison in words, with what is subtracted on the other side.

    Args:
        tie: The tie.
        variables: What the tie hangs on, by key.
        say: Gives the words for one of them: `the team size`.
    """
    nouns = {name: say(variables[name]) for name in tie.names}
    if isinstance(tie, Sameness):
        same = "the same as" if tie.same else "not the same as"
        return f"{nouns[tie.left]} is {same} {nouns[tie.right]}"
    left, right = _halves(tie, nouns, variables[tie.names[0]].shape)
    dated = all(variables[name].shape.type == "date" for name in tie.names)
    operator, words = tie.operator, DATED if dated else COMPARED
    if not left:
        left, right, operator = right, left, MIRRORED[operator]
    compared = words[operator] or "the same as "
    return f"{' plus '.join(left)} is {compared}{' plus '.join(right) or '0'}"


def _halves(tie: Relation, nouns: Mapping[str, str], shape: Shape) -> tuple[list[str], list[str]]:
    """Return what is added and what is subtracted, the fixed number last."""
    unit = "days" if shape.type == "date" else difference(shape).unit
    left = [_product(nouns[name], factor) for name, factor in tie.parts if factor > 0]
    right = [_product(nouns[name], -factor) for name, factor in tie.parts if factor < 0]
    if tie.constant:
        side = left if tie.constant > 0 else right
        side.append(value_words(_number(abs(tie.constant)), unit))
    return left, right


def _product(noun: str, factor: Fraction) -> str:
    return noun if factor == 1 else f"{value_words(_number(factor))} times {noun}"


def _number(number: Fraction) -> Decimal:
    return _decimal(_rounded(number, up=False))


def _shown(variable: Variable, values: Numbers) -> list[Span]:
    """Return the spans without the ends that every value of the fact keeps to."""
    domain = variable.domain
    if not isinstance(domain, Numbers) or not domain.spans:
        return list(values.spans)
    low, high = domain.spans[0].low, domain.spans[-1].high
    return [
        Span(
            None if span.low == low and span.low_in and span.high != span.low else span.low,
            None if span.high == high and span.high_in and span.high != span.low else span.high,
            span.low_in,
            span.high_in,
        )
        for span in values.spans
    ]


def _span_text(variable: Variable, span: Span) -> str:
    low = None if span.low is None else _plain(variable, span.low, up=True)
    high = None if span.high is None else _plain(variable, span.high, up=False)
    if variable.shape.type == "date":
        return _days_text(low, high)
    unit = f" {variable.shape.unit}".rstrip()
    if low is not None and low == high:
        return f"{low}{unit}"
    if low is not None and high is not None and span.low_in and span.high_in:
        return f"between {low} and {high}{unit}"
    ends = [] if low is None else [f"{'at least' if span.low_in else 'above'} {low}"]
    ends += [] if high is None else [f"{'at most' if span.high_in else 'below'} {high}"]
    return f"{' and '.join(ends)}{unit}"


def _days_text(low: str | None, high: str | None) -> str:
    if low is None or high is None:
        return f"{low} or later" if low is not None else f"{high} or earlier"
    return f"on {low}" if low == high else f"between {low} and {high}"


def _plain(variable: Variable, number: Fraction, *, up: bool) -> str:
    """Return a number as canonical text, rounded into the region where no decimal hits it."""
    if variable.shape.type == "date":
        return date.fromordinal(int(number)).isoformat()
    return format_value(_decimal(_rounded(number, up=up)))


def _rounded(number: Fraction, *, up: bool) -> Fraction:
    if _EXACT % number.denominator == 0:
        return number
    return Fraction(ceil(number * _PLACES) if up else floor(number * _PLACES), _PLACES)


def _decimal(number: Fraction) -> Decimal:
    """Return a fraction that a decimal number hits, exactly."""
    shift = 0
    while number.denominator != 1:
        number, shift = number * 10, shift + 1
    return Decimal((number < 0, tuple(map(int, str(abs(number.numerator)))), -shift))
