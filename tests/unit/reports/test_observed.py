"""What is only observed: counted from what was recorded, with what never happened."""

from collections.abc import Iterable
from datetime import timedelta

from kamflow.model.escalated import (
    EscalationRaised,
    EscalationResolved,
    GateObserved,
    NoticeGiven,
    TimerReached,
)
from kamflow.model.events import Event, Recorded
from kamflow.model.pack import Pack
from kamflow.reports.observed import KINDS, ObservedEntry, observed_report
from tests.builders import NOON, a_pack

POLICY = """
facts: {account: {account.calm: {type: flag, source: manual}}}
events: {account: {incident.opened: {title: i}}}
roles: {kam: {who: k}}
gates:
  G-1: {title: Ready, subject: account, observe: true, criteria: [{id: G-1.1, must: account.calm}]}
rules:
  E-01: {title: Incidents, subject: account, when: count(incident.opened within 9 days) >= 1,
    to: [{roles: [kam]}], observe: true}
  E-02: {title: Others, subject: account, when: count(incident.opened within 9 days) >= 2,
    to: [{roles: [kam]}]}
timers:
  TM-01: {title: Time to plan, subject: account, due: 20 days, observe: true,
    marks: [{id: due, at: 100%, tell: [kam]}]}
"""


def a_raised(number: int, *, rule: str = "E-01", observed: bool = True) -> EscalationRaised:
    return EscalationRaised(
        id=f"north/acme#{number}",
        rule=rule,
        title="Incidents",
        severity="high" if number > 1 else "low",
        as_of=NOON,
        observed=observed,
    )


def recorded(events: Iterable[tuple[str, Event]]) -> list[Recorded]:
    return [
        Recorded(
            instance=instance,
            sequence=number,
            at=NOON + timedelta(days=number),
            actor="system",
            pack="p",
            event=event,
        )
        for number, (instance, event) in enumerate(events, start=1)
    ]


def entries(pack: Pack, *events: tuple[str, Event]) -> dict[str, ObservedEntry]:
    report = observed_report(pack, recorded(events), NOON, None)
    return {item.id: item for item in report.entries}


def test_what_is_observed_and_never_happened_is_told_too() -> None:
    found = entries(a_pack(POLICY))

    assert [(item.kind, item.id, item.title) for item in found.values()] == [
        ("rule", "E-01", "Incidents"),
        ("gate", "G-1", "Ready"),
        ("timer", "TM-01", "Time to plan"),
    ]
    assert all(item.subjects == () and item.last_at is None for item in found.values())


def test_escalations_that_would_have_been_raised_are_counted() -> None:
    found = entries(
        a_pack(POLICY),
        ("north/acme", a_raised(1)),
        ("north/bolt", a_raised(2)),
        ("north/acme", EscalationResolved(id="north/acme#1", rule="E-01", remark="o", as_of=NOON)),
        ("north/acme", a_raised(3)),
    )["E-01"]

    assert (found.escalated, found.still_open) == (3, 2)
    assert found.severities == {"low": 1, "high": 2}
    assert found.subjects == ("north/acme", "north/bolt")
    assert found.last_at == NOON + timedelta(days=4)


def test_what_had_effect_is_not_counted() -> None:
    found = entries(
        a_pack(POLICY),
        ("north/acme", a_raised(1, rule="E-02", observed=False)),
        ("north/acme", EscalationResolved(id="north/acme#1", rule="E-02", remark="o", as_of=NOON)),
    )

    assert "E-02" not in found


def test_a_rule_that_is_observed_no_longer_is_told_while_it_was() -> None:
    found = entries(a_pack(POLICY), ("north/acme", a_raised(1, rule="E-02")))["E-02"]

    assert (found.kind, found.escalated, found.title) == ("rule", 1, "Incidents")


def test_notices_marks_and_gates_are_counted() -> None:
    told = NoticeGiven(rule="TM-01", title="over", roles=("kam",), as_of=NOON, observed=True)
    reached = TimerReached(timer="TM-01", mark="due", since=NOON, due_at=NOON, observed=True)
    shut = GateObserved(gate="G-1", transition="A1", findings=())

    found = entries(
        a_pack(POLICY), ("north/acme", reached), ("north/acme", told), ("north/acme", shut)
    )

    assert (found["TM-01"].reached, found["TM-01"].told) == (1, 1)
    assert (found["G-1"].shut, found["G-1"].subjects) == (1, ("north/acme",))


def test_all_types_that_are_counted_are_asked_for() -> None:
    counted = (EscalationRaised, EscalationResolved, GateObserved, NoticeGiven, TimerReached)

    assert set(KINDS) == {kind.__name__ for kind in counted}
