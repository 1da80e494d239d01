"""Rewrites a policy file in its canonical layout: the same meaning and comments, one look.

Keys in the order of `KEYS`, conditions in canonical form, one blank line where there was one or
more, quotes only where YAML needs them. A text that is longer than a line is folded. An entry in
flow style (`{a: 1}`) stays a row as long as it fits one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from kamflow.language.arranging import arranged
from kamflow.language.commented import BLANK, Entry, Group, Word, read_commented
from kamflow.language.folding import folded_condition, folded_text

WIDTH = 100
ROW = 240  # a row of a table may be longer than text: below each other, rows can be compared

_STEP = 2
_OPENING = frozenset(",[]{}#&*!|>'\"%@`")  # characters that begin something else than a word
_FLOW = frozenset(",[]{}")
_CLOCK = re.compile(r"\d\d?:\d\d")  # which some readers take for a number of minutes


def laid_out(text: str) -> str:
    """Return a policy file in canonical layout; it has to be one without problems."""
    written = read_commented(text)
    header = _comments(written.header, 0, at_top=True)
    body = list(_block(arranged(written.entries, "file"), 0))
    footer = _comments(written.footer, 0, at_top=not body)
    while header and header[-1] == BLANK:
        header.pop()
    lines = [*header, *([BLANK] if header and body else []), *body, *footer]
    return "".join(f"{line}\n" for line in lines)


def _comments(lines: Iterable[str], indent: int, *, at_top: bool = False) -> list[str]:
    """Return comments at `indent`, no two blank lines in a row, and none at the top."""
    kept: list[str] = []
    for line in lines:
        if line != BLANK:
            kept.append(" " * indent + line)
        elif kept[-1:] != [BLANK] and (kept or not at_top):
            kept.append(BLANK)
    return kept


def _block(entries: list[Entry], indent: int) -> Iterator[str]:
    for number, entry in enumerate(entries):
        _hoist(entry, indent)
        yield from _comments(entry.above, indent, at_top=number == 0)
        yield from _entry(entry, indent)
        yield from _comments(entry.below, indent)


def _hoist(entry: Entry, indent: int) -> None:
    """Move comments above an item that could only stand between its dash and its first key."""
    if entry.key is None and isinstance(entry.value, Group) and _row(entry, indent) is None:
        first = entry.value.entries[0]
        _hoist(first, indent + _STEP)
        entry.above += [*entry.beside, *(line for line in first.above if line != BLANK)]
        entry.beside, first.above = [], []


def _entry(entry: Entry, indent: int) -> Iterator[str]:
    beside = "".join(f"  {comment}" for comment in entry.beside)
    row = _row(entry, indent)
    if row is not None:
        yield f"{row}{beside}"
    elif isinstance(entry.value, Word) and _is_literal(entry.value.text):
        *whole, last = entry.value.text.split("\n")
        yield f"{_lead(entry, indent)} {'|-' if last else '|'}{beside}"
        for line in (*whole, *([last] if last else ())):
            yield " " * (indent + _STEP) + line if line else ""
    elif isinstance(entry.value, Word):
        yield f"{_lead(entry, indent)} >-{beside}"
        room = WIDTH - indent - _STEP
        text, parts = entry.value.text, entry.value.parts
        lines = folded_condition(parts, room) if parts else folded_text(text, room)
        yield from (" " * (indent + _STEP) + line for line in lines)
    elif entry.key is None:
        first, *others = _block(entry.value.entries, indent + _STEP)
        yield f"{_lead(entry, indent)} {first.lstrip()}"
        yield from others
    else:
        yield f"{_lead(entry, indent)}{beside}"
        yield from _block(entry.value.entries, indent + _STEP)


def _lead(entry: Entry, indent: int) -> str:
    return " " * indent + ("-" if entry.key is None else f"{_scalar(entry.key, flow=False)}:")


def _row(entry: Entry, indent: int) -> str | None:
    """Return an entry on one line; nothing when it takes several."""
    lead = _lead(entry, indent)
    if isinstance(entry.value, Word):
        if _is_literal(entry.value.text):
            return None
        row = f"{lead} {_scalar(entry.value.text, flow=False)}"
        return row if len(row) <= WIDTH or not _can_fold(entry.value.text) else None
    flat = _flat_group(entry.value)
    return None if flat is None or len(lead) + 1 + len(flat) > ROW else f"{lead} {flat}"


def _is_literal(text: str) -> bool:
    """Tell whether a text of several lines can be written line by line."""
    first, *others = text.split("\n")
    if not others or not first or first != first.strip() or text.endswith("\n\n"):
        return False
    return not any(line.isspace() or any(map(_escaped, line)) for line in (first, *others))


def _can_fold(text: str) -> bool:
    return " " in text and text == text.strip() and not any(_escaped(sign) for sign in text)


# ---- one line


def _flat_group(group: Group) -> str | None:
    """Return a group in flow style; nothing when it was not written so or has comments inside."""
    if group.entries and not group.flow:
        return None
    parts = [_flat_entry(entry) for entry in group.entries]
    members = [part for part in parts if part is not None]
    if len(members) < len(parts):
        return None
    return f"{{{', '.join(members)}}}" if group.mapping else f"[{', '.join(members)}]"


def _flat_entry(entry: Entry) -> str | None:
    if any(line != BLANK for line in (*entry.above, *entry.beside, *entry.below)):
        return None
    if isinstance(entry.value, Word):
        value: str | None = _scalar(entry.value.text, flow=True)
    else:
        value = _flat_group(entry.value)
    if value is None:
        return None
    return value if entry.key is None else f"{_scalar(entry.key, flow=True)}: {value}"


def _scalar(text: str, *, flow: bool) -> str:
    """Return a text as YAML, with quotes where it needs them."""
    if any(_escaped(sign) for sign in text):
        signs = (_escape(sign) if _escaped(sign) or sign in '"\\' else sign for sign in text)
        return f'"{"".join(signs)}"'
    if _is_plain(text) and not (flow and (text.endswith("?") or _FLOW.intersection(text))):
        return text
    return "'" + text.replace("'", "''") + "'"


def _is_plain(text: str) -> bool:
    if not text or text != text.strip() or text[0] in _OPENING or _CLOCK.fullmatch(text):
        return False
    if text[0] in "-?:" and (len(text) == 1 or text[1] == " "):
        return False
    return not (": " in text or " #" in text or text.endswith(":"))


def _escaped(sign: str) -> bool:
    """Tell whether a character cannot stand in a file as it is."""
    return unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in "\ufeff\ufffe\uffff"


def _escape(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return named.get(sign) or f"\\u{ord(sign):04x}"
