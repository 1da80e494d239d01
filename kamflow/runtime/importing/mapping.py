"""Mapping files: which column, or which column of a query, becomes which fact."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from kamflow.errors import InputError
from kamflow.language.diagnostics import Diagnostic, Place, Sink
from kamflow.language.loaded import MAX_BYTES
from kamflow.language.source import Mapping, Node, Scalar, read_source
from kamflow.runtime.importing.entries import Entries

DELIMITERS = {",": ",", ";": ";", "|": "|", "tab": "\t", "\t": "\t", "\\t": "\t"}
THOUSANDS = (".", ",", " ", "'")


class AsOf(Struct, frozen=True, kw_only=True):
    """When values were true: on a day, on the day in a column, or (neither given) today."""

    day: date | None = None
    column: str = ""
    place: Place


class FactColumn(Struct, frozen=True, kw_only=True):
    """The column of one fact. What is absent is taken from the mapping, or from the policy."""

    fact: str
    column: str
    place: Place  # of the name of the fact
    unit: str = ""
    source: str = ""
    by: str = ""
    as_of: AsOf | None = None
    values: dict[str, str] = {}  # what a cell says -> what is recorded; empty: as the cell says
    scale: Decimal | None = None  # what numbers are multiplied with


class EventColumns(Struct, frozen=True, kw_only=True):
    """The event that each row reports; the `fact` of a column is what the event carries."""

    name: str
    key: str  # column that tells one event from another
    place: Place
    payload: tuple[FactColumn, ...] = ()


class Query(Struct, frozen=True, kw_only=True):
    """SQL over the inputs."""

    text: str
    lines: tuple[Place, ...]  # where each line of the text begins

    def place_of(self, offset: int) -> Place:
        """Return the place of the character at `offset`."""
        before = self.text[: max(offset, 0)]
        begin = self.lines[min(before.count("\n"), len(self.lines) - 1)]
        column = len(before) - before.rfind("\n") - 1
        return Place(begin.file, begin.line, begin.column + column)


class InputFile(Struct, frozen=True, kw_only=True):
    """A further file that the query can read."""

    file: str  # relative to the folder of the imported file
    sheet: str = ""
    delimiter: str = ""
    place: Place


class ImportMapping(Struct, frozen=True, kw_only=True):
    """A checked mapping file."""

    subject: str
    id: str
    source: str
    as_of: AsOf
    place: Place
    places: dict[str, Place]  # key -> where its value stands
    name: str = ""
    by: str = ""
    decimal: str = "."
    thousands: str = ""
    date_format: str = ""  # empty: ISO 8601
    sheet: str = ""
    delimiter: str = ""
    inputs: dict[str, InputFile] = {}
    query: Query | None = None
    facts: tuple[FactColumn, ...] = ()
    event: EventColumns | None = None

    def place_of(self, key: str) -> Place:
        """Return where the value of `key` stands, or where the mapping does."""
        return self.places.get(key, self.place)

    def columns(self) -> dict[str, Place]:
        """Return every column that is read, with the place that names it first."""
        found = [(self.id, self.place_of("id")), (self.name, self.place_of("name"))]
        found += [(item.column, item.place) for item in self.facts]
        if self.event is not None:
            found.append((self.event.key, self.event.place))
            found += [(item.column, item.place) for item in self.event.payload]
        instants = (self.as_of, *(item.as_of for item in self.facts))
        found += [(item.column, item.place) for item in instants if item is not None]
        first: dict[str, Place] = {}
        for column, place in found:
            first.setdefault(column, place)
        first.pop("", None)
        return first


def load_mapping(path: str | Path) -> ImportMapping:
    """Return the mapping in a file.

    Raises:
        InputError: It has problems; the error carries all of them.
    """
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        what = f"the mapping cannot be read: {error.strerror}"
        raise InputError([Diagnostic(Place(name, 1, 1), "I101", what)]) from error
    sink = Sink()
    top = read_source(name, content, sink)
    mapping = None if top is None else _read_file(top, content.decode("utf-8-sig"), sink)
    if mapping is None or sink.diagnostics:
        raise InputError(sink.diagnostics)
    return mapping


def _read_file(top: Mapping, text: str, sink: Sink) -> ImportMapping | None:
    entries = Entries(top, "file", "a mapping file", sink)
    node = entries.require("mapping") and entries.node("mapping")
    if not node:
        return None
    fields = Entries(node, "mapping", "the mapping", sink)
    fields.require("subject", "id", "source")
    query = _query(fields, text)
    if query is None and (extra := fields.node("inputs")) is not None:
        sink.report(extra.place, "I105", "`inputs` are read by a `query`, and there is none")
    mapping = ImportMapping(
        subject=fields.text("subject"),
        id=fields.text("id"),
        name=fields.text("name"),
        source=fields.text("source"),
        by=fields.text("by"),
        as_of=_as_of(fields) or AsOf(place=node.place),
        place=node.place,
        places=fields.places(),
        decimal=fields.pick("decimal", (".", ","), "."),
        thousands=_thousands(fields),
        date_format=_date_format(fields),
        sheet=fields.text("sheet"),
        delimiter=_delimiter(fields),
        inputs=_inputs(fields),
        query=query,
        facts=tuple(_facts(fields)),
        event=_event(fields),
    )
    if mapping.thousands == mapping.decimal:
        place = mapping.place_of("thousands")
        sink.report(place, "I105", f"`{mapping.decimal}` cannot be both `decimal` and `thousands`")
    return mapping


def _as_of(fields: Entries) -> AsOf | None:
    node = fields.node("as_of")
    if node is None:
        return None
    if not isinstance(node, Scalar):
        inner = Entries(node, "as_of", "`as_of`", fields.sink)
        inner.require("column")
        return AsOf(column=inner.text("column"), place=node.place)
    if node.text == "today":
        return AsOf(place=node.place)
    try:
        return AsOf(day=date.fromisoformat(node.text), place=node.place)
    except ValueError:
        what = f"`as_of: {node.text}` is no day; write `2026-03-31`, `today` or `{{column: ...}}`"
        fields.sink.report(node.place, "I104", what)
        return None


def _thousands(fields: Entries) -> str:
    scalar = fields.scalar("thousands")
    text = scalar.text.replace("\u00a0", " ").replace("\u202f", " ") if scalar else ""
    if scalar and text not in THOUSANDS:
        options = ", ".join(f"`{item}`" for item in THOUSANDS)
        fields.sink.report(scalar.place, "I105", f"`thousands` is one of {options}, in quotes")
    return text


def _date_format(fields: Entries) -> str:
    scalar = fields.scalar("date_format")
    if scalar is None:
        return ""
    if not re.search(r"%[dj]", scalar.text) or not re.search(r"%[yY]", scalar.text):
        what = f"`date_format: {scalar.text}` has no day or no year; write it like `%d.%m.%Y`"
        fields.sink.report(scalar.place, "I104", what)
    return scalar.text


def _delimiter(fields: Entries) -> str:
    scalar = fields.scalar("delimiter")
    if scalar is None:
        return ""
    if scalar.text not in DELIMITERS:
        what = "`delimiter` is one of `,`, `;`, `|` or `tab`, in quotes"
        fields.sink.report(scalar.place, "I105", what)
    return DELIMITERS.get(scalar.text, "")


def _inputs(fields: Entries) -> dict[str, InputFile]:
    found = {}
    for name, node in fields.entries("inputs"):
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,40}", name.text) or name.text == "input":
            what = f"`{name.text}` is no name of a table; write it like `sales_teams`"
            fields.sink.report(name.place, "I104", what)
        if isinstance(node, Scalar):
            found[name.text] = InputFile(file=node.text, place=node.place)
            if node.text == "-":
                fields.sink.report(node.place, "I105", "standard input cannot be a further file")
            continue
        inner = Entries(node, "input", f"input `{name.text}`", fields.sink)
        inner.require("file")
        found[name.text] = InputFile(
            file=inner.text("file"),
            sheet=inner.text("sheet"),
            delimiter=_delimiter(inner),
            place=node.place,
        )
    return found


def _query(fields: Entries, source: str) -> Query | None:
    scalar = fields.scalar("query")
    if scalar is None:
        return None
    if not scalar.text.strip():
        fields.sink.report(scalar.place, "I104", "the `query` is empty")
    return Query(text=scalar.text, lines=tuple(_line_places(scalar, source.splitlines())))


def _line_places(scalar: Scalar, source: list[str]) -> list[Place]:
    """Return where each line of a text stands in the file, as far as it was not folded."""
    if scalar.one_line:
        return [scalar.place_of(0)]
    places = []
    for number, text in enumerate(scalar.text.split("\n"), start=scalar.place.line):
        raw = source[number] if number < len(source) else ""
        stands = bool(text) and raw.endswith(text)
        indent = len(raw) - len(text)
        place = Place(scalar.place.file, number + 1, indent + 1) if stands else scalar.place
        places.append(place)
    return places


def _facts(fields: Entries) -> list[FactColumn]:
    return [_fact(name, node, fields) for name, node in fields.entries("facts")]


def _fact(name: Scalar, node: Node, fields: Entries) -> FactColumn:
    if isinstance(node, Scalar):
        return FactColumn(fact=name.text, column=node.text, place=name.place)
    inner = Entries(node, "fact", f"fact `{name.text}`", fields.sink)
    inner.require("column")
    return FactColumn(
        fact=name.text,
        column=inner.text("column"),
        place=name.place,
        unit=inner.text("unit"),
        source=inner.text("source"),
        by=inner.text("by"),
        as_of=_as_of(inner),
        values={key.text: inner.word(value) for key, value in inner.entries("values")},
        scale=inner.number("scale"),
    )


def _event(fields: Entries) -> EventColumns | None:
    node = fields.node("event")
    if node is None:
        return None
    inner = Entries(node, "event", "`event`", fields.sink)
    inner.require("name", "key")
    return EventColumns(
        name=inner.text("name"),
        key=inner.text("key"),
        place=node.place,
        payload=tuple(_payload(name, item, inner) for name, item in inner.entries("payload")),
    )


def _payload(name: Scalar, node: Node, fields: Entries) -> FactColumn:
    if isinstance(node, Scalar):
        return FactColumn(fact=name.text, column=node.text, place=name.place)
    inner = Entries(node, "payload", f"payload `{name.text}`", fields.sink)
    inner.require("column")
    return FactColumn(
        fact=name.text,
        column=inner.text("column"),
        place=name.place,
        values={key.text: inner.word(value) for key, value in inner.entries("values")},
        scale=inner.number("scale"),
    )
