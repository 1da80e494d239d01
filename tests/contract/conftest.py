"""A store in a file of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kamflow.storage.store import Store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/kamflow.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()
