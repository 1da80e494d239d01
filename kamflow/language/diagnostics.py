"""A problem in a text that somebody wrote: what, where, and the way out.

Codes: K1 files and YAML, K2 sections, keys and names, K3 conditions, K4 what declarations mean
together. `docs/reference/diagnostics.md` explains each code.
"""

import difflib
import heapq
from collections.abc import Iterable

from msgspec import Struct

CODES = {
    "K101": "the file is too large",
    "K102": "the file is not UTF-8",
    "K103": "the file is not YAML",
    "K104": "anchors and aliases are not accepted",
    "K105": "the file is nested too deeply",
    "K106": "the folder holds no policy",
    "K201": "unknown key",
    "K202": "key missing",
    "K203": "unknown name",
    "K204": "id given twice",
    "K205": "not the form that is expected here",
    "K206": "value not accepted",
    "K301": "the condition cannot be read",
    "K302": "unknown name in a condition",
    "K303": "types do not fit",
    "K304": "the condition is too long or too deep",
    "K401": "declarations go in a circle",
    "K402": "a workflow without one initial stage",
    "K403": "a stage that cannot be reached",
    "K404": "rows of a table differ in their columns",
    "K405": "the pack has no workflow",
}


class Place(Struct, frozen=True):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Diagnostic(Struct, frozen=True):
    """One problem, printed on one line."""

    place: Place
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.code} {self.message}"


class Sink:
    """Collects problems, so that one run reports all of them."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    def report(self, place: Place, code: str, message: str) -> None:
        """Keep a problem; the same one twice is kept once."""
        self._found[Diagnostic(place, code, " ".join(message.split()))] = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All problems, by file and position."""
        return tuple(
            sorted(
                self._found,
                key=lambda item: (item.place.file, item.place.line, item.place.column, item.code),
            )
        )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...` when a known name comes near `word`, else nothing."""
    # Only names of about that length are compared: a long list must not make a long wait.
    likely = heapq.nsmallest(200, known, key=lambda name: abs(len(name) - len(word)))
    near = difflib.get_close_matches(word, likely, n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""
