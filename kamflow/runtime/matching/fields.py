"""The fields of facts under names and types that the engine gets right.

A field of a kind has one type. Where the rules compare a field with a number or a text, or order
it, they say which; fields that are joined have the same. What is left open the facts decide, for
each session anew.
"""

import re
from collections import Counter
from collections.abc import Iterable

from kamflow.errors import KamflowError
from kamflow.model.matching import Scalar

MAX_NAMES = 600  # in a set of rules; more were not tried
MAX_OF_KIND = 200  # the engine refuses facts with more than 252 fields
MAX_NUMBER = 2**53  # beyond, the engine compares as floating point
MAX_TEXT = 200  # characters; the engine takes the length modulo 65,536

_PLAIN = re.compile(r"[ !#-\[\]-~]*")  # printable ASCII without the quote and the backslash

Key = tuple[str, str]  # kind, field
Types = dict[Key, type]  # `int` or `str`, by the field that stands for its group


class OutsideError(KamflowError):
    """Rules or facts are outside of what the engine gets right; the reference matches them."""


class Fields:
    """The fields that a set of rules reads; those that are compared with each other are a group."""

    def __init__(self) -> None:
        self.names: dict[Key, str] = {}
        self.shadows: dict[Key, tuple[str, str]] = {}  # value or stand-in, whether it is there
        self.types: Types = {}
        self._groups: dict[Key, Key] = {}

    def name(self, key: Key) -> str:
        """Return the name of a field for the engine."""
        return self.names.setdefault(key, f"f{len(self.names)}")

    def shadow(self, key: Key) -> tuple[str, str]:
        """Return the names of what stands for a field that may be missing: value, is it there."""
        number = len(self.shadows)
        return self.shadows.setdefault(key, (f"v{number}", f"h{number}"))

    def settle(self, same: Iterable[tuple[Key, Key]], typed: Iterable[tuple[Key, type]]) -> None:
        """Group the fields that are compared with each other, and note the types that are known.

        Raises:
            OutsideError: A field is compared with numbers and with texts, or there are too many.
        """
        for one, other in same:
            self._groups[self.group(one)] = self.group(other)
        for key, found in typed:
            if self.types.setdefault(self.group(key), found) is not found:
                raise OutsideError(mixed(key))
        read = Counter(kind for kind, _ in (*self.names, *self.shadows, *self.shadows))
        if read.total() > MAX_NAMES:
            raise OutsideError(f"the rules read more than {MAX_NAMES} fields")
        kind, most = read.most_common(1)[0] if read else ("", 0)
        if most > MAX_OF_KIND:
            raise OutsideError(f"the rules read more than {MAX_OF_KIND} fields of `{kind}`")

    def group(self, key: Key) -> Key:
        """Return the field that stands for the group of a field."""
        while (above := self._groups.get(key, key)) != key:
            key = above
        return key


def literal(value: Scalar) -> int | str:
    """Return a value as the engine may get it; a truth value becomes 1 or 0.

    Raises:
        OutsideError: It is neither a whole number within 2^53 nor a short plain text.
    """
    if isinstance(value, int):
        if -MAX_NUMBER <= value <= MAX_NUMBER:
            return int(value)
        raise OutsideError(f"the number {value} is beyond 2^53")
    if not isinstance(value, str):
        raise OutsideError(
            f"`{value}` is neither a whole number nor a text: {type(value).__name__}"
        )
    if len(value) > MAX_TEXT:
        raise OutsideError(f"a text of {len(value)} characters is longer than {MAX_TEXT}")
    if not _PLAIN.fullmatch(value):
        raise OutsideError(f"the text `{value}` is not plain ASCII without quotes and backslashes")
    return value


def mixed(key: Key) -> str:
    """Say that a field has numbers and texts."""
    return f"`{key[1]}` of `{key[0]}` is compared with numbers and with texts"
