"""`kamflow tasks` and `kamflow done`."""

import click

from kamflow import TaskEntry
from kamflow_cli.days import day
from kamflow_cli.evidence import evidence_of, evidence_options
from kamflow_cli.following import print_with_sequel
from kamflow_cli.identities import task_argument
from kamflow_cli.output import counted, print_json
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those of the past, too.")
@click.option("--program", help="Only those of this program and its accounts.")
@click.option("--subject", help="Only those of this program or account.")
@click.option("--for", "person", metavar="PERSON", help="Only those that PERSON can do.")
@click.option("--until", metavar="DAY", help="Only those that are due by then, or overdue.")
@json_option
@click.pass_context
def tasks(
    ctx: click.Context,
    everything: bool,
    program: str | None,
    subject: str | None,
    person: str | None,
    until: str | None,
    as_json: bool,
) -> None:
    """List what rules and timers ask people to do, by the day on which it is due."""
    from kamflow_cli.escalation_lines import task_lines

    kam = open_kamflow(ctx)
    found = kam.tasks(program=program, subject=subject, person=person, closed=everything)
    if until is not None:
        last = day(until)
        found = [item for item in found if item.due_on is not None and item.due_on <= last]
    found.sort(key=_urgency)
    if as_json:
        print_json(found)
        return
    if not found:
        narrowed = any((program, subject, person, until))
        none = "there are no such tasks" if narrowed else "there are no tasks"
        click.echo(none if everything or narrowed else "no task is open")
        return
    still = sum(item.closed_at is None for item in found)
    over = f", {len(found) - still} done or dropped" if len(found) > still else ""
    click.echo(f"{counted(still, 'task')} {'is' if still == 1 else 'are'} open{over}")
    for item in found:
        click.echo()
        for line in task_lines(item):
            click.echo(line)
    if still:
        click.echo("\nwhen it is done: kamflow done ID --remark TEXT --by PERSON")


def _urgency(item: TaskEntry) -> tuple[bool, bool, str, str]:
    """Order by the day on which time is over; then what has none, then what is closed."""
    return item.closed_at is not None, item.due_on is None, f"{item.due_on}", item.id


@click.command()
@task_argument()
@click.option("--remark", required=True, help="What was done; kept in the history.")
@evidence_options
@by_option
@json_option
@click.pass_context
def done(
    ctx: click.Context,
    identity: str,
    remark: str,
    links: tuple[str, ...],
    files: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Say that the task ID is done, and show it."""
    kam = open_kamflow(ctx)
    shown = evidence_of(links, files)
    decision = kam.complete_task(identity, remark, by=by, evidence=shown)
    print_with_sequel(ctx, kam, decision, as_json=as_json, done=f"task {identity} is done")
