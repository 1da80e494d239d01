"""Reads the sections that declare words: pack, subjects, facts, parameters and roles."""

import re
from decimal import Decimal

from kamflow.language.fields import Fields, Reader, Use, named
from kamflow.language.source import Mapping, Node, Scalar
from kamflow.model.pack import Age, EventType, FactType, Kind, Parameter, Role
from kamflow.model.values import NUMERIC, TYPE_NAMES, Shape, format_value, parse_value

_DOTTED = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+"

SOURCES = ("manual", "survey", "integration", "event")


def read_subject(name: Scalar, node: Node, reader: Reader) -> Kind:
    """Read a kind of subject."""
    fields = Fields(node, "subject", f"subject `{name.text}`", reader)
    return Kind(
        id=name.text,
        title=fields.text("title", name.text),
        plural=fields.text("plural"),
        parent=fields.name("parent", "subject"),
        workflow=fields.name("workflow", "workflow", name.text),
    )


def read_facts(kind: Scalar, node: Node, reader: Reader) -> list[tuple[Scalar, FactType]]:
    """Read the facts of one kind of subject."""
    reader.uses.append(Use(kind, "subject"))
    if not isinstance(node, Mapping):
        reader.sink.report(node.place, "K205", f"facts of `{kind.text}` are a mapping of names")
        return []
    entries = named(node, reader.sink)
    return [(name, _read_fact(kind.text, name, value, reader)) for name, value in entries]


def read_events(kind: Scalar, node: Node, reader: Reader) -> list[tuple[Scalar, EventType]]:
    """Read the events of one kind of subject."""
    reader.uses.append(Use(kind, "subject"))
    if not isinstance(node, Mapping):
        reader.sink.report(node.place, "K205", f"events of `{kind.text}` are a mapping of names")
        return []
    entries = named(node, reader.sink)
    return [(name, _read_event(kind.text, name, value, reader)) for name, value in entries]


def _read_event(kind: str, name: Scalar, node: Node, reader: Reader) -> EventType:
    fields = Fields(node, "event", f"event `{name.text}`", reader)
    if not re.fullmatch(_DOTTED, name.text):
        what = f"`{name.text}` is no name of an event; write it like `incident.opened`"
        fields.report(name.place, "K205", what)
    payload = {
        key.text: read_shape(Fields(value, "payload", f"`{key.text}` of {fields.what}", reader))
        for key, value in fields.entries("payload")
    }
    title = fields.text("title", name.text)
    return EventType(name=name.text, kind=kind, title=title, payload=payload)


def _read_fact(kind: str, name: Scalar, node: Node, reader: Reader) -> FactType:
    fields = Fields(node, "fact", f"fact `{name.text}`", reader)
    if not re.fullmatch(_DOTTED, name.text):
        fields.report(
            name.place, "K205", f"`{name.text}` is no name of a fact; write it like `plan.status`"
        )
    if "derived" in fields:
        for key in ("source", "writers", "max_age", "default"):
            if (extra := fields.node(key)) is not None:
                fields.report(extra.place, "K206", f"{fields.what} is derived and has no `{key}`")
    shape = read_shape(fields)
    return FactType(
        name=name.text,
        kind=kind,
        title=fields.text("title", name.text),
        shape=shape,
        source=fields.pick("source", SOURCES),
        writers=fields.names("writers", "role"),
        max_age=_read_age(fields),
        default=fields.condition("default", kind, f"fact {name.text}"),
        derived=fields.condition("derived", kind, f"fact {name.text}"),
        shareable=fields.flag("shareable", default=False) or None,
        note=fields.text("note"),
    )


def read_shape(fields: Fields) -> Shape:
    """Read type, unit, values and range."""
    fields.require("type")
    type_name = fields.pick("type", TYPE_NAMES, "text")
    low, high = fields.span("range")
    if low is not None and type_name not in NUMERIC:
        fields.report(fields.place, "K206", f"only numbers have a range, not `{type_name}`")
    if low is None and type_name == "score":
        low, high = Decimal(1), Decimal(5)
    values = fields.names("values")
    if type_name == "choice":
        fields.require("values")
    elif values:
        fields.report(fields.place, "K206", f"only a `choice` has values, not `{type_name}`")
    unit = fields.text("unit") or ("%" if type_name == "percent" else "")
    return Shape(type=type_name, unit=unit, values=values, low=low, high=high)


def _read_age(fields: Fields) -> Age | None:
    scalar = fields.scalar("max_age")
    if scalar is not None and scalar.text.startswith("P."):
        fields.reader.uses.append(Use(scalar, "integer parameter"))
        return Age(parameter=scalar.text.removeprefix("P."))
    match = fields.matching("max_age", r"(\d{1,6}) days?", "95 days")
    return Age(days=int(match[1])) if match else None


def read_parameter(name: Scalar, node: Node, reader: Reader) -> Parameter | None:
    """Read a parameter; its value has to be one of its type."""
    fields = Fields(node, "parameter", f"parameter `{name.text}`", reader)
    shape = read_shape(fields)
    scalar = fields.scalar("value")
    if not fields.require("value") or scalar is None:
        return None
    try:
        value = format_value(parse_value(shape, scalar.text))
    except ValueError as error:
        fields.report(scalar.place, "K206", f"{fields.what}: {error}")
        return None
    return Parameter(
        name=name.text,
        shape=shape,
        value=value,
        meaning=fields.text("meaning"),
        basis=fields.text("basis"),
        overridable=fields.flag("overridable", default=True),
    )


def read_role(name: Scalar, node: Node, reader: Reader) -> Role:
    """Read a role."""
    fields = Fields(node, "role", f"role `{name.text}`", reader)
    fields.require("who")
    return Role(
        id=name.text,
        who=fields.text("who"),
        holder=fields.name("holder", "person fact"),
        members=fields.names("members", "role"),
        identity=fields.pick("identity", ("system", "service")) or None,
        higher=fields.names("higher", "role"),
    )
