"""`kamflow policy`."""

import click

from kamflow_cli import exit_codes
from kamflow_cli.output import counted, print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.group()
def policy() -> None:
    """Check and publish policy packs."""


@policy.command()
@click.argument("pack", default="kam-core")
@json_option
@click.pass_context
def check(ctx: click.Context, pack: str, as_json: bool) -> None:
    """Check a policy: PACK is a folder, or the name of the shipped one."""
    from kamflow import check_policy

    loaded = check_policy(pack)
    if as_json:
        digest = loaded.pack.digest if loaded.pack else None
        print_json({"pack": pack, "digest": digest, "diagnostics": loaded.diagnostics})
    elif loaded.pack is None:
        for item in loaded.diagnostics:
            click.echo(str(item), err=True)
        click.echo(counted(len(loaded.diagnostics), "problem"), err=True)
    else:
        found = loaded.pack
        criteria = sum(len(gate.criteria) for gate in found.gates.values())
        transitions = sum(len(item.transitions) for item in found.workflows.values())
        click.echo(f"{found.id} {found.version} ({found.digest[:12]}) has no problems")
        click.echo(
            f"  {counted(len(found.workflows), 'workflow')}, {counted(transitions, 'transition')}, "
            f"{counted(len(found.gates), 'gate')} with {criteria} "
            f"criteri{'on' if criteria == 1 else 'a'}, {counted(len(found.facts), 'fact')}, "
            f"{counted(len(found.parameters), 'parameter')}, "
            f"{counted(len(found.approvals), 'approval')}"
        )
    if loaded.pack is None:
        ctx.exit(exit_codes.BAD_INPUT)


@policy.command()
@click.argument("pack")
@by_option
@click.pass_context
def publish(ctx: click.Context, pack: str, by: str) -> None:
    """Publish the policy in the folder PACK: it holds from the next stage entry on."""
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
