"""`kamflow policy`."""

import click

from kamflow_cli.commands.policy_check import check
from kamflow_cli.commands.policy_tools import diff, fmt, graph, new, schema, show
from kamflow_cli.output import print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.group()
def policy() -> None:
    """Write, check, read and publish policy packs."""


for tool in (new, check, fmt, show, graph, diff, schema):
    policy.add_command(tool)


@policy.command()
@click.argument("pack")
@by_option
@click.pass_context
def publish(ctx: click.Context, pack: str, by: str) -> None:
    """Publish the policy in the folder PACK.

    A program or an account takes it with the next stage that it enters.
    """
    from kamflow import read_policy

    found = read_policy(pack)
    new = open_kamflow(ctx).publish(found, by=by)
    what = "is published" if new else "is the newest policy already"
    click.echo(f"{found.id} {found.version} ({found.digest[:12]}) {what}")


@policy.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the published policies, oldest first."""
    entries = open_kamflow(ctx).packs()
    if as_json:
        print_json(entries)
        return
    print_table(
        ("pack", "version", "digest", "published", "by"),
        [
            (
                item.pack,
                item.version,
                item.digest[:12],
                f"{item.published_at:%Y-%m-%d}",
                item.published_by,
            )
            for item in entries
        ],
    )
