"""Counting the subjects of a program by stage agrees with the report that loads them all."""

from datetime import timedelta

import pytest

from kamflow import Kamflow
from tests.builders import NOON


@pytest.mark.parametrize("days", [0, 13, 14, 15, 400])
def test_counts_agree_with_the_status_report(url: str, days: int) -> None:
    now = NOON
    kam = Kamflow.open(url, pack="kam-lite", clock=lambda: now)
    kam.create_program("north", "North", by="ana")
    for name in ("acme", "bolt", "core"):
        kam.create_account("north", name, name.title(), by="ana")
    kam.assign("north", "program_manager", "ana", by="ana")
    kam.request("north/acme", "withdraw", by="ana")
    now = NOON + timedelta(days=days)

    counts = kam.counts("account", "north")

    (program,) = kam.status("north").programs
    assert {item.stage: (item.count, item.overdue) for item in counts} == {
        item.stage: (item.count, item.over_sla) for item in program.stages if item.count
    }
    kam.close()


def test_there_is_nothing_to_count_in_an_empty_program(url: str) -> None:
    kam = Kamflow.open(url, pack="kam-lite")
    kam.create_program("north", "North", by="ana")

    assert kam.counts("account", "north") == []
    kam.close()
