"""Rows that report what happened: each event once, under its key."""

import pytest

from kamflow import EventReported, InputError
from tests.importing.desk import Desk

HEAD = """
mapping:
  subject: account
  id: id
  source: desk
  as_of: {column: day}
"""
EVENTS = (
    HEAD
    + """  event:
    name: incident.opened
    key: ticket
    payload:
      severity: {column: priority, values: {1: low, 2: high}}
      hours: {column: minutes, scale: 0.5}
"""
)
ROWS = "id,ticket,day,priority,minutes\nacme,T-1,2026-03-01,1,4\nacme,T-2,2026-03-02,2,\n"


@pytest.fixture
def filled(desk: Desk) -> Desk:
    desk.kam.create_account("north", "acme", "Acme", by="ana")
    return desk


def reported(desk: Desk) -> list[EventReported]:
    history = desk.kam.history("acme")
    return [item.event for item in history if isinstance(item.event, EventReported)]


def test_each_row_reports_an_event_with_what_it_carries(filled: Desk) -> None:
    report = filled.import_(filled.file(ROWS), EVENTS, what="events")

    assert (report.rows, report.existing, report.recorded, report.unchanged) == (2, 2, 2, 0)
    assert [(item.name, item.payload, item.source) for item in reported(filled)] == [
        ("incident.opened", {"severity": "low", "hours": "2"}, "desk"),
        ("incident.opened", {"severity": "high"}, "desk"),
    ]
    assert [str(item.happened_at.date()) for item in reported(filled)] == [
        "2026-03-01",
        "2026-03-02",
    ]


def test_an_event_in_another_file_is_the_same_event(filled: Desk) -> None:
    filled.import_(filled.file(ROWS), EVENTS, what="events")
    more = filled.file(f"{ROWS}acme,T-3,2026-03-03,1,\n", "more.csv")

    report = filled.import_(more, EVENTS, what="events")

    assert (report.recorded, report.unchanged) == (1, 2)
    assert len(reported(filled)) == 3


def test_the_same_key_with_other_content_is_rejected(filled: Desk) -> None:
    filled.import_(filled.file(ROWS), EVENTS, what="events")
    changed = filled.file(ROWS.replace("T-1,2026-03-01,1", "T-1,2026-03-01,2"), "changed.csv")

    report = filled.import_(changed, EVENTS, what="events", keep_going=True)

    assert [(item.row, item.column, item.reason) for item in report.rejects] == [
        (2, "ticket", "an event with this key was reported before and says something else")
    ]
    assert len(reported(filled)) == 2


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("acme,,2026-03-01,1,", "ticket", "the key is empty; it tells events apart"),
        ("acme,T-1,2026-05-01,1,", "day", "as of 2026-05-01 lies in the future"),
        ("acme,T-1,2026-03-01,3,", "priority", "`3` is not listed under `values` in the mapping"),
        ("acme,T-1,2026-03-01,1,many", "minutes", "`many` is not a number"),
        ("acne,T-1,2026-03-01,1,", "id", "there is no account `acne`; did you mean `acme`?"),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_and_leaves_no_trace(
    filled: Desk, row: str, column: str, reason: str
) -> None:
    before = filled.events()
    file = filled.file(f"{ROWS.splitlines()[0]}\n{row}\n")

    report = filled.import_(file, EVENTS, what="events", keep_going=True)

    assert [(item.row, item.column) for item in report.rejects] == [(2, column)]
    assert report.rejects[0].reason.startswith(reason)
    assert filled.events() == before


def test_a_dry_run_reports_nothing_and_takes_no_key(filled: Desk) -> None:
    filled.import_(filled.file(ROWS), EVENTS, what="events", dry_run=True)

    report = filled.import_(filled.file(ROWS), EVENTS, what="events")

    assert report.recorded == 2


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        (HEAD, "I103 the mapping names no `event` to report"),
        (EVENTS.replace("incident.opened", "incident.open"), "I207 `account` has no event"),
        (EVENTS.replace("severity:", "severty:"), "I207 `incident.opened` carries no `severty`"),
        (EVENTS.replace("  as_of: {column: day}\n", ""), "I103 `as_of` says when an event"),
        (EVENTS.replace("    key: ticket\n", ""), "I103 `event` needs the key `key`"),
    ],
)
def test_a_mapping_that_does_not_fit_is_told(filled: Desk, mapping: str, problem: str) -> None:
    file = filled.file(ROWS)

    with pytest.raises(InputError) as caught:
        filled.import_(file, mapping, what="events")

    assert problem in str(caught.value)
