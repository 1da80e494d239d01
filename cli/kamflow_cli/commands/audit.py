"""`kamflow audit`."""

import sys
from collections.abc import Iterator
from typing import BinaryIO, cast

import click

from kamflow import AuditReport, Event, Recorded
from kamflow_cli import exit_codes
from kamflow_cli.output import counted, print_json
from kamflow_cli.session import existing_database, instant, json_option, open_kamflow

_SHOWN = 10  # problems that are printed; --json has a hundred
_WIDE = 100  # characters of what an event says


@click.group()
def audit() -> None:
    """Prove the history: checkpoints, verify, log, export."""


@audit.command()
@click.option("--key", metavar="FILE", help="PEM file with the Ed25519 key that signs.")
@json_option
@click.pass_context
def checkpoint(ctx: click.Context, key: str | None, as_json: bool) -> None:
    """Seal the whole history up to now.

    What is printed belongs in another place.
    """
    made = open_kamflow(ctx).checkpoint(key=key)
    if as_json:
        print_json(made)
        return
    counts = f"{counted(made.events, 'event')} of {counted(made.instances, 'instance')}"
    click.echo(f"checkpoint {made.number} over {counts}, {made.at:%Y-%m-%d %H:%M:%S} UTC")
    click.echo(f"  root    {made.root}")
    click.echo(f"  digest  {made.digest}")
    click.echo(f"  signed  {f'by the key {made.key}' if made.key else 'by nobody'}")


@audit.command()
@click.argument("file", required=False)
@click.option("--public-key", metavar="FILE", help="Key that has signed the newest checkpoint.")
@click.option("--receipt", metavar="FILE", help="Checkpoint (JSON) that was kept elsewhere.")
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    file: str | None,
    public_key: str | None,
    receipt: str | None,
    as_json: bool,
) -> None:
    """Verify the database, or an exported FILE.

    With - the export is read from standard input.
    """
    from kamflow import verify_database, verify_export

    if file is None:
        url = existing_database(ctx)
        report = verify_database(url, public_key=public_key, receipt=receipt)
    else:
        source = cast("BinaryIO", sys.stdin.buffer) if file == "-" else file
        report = verify_export(source, public_key=public_key, receipt=receipt)
    if as_json:
        print_json(report)
    else:
        _print_report(report, public_key)
    if not report.sound:
        ctx.exit(exit_codes.UNSOUND)


def _print_report(report: AuditReport, public_key: str | None) -> None:
    for problem in report.problems[:_SHOWN]:
        click.echo(str(problem))
    more = len(report.problems) + report.more - _SHOWN
    if more > 0:
        click.echo(f"and {counted(more, 'problem')} more")
    read = ", ".join(
        [
            counted(report.events, "event"),
            counted(report.instances, "instance"),
            counted(report.checkpoints, "checkpoint"),
        ]
    )
    if not report.sound:
        click.echo(f"the history is not as it was written ({read})")
        return
    click.echo(f"the history is as it was written: {read}")
    if report.newest is None:
        click.echo("  no checkpoint: who can write everything could have written all of it anew")
        click.echo("  make one with `kamflow audit checkpoint`")
        return
    newest = report.newest
    signed = f"signed by the key {newest.key}" if newest.key else "signed by nobody"
    if newest.key and public_key is None:
        signed += ", not verified: give --public-key"
    click.echo(f"  checkpoint {newest.number} of {newest.at:%Y-%m-%d %H:%M:%S} UTC, {signed}")
    click.echo(f"  root    {newest.root}")
    click.echo(f"  digest  {newest.digest}")
    click.echo(f"  {counted(report.unsealed, 'event')} since then")


@audit.command()
@click.argument("subject", required=False)
@click.option("--actor", metavar="PERSON", help="Only what this person did, or service:erp.")
@click.option("--kind", metavar="KIND", help="Only events of this kind, such as StageEntered.")
@click.option("--from", "since", metavar="INSTANT", help="Only what was recorded from then on.")
@click.option("--until", metavar="INSTANT", help="Only what was recorded before.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each event.")
@click.pass_context
def log(
    ctx: click.Context,
    subject: str | None,
    actor: str | None,
    kind: str | None,
    since: str | None,
    until: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List the events of SUBJECT, or of all, oldest first."""
    from msgspec import json

    kam = open_kamflow(ctx)
    found = kam.audit_log(
        subject=subject,
        actor=actor,
        kind=_kind(kind),
        since=instant(since) if since else None,
        until=instant(until) if until else None,
        limit=limit,
    )
    names = {} if as_json else {item.id: item.name for item in kam.people() if item.name}
    with found as events:
        for item in events:
            text = json.encode(item).decode() if as_json else _told(item, names)
            click.echo(text)


def _kind(word: str | None) -> str | None:
    """Return a kind of event.

    Raises:
        click.UsageError: There is none of that name.
    """
    from typing import get_args

    known = [item.__name__ for item in get_args(Event)]
    if word is not None and word not in known:
        raise click.UsageError(f"`{word}` is no kind of event; there are {', '.join(known)}")
    return word


def _told(item: Recorded, names: dict[str, str]) -> str:
    """Return an event on one line."""
    who = f"{names[item.actor]} ({item.actor})" if item.actor in names else item.actor
    said = "; ".join(_parts(item.event))
    said = said if len(said) <= _WIDE else f"{said[: _WIDE - 3]}..."
    kind = type(item.event).__name__
    return f"{item.at:%Y-%m-%d %H:%M:%S}  {item.instance}#{item.sequence}  {kind}  {who}  {said}"


def _parts(event: Event) -> Iterator[str]:
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if value in ("", None, (), {}) or name == "findings":
            continue
        if name == "facts":
            yield ", ".join(f"{fact} = {seen.value}" for fact, seen in value.items())
        elif isinstance(value, tuple | dict):
            yield f"{name} {', '.join(map(str, value))}"
        else:
            yield f"{name} {value}"


@audit.command()
@click.argument("file")
@click.pass_context
def export(ctx: click.Context, file: str) -> None:
    """Write the whole history to FILE, as JSON lines.

    With - it goes to standard output. `kamflow audit verify` verifies it.
    """
    kam = open_kamflow(ctx)
    if file == "-":
        kam.export_history(cast("BinaryIO", sys.stdout.buffer))
        return
    kam.export_history(file)
    click.echo(f"{file} is written; verify it with `kamflow audit verify {file}`")
