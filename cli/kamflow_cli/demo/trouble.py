"""A critical incident at a pilot account: who is called, who answers, and how it ends."""

from collections.abc import Iterable

from kamflow import Decision, EscalationRaised, EscalationResolved
from kamflow_cli.demo.accounts import account
from kamflow_cli.demo.acting import Play, ballot, cast, must, opened, yes
from kamflow_cli.demo.cast import PETRA, TOM
from kamflow_cli.demo.customers import Customer
from kamflow_cli.demo.telling import listed, step

_INCIDENT, _SEVERITY = "I-4711", "critical"


def overcome_incident(play: Play, hurt: Customer) -> None:
    """Report an incident, have the sponsor answer, and two people close it."""
    play.clock.go_to(days_before=200)
    payload = {"incident": _INCIDENT, "severity": _SEVERITY, "category": "delivery"}
    raised = _report(play, hurt, "incident.opened", payload)
    called = next(item for item in raised.happenings if isinstance(item, EscalationRaised))
    must(play.kam.acknowledge(called.id, by=hurt.sponsor))
    step(
        play.clock(),
        f"the service desk reports a {_SEVERITY} incident at {hurt.name}: {called.rule} "
        f"{called.title} calls {listed(_people(play, called.roles, hurt))} and shuts "
        f"{listed(called.shut)}, the account is {_health(play, hurt)}; {hurt.sponsor} takes care "
        "of it",
    )
    play.clock.go_to(days_before=196)
    _close(play, hurt)
    play.clock.go_to(days_before=190)
    plan = {"account.recovery_plan_approved_on": f"{play.clock():%Y-%m-%d}"}
    must(play.kam.record_facts(account(hurt), plan, by=PETRA))


def _close(play: Play, hurt: Customer) -> None:
    """Report that the incident is resolved, and have two people agree that it is closed."""
    _report(play, hurt, "incident.resolved", {"incident": _INCIDENT, "lesson": "two carriers"})
    votes = yes(hurt.sponsor, TOM)
    with play.kam.batch() as batch:
        asked = must(batch.request(account(hurt), "close_incidents", by=hurt.kam))
        last = cast(batch, opened(asked), votes)
    over = next(item for item in last.happenings if isinstance(item, EscalationResolved))
    step(
        play.clock(),
        f"the incident is resolved; {hurt.kam} asks to close it: {ballot(votes)} AP-NCI, and "
        f"{over.rule} is over",
    )


def _report(play: Play, hurt: Customer, event: str, payload: dict[str, str]) -> Decision:
    return must(
        play.kam.report_event(account(hurt), event, payload, source="desk", by="service:desk")
    )


def _people(play: Play, roles: Iterable[str], hurt: Customer) -> list[str]:
    held = play.kam.subject(account(hurt)).roles
    return [person for role in roles for person in held.get(role, (role,))]


def _health(play: Play, hurt: Customer) -> str | None:
    facts = play.kam.subject(account(hurt)).facts
    return next(item.value for item in facts if item.name == "account.health")
