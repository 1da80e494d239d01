"""`kamflow escalations`, `escalation`, and what people answer to one."""

import click

from kamflow import Decision, EscalationLife, Kamflow
from kamflow_cli.evidence import evidence_of, evidence_options
from kamflow_cli.following import print_with_sequel
from kamflow_cli.identities import alert_argument, escalation_argument
from kamflow_cli.output import counted, print_decision, print_json
from kamflow_cli.session import by_option, json_option, open_kamflow

_SEVERITIES = ("low", "medium", "high", "critical")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those of the past, too.")
@click.option("--observed", is_flag=True, help="Those that were only observed, without effect.")
@click.option("--program", help="Only those of this program and its accounts.")
@click.option("--subject", help="Only those of this program or account.")
@click.option("--rule", help="Only those of this event rule or timer.")
@click.option("--severity", type=click.Choice(_SEVERITIES), help="Only those that are so severe.")
@click.option("--for", "person", metavar="PERSON", help="Only those that wait for PERSON.")
@json_option
@click.pass_context
def escalations(
    ctx: click.Context, /, everything: bool, observed: bool, as_json: bool, **wanted: str | None
) -> None:
    """List the escalations that are open, the worst first: who has them, who joins next."""
    from kamflow_cli.escalation_lines import by_urgency, entry_lines

    which = "observed" if observed else "all" if everything else "open"
    found = by_urgency(open_kamflow(ctx).escalations(which=which, **wanted))
    if as_json:
        print_json(found)
        return
    if not found:
        narrowed = which != "open" or any(wanted.values())
        click.echo("there are none" if narrowed else "nothing is escalated")
        return
    still = sum(item.resolved_at is None for item in found)
    over = f", {len(found) - still} resolved" if len(found) > still else ""
    verb = "would be" if observed else "is" if still == 1 else "are"
    click.echo(f"{counted(still, 'escalation')} {verb} open{over}")
    for item in found:
        click.echo()
        for line in entry_lines(item):
            click.echo(line)
    if still and not observed:
        click.echo(
            "\nanswer with: kamflow acknowledge ID --by PERSON; all of one: kamflow escalation ID"
        )


@click.command()
@escalation_argument()
@json_option
@click.pass_context
def escalation(ctx: click.Context, identity: str, as_json: bool) -> None:
    """Show the whole life of the escalation ID: why, on what evidence, who has it, what comes."""
    from kamflow_cli.escalation_lines import life_lines

    life = open_kamflow(ctx).escalation(identity)
    if as_json:
        print_json(life)
        return
    for line in life_lines(life):
        click.echo(line)


@click.command()
@escalation_argument()
@click.option("--remark", default="", help="What you will do; kept in the history.")
@by_option
@json_option
@click.pass_context
def acknowledge(ctx: click.Context, identity: str, remark: str, by: str, as_json: bool) -> None:
    """Say that you take care of the escalation ID; no level joins for want of an answer."""
    kam = open_kamflow(ctx)
    decision = kam.acknowledge(identity, remark=remark, by=by)
    print_decision(ctx, decision, as_json=as_json, done=f"{by} takes care of {identity}")
    if not as_json:
        _print_outlook(kam, identity)


@click.command()
@escalation_argument()
@click.option("--remark", required=True, help="How it was resolved; kept in the history.")
@evidence_options
@by_option
@json_option
@click.pass_context
def resolve(
    ctx: click.Context,
    identity: str,
    remark: str,
    links: tuple[str, ...],
    files: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Say that the escalation ID is resolved: gates open again, its open tasks are dropped."""
    kam = open_kamflow(ctx)
    shown = evidence_of(links, files)
    decision = kam.resolve(identity, remark, by=by, evidence=shown)
    print_with_sequel(ctx, kam, decision, as_json=as_json, done=f"{identity} is resolved")


@click.command()
@alert_argument()
@click.argument("person")
@click.option("--reason", required=True, help="Why; kept in the history.")
@by_option
@json_option
@click.pass_context
def reassign(
    ctx: click.Context, identity: str, person: str, reason: str, by: str, as_json: bool
) -> None:
    """Give the escalation or the task ID to PERSON."""
    kam = open_kamflow(ctx)
    give = kam.reassign_task if _is_task(kam, identity) else kam.reassign_escalation
    decision: Decision = give(identity, person, reason=reason, by=by)
    print_decision(ctx, decision, as_json=as_json, done=f"{identity} is given to {person}")


@click.command()
@escalation_argument()
@click.argument("text")
@evidence_options
@by_option
@json_option
@click.pass_context
def comment(
    ctx: click.Context,
    identity: str,
    text: str,
    links: tuple[str, ...],
    files: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Say TEXT about the escalation ID, or show something; it goes on as before."""
    shown = evidence_of(links, files)
    decision = open_kamflow(ctx).comment_escalation(identity, text, by=by, evidence=shown)
    print_decision(ctx, decision, as_json=as_json, done=f"the comment on {identity} is kept")


def _is_task(kam: Kamflow, identity: str) -> bool:
    subject, _, number = identity.rpartition("#")
    return any(item.id.rpartition("#")[2] == number for item in kam.tasks(subject=subject))


def _print_outlook(kam: Kamflow, identity: str) -> None:
    from kamflow_cli.escalation_lines import next_lines

    life: EscalationLife = kam.escalation(identity)
    for line in next_lines(life):
        click.echo(f"  {line}")
