"""Reads what holds for all escalations: the levels of the ladder, and how often things repeat."""

from kamflow.language.approvals import read_roles
from kamflow.language.fields import Fields, Reader, Use
from kamflow.language.source import Node, Scalar
from kamflow.language.spans import read_exact_span, read_span, read_time
from kamflow.model.rules import SEVERITIES, Escalating, Level


def read_escalating(node: Node, reader: Reader) -> Escalating:
    """Read the ladder that escalations climb."""
    fields = Fields(node, "escalating", "`escalating`", reader)
    return Escalating(
        levels=tuple(_read_level(name, value, reader) for name, value in fields.entries("levels")),
        start=_read_start(fields),
        cooldown=read_time(fields, "cooldown"),
        late=read_exact_span(fields, "late"),
    )


def _read_level(name: Scalar, node: Node, reader: Reader) -> Level:
    fields = Fields(node, "level", f"level `{name.text}`", reader)
    fields.require("roles")
    return Level(id=name.text, roles=read_roles(fields, "roles"), wait=read_span(fields, "wait"))


def _read_start(fields: Fields) -> dict[str, str]:
    start = {}
    for severity, level in fields.entries("start"):
        if severity.text not in SEVERITIES:
            known = ", ".join(SEVERITIES)
            message = f"`{severity.text}` is no severity; it is one of {known}"
            fields.report(severity.place, "K206", message)
        elif not isinstance(level, Scalar):
            fields.report(level.place, "K205", f"`{severity.text}` starts at one level; name it")
        else:
            fields.reader.uses.append(Use(level, "level"))
            start[severity.text] = level.text
    return start
