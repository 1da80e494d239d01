"""`kamflow waive`."""

import click

from kamflow_cli.days import day
from kamflow_cli.output import print_decision, print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.group()
def waive() -> None:
    """Ask that a criterion does not keep its gate shut for a time."""


@waive.command()
@click.argument("subject")
@click.argument("criterion")
@click.option("--owner", required=True, metavar="PERSON", help="Who answers for it meanwhile.")
@click.option("--until", required=True, metavar="DAY", help="Last day on which it is waived.")
@click.option("--reason", required=True, help="Why; kept in the history.")
@by_option
@json_option
@click.pass_context
def ask(
    ctx: click.Context,
    subject: str,
    criterion: str,
    owner: str,
    until: str,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Ask that CRITERION is waived for SUBJECT."""
    decision = open_kamflow(ctx).waive(
        subject, criterion, owner=owner, reason=reason, until=day(until), by=by
    )
    done = f"asked to waive {criterion} for `{subject}` until {until}"
    print_decision(ctx, decision, as_json=as_json, done=done)


@waive.command("list")
@click.argument("subject", required=False)
@json_option
@click.pass_context
def list_(ctx: click.Context, subject: str | None, as_json: bool) -> None:
    """List what is waived: everywhere, or as far as it concerns SUBJECT."""
    found = open_kamflow(ctx).waivers(subject)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nothing is waived")
    else:
        print_table(
            ("subject", "criterion", "gate", "until", "owner", "reason", "request"),
            [
                (
                    item.name,
                    item.criterion,
                    item.gate,
                    item.ends_on,
                    item.owner,
                    item.reason,
                    item.id,
                )
                for item in found
            ],
        )


@waive.command()
@click.argument("subject")
@click.argument("criterion")
@click.option("--reason", required=True, help="Why; kept in the history.")
@by_option
@json_option
@click.pass_context
def end(
    ctx: click.Context, subject: str, criterion: str, reason: str, by: str, as_json: bool
) -> None:
    """Waive CRITERION for SUBJECT no longer."""
    decision = open_kamflow(ctx).end_waiver(subject, criterion, reason=reason, by=by)
    done = f"{criterion} is waived no longer for `{subject}`"
    print_decision(ctx, decision, as_json=as_json, done=done)
