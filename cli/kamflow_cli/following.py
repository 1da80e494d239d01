"""What a command set off: escalations, notices, tasks, and who is told next."""

from collections.abc import Iterator

import click

import kamflow as k
from kamflow import Decision, Kamflow
from kamflow_cli.output import print_decision

# What is told by a note of the decision, or is of no interest to whoever caused it.
_QUIET = (
    k.PatternHeld,
    k.PatternBroken,
    k.TimerEnded,
    k.EscalationStopped,
    k.EscalationResumed,
    k.EscalationClimbed,
)


def print_with_sequel(
    ctx: click.Context, kam: Kamflow, decision: Decision, *, as_json: bool, done: str
) -> None:
    """Print an answer of the engine as `print_decision` does, and what it set off."""
    print_decision(ctx, decision, as_json=as_json, done=done)
    if decision.accepted and not as_json:
        for line in sequel_lines(kam, decision):
            click.echo(f"  {line}")


def sequel_lines(kam: Kamflow, decision: Decision) -> Iterator[str]:
    """Yield what rules and timers did because of a decision, and who joins an escalation next."""
    from kamflow_cli.alert_telling import AlertEvent, alert_line

    for recorded in decision.events:
        event = recorded.event
        own = recorded.actor != "system"  # that is what was asked for, and told already
        if own or not isinstance(event, AlertEvent) or isinstance(event, _QUIET):
            continue
        if isinstance(event, k.EscalationRaised) and not event.observed:
            yield _raised_line(kam, event)
        elif isinstance(event, k.EscalationResolved) and not event.observed:
            yield f"escalation {alert_line(event)}"
        elif isinstance(event, k.EscalationRaised) or not getattr(event, "observed", False):
            yield alert_line(event)


def _raised_line(kam: Kamflow, event: k.EscalationRaised) -> str:
    from kamflow_cli.escalation_lines import step_text

    shut = f", shuts {', '.join(event.shut)}" if event.shut else ""
    step = kam.escalation(event.id).next
    outlook = step_text(step) if step is not None else "nobody else joins"
    return f"escalation `{event.id}`, {event.severity}{shut}: {outlook}"
