"""`kamflow import`."""

from datetime import date
from pathlib import Path
from typing import Any, Literal

import click

from kamflow import ImportOptions, ImportReport, import_file, load_mapping, write_rejects
from kamflow_cli import exit_codes
from kamflow_cli.output import print_json
from kamflow_cli.progress import progress_bar
from kamflow_cli.session import json_option, open_kamflow

_SHOWN = 10  # rejects that are printed; all of them stand in the file


@click.group("import")
def import_() -> None:
    """Bring accounts, facts and events in from files."""


def _import_command(what: Literal["accounts", "facts", "events"], text: str) -> click.Command:
    """Return the command that imports accounts, facts or events; all take the same options."""

    @click.command(what, help=text)
    @click.argument("file")
    @click.option("--map", "mapping", required=True, metavar="MAP.yaml", help="What columns mean.")
    @click.option("--program", help="Program that the rows belong to.")
    @click.option("--by", envvar="KAMFLOW_BY", metavar="PERSON", help="Who imports (KAMFLOW_BY).")
    @click.option("--as-of", metavar="DAY", help="Day that values are true; today if not given.")
    @click.option("--dry-run", is_flag=True, help="Judge everything and write nothing.")
    @click.option("--keep-going", is_flag=True, help="Write the good rows though others are bad.")
    @click.option("--rejects", metavar="FILE", help="Where rejected rows go.")
    @json_option
    @click.pass_context
    def command(ctx: click.Context, /, file: str, mapping: str, **given: Any) -> None:  # noqa: ANN401
        options = ImportOptions(
            program=given["program"],
            by=given["by"],
            as_of=_day(given["as_of"]),
            dry_run=given["dry_run"],
            keep_going=given["keep_going"],
        )
        read = load_mapping(mapping)
        kam = open_kamflow(ctx, bulk=what == "events")
        with progress_bar("rows") as progress:
            report = import_file(kam, file, read, what=what, options=options, progress=progress)
        rejects = _rejects_file(file, given["rejects"])
        if report.rejects:
            write_rejects(rejects, report.rejects)
        if given["as_json"]:
            print_json(report)
        else:
            noun = "events" if what == "events" else "facts"
            _print_report(report, rejects, noun, dry_run=options.dry_run)
        if report.rejects and not options.keep_going:
            ctx.exit(exit_codes.BAD_INPUT)

    return command


import_.add_command(
    _import_command("accounts", "Enter the accounts in FILE (- for standard input), with facts.")
)
import_.add_command(
    _import_command("facts", "Record the facts in FILE (- for standard input) of known subjects.")
)
import_.add_command(
    _import_command("events", "Report the events in FILE (- for standard input), each once.")
)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"`{text}` is not a day; write 2026-03-31") from error


def _rejects_file(file: str, given: str | None) -> Path:
    """Return where rejected rows go: as told, beside FILE, or here for standard input."""
    if given is not None:
        return Path(given)
    return Path("rejects.csv") if file == "-" else Path(f"{file}.rejects.csv")


def _print_report(report: ImportReport, rejects: Path, noun: str, *, dry_run: bool) -> None:
    done = "would be " if not report.written else ""
    click.echo(
        f"{report.rows} rows: {report.created} subjects {done}created, "
        f"{report.existing} there already, {report.recorded} {noun} {done}recorded, "
        f"{report.unchanged} unchanged, {report.rejected} rows rejected"
    )
    if report.late:
        click.echo(f"  {report.late} of them came too late for rules to look at; gates read them")
    for item in report.rejects[:_SHOWN]:
        where = f"row {item.row}" + (f", {item.column}" if item.column else "")
        value = f" `{item.value}`" if item.value else ""
        click.echo(f"  {where}{value}: {item.reason}")
    if report.rejects:
        more = len(report.rejects) - _SHOWN
        click.echo(f"  {f'and {more} more; ' if more > 0 else ''}all rejects are in {rejects}")
    if dry_run:
        click.echo("dry run: nothing was written")
    elif not report.written:
        click.echo("nothing was written; correct the rows, or take the good ones with --keep-going")
