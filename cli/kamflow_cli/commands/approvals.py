"""`kamflow approvals`."""

import click

from kamflow import ApprovalEntry
from kamflow_cli.evidence import evidence_of, evidence_options
from kamflow_cli.identities import condition_argument, request_argument
from kamflow_cli.output import print_decision, print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow

_STATUSES = ("open", "returned", "approved", "conditional", "rejected", "withdrawn", "expired")


@click.group()
def approvals() -> None:
    """Follow requests: list them, show one, comment, send back, take back."""


@approvals.command("list")
@click.option("--all", "closed", is_flag=True, help="Those of the past, too.")
@click.option("--program", help="Only those of this program and its accounts.")
@click.option("--subject", help="Only those of this program or account.")
@click.option("--approval", help="Only those for this approval of the policy.")
@click.option("--status", type=click.Choice(_STATUSES), help="Only those that stand like this.")
@click.option("--person", help="Only those this person asked for, voted on, or is waited for.")
@json_option
@click.pass_context
def list_(
    ctx: click.Context,
    closed: bool,
    program: str | None,
    subject: str | None,
    approval: str | None,
    status: str | None,
    person: str | None,
    as_json: bool,
) -> None:
    """List the requests that are open.

    With --all or a --status of the past those that are closed, too.
    """
    found = open_kamflow(ctx).approvals(
        program=program,
        subject=subject,
        approval=approval,
        status=status,
        person=person,
        closed=closed,
    )
    if as_json:
        print_json(found)
    elif not found:
        click.echo("there are none")
    else:
        columns = (
            "id",
            "subject",
            "what",
            "approval",
            "asked by",
            "asked on",
            "status",
            "waits for, or why",
        )
        print_table(columns, map(_row, found))


def _row(item: ApprovalEntry) -> tuple[object, ...]:
    status = f"{item.status} automatically" if item.automatic else item.status
    if item.closed_at is not None:
        return *_head(item), f"{status} {item.closed_at:%Y-%m-%d}", item.reason
    waits = ", ".join(item.waiting_for) or "nobody"
    due = f", due {item.due_on}" if item.due_on else ""
    return *_head(item), status, f"{waits}{due}{_stalled(item)}"


def _stalled(item: ApprovalEntry) -> str:
    from kamflow_cli.wording import minute

    if item.stalled_until is None:
        return ""
    return f", cannot be decided before {minute(item.stalled_until)}"


def _head(item: ApprovalEntry) -> tuple[object, ...]:
    return (
        item.id, item.name, item.what, item.approval, item.requested_by,
        f"{item.requested_at:%Y-%m-%d}",
    )  # fmt: skip


@approvals.command()
@request_argument()
@json_option
@click.pass_context
def show(ctx: click.Context, identity: str, as_json: bool) -> None:
    """Show the whole life of the request ID.

    Who asked, who voted, who said what, and what comes next.
    """
    from kamflow_cli.lifelines import life_lines

    life = open_kamflow(ctx).approval(identity)
    if as_json:
        print_json(life)
        return
    for line in life_lines(life):
        click.echo(line)


@approvals.command()
@request_argument()
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
    """Say TEXT about the request ID, or show something; it is no vote."""
    shown = evidence_of(links, files)
    decision = open_kamflow(ctx).comment(identity, text, by=by, evidence=shown)
    print_decision(ctx, decision, as_json=as_json, done=f"the comment on {identity} is kept")


@approvals.command("return")
@request_argument()
@click.argument("question")
@by_option
@json_option
@click.pass_context
def return_(ctx: click.Context, identity: str, question: str, by: str, as_json: bool) -> None:
    """Send the request ID back to who asked, with QUESTION.

    Its deadline stands still.
    """
    decision = open_kamflow(ctx).return_request(identity, question, by=by)
    print_decision(ctx, decision, as_json=as_json, done=f"{identity} is sent back")


@approvals.command()
@request_argument()
@click.argument("text")
@evidence_options
@by_option
@json_option
@click.pass_context
def answer(
    ctx: click.Context,
    identity: str,
    text: str,
    links: tuple[str, ...],
    files: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Answer the question with which ID was sent back.

    People vote again.
    """
    shown = evidence_of(links, files)
    decision = open_kamflow(ctx).resume(identity, text, by=by, evidence=shown)
    print_decision(ctx, decision, as_json=as_json, done=f"{identity} is answered")


@approvals.command()
@request_argument()
@click.option("--reason", required=True, help="Why; kept in the history.")
@by_option
@json_option
@click.pass_context
def withdraw(ctx: click.Context, identity: str, reason: str, by: str, as_json: bool) -> None:
    """Take the request ID back."""
    decision = open_kamflow(ctx).withdraw(identity, reason, by=by)
    print_decision(ctx, decision, as_json=as_json, done=f"{identity} is withdrawn")


@approvals.command()
@request_argument()
@by_option
@json_option
@click.pass_context
def remind(ctx: click.Context, identity: str, by: str, as_json: bool) -> None:
    """Remind those who have not voted on the request ID."""
    decision = open_kamflow(ctx).remind(identity, by=by)
    print_decision(ctx, decision, as_json=as_json, done=f"reminded of {identity}")


@approvals.command()
@request_argument()
@click.argument("person")
@click.argument("to")
@click.option("--reason", required=True, help="Why; kept in the history.")
@by_option
@json_option
@click.pass_context
def reassign(
    ctx: click.Context, identity: str, person: str, to: str, reason: str, by: str, as_json: bool
) -> None:
    """Let TO vote on the request ID instead of PERSON."""
    decision = open_kamflow(ctx).reassign(identity, person, to, reason=reason, by=by)
    done = f"{to} votes on {identity} instead of {person}"
    print_decision(ctx, decision, as_json=as_json, done=done)


@approvals.command()
@condition_argument()
@click.argument("text")
@evidence_options
@by_option
@json_option
@click.pass_context
def settle(
    ctx: click.Context,
    condition: str,
    text: str,
    links: tuple[str, ...],
    files: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Say that the condition ID (`north/acme#23.1`) is met, and how."""
    shown = evidence_of(links, files)
    decision = open_kamflow(ctx).settle_condition(condition, text, by=by, evidence=shown)
    print_decision(ctx, decision, as_json=as_json, done=f"condition {condition} is met")
