"""`docs/reference/mapping.md` explains every key and every code, and its examples can be read."""

import re
from pathlib import Path

import pytest

from kamflow import load_mapping
from kamflow.runtime.importing import keys
from tests.documentation.pages import DOCS, Block, blocks, codes, section, tables

PAGE = DOCS / "reference" / "mapping.md"
PACKAGE = Path(keys.__file__).parent
HEADINGS = {"file": "Mapping files", "input": "inputs", "fact": "facts"}
EXAMPLES = blocks(PAGE, "yaml")


def explained(heading: str) -> list[str]:
    table = tables(section(PAGE, heading))[0]
    return [key for row in table[1:] for key in codes(row[0])]


@pytest.mark.parametrize("part", keys.KEYS)
def test_every_key_is_explained_in_the_table_of_its_section(part: str) -> None:
    assert sorted(explained(HEADINGS.get(part, part))) == sorted(keys.KEYS[part])


def test_every_code_is_explained() -> None:
    assert explained("What can be wrong") == list(keys.CODES)


def test_every_code_that_is_told_is_in_the_table() -> None:
    told = {
        code
        for path in PACKAGE.glob("*.py")
        if path.name != "keys.py"
        for code in re.findall(r'"(I\d{3})"', path.read_text("utf-8"))
    }

    assert told == set(keys.CODES)


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: str(block.line))
def test_an_example_is_a_mapping(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(block.text, "utf-8")

    assert load_mapping(path).subject == "account"


@pytest.mark.parametrize("part", keys.KEYS)
def test_the_examples_use_every_key(part: str) -> None:
    written = "\n".join(block.text for block in EXAMPLES)

    assert [key for key in keys.KEYS[part] if not re.search(rf"\b{key}:", written)] == []
