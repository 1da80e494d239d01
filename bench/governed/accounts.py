"""The accounts of the benches: facts that meet every criterion, an approval that lacks a vote."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from kamflow import Kamflow, fixed_clock
from kamflow.model.values import Value

PACK = Path(__file__).parent
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PROGRAM, SPONSOR, CONTROLLER = "north", "victor", "fred"
_BATCH = 250


def account_id(number: int) -> str:
    """Return the id of an account, counted from 0."""
    return f"{PROGRAM}/a{number:06}"


def approval_id(number: int) -> str:
    """Return the id of the approval that waits at an account: its third event asked for it."""
    return f"{account_id(number)}#3"


def opened(url: str) -> Kamflow:
    """Return the engine on a database of the bench."""
    return Kamflow.open(url, pack=PACK, clock=fixed_clock(NOW))


def prepare(url: str, accounts: int, *, voted: bool = True) -> None:
    """Fill a database: every account waits for the last of two votes, or has facts alone."""
    kam, chance = opened(url), Random(7)  # noqa: S311 - made up
    kam.create_program(PROGRAM, "North", by="ana")
    kam.assign(PROGRAM, "sponsor", SPONSOR, by="ana")
    kam.assign(PROGRAM, "finance", CONTROLLER, by="ana")
    for start in range(0, accounts, _BATCH):
        with kam.batch() as batch:
            for number in range(start, min(start + _BATCH, accounts)):
                name = account_id(number)
                batch.create_account(
                    PROGRAM, name.rpartition("/")[2], f"Account {number}", by="ana"
                )
                batch.record_facts(name, facts(chance), source="erp", as_of=NOW)
                if voted:
                    batch.request(name, "advance", by="ana")
                    batch.vote(approval_id(number), "approve", by=SPONSOR)
    kam.close()


def facts(chance: Random) -> dict[str, Value]:
    """Return facts that meet every criterion."""
    million = Decimal(1_000_000)
    return {
        "account.revenue": round(Decimal(chance.uniform(6, 80)) * million, 2),
        "account.growth": round(Decimal(chance.uniform(5, 20)), 2),
        "account.wallet": round(Decimal(chance.uniform(30, 80)), 1),
        "account.margin": round(Decimal(chance.uniform(22, 40)), 2),
        "account.fit": Decimal(chance.randint(7, 10)),
        "account.depth": Decimal(chance.randint(3, 6)),
        "account.sponsored": True,
        "account.planned": True,
        "account.reviewed_on": NOW.date().replace(day=1, month=chance.randint(9, 11)),
        "account.value": round(Decimal(chance.uniform(0.9, 1.4)) * million, 2),
        "account.target": million,
        "account.initiatives": Decimal(chance.randint(2, 6)),
        "account.churn_risk": round(Decimal(chance.uniform(0, 30)), 1),
        "account.nps": Decimal(chance.randint(20, 80)),
        "account.escalations": Decimal(chance.randint(0, 2)),
        "account.contract_months": Decimal(chance.randint(6, 48)),
        "account.kam": chance.choice(["kim", "kai", "kay"]),
        "account.region": chance.choice(["EMEA", "AMER", "APAC"]),
        "account.segment": chance.choice(["auto", "pharma", "chem"]),
        "account.whitespace": round(Decimal(chance.uniform(1, 50)) * million, 2),
    }
