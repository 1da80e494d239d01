"""`kamflow calendar`."""

from pathlib import Path

import click

from kamflow_cli.output import counted
from kamflow_cli.session import open_kamflow


@click.command()
@click.option("--for", "person", metavar="PERSON", help="Only what this person has to do.")
@click.option("--program", help="Only what belongs to a program, or to one account.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a file, in place of standard output.",
)
@click.pass_context
def calendar(
    ctx: click.Context, person: str | None, program: str | None, output: Path | None
) -> None:
    """Print all days that are due as an iCalendar, for calendar programs to subscribe to."""
    found = open_kamflow(ctx).calendar(person=person, program=program)
    if output is None:
        click.echo(found.decode().replace("\r\n", "\n"), nl=False)
        return
    part = output.with_name(f".{output.name}.part")  # readers see the old file or the new one
    part.write_bytes(found)
    part.replace(output)
    click.echo(f"{output} holds {counted(found.count(b'BEGIN:VEVENT'), 'day')}")
