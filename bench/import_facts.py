"""Importing a million invoice lines into facts of accounts, against reading and adding them up.

Ours: kamflow runs the SQL of a mapping over the file, enters 5,848 accounts, checks every value
against the policy and records it with its history in SQLite. Theirs: pandas reads the file and
works out the same figures, and keeps nothing.
"""

import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.invoice_lines import AS_OF, invoice_lines
from bench.measuring import ROOT, Result, Run, interleaved, ratios, run_program

PACK = ROOT / "tests" / "acceptance" / "online_retail_ii"
RUNS = 5
TIME_BAR, MEMORY_BAR = 1.5, 700
FEWEST_ACCOUNTS = 5_000  # fewer would mean that the lines were not understood


def run() -> list[Result]:
    """Compare wall times, both with the start of the interpreter."""
    file = str(invoice_lines())
    with TemporaryDirectory(prefix="kamflow-bench-") as folder:
        empty = Path(folder) / "empty.db"
        run_program("-m", __name__, "prepare", str(empty))

        def ours() -> Run:
            database = Path(folder) / "run.db"
            for leftover in Path(folder).glob("run.db*"):
                leftover.unlink()
            shutil.copyfile(empty, database)
            return run_program("-m", __name__, "import", str(database), file)

        def theirs() -> Run:
            return run_program("-m", "bench.pandas_facts", file)

        mine, others = interleaved(ours, theirs, RUNS)
    seconds = f"{min(r.wall_s for r in mine):.2f} s against {min(r.wall_s for r in others):.2f} s"
    peaks = tuple(item.peak_mb for item in mine)
    return [
        Result(
            name="import a million lines / pandas",
            unit="x",
            values=ratios(mine, others),
            bar=TIME_BAR,
            note=seconds,
        ),
        Result(
            name="import a million lines, CPU / pandas",
            unit="x",
            values=tuple(a.cpu_s / b.cpu_s for a, b in zip(mine, others, strict=True)),
        ),
        Result(name="import a million lines, peak", unit="MB", values=peaks, bar=MEMORY_BAR),
    ]


def prepare(database: str) -> None:
    """Make a database with a program."""
    from kamflow import Kamflow, fixed_clock  # noqa: PLC0415 - not for the other side

    kam = Kamflow.open(f"sqlite:///{database}", pack=PACK, clock=fixed_clock(_at_noon()))
    kam.create_program("retail", "Key accounts", by="ana")
    kam.close()


def import_lines(database: str, file: str) -> None:
    """Import the lines as facts of accounts."""
    from kamflow import Kamflow, fixed_clock, import_file, load_mapping  # noqa: PLC0415

    kam = Kamflow.open(f"sqlite:///{database}", clock=fixed_clock(_at_noon()))
    report = import_file(kam, file, load_mapping(PACK / "accounts.yaml"), what="accounts")
    kam.close()
    if report.rejects or not report.written or report.created < FEWEST_ACCOUNTS:
        raise SystemExit(f"not imported as expected: {report}")


def _at_noon() -> datetime:
    return datetime.fromisoformat(AS_OF).replace(hour=12, tzinfo=UTC)


_STEPS: dict[str, Callable[..., None]] = {"prepare": prepare, "import": import_lines}

if __name__ == "__main__":
    _STEPS[sys.argv[1]](*sys.argv[2:])
