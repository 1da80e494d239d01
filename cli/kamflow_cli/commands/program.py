"""`kamflow program`."""

import click

from kamflow_cli.commands.capacity import capacity
from kamflow_cli.commands.subject import add_subject_commands, print_subjects
from kamflow_cli.output import print_decision
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.group()
def program() -> None:
    """Start programs and move them through the roll-out."""


@program.command()
@click.argument("identity", metavar="PROGRAM")
@click.option("--name", help="Name for readers; the id when not given.")
@click.option(
    "--assign", "roles", multiple=True, metavar="ROLE=PERSON", help="Assign a role; repeatable."
)
@by_option
@json_option
@click.pass_context
def create(
    ctx: click.Context,
    identity: str,
    name: str | None,
    roles: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Start the program PROGRAM, with the people who hold its roles."""
    pairs = [item.partition("=") for item in roles]
    wrong = [item for item, pair in zip(roles, pairs, strict=True) if not pair[1]]
    if wrong:
        raise click.UsageError(f"`{wrong[0]}` is not ROLE=PERSON")
    with open_kamflow(ctx).batch() as batch:
        decision = batch.create_program(identity, name or identity, by=by)
        for role, _, person in pairs:
            assigned = batch.assign(identity, role, person, by=by)
            if not assigned.accepted:
                raise click.UsageError("; ".join(assigned.reasons))
    stage = decision.snapshot.stage if decision.snapshot else ""
    print_decision(ctx, decision, as_json=as_json, done=f"`{identity}` is {stage}")


@program.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the programs."""
    print_subjects(open_kamflow(ctx).subjects("program"), as_json=as_json)


add_subject_commands(program)
program.add_command(capacity)
