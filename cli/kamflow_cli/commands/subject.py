"""What `kamflow program` and `kamflow account` have in common."""

from collections.abc import Iterator, Sequence

import click

from kamflow import InstanceEntry, SubjectView
from kamflow_cli.days import moment
from kamflow_cli.following import print_with_sequel
from kamflow_cli.output import print_decision, print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow


def add_subject_commands(group: click.Group) -> None:
    """Add the commands that work for a subject of any kind."""
    for command in (show, why, request, history, assign):
        group.add_command(command)


@click.command()
@click.argument("subject")
@click.option("--all", "everything", is_flag=True, help="List facts without a value too.")
@json_option
@click.pass_context
def show(ctx: click.Context, subject: str, everything: bool, as_json: bool) -> None:
    """Show SUBJECT: its stage, people, open approvals and facts."""
    view = open_kamflow(ctx).subject(subject)
    if as_json:
        print_json(view)
        return
    sla = f" of {view.sla_days}" if view.sla_days else ""
    click.echo(f"{view.name} ({view.id}): {view.stage}, day {view.days_in_stage}{sla}")
    click.echo(f"policy {view.policy}; triggers from here: {', '.join(view.triggers) or 'none'}")
    for role, people in view.roles.items():
        click.echo(f"  {role}: {', '.join(people)}")
    for item in view.approvals:
        votes = (
            ", ".join(f"{person} {vote}" for person, vote in item.votes.items()) or "no votes yet"
        )
        goal = f" to enter {item.target}" if item.target else f" {item.title}"
        click.echo(f"  waits for {item.approval} `{item.id}`{goal}: {votes}")
    for condition in view.conditions:
        promise = f"{condition.text}, by {condition.owner} until {condition.due_on}"
        click.echo(f"  condition `{condition.id}` is open: {promise}")
    for waiver in view.waivers:
        until = f"until {waiver.ends_on} (owner {waiver.owner})"
        click.echo(f"  {waiver.criterion} is waived {until}: {waiver.reason}")
    for line in _alert_lines(view):
        click.echo(f"  {line}")
    print_table(
        ("fact", "value", "state", "source", "as of", "by"),
        [
            (
                fact.name,
                f"{fact.value} {fact.unit}".rstrip() if fact.value is not None else "",
                fact.state,
                fact.source,
                f"{fact.as_of:%Y-%m-%d}" if fact.as_of else "",
                fact.author,
            )
            for fact in view.facts
            if everything or fact.state != "missing"
        ],
    )


def _alert_lines(view: SubjectView) -> Iterator[str]:
    """Yield what is escalated, what people are asked to do, and which timers run."""
    from kamflow_cli.escalation_lines import by_urgency, step_text, what_of

    for item in by_urgency(view.escalations):
        if item.observed:
            yield f"would be escalated, {item.severity}: {what_of(item)}"
            continue
        yield f"escalation `{item.id}` is {item.status}, {item.severity}: {what_of(item)}"
        if item.next is not None:
            yield f"  next: {step_text(item.next)}"
    for task in view.tasks:
        due = f", due {task.due_on:%a %Y-%m-%d}" if task.due_on else ""
        yield f"task `{task.id}` is {task.status}: {task.title}{due}"
    for timer in view.timers:
        if timer.next is not None:
            seen = " (only observed)" if timer.observed else ""
            mark = f"`{timer.next.id}` after {timer.next.on:%a %Y-%m-%d}"
            yield f"timer {timer.id} {timer.title}{seen}: next mark {mark}"


@click.command()
@click.argument("subject")
@click.argument("trigger", required=False)
@click.option("--all", "everything", is_flag=True, help="Show criteria that are met in full too.")
@json_option
@click.pass_context
def why(
    ctx: click.Context, subject: str, trigger: str | None, everything: bool, as_json: bool
) -> None:
    """Explain what leads SUBJECT on, and what stands in the way."""
    from kamflow_cli.explaining import explanation_lines

    explanation = open_kamflow(ctx).why(subject, trigger)
    if as_json:
        print_json(explanation)
        return
    for line in explanation_lines(explanation, everything=everything):
        click.echo(line)


@click.command()
@click.argument("subject")
@click.argument("trigger")
@by_option
@click.option("--to", "target", metavar="STAGE", help="Stage to enter, where several are offered.")
@click.option("--remark", default="", help="Why; kept in the history.")
@json_option
@click.pass_context
def request(
    ctx: click.Context,
    subject: str,
    trigger: str,
    by: str,
    target: str | None,
    remark: str,
    as_json: bool,
) -> None:
    """Ask for the transition TRIGGER of SUBJECT."""
    kam = open_kamflow(ctx)
    decision = kam.request(subject, trigger, by=by, target=target, remark=remark)
    done = f"{trigger}: the stage is `{decision.snapshot.stage if decision.snapshot else ''}`"
    print_with_sequel(ctx, kam, decision, as_json=as_json, done=done)


@click.command()
@click.argument("subject")
@json_option
@click.pass_context
def history(ctx: click.Context, subject: str, as_json: bool) -> None:
    """List everything that happened to SUBJECT, refusals included."""
    from kamflow_cli.telling import event_line

    events = open_kamflow(ctx).history(subject)
    if as_json:
        print_json(events)
        return
    print_table(
        ("no", "at", "by", "what", "policy"),
        [
            (
                item.sequence,
                f"{item.at:%Y-%m-%d %H:%M}",
                item.actor,
                event_line(item.event),
                item.pack[:8],
            )
            for item in events
        ],
        right=("no",),
    )


@click.command()
@click.argument("subject")
@click.argument("role")
@click.argument("person")
@click.option("--from", "begins", metavar="DAY", help="First day; now when not given.")
@click.option("--until", metavar="DAY", help="Last day; for good when not given.")
@click.option("--function", default="", help="For this function of the company; for all if none.")
@click.option("--end", is_flag=True, help="Take the role away instead.")
@by_option
@json_option
@click.pass_context
def assign(
    ctx: click.Context,
    subject: str,
    role: str,
    person: str,
    begins: str | None,
    until: str | None,
    function: str,
    end: bool,
    by: str,
    as_json: bool,
) -> None:
    """Let PERSON hold ROLE on SUBJECT and on what belongs to it."""
    if end and (begins or until):
        raise click.UsageError("--end takes the role away now; leave --from and --until out")
    kam, first, last = open_kamflow(ctx), moment(begins), moment(until)
    what = f"{role} for {function}" if function else role
    if end:
        decision = kam.unassign(subject, role, person, by=by, function=function)
        done = f"{person} no longer holds {what} on `{subject}`"
    else:
        decision = kam.assign(
            subject, role, person, by=by, begins=first, until=last, function=function
        )
        since = f" from {begins}" if begins else ""
        done = f"{person} holds {what} on `{subject}`{since}{f' until {until}' if until else ''}"
    print_decision(ctx, decision, as_json=as_json, done=done)


def print_subjects(entries: Sequence[InstanceEntry], *, as_json: bool) -> None:
    """Print a list of subjects."""
    if as_json:
        print_json(entries)
        return
    print_table(
        ("id", "name", "stage", "since", "open approvals"),
        [
            (item.id, item.name, item.stage, f"{item.entered_at:%Y-%m-%d}", item.waiting or "")
            for item in entries
        ],
        right=("open approvals",),
    )
