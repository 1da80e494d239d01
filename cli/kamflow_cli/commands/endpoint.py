"""`kamflow endpoint`."""

import click

from kamflow_cli import exit_codes
from kamflow_cli.output import print_json, print_table
from kamflow_cli.session import json_option, open_kamflow


@click.group()
def endpoint() -> None:
    """Send what is decided to other programs, as signed webhooks."""


@endpoint.command()
@click.argument("name")
@click.argument("url")
@click.option("--type", "types", multiple=True, metavar="PATTERN", help="Wanted message types.")
@click.option("--subject", "subjects", multiple=True, help="Wanted programs or accounts.")
@click.option("--secret", metavar="WHSEC", help="Secret to sign with; a new one unless given.")
@click.option("--allow-http", is_flag=True, help="Send without encryption.")
@click.option("--allow-private", is_flag=True, help="Send to the own network or machine.")
@click.option("--from-start", is_flag=True, help="Send what was decided before as well.")
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    name: str,
    url: str,
    types: tuple[str, ...],
    subjects: tuple[str, ...],
    secret: str | None,
    allow_http: bool,
    allow_private: bool,
    from_start: bool,
    as_json: bool,
) -> None:
    """Send messages to URL from now on.

    Prints the secret by which they are signed.
    """
    kept = open_kamflow(ctx).add_endpoint(
        name,
        url,
        types=types,
        subjects=subjects,
        secret=secret,
        allow_http=allow_http,
        allow_private=allow_private,
        from_start=from_start,
    )
    _tell_secret(name, kept, "is added", as_json=as_json)


@endpoint.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the endpoints, with what waits for them."""
    found = open_kamflow(ctx).endpoints()
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no endpoints; add one with `kamflow endpoint add NAME URL`")
        return
    print_table(
        ("name", "url", "types", "subjects", "waiting", "dead", "state"),
        [
            (
                item.name,
                item.url,
                ", ".join(item.types) or "all",
                ", ".join(item.subjects) or "all",
                item.waiting,
                item.dead,
                f"disabled: {item.disabled}" if item.disabled else "enabled",
            )
            for item in found
        ],
        right=("waiting", "dead"),
    )


@endpoint.command()
@click.argument("name")
@json_option
@click.pass_context
def test(ctx: click.Context, name: str, as_json: bool) -> None:
    """Send a message of no importance now, and tell how it was taken."""
    attempt = open_kamflow(ctx).test_endpoint(name)
    if as_json:
        print_json(attempt)
    elif attempt.arrived:
        click.echo(f"{name}: it arrived, with the answer {attempt.status}")
    else:
        click.echo(f"{name}: it did not arrive: {attempt.error}")
    if not attempt.arrived:
        ctx.exit(exit_codes.FAILED)


@endpoint.command()
@click.argument("name")
@click.option("--secret", metavar="WHSEC", help="Secret to sign with; a new one unless given.")
@json_option
@click.pass_context
def rotate(ctx: click.Context, name: str, secret: str | None, as_json: bool) -> None:
    """Sign with a new secret, and with the one before.

    Prints the new one.
    """
    kept = open_kamflow(ctx).rotate_endpoint(name, secret=secret)
    _tell_secret(name, kept, "signs with two secrets", as_json=as_json)


@endpoint.command()
@click.argument("name")
@click.option("--reason", default="", help="Why, for those who list it.")
@click.pass_context
def disable(ctx: click.Context, name: str, reason: str) -> None:
    """Send nothing more until it is enabled."""
    open_kamflow(ctx).disable_endpoint(name, reason)
    click.echo(f"{name} is disabled")


@endpoint.command()
@click.argument("name")
@click.pass_context
def enable(ctx: click.Context, name: str) -> None:
    """Send again, from where it was; what failed is tried at once."""
    open_kamflow(ctx).enable_endpoint(name)
    click.echo(f"{name} is enabled")


@endpoint.command()
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Forget an endpoint with all that waits for it."""
    open_kamflow(ctx).remove_endpoint(name)
    click.echo(f"{name} is removed")


def _tell_secret(name: str, secret: str, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "secret": secret})
        return
    click.echo(f"{name} {what}; give the receiver this secret, it is not shown again:")
    click.echo(f"  {secret}")
