"""Reads the sections that decide: scorecards, tables and gates."""

import re
from decimal import Decimal

from kamflow.language.fields import Fields, Reader, read_condition
from kamflow.language.source import Node, Scalar
from kamflow.model.expression import Condition
from kamflow.model.pack import Band, Criterion, Gate, Row, Scorecard, Scored, Table


def read_scorecard(name: Scalar, node: Node, reader: Reader) -> Scorecard:
    """Read a scorecard."""
    fields = Fields(node, "scorecard", f"scorecard `{name.text}`", reader)
    fields.require("subject", "criteria")
    low, high = fields.span("scale")
    kind = fields.name("subject", "subject") or ""
    nodes = fields.items("criteria")
    return Scorecard(
        id=name.text,
        title=fields.text("title", name.text),
        kind=kind,
        criteria=tuple(_read_scored(item, name.text, kind, reader) for item in nodes),
        low=low,
        high=high,
    )


def _read_scored(node: Node, scorecard: str, kind: str, reader: Reader) -> Scored:
    fields = Fields(node, "scored", f"a criterion of scorecard `{scorecard}`", reader)
    fields.require("id", "fact")
    name = own_id(fields, f"criterion of scorecard `{scorecard}`")
    return Scored(
        id=name,
        title=fields.text("title", name),
        fact=fields.name("fact", "numeric fact", kind) or "",
        weight=fields.number("weight", Decimal(1)),
        bands=tuple(_read_band(item, name, reader) for item in fields.items("bands")),
        otherwise=fields.number("otherwise", Decimal(0)),
        missing=fields.number("missing"),
        source=fields.text("source"),
    )


def _read_band(node: Node, scored: str, reader: Reader) -> Band:
    fields = Fields(node, "band", f"a band of `{scored}`", reader)
    fields.require("points")
    band = Band(
        points=fields.number("points", Decimal(0)),
        at_least=fields.number("at_least"),
        at_most=fields.number("at_most"),
    )
    if band.at_least is None and band.at_most is None:
        fields.report(node.place, "K202", f"{fields.what} needs `at_least` or `at_most`")
    return band


def read_table(name: Scalar, node: Node, reader: Reader) -> Table:
    """Read a decision table; all rows have the same columns."""
    fields = Fields(node, "table", f"table `{name.text}`", reader)
    fields.require("subject", "rows")
    hit = fields.pick("hit", ("first", "unique"), "first")
    kind = fields.name("subject", "subject") or ""
    nodes = fields.items("rows")
    rows = tuple(_read_row(item, name.text, kind, reader) for item in nodes)
    for row, item in zip(rows, nodes, strict=True):
        if row.then.keys() != rows[0].then.keys():
            wanted = ", ".join(rows[0].then)
            fields.report(item.place, "K404", f"row `{row.id}` has other columns than {wanted}")
    return Table(
        id=name.text,
        title=fields.text("title", name.text),
        kind=kind,
        rows=rows,
        hit=hit if hit == "unique" else "",
    )


def _read_row(node: Node, table: str, kind: str, reader: Reader) -> Row:
    fields = Fields(node, "row", f"a row of table `{table}`", reader)
    fields.require("id", "then")
    name = own_id(fields, f"row of table `{table}`")
    rest = fields.flag("otherwise", default=False)
    if rest == ("when" in fields):
        fields.report(node.place, "K202", f"row `{name}` needs either `when` or `otherwise: true`")
    then: dict[str, str] = {}
    for key, value in fields.entries("then"):
        if isinstance(value, Scalar):
            then[key.text] = value.text
        else:
            fields.report(value.place, "K205", f"`{key.text}` of row `{name}` is a word")
    when = None if rest else fields.condition("when", kind)
    return Row(id=name, when=when, then=then, why=fields.text("why"), source=fields.text("source"))


def read_gate(name: Scalar, node: Node, reader: Reader) -> Gate:
    """Read a gate."""
    fields = Fields(node, "gate", f"gate `{name.text}`", reader)
    fields.require("subject", "criteria")
    kind = fields.name("subject", "subject") or ""
    read = (_read_criterion(item, name.text, kind, reader) for item in fields.items("criteria"))
    return Gate(
        id=name.text,
        title=fields.text("title", name.text),
        kind=kind,
        criteria=tuple(item for item in read if item is not None),
        observe=fields.flag("observe", default=False) or None,
    )


def _read_criterion(node: Node, gate: str, kind: str, reader: Reader) -> Criterion | None:
    fields = Fields(node, "criterion", f"a criterion of gate `{gate}`", reader)
    fields.require("id")
    name = own_id(fields, "criterion")
    if ("must" in fields) == ("should" in fields):
        fields.report(node.place, "K202", f"criterion `{name}` needs either `must` or `should`")
        return None
    condition = fields.condition("must" if "must" in fields else "should", kind)
    if condition is None:
        return None
    if "must_when" in fields and "must" in fields:
        fields.report(node.place, "K206", f"criterion `{name}` is a `must` already: no `must_when`")
    waivable, waivers = fields.flag("waivable", default=True), fields.node("waived_by")
    if waivers is not None and not waivable:
        message = f"criterion `{name}` can never be waived, so nobody decides on it"
        fields.report(waivers.place, "K206", message)
    return Criterion(
        id=name,
        condition=condition,
        must="must" in fields,
        must_when=fields.condition("must_when", kind),
        needs=_read_needs(fields, kind),
        settled_by_approval=fields.pick("settled_by", ("approval",)) == "approval",
        why=fields.text("why"),
        fix_by=fields.names("fix_by", "role"),
        source=fields.text("source"),
        waivable=waivable,
        waived_by=fields.names("waived_by", "role or approval"),
        note=fields.text("note"),
    )


def _read_needs(fields: Fields, kind: str) -> tuple[Condition, ...]:
    read = (read_condition(item, kind, "", fields.reader) for item in fields.words("needs"))
    return tuple(item for item in read if item is not None)


def own_id(fields: Fields, what: str) -> str:
    """Return the id of a list member, reporting it when another one has it."""
    scalar = fields.scalar("id")
    if scalar is None:
        return "?"
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", scalar.text):
        fields.report(scalar.place, "K205", f"`{scalar.text}` is no id; use letters, digits, `-`")
    taken: dict[str, str] = {}
    fields.reader.declare(what, scalar, taken, scalar.text)
    return scalar.text
