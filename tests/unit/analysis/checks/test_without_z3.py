"""z3 is optional: without it the checks go on, and a hint says which questions it would answer."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kamflow.analysis.checks.verify import verify
from kamflow.runtime.packs import SHIPPED, check_policy
from tests.builders import load
from tests.unit.analysis.checks.found import FACTS, found, gate, table

OPEN = "account.size * account.score > account.size + 600"  # 100 * 5 is not that much
SHUT = gate(OPEN, "account.size > 3")
HINT = "run `pip install 'kamflow[check]'`"


@pytest.fixture
def no_z3(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make as if z3 were not installed."""
    monkeypatch.setitem(sys.modules, "z3", None)


@pytest.fixture
def broken_z3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put a z3 in the way whose library is missing."""
    (tmp_path / "z3.py").write_text("raise ImportError('libz3.so not found')\n")
    for name in [name for name in sys.modules if name.partition(".")[0] == "z3"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield
    sys.modules.pop("z3", None)


def codes(lines: list[str]) -> list[str]:
    return [line[:4] for line in lines]


def test_with_z3_arithmetic_between_facts_is_decided() -> None:
    assert codes(found(SHUT, only=("K521", "K561"))) == ["K521"]


@pytest.mark.usefixtures("no_z3")
def test_without_z3_the_question_is_a_hint_that_tells_what_to_install() -> None:
    (said,) = found(SHUT, only=("K521", "K561"))

    assert said == f"K561 could not be told: whether gate G ever opens; {HINT}"


@pytest.mark.usefixtures("no_z3")
def test_without_z3_all_that_needs_none_is_found_as_ever() -> None:
    said = found(SHUT, table("account.size < 5", "account.size > 5"), only=("K511", "K512", "K561"))

    assert codes(said) == ["K511", "K561"]


@pytest.mark.usefixtures("broken_z3")
def test_a_z3_that_cannot_be_used_leaves_the_question_open() -> None:
    (said,) = found(SHUT, only=("K521", "K561"))

    assert said.startswith("K561 could not be told: whether gate G ever opens; ")


@pytest.mark.usefixtures("no_z3")
@pytest.mark.parametrize("pack", SHIPPED)
def test_without_z3_a_shipped_policy_has_hints_and_nothing_else(pack: str) -> None:
    loaded = check_policy(pack)

    assert loaded.pack is not None
    assert {item.severity for item in loaded.diagnostics} <= {"hint"}
    assert HINT in next(item.message for item in loaded.diagnostics if item.code == "K561")


def test_a_hint_names_the_first_questions_and_counts_the_others() -> None:
    gates = "".join(
        f"  G{n}:\n    subject: account\n    criteria:\n      - {{id: D{n}, must: '{OPEN}'}}\n"
        for n in range(5)
    )
    loaded = load(FACTS, f"gates:\n{gates}")
    assert loaded.pack is not None

    said = [
        item.message
        for item in verify(loaded.pack, loaded.places, with_z3=False)
        if item.code == "K561"
    ]

    assert len(said) == 1
    assert "and 2 more; run" in said[0]
