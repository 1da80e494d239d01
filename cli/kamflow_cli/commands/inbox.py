"""`kamflow inbox` and `kamflow vote`."""

import click

from kamflow_cli.output import print_decision, print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.command()
@click.argument("person", required=False)
@json_option
@click.pass_context
def inbox(ctx: click.Context, person: str | None, as_json: bool) -> None:
    """List what waits for the vote of PERSON, or for anybody's."""
    items = open_kamflow(ctx).inbox(person)
    if as_json:
        print_json(items)
        return
    if not items:
        click.echo(f"nothing waits{f' for {person}' if person else ''}")
        return
    print_table(
        ("id", "what", "subject", "asked by", "days", "deadline", "waits for", "because"),
        [
            (
                item.id,
                f"{item.trigger}: {item.title}",
                item.name,
                item.requested_by,
                item.waiting_days,
                item.deadline,
                ", ".join(item.waiting_for),
                item.reason or item.remark,
            )
            for item in items
        ],
        right=("days",),
    )
    click.echo("answer with: kamflow vote ID approve|reject|abstain --by PERSON")


@click.command()
@click.argument("approval", metavar="ID")
@click.argument("answer", type=click.Choice(["approve", "reject", "abstain"]))
@by_option
@click.option("--remark", default="", help="Why; kept with the vote.")
@json_option
@click.pass_context
def vote(
    ctx: click.Context, approval: str, answer: str, by: str, remark: str, as_json: bool
) -> None:
    """Answer the approval ID, as `kamflow inbox` shows it."""
    decision = open_kamflow(ctx).vote(approval, answer, by=by, remark=remark)
    stage = decision.snapshot.stage if decision.snapshot else ""
    done = f"{by} votes {answer} on {approval}; the stage is `{stage}`"
    print_decision(ctx, decision, as_json=as_json, done=done)
