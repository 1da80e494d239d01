"""Reads one mapping of a policy file key by key, and reports what is wrong with each."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar, overload

from msgspec import Struct
from msgspec.structs import replace

from kamflow.language.building import ConditionError
from kamflow.language.conditions import parse_condition, words_in
from kamflow.language.diagnostics import Place, Sink, TooManyProblems, did_you_mean
from kamflow.language.keys import KEYS
from kamflow.language.letters import fault_in_name, skeleton
from kamflow.language.rewriting import with_key
from kamflow.language.source import Listing, Mapping, Node, Scalar
from kamflow.language.unparse import unparse
from kamflow.model.expression import Condition
from kamflow.model.values import format_number

MAX_WORDS = 150_000  # of all conditions of a policy; the shipped pack has some 5,000

T = TypeVar("T")


class Use(Struct, frozen=True):
    """A name or a condition that has to fit the rest of the pack; checked when all is read."""

    scalar: Scalar
    what: str  # "person fact", "role" ...: what it has to be; "condition" for a condition
    kind: str = ""  # kind of subject that it has to fit; empty for any
    wants: str = ""  # type that the condition has to have; empty for any
    condition: Condition | None = None
    event: str = ""  # event of which the condition speaks as `event.`
    each: str = ""  # what an event carries, "incident.opened field", for which `key` stands


class Reader:
    """What reading the files collects besides the values: problems, uses and places of ids."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.uses: list[Use] = []
        self.places: dict[tuple[str, str], Place] = {}
        self.words = 0  # of all conditions
        self._looks: dict[tuple[str, str], str] = {}  # what a name looks like -> the first such

    def declare(self, what: str, name: Scalar, into: dict[str, T], value: T | None) -> None:
        """Keep `value` under its id unless the id is taken."""
        first = self.places.get((what, name.text))
        if first is not None:
            self.sink.report(
                name.place, "K204", f"{what} `{name.text}` is given twice; first at {first}"
            )
            return
        other = self._looks.setdefault((what, skeleton(name.text)), name.text)
        if other != name.text:
            first = self.places[what, other]
            message = f"{what} `{name.text}` looks like `{other}`, given at {first}"
            self.sink.report(name.place, "K204", message)
        self.places[what, name.text] = name.place
        if value is not None:
            into[name.text] = value


