"""`kamflow people`."""

import sys

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
    """Keep the name and the mail address of PERSON.

    PERSON is the id by which the history calls them.
    """
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
    """Remove the name and all addresses of PERSON for good.

    The history stays as it is.
    """
    kept = open_kamflow(ctx).erase_person(person)
    if as_json:
        print_json(kept)
    else:
        click.echo(f"{kept.id}: erased on {kept.erased_at:%Y-%m-%d}")


@people.command()
@click.argument("person")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option("--remove", is_flag=True, help="Forget all addresses of the person.")
@click.pass_context
def contact(ctx: click.Context, person: str, addresses: tuple[str, ...], remove: bool) -> None:
    """Tell PERSON things at each ADDRESS, as apprise writes it.

    With `-` the addresses are read from the input, one on each line.

    The addresses take the place of those from before. They may hold passwords, and are shown
    without them.
    """
    if remove == bool(addresses):
        raise click.UsageError("give addresses, or --remove")
    given = [line for item in addresses for line in _lines(item)]
    kam = open_kamflow(ctx)
    kam.set_contacts(person, given)
    shown = [url for item in kam.contacts() if item.person == person for url in item.addresses]
    click.echo(f"{person}: {', '.join(shown) or 'no addresses'}")


@people.command()
@json_option
@click.pass_context
def contacts(ctx: click.Context, as_json: bool) -> None:
    """List where people are told things, without what is secret."""
    found = open_kamflow(ctx).contacts()
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("nobody can be told anything; see `kamflow people contact`")
        return
    rows = [(item.person, item.name, ", ".join(item.addresses), item.mail) for item in found]
    print_table(("person", "name", "addresses", "mail"), rows)


def _lines(address: str) -> list[str]:
    if address != "-":
        return [address]
    read = sys.stdin.read().splitlines()
    return [line.strip() for line in read if line.strip()]
