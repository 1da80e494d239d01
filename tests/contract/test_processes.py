"""Several processes write at once: nothing is lost or doubled, nobody starves, limits hold."""

from collections.abc import Iterator

import pytest

from tests.chaos.crowds import crowd, last_place
from tests.chaos.stage import Stage, a_stage

SECONDS = 1.0


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with a_stage(seed=1, long=False) as made:
        yield made


@pytest.mark.parametrize("accounts", [5, 1_000])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_eight_processes_lose_and_double_nothing_and_are_served_alike(
    stage: Stage, database: str, accounts: int
) -> None:
    url = stage.sqlite(accounts) if database == "sqlite" else stage.postgres(accounts)

    orders, service = crowd(stage, url, accounts, seconds=SECONDS)

    assert len(orders) == 8
    assert service.fairness > 0.05  # without a queue: below 0.01
    assert service.longest_ms < 5_000  # generous: other programs may take the processor


def test_the_last_places_are_given_once(stage: Stage) -> None:
    assert "rounds" in last_place(stage)
