"""Facts, gate, score and what-if of 5,848 accounts, as they were worked out elsewhere."""

from kamflow import GateVerdict, Kamflow
from kamflow.model.values import Verdict
from tests.acceptance.reference import (
    DataSet,
    answers,
    assert_equal_facts,
    tail,
    with_parameter,
)

EXACT, MONEY, RATIO = "0", "0.01", "0.000001"
COLUMNS = {
    "country": ("account.country", EXACT),
    "first_purchase": ("account.first_purchase", EXACT),
    "last_purchase": ("account.last_purchase", EXACT),
    "recency_days": ("account.recency_days", EXACT),
    "revenue_ttm": ("account.revenue_ttm", MONEY),
    "revenue_prior": ("account.revenue_prior", MONEY),
    "growth": ("account.growth", RATIO),
    "gross_ttm": ("account.gross_ttm", MONEY),
    "returns_ttm": ("account.returns_ttm", MONEY),
    "return_rate_ttm": ("account.return_rate_ttm", RATIO),
    "orders_ttm": ("account.orders_ttm", EXACT),
    "active_months_ttm": ("account.active_months_ttm", EXACT),
    "breadth_ttm": ("account.breadth_ttm", EXACT),
    "avg_order_value": ("account.avg_order_value", MONEY),
    "revenue_share": ("account.revenue_share", RATIO),
    "score": ("score.total", EXACT),
    "tier": ("account.tier", EXACT),
}


def test_every_fact_score_and_tier_is_the_one_of_the_reference(
    kam: Kamflow, retail: DataSet
) -> None:
    wanted = {row["customer_id"]: row for row in retail.rows("account_facts")}

    found = answers(kam, "retail", "account", [fact for fact, _ in COLUMNS.values()])

    assert len(found) == 5848
    assert_equal_facts(found, wanted, COLUMNS)


def test_each_criterion_passes_as_many_accounts_alone_and_in_the_funnel(
    kam: Kamflow, retail: DataSet
) -> None:
    verdicts = kam.judge_all("account", "designation")

    left, funnel = set(verdicts), []
    for at, gate in enumerate(retail.summary()["gate_funnel"]):
        here = {account: item.findings[at].verdict for account, item in verdicts.items()}
        passing = {account for account, verdict in here.items() if verdict is Verdict.MET}
        left &= passing
        unknown = sum(verdict is Verdict.UNKNOWN for verdict in here.values())
        assert {item.findings[at].criterion.id for item in verdicts.values()} == {gate["gate"]}
        funnel.append((gate["gate"], len(passing), unknown, len(left)))

    assert funnel == [
        (item["gate"], item["pass_alone"], item["unknown"], item["left_after"])
        for item in retail.summary()["gate_funnel"]
    ]


def test_failed_and_unknown_criteria_of_every_account_are_those_of_the_reference(
    kam: Kamflow, retail: DataSet
) -> None:
    verdicts = kam.judge_all("account", "designation", "retail")

    found = {
        tail(account): (_ids(item, Verdict.UNMET), _ids(item, Verdict.UNKNOWN))
        for account, item in verdicts.items()
    }

    assert found == {
        row["customer_id"]: (row["gates_failed"], row["gates_unknown"])
        for row in retail.rows("account_facts")
    }


def test_the_designated_accounts_are_those_of_the_reference(kam: Kamflow, retail: DataSet) -> None:
    assert designated(kam.judge_all("account", "designation")) == retail.summary()["designated"]


def test_another_revenue_bar_would_designate_the_accounts_of_the_reference(
    kam: Kamflow, retail: DataSet
) -> None:
    policy, wanted = kam.policy(), retail.summary()["what_if_revenue"]

    found = [
        designated(
            kam.judge_all(
                "account",
                "designation",
                policy=with_parameter(policy, "revenue_min", str(item["value"])),
            )
        )
        for item in wanted
    ]

    assert found == [item["customers"] for item in wanted]
    assert kam.policy() == policy


def test_every_fact_says_where_it_comes_from(kam: Kamflow) -> None:
    facts = {item.name: item for item in kam.subject("retail/14646").facts}

    revenue = facts["account.revenue_ttm"]

    assert (revenue.value, revenue.unit) == ("267050", "GBP")
    assert (revenue.source, revenue.author) == ("erp", "service:erp")
    assert str(revenue.as_of) == "2011-12-01 00:00:00+00:00"


def designated(verdicts: dict[str, GateVerdict]) -> list[int]:
    """Return the accounts whose gate is met, as the reference lists them."""
    met = (account for account, item in verdicts.items() if item.verdict is Verdict.MET)
    return sorted(int(tail(account)) for account in met)


def _ids(verdict: GateVerdict, wanted: Verdict) -> str:
    return ";".join(item.criterion.id for item in verdict.findings if item.verdict is wanted)
