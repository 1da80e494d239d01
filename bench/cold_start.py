"""How long commands take to start, against programs that only import what they are built on.

Whole processes, wall time, in turn.
"""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measuring import Result, interleaved, ratios, run_program
from kamflow import Kamflow, fixed_clock

RUNS = 15
HELP_BAR, STATUS_BAR = 1.3, 1.2
ACCOUNTS = 60
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def run() -> list[Result]:
    """Compare `kamflow --help` and `kamflow status` on a small database."""
    with TemporaryDirectory(prefix="kamflow-bench-") as folder:
        database = _small_database(Path(folder))
        commands = (
            ("kamflow --help / import click", ("--help",), "import click", HELP_BAR),
            (
                "kamflow status / import click, sqlalchemy",
                ("--db", str(database), "status"),
                "import click, sqlalchemy",
                STATUS_BAR,
            ),
        )
        return [_compare(*command) for command in commands]


def _compare(name: str, arguments: tuple[str, ...], imports: str, bar: float) -> Result:
    ours, theirs = interleaved(
        lambda: run_program("-m", "kamflow_cli", *arguments),
        lambda: run_program("-c", imports),
        RUNS,
    )
    best = min(item.wall_s for item in ours), min(item.wall_s for item in theirs)
    note = f"{best[0] * 1000:.0f} ms against {best[1] * 1000:.0f} ms"
    return Result(name=name, unit="x", values=ratios(ours, theirs), bar=bar, note=note)


def _small_database(folder: Path) -> Path:
    database = folder / "small.db"
    kam = Kamflow.open(f"sqlite:///{database}", pack="kam-core", clock=fixed_clock(NOW))
    with kam.batch() as batch:
        batch.create_program("north", "North", by="ana")
        for number in range(ACCOUNTS):
            batch.create_account("north", f"account-{number}", f"Account {number}", by="ana")
    kam.close()
    return database
