"""`kamflow init`."""

from pathlib import Path

import click

from kamflow import Kamflow
from kamflow_cli.session import SETTINGS, clock_of, database_url

_SETTINGS_TEXT = """# Settings of kamflow for this folder and those below it.
database = "{database}"
"""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option(
    "--pack", default="kam-core", show_default=True, help="Shipped pack (core, lite), or a folder."
)
@click.option("--database", default="governance.db", show_default=True, help="File or URL.")
@click.pass_context
def init(ctx: click.Context, folder: Path, pack: str, database: str) -> None:
    """Create a database with a policy in FOLDER, ready to use."""
    settings = folder / SETTINGS
    if settings.exists():
        raise click.UsageError(f"{settings} is there already; remove it to begin anew")
    folder.mkdir(parents=True, exist_ok=True)
    place = database if "://" in database else database_url(str(folder / database))
    kam = Kamflow.open(place, pack=pack, clock=clock_of(ctx))
    policy = kam.policy()
    kam.close()
    settings.write_text(_SETTINGS_TEXT.format(database=database), "utf-8")
    click.echo(f"{folder / database if '://' not in database else database} holds the policy")
    click.echo(f"  {policy.id} {policy.version} ({policy.digest[:12]})")
    if folder != Path():
        click.echo(f"next: cd {folder}")
    click.echo("next: kamflow program create north --name 'Program North' --by YOU")
