"""Whether parameters that have to rise do."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise, product
from typing import TypeAlias

from kamflow.analysis.checks.report import Report
from kamflow.model.pack import Override, Pack, Parameter
from kamflow.model.values import format_number

_Place: TypeAlias = tuple[tuple[str, str], ...]  # entries of layers: ("region", "NORDICS")


def check_order(pack: Pack, report: Report) -> None:
    """Report neighbours of an `ordered` list that do not rise, in the pack and in each layer."""
    for names in pack.ordered:
        chain = [pack.parameters[name] for name in names if name in pack.parameters]
        for one, other in pairwise(chain):
            for place in _places(one, other, pack):
                fault = _fault(one, other, place)
                if fault:
                    report.add("K531", ("parameter", other.name), fault)


def _places(one: Parameter, other: Parameter, pack: Pack) -> Iterator[_Place]:
    """Yield the pack itself, each entry of a layer, and the pairs of entries that can meet."""
    keys = [[(item.layer, item.key) for item in each.overrides] for each in (one, other)]
    singles = list(dict.fromkeys((*keys[0], *keys[1])))
    yield ()
    yield from ((entry,) for entry in singles)
    yield from (
        (first, second)
        for first, second in product(*(dict.fromkeys(each) for each in keys))
        if first[0] != second[0] and {first[0], second[0]} <= pack.layers.keys()
    )


def _fault(one: Parameter, other: Parameter, place: _Place) -> str:
    """Return how two parameters do not rise in a place, now or when an override has ended."""
    found = [item for each in (one, other) for item in each.overrides if _fits(item, place)]
    ends = sorted({item.until for item in found if item.until is not None})
    for ended in (None, *ends):
        low, high = _value(one, place, ended), _value(other, place, ended)
        if low < high:
            continue
        where = " and ".join(f"{layer} `{key}`" for layer, key in place)
        return (
            f"`{other.name}` ({format_number(high)}) has to be greater than "
            f"`{one.name}` ({format_number(low)}){f' for {where}' if where else ''}"
            f"{f' after {ended}' if ended else ''}"
        )
    return ""


def _fits(override: Override, place: _Place) -> bool:
    return (override.layer, override.key) in place


def _value(parameter: Parameter, place: _Place, ended: date | None) -> Decimal:
    """Return the value of the tightest override of a place that has not ended by then."""
    held = [
        item.value
        for item in parameter.overrides
        if _fits(item, place) and not (ended and item.until and item.until <= ended)
    ]
    return Decimal(held[-1] if held else parameter.value)
