"""Reads the Markdown pages: code blocks, tables, headings and links."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)(?P<note>.*)$")


class Block(NamedTuple):
    """A code block; `note` is what stands behind the language (`text output`)."""

    line: int  # of its first line of code, from 1
    language: str
    note: str
    text: str


def pages() -> list[Path]:
    return [README, *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str | None = None) -> list[Block]:
    """Return the code blocks of a page in their order, those of one language if it is given."""
    found: list[Block] = []
    lines = iter(enumerate(page.read_text("utf-8").splitlines(), start=1))
    for number, line in lines:
        if opening := _FENCE.match(line):
            inside = _until_fence(lines, len(opening["indent"]))
            found.append(
                Block(number + 1, opening["language"], opening["note"].strip(), "\n".join(inside))
            )
    return [block for block in found if language in (None, block.language)]


def _until_fence(lines: Iterator[tuple[int, str]], indent: int) -> Iterator[str]:
    for _, line in lines:
        if line.strip() == "```":
            return
        yield line[indent:]


def prose(page: Path) -> str:
    """Return a page without its code blocks."""
    kept, inside = [], False
    for line in page.read_text("utf-8").splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def headings(page: Path) -> list[str]:
    return [line.lstrip("#").strip() for line in prose(page).splitlines() if re.match(r"#+ ", line)]


def section(page: Path, heading: str) -> str:
    """Return the text below a heading, down to the next one that is not below it."""
    lines = page.read_text("utf-8").splitlines()
    starts = [n for n, line in enumerate(lines) if re.fullmatch(rf"#+ {re.escape(heading)}", line)]
    assert starts, f"{name_of(page)} has no heading `{heading}`"
    depth = len(lines[starts[0]]) - len(lines[starts[0]].lstrip("#"))
    kept, inside = [], False
    for line in lines[starts[0] + 1 :]:
        inside ^= bool(_FENCE.match(line))
        level = len(line) - len(line.lstrip("#"))
        if not inside and 0 < level <= depth and line[level : level + 1] == " ":
            break
        kept.append(line)
    return "\n".join(kept)


def tables(text: str) -> list[list[list[str]]]:
    """Return the tables in a text: rows of cells, the row of titles first."""
    found: list[list[list[str]]] = []
    before = ""
    for line in text.splitlines():
        if line.startswith("|"):
            if not before.startswith("|"):
                found.append([])
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
            if not re.fullmatch(r"[-: ]+", cells[0]):
                found[-1].append(cells)
        before = line
    return found


def codes(text: str) -> list[str]:
    """Return what stands in backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page, made from its headings as the usual viewers do."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings(page))
    return {heading.replace(" ", "-") for heading in plain}