class Fields:
    """One mapping, read by the keys that `KEYS[section]` allows."""

    def __init__(
        self, node: Node, section: str, what: str, reader: Reader, *, each: str = ""
    ) -> None:
        self.what, self.reader, self.place = what, reader, node.place
        self.each = each  # for what `key` stands in the conditions, see `Use`
        self._nodes: dict[str, Node] = {}
        self._is_mapping = isinstance(node, Mapping)
        if not isinstance(node, Mapping):
            self.report(node.place, "K205", f"{what} is a mapping of keys")
            return
        for key, value in node.entries:
            if key.text in KEYS[section]:
                self._nodes[key.text] = value
            else:
                hint = did_you_mean(key.text, KEYS[section])
                self.report(key.place, "K201", f"{what} has no key `{key.text}`{hint}")

    def report(self, place: Place, code: str, message: str) -> None:
        """Report a problem."""
        self.reader.sink.report(place, code, message)

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def node(self, key: str) -> Node | None:
        """Return what stands under `key`."""
        return self._nodes.get(key)

    def require(self, *keys: str) -> bool:
        """Report each of `keys` that is missing; tell whether all are there."""
        missing = [key for key in keys if key not in self._nodes]
        for key in missing if self._is_mapping else ():
            self.report(self.place, "K202", f"{self.what} needs the key `{key}`")
        return not missing

    def scalar(self, key: str) -> Scalar | None:
        """Return the word or text under `key`."""
        node = self._nodes.get(key)
        if node is None or isinstance(node, Scalar):
            return node
        self.report(node.place, "K205", f"`{key}` of {self.what} is a word or a text")
        return None

    def text(self, key: str, default: str = "") -> str:
        """Return the text under `key`, folded to one line."""
        scalar = self.scalar(key)
        return " ".join(scalar.text.split()) if scalar else default

    def pick(self, key: str, options: Iterable[str], default: str = "") -> str:
        """Return the word under `key`, which has to be one of `options`."""
        scalar, known = self.scalar(key), tuple(options)
        if scalar is None or scalar.text in known:
            return scalar.text if scalar else default
        hint = did_you_mean(scalar.text, known) or f"; it is one of {', '.join(known)}"
        self.report(scalar.place, "K206", f"`{key}: {scalar.text}` is not known{hint}")
        return default

    def flag(self, key: str, *, default: bool) -> bool:
        """Return `true` or `false` under `key`."""
        return self.pick(key, ("true", "false"), "true" if default else "false") == "true"

    @overload
    def number(self, key: str) -> Decimal | None: ...

    @overload
    def number(self, key: str, default: Decimal) -> Decimal: ...

    def number(self, key: str, default: Decimal | None = None) -> Decimal | None:
        """Return the number under `key`."""
        scalar = self.scalar(key)
        if scalar is None:
            return default
        if re.fullmatch(r"[+-]?\d{1,20}(\.\d{1,20})?", scalar.text):
            return Decimal(format_number(Decimal(scalar.text)))  # 1.0 is 1, for the digest
        self.report(scalar.place, "K205", f"`{key}: {scalar.text}` is not a number")
        return default

    def whole(self, key: str, default: int, *, at_most: int = 999_999_999) -> int:
        """Return the whole number under `key`, which is not negative."""
        match = self.matching(key, r"\d{1,9}", "4")
        number, scalar = int(match[0]) if match else default, self.scalar(key)
        if number > at_most and scalar is not None:
            message = f"`{key}: {number}` is too large; {at_most} is the most"
            self.report(scalar.place, "K205", message)
        return number

    def matching(self, key: str, pattern: str, example: str) -> re.Match[str] | None:
        """Return the match of the text under `key`, which has to look like `example`."""
        scalar = self.scalar(key)
        if scalar is None:
            return None
        match = re.fullmatch(pattern, scalar.text)
        if match is None:
            message = f"`{key}: {scalar.text}` is not understood; write it like `{example}`"
            self.report(scalar.place, "K205", message)
        return match

    def day(self, key: str, example: str) -> date | None:
        """Return the day under `key`."""
        match, scalar = self.matching(key, r"\d{4}-\d\d-\d\d", example), self.scalar(key)
        if match is None or scalar is None:
            return None
        try:
            return date.fromisoformat(match[0])
        except ValueError:
            message = f"`{key}: {match[0]}` is not a day of the calendar"
            self.report(scalar.place, "K206", message)
            return None

    def span(self, key: str) -> tuple[Decimal, Decimal] | tuple[None, None]:
        """Return the two ends of `1 to 5` under `key`."""
        number = r"(-?\d{1,20}(?:\.\d{1,20})?)"
        match = self.matching(key, f"{number} to {number}", "1 to 5")
        if match is None:
            return None, None
        low, high = Decimal(match[1]), Decimal(match[2])
        if low >= high:
            place = self._nodes[key].place
            self.report(
                place, "K206", f"`{key}: {match[0]}` is empty; the lower number comes first"
            )
        return low, high

    def items(self, key: str) -> tuple[Node, ...]:
        """Return the members of the list under `key`; a single one may stand without a list."""
        node = self._nodes.get(key)
        if isinstance(node, Listing):
            return node.items
        return () if node is None else (node,)

    def words(self, key: str) -> Iterator[Scalar]:
        """Yield the words of the list under `key`."""
        for node in self.items(key):
            if isinstance(node, Scalar):
                yield node
            else:
                self.report(node.place, "K205", f"`{key}` of {self.what} is a list of words")

    def names(self, key: str, what: str = "", kind: str = "") -> tuple[str, ...]:
        """Return the words of a list; with `what`, each has to be the name of such a thing.

        With `kind` as well, of one that fits that kind of subject.
        """
        found = tuple(self.words(key))
        if what:
            self.reader.uses += [Use(item, what, kind) for item in found]
        return tuple(item.text for item in found)

    def name(self, key: str, what: str, kind: str = "") -> str | None:
        """Return the word under `key`: the name of such a thing that fits that kind of subject."""
        scalar = self.scalar(key)
        if scalar is None:
            return None
        self.reader.uses.append(Use(scalar, what, kind))
        return scalar.text

    def entries(self, key: str) -> Iterator[tuple[Scalar, Node]]:
        """Yield what stands in the mapping under `key`."""
        node = self._nodes.get(key)
        if isinstance(node, Mapping):
            yield from named(node, self.reader.sink)
        elif node is not None:
            self.report(node.place, "K205", f"`{key}` of {self.what} is a mapping")

    def condition(self, key: str, kind: str, wants: str = "flag") -> Condition | None:
        """Return the condition under `key`, to be checked against the facts of `kind`."""
        scalar = self.scalar(key)
        if scalar is None:
            return None
        return read_condition(scalar, kind, wants, self.reader, self.each)


def named(node: Mapping, sink: Sink) -> Iterator[tuple[Scalar, Node]]:
    """Yield what stands in a mapping of names; one that people cannot read is reported instead."""
    for key, value in node.entries:
        fault = fault_in_name(key.text)
        if fault is None:
            yield key, value
        else:
            sink.report(key.place, "K205", fault)


def read_condition(
    scalar: Scalar, kind: str, wants: str, reader: Reader, each: str = ""
) -> Condition | None:
    """Return the condition that `scalar` holds, or nothing when it cannot be read.

    With `each`, the word `key` stands for what tells the escalations of a rule apart.
    """
    return read_about(Use(scalar, "condition", kind, wants, each=each), reader)


def read_about(use: Use, reader: Reader) -> Condition | None:
    """Return the condition of a use, noted as one; or nothing when it cannot be read.

    Raises:
        TooManyProblems: The conditions of the pack are too long by now; read no further.
    """
    scalar = use.scalar
    reader.words += words_in(scalar.text)
    if reader.words > MAX_WORDS:
        what = f"up to here the conditions have more than {MAX_WORDS:,} words and signs"
        reader.sink.report(scalar.place, "K304", what)
        raise TooManyProblems
    try:
        tree = parse_condition(scalar.text)
    except ConditionError as error:
        reader.sink.report(scalar.place_of(error.at), error.code, str(error))
        return None
    condition = Condition(unparse(tree), with_key(tree) if use.each else tree)
    reader.uses.append(replace(use, condition=condition))
    return condition
