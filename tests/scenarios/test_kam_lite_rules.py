"""What the small policy escalates: incidents, a meeting that was missed, what takes too long."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kamflow.model.escalated import EscalationRaised, EscalationResolved, NoticeGiven
from tests.scenarios.test_kam_lite import STRONG, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "lite.db")
    yield desk
    desk.kam.close()


@pytest.fixture
def acme(desk: Desk) -> str:
    """An account that has just come to planning."""
    desk.designing()
    acme = desk.nominate()
    desk.request(acme, "admit", "ana")
    desk.score(acme, STRONG)
    desk.approve(acme, "victor", "fred")
    assert desk.stage(acme) == "planning"
    return acme


def happens(desk: Desk, account: str, event: str, payload: Mapping[str, str]) -> None:
    assert desk.kam.report_event(account, event, payload).accepted


def opened(desk: Desk, account: str, name: str, severity: str) -> None:
    happens(desk, account, "incident.opened", {"incident": name, "severity": severity})


def passes(desk: Desk, days: int) -> None:
    desk.later(days)
    assert desk.kam.run_due().failed == ()


def open_ones(desk: Desk, account: str) -> dict[str, EscalationRaised]:
    """Return what is escalated now, by rule."""
    found: dict[str, EscalationRaised] = {}
    for recorded in desk.kam.history(account):
        match recorded.event:
            case EscalationRaised() as event:
                found[event.rule] = event
            case EscalationResolved() as event:
                found = {rule: item for rule, item in found.items() if item.id != event.id}
            case _:
                pass
    return found


@pytest.mark.parametrize(("days", "times"), [(90, 1), (91, 0)])
def test_two_serious_incidents_in_ninety_days_are_escalated(
    desk: Desk, acme: str, days: int, times: int
) -> None:
    opened(desk, acme, "I-1", "major")
    passes(desk, days)

    opened(desk, acme, "I-2", "major")

    assert ("E-01" in open_ones(desk, acme)) is bool(times)
    passes(desk, 91)
    assert "E-01" not in open_ones(desk, acme)


def test_a_critical_incident_goes_to_the_sponsor_until_it_is_resolved(
    desk: Desk, acme: str
) -> None:
    opened(desk, acme, "I-1", "critical")

    raised = open_ones(desk, acme)["E-02"]
    assert raised.roles == ("program_manager", "exec_sponsor")
    assert raised.shut == ("GL-A4",)
    happens(desk, acme, "incident.resolved", {"incident": "I-1"})
    assert "E-02" not in open_ones(desk, acme)


def test_a_minor_incident_is_escalated_to_nobody(desk: Desk, acme: str) -> None:
    opened(desk, acme, "I-1", "minor")
    opened(desk, acme, "I-2", "minor")

    assert open_ones(desk, acme) == {}


def test_a_meeting_that_was_missed_is_escalated_until_it_is_held(desk: Desk, acme: str) -> None:
    happens(desk, acme, "review.held", {})
    passes(desk, 395)
    before = set(open_ones(desk, acme))

    passes(desk, 1)

    assert "E-11" not in before
    assert open_ones(desk, acme)["E-11"].roles == ("kam",)
    happens(desk, acme, "review.held", {})
    assert "E-11" not in open_ones(desk, acme)
    assert desk.kam.tasks(subject=acme) == []


def test_a_stage_that_takes_too_long_is_warned_of_and_then_escalated(desk: Desk, acme: str) -> None:
    passes(desk, 49)
    notices = [item.event for item in desk.kam.history(acme)]
    told = [item.roles for item in notices if isinstance(item, NoticeGiven)]
    before = open_ones(desk, acme)

    passes(desk, 12)

    assert told == [("kam",)]
    assert before == {}
    assert open_ones(desk, acme)["TM-02"].roles == ("program_manager", "exec_sponsor")
