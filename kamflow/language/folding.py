"""Breaks long texts and conditions into lines, always at a single space: nothing else changes."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

# Before these words a condition is best broken: where it binds most loosely first.
_LOOSENESS = {
    **dict.fromkeys(("and", "or"), 0),
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "where", "then", "else", "within"), 1),
    **dict.fromkeys(("+", "-"), 2),
    **dict.fromkeys(("*", "/", "%"), 3),
}
_COMMA, _NOWHERE = 1, 9
_STUB = 4  # a line shorter than one part in four looks broken by mistake

_Quality: TypeAlias = tuple[bool, int, int]  # of a place to break; smaller is better


def folded_text(text: str, room: int) -> Iterator[str]:
    """Yield lines of a text, each filled up to `room` characters where that goes."""
    return _lines(text, room, lambda _: (False, 0, 0))


def folded_condition(parts: Iterable[str], room: int) -> Iterator[str]:
    """Yield lines of a condition: each part on its own, broken where it binds most loosely."""
    for part in parts:
        quality = _qualities(part)
        yield from _lines(part, room, quality.__getitem__)


def _lines(text: str, room: int, quality: Callable[[int], _Quality]) -> Iterator[str]:
    breaks = [space.start() for space in re.finditer(r"(?<=[^ ]) (?=[^ ])", text)]
    start = nearest = 0
    while len(text) - start > room:
        nearest = bisect_right(breaks, start, nearest)
        furthest = bisect_right(breaks, start + room, nearest)
        if nearest == len(breaks):
            break
        reached = breaks[nearest:furthest] or [breaks[nearest]]
        at = min(reached, key=lambda place: (place < start + room // _STUB, quality(place), -place))
        yield text[start:at]
        start = at + 1
    yield text[start:]


def _qualities(text: str) -> dict[int, _Quality]:
    """Return how good it is to break a condition at each of its spaces."""
    found: dict[int, _Quality] = {}
    depth, quoted, between = 0, False, 0
    for at, sign in enumerate(text):
        quoted ^= sign == '"'
        if quoted:
            found[at] = (True, depth, _NOWHERE)
            continue
        depth += (sign in "({") - (sign in ")}")
        if sign == " ":
            word = text[at + 1 :].partition(" ")[0]
            looseness = _COMMA if text[at - 1] == "," else _LOOSENESS.get(word, _NOWHERE)
            if word == "and" and between:
                looseness = _NOWHERE  # the middle of `between a and b`
            between += (word == "between") - (word == "and" and between > 0)
            found[at] = (looseness == _NOWHERE, depth, looseness)
    return found
