"""Reads event rules: what is called for when something comes true."""

from kamflow.language.effects import read_effects, read_rungs, refuse_twice
from kamflow.language.fields import Fields, Reader, Use, read_about
from kamflow.language.source import Node, Scalar
from kamflow.language.spans import read_exact_span, read_span, read_time
from kamflow.model.expression import Condition
from kamflow.model.rules import SEVERITIES, Each, EventRule, Grade, Item, Together

FEWEST, MOST = 2, 4  # events that come together


def read_rule(name: Scalar, node: Node, reader: Reader) -> EventRule | None:
    """Read an event rule."""
    fields = Fields(node, "rule", f"rule `{name.text}`", reader)
    fields.require("subject")
    kind = fields.name("subject", "subject") or ""
    each = _read_each(fields, kind)
    fields.each = f"{each.event} {each.field}" if each else ""
    if "when" not in fields and "together" not in fields:
        fields.report(fields.place, "K202", f"{fields.what} needs `when` or `together`, or both")
    return EventRule(
        id=name.text,
        title=fields.text("title", name.text),
        kind=kind,
        when=fields.condition("when", kind),
        lasting=read_span(fields, "lasting"),
        together=_read_together(fields, kind),
        each=each,
        stages=fields.names("stages", "stage", kind),
        severity=fields.pick("severity", SEVERITIES, "medium"),
        grades=_read_grades(fields, kind),
        to=read_rungs(fields),
        effects=read_effects(fields, kind),
        clears_when=fields.condition("clears_when", kind),
        clears_lasting=read_span(fields, "clears_lasting"),
        cooldown=read_time(fields, "cooldown"),
        observe=fields.flag("observe", default=False) or None,
        why=fields.text("why"),
        source=fields.text("source"),
    )


def _read_each(outer: Fields, kind: str) -> Each | None:
    node = outer.node("each")
    if node is None:
        return None
    fields = Fields(node, "each", f"`each` of {outer.what}", outer.reader)
    event, field = fields.name("event", "event", kind), fields.scalar("field")
    if not fields.require("event", "field") or event is None or field is None:
        return None
    fields.reader.uses.append(Use(field, "field", event=event))
    return Each(event=event, field=field.text)


def _read_together(outer: Fields, kind: str) -> Together | None:
    node = outer.node("together")
    if node is None:
        return None
    fields = Fields(node, "together", f"`together` of {outer.what}", outer.reader, each=outer.each)
    if not fields.require("within", "events"):
        return None
    read = [_read_item(item, fields, kind) for item in fields.items("events")]
    if not FEWEST <= len(read) <= MOST:
        message = f"{fields.what} has {len(read)} events; write {FEWEST} to {MOST}"
        fields.report(fields.place, "K206", message)
    items = tuple(item for item in read if item is not None)
    refuse_twice(fields, "events", (item.id for item in items))
    return Together(within=read_exact_span(fields, "within"), items=items)


def _read_item(node: Node, outer: Fields, kind: str) -> Item | None:
    fields = Fields(node, "item", f"an event of {outer.what}", outer.reader)
    event = fields.name("event", "event", kind)
    if not fields.require("id", "event") or event is None:
        return None
    return Item(id=fields.text("id"), event=event, where=_where(fields, kind, event, outer.each))


def _where(fields: Fields, kind: str, event: str, each: str) -> Condition | None:
    scalar = fields.scalar("where")
    if scalar is None:
        return None
    return read_about(Use(scalar, "condition", kind, "flag", event=event, each=each), fields.reader)


def _read_grades(outer: Fields, kind: str) -> tuple[Grade, ...]:
    grades = []
    for node in outer.items("grades"):
        fields = Fields(node, "grade", f"a grade of {outer.what}", outer.reader, each=outer.each)
        fields.require("severity", "when")
        severity = fields.pick("severity", SEVERITIES, "medium")
        when = fields.condition("when", kind)
        if when is not None:
            grades.append(Grade(severity=severity, when=when, to=read_rungs(fields)))
    return tuple(grades)
