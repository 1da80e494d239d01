"""`kamflow delegate`."""

import click

from kamflow import DelegationEntry
from kamflow_cli.days import moment, needed
from kamflow_cli.output import print_decision, print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.group()
def delegate() -> None:
    """Lend a vote to somebody else for a time."""


@delegate.command()
@click.argument("subject")
@click.argument("person")
@click.argument("to")
@click.option("--from", "begins", metavar="DAY", help="First day; now when not given.")
@click.option("--until", required=True, metavar="DAY", help="Last day.")
@click.option("--reason", required=True, help="Why; kept in the history.")
@click.option("--approval", "approvals", multiple=True, help="Only for this approval; repeatable.")
@by_option
@json_option
@click.pass_context
def give(
    ctx: click.Context,
    subject: str,
    person: str,
    to: str,
    begins: str | None,
    until: str,
    reason: str,
    approvals: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Let TO vote for PERSON on SUBJECT and on what belongs to it."""
    decision = open_kamflow(ctx).delegate(
        subject,
        person,
        to,
        begins=moment(begins),
        until=needed(until),
        reason=reason,
        approvals=approvals,
        by=by,
    )
    done = f"{to} votes for {person} on `{subject}` until {until}"
    print_decision(ctx, decision, as_json=as_json, done=done)


@delegate.command("list")
@click.argument("subject", required=False)
@json_option
@click.pass_context
def list_(ctx: click.Context, subject: str | None, as_json: bool) -> None:
    """List the votes that are lent, or will be; those that concern SUBJECT, if it is given."""
    found = open_kamflow(ctx).delegations(subject)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no vote is lent")
    else:
        columns = ("id", "of", "to", "from", "until", "for", "reason")
        print_table(columns, map(_row, found))


def _row(item: DelegationEntry) -> tuple[object, ...]:
    from kamflow_cli.wording import last_moment, minute

    only = ", ".join(item.approvals) or "all approvals"
    begins, ends = minute(item.begins_at), last_moment(item.ends_at)
    return item.id, item.person, item.to, begins, ends, only, item.reason


@delegate.command()
@click.argument("identity", metavar="ID")
@by_option
@json_option
@click.pass_context
def end(ctx: click.Context, identity: str, by: str, as_json: bool) -> None:
    """Lend the vote of the delegation ID no longer."""
    decision = open_kamflow(ctx).end_delegation(identity, by=by)
    print_decision(ctx, decision, as_json=as_json, done=f"delegation {identity} is ended")
