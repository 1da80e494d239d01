"""`kamflow demo`."""

import tempfile
from pathlib import Path

import click

from kamflow_cli.commands.status import status
from kamflow_cli.session import clock_of


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to leave everything in; a new temporary one when not given.",
)
@click.option(
    "--accounts",
    type=click.IntRange(60, 500),
    default=64,
    show_default=True,
    help="Number of customers of the sample company.",
)
@click.option("--seed", default=7, show_default=True, help="Another seed invents other customers.")
@click.pass_context
def demo(ctx: click.Context, folder: Path | None, accounts: int, seed: int) -> None:
    """Play a whole program on sample data and leave its database behind."""
    from kamflow_cli.demo.clock import PlayedClock
    from kamflow_cli.demo.files import WRITTEN
    from kamflow_cli.demo.story import DAYS, tell_story

    _, now = ctx.find_root().obj or (None, None)
    clock = PlayedClock(clock_of(ctx)(), days_before=DAYS)
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="kamflow-demo-"))
    there = [name for name in WRITTEN if (folder / name).exists()]
    if there:
        raise click.UsageError(
            f"`{folder}` holds {', '.join(there)} already; name another folder with --dir, "
            "or remove this one first"
        )
    folder.mkdir(parents=True, exist_ok=True)
    tell_story(folder, clock, accounts=accounts, seed=seed, now=now, print_status=_print_status)


def _print_status(database: str, now: str) -> None:
    status.main(args=[], prog_name="kamflow", standalone_mode=False, obj=(database, now))
