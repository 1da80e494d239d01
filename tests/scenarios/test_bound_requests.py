"""Requests of the shipped policy rest on the program above them, too."""

from kamflow.model.events import ApprovalDecided, ApprovalWithdrawn
from tests.scenarios.office import Office
from tests.scenarios.portfolio import ADMISSION, SCORES


def test_a_program_that_pauses_is_felt_by_the_requests_of_its_accounts(office: Office) -> None:
    office.place("north", "optimize")
    office.record("north", {"program.customer_count": 1_000})
    account = office.nominate("nordwind", ADMISSION, SCORES, {"incident.open_critical_count": 1})
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
