"""The whole life of a request as lines that a person reads."""

import re
from collections.abc import Callable, Iterator

from kamflow import ApprovalLife, CastView, EscalationLife, StepView
from kamflow_cli.telling import event_line, stalled_text
from kamflow_cli.wording import evidence_text, last_moment, minute


def life_lines(life: ApprovalLife) -> Iterator[str]:
    """Yield the life of a request: what was asked, who votes, what was said, what comes."""
    yield f"{life.id}  {life.name}: {life.what}"
    yield f"  {life.approval} {life.title}"
    if life.automatic:
        yield f"  given by the policy on {minute(life.requested_at)}, asked by {life.requested_by}"
    else:
        said = f": {life.remark}" if life.remark and life.waiver is None else ""
        yield f"  asked by {life.requested_by} on {minute(life.requested_at)}{said}"
    yield from _subject_lines(life)
    yield f"  {_status(life)}"
    if life.stalled_until is not None:
        yield f"  {stalled_text(life.stalled, life.stalled_until)}"
    for name, lines in (
        ("on these facts", (f"{name} {value or 'no value'}" for name, value in life.bound.items())),
        ("steps", _step_lines(life)),
        ("votes", (_vote(item) for item in life.votes if not item.void)),
        ("conditions", _conditions(life)),
        ("deadline", _milestones(life)),
        ("what happened", happened_lines(life, _briefly)),
    ):
        yield from _part(name, list(lines))


def _part(name: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{name}:"
        yield from (f"  {line}" for line in lines)


def _subject_lines(life: ApprovalLife) -> Iterator[str]:
    if life.waiver is not None:
        item = life.waiver
        yield f"  gate {item.gate}, owner {item.owner}: {item.reason}"


def _status(life: ApprovalLife) -> str:
    if life.closed_at is None:
        if life.status == "returned":
            return f"sent back, waits for {life.requested_by}: {life.question}"
        due = f", due {life.due_on:%a %Y-%m-%d}" if life.due_on else ""
        return f"open, waits for {', '.join(life.waiting_for) or 'nobody'}{due}"
    status = "approved on conditions" if life.status == "conditional" else life.status
    text = f"{status} on {minute(life.closed_at)}: {life.reason}"
    if life.revisable_until is None:
        return text
    word = "called in" if life.revisable == "call_in" else "appealed against"
    return f"{text} (can be {word} until {last_moment(life.revisable_until)})"


def _step_lines(life: ApprovalLife) -> Iterator[str]:
    for step in life.steps:
        alone = len(life.steps) == 1  # it needs neither a number nor a state
        number = "" if alone else f"{step.number} "
        state = f" ({step.state})" if step.state and not alone else ""
        need = " (any of these)" if step.need == "any" and len(step.ballots) > 1 else ""
        ballots = "; ".join(f"{', '.join(item.roles)}: {item.rule}" for item in step.ballots)
        head = f"{number}{step.title}{state}{need}".strip()
        yield f"{head}: {ballots}" if head else ballots
        yield from _voter_lines(step)


def _voter_lines(step: StepView) -> Iterator[str]:
    if step.may_vote:
        yield f"  may vote: {', '.join(str(item) for item in step.may_vote)}"
    if step.away:
        yield f"  away, with nobody to vote for them: {', '.join(step.away)}"


def _vote(item: CastView) -> str:
    whose = f" for {item.principal}" if item.principal else ""
    said = f": {item.remark}" if item.remark else ""
    shown = f" [{evidence_text(item.evidence)}]" if item.evidence else ""
    return f"{minute(item.at)}  {item.person}{whose} {item.vote}{said}{shown}"


def _conditions(life: ApprovalLife) -> Iterator[str]:
    for item in life.conditions:
        open_still = "open, overdue" if item.overdue else "open"
        met = f"met by {item.met_by} on {minute(item.met_at)}: {item.remark}" if item.met_at else ""
        yield f"{item.id}  {item.text}, {item.owner} until {item.due_on}: {met or open_still}"


def _milestones(life: ApprovalLife) -> Iterator[str]:
    for item in life.milestones:
        yield f"{item.on:%a %Y-%m-%d}  {item.text}{' (done)' if item.done else ''}"


def happened_lines(
    life: ApprovalLife | EscalationLife, briefly: Callable[[str, str], str]
) -> Iterator[str]:
    """Yield what happened in a life, with who did it; `briefly` takes the id out of a line."""
    for item in life.events:
        after = life.set_off_by.get(item.sequence)
        who = f"{item.actor} (set off by {after})" if after else item.actor
        yield f"{item.at:%Y-%m-%d %H:%M}  {who}  {briefly(event_line(item.event), life.id)}"


def _briefly(line: str, identity: str) -> str:
    """Return what happened to a request without its id, which stands above."""
    about = f"`{re.escape(identity)}`"
    line = re.sub(rf"^on {about}", "says", line)
    line = re.sub(rf"^(?:approval (?:\S+ )?)?{about}:? ", "", line)
    return re.sub(rf" (?:on|of) {about}", "", line)
