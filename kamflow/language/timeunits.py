"""Units of time, and which parameters hold a span; read where conditions are typed."""

from kamflow.model.pack import Parameter

UNITS = ("days", "business days", "months", "hours")
EXACT = ("days", "hours")  # units that are always as long
LONGEST = 36_500


def is_span(parameter: Parameter, units: tuple[str, ...]) -> bool:
    """Tell whether every value of a parameter is a span that can be kept to."""
    return is_time(parameter, units) and all(map(is_whole, values_of(parameter)))


def values_of(parameter: Parameter) -> tuple[str, ...]:
    """Return the value of a parameter, and those of its overrides."""
    return (parameter.value, *(item.value for item in parameter.overrides))


def is_whole(value: str) -> bool:
    """Tell whether a value is a number of days (hours, months) that a span can have."""
    return value.isdigit() and 0 < int(value) <= LONGEST


def is_time(parameter: Parameter, units: tuple[str, ...] = UNITS) -> bool:
    """Tell whether a parameter holds a span of time, in one of `units`."""
    return parameter.shape.type == "integer" and parameter.shape.unit in units
