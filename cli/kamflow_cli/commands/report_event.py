"""`kamflow report-event`."""

import click

from kamflow import Decision, EventReported
from kamflow_cli.following import print_with_sequel
from kamflow_cli.session import by_option, instant, json_option, open_kamflow
from kamflow_cli.wording import minute


@click.command("report-event")
@click.argument("subject")
@click.argument("event")
@click.option("--at", metavar="INSTANT", help="When it happened; now when not given.")
@click.option(
    "--with", "carried", multiple=True, metavar="NAME=VALUE", help="What it carries; repeatable."
)
@click.option("--source", default="manual", show_default=True, help="System it comes from.")
@click.option("--key", metavar="KEY", help="The same event again under this key changes nothing.")
@by_option
@json_option
@click.pass_context
def report_event(
    ctx: click.Context,
    subject: str,
    event: str,
    at: str | None,
    carried: tuple[str, ...],
    source: str,
    key: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Report that EVENT happened to SUBJECT, and show what rules make of it."""
    payload: dict[str, str] = {}
    for item in carried:
        name, sign, value = item.partition("=")
        if not sign:
            raise click.UsageError(f"--with {item}: write NAME=VALUE")
        payload[name.strip()] = value
    kam = open_kamflow(ctx)
    happened = instant(at) if at else None
    commands = kam.once(key) if key else kam
    decision = commands.report_event(subject, event, payload, at=happened, source=source, by=by)
    when = f" of {minute(happened)}" if happened else ""
    done = f"reported {event}{when} for `{subject}`{_late(decision)}"
    print_with_sequel(ctx, kam, decision, as_json=as_json, done=done)


def _late(decision: Decision) -> str:
    late = any(isinstance(item, EventReported) and item.late for item in decision.happenings)
    return "; it came too late for rules to look at, gates still read it" if late else ""
