"""Reads overrides of parameters and puts them on the parameters that they change."""

from collections.abc import Container
from collections.abc import Mapping as Parameters
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from kamflow.language.diagnostics import did_you_mean
from kamflow.language.fields import Fields, Reader
from kamflow.language.source import Listing, Node, Scalar
from kamflow.model.pack import Override, Pack, Parameter
from kamflow.model.values import format_value, parse_value


class StatedOverride(Struct, frozen=True, kw_only=True):
    """An override as it is written, with the places that messages point at."""

    parameter: Scalar
    layer: Scalar
    key: str
    value: Scalar
    owner: str
    reason: str
    until: date | None


def read_overrides(node: Node, reader: Reader) -> list[StatedOverride]:
    """Read the list of overrides."""
    if not isinstance(node, Listing):
        reader.sink.report(node.place, "K205", "`overrides` is a list")
        return []
    read = (_read_override(item, reader) for item in node.items)
    return [item for item in read if item is not None]


def _read_override(node: Node, reader: Reader) -> StatedOverride | None:
    fields = Fields(node, "override", "an override", reader)
    complete = fields.require("parameter", "layer", "key", "value", "owner", "reason")
    parameter, layer, value = (fields.scalar(name) for name in ("parameter", "layer", "value"))
    until = fields.day("until", "2027-06-30")
    if not complete or parameter is None or layer is None or value is None:
        return None
    return StatedOverride(
        parameter=parameter,
        layer=layer,
        key=fields.text("key"),
        value=value,
        owner=fields.text("owner"),
        reason=fields.text("reason"),
        until=until,
    )


def overridden(
    pack: Pack, stated: list[StatedOverride], reader: Reader
) -> Parameters[str, Parameter]:
    """Return the parameters with their overrides, loosest layer first.

    Layers come in the order of the pack; a kind of subject (one account, say) is the tightest.
    """
    parameters = pack.parameters
    order = {layer: rank for rank, layer in enumerate(dict.fromkeys((*pack.layers, *pack.kinds)))}
    found_for: dict[str, dict[tuple[str, str], Override]] = {}
    for item in sorted(stated, key=lambda one: order.get(one.layer.text, len(order))):
        taken = found_for.setdefault(item.parameter.text, {})
        problem = _problem(parameters, item, order, taken)
        if problem is not None:
            reader.sink.report(problem[0].place, problem[1], problem[2])
            continue
        found = parameters[item.parameter.text]
        try:
            value = format_value(parse_value(found.shape, item.value.text))
        except ValueError as error:
            reader.sink.report(item.value.place, "K206", f"override of `{found.name}`: {error}")
            continue
        taken[item.layer.text, item.key] = Override(
            layer=item.layer.text,
            key=item.key,
            value=value,
            owner=item.owner,
            reason=item.reason,
            until=item.until,
        )
    return {
        name: replace(item, overrides=tuple(found_for[name].values()))
        if found_for.get(name)
        else item
        for name, item in parameters.items()
    }


def _problem(
    parameters: Parameters[str, Parameter],
    item: StatedOverride,
    order: Parameters[str, int],
    taken: Container[tuple[str, str]],
) -> tuple[Scalar, str, str] | None:
    """Return where and why an override cannot stand."""
    name, layer = item.parameter.text, item.layer.text
    found = parameters.get(name)
    if found is None:
        hint = did_you_mean(name, parameters)
        return item.parameter, "K203", f"there is no parameter `{name}`{hint}"
    if not found.overridable:
        return item.parameter, "K206", f"parameter `{name}` cannot be overridden"
    if layer not in order:
        hint = did_you_mean(layer, order) or f"; there are {', '.join(order)}"
        return item.layer, "K203", f"there is no layer `{layer}`{hint}"
    if (layer, item.key) in taken:
        return item.parameter, "K204", f"`{name}` has an override for {layer} `{item.key}` already"
    return None
