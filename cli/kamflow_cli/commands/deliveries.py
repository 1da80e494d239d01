"""`kamflow deliver` and `kamflow deliveries`."""

import click

from kamflow import DeliveryOptions, DeliveryReport
from kamflow_cli.output import counted, print_json, print_table
from kamflow_cli.session import json_option, open_kamflow


@click.command()
@click.option("--link-base", default="", metavar="URL", help="Address for links in messages.")
@click.option("--mail", envvar="KAMFLOW_MAIL", default="", metavar="URL", help="Mail server.")
@json_option
@click.pass_context
def deliver(ctx: click.Context, link_base: str, mail: str, as_json: bool) -> None:
    """Send what is due to endpoints and people, once. `kamflow worker` does so all the time."""
    report = open_kamflow(ctx).deliver(DeliveryOptions(link_base=link_base, mail=mail))
    if as_json:
        print_json(report)
        return
    for line in _lines(report):
        click.echo(line)


def _lines(report: DeliveryReport) -> list[str]:
    lines = [f"{counted(report.delivered, 'message')} to endpoints, {report.told} to people"]
    if report.failed:
        failed = counted(report.failed, "delivery attempt")
        lines.append(f"{failed} failed and will be repeated; see `kamflow deliveries list`")
    if report.dead:
        lines.append(f"{report.dead} given up; see `kamflow deliveries list --dead`")
    if report.unreachable:
        people = ", ".join(report.unreachable)
        lines.append(f"nobody knows how to reach {people}; see `kamflow people contact`")
    if report.next_at:
        lines.append(f"next at {report.next_at:%Y-%m-%d %H:%M} UTC")
    return [*lines, *report.problems]


@click.group()
def deliveries() -> None:
    """Look at messages that have not arrived; replay or drop them."""


@deliveries.command("list")
@click.option("--endpoint", help="Only those to one endpoint; `people/ana` for a person.")
@click.option("--dead", is_flag=True, help="Only those that were given up.")
@click.option("--limit", type=click.IntRange(min=1), default=1_000, help="So many at most.")
@json_option
@click.pass_context
def list_(ctx: click.Context, endpoint: str | None, dead: bool, limit: int, as_json: bool) -> None:
    """List what waits to be delivered or was given up."""
    found = open_kamflow(ctx).deliveries(endpoint=endpoint, dead=dead or None, limit=limit)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("nothing waits to be delivered, and nothing was given up")
        return
    print_table(
        ("id", "type", "subject", "state", "attempts", "next", "error"),
        [
            (
                item.id,
                item.type,
                item.subject,
                item.state,
                item.attempts,
                item.next_at and f"{item.next_at:%Y-%m-%d %H:%M}",
                item.error,
            )
            for item in found
        ],
        right=("attempts",),
    )


@deliveries.command()
@click.argument("delivery")
@click.pass_context
def show(ctx: click.Context, delivery: str) -> None:
    """Show a delivery with its message, as JSON."""
    print_json(open_kamflow(ctx).delivery(delivery))


@deliveries.command()
@click.argument("delivery")
@click.pass_context
def replay(ctx: click.Context, delivery: str) -> None:
    """Try a delivery anew, as if it had never failed."""
    entry = open_kamflow(ctx).replay_delivery(delivery)
    click.echo(f"{entry.id} is sent with the next `kamflow deliver`, or by the worker")


@deliveries.command()
@click.argument("delivery")
@click.pass_context
def drop(ctx: click.Context, delivery: str) -> None:
    """Never make a delivery; those of its subject behind it go on."""
    entry = open_kamflow(ctx).drop_delivery(delivery)
    click.echo(f"{entry.id} is dropped")
