"""Reads one mapping of a mapping file key by key, and reports what is wrong with each."""

import re
from collections.abc import Iterator
from decimal import Decimal

from kamflow.language.diagnostics import Place, Sink, did_you_mean
from kamflow.language.source import Mapping, Node, Scalar
from kamflow.runtime.importing.keys import KEYS


class Entries:
    """One mapping, read by the keys that `KEYS[section]` allows."""

    def __init__(self, node: Node, section: str, what: str, sink: Sink) -> None:
        self.what, self.sink, self._place = what, sink, node.place
        self._nodes: dict[str, Node] = {}
        if not isinstance(node, Mapping):
            sink.report(node.place, "I104", f"{what} is a mapping of keys")
            return
        for key, value in node.entries:
            if key.text in KEYS[section]:
                self._nodes[key.text] = value
            else:
                hint = did_you_mean(key.text, KEYS[section])
                sink.report(key.place, "I102", f"{what} has no key `{key.text}`{hint}")

    def node(self, key: str) -> Node | None:
        """Return what stands under `key`."""
        return self._nodes.get(key)

    def places(self) -> dict[str, Place]:
        """Return where the value of each key stands."""
        return {key: node.place for key, node in self._nodes.items()}

    def require(self, *keys: str) -> bool:
        """Report each of `keys` that is missing or empty; tell whether all are there."""
        missing = [key for key in keys if _is_empty(self._nodes.get(key))]
        for key in missing:
            self.sink.report(self._place, "I103", f"{self.what} needs the key `{key}`")
        return not missing

    def scalar(self, key: str) -> Scalar | None:
        """Return the word or text under `key`."""
        node = self._nodes.get(key)
        if node is None or isinstance(node, Scalar):
            return node
        self.sink.report(node.place, "I104", f"`{key}` of {self.what} is a word or a text")
        return None

    def text(self, key: str) -> str:
        """Return the text under `key`."""
        scalar = self.scalar(key)
        return scalar.text.strip() if scalar else ""

    def word(self, node: Node) -> str:
        """Return the text of a node that has to be a word."""
        if isinstance(node, Scalar):
            return node.text
        self.sink.report(node.place, "I104", f"a word stands here in {self.what}")
        return ""

    def pick(self, key: str, options: tuple[str, ...], default: str) -> str:
        """Return the word under `key`, which has to be one of `options`."""
        scalar = self.scalar(key)
        if scalar is None or scalar.text in options:
            return scalar.text if scalar else default
        known = " or ".join(f"`{item}`" for item in options)
        self.sink.report(scalar.place, "I105", f"`{key}` is {known}, not `{scalar.text}`")
        return default

    def number(self, key: str) -> Decimal | None:
        """Return the number under `key`; zero is none."""
        scalar = self.scalar(key)
        if scalar is None:
            return None
        if re.fullmatch(r"[+-]?\d{1,20}(\.\d{1,20})?", scalar.text) and Decimal(scalar.text):
            return Decimal(scalar.text)
        what = f"`{key}: {scalar.text}` is no number to multiply with; write it like `1000`"
        self.sink.report(scalar.place, "I104", what)
        return None

    def entries(self, key: str) -> Iterator[tuple[Scalar, Node]]:
        """Yield what stands in the mapping under `key`."""
        node = self._nodes.get(key)
        if isinstance(node, Mapping):
            yield from node.entries
        elif node is not None:
            self.sink.report(node.place, "I104", f"`{key}` of {self.what} is a mapping")


def _is_empty(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and not node.text.strip())
