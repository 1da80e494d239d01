"""Brings the outputs on the pages up to date: `python -m tests.documentation.refresh [PAGE...]`.

Outputs with a `...` in them are left alone; look at the difference before you keep it.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documentation.examples import Shown, run_page
from tests.documentation.pages import ROOT, Block, blocks, pages
from tests.documentation.shell import ANY, fits, steps


def refresh(page: Path) -> bool:
    """Rewrite the outputs on a page that are not true any more; tell whether there were any."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        shown = list(run_page(page, Path(folder), patch))
    before = page.read_text("utf-8")
    lines, outputs = before.splitlines(), iter(shown)
    for block, new in reversed([(block, _shown_by(block, outputs)) for block in blocks(page)]):
        if new is not None:
            start, count = block.line - 1, len(block.text.splitlines())
            lines[start : start + count] = new
    text = "\n".join(lines) + "\n"
    page.write_text(text, "utf-8")
    return text != before


def _shown_by(block: Block, outputs: Iterator[Shown]) -> list[str] | None:
    """Return the lines that a block should have; nothing for one that shows no output."""
    if block.language == "console":
        said = [next(outputs) for _ in steps(block.text)]
        shown = [(*f"$ {item.command}".splitlines(), *_output(item)) for item in said]
        return [line for lines in shown for line in lines]
    if (block.language, block.note) == ("text", "output"):
        return _output(next(outputs))
    return None


def _output(item: Shown) -> list[str]:
    keep = ANY in item.expected.splitlines() or fits(item.expected, item.printed)
    return [line.rstrip() for line in (item.expected if keep else item.printed).splitlines()]


if __name__ == "__main__":
    for chosen in [ROOT / name for name in sys.argv[1:]] or pages():
        sys.stdout.write(
            f"{chosen.relative_to(ROOT)} {'is new' if refresh(chosen) else 'was true'}\n"
        )
