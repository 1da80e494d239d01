"""`docs/reference/conditions.md` shows conditions that can be read, and names all functions."""

import pkgutil
import re
from importlib import import_module

import pytest

from kamflow import language
from kamflow.language.conditions import parse_condition
from kamflow.language.load import load_pack
from tests.builders import shipped_files
from tests.documentation.pages import DOCS, blocks, codes, section, tables

PAGE = DOCS / "reference" / "conditions.md"
CONDITIONS = [
    line for block in blocks(PAGE, "text") if not block.note for line in block.text.splitlines()
]
FORMS = [
    form
    for heading in ("Names", "Operators", "Functions")
    for row in tables(section(PAGE, heading))[0][1:]
    for form in codes(row[0])
    if re.search(r"\w", form)  # a sign alone is no condition
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_an_example_is_a_condition_of_the_shipped_policy(condition: str) -> None:
    problems = [problems_in_a_gate(kind, condition) for kind in ("account", "program")]

    assert [] in problems, problems


def problems_in_a_gate(kind: str, condition: str) -> list[str]:
    """Return what is wrong with a condition in a gate that is added to the shipped policy."""
    gate = {"subject": kind, "criteria": [{"id": "EXAMPLE-1", "must": condition}]}
    text = f"gates: {{EXAMPLE: {gate!r}}}"
    loaded = load_pack({**shipped_files(), "rules/example.yaml": text.encode()})
    return [str(problem) for problem in loaded.diagnostics]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_can_be_read(form: str) -> None:
    parse_condition(form)


def functions() -> set[str]:
    """Return the functions of the language, in whichever module its parser keeps them."""
    names = (module.name for module in pkgutil.iter_modules(language.__path__))
    modules = [import_module(f"{language.__name__}.{name}") for name in names]
    tables = ("FUNCTIONS", "AGGREGATES")
    return {name for module in modules for table in tables for name in getattr(module, table, ())}


def test_every_function_is_explained() -> None:
    told = codes(section(PAGE, "Functions"))

    assert functions()
    for function in (*functions(), "edited"):
        assert any(word == function or word.startswith(f"{function}(") for word in told), function
