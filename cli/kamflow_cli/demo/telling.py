"""Lines that a person reads: headings, dated steps, details, small tables. 100 columns at most."""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime

import click

WIDTH = 100
_DETAIL = " " * 14  # below the text of a step


def heading(number: int, title: str) -> None:
    """Begin a chapter."""
    click.echo(f"\n{number}  {title}")


def step(at: datetime, text: str) -> None:
    """Tell what was done on a day, and what came of it."""
    _say(text, first=f"  {at:%Y-%m-%d}  ", rest=_DETAIL)


def detail(text: str, *, deeper: int = 0) -> None:
    """Tell more about the step before."""
    indent = _DETAIL + " " * deeper
    _say(text, first=indent, rest=f"{indent}  ")


def plain(text: str, *, indent: int = 2) -> None:
    """Tell something that has no day."""
    _say(text, first=" " * indent, rest=" " * indent)


def entry(label: str, text: str) -> None:
    """Tell one of several things, each behind a short label."""
    _say(text, first=f"    {label:<7} ", rest=" " * 12)


def wrapped(line: str) -> None:
    """Tell a line that is set out already; what is too long goes on below, a little deeper."""
    indent = " " * (2 + len(line) - len(line.lstrip()))
    _say(line.strip(), first=indent, rest=f"{indent}    ")


def _say(text: str, *, first: str, rest: str) -> None:
    lines = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        click.echo(line)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()
) -> None:
    """Tell a small table; the last column wraps, those named in `right` are set flush right."""
    cells = [columns, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(columns) - 1)]
    for row in cells:
        fixed = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(columns, row, widths, strict=False)
        ]
        start = "    " + "".join(f"{cell}  " for cell in fixed)
        _say(row[-1] or "-", first=start, rest=" " * len(start))


def listed(words: Iterable[str]) -> str:
    """Return `words` as people list them: a, b and c."""
    *before, last = dict.fromkeys(words) or ("",)
    return f"{', '.join(before)} and {last}" if before else last


def counted(number: int, what: str) -> str:
    """Return a number of things: 1 fact, 2 facts."""
    return f"{number} {what}{'s' * (number != 1)}"


def verb(word: str, people: Sequence[str]) -> str:
    """Return what people do: one records, two record."""
    return word if len(people) > 1 else f"{word}s"
