"""Each story begins in an office of its own, copied from one that was founded once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.office import FILE, Office


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    office = Office(folder)
    office.found()
    office.kam.close()
    return folder / FILE


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copy(founded, tmp_path / FILE)
    office = Office(tmp_path)
    yield office
    office.kam.close()
