"""All days that are due, as calendar programs read them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from kamflow import Kamflow, NotFoundError, Promise
from tests.delivery.office import ACME, HandClock, an_office

TIMERS = """
timers:
  TM-1:
    title: Stage SLA
    subject: account
    stages: [candidate]
    due: 20 days
    marks:
      - {id: warn, at: 50%, title: Half of the time is over, tell: [kam]}
      - {id: due, at: 100%, severity: medium, to: [L2]}
  TM-2:
    title: Only watched
    subject: account
    due: 10 days
    observe: true
    marks: [{id: due, at: 100%, severity: medium, to: [L2]}]
"""


@pytest.fixture
def kam(tmp_path: Path, clock: HandClock) -> Iterator[Kamflow]:
    kam = an_office(f"sqlite:///{tmp_path}/feed.db", clock, TIMERS)
    yield kam
    kam.close()


def events(feed: bytes) -> list[Event]:
    return [item for item in Calendar.from_ical(feed).walk("VEVENT") if isinstance(item, Event)]


def days(feed: bytes) -> list[tuple[date, str]]:
    return [(item.decoded("dtstart"), str(item["summary"])) for item in events(feed)]


def stamps(feed: bytes) -> dict[str, tuple[int, object]]:
    """Return by UID the sequence, and since when it is known."""
    return {
        str(item["uid"]): (int(item.decoded("sequence")), item.decoded("dtstamp"))
        for item in events(feed)
    }


def test_votes_tasks_and_timers_stand_on_their_days(kam: Kamflow) -> None:
    kam.request(ACME, "plan", by="ann")
    kam.record_facts(ACME, {"account.n": 2}, by="ann")

    assert days(kam.calendar(program="acme")) == [
        (date(2026, 4, 9), "Vote: plan -> planning (Acme)"),
        (date(2026, 4, 10), "Half of the time is over (Acme)"),
        (date(2026, 4, 14), "Do: Call the customer (Acme)"),
        (date(2026, 4, 20), "Stage SLA (Acme)"),
    ]


def test_a_person_sees_what_the_person_has_to_do(kam: Kamflow) -> None:
    kam.request(ACME, "plan", by="ann")

    assert [text for _, text in days(kam.calendar(person="kim", program="north"))] == [
        "Half of the time is over (Acme)",
        "Half of the time is over (Bolt)",
    ]
    assert [text for _, text in days(kam.calendar(person="bob", program="acme"))] == [
        "Vote: plan -> planning (Acme)",
        "Stage SLA (Acme)",
    ]
    assert days(kam.calendar(person="nobody")) == []


def test_it_is_a_calendar_that_others_can_read(kam: Kamflow) -> None:
    kam.request(ACME, "plan", by="ann")

    feed = kam.calendar(program="acme")

    calendar, (vote, *_) = Calendar.from_ical(feed), events(feed)
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    assert str(vote["uid"]).startswith("vote:north/acme#3@")
    assert vote.decoded("dtend") == date(2026, 4, 10)
    assert vote["dtstart"].params["VALUE"] == "DATE"
    assert str(vote["description"]) == "north/acme\nThe plan\nfor bob"
    assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
    assert feed.endswith(b"END:VCALENDAR\r\n")


def test_a_thing_keeps_its_uid_and_its_sequence_grows(kam: Kamflow) -> None:
    before = stamps(kam.calendar(program="acme"))
    kam.assign(ACME, "boss", "ben", by="ann")

    after = stamps(kam.calendar(program="acme"))

    assert set(before) == set(after)
    assert all(after[uid][0] > number for uid, (number, _) in before.items())
    assert all(after[uid][1] == at for uid, (_, at) in before.items())


def test_the_same_data_give_the_same_calendar_at_any_time(kam: Kamflow, clock: HandClock) -> None:
    kam.request(ACME, "plan", by="ann")
    before = kam.calendar()

    clock.forward(days=1)

    assert kam.calendar() == before


def test_a_day_at_the_end_of_all_calendars_is_one_as_well(kam: Kamflow) -> None:
    kam.request(ACME, "plan", by="ann")
    (item,) = kam.subject(ACME).approvals
    never = Promise(text="Show the budget", owner="kim", due_on=date.max)

    assert kam.vote(item.id, "approve", conditions=[never], by="bob").accepted

    assert (date.max, "Meet: Show the budget (Acme)") in days(kam.calendar(person="kim"))


def test_names_with_odd_signs_stay_in_their_line(kam: Kamflow) -> None:
    name = "A;b,c\\n\r\nBEGIN:VEVENT\r\n" + "\N{GRINNING FACE}" * 60
    kam.create_account("north", "odd", name, by="ann")
    kam.record_facts("odd", {"account.kam": "kim", "account.n": 2}, by="ann")

    feed = kam.calendar(person="kim", program="odd")

    shown = " ".join(name.split())
    assert f"Do: Call the customer ({shown})" in [title for _, title in days(feed)]
    assert max(len(line) for line in feed.split(b"\r\n")) <= 75
    assert not events(kam.calendar(person="kim\r\nBEGIN:VEVENT"))


def test_a_program_that_is_not_there_is_not_found(kam: Kamflow) -> None:
    with pytest.raises(NotFoundError):
        kam.calendar(program="south")
