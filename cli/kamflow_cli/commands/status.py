"""`kamflow status`."""

from collections.abc import Iterator

import click

from kamflow import ProgramStatus
from kamflow_cli.output import counted, print_json, print_table
from kamflow_cli.session import json_option, open_kamflow

_COLUMNS = (
    "stage", "subjects", "median", "p90", "SLA", "over SLA", "ready", "to approve", "escalated",
)  # fmt: skip


@click.command()
@click.argument("program", required=False)
@json_option
@click.pass_context
def status(ctx: click.Context, program: str | None, as_json: bool) -> None:
    """Show PROGRAM, or every program, with its subjects by stage.

    `median`, `p90` and `SLA` are days since the stage was entered; `ready` counts the subjects
    whose next gate is met.
    """
    report = open_kamflow(ctx).status(program)
    if as_json:
        print_json(report)
        return
    for item in report.programs:
        sla = f" of {item.sla_days}" if item.sla_days else ""
        click.echo(f"{item.name} ({item.program}): {item.stage}, day {item.days_in_stage}{sla}")
        if not item.kind:
            for line in _more_lines(item):
                click.echo(line)
            continue
        print_table(
            _COLUMNS,
            [
                (
                    stage.stage,
                    stage.count or "-",
                    stage.median_days if stage.count else "-",
                    stage.p90_days if stage.count else "-",
                    stage.sla_days or "-",
                    stage.over_sla if stage.count else "-",
                    stage.ready if stage.count else "-",
                    stage.waiting if stage.count else "-",
                    stage.escalated if stage.count else "-",
                )
                for stage in item.stages
            ],
            right=_COLUMNS[1:],
        )
        click.echo(f"{counted(item.total, item.kind)} in all")
        for line in _more_lines(item):
            click.echo(line)
        click.echo()
    if not report.programs:
        click.echo("no program yet; start one with `kamflow program create`")
    click.echo(
        f"as of {report.as_of:%Y-%m-%d %H:%M} UTC, policy {report.policy}, "
        f"{report.stale_pct} % of recorded facts are stale"
    )


def _more_lines(item: ProgramStatus) -> Iterator[str]:
    """Yield how the members stand beside their stages, and what is escalated."""
    for region, values in item.regions.items():
        told = ", ".join(f"{number} {value}" for value, number in values.items())
        yield f"{region}: {told}"
    if item.escalations:
        told = ", ".join(f"{number} {name}" for name, number in item.escalations.items())
        yield f"{counted(sum(item.escalations.values()), 'escalation')} open: {told}"
