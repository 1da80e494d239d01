"""`kamflow due`."""

from datetime import UTC, date, datetime, time, timedelta

import click

from kamflow import DueReport, Kamflow
from kamflow_cli import exit_codes
from kamflow_cli.days import needed
from kamflow_cli.output import counted, print_json, print_table
from kamflow_cli.session import json_option, open_kamflow


@click.command()
@click.option("--until", metavar="DATE", help="List what falls due by then; do nothing.")
@click.option("--dry-run", is_flag=True, help="List what is due by now; do nothing.")
@click.option("--limit", type=click.IntRange(min=1), help="So many subjects at most.")
@json_option
@click.pass_context
def due(
    ctx: click.Context, until: str | None, dry_run: bool, limit: int | None, as_json: bool
) -> None:
    """Do what has fallen due, or list it: reminders, escalations, timers, ends of waivers.

    A day means up to its end, UTC.
    """
    kam = open_kamflow(ctx)
    if until is not None or dry_run:
        if limit is not None:
            raise click.UsageError("--limit is for what is done; leave it out of a list")
        _list(kam, None if until is None else _end_of(needed(until)), as_json=as_json)
        return
    report = kam.run_due(limit)
    if as_json:
        print_json(report)
    else:
        _print(report)
    if report.failed:
        ctx.exit(exit_codes.FAILED)


def _end_of(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment + timedelta(days=1), time(), UTC)


def _list(kam: Kamflow, until: datetime | None, *, as_json: bool) -> None:
    items = kam.due(until)
    if as_json:
        print_json(items)
        return
    if items:
        print_table(
            ("at (UTC)", "subject", "kind", "about", "what"),
            [(f"{i.at:%Y-%m-%d %H:%M}", i.subject, i.kind, i.about, i.text) for i in items],
        )
    by = f" by {until:%Y-%m-%d %H:%M} UTC" if until else ""
    click.echo(f"{counted(len(items), 'thing')} due{by}; nothing was done")


def _print(report: DueReport) -> None:
    from kamflow_cli.telling import event_line

    for item in report.subjects:
        for recorded in item.events:
            click.echo(f"{item.subject}: {event_line(recorded.event)}")
    done = counted(len(report.subjects), "subject")
    click.echo(f"{done} had something due by {report.as_of:%Y-%m-%d %H:%M} UTC")
    for failed in report.failed:
        again = f"tried again from {failed.again_at:%Y-%m-%d %H:%M} UTC on"
        times = counted(failed.failures, "time")
        click.echo(f"{failed.subject}: failed {times}: {failed.error}; {again}", err=True)
