"""`kamflow people`."""

import click

from kamflow_cli.output import print_json, print_table
from kamflow_cli.session import json_option, open_kamflow


@click.group()
def people() -> None:
    """Keep names beside the history, and erase them."""


@people.command("set")
@click.argument("person")
@click.option("--name", help="Name for readers; empty to remove it.")
@click.option("--mail", help="Mail address; empty to remove it.")
@json_option
@click.pass_context
def set_(
    ctx: click.Context, person: str, name: str | None, mail: str | None, as_json: bool
) -> None:
    """Keep the name and the mail address of PERSON, as the history calls them."""
    if name is None and mail is None:
        raise click.UsageError("give --name, --mail, or both")
    kept = open_kamflow(ctx).set_person(person, name=name, mail=mail)
    if as_json:
        print_json(kept)
    else:
        click.echo(f"{kept.id}: {kept.name or 'no name'}, {kept.mail or 'no mail address'}")


@people.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the people whose names are kept, or were."""
    found = open_kamflow(ctx).people()
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no names are kept")
        return
    print_table(
        ("id", "name", "mail", "erased"),
        [
            (item.id, item.name, item.mail, item.erased_at and f"{item.erased_at:%Y-%m-%d}")
            for item in found
        ],
    )


@people.command()
@click.argument("person")
@json_option
@click.pass_context
def erase(ctx: click.Context, person: str, as_json: bool) -> None:
    """Remove the name and the mail address of PERSON for good; the history stays as it is."""
    kept = open_kamflow(ctx).erase_person(person)
    if as_json:
        print_json(kept)
    else:
        click.echo(f"{kept.id}: erased on {kept.erased_at:%Y-%m-%d}")
