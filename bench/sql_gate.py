"""What `sql_verdicts` measures: a gate with a criterion of each kind, and the same in SQL by hand.

The facts are those of the shipped policy, with one threshold overridden for a segment. The SQL is
what an analyst writes who knows the columns: thresholds filled in, money compared without a
division, the set counted once for all accounts, unknown as NULL, stale values as unknown.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from msgspec.structs import replace

from kamflow.language.conditions import parse_condition
from kamflow.model.expression import Condition
from kamflow.model.pack import Criterion, Gate, Override, Pack
from kamflow.runtime.packs import read_policy
from kamflow.storage.sql.projection import as_of_key, value_key

GATE, PROGRAM, KAMS = "of-all-kinds", "north", 250_000
NOW = datetime(2026, 11, 1, tzinfo=UTC)

CRITERIA = (
    "measure.kpi_coverage_pct >= P.kpi_coverage_min_pct",
    "days_since(review.quarterly_last_on) <= P.review_quarterly_days",
    "plan.budget_approved_amount >= 80 % of plan.budget_requested_amount",
    "account.health in {green, amber} or account.recovery_plan_approved_on is present",
    "account.kam is present and account.kam_load <= P.cap_accounts_per_kam",
    "plan.initiatives_count between P.initiatives_min and P.initiatives_max",
    "team.size >= (if account.pilot then P.pilot_team_min else P.team_min)",
    "account.requalification_score >= P.requal_min",
    "review.shared_internal_on is known or review.outcome_based_pct >= 50",
    "account.revenue_ltm > 1000000 and program.customer_count >= 10",
)
OPTIONAL = 8  # the place of the one criterion that is a `should`

SELECT_BY_HAND = """
  SELECT a.id,
    CASE WHEN a."measure.kpi_coverage_pct__as_of" >= {today} - 1
         THEN a."measure.kpi_coverage_pct" >= 90 END AS c0,
    {today} - a."review.quarterly_last_on" <= 100 AS c1,
    100 * a."plan.budget_approved_amount" >= 80 * a."plan.budget_requested_amount" AS c2,
    CASE WHEN a."account.health__as_of" IS NULL THEN 'green' ELSE a."account.health" END
      IN ('green', 'amber') OR a."account.recovery_plan_approved_on__as_of" IS NOT NULL AS c3,
    a."account.kam__as_of" IS NOT NULL AND coalesce(load.accounts, 0) <= 5 AS c4,
    a."plan.initiatives_count" BETWEEN 2 AND 6 AS c5,
    a."team.size" >= CASE WHEN a."account.pilot" THEN 4
                          WHEN a."account.pilot__as_of" IS NULL OR NOT a."account.pilot" THEN 3
                     END AS c6,
    CASE WHEN a."account.requalification_score__as_of" >= {today} - 60
         THEN a."account.requalification_score" >=
              CASE WHEN a."account.segment__as_of" >= {today} - 365
                    AND a."account.segment" = 'strategic' THEN 60 ELSE 50 END
         END AS c7,
    coalesce(a."review.shared_internal_on__as_of" >= {today} - 100
      AND a."review.shared_internal_on" IS NOT NULL, FALSE)
      OR a."review.outcome_based_pct" >= 50 AS c8,
    CASE WHEN a."account.revenue_ltm__as_of" >= {today} - 95
         THEN a."account.revenue_ltm" > 1000000 END
      AND CASE WHEN p."program.customer_count__as_of" >= {today} - 95
               THEN p."program.customer_count" >= 10 END AS c9
  FROM {accounts} AS a
  LEFT JOIN {programs} AS p ON p.id = a.parent
  LEFT JOIN (
    SELECT parent, "account.kam" AS kam, count(*) AS accounts FROM {accounts}
    WHERE stage IN ('planning', 'mobilization', 'co_creation', 'capture', 'measure', 'on_hold',
                    'exiting')
       OR stage = 'selection' AND "account.designation_approved_on__as_of" IS NOT NULL
    GROUP BY parent, "account.kam"
  ) AS load ON load.parent = a.parent AND load.kam = a."account.kam"
  WHERE a.parent = 'north'
"""
GATE_BY_HAND = "c0 AND c1 AND c2 AND c3 AND c4 AND c5 AND c6 AND c7 AND c9"
BITS = tuple(f"c{place}" for place in range(len(CRITERIA)))


def pack_with_gate() -> Pack:
    """Return the shipped policy with the gate, and with an override for a segment."""
    pack = read_policy("kam-core")
    minimum = pack.parameters["requal_min"]
    override = Override(
        layer="segment", key="strategic", value="60", owner="olga", reason="few", until=None
    )
    criteria = tuple(
        Criterion(
            id=f"{GATE}.{place}",
            condition=Condition(text, parse_condition(text)),
            must=place != OPTIONAL,
        )
        for place, text in enumerate(CRITERIA)
    )
    return replace(
        pack,
        layers={"segment": "account.segment"},
        parameters={**pack.parameters, "requal_min": replace(minimum, overrides=(override,))},
        gates={GATE: Gate(id=GATE, title="", kind="account", criteria=criteria)},
    )


def program() -> dict[str, Any]:
    """Return the row of the program."""
    row = _subject(PROGRAM, None, "pilot")
    row[value_key("program.customer_count")] = Decimal(40)
    row[as_of_key("program.customer_count")] = NOW.date()
    return row


def accounts(count: int) -> Iterator[dict[str, Any]]:
    """Yield so many accounts: a tenth of the facts missing, and some of them too old."""
    chance, today = Random(20), NOW.toordinal()  # noqa: S311 - made up
    for number in range(count):
        stage = "measure" if chance.random() < 0.8 else "selection"  # noqa: PLR2004
        row = _subject(f"{PROGRAM}/a{number:07}", PROGRAM, stage)
        for fact, value in _values(chance, today):
            missing = chance.random() < 0.1  # noqa: PLR2004
            row[value_key(fact)] = None if missing else value
            seen = date.fromordinal(today - int(chance.random() ** 4 * 200))
            row[as_of_key(fact)] = None if missing else seen
        yield row


def _subject(identity: str, parent: str | None, stage: str) -> dict[str, Any]:
    return {
        "id": identity,
        "parent": parent,
        "stage": stage,
        "name": f"The subject {identity}",
        "opened_on": NOW.date(),
    }


def _values(chance: Random, today: int) -> Iterator[tuple[str, Any]]:
    for fact in (
        "review.quarterly_last_on", "review.shared_internal_on",
        "account.recovery_plan_approved_on", "account.designation_approved_on",
    ):  # fmt: skip
        yield fact, date.fromordinal(today - int(chance.random() * 150))
    for fact in (
        "measure.kpi_coverage_pct", "account.requalification_score", "review.outcome_based_pct",
    ):  # fmt: skip
        yield fact, Decimal(int(chance.random() * 1000)) / 10
    for fact in (
        "plan.budget_approved_amount", "plan.budget_requested_amount", "account.revenue_ltm",
    ):  # fmt: skip
        yield fact, Decimal(int(chance.random() * 300_000_000)) / 100
    for fact in ("plan.initiatives_count", "team.size"):
        yield fact, Decimal(int(chance.random() * 9))
    yield "account.pilot", chance.random() < 0.3  # noqa: PLR2004
    yield "account.kam", f"kam{int(chance.random() * KAMS)}"
    yield "account.health", chance.choice(("green", "amber", "red"))
    yield "account.segment", chance.choice(("strategic", "growth", "core"))
