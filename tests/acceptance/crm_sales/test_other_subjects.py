"""Groups, opportunities and the program itself, imported in the same way as accounts."""

from collections import Counter
from pathlib import Path

from kamflow import Kamflow, import_file, load_mapping
from tests.acceptance.crm_sales.conftest import HERE
from tests.acceptance.reference import (
    Calendar,
    DataSet,
    answers,
    assert_clean,
    assert_equal_facts,
    at_noon,
)


def test_the_facts_of_the_groups_are_those_of_the_reference(kam: Kamflow, crm: DataSet) -> None:
    wanted = {row["group"]: row for row in crm.rows("group_facts")}
    names = ("members", "won_revenue", "won_count", "lost_count", "win_rate")

    found = answers(kam, "crm", "group", [f"group.{name}" for name in names])

    named = {subject.removeprefix("Group "): facts for subject, facts in found.items()}
    assert len(named) == 70
    assert_equal_facts(named, wanted, {name: (f"group.{name}", "0.000001") for name in names})


def test_age_and_level_of_every_open_opportunity_are_those_of_the_reference(
    kam: Kamflow, crm: DataSet
) -> None:
    names = ("account", "sales_agent", "manager", "regional_office", "product", "age_days")

    found = answers(kam, "crm", "opportunity", [*(f"opportunity.{n}" for n in names), "sla.level"])

    wanted = {
        row["opportunity_id"]: {**row, "level": f"level_{row['level']}"}
        for row in crm.rows("open_engaging_ages")
    }
    columns = {name: (f"opportunity.{name}", "0") for name in names}
    assert len(found) == 1589
    assert_equal_facts(found, wanted, {**columns, "level": ("sla.level", "0")})


def test_each_manager_hears_of_as_many_opportunities_as_in_the_reference(
    kam: Kamflow, crm: DataSet
) -> None:
    names = ["opportunity.regional_office", "opportunity.manager", "opportunity.level"]

    found = answers(kam, "crm", "opportunity", names)

    counts = Counter(tuple(str(facts[name]) for name in names) for facts in found.values())
    assert counts == {
        (row["regional_office"], row["manager"], f"level_{level}"): int(row[f"level_{level}"])
        for row in crm.rows("sla_escalations_by_manager")
        for level in range(4)
        if row[f"level_{level}"] != "0"
    }


def test_the_pipeline_at_each_month_end_is_the_one_of_the_reference(
    crm: DataSet, tmp_path: Path
) -> None:
    calendar, mapping = Calendar("2016-10-31"), load_mapping(HERE / "pipeline.yaml")
    kam = Kamflow.open(f"sqlite:///{tmp_path}/pipeline.db", pack=HERE, clock=calendar)
    kam.create_program("crm", "Key accounts", by="ana")
    found = []
    for row in crm.rows("stage_counts_by_month_end"):
        calendar.now = at_noon(row["as_of"])

        assert_clean(import_file(kam, crm.file("sales_pipeline.csv"), mapping, what="facts"))

        facts = {item.name: item.value or "" for item in kam.subject("crm").facts}
        found.append({"as_of": row["as_of"], **facts})
    assert found == [
        {
            "as_of": row["as_of"],
            "pipeline.engaging": row["engaging"],
            "pipeline.won": row["won"],
            "pipeline.lost": row["lost"],
            "pipeline.won_revenue": row["won_revenue_to_date"],
        }
        for row in crm.rows("stage_counts_by_month_end")
    ]
