"""Which matcher there is by which name, with durable-rules and without."""

import sys
from pathlib import Path

import pytest

from kamflow.errors import MissingExtraError, NotFoundError
from kamflow.runtime.matching import MATCHERS, matcher_for
from tests.matching.packages import INSTALLED, a_distribution

WAY_OUT = "needs an optional part; run `pip install 'kamflow[durable-rules]'`"


def test_single_commands_go_to_the_reference() -> None:
    assert matcher_for().name == matcher_for("auto").name == "reference"


def test_bulk_work_is_confirmed_where_that_is_possible() -> None:
    with matcher_for("auto", bulk=True) as matcher:
        assert matcher.name == ("durable" if INSTALLED else "reference")


def test_the_reference_is_there_by_its_name() -> None:
    assert matcher_for("reference").name == "reference"
    assert matcher_for("reference", bulk=True).name == "reference"


def test_asking_for_durable_rules_where_it_is_missing_says_what_to_install() -> None:
    if INSTALLED:
        assert matcher_for("durable").name == "durable"
    else:
        with pytest.raises(MissingExtraError) as missing:
            matcher_for("durable")
        assert str(missing.value) == (
            f"the matcher `durable` (durable-rules is not installed) {WAY_OUT}"
        )


def test_no_other_version_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [a_distribution(tmp_path, "2.0.29"), *sys.path])

    assert matcher_for("auto", bulk=True).name == "reference"
    with pytest.raises(MissingExtraError) as missing:
        matcher_for("durable")

    found = "durable-rules 2.0.29 is installed, and 2.0.28 is the one that is known"
    assert str(missing.value) == f"the matcher `durable` ({found}) {WAY_OUT}"


def test_a_name_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(NotFoundError) as unknown:
        matcher_for("drools")

    names = ", ".join(f"`{name}`" for name in MATCHERS)
    assert str(unknown.value) == f"there is no matcher `drools`; there are {names}"
