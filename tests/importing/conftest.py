"""The fixture of all tests of imports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.importing.desk import Desk, make_database


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "test.db"
    make_database(path)
    return path


@pytest.fixture
def desk(tmp_path: Path, database: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, database)
    yield made
    made.kam.close()
