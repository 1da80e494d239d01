"""Documents of the library as text for a terminal, or as Markdown."""

import textwrap
from collections.abc import Iterator, Sequence

from kamflow import Bullets, Grid, Heading, Paragraph

WIDTH = 100
_MARKS = {1: "=", 2: "-"}

Block = Heading | Paragraph | Bullets | Grid


def render_text(document: Sequence[Block]) -> str:
    """Return a document as text, folded at 100 columns but for tables."""
    return _joined("\n".join(_text(block)) for block in document)


def render_markdown(document: Sequence[Block]) -> str:
    """Return a document as Markdown."""
    return _joined("\n".join(_markdown(block)) for block in document)


def _joined(blocks: Iterator[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _text(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield block.text
            if block.level in _MARKS:
                yield _MARKS[block.level] * len(block.text)
        case Paragraph():
            yield _folded(block.text, "")
        case Bullets():
            for head, below in block.items:
                yield _folded(head, "- ", "  ")
                yield from (_folded(line, "    ") for line in below)
        case Grid():
            yield from _columns((block.columns, *block.rows))


def _folded(text: str, lead: str, further: str | None = None) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=lead if further is None else further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _markdown(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {_plain(block.text)}"
        case Paragraph():
            yield _plain(block.text)
        case Bullets():
            for head, below in block.items:
                yield f"- {_plain(head)}"
                yield from (f"  - {_plain(line)}" for line in below)
        case Grid():
            yield _cells(block.columns)
            yield _cells(["---"] * len(block.columns))
            yield from map(_cells, block.rows)


def _plain(text: str) -> str:
    """Return text without signs that Markdown takes for its own."""
    for sign in ("\\", "*", "_", "`", "<", "[", "|"):
        text = text.replace(sign, f"\\{sign}")
    return text


def _cells(cells: Sequence[str]) -> str:
    shown = [cell if cell == "---" else _plain(cell) for cell in cells]
    return f"| {' | '.join(shown)} |"
