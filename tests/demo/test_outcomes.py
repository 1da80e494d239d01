"""What the database holds after the demo: every outcome occurs, and history and state agree."""

from collections import Counter
from collections.abc import Iterator

import pytest
from kamflow_cli.session import instant

from kamflow import (
    ApprovalDecided,
    CommandRefused,
    EscalationRaised,
    Kamflow,
    StageEntered,
    fixed_clock,
)
from kamflow.engine.evolve import replay
from kamflow.model.escalated import OfEscalations
from tests.demo.conftest import NOW, Played


@pytest.fixture
def kam(played: Played) -> Iterator[Kamflow]:
    opened = Kamflow.open(played.database, clock=fixed_clock(instant(NOW)))
    yield opened
    opened.close()


def facts_of(kam: Kamflow, account: str) -> dict[str, str | None]:
    return {item.name: item.value for item in kam.subject(account).facts}


def test_the_program_goes_through_all_phases_to_scale(kam: Kamflow) -> None:
    entered = [
        item.event.stage for item in kam.history("meridian") if isinstance(item.event, StageEntered)
    ]

    assert list(dict.fromkeys(entered)) == ["knowledge", "design", "pilot", "scale"]


def test_the_program_is_refused_where_a_gate_is_shut(kam: Kamflow) -> None:
    refused = [
        item.event.transition
        for item in kam.history("meridian")
        if isinstance(item.event, CommandRefused)
    ]

    assert refused == ["TP-01", "TP-03", "TP-05"]


def test_sixty_four_accounts_are_there(kam: Kamflow) -> None:
    accounts = kam.subjects("account", "meridian")

    assert len(accounts) == 64


def test_accounts_stand_in_many_stages(kam: Kamflow) -> None:
    stages = Counter(item.stage for item in kam.subjects("account"))

    assert stages["candidate"] > 30
    assert stages["selection"] == 8
    assert stages["planning"] == 4
    assert stages["co_creation"] == 3
    assert stages["capture"] == 1
    assert stages["rejected"] == 3


def test_three_accounts_are_designated_without_asking_people(kam: Kamflow) -> None:
    automatic = [
        (item.event.approval, item.event.reason)
        for account in kam.subjects("account")
        for item in kam.history(account.id)
        if isinstance(item.event, ApprovalDecided)
        and item.event.automatic
        and item.event.transition == "TA-02"
    ]

    assert [approval for approval, _ in automatic] == ["AP-DESIG-A"] * 3
    assert all("row R9" in reason for _, reason in automatic)


def test_four_accounts_wait_for_people(kam: Kamflow) -> None:
    waiting = Counter(item.approval for item in kam.inbox() if item.task == "vote")

    assert waiting == {"AP-DESIG-B": 4}


def test_four_accounts_lack_facts_that_somebody_can_supply(kam: Kamflow) -> None:
    lacking = [
        account.id
        for account in kam.subjects("account")
        if account.stage == "selection"
        and facts_of(kam, account.id)["account.designation_outcome"] == "incomplete"
    ]
    causes = [
        cause
        for account in lacking
        for criterion in kam.why(account, "designate").transitions[0].criteria
        for cause in criterion.causes
    ]

    assert len(lacking) == 4
    assert {cause.reason.partition(":")[0] for cause in causes} == {"no value", "stale"}
    assert all(cause.writers for cause in causes)


def test_accounts_are_incubated_and_waitlisted(kam: Kamflow) -> None:
    parked = Counter(
        facts_of(kam, account.id)["account.candidate_status"]
        for account in kam.subjects("account")
        if account.stage == "candidate"
    )

    assert parked["incubate"] == 2
    assert parked["waitlist"] == 2


def test_accounts_that_are_no_key_accounts_are_not_admitted(kam: Kamflow) -> None:
    refused = [
        account.id
        for account in kam.subjects("account")
        for item in kam.history(account.id)
        if isinstance(item.event, CommandRefused) and item.event.transition == "TA-01"
    ]

    assert len(refused) == 3


def test_a_critical_incident_is_escalated_answered_and_closed(kam: Kamflow) -> None:
    events = [item.event for item in kam.history("meridian/harrowby-agrar")]
    (raised,) = [e for e in events if isinstance(e, EscalationRaised) and e.rule == "E-02"]

    of_this = [e for e in events if isinstance(e, OfEscalations) and e.id == raised.id]

    assert [type(event).__name__ for event in of_this] == [
        "EscalationRaised",
        "EscalationAcknowledged",
        "EscalationResolved",
    ]
    assert raised.level == "L3"
    assert facts_of(kam, "meridian/harrowby-agrar")["account.health"] == "green"


def test_nobody_is_refused_a_vote_or_a_fact(kam: Kamflow) -> None:
    subjects = [*kam.subjects("program"), *kam.subjects("account")]
    refused = [
        item.event.command
        for subject in subjects
        for item in kam.history(subject.id)
        if isinstance(item.event, CommandRefused)
    ]

    assert set(refused) == {
        "start", "launch_pilot", "scale", "commit_plan", "start_co_creation", "admit",
    }  # fmt: skip


def test_the_story_ends_at_the_present(kam: Kamflow) -> None:
    last = max(item.at for account in kam.subjects("account") for item in kam.history(account.id))

    assert last == instant(NOW)


def test_each_snapshot_is_what_its_history_makes(kam: Kamflow) -> None:
    with kam.reading() as session:
        entries = session.transaction.entries()
        differing = [
            entry.id
            for entry in entries
            if replay(session.transaction.history(entry.id)) != session.find(entry.id)
        ]

    assert len(entries) == 65
    assert not differing
