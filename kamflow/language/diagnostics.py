"""A problem in a text that somebody wrote: what, where, and the way out.

Codes: K1 files and YAML, K2 sections, keys and names, K3 conditions, K4 what declarations mean
together, K5 what `kamflow.analysis.checks` finds in a policy that can be read.
`docs/reference/diagnostics.md` explains each code.
"""

import difflib
from collections.abc import Iterable
from heapq import nsmallest

from msgspec import Struct

from kamflow.language.letters import MAX_NAME, shown, skeleton

CODES = {
    "K101": "the file is too large",
    "K102": "the file is not UTF-8",
    "K103": "the file is not YAML",
    "K104": "anchors, aliases and tags are not accepted",
    "K105": "the file is nested too deeply",
    "K106": "the folder holds no policy that can be read",
    "K201": "unknown key",
    "K202": "key missing",
    "K203": "unknown name",
    "K204": "id given twice",
    "K205": "not the form that is expected here",
    "K206": "value not accepted",
    "K301": "the condition cannot be read",
    "K302": "unknown name in a condition",
    "K303": "types do not fit",
    "K306": "units do not fit",
    "K304": "the condition is too long or too deep",
    "K401": "declarations go in a circle",
    "K402": "a workflow without one initial stage",
    "K403": "a stage that cannot be reached",
    "K404": "rows of a table differ in their columns",
    "K405": "the pack has no workflow",
    "K406": "a region without a calendar",
    "K501": "a stage from which no end is reached",
    "K502": "a workflow without an end",
    "K503": "transitions of one trigger are open together",
    "K504": "transitions of one trigger are open together for who has several roles",
    "K505": "automatic transitions are open together",
    "K506": "automatic transitions go in a circle",
    "K507": "a transition that is never open",
    "K508": "a trigger without a way out",
    "K509": "a stage that is reached without its milestone",
    "K511": "an input that no row takes",
    "K512": "a row that is never reached",
    "K513": "rows of a `unique` table that answer differently",
    "K521": "a gate that never opens",
    "K522": "a criterion that is never unmet",
    "K523": "a comparison that is never met",
    "K524": "a comparison that is never unmet",
    "K525": "a whole number compared with a fraction",
    "K526": "a criterion that waits for what comes later",
    "K531": "parameters out of order",
    "K541": "an approval that nobody can give",
    "K542": "an approval that who asks for it cannot get",
    "K543": "a chair without a vote",
    "K544": "an approval that may take longer than the stage",
    "K545": "an approval that may wait for ever",
    "K546": "an approval that goes up to who votes already",
    "K547": "a call-in that is over once the subject has moved on",
    "K551": "a fact that anybody may record",
    "K552": "a fact that nobody records",
    "K553": "declared and never used",
    "K561": "questions left open",
    "K571": "a rule, timer or move that never comes about",
    "K572": "a rule that is met whatever the values",
    "K573": "escalations that never end by themselves",
    "K574": "escalations that nobody hears of",
    "K575": "event rules that set each other off",
}

# Every other code is an error.
SEVERITIES = {
    **dict.fromkeys(("K504", "K506", "K512", "K522", "K524", "K542", "K544", "K546"), "warning"),
    **dict.fromkeys(("K572", "K573", "K575"), "warning"),
    **dict.fromkeys(("K502", "K525", "K545", "K547", "K551", "K553", "K561", "K574"), "hint"),
}


_LONGEST = 1_000  # characters of a message
_COMPARED = 100  # names that are looked at for `did you mean`


class Place(Struct, frozen=True):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Diagnostic(Struct, frozen=True):
    """One problem, printed on one line. `severity` is `error`, `warning` or `hint`."""

    place: Place
    code: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        word = "" if self.severity == "error" else f" {self.severity}:"
        return f"{self.place}: {self.code}{word} {self.message}"


class TooManyProblems(Exception):  # noqa: N818 - ends the reading of files; nobody else sees it
    """There are as many problems as anybody will look at."""


class Sink:
    """Collects problems, so that one run reports all of them; with a limit, no more than that."""

    def __init__(self, limit: int | None = None) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._limit = limit

    def report(self, place: Place, code: str, message: str) -> None:
        """Keep a problem; the same one twice is kept once.

        Raises:
            TooManyProblems: The limit is reached; this problem is kept as the last.
        """
        severity, message = SEVERITIES.get(code, "error"), shown(message[:_LONGEST])
        full = self._limit is not None and len(self._found) + 1 >= self._limit
        if full:
            message = f"{message} (reading ended at {self._limit} problems; there may be more)"
        if not place.file.isprintable():
            place = Place(shown(place.file), place.line, place.column)
        self._found[Diagnostic(place, code, message, severity)] = None
        if full:
            raise TooManyProblems

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
    if len(word) > MAX_NAME:
        return ""
    # Only names of about that length are compared: a long list must not make a long wait.
    size, most = len(word), max(len(word) // 2, 2)
    likely = [name for name in known if -most <= len(name) - size <= most]
    if len(likely) > 10 * _COMPARED:
        likely = [name for name in likely if name[:2] == word[:2]][: 10 * _COMPARED]
    if len(likely) > _COMPARED:
        likely = nsmallest(_COMPARED, likely, key=lambda name: _distance(word, name))
    plain = skeleton(word)
    near = difflib.get_close_matches(plain, likely, n=1, cutoff=0.6)
    if not near:
        return ""
    note = ", which only looks the same" if word != plain == near[0] else ""
    return f"; did you mean `{near[0]}`{note}?"


def _distance(word: str, name: str) -> int:
    """Return a rough measure of how unlike two names are: in length, beginning and end."""
    same = (word[:3] == name[:3]) + (word[-3:] == name[-3:]) + (word[:1] == name[:1])
    return abs(len(name) - len(word)) - 2 * same
