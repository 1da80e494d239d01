"""`kamflow inbox`."""

from collections.abc import Iterator
from datetime import datetime

import click

from kamflow import InboxItem
from kamflow_cli.output import counted, print_json
from kamflow_cli.session import clock_of, json_option, open_kamflow
from kamflow_cli.wording import brief

# task -> what it is called, one and several of it, and how it is done
_HEADS = {
    "vote": (
        "request to vote on",
        "requests to vote on",
        "vote with: kamflow vote ID approve|reject|abstain --by PERSON",
    ),
    "answer": (
        "question to answer",
        "questions to answer",
        "answer with: kamflow approvals answer ID TEXT --by PERSON",
    ),
    "condition": (
        "condition to meet",
        "conditions to meet",
        "when it is met: kamflow approvals settle ID TEXT --by PERSON",
    ),
    "review": (
        "decision to review",
        "decisions to review",
        "answer with: kamflow review close ID confirm|object --by PERSON",
    ),
    "escalation": (
        "escalation to answer",
        "escalations to answer",
        "answer with: kamflow acknowledge ID --by PERSON, or kamflow resolve ID --remark TEXT",
    ),
    "task": (
        "task to do",
        "tasks to do",
        "when it is done: kamflow done ID --remark TEXT --by PERSON",
    ),
}


@click.command()
@click.argument("person", required=False)
@json_option
@click.pass_context
def inbox(ctx: click.Context, person: str | None, as_json: bool) -> None:
    """List what waits for PERSON, or for anybody: votes, escalations, tasks, and more."""
    items = open_kamflow(ctx).inbox(person)
    if as_json:
        print_json(items)
        return
    if not items:
        click.echo(f"nothing waits{f' for {person}' if person else ''}")
        return
    for line in _lines(items, person, clock_of(ctx)()):
        click.echo(line)


def _lines(items: list[InboxItem], person: str | None, now: datetime) -> Iterator[str]:
    whom = f" for {person}" if person else ""
    parts = ([item for item in items if item.task == task] for task in _HEADS)
    for number, found in enumerate(part for part in parts if part):
        one, many, hint = _HEADS[found[0].task]
        yield from [""] if number else []
        yield f"{len(found)} {one if len(found) == 1 else many}{whom}"
        for item in sorted(found, key=_urgency):
            yield ""
            yield from _item_lines(item, person, now)
        yield ""
        yield hint


def _urgency(item: InboxItem) -> tuple[bool, str, int, str, str]:
    """Order by the day on which time is over; of what has none, the worst and oldest first."""
    from kamflow_cli.escalation_lines import rank_of

    since = f"{item.requested_at}"
    return item.due_on is None, f"{item.due_on}", rank_of(item.severity), since, item.id


def _item_lines(item: InboxItem, person: str | None, now: datetime) -> Iterator[str]:
    yield f"{item.id}  {item.name}: {brief(item.what, 120)}{_due(item)}"
    if item.task in ("condition", "review", "escalation", "task"):
        yield from _alert_lines(item, now)
        if item.waiting_for != (person,):
            yield f"  can be done by {', '.join(item.waiting_for) or 'nobody'}"
        return
    yield from _asked_lines(item)
    yield from _state_lines(item, person)
    yield from _outlook_lines(item, now)


def _alert_lines(item: InboxItem, now: datetime) -> Iterator[str]:
    """Yield what is told of an escalation or a task besides."""
    since = f"since {item.requested_at:%Y-%m-%d}" if item.requested_at else ""
    if item.task == "escalation":
        level = f" {item.level}" if item.level else ""
        yield f"  {item.rule} {item.severity}{level} {since}; see kamflow escalation {item.id}"
        if item.acknowledged:
            yield "  acknowledged; people have to resolve it"
        yield from _steps("if nobody answers", item, now)
    elif item.task == "task":
        about = f", escalation {item.about}" if item.about else ""
        yield f"  asked for by {item.rule} {since}{about}"
        if item.trigger:
            yield f"  consider {item.trigger}: to make the transition does the task"


def _due(item: InboxItem) -> str:
    if item.due_on is None:
        return ""
    return f"  {'overdue, was due' if item.overdue else 'due'} {item.due_on:%a %Y-%m-%d}"


def _asked_lines(item: InboxItem) -> Iterator[str]:
    asked = f"asked by {item.requested_by}"
    if item.requested_at is not None:
        asked += f" on {item.requested_at:%Y-%m-%d}"
    said = f": {item.remark}" if item.remark and item.waiver is None else ""
    yield f"  {item.approval} {item.title}, {asked}{said}"
    if item.waiver is not None:
        waiver = item.waiver
        yield f"  gate {waiver.gate}, owner {waiver.owner}: {waiver.reason}"
    if item.purpose == "break_glass":
        yield "  past gate and approval: a second person has to confirm it"
    if item.reason:
        yield f"  because {item.reason}"


def _state_lines(item: InboxItem, person: str | None) -> Iterator[str]:
    from kamflow_cli.telling import change_text

    if item.question:
        yield f"  sent back with the question: {item.question}"
    if item.changed:
        yield f"  judged again, votes are void; changed: {change_text(item.changed)}"
    if item.step and item.task == "vote":
        yield f"  step {item.step}"
    if item.votes:
        votes = ", ".join(f"{who} {vote}" for who, vote in item.votes.items())
        yield f"  votes: {votes}"
    own = [one.principal or one.person for one in item.may_vote if one.person == person]
    others = [one for one in item.may_vote if (one.principal or one.person) not in own]
    if own and own != [person]:
        yield f"  {person} votes for {' or '.join(own)}"
    if others:
        lead = "also waits for" if person else "waits for"
        yield f"  {lead} {', '.join(str(one) for one in others)}"
    if item.comments:
        yield f"  {counted(item.comments, 'comment')}: kamflow approvals show {item.id}"


def _outlook_lines(item: InboxItem, now: datetime) -> Iterator[str]:
    from kamflow_cli.telling import stalled_text

    if item.stalled_until is not None:
        yield f"  {stalled_text(item.stalled, item.stalled_until)}"
    lead = "if nobody answers" if item.task == "answer" else "if nobody decides"
    if not item.coming:
        yield f"  {lead}: nothing happens, it waits without a deadline"
        return
    yield from _steps(lead, item, now)


def _steps(lead: str, item: InboxItem, now: datetime) -> Iterator[str]:
    if item.coming:
        yield f"  {lead}:"
    for step in item.coming:
        late = " (as soon as `kamflow due` runs)" if step.at <= now else ""
        yield f"    {step.on:%a %Y-%m-%d}  {step.text}{late}"
