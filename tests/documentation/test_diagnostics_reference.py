"""`docs/reference/diagnostics.md` explains every code, and its examples produce them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kamflow import (
    ImportOptions,
    InputError,
    Kamflow,
    check_policy,
    fixed_clock,
    import_file,
    load_mapping,
)
from kamflow.language.diagnostics import CODES as POLICY_CODES
from kamflow.language.load import load_pack
from kamflow.runtime.importing.keys import CODES as IMPORT_CODES
from kamflow.runtime.importing.plan import What
from kamflow.runtime.packs import verified
from tests.documentation.pages import DOCS, blocks, headings, section

PAGE = DOCS / "reference" / "diagnostics.md"
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
EXAMPLE = "rules/example.yaml"
ENGINE_CODES = ("I401", "I403")  # their words are not ours


def shown(code: str, language: str) -> str:
    """Return the code block of that language in the section of a code; empty if it has none."""
    text = section(PAGE, code)
    found = [
        block.text for block in blocks(PAGE, language) if f"```{language}\n{block.text}\n" in text
    ]
    return found[0] if found else ""


def assert_shown(code: str, found: list[str]) -> None:
    """The page shows the problems that were found, all of that code."""
    told = shown(code, "text").splitlines()
    assert found
    assert all(f" {code} " in line for line in found)
    if code in ENGINE_CODES:
        found, told = [line.split(code)[0] for line in found], [t.split(code)[0] for t in told]
    assert found == told, "the page shows something else"


def first_of(heading: str, language: str) -> str:
    """Return the first block of that language below a heading, which its examples share."""
    text = section(PAGE, heading)
    return next(b.text for b in blocks(PAGE, language) if f"```{language}\n{b.text}\n" in text)


def test_every_code_is_explained() -> None:
    told = {heading for heading in headings(PAGE) if heading in POLICY_CODES | IMPORT_CODES}

    assert told == set(POLICY_CODES) | set(IMPORT_CODES)


@pytest.mark.parametrize("code", [*POLICY_CODES, *IMPORT_CODES])
def test_an_explanation_says_what_why_and_how_to_go_on(code: str) -> None:
    text = section(PAGE, code)

    before, after = text.split("```")[0], text.split("```")[-1]
    assert before.strip().startswith("**")
    assert after.strip()


# What cannot be shown on a page.
HIDDEN_POLICIES = {
    "K101": b"#" * 1_000_001,
    "K102": "roles: {kam: {who: Schlüsselkunden}}".encode("latin-1"),
    "K105": b"roles: " + b"[" * 41,
    "K304": b"gates: {G: {subject: account, criteria: [{id: C, must: " + b"not " * 1001 + b"x}]}}",
}


@pytest.mark.parametrize("code", [code for code in POLICY_CODES if code != "K106"])
def test_the_example_of_a_policy_code_produces_it(code: str) -> None:
    example = HIDDEN_POLICIES.get(code) or shown(code, "yaml").encode()
    files = {EXAMPLE: example}
    if not example.startswith(b"pack:"):
        files["rules/pack.yaml"] = first_of("Diagnostics", "yaml").encode()

    every = verified(load_pack(files)).diagnostics

    # The example says nothing about all the rest that may be doubtful with it.
    found = [str(item) for item in every if item.code == code or not item.code.startswith("K5")]
    assert_shown(code, found)


def test_the_example_of_a_folder_without_a_policy_produces_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    (found,) = check_policy("my-policy").diagnostics

    assert str(found) == shown("K106", "text")


HIDDEN_DATA = {"I303": ("customers.csv", "id,revenue\nMüller,5\n".encode("latin-1"))}

Import = Callable[[str, str], list[str]]


@pytest.fixture(scope="module")
def kam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamflow]:
    """A database with two programs under the shipped policy; the examples leave it as it is."""
    file = tmp_path_factory.mktemp("imports") / "test.db"
    kam = Kamflow.open(f"sqlite:///{file}", pack="kam-core", clock=fixed_clock(NOON))
    for program in ("north", "south"):
        kam.create_program(program, program, by="paula")
    yield kam
    kam.close()


@pytest.fixture
def problems(kam: Kamflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Return a function that imports a file by a mapping and gives the problems, line by line."""
    monkeypatch.chdir(tmp_path)

    def run(code: str, mapping: str) -> list[str]:
        name, content = HIDDEN_DATA.get(code) or data(code)
        if code != "I301":
            Path(name).write_bytes(content)
        if code != "I101":
            Path("map.yaml").write_text(mapping, "utf-8")
        options = ImportOptions(program=None if code == "I205" else "north")
        what: What = "events" if "event:" in mapping else "accounts"
        try:
            import_file(kam, name, load_mapping("map.yaml"), what=what, options=options)
        except InputError as error:
            return [str(item) for item in error.diagnostics]
        return []

    return run


def data(code: str) -> tuple[str, bytes]:
    if shown(code, "json"):
        return "customers.jsonl", shown(code, "json").encode() + b"\n"
    text = shown(code, "csv") or first_of("I1: the mapping file", "csv")
    return "customers.csv", text.encode() + b"\n"


@pytest.mark.parametrize("code", IMPORT_CODES)
def test_the_example_of_an_import_code_produces_it(code: str, problems: Import) -> None:
    mapping = shown(code, "yaml") or first_of("I3: the files with data", "yaml")

    found = problems(code, mapping)

    assert_shown(code, found)
