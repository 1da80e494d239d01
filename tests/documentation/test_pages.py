"""The pages hang together: links lead somewhere, pictures are true, words are defined."""

from pathlib import Path

import pytest

from kamflow.analysis.diagram import svg
from kamflow.language.keys import KEYS
from tests.builders import shipped_pack
from tests.documentation.pages import DOCS, ROOT, anchors, blocks, links, name_of, pages, tables

PICTURES = DOCS / "pictures"

# Keys of policy files that are no words of the domain but plain English, or parts of one of those.
PLAIN = {
    "file", "pack", "scored", "approving", "waiving", "rights", "escalating", "notifying", "quiet",
    "together", "item", "each",
}  # fmt: skip


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if "://" not in link:
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_is_reached_from_the_index_or_the_readme(page: Path) -> None:
    start = [ROOT / "README.md", DOCS / "index.md"]

    reached = {(at.parent / link.partition("#")[0]).resolve() for at in start for link in links(at)}

    assert page in {*start, *reached}


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_has_one_title_and_no_trailing_blanks(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    code = {line for block in blocks(page) for line in block.text.splitlines()}

    assert lines[0].startswith("# ")
    assert [line for line in lines[1:] if line.startswith("# ") and line not in code] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_the_pictures_of_the_shipped_workflows_are_true() -> None:
    pack = shipped_pack()

    drawn = {picture.stem: picture.read_text("utf-8") for picture in PICTURES.iterdir()}
    true = {name: svg(pack, workflow) for name, workflow in pack.workflows.items()}

    assert drawn.keys() == true.keys()
    stale = [name for name in true if drawn[name] != true[name]]
    assert not stale, "draw them anew: `.venv/bin/python tools/draw_workflows.py`"


def glossary() -> list[str]:
    (table,) = tables((DOCS / "glossary.md").read_text("utf-8"))
    return [row[0] for row in table[1:]]


def test_every_part_of_a_policy_is_a_word_of_the_glossary() -> None:
    words = {word for entry in glossary() for word in entry.split(", ")}

    assert {key.replace("_", " ") for key in set(KEYS) - PLAIN} <= words


def test_the_glossary_stands_in_the_order_of_the_alphabet() -> None:
    assert glossary() == sorted(glossary(), key=str.lower)


def test_every_word_of_the_glossary_has_one_line() -> None:
    words = [word for entry in glossary() for word in entry.split(", ")]

    assert len(words) == len(set(words))
