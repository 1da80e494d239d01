"""`kamflow break-glass`, `kamflow call-in`, `kamflow appeal` and `kamflow review`."""

import click

from kamflow_cli.identities import request_argument
from kamflow_cli.output import print_decision, print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow

_reason = click.option("--reason", required=True, help="Why; kept in the history.")


@click.command("break-glass")
@click.argument("subject")
@click.argument("trigger")
@click.option("--to", "target", metavar="STAGE", help="Stage to enter, where several are offered.")
@_reason
@by_option
@json_option
@click.pass_context
def break_glass(
    ctx: click.Context,
    subject: str,
    trigger: str,
    target: str | None,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Ask for TRIGGER of SUBJECT past gate and approval; a second person has to confirm it."""
    decision = open_kamflow(ctx).break_glass(subject, trigger, reason=reason, by=by, target=target)
    print_decision(ctx, decision, as_json=as_json, done=f"{trigger} is asked for past the gate")


@click.command("call-in")
@request_argument("decision_id")
@_reason
@by_option
@json_option
@click.pass_context
def call_in(ctx: click.Context, decision_id: str, reason: str, by: str, as_json: bool) -> None:
    """Turn the automatic yes ID into a decision of people."""
    decision = open_kamflow(ctx).call_in(decision_id, reason=reason, by=by)
    print_decision(ctx, decision, as_json=as_json, done=f"{decision_id} is called in")


@click.command()
@request_argument("decision_id")
@_reason
@by_option
@json_option
@click.pass_context
def appeal(ctx: click.Context, decision_id: str, reason: str, by: str, as_json: bool) -> None:
    """Ask others to look at the decision ID again."""
    decision = open_kamflow(ctx).appeal(decision_id, reason=reason, by=by)
    done = f"an appeal against {decision_id} is lodged"
    print_decision(ctx, decision, as_json=as_json, done=done)


@click.group()
def review() -> None:
    """Look at decisions afterwards: sampled ones, and broken glass."""


@review.command("list")
@click.argument("person", required=False)
@json_option
@click.pass_context
def list_(ctx: click.Context, person: str | None, as_json: bool) -> None:
    """List the reviews that PERSON, or anybody, has to do."""
    found = [item for item in open_kamflow(ctx).inbox(person) if item.task == "review"]
    if as_json:
        print_json(found)
    elif not found:
        click.echo("there is nothing to review")
    else:
        print_table(
            ("id", "subject", "what", "due", "can be done by"),
            [
                (item.id, item.name, item.title, item.due_on, ", ".join(item.waiting_for))
                for item in found
            ],
        )


@review.command()
@request_argument()
@click.argument("answer", type=click.Choice(["confirm", "object"]))
@click.option("--remark", default="", help="What was found; kept in the history.")
@by_option
@json_option
@click.pass_context
def close(
    ctx: click.Context, identity: str, answer: str, remark: str, by: str, as_json: bool
) -> None:
    """Answer the review ID."""
    decision = open_kamflow(ctx).close_review(identity, answer, by=by, remark=remark)
    print_decision(ctx, decision, as_json=as_json, done=f"review of {identity}: {answer}")
