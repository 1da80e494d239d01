"""`kamflow program capacity`."""

from decimal import Decimal

import click

from kamflow import CapacityReport, WaitingView
from kamflow_cli.output import counted, print_json, print_table
from kamflow_cli.session import json_option, open_kamflow


@click.command()
@click.argument("program")
@json_option
@click.pass_context
def capacity(ctx: click.Context, program: str, as_json: bool) -> None:
    """Show who has places left, and who waits for one."""
    reports = open_kamflow(ctx).capacity(program)
    if as_json:
        print_json(reports)
        return
    if not reports:
        click.echo("the policy has no waitlist, so places are not counted")
    for report in reports:
        _print(report)


def _print(report: CapacityReport) -> None:
    click.echo(f"{report.title} ({report.program}), as of {report.as_of:%Y-%m-%d %H:%M} UTC")
    for places in report.places:
        click.echo(f"\n{places.title}: {places.free} free")
        print_table(
            ("person", "taken", "of them reserved", "capacity", "free"),
            [
                (i.person, _number(i.load), i.reserved or "", _number(i.capacity), _number(i.free))
                for i in places.people
            ],
            right=("taken", "of them reserved", "capacity", "free"),
        )
    for title, waiting in (
        ("wait for a place, in the order of offers", report.waiting),
        (f"of {report.planned} that need a place next, there is none for", report.would_wait),
    ):
        if waiting:
            click.echo(f"\n{title}:")
            print_table(("account", "since", "order", "place"), map(_row, waiting))
    if not report.waiting:
        click.echo(f"\n{counted(0, 'account')} wait for a place")


def _row(item: WaitingView) -> tuple[str, ...]:
    order = ", ".join(f"{text} {value or 'unknown'}" for text, value in item.order.items())
    place = "free" if item.ready else f"none: {', '.join(item.full)}"
    return f"{item.name} ({item.subject})", f"{item.since:%Y-%m-%d}", order, place


def _number(value: Decimal | None) -> str:
    return "unknown" if value is None else f"{value}"
