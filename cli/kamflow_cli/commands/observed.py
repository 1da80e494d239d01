"""`kamflow observed`."""

from collections.abc import Iterator
from datetime import timedelta

import click

from kamflow import ObservedEntry
from kamflow_cli.output import counted, print_json
from kamflow_cli.session import clock_of, instant, json_option, open_kamflow

_DAYS = 90  # that are looked back on unless told otherwise


@click.command()
@click.option("--since", metavar="DAY", help="From this day on; the last 90 days if not given.")
@click.option("--program", help="Only in this program and its accounts.")
@json_option
@click.pass_context
def observed(ctx: click.Context, since: str | None, program: str | None, as_json: bool) -> None:
    """Tell what rules, timers and gates that are only observed would have done."""
    begins = instant(since) if since else clock_of(ctx)() - timedelta(days=_DAYS)
    kam = open_kamflow(ctx)
    report = kam.observed(since=begins, program=program)
    if as_json:
        print_json(report)
        return
    if not report.entries:
        click.echo("nothing is observed; write `observe: true` at a rule, a timer or a gate")
        return
    click.echo(f"from {begins:%Y-%m-%d} to {report.as_of:%Y-%m-%d}")
    for item in report.entries:
        click.echo(f"{item.kind} {item.id} {item.title}")
        for line in _lines(item):
            click.echo(f"  {line}")
    *older, newest = kam.packs()
    if older and newest.published_at > begins:
        day = f"{newest.published_at:%Y-%m-%d}"
        click.echo(f"what is new in the policy of {day} looks at an account from its next stage on")


def _lines(item: ObservedEntry) -> Iterator[str]:
    if item.escalated or item.kind == "rule":
        severe = f" ({_severities(item)})" if item.severities else ""
        still = f"; {item.still_open} would be open" if item.still_open else ""
        yield f"{_would('escalated', item.escalated)}{severe}{still}"
    if item.told:
        yield _would("told people", item.told)
    if item.kind == "timer":
        yield f"came to a mark {_times(item.reached)}" if item.reached else "came to no mark"
    if item.kind == "gate":
        yield _would("been shut", item.shut)
    if item.last_at is not None:
        where = counted(len(item.subjects), "subject")
        yield f"on {where}, the last time on {item.last_at:%Y-%m-%d}"


def _severities(item: ObservedEntry) -> str:
    if len(item.severities) == 1:
        return next(iter(item.severities))
    return ", ".join(f"{number} {name}" for name, number in item.severities.items())


def _would(what: str, number: int) -> str:
    return f"would have {what} {_times(number)}" if number else f"would never have {what}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
