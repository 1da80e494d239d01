"""Values to what a person or a program reads on standard output."""

from collections.abc import Iterable, Sequence

import click
import msgspec

from kamflow import Decision
from kamflow_cli import exit_codes


def counted(number: int, noun: str) -> str:
    """Return `1 gate`, `2 gates`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def print_json(value: object) -> None:
    """Print a value as JSON, two spaces deep."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    click.echo(text.decode())


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()
) -> None:
    """Print rows under column titles; the columns named in `right` are set flush right.

    On a terminal, cells wrap to its width; elsewhere a row is one line, whatever its length.
    """
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(width=2_000, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def print_decision(ctx: click.Context, decision: Decision, *, as_json: bool, done: str) -> None:
    """Print an answer of the engine; end with the exit code for a refusal when it is one."""
    if as_json:
        print_json(decision_data(decision))
    elif decision.accepted:
        click.echo(done)
        for note in decision.reasons:
            click.echo(f"  {note}")
    else:
        click.echo(decision.explain())
    if not decision.accepted:
        ctx.exit(exit_codes.REFUSED)


def decision_data(decision: Decision) -> dict[str, object]:
    """Return what programs get of a decision."""
    snapshot = decision.snapshot
    return {
        "accepted": decision.accepted,
        "reasons": decision.reasons,
        "subject": snapshot.id if snapshot else None,
        "stage": snapshot.stage if snapshot else None,
        "gate": decision.gate.gate if decision.gate else None,
        "verdict": decision.gate.verdict if decision.gate else None,
        "findings": [item.kept() for item in decision.gate.findings] if decision.gate else [],
        "events": decision.events,
    }
