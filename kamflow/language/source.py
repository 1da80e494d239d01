"""YAML text to a tree of nodes that know their place.

Scalars stay text: what `on` or `1.0` means is decided by whoever expects it there, not by YAML.
"""

import re

import yaml
from msgspec import Struct

from kamflow.language.diagnostics import Place, Sink
from kamflow.language.loaded import MAX_BYTES

MAX_DEPTH = 40
MAX_NODES = 150_000  # of one file; a table of 10,000 rows has some 90,000

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


# What cannot be stored everywhere (NUL, halves of a character) or drives a terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


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
        return _top(_read_events(file, text, sink), top, sink)
    except _Stop:
        return None


def _read_events(file: str, text: str, sink: Sink) -> Node | None:
    """Return the tree of the one document of a file; the reading stops at the first fault."""
    tree = _Tree(file, sink)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            tree.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        tab = text[mark.index : mark.index + 1] == "\t" if mark else False
        problem = "indent with spaces, not with tabs" if tab else error.problem
        sink.report(Place(file, line, column), "K103", f"not YAML: {problem}")
        raise _Stop from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"not YAML: the character U+{ord(text[error.position]):04X} is not accepted"
        sink.report(Place(file, line, column), "K103", message)
        raise _Stop from error
    return tree.root


class _Tree:
    """Puts the events of a YAML document together: one pass, and no more kept than is needed."""

    def __init__(self, file: str, sink: Sink) -> None:
        self.root: Node | None = None
        self._file, self._sink = file, sink
        self._open: list[tuple[Place, bool, list[Node]]] = []  # the flag: whether it is a mapping
        self._nodes = self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Add what an event tells."""
        match event:
            case yaml.ScalarEvent():
                place, end = self._begin(event), event.end_mark
                one_line = end is not None and place.line == end.line + 1
                quoted = 1 if event.style in ("'", '"') else 0
                self._add(Scalar(place, event.value, quoted, one_line))
            case yaml.CollectionStartEvent():
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                self._open.append((self._begin(event), is_mapping, []))
                if len(self._open) > MAX_DEPTH:
                    self._stop(event, "K105", f"nested more than {MAX_DEPTH} deep")
            case yaml.CollectionEndEvent():
                place, is_mapping, parts = self._open.pop()
                entries = self._entries(parts) if is_mapping else ()
                self._add(Mapping(place, entries) if is_mapping else Listing(place, tuple(parts)))
            case yaml.AliasEvent():
                self._begin(event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._stop(event, "K103", "one file is one document; leave out the `---`")
            case _:
                pass  # the ends of documents and of the file

    def _begin(self, event: yaml.NodeEvent) -> Place:
        self._nodes += 1
        if event.anchor:
            self._stop(event, "K104", "write the value out: `&` and `*` are not accepted")
        tag = getattr(event, "tag", None)  # an alias has none
        if tag:
            self._stop(event, "K104", f"leave out the tag `{tag}`: tags are not accepted")
        if self._nodes > MAX_NODES:
            self._stop(event, "K101", f"the file has more than {MAX_NODES:,} values; split it")
        return self._place(event)

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return (
            Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file, 1, 1)
        )

    def _stop(self, event: yaml.Event, code: str, message: str) -> None:
        self._sink.report(self._place(event), code, message)
        raise _Stop

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1][2].append(node)
        else:
            self.root = node

    def _entries(self, parts: list[Node]) -> tuple[tuple[Scalar, Node], ...]:
        found: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._sink.report(key.place, "K205", "a key is a word")
            elif key.text in found:
                self._sink.report(key.place, "K204", f"`{key.text}` is given twice here")
            else:
                found[key.text] = (key, value)
        return tuple(found.values())


def refuse_controls(node: Node, sink: Sink) -> None:
    """Report texts with characters that YAML lets pass when they are written as an escape."""
    todo = [node]
    while todo:
        match todo.pop():
            case Scalar() as found:
                if (control := _CONTROL.search(found.text)) is not None:
                    what = f"the character U+{ord(control[0]):04X} is not accepted"
                    sink.report(found.place, "K206", what)
            case Listing() as found:
                todo += found.items
            case Mapping() as found:
                todo += [part for entry in found.entries for part in entry]


def _top(node: Node | None, place: Place, sink: Sink) -> Mapping | None:
    if node is None:
        return Mapping(place, ())
    if isinstance(node, Mapping):
        return node
    sink.report(node.place, "K205", "a policy file is a mapping of sections, such as `facts:`")
    return None
