"""A policy file as somebody wrote it: entries in their order, with comments and blank lines.

For rewriting a file. What it means is read by `kamflow.language.source`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import yaml
from msgspec import Struct, field

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

BLANK = ""  # stands for a blank line among comments


class Word(Struct, frozen=True):
    """A scalar. `parts` are where it may be broken first when it does not fit on a line."""

    text: str
    parts: tuple[str, ...] = ()


class Group(Struct):
    """A mapping, or a list: then its entries have no keys. `flow` is the style of `{a: 1}`."""

    entries: list["Entry"]
    mapping: bool
    flow: bool
    end: int  # offset in the text


class Entry(Struct, kw_only=True, eq=False):
    """One member of a mapping or a list, and the comments that belong to it."""

    key: str | None
    value: "Word | Group"
    start: int  # offset in the text
    column: int  # where it and its neighbours begin
    parent: "Entry | None"
    in_flow: bool
    above: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)  # comments at the end of a block


class Written(Struct):
    """A file: what stands above everything, the sections, and what stands below."""

    header: list[str]
    entries: list[Entry]
    footer: list[str]


class _Gap(Struct):
    """What stands between two tokens: the rest of a line, and whole lines with their columns."""

    start: int
    rest: str
    lines: list[tuple[int, str]]


def read_commented(text: str) -> Written:
    """Return the file; it has to be one that `read_source` reads without problems."""
    tokens = list(yaml.scan(text, Loader=_Loader))
    root = yaml.compose(text, Loader=_Loader)
    written = Written([], [], [])
    if isinstance(root, yaml.MappingNode):
        dashes = [at for at, _ in map(_span, tokens) if text[at : at + 1] == "-"]
        written.entries = _Reading(dashes).group(root, None).entries
    ordered = list(_walk(written.entries))
    starts = [entry.start for entry in ordered]
    for gap in _gaps(text, tokens):
        following = bisect_right(starts, gap.start)
        before = ordered[following - 1] if following else None
        if gap.rest and before is not None:
            _outside_flow(before, gap.start).beside.append(gap.rest)
        after = ordered[following] if following < len(ordered) else None
        _place(gap, before, after, written)
    _split_header(written)
    return written


class _Reading:
    """Turns nodes into entries; `dashes` are where the items of lists may begin."""

    def __init__(self, dashes: list[int]) -> None:
        self._dashes = dashes

    def group(self, node: yaml.CollectionNode, parent: Entry | None) -> Group:
        flow, mapping = bool(node.flow_style), isinstance(node, yaml.MappingNode)
        group = Group([], mapping, flow, node.end_mark.index)
        for raw in node.value:
            key, value = raw if mapping else (None, raw)
            entry = Entry(
                key=None if key is None else key.value,
                value=group,  # until its own is read, which wants to know its parent
                start=self._start(value if key is None else key, item=not (mapping or flow)),
                column=node.start_mark.column,
                parent=parent,
                in_flow=flow,
            )
            entry.value = self._value(value, entry)
            group.entries.append(entry)
        return group

    def _value(self, node: yaml.Node, entry: Entry) -> Word | Group:
        if isinstance(node, yaml.CollectionNode):
            return self.group(node, entry)
        return Word(node.value)

    def _start(self, node: yaml.Node, *, item: bool) -> int:
        at: int = node.start_mark.index
        return self._dashes[bisect_left(self._dashes, at) - 1] if item else at


def _walk(entries: list[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        if isinstance(entry.value, Group):
            yield from _walk(entry.value.entries)


def _span(token: yaml.Token) -> tuple[int, int]:
    return token.start_mark.index, token.end_mark.index


def _gaps(text: str, tokens: list[yaml.Token]) -> Iterator[_Gap]:
    """Yield what stands between the tokens of YAML, where there is a comment or a blank line."""
    at = 0
    for token in tokens:
        start, end = _span(token)
        if start > at and (gap := _gap(text, at, start)):
            yield gap
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            raw = text[start:end]
            heading = re.match(r"[|>][-+0-9]*[ \t]+(#[^\r\n]*)", raw)
            if heading:
                yield _Gap(start, heading[1].rstrip(), [])
            end = start + len(raw.rstrip())  # the token takes blank lines below it along
        at = max(at, end)
    if gap := _gap(text, at, len(text)):
        yield gap


def _gap(text: str, start: int, end: int) -> _Gap | None:
    first, *others = re.split(r"\r\n|\r|\n", text[start:end])
    if start == 0 or text[start - 1] in "\r\n":
        first, others = "", [first, *others]
    whole = others if end == len(text) else others[:-1]  # the last one is the indent of a token
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in whole]
    if end == len(text):
        while lines and lines[-1][1] == BLANK:
            lines.pop()
    return _Gap(start, first.strip(), lines) if first.strip() or lines else None


def _outside_flow(entry: Entry, at: int) -> Entry:
    """Return the entry that a comment at `at` stands beside: not inside a `{...}` that is over."""
    while entry.in_flow and entry.parent is not None:
        around = entry.parent.value
        if not isinstance(around, Group) or around.end > at:
            break
        entry = entry.parent
    return entry


def _place(gap: _Gap, before: Entry | None, after: Entry | None, written: Written) -> None:
    """Give whole lines to what comes after them; those set deeper to what comes before."""
    taken = 0
    if before is not None and (after is None or not after.in_flow):
        column = 0 if after is None else after.column
        owner: Entry | None = _outside_flow(before, gap.start)
        around = _ancestors(after)
        for number, (indent, line) in enumerate(gap.lines, start=1):
            if line == BLANK:
                continue
            while owner is not None and owner.column > indent:
                owner = owner.parent
            if indent <= column or owner is None or owner in around:
                break
            owner.below += [text for _, text in gap.lines[taken:number]]
            taken = number
    rest = written.footer if after is None else after.above
    rest += [line for _, line in gap.lines[taken:]]


def _ancestors(entry: Entry | None) -> list[Entry]:
    found: list[Entry] = []
    while entry is not None and entry.parent is not None:
        entry = entry.parent
        found.append(entry)
    return found


def _split_header(written: Written) -> None:
    """Keep what stands above a blank line at the top where it is, whatever comes first below."""
    if not written.entries:
        written.header, written.footer = written.footer, []
        return
    above = written.entries[0].above
    if BLANK in above:
        cut = len(above) - above[::-1].index(BLANK)
        written.header, written.entries[0].above = above[:cut], above[cut:]
