"""Imports a long file as a program of its own, which can be killed: `python -m ... URL FOLDER N`.

With N it kills itself at the commit of batch N, before (`-N`) or after (`N`) it.
"""

import os
import signal
import sys
from pathlib import Path

from kamflow import ImportOptions, ImportReport, Kamflow, fixed_clock, import_file, load_mapping
from kamflow.runtime.importing import batches
from kamflow.storage.writing import Transaction
from tests.builders import NOON, a_pack

ROWS = 2_600
SMALL_BATCH = 100
POLICY = """
facts: {account: {account.n: {type: number}, account.kind: {type: choice, values: [a, b]}}}
events: {account: {incident.opened: {payload: {severity: {type: choice, values: [low, high]}}}}}
"""
FACTS = """
mapping:
  subject: account
  id: id
  source: crm
  facts: {account.n: n, account.kind: kind}
"""
EVENTS = """
mapping:
  subject: account
  id: id
  source: desk
  as_of: {column: day}
  event:
    name: incident.opened
    key: ticket
    payload: {severity: {column: severity, values: {1: low, 2: high}}}
"""


def prepare(url: str) -> None:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(POLICY), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.close()


def write_files(folder: Path, *, bad_rows: tuple[int, ...] = ()) -> None:
    """Write a file of facts and one of events, more rows than one transaction takes."""
    kinds = dict.fromkeys(bad_rows, "x")
    lines = (f"a{row},{row},{kinds.get(row, 'a')}" for row in range(ROWS))
    (folder / "facts.csv").write_text("id,n,kind\n" + "\n".join(lines) + "\n")
    (folder / "facts.yaml").write_text(FACTS)
    lines = (f"a{row % 50},T-{row},2026-03-0{row % 9 + 1},{row % 2 + 1}" for row in range(ROWS))
    (folder / "events.csv").write_text("id,ticket,day,severity\n" + "\n".join(lines) + "\n")
    (folder / "events.yaml").write_text(EVENTS)


def run_import(url: str, folder: Path, what: str, *, keep_going: bool = False) -> ImportReport:
    batches.WHOLE = batches.BATCH = SMALL_BATCH
    name = "events" if what == "events" else "facts"
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    try:
        return import_file(
            kam,
            str(folder / f"{name}.csv"),
            load_mapping(folder / f"{name}.yaml"),
            what=what,  # type: ignore[arg-type]
            options=ImportOptions(by="ann", keep_going=keep_going),
        )
    finally:
        kam.close()


def die_at(batch: int) -> None:
    """End this process, as a power cut would, at the commit of a batch that keeps its progress."""
    keep, flush, kept = Transaction.keep_import, Transaction.flush, [0]

    def keep_and_count(self: Transaction, *rest: object) -> None:
        keep(self, *rest)  # type: ignore[arg-type]
        kept[0] += 1

    def flush_and_die(self: Transaction) -> None:
        if batch > 0 and kept[0] == batch:
            os.kill(os.getpid(), signal.SIGKILL)
        flush(self)
        if batch < 0 and kept[0] == -batch:
            os.kill(os.getpid(), signal.SIGKILL)

    Transaction.keep_import = keep_and_count  # type: ignore[method-assign,assignment]
    Transaction.flush = flush_and_die  # type: ignore[method-assign]


if __name__ == "__main__":
    die_at(int(sys.argv[4]))
    run_import(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
