"""`kamflow record`."""

import click

from kamflow_cli.following import print_with_sequel
from kamflow_cli.session import by_option, instant, json_option, open_kamflow


@click.command()
@click.argument("subject")
@click.argument("facts", nargs=-1, required=True, metavar="FACT=VALUE...")
@by_option
@click.option("--source", default="manual", show_default=True, help="System it comes from.")
@click.option("--as-of", metavar="DAY", help="When it was true; now when not given.")
@json_option
@click.pass_context
def record(
    ctx: click.Context,
    subject: str,
    facts: tuple[str, ...],
    by: str,
    source: str,
    as_of: str | None,
    as_json: bool,
) -> None:
    """Record facts of SUBJECT, a program or an account: all of them or none."""
    values: dict[str, str] = {}
    for item in facts:
        name, sign, value = item.partition("=")
        if not sign:
            raise click.UsageError(f"`{item}` is not FACT=VALUE")
        values[name.strip()] = value
    kam = open_kamflow(ctx)
    decision = kam.record_facts(
        subject, values, by=by, source=source, as_of=instant(as_of) if as_of else None
    )
    done = f"recorded {len(values)} of `{subject}`"
    print_with_sequel(ctx, kam, decision, as_json=as_json, done=done)
