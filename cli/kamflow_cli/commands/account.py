"""`kamflow account`."""

import click

from kamflow_cli.commands.subject import add_subject_commands, print_subjects
from kamflow_cli.output import print_decision
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.group()
def account() -> None:
    """Enter accounts, move them, see what blocks them."""


@account.command()
@click.argument("identity", metavar="ACCOUNT")
@click.option("--program", required=True, help="Program that the account belongs to.")
@click.option("--name", help="Name for readers; the id when not given.")
@by_option
@json_option
@click.pass_context
def create(
    ctx: click.Context, identity: str, program: str, name: str | None, by: str, as_json: bool
) -> None:
    """Enter the account ACCOUNT as a candidate of a program."""
    decision = open_kamflow(ctx).create_account(program, identity, name or identity, by=by)
    stage = decision.snapshot.stage if decision.snapshot else ""
    print_decision(ctx, decision, as_json=as_json, done=f"`{identity}` is {stage}")


@account.command("list")
@click.option("--program", help="Only the accounts of this program.")
@click.option("--stage", help="Only the accounts in this stage.")
@json_option
@click.pass_context
def list_(ctx: click.Context, program: str | None, stage: str | None, as_json: bool) -> None:
    """List accounts."""
    entries = open_kamflow(ctx).subjects("account", program)
    chosen = [item for item in entries if stage in (None, item.stage)]
    print_subjects(chosen, as_json=as_json)


add_subject_commands(account)
