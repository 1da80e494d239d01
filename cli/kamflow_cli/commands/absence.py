"""`kamflow absence`."""

import click

from kamflow import AbsenceEntry
from kamflow_cli.days import moment
from kamflow_cli.output import print_decision, print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.group()
def absence() -> None:
    """Say who is away, who votes meanwhile, and who has left."""


@absence.command()
@click.argument("subject")
@click.argument("person")
@click.option("--from", "begins", metavar="DAY", help="First day; now when not given.")
@click.option("--until", metavar="DAY", help="Last day; until it is ended when not given.")
@click.option(
    "--deputy", "deputies", multiple=True, metavar="PERSON", help="Who may vote; repeatable."
)
@click.option("--left", is_flag=True, help="PERSON has left the company for good.")
@by_option
@json_option
@click.pass_context
def record(
    ctx: click.Context,
    subject: str,
    person: str,
    begins: str | None,
    until: str | None,
    deputies: tuple[str, ...],
    left: bool,
    by: str,
    as_json: bool,
) -> None:
    """Say that PERSON is away, for SUBJECT and what belongs to it."""
    if left and (until or deputies):
        raise click.UsageError("who has left has no last day of absence and no deputies")
    kam, since = open_kamflow(ctx), moment(begins)
    if left:
        decision = kam.leave(subject, person, begins=since, by=by)
        done = f"{person} has left, for `{subject}`"
    else:
        decision = kam.absence(
            subject, person, begins=since, until=moment(until), deputies=deputies, by=by
        )
        standing_in = f"; {', '.join(deputies)} may vote meanwhile" if deputies else ""
        done = f"{person} is away{f' until {until}' if until else ''}{standing_in}"
    print_decision(ctx, decision, as_json=as_json, done=done)


@absence.command("list")
@click.argument("subject", required=False)
@json_option
@click.pass_context
def list_(ctx: click.Context, subject: str | None, as_json: bool) -> None:
    """List who is away, will be, or has left.

    With SUBJECT only as far as it concerns that program or account.
    """
    found = open_kamflow(ctx).absences(subject)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nobody is away")
    else:
        print_table(("id", "person", "from", "until", "deputies"), map(_row, found))


def _row(item: AbsenceEntry) -> tuple[object, ...]:
    from kamflow_cli.wording import last_moment, minute

    until = last_moment(item.ends_at) if item.ends_at else "has left" if item.left else "not known"
    return item.id, item.person, minute(item.begins_at), until, ", ".join(item.deputies)


@absence.command()
@click.argument("identity", metavar="ID")
@by_option
@json_option
@click.pass_context
def end(ctx: click.Context, identity: str, by: str, as_json: bool) -> None:
    """End the absence ID early, or take it back."""
    decision = open_kamflow(ctx).end_absence(identity, by=by)
    print_decision(ctx, decision, as_json=as_json, done=f"absence {identity} is ended")
