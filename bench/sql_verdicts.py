"""The verdicts of a gate of ten criteria for a million accounts: our SQL and hand-written SQL.

On both databases, and in two ways: every row, with its id and all verdicts, as a report reads it;
and the number of accounts by verdict, counted inside of the database, where nothing but judging
takes time. What both sides give is compared first. `sql_gate` has the gate, the statement by hand
and the accounts.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, insert

from bench import sql_gate
from bench.measuring import WORK, Result
from bench.sql_gate import BITS, GATE, GATE_BY_HAND, NOW, PROGRAM
from kamflow.engine.compiled import CompiledPack
from kamflow.model.pack import Pack
from kamflow.storage.portfolio import projection, rebuild, tally, verdicts
from tests.postgres import running_server

ACCOUNTS, BAR, RUNS, BATCH = 1_000_000, 1.5, 3, 20_000

_ROWS = "SELECT id, {gate}, {bits} FROM ({select} {fence}) AS judged"
_COUNTS = (
    "SELECT verdict, count(*) FROM (SELECT {gate} AS verdict FROM ({select}) AS j) AS v GROUP BY 1"
)
_FENCE = {"sqlite": "LIMIT -1 OFFSET 0", "postgresql": "OFFSET 0"}  # no bit is worked out twice
_TODAY = {"sqlite": f"{NOW.toordinal()}", "postgresql": f"DATE '{NOW:%Y-%m-%d}'"}

Work = Callable[[], Iterable[tuple[Any, ...]]]


def run() -> list[Result]:
    """Compare the two sides on both databases."""
    pack = sql_gate.pack_with_gate()
    found: list[Result] = []
    embedded = create_engine(f"sqlite:///{_sqlite(pack)}")
    found += _compared(embedded, pack, time.process_time)
    embedded.dispose()
    with running_server() as url:
        server = create_engine(url)
        _fill(server, pack, _copy)
        # The work is done by another process, whose CPU time this one does not see.
        found += _compared(server, pack, time.perf_counter)
        server.dispose()
    return found


def _compared(engine: Engine, pack: Pack, clock: Callable[[], float]) -> Iterator[Result]:
    """Yield how the two sides compare on a database, row by row and counted."""
    compiled, name = CompiledPack(pack), engine.dialect.name
    by_hand = _by_hand(pack, name)
    with engine.connect() as connection:

        def read(statement: str) -> list[tuple[Any, ...]]:
            return connection.exec_driver_sql(statement).cursor.fetchall()

        for what, ours, theirs in (
            (
                "rows",
                lambda: verdicts(connection, compiled, GATE, PROGRAM, now=NOW),
                lambda: read(by_hand["rows"]),
            ),
            (
                "counts",
                lambda: tally(connection, compiled, GATE, PROGRAM, now=NOW).items(),
                lambda: read(by_hand["counts"]),
            ),
        ):
            _require_the_same(ours(), theirs())
            turns = [(_time(theirs, clock), _time(ours, clock)) for _ in range(RUNS)]
            best = [f"{min(side):.2f} s" for side in zip(*turns, strict=True)]
            yield Result(
                name=f"{what} of 1,000,000 on {name}",
                unit="x",
                values=tuple(mine / other for other, mine in turns),
                bar=BAR,
                note=f"{best[1]}, by hand {best[0]}",
            )


def _by_hand(pack: Pack, database: str) -> dict[str, str]:
    """Return the two statements by hand, as text."""
    tables = {f"{kind}s": projection(pack, kind).name for kind in ("account", "program")}
    select = sql_gate.SELECT_BY_HAND.format(today=_TODAY[database], **tables)
    as_number = "{}" if database == "sqlite" else "({})::integer"
    gate, bits = as_number.format(GATE_BY_HAND), ", ".join(map(as_number.format, BITS))
    return {
        "rows": _ROWS.format(gate=gate, bits=bits, select=select, fence=_FENCE[database]),
        "counts": _COUNTS.format(gate=gate, select=select),
    }


def _time(work: Work, clock: Callable[[], float]) -> float:
    begin = clock()
    work()
    return clock() - begin


def _require_the_same(ours: Iterable[tuple[Any, ...]], theirs: Iterable[tuple[Any, ...]]) -> None:
    if set(ours) != set(theirs):
        raise RuntimeError("the two statements do not give the same verdicts")


def _sqlite(pack: Pack) -> Path:
    """Return a file with a million accounts; made once, then kept."""
    tables = (projection(pack, kind).name for kind in ("account", "program"))
    file = WORK / f"{ACCOUNTS}_{'_'.join(tables)}.db"
    if not file.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        made = file.with_suffix(".part")
        made.unlink(missing_ok=True)
        engine = create_engine(f"sqlite:///{made}")
        _fill(engine, pack, _insert)
        engine.dispose()
        made.rename(file)
    return file


Put = Callable[[Connection, Table, list[dict[str, Any]]], None]


def _fill(engine: Engine, pack: Pack, put: Put) -> None:
    """Write the program and the accounts into an empty database."""
    remaining = sql_gate.accounts(ACCOUNTS)
    with engine.begin() as connection:
        rebuild(connection, pack, ())
        put(connection, projection(pack, "program"), [sql_gate.program()])
        table = projection(pack, "account")
        while rows := list(islice(remaining, BATCH)):
            put(connection, table, rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(table), rows)


def _copy(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    names = ", ".join(f'"{table.c[key].name}"' for key in rows[0])
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))
