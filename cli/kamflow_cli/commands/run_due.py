"""`kamflow run-due`."""

import click

from kamflow_cli.output import counted, print_json
from kamflow_cli.session import json_option, open_kamflow


@click.command("run-due")
@click.option("--limit", type=click.IntRange(min=1), help="So many subjects at most.")
@json_option
@click.pass_context
def run_due(ctx: click.Context, limit: int | None, as_json: bool) -> None:
    """Do what has fallen due: remind, escalate, expire, say what is overdue. A timer runs this."""
    from kamflow_cli.telling import event_line

    report = open_kamflow(ctx).run_due(limit)
    if as_json:
        print_json(report)
        return
    for item in report.subjects:
        for recorded in item.events:
            click.echo(f"{item.subject}: {event_line(recorded.event)}")
    done = counted(len(report.subjects), "subject")
    click.echo(f"{done} had something due by {report.as_of:%Y-%m-%d %H:%M} UTC")
