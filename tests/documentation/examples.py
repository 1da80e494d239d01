"""Runs the examples of a page from top to bottom, in one folder, as a reader would.

- `yaml` whose first line is a path as a comment (`# my-policy/rules/facts.yaml`) is written there,
  and so is a block with a path behind its language (`csv export/accounts.csv`).
- `console` runs: lines after `$ ` are commands, the others what they print.
- `python` runs; all blocks of a page share their names. A `text output` block is what was printed.
"""

import io
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.documentation.pages import Block, blocks, name_of
from tests.documentation.shell import Shell, steps


class Shown(NamedTuple):
    """What a page says that something prints, and what it does print."""

    place: str
    command: str
    expected: str
    printed: str


def run_page(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    """Run the examples of a page in an empty folder; yield each output as it comes."""
    shell, names, printed = Shell(folder, monkeypatch), dict[str, Any](), ""
    for block in blocks(page):
        place = f"{name_of(page)}:{block.line}"
        if block.language == "console":
            for step in steps(block.text):
                yield Shown(place, step.command, step.expected, shell.run(step.command))
        elif block.language == "python":
            printed = _python(block, place, names)
        elif (block.language, block.note) == ("text", "output"):
            yield Shown(place, "the Python above", block.text, printed)
        elif path := file_of(block):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(f"{block.text}\n", "utf-8")


def file_of(block: Block) -> Path | None:
    """Return the file that a block is, if it says so."""
    if "." in block.note:
        return Path(block.note)
    named = re.match(r"# (?P<path>[\w./-]+\.yaml)\n", block.text)
    return Path(named["path"]) if named and block.language == "yaml" else None


def _python(block: Block, place: str, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    code = compile("\n" * (block.line - 1) + block.text, place.rpartition(":")[0], "exec")
    with redirect_stdout(printed):
        exec(code, names)  # noqa: S102 - running the examples is what this is for
    return printed.getvalue()
