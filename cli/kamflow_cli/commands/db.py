"""`kamflow db`."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from kamflow import CheckReport, Database, DatabaseStats
from kamflow_cli import exit_codes
from kamflow_cli.output import counted, print_json, print_table
from kamflow_cli.progress import progress_bar
from kamflow_cli.session import clock_of, existing_database, find_database, json_option

_SHOWN = 20  # problems that are printed; all of them stand in --json
_UNITS = {"d": "days", "h": "hours", "w": "weeks"}


@click.group()
def db() -> None:
    """Look after the database: upgrade, check, back up, measure."""


def _database(ctx: click.Context) -> Database:
    return Database(existing_database(ctx), clock=clock_of(ctx))


@db.command()
@json_option
@click.pass_context
def upgrade(ctx: click.Context, as_json: bool) -> None:
    """Bring the database to this version of kamflow.

    Its schema goes forward only.
    """
    report = _database(ctx).upgrade()
    if as_json:
        print_json(report)
    elif report.before == report.after:
        click.echo(f"the schema is {report.after} already")
    else:
        click.echo(f"the schema is {report.after} now; it was {report.before or 'not there'}")


@db.command()
@json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Read the whole database and tell what does not agree.

    Others may go on meanwhile.
    """
    report = _database(ctx).check()
    if as_json:
        print_json({"sound": report.sound, **_fields(report)})
    else:
        _print_check(report)
    if not report.sound:
        ctx.exit(exit_codes.UNSOUND)


def _print_check(report: CheckReport) -> None:
    for item in report.problems[:_SHOWN]:
        about = f" `{item.subject}`" if item.subject else ""
        click.echo(f"{item.part}{about}: {item.what}")
    if len(report.problems) > _SHOWN:
        click.echo(f"and {len(report.problems) - _SHOWN} more; --json lists them")
    read = f"{counted(report.subjects, 'subject')} with {counted(report.events, 'event')}"
    found = counted(len(report.problems), "problem") if report.problems else "everything agrees"
    click.echo(f"schema {report.schema}, {read}: {found}")


@db.command()
@json_option
@click.pass_context
def rebuild(ctx: click.Context, as_json: bool) -> None:
    """Write anew all that is derived from the history.

    This is done in batches; readers go on.
    """
    with progress_bar("subjects") as progress:
        report = _database(ctx).rebuild(progress)
    if as_json:
        print_json(report)
    else:
        for fault in report.faults:
            click.echo(f"cannot be replayed: {fault}")
        click.echo(
            f"{counted(report.subjects, 'subject')} rebuilt, {report.corrected} of them corrected"
        )
    if report.faults:
        ctx.exit(exit_codes.UNSOUND)


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--form",
    type=click.Choice(["sqlite", "lines", "pg_dump"]),
    help="Form of the file; that of the database unless given.",
)
@json_option
@click.pass_context
def backup(ctx: click.Context, file: Path, form: Any, as_json: bool) -> None:  # noqa: ANN401
    """Write one state of the database to the new FILE.

    Others may read and write meanwhile.
    """
    report = _database(ctx).backup(file, form=form)
    if as_json:
        print_json(report)
    else:
        click.echo(f"{report.file} is written as `{report.form}`, {_size(report.bytes)}")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def restore(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Fill the database from the backup FILE.

    It has to be empty or not there.
    """
    given, _ = ctx.find_root().obj or (None, None)
    report = Database(find_database(given), clock=clock_of(ctx)).restore(file)
    if as_json:
        print_json(report)
    else:
        click.echo(f"{counted(report.rows, 'row')} of schema {report.schema} are back")
        click.echo("next: kamflow db check")


@db.command()
@json_option
@click.pass_context
def stats(ctx: click.Context, as_json: bool) -> None:
    """Tell how large the database is, and what grows in it."""
    report = _database(ctx).stats()
    if as_json:
        print_json(report)
    else:
        _print_stats(report)


def _print_stats(report: DatabaseStats) -> None:
    click.echo(f"{report.database}, schema {report.schema}, {_size(report.bytes)}")
    print_table(
        ("table", "rows", "size"),
        [
            (item.table, item.rows, "-" if item.bytes is None else _size(item.bytes))
            for item in report.tables
        ],
        right=("rows", "size"),
    )
    if report.largest:
        print_table(
            ("largest subjects", "events", "snapshot"),
            [(item.subject, item.events, _size(item.snapshot_bytes)) for item in report.largest],
            right=("events", "snapshot"),
        )
    click.echo(f"outbox: {report.outbox}, oldest {_day(report.oldest_message)}")
    click.echo(f"kept requests: {report.requests}, oldest {_day(report.oldest_request)}")
    click.echo(f"unfinished imports: {report.imports}")


@db.command()
@click.option("--requests-older-than", metavar="AGE", help="Remove kept requests of that age.")
@click.option("--outbox-older-than", metavar="AGE", help="Remove messages of that age.")
@click.option("--imports-older-than", metavar="AGE", help="Forget imports that broke off.")
@click.option("--dry-run", is_flag=True, help="Count and remove nothing.")
@json_option
@click.pass_context
def prune(ctx: click.Context, /, as_json: bool, dry_run: bool, **ages: str | None) -> None:
    """Remove what need not be kept for ever; history always is. AGE is like 90d, 12h or 8w."""
    if not any(ages.values()):
        raise click.UsageError(
            "say what: --requests-older-than, --outbox-older-than or --imports-older-than"
        )
    wanted = {name.partition("_")[0]: _age(text) for name, text in ages.items() if text}
    report = _database(ctx).prune(**wanted, dry_run=dry_run)
    if as_json:
        print_json(report)
        return
    done = "would be removed" if dry_run else "removed"
    click.echo(
        f"{counted(report.requests, 'kept request')}, {counted(report.outbox, 'message')} and "
        f"{counted(report.imports, 'unfinished import')} {done}"
    )


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,6})([dhw])", text)
    if found is None:
        raise click.UsageError(f"`{text}` is no age; write it like `90d`, `12h` or `8w`")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _day(at: datetime | None) -> str:
    return "-" if at is None else str(at.date())


def _size(count: int) -> str:
    """Return a number of bytes as people read it."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1_000:  # noqa: PLR2004
            break
        size, unit = size / 1_000, larger
    return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"


def _fields(report: CheckReport) -> dict[str, object]:
    return {name: getattr(report, name) for name in report.__struct_fields__}
