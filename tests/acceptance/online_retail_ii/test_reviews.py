"""Thirteen monthly reviews, replayed: who moved when, and what became of the key accounts."""

from kamflow import StageEntered
from kamflow.engine.evolve import replay as fold
from tests.acceptance.online_retail_ii.replay import Replay
from tests.acceptance.reference import DataSet, answers, assert_equal_facts


def test_the_reviews_make_the_transitions_of_the_reference(replay: Replay, retail: DataSet) -> None:
    wanted = retail.rows("review_transitions")

    assert len(wanted) == 168
    assert sorted(replay.transitions, key=_order) == sorted(wanted, key=_order)


def test_after_each_review_the_stages_hold_as_many_accounts_as_in_the_reference(
    replay: Replay, retail: DataSet
) -> None:
    assert replay.counts == retail.rows("review_state_counts")


def test_the_history_of_an_account_shows_every_review(replay: Replay) -> None:
    history = replay.kam.history("retail/12471")

    reviews = [item.event for item in history if isinstance(item.event, StageEntered)]

    assert len(reviews) == 13
    assert all(event.trigger == "review" for event in reviews)
    assert fold(history) == _snapshot(replay, "retail/12471")


def test_the_key_accounts_that_buy_much_less_are_those_of_the_reference(
    replay: Replay, retail: DataSet
) -> None:
    rows = {row["customer_id"]: row for row in retail.rows("key_account_kpi")}
    columns = {
        "revenue_3m": ("kpi.revenue_3m", "0.01"),
        "revenue_3m_year_ago": ("kpi.revenue_3m_year_ago", "0.01"),
        "change": ("kpi.change", "0.000001"),
        "flag": ("kpi.flag", "0"),
    }
    names = ["stage", *(fact for fact, _ in columns.values())]

    found = answers(replay.kam, "retail", "account", names)

    keys = {account: item for account, item in found.items() if item["stage"] == "key"}
    assert_equal_facts(keys, rows, columns)


def _order(row: dict[str, str]) -> tuple[str, str]:
    return row["review"], row["customer_id"]


def _snapshot(replay: Replay, account: str) -> object:
    with replay.kam.reading() as session:
        return session.find(account)
