"""Every example of every page runs, and prints what the page says."""

import difflib
from pathlib import Path

import pytest

from tests.documentation.examples import Shown, run_page
from tests.documentation.pages import blocks, name_of, pages
from tests.documentation.shell import fits, normal

RUNNING = [
    page for page in pages() if any(b.language in ("console", "python") for b in blocks(page))
]


@pytest.mark.parametrize("page", RUNNING, ids=name_of)
def test_the_examples_of_a_page_print_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for shown in run_page(page, tmp_path, monkeypatch):
        if not fits(shown.expected, shown.printed):
            pytest.fail(_difference(shown, name_of(page)), pytrace=False)


def _difference(shown: Shown, page: str) -> str:
    told, printed = normal(shown.expected).splitlines(), normal(shown.printed).splitlines()
    return "\n".join(
        [
            f"{shown.place}: `{shown.command}` prints something else than the page says.",
            f"`.venv/bin/python -m tests.documentation.refresh {page}` brings it up to date.",
            *difflib.unified_diff(told, printed, "the page", "now", lineterm="", n=1),
        ]
    )


def test_there_are_examples() -> None:
    assert {"README.md", "docs/tutorial/first-gate.md"} <= {name_of(page) for page in RUNNING}
