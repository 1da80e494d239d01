"""The two databases of these tests: accounts as of one day, and the program after 13 reviews."""

from collections.abc import Iterator

import pytest

from kamflow import Kamflow, import_file, load_mapping
from tests.acceptance.online_retail_ii.replay import HERE, REVIEWS, Replay
from tests.acceptance.reference import Calendar, DataSet, assert_clean

AS_OF = "2011-12-01"


@pytest.fixture(scope="session")
def retail() -> DataSet:
    return DataSet("online_retail_ii")


@pytest.fixture(scope="session")
def kam(retail: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamflow]:
    database = tmp_path_factory.mktemp("retail") / "retail.db"
    opened = Kamflow.open(f"sqlite:///{database}", pack=HERE, clock=Calendar(AS_OF))
    opened.create_program("retail", "Key accounts", by="ana")
    file, mapping = retail.file("invoice_lines.csv.gz"), load_mapping(HERE / "accounts.yaml")
    assert_clean(import_file(opened, file, mapping, what="accounts"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def replay(retail: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    database, calendar = tmp_path_factory.mktemp("replay") / "replay.db", Calendar(REVIEWS[0])
    opened = Kamflow.open(f"sqlite:///{database}", pack=HERE, clock=calendar)
    opened.create_program("retail", "Key accounts", by="ana")
    yield Replay(opened, calendar, retail.file("invoice_lines.csv.gz"))
    opened.close()
