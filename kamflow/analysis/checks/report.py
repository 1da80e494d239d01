"""Collects what the checks find, at the place where each thing is declared."""

from collections.abc import Mapping, Sequence

from kamflow.language.diagnostics import Diagnostic, Place, Sink

Places = Mapping[tuple[str, str], Place]

NOWHERE = Place("?", 1, 1)


class Report:
    """What was found so far."""

    def __init__(self, places: Places) -> None:
        self._places, self._sink = places, Sink()
        self._found: set[tuple[str, tuple[str, str]]] = set()

    def add(self, code: str, declared: tuple[str, str], message: str) -> None:
        """Report something about what is declared: what it is (`gate`) and its id."""
        self._found.add((code, declared))
        self._sink.report(self.place(*declared), code, message)

    def has(self, code: str, declared: tuple[str, str]) -> bool:
        """Tell whether that was found about what is declared."""
        return (code, declared) in self._found

    def place(self, what: str, name: str) -> Place:
        """Return where something is declared."""
        return self._places.get((what, name), NOWHERE)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that was found, by file and position."""
        return self._sink.diagnostics


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names in backticks with commas: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}" if len(quoted) > 1 else quoted[0]
