"""Facts, gate, score and what-if of 85 accounts, as they were worked out elsewhere."""

from kamflow import GateVerdict, Kamflow
from kamflow.model.values import Verdict
from tests.acceptance.reference import DataSet, answers, assert_equal_facts, tail, with_parameter

EXACT, MONEY, RATIO = "0", "0.01", "0.000001"
COLUMNS = {
    "sector": ("account.sector", EXACT),
    "office_location": ("account.office_location", EXACT),
    "company_revenue_musd": ("account.company_revenue", EXACT),
    "employees": ("account.employees", EXACT),
    "group": ("account.group", EXACT),
    "won_revenue": ("account.won_revenue", MONEY),
    "revenue_share": ("account.revenue_share", RATIO),
    "won_count": ("account.won_count", EXACT),
    "lost_count": ("account.lost_count", EXACT),
    "win_rate": ("account.win_rate", RATIO),
    "avg_won_value": ("account.avg_won_value", MONEY),
    "avg_cycle_days_won": ("account.avg_cycle_days_won", "0.0001"),
    "avg_discount": ("account.avg_discount", RATIO),
    "product_breadth": ("account.product_breadth", EXACT),
    "last_won_date": ("account.last_won_on", EXACT),
    "recency_days": ("account.recency_days", EXACT),
    "revenue_q3": ("account.revenue_q3", MONEY),
    "revenue_q4": ("account.revenue_q4", MONEY),
    "growth_q4_q3": ("account.growth", RATIO),
    "open_engaging": ("account.open_engaging", EXACT),
    "open_prospecting": ("account.open_prospecting", EXACT),
    "open_pipeline_list_value": ("account.open_pipeline", MONEY),
    "wallet_ppm": ("account.wallet_ppm", "0.0001"),
    "group_won_revenue": ("account.group_won_revenue", MONEY),
    "owner": ("account.owner", EXACT),
    "owner_manager": ("account.owner_manager", EXACT),
    "owner_region": ("account.owner_region", EXACT),
    "score": ("score.total", EXACT),
    "tier": ("account.tier", EXACT),
}


def test_every_fact_score_and_tier_is_the_one_of_the_reference(kam: Kamflow, crm: DataSet) -> None:
    wanted = {row["account"]: row for row in crm.rows("account_facts")}

    found = answers(kam, "crm", "account", [fact for fact, _ in COLUMNS.values()])

    assert len(found) == 85
    assert_equal_facts(found, wanted, COLUMNS)


def test_the_key_tier_is_the_one_of_the_reference(kam: Kamflow, crm: DataSet) -> None:
    tiers = answers(kam, "crm", "account", ["account.tier"])

    key = sorted(name for name, facts in tiers.items() if facts["account.tier"] == "key")

    assert key == sorted(crm.summary()["key_tier"])


def test_each_criterion_passes_as_many_accounts_alone_and_in_the_funnel(
    kam: Kamflow, crm: DataSet
) -> None:
    verdicts = kam.judge_all("account", "designation")

    left, funnel = set(verdicts), []
    for at, gate in enumerate(crm.summary()["gate_funnel"]):
        found = {account: item.findings[at] for account, item in verdicts.items()}
        passing = {name for name, item in found.items() if item.verdict is Verdict.MET}
        left &= passing
        assert {item.criterion.id for item in found.values()} == {gate["gate"]}
        funnel.append({"gate": gate["gate"], "pass_alone": len(passing), "left_after": len(left)})

    assert funnel == crm.summary()["gate_funnel"]


def test_failed_and_unknown_criteria_of_every_account_are_those_of_the_reference(
    kam: Kamflow, crm: DataSet
) -> None:
    verdicts = kam.judge_all("account", "designation", "crm")

    found = {
        tail(account): (_ids(item, Verdict.UNMET), _ids(item, Verdict.UNKNOWN))
        for account, item in verdicts.items()
    }

    assert found == {
        row["account"]: (row["gates_failed"], row["gates_unknown"])
        for row in crm.rows("account_facts")
    }


def test_the_designated_accounts_are_those_of_the_reference(kam: Kamflow, crm: DataSet) -> None:
    assert designated(kam.judge_all("account", "designation")) == crm.summary()["designated"]


def test_another_share_would_designate_the_accounts_of_the_reference(
    kam: Kamflow, crm: DataSet
) -> None:
    policy, wanted = kam.policy(), crm.summary()["what_if_share"]

    found = [
        designated(
            kam.judge_all(
                "account",
                "designation",
                policy=with_parameter(policy, "share_min", str(item["value"])),
            )
        )
        for item in wanted
    ]

    assert found == [item["accounts"] for item in wanted]


def designated(verdicts: dict[str, GateVerdict]) -> list[str]:
    """Return the accounts whose gate is met."""
    return sorted(tail(name) for name, item in verdicts.items() if item.verdict is Verdict.MET)


def _ids(verdict: GateVerdict, wanted: Verdict) -> str:
    return ";".join(item.criterion.id for item in verdict.findings if item.verdict is wanted)
