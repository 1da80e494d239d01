"""Whether parameters that have to rise do."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from kamflow.analysis.checks.report import Report
from kamflow.model.pack import Pack, Parameter
from kamflow.model.values import format_number


def check_order(pack: Pack, report: Report) -> None:
    """Report neighbours of an `ordered` list that do not rise, in the pack and in each layer."""
    for names in pack.ordered:
        chain = [pack.parameters[name] for name in names if name in pack.parameters]
        for layer, key in _layers(chain):
            for one, other in pairwise(chain):
                low, high = _value(one, layer, key), _value(other, layer, key)
                if low >= high:
                    where = f" for {layer} `{key}`" if layer else ""
                    message = (
                        f"`{other.name}` ({format_number(high)}) has to be greater than "
                        f"`{one.name}` ({format_number(low)}){where}"
                    )
                    report.add("K531", ("parameter", other.name), message)


def _layers(chain: list[Parameter]) -> Iterator[tuple[str, str]]:
    """Yield the pack itself, and each entry of a layer that overrides one of the parameters."""
    yield "", ""
    yield from dict.fromkeys((item.layer, item.key) for one in chain for item in one.overrides)


def _value(parameter: Parameter, layer: str, key: str) -> Decimal:
    found = (item.value for item in parameter.overrides if (item.layer, item.key) == (layer, key))
    return Decimal(next(found, parameter.value))
