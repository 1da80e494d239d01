"""Requests of the shipped policy rest on the program above them, too."""

import pytest

from kamflow.model.events import ApprovalDecided, ApprovalWithdrawn
from tests.scenarios.office import Office
from tests.scenarios.portfolio import ADMISSION, SCORES, Facts


def test_a_program_that_pauses_is_felt_by_the_requests_of_its_accounts(office: Office) -> None:
    office.place("north", "optimize")
    office.record("north", {"program.customer_count": 1_000})
    account = office.nominate("nordwind", ADMISSION, SCORES, {"account.revenue_share_pct": 21})
    office.request(account, "admit", by="program_office")
    assert office.waiting(account)

    office.request("north", "pause", by="program_manager")
    office.approve("north", "program_sponsor", "program_manager")

    assert office.stage("north") == "paused"
    assert not office.waiting(account)
    happened = [entry.event for entry in office.kam.history(account)]
    (gone,) = (event for event in happened if isinstance(event, ApprovalWithdrawn))
    assert "`stage of program` was optimize and is paused" in gone.reason


def test_an_automatic_yes_keeps_the_row_and_what_its_guards_read(office: Office) -> None:
    office.place("north", "optimize")
    office.record("north", {"program.customer_count": 1_000})
    account = office.nominate("nordwind", ADMISSION, SCORES)
    office.request(account, "admit", by="program_office")

    happened = [entry.event for entry in office.kam.history(account)]
    (decided,) = (event for event in happened if isinstance(event, ApprovalDecided))

    guards = {item.criterion: item.values for item in decided.findings[-2:]}
    assert guards["AP-DESIG-A auto_when"] == {"designation.row": "R9"}
    assert guards["designation R9"]["designation_score.total"] == "82.5"
    assert "designation_score.D6" in guards["designation R9"]
    assert "R9" in decided.reason


@pytest.mark.parametrize("fact", [{}, {"plan.objectives_count": 4}])
def test_a_guard_that_runs_out_by_the_clock_is_no_yes(office: Office, fact: Facts) -> None:
    office.place("north", "optimize")
    office.record("north", {"program.customer_count": 1_000})
    office.kam.assign("north", "program_office", "nina", by="program_manager")
    account = office.nominate("nordwind", ADMISSION, SCORES, by="nina")
    office.kam.record_facts(account, {"account.complexity_score": 5}, by="nina")
    office.request(account, "admit", by="program_office")
    (asked,) = office.waiting(account)

    for day in range(1, 12):
        office.later(days=1)
        office.kam.run_due()
        if fact and day == 3:
            office.record(account, fact)

    (item,) = office.waiting(account)
    assert (item.id, item.approval, item.rounds) == (asked.id, "AP-DESIG-B", 0)
    assert office.stage(account) == "selection"


def test_a_score_that_somebody_records_again_may_turn_the_route(office: Office) -> None:
    office.place("north", "optimize")
    office.record("north", {"program.customer_count": 1_000})
    account = office.nominate("nordwind", ADMISSION, SCORES, {"account.revenue_share_pct": 21})
    office.request(account, "admit", by="program_office")
    assert office.waiting(account)

    office.record(account, {"account.revenue_share_pct": 3})

    assert office.stage(account) == "planning"
