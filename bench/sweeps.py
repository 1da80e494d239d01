"""A million accounts without loading them: counts by stage, and what a change of policy changes.

The counts come from one index. The what-if reads typed columns: a threshold moves, and SQL finds
the accounts for which the gate of ten criteria comes out otherwise. Loading is measured on a part
and taken times the rest: snapshots read and decoded, nothing judged yet.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from msgspec.structs import replace
from sqlalchemy import create_engine, insert

from bench.governed.accounts import NOW, PACK, PROGRAM, facts, opened, prepare
from bench.measuring import WORK, Result
from kamflow import read_policy
from kamflow.model.pack import Pack
from kamflow.storage.changes import Changed, changed_outcomes
from kamflow.storage.portfolio import projection, rebuild
from kamflow.storage.sql.projection import as_of_key, value_key

ACCOUNTS, LOADED, RUNS, BATCH = 1_000_000, 4_000, 5, 20_000
COUNTS_BAR_S, WHAT_IF_BAR_S, LOADING_BAR = 0.3, 0.8, 1 / 8
THRESHOLD, TRIED = "margin_min", "25"  # was 15

COPIES = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :accounts)
INSERT INTO instances (id, kind, parent, name, workflow, stage, entered_at, sequence, waiting,
                       head, snapshot)
SELECT printf('north/b%07d', n), 'account', 'north', printf('Account %d', n), 'lifecycle',
       CASE abs(random() % 6) WHEN 0 THEN 'selection' WHEN 1 THEN 'planning'
         WHEN 2 THEN 'mobilization' WHEN 3 THEN 'co_creation' WHEN 4 THEN 'capture'
         ELSE 'measure' END,
       datetime('2026-11-01', printf('-%d days', abs(random() % 400))) || '.000000', 4, 0, x'00',
       zeroblob(200)
FROM numbers
"""


def run() -> list[Result]:
    """Measure both."""
    WORK.mkdir(parents=True, exist_ok=True)
    pack = read_policy(PACK)
    loading = _loading_s()
    changes, found = _what_if(pack)
    share = tuple(value / loading for value in changes)
    return [
        Result(name="counts by stage of 1,000,000", unit="s", values=_counts(), bar=COUNTS_BAR_S),
        Result(
            name="what-if over 1,000,000",
            unit="s",
            values=changes,
            bar=WHAT_IF_BAR_S,
            note=f"{found} accounts come out otherwise",
        ),
        Result(
            name="what-if / loading",
            unit="x",
            values=share,
            bar=LOADING_BAR,
            note=f"loading would take {loading:.0f} s",
        ),
    ]


def _timed(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _counts() -> tuple[float, ...]:
    """Return the seconds that counting took; the index holds all that is asked."""
    file = WORK / f"counts-{ACCOUNTS}.db"
    if not file.exists():
        made = file.with_suffix(".part")
        made.unlink(missing_ok=True)
        prepare(f"sqlite:///{made}", 1, voted=False)
        with sqlite3.connect(made) as connection:
            connection.execute(COPIES, {"accounts": ACCOUNTS - 1})
        connection.close()
        made.rename(file)
    kam = opened(f"sqlite:///{file}")
    if sum(item.count for item in kam.counts("account", PROGRAM)) != ACCOUNTS:
        raise RuntimeError("not all accounts were counted")
    values = tuple(_timed(lambda: kam.counts("account", PROGRAM)) for _ in range(RUNS))
    kam.close()
    return values


def _loading_s() -> float:
    """Return the seconds that loading all accounts would take, from a part of them."""
    file = WORK / f"loading-{LOADED}.db"
    if not file.exists():
        prepare(f"sqlite:///{file}", LOADED, voted=False)
    kam = opened(f"sqlite:///{file}")
    with kam.reading() as session:
        spent = _timed(lambda: session.transaction.members(PROGRAM, "account"))
    kam.close()
    return spent * ACCOUNTS / LOADED


def _what_if(pack: Pack) -> tuple[tuple[float, ...], int]:
    """Return the seconds, and how many accounts change."""
    parameters = {**pack.parameters, THRESHOLD: replace(pack.parameters[THRESHOLD], value=TRIED)}
    policies = (pack, replace(pack, parameters=parameters, digest="tried"))
    engine = create_engine(f"sqlite:///{_portfolio(pack)}")
    with engine.connect() as connection:

        def sweep() -> list[Changed]:
            return changed_outcomes(connection, policies, "G", PROGRAM, now=NOW)

        found = len(sweep())
        values = tuple(_timed(sweep) for _ in range(RUNS))
    engine.dispose()
    if not found:
        raise RuntimeError("a threshold was moved and nothing has changed")
    return values, found


def _portfolio(pack: Pack) -> Path:
    """Return a database with the typed columns of all accounts; made once, then kept."""
    table = projection(pack, "account")
    file = WORK / f"{table.name}_{ACCOUNTS}.db"
    if file.exists():
        return file
    made = file.with_suffix(".part")
    made.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{made}")
    with engine.begin() as connection:
        rebuild(connection, pack, ())
        rows = _rows()
        for _ in range(ACCOUNTS // BATCH):
            connection.execute(insert(table), [next(rows) for _ in range(BATCH)])
    engine.dispose()
    return made.rename(file)


def _rows() -> Iterator[dict[str, Any]]:
    """Yield accounts: a part has a value that is missing, or too low for the gate."""
    chance, number = Random(20), 0  # noqa: S311 - made up
    samples = [facts(chance) for _ in range(2_000)]
    while True:
        number += 1
        row: dict[str, Any] = {
            "id": f"{PROGRAM}/a{number:07}",
            "parent": PROGRAM,
            "stage": "selection",
            "name": f"Account {number}",
            "opened_on": NOW.date(),
        }
        lacking = chance.choice(("", "", "", "account.wallet", "account.planned", "account.fit"))
        for fact, value in samples[number % len(samples)].items():
            low = fact == lacking and isinstance(value, Decimal)
            missing = fact == lacking and not low

            row[value_key(fact)] = None if missing else Decimal(1) if low else value
            row[as_of_key(fact)] = None if missing else NOW.date()
        yield row
