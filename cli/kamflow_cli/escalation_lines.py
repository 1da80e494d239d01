"""Escalations and tasks as lines that a person reads."""

import re
from collections.abc import Iterable, Iterator

from kamflow import Coming, EscalationEntry, EscalationLife, ReportView, TaskEntry
from kamflow_cli.lifelines import happened_lines
from kamflow_cli.wording import about, because, brief, minute, shown

_WORST_FIRST = ("critical", "high", "medium", "low")


def rank_of(severity: str) -> int:
    """Return the place of a severity in lists: the worst is first."""
    return _WORST_FIRST.index(severity) if severity in _WORST_FIRST else len(_WORST_FIRST)


def by_urgency(found: Iterable[EscalationEntry]) -> list[EscalationEntry]:
    """Return escalations that are open before those of the past, the worst and oldest first."""
    return sorted(
        found,
        key=lambda item: (
            item.resolved_at is not None,
            rank_of(item.severity),
            item.raised_at,
            len(item.id),
            item.id,
        ),
    )


def what_of(item: EscalationEntry) -> str:
    """Return what was escalated: `E-21 A blocked action (it)`."""
    return f"{item.rule} {item.title}{about(item.key)}"


def entry_lines(item: EscalationEntry) -> Iterator[str]:
    """Yield an escalation of a list: what it is, then how it stands."""
    level = f" {item.level}" if item.level else ""
    yield f"{item.id}  {item.severity}{level}  {item.name}: {what_of(item)}"
    if item.resolved_at is not None:
        end = f"{minute(item.resolved_at)} {_by(item.resolved_by)}{because(item.remark)}"
        yield f"  raised on {minute(item.raised_at)}, resolved on {end}"
        return
    yield f"  {standing(item)}"
    if item.next is not None:
        yield f"  next: {step_text(item.next)}"


def standing(item: EscalationEntry) -> str:
    """Return how an open escalation stands, and with whom."""
    who = ", ".join(item.waiting_for) or f"nobody; {', '.join(item.roles)} has no holder"
    since = f"open since {minute(item.raised_at)}"
    if item.observed:
        return f"{since}; only observed, nobody was told"
    if item.acknowledged_by and item.acknowledged_at is not None:
        taken = f"{item.acknowledged_by} takes care of it since {minute(item.acknowledged_at)}"
        given = f", it was given to {item.person}" if item.person else ""
        return f"{since}; {taken}{given}"
    stopped = f"; its clock stands still since {minute(item.stopped_at)}" if item.stopped_at else ""
    return f"{since}; waits for {who}{stopped}"


def _by(actor: str) -> str:
    """Return who did it; what the engine did came by itself."""
    return "by itself" if actor == "system" else f"by {actor}"


def step_text(step: Coming) -> str:
    """Return who joins, and by which day somebody has to answer to keep that from happening."""
    return f"after {step.on:%a %Y-%m-%d} {step.text}"


def next_lines(item: EscalationLife) -> Iterator[str]:
    """Yield what comes of an open escalation: who joins, what ends it."""
    for step in item.coming:
        yield step_text(step)
    if not item.coming:
        yield "nobody else joins"
    if item.clears_when:
        yield f"it is resolved by itself when {item.clears_when}"
        if item.clears:
            yield f"that is: {item.clears}"
    else:
        yield f"people resolve it: kamflow resolve {item.id} --remark TEXT"


def life_lines(life: EscalationLife) -> Iterator[str]:
    """Yield the life of an escalation: why, on what evidence, who has it, what comes."""
    yield f"{life.id}  {life.name}: {what_of(life)}"
    yield from (f"  {line}" for line in _head_lines(life))
    for name, lines in (
        ("based on", map(_report, life.reports)),
        ("what was read", (f"{name} {value or 'no value'}" for name, value in life.values.items())),
        ("what comes", next_lines(life) if life.resolved_at is None else ()),
        ("tasks", map(_task, life.tasks)),
        (
            "comments",
            (f"{minute(i.at)}  {i.person}: {i.text}{shown(i.evidence)}" for i in life.comments),
        ),
        ("what happened", happened_lines(life, _briefly)),
    ):
        yield from _part(name, list(lines))


def _head_lines(life: EscalationLife) -> Iterator[str]:
    level = f", {life.level}" if life.level else ""
    yield f"{life.severity}{level}; came true on {minute(life.as_of)}"
    if life.resolved_at is not None:
        end = f"{minute(life.resolved_at)} {_by(life.resolved_by)}{because(life.remark)}"
        yield f"raised on {minute(life.raised_at)}, resolved on {end}"
    else:
        yield standing(life)
    if life.told:
        yield f"told as well: {', '.join(life.told)}"
    if life.shut and life.resolved_at is None:
        yield f"shuts {', '.join(life.shut)}"
    if life.why:
        yield f"{life.why}{f' (source: {life.source})' if life.source else ''}"


def task_lines(item: TaskEntry) -> Iterator[str]:
    """Yield a task of a list: what it is, then who can do it and why it is asked for."""
    yield f"{item.id}  {item.name}: {_titled(item)}{_due(item)}"
    if item.closed_at is not None:
        end = f"{item.status} on {minute(item.closed_at)} {_by(item.closed_by)}"
        yield f"  {end}{because(item.remark)}{shown(item.evidence)}"
        return
    who = ", ".join(item.waiting_for) or f"nobody; {', '.join(item.roles)} has no holder"
    of = f", escalation {item.escalation}" if item.escalation else ""
    yield f"  for {who}; asked for by {item.rule}{of}"
    if item.trigger:
        yield f"  consider {item.trigger} ({item.transition}); to make the transition does the task"
    if item.done_when:
        yield f"  done by itself when {item.done_when}"


def _titled(item: TaskEntry) -> str:
    return f"{item.title}{about(item.key)}"


def _due(item: TaskEntry) -> str:
    if item.due_on is None or item.closed_at is not None:
        return ""
    return (
        f"  {'overdue, was due' if item.status == 'overdue' else 'due'} {item.due_on:%a %Y-%m-%d}"
    )


def _task(item: TaskEntry) -> str:
    who = ", ".join(item.waiting_for) or "nobody"
    # that it is overdue stands in front, with the day
    words = [] if item.status == "overdue" and item.due_on is not None else [item.status]
    state = item.status if item.closed_at is not None else ", ".join([*words, f"for {who}"])
    return f"{item.id}  {_titled(item)}{_due(item)}: {state}{because(item.remark)}"


def _report(item: ReportView) -> str:
    carried = "".join(f", {name} {brief(value, 200)}" for name, value in item.payload.items())
    when = minute(item.happened_at)
    by = f"{item.reported_by} on {minute(item.reported_at)}"
    return f"{item.id}  {when}  {item.event}{carried} (reported by {by})"


def _part(name: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{name}:"
        yield from (f"  {line}" for line in lines)


def _briefly(line: str, identity: str) -> str:
    """Return what happened to an escalation without its id, which stands above."""
    about = f"`{re.escape(identity)}`"
    line = re.sub(rf"^on {about}", "says", line)
    line = re.sub(rf"^escalated {about}", "escalated", line)
    return re.sub(rf"^{about}:? |(?: of)? {about}", "", line)
