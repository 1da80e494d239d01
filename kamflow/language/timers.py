"""Reads timers: a time that runs from a stage or a date, with what happens on its way."""

import re

from kamflow.language.effects import read_effects, read_rungs, refuse_twice
from kamflow.language.fields import Fields, Reader, Use
from kamflow.language.source import Node, Scalar
from kamflow.language.spans import read_span, read_time
from kamflow.model.approval import Amount
from kamflow.model.rules import OF_STAGE, SEVERITIES, Mark, Timer

PERCENT = r"([1-9]\d{0,3}) ?%"
PLACES = ("at", "before", "after")  # of which a mark has one at most
RAISING = SEVERITIES[1:]  # what is told once needs no severity


def read_timer(name: Scalar, node: Node, reader: Reader) -> Timer | None:
    """Read a timer."""
    fields = Fields(node, "timer", f"timer `{name.text}`", reader)
    fields.require("subject", "due", "marks")
    kind = fields.name("subject", "subject") or ""
    marks = [_read_mark(item, fields, kind) for item in fields.items("marks")]
    if "marks" in fields and not marks:
        fields.report(fields.place, "K206", f"{fields.what} has no mark, so nothing comes of it")
    refuse_twice(fields, "marks", (item.id for item in marks))
    due = fields.scalar("due")
    return Timer(
        id=name.text,
        title=fields.text("title", name.text),
        kind=kind,
        due=OF_STAGE if due and due.text == OF_STAGE else read_time(fields, "due"),
        since=fields.condition("since", kind, "date"),
        stages=fields.names("stages", "stage", kind),
        unless=fields.condition("unless", kind),
        marks=tuple(marks),
        observe=fields.flag("observe", default=False) or None,
        why=fields.text("why"),
        source=fields.text("source"),
    )


def _read_mark(node: Node, outer: Fields, kind: str) -> Mark:
    fields = Fields(node, "mark", f"a mark of {outer.what}", outer.reader)
    fields.require("id")
    given = [key for key in PLACES if key in fields]
    if len(given) > 1:
        message = f"{fields.what} stands at one place; leave one of {_listed(given)}"
        fields.report(fields.place, "K206", message)
    severity = fields.pick("severity", RAISING) if "severity" in fields else ""
    to = read_rungs(fields)
    if to and not severity:
        message = f"{fields.what} has `to`, and escalates nothing; give it a `severity`"
        fields.report(fields.place, "K202", message)
    return Mark(
        id=fields.text("id"),
        percent=_read_percent(fields),
        offset=_read_offset(fields),
        title=fields.text("title"),
        severity=severity,
        to=to,
        effects=read_effects(fields, kind),
    )


def _listed(keys: list[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _read_percent(fields: Fields) -> Amount | None:
    scalar = fields.scalar("at")
    if scalar is None:
        return None
    if scalar.text.startswith("P."):
        fields.reader.uses.append(Use(scalar, "percent parameter"))
        return Amount(parameter=scalar.text.removeprefix("P."))
    match = re.fullmatch(PERCENT, scalar.text)
    if match is None:
        message = f"`at: {scalar.text}` is no share of the time; write it like `75%`"
        fields.report(scalar.place, "K205", message)
    return Amount(number=int(match[1])) if match else None


def _read_offset(fields: Fields) -> str:
    for key, sign in (("before", "-"), ("after", "+")):
        if key in fields:
            span = read_span(fields, key)
            return f"{sign}{span}" if span else ""
    return ""
