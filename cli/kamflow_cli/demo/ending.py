"""The last chapter: where everything stands, why, and what to try next."""

import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import click

from kamflow_cli.demo.acting import Play
from kamflow_cli.demo.cast import SVEN
from kamflow_cli.demo.fates import Fate, Nominee
from kamflow_cli.demo.files import DATABASE, WRITTEN
from kamflow_cli.demo.telling import heading, plain, wrapped
from kamflow_cli.explaining import explanation_lines

PrintStatus: TypeAlias = Callable[[str, str], None]  # takes a database and an instant

_LEFT_OUT = ("  + G-", "  then ", "as of ", "(+ met")


def tell_status(play: Play, print_status: PrintStatus) -> None:
    """Show the status report as it stands at this instant."""
    heading(8, "Where the program stands")
    print_status(str(play.folder / DATABASE), play.clock().isoformat())


def tell_why(play: Play, nominees: Sequence[Nominee]) -> None:
    """Explain why one incomplete account does not move on, without the criteria that are met."""
    *_, item = [item for item in nominees if item.fate is Fate.INCOMPLETE]
    heading(9, f"Why {item.name} waits: what `account why` says of it, in short")
    for line in explanation_lines(play.kam.why(item.id, "designate")):
        if line and not line.startswith(_LEFT_OUT):
            wrapped(line)


def tell_next(folder: Path, nominees: Sequence[Nominee], now: str | None) -> None:
    """Name the files and four commands to try, as they can be typed here."""
    heading(10, "What is left behind, and what to try next")
    files = ", ".join(name for name in WRITTEN if (folder / name).exists())
    click.echo(f"  {folder}")
    plain(f"holds {files}", indent=4)
    plain("Copy one of these:")
    incomplete = next(item for item in nominees if item.fate is Fate.INCOMPLETE)
    good = next(item.waiting for item in nominees if item.row == "R11" and item.waiting)
    for command in next_commands(folder, account=incomplete.id, approval=good.id, now=now):
        click.echo(f"    {command}")


def next_commands(folder: Path, *, account: str, approval: str, now: str | None) -> list[str]:
    """Return commands about an account and an approval; they work from where the user stands."""
    words = [*_program(), "--db", str(folder / DATABASE), *(("--now", now) if now else ())]
    rest = (
        ["inbox", SVEN],
        ["escalations", "--severity", "high"],
        ["account", "why", account.rpartition("/")[2], "designate"],
        ["vote", approval, "approve", "--by", SVEN],
    )
    return [shlex.join([*words, *more]) for more in rest]


def _program() -> list[str]:
    """Return how kamflow was called."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [sys.executable, "-m", "kamflow_cli"]
    if called.name != "kamflow" or shutil.which("kamflow") == str(called):
        return ["kamflow"]
    return [str(called)]
