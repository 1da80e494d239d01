"""YAML text to a tree of nodes that know their place.

Scalars stay text: what `on` or `1.0` means is decided by whoever expects it there, not by YAML.
"""

from collections.abc import Iterator

import yaml
from msgspec import Struct

from kamflow.language.diagnostics import Place, Sink

MAX_BYTES = 1_000_000
MAX_DEPTH = 40

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Scalar(Struct, frozen=True):
    """A word, a number or a text. `inset` is how far its text begins behind its place (a quote)."""

    place: Place
    text: str
    inset: int = 0
    one_line: bool = True

    def place_of(self, offset: int) -> Place:
        """Return the place of the character at `offset`, as near as folding of lines allows."""
        if not self.one_line:
            return self.place
        return Place(self.place.file, self.place.line, self.place.column + self.inset + offset)


class Listing(Struct, frozen=True):
    """A sequence."""

    place: Place
    items: tuple["Node", ...]


class Mapping(Struct, frozen=True):
    """A mapping, in the order of the file."""

    place: Place
    entries: tuple[tuple[Scalar, "Node"], ...]


Node = Scalar | Listing | Mapping


class _Stop(Exception):  # noqa: N818 - ends the reading of one file after its problem was reported
    pass


def read_source(file: str, content: bytes, sink: Sink) -> Mapping | None:
    """Return the top mapping of a file, or nothing when it has problems (which `sink` then has)."""
    top = Place(file, 1, 1)
    if len(content) > MAX_BYTES:
        size = f"more than {MAX_BYTES:,} bytes; split it"
        sink.report(top, "K101", f"the file has {size}")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        sink.report(
            Place(file, line, column), "K102", "this byte is not UTF-8; save the file as UTF-8"
        )
        return None
    try:
        return _top(_compose(file, text, sink), top, sink)
    except _Stop:
        return None


def _compose(file: str, text: str, sink: Sink) -> yaml.Node | None:
    """Return the YAML node tree after anchors and nesting have been ruled out event by event."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            mark = event.start_mark
            place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
            if getattr(event, "anchor", None):
                sink.report(place, "K104", "write the value out: `&` and `*` are not accepted")
                raise _Stop
            if depth > MAX_DEPTH:
                sink.report(place, "K105", f"nested more than {MAX_DEPTH} deep")
                raise _Stop
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        sink.report(Place(file, line, column), "K103", f"not YAML: {error.problem}")
        raise _Stop from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"not YAML: the character U+{ord(text[error.position]):04X} is not accepted"
        sink.report(Place(file, line, column), "K103", message)
        raise _Stop from error


def _top(root: yaml.Node | None, place: Place, sink: Sink) -> Mapping | None:
    if root is None:
        return Mapping(place, ())
    node = _node(place.file, root, sink)
    if isinstance(node, Mapping):
        return node
    sink.report(node.place, "K205", "a policy file is a mapping of sections, such as `facts:`")
    return None


def _node(file: str, raw: yaml.Node, sink: Sink) -> Node:
    place = Place(file, raw.start_mark.line + 1, raw.start_mark.column + 1)
    if isinstance(raw, yaml.ScalarNode):
        one_line = raw.start_mark.line == raw.end_mark.line
        return Scalar(place, raw.value, 1 if raw.style in ("'", '"') else 0, one_line)
    if isinstance(raw, yaml.SequenceNode):
        return Listing(place, tuple(_node(file, item, sink) for item in raw.value))
    return Mapping(place, tuple(_entries(file, raw, sink)))


def _entries(file: str, raw: yaml.Node, sink: Sink) -> Iterator[tuple[Scalar, Node]]:
    seen: set[str] = set()
    for raw_key, raw_value in raw.value:
        key = _node(file, raw_key, sink)
        if not isinstance(key, Scalar):
            sink.report(key.place, "K205", "a key is a word")
            continue
        if key.text in seen:
            sink.report(key.place, "K204", f"`{key.text}` is given twice here")
            continue
        seen.add(key.text)
        yield key, _node(file, raw_value, sink)
