"""Sizes that ruff has no rule for: long files and long functions are split before they land."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("kamflow", "cli", "web", "tests", "bench", "examples", "tools")
LINES_PER_FILE = 400
LINES_PER_FUNCTION = 50


def test_no_file_is_too_long_to_read_at_one_sitting() -> None:
    sizes = {place(file): len(lines(file)) for file in python_files()}

    too_long = {name: size for name, size in sizes.items() if size > LINES_PER_FILE}

    assert sizes
    assert not too_long


def test_no_function_is_too_long_to_see_at_one_glance() -> None:
    sizes = {
        f"{place(file)}:{function.lineno} {function.name}": length(function)
        for file in python_files()
        for function in functions(file)
    }

    too_long = {name: size for name, size in sizes.items() if size > LINES_PER_FUNCTION}

    assert sizes
    assert not too_long


def python_files() -> list[Path]:
    return [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]


def place(file: Path) -> str:
    return str(file.relative_to(ROOT))


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines from `def` to the end, docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1
