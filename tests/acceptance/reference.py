"""Public data beside the checkout and the answers that go with it; nothing of it is copied here."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from kamflow import ImportReport, Kamflow, Pack
from kamflow.language.load import sealed
from kamflow.model.values import Unknown
from kamflow.runtime.session import Session

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


class Calendar:
    """A clock that is set by hand."""

    def __init__(self, day: str) -> None:
        self.now = at_noon(day)

    def __call__(self) -> datetime:
        return self.now


class DataSet:
    """A folder of public data with its reference answers."""

    def __init__(self, name: str) -> None:
        self._folder = DATA / name
        if not self._folder.is_dir():
            pytest.skip(f"the public data set {name} is not beside the checkout")

    def file(self, name: str) -> str:
        return str(self._folder / "data" / name)

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return a reference table; empty cells are empty texts."""
        path = self._folder / "reference" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def summary(self) -> Any:  # noqa: ANN401 - whatever the file holds
        return json.loads((self._folder / "reference" / "summary.json").read_text("utf-8"))


def at_noon(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


def tail(subject: str) -> str:
    """Return the id without the program."""
    return subject.partition("/")[2]


def answers(
    kam: Kamflow, program: str, kind: str, names: list[str]
) -> dict[str, dict[str, object]]:
    """Return what stands under `names` for each subject; nothing for what is unknown."""
    with kam.reading() as session:
        return {
            tail(view.snapshot.id): {name: _known(view[name]) for name in names}
            for view in _views(session, program, kind)
        }


def _views(session: Session, program: str, kind: str) -> list[Any]:
    return [view for _, view in session.members(session.find(program), kind)]


def _known(value: object) -> object:
    return None if isinstance(value, Unknown) else value


def differs(found: object, wanted: str, tolerance: str) -> bool:
    """Tell whether a fact is another than the reference says; numbers may differ by `tolerance`."""
    if wanted == "" or found is None:
        return not (wanted == "" and found is None)
    if isinstance(found, Decimal):
        return abs(found - Decimal(wanted)) > Decimal(tolerance)
    return str(found) != wanted


def assert_equal_facts(
    found: dict[str, dict[str, object]],
    wanted: dict[str, dict[str, str]],
    columns: dict[str, tuple[str, str]],
) -> None:
    """Compare facts with a table; `columns` gives fact and tolerance by column."""
    assert found.keys() == wanted.keys()
    differences = [
        f"{subject} {column}: {found[subject][fact]} is not {row[column]}"
        for subject, row in wanted.items()
        for column, (fact, tolerance) in columns.items()
        if differs(found[subject][fact], row[column], tolerance)
    ]
    assert differences == []


def assert_clean(report: ImportReport) -> None:
    """Make sure that every row of an import was taken."""
    assert report.rejects == ()
    assert report.written


def with_parameter(policy: Pack, name: str, value: str) -> Pack:
    """Return a pack with another value of a parameter."""
    parameter = replace(policy.parameters[name], value=value)
    return sealed(replace(policy, parameters={**policy.parameters, name: parameter}))
