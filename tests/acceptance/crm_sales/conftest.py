"""The database of these tests: accounts, groups and opportunities as of one day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kamflow import Kamflow, import_file, load_mapping
from tests.acceptance.reference import Calendar, DataSet, assert_clean

HERE = Path(__file__).parent
AS_OF = "2017-12-31"


@pytest.fixture(scope="session")
def crm() -> DataSet:
    return DataSet("crm_sales")


@pytest.fixture(scope="session")
def kam(crm: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamflow]:
    database = tmp_path_factory.mktemp("crm") / "crm.db"
    opened = Kamflow.open(f"sqlite:///{database}", pack=HERE, clock=Calendar(AS_OF))
    opened.create_program("crm", "Key accounts", by="ana")
    for mapping, file in (
        ("accounts", "accounts.csv"),
        ("groups", "accounts.csv"),
        ("opportunities", "sales_pipeline.csv"),
    ):
        loaded = load_mapping(HERE / f"{mapping}.yaml")
        assert_clean(import_file(opened, crm.file(file), loaded, what="accounts"))
    yield opened
    opened.close()
