"""What the peers have in common: tables, accounts, a hand-written gate, and what each one writes.

An account waits for the vote of the controller; the sponsor has voted. One command looks whether
its key was used, loads account and votes, adds the vote, judges ten criteria with an explanation of
each, changes the stage, and writes history (chained), outbox and key in one durable transaction.
Each peer does so in its own way; what is written is the same, and is checked at the end.
"""

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

STAGES = ("selection", "planning", "mobilization", "co_creation", "capture", "measure")
NEXT = dict(zip(STAGES, (*STAGES[1:], "planning"), strict=True))
ROLES = frozenset({"sponsor", "finance"})
SPONSOR, CONTROLLER, AT = "victor", "fred", "2026-11-02T09:30:00+00:00"
TODAY = date(2026, 11, 2)

Facts = dict[str, Any]
Finding = dict[str, Any]

TABLES = """
CREATE TABLE account (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, stage TEXT NOT NULL, version INTEGER NOT NULL,
  facts TEXT NOT NULL, head TEXT NOT NULL, entered_at TEXT NOT NULL);
CREATE TABLE vote (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, stage TEXT NOT NULL, role TEXT NOT NULL,
  person TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX votes_of ON vote (account_id, stage);
CREATE TABLE history (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, sequence INTEGER NOT NULL, at TEXT NOT NULL,
  actor TEXT NOT NULL, event TEXT NOT NULL, left_stage TEXT NOT NULL, stage TEXT NOT NULL,
  findings TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (account_id, sequence));
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL,
  payload TEXT NOT NULL);
CREATE TABLE request (
  "key" TEXT PRIMARY KEY, account_id INTEGER NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL);
"""

_NUMBERS = ("revenue", "growth", "wallet", "margin", "fit", "depth")
_LEAST = {"revenue": 5e6, "growth": 2, "wallet": 15, "margin": 15, "fit": 4, "depth": 2}


def _at_least(name: str) -> Callable[[Facts], bool]:
    return lambda facts: bool(facts[name] >= _LEAST[name])


def _reviewed(facts: Facts) -> bool:
    return (TODAY - date.fromisoformat(facts["reviewed_on"])).days <= 120  # noqa: PLR2004


def _valuable(facts: Facts) -> bool:
    return bool(facts["value"] >= facts["target"] or facts["initiatives"] >= 2)  # noqa: PLR2004


# Name, condition as text, what it reads, and the condition.
CRITERIA: tuple[tuple[str, str, tuple[str, ...], Callable[[Facts], bool]], ...] = (
    *((name, f"{name} >= {_LEAST[name]}", (name,), _at_least(name)) for name in _NUMBERS),
    ("sponsored", "sponsored == True", ("sponsored",), lambda facts: facts["sponsored"] is True),
    ("planned", "planned == True", ("planned",), lambda facts: facts["planned"] is True),
    ("reviewed", "days_since_review <= 120", ("reviewed_on",), _reviewed),
    (
        "value",
        "value >= target or initiatives >= 2",
        ("value", "target", "initiatives"),
        _valuable,
    ),
)


def judge(facts: Facts) -> tuple[bool, list[Finding]]:
    """Return whether all criteria are met, and a finding for each."""
    findings = [
        {"id": name, "rule": rule, "met": met(facts), "values": {key: facts[key] for key in read}}
        for name, rule, read, met in CRITERIA
    ]
    return all(item["met"] for item in findings), findings


def chained(head: str, account: int, sequence: int, findings: list[Finding]) -> str:
    """Return the link of a new row of the history."""
    told = json.dumps([account, sequence, AT, CONTROLLER, findings], sort_keys=True)
    return sha256((head + told).encode()).hexdigest()


def message(account: int, left: str, stage: str, version: int) -> dict[str, Any]:
    """Return what the outside is told."""
    return {"account": account, "left": left, "stage": stage, "version": version}


def answer(stage: str, findings: list[Finding]) -> dict[str, Any]:
    """Return what is kept under the key."""
    return {"accepted": True, "stage": stage, "findings": findings}


def connect(file: str) -> sqlite3.Connection:
    """Open a database in the mode that all use."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def fill(file: str, accounts: int) -> None:
    """Make the tables, with accounts that wait for one vote."""
    Path(file).unlink(missing_ok=True)
    connection, chance = connect(file), Random(7)  # noqa: S311 - made up
    connection.executescript(TABLES)
    connection.execute("BEGIN")
    for number in range(1, accounts + 1):
        row = (number, f"Account {number}", "selection", 0, json.dumps(facts_of(chance)), "", AT)
        connection.execute("INSERT INTO account VALUES (?,?,?,?,?,?,?)", row)
        vote = (number, "selection", "sponsor", SPONSOR, "approve", AT)
        connection.execute(
            "INSERT INTO vote (account_id, stage, role, person, answer, at) VALUES (?,?,?,?,?,?)",
            vote,
        )
    connection.execute("COMMIT")
    connection.close()


def check(file: str, done: int) -> None:
    """Make sure that every command left what it should."""
    connection = connect(file)
    counts = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our names
        for table in ("history", "outbox", "request")
    ]
    moved = connection.execute("SELECT count(*) FROM account WHERE stage='planning'").fetchone()[0]
    if {*counts, moved} != {done}:
        raise SystemExit(f"{done} commands left {counts} rows and {moved} accounts")


def facts_of(chance: Random) -> Facts:
    """Return facts that meet every criterion."""
    return {
        "revenue": round(chance.uniform(6e6, 80e6), 2),
        "growth": round(chance.uniform(5, 20), 2),
        "wallet": round(chance.uniform(30, 80), 1),
        "margin": round(chance.uniform(22, 40), 2),
        "fit": chance.randint(7, 10),
        "depth": chance.randint(3, 6),
        "sponsored": True,
        "planned": True,
        "reviewed_on": f"2026-{chance.randint(9, 10):02}-01",
        "value": round(chance.uniform(0.9e6, 1.4e6), 2),
        "target": 1e6,
        "initiatives": chance.randint(2, 6),
        "churn_risk": round(chance.uniform(0, 30), 1),
        "nps": chance.randint(20, 80),
        "escalations": chance.randint(0, 2),
        "contract_months": chance.randint(6, 48),
        "kam": chance.choice(["kim", "kai", "kay"]),
        "region": chance.choice(["EMEA", "AMER", "APAC"]),
        "segment": chance.choice(["auto", "pharma", "chem"]),
        "whitespace": round(chance.uniform(1e6, 50e6), 2),
    }
