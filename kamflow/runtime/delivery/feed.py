"""All days that are due, as an iCalendar that calendar programs subscribe to.

The same data give the same bytes: no present instant stands in it. Source: RFC 5545, RFC 7986.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from kamflow.errors import MissingExtraError
from kamflow.reports.agenda import AgendaItem, agenda
from kamflow.runtime.delivery.masking import printable
from kamflow.runtime.session import Session
from kamflow.storage.statements import DATABASE_ID

try:
    from icalendar import Calendar, Event, vText
except ImportError as error:
    raise MissingExtraError("writing calendars", "delivery") from error

_AGAIN = timedelta(hours=1)


def calendar_feed(
    session: Session, *, person: str | None = None, program: str | None = None
) -> bytes:
    """Return the calendar of a person, of a program, or of everything.

    Raises:
        NotFoundError: There is no such program.
    """
    database = session.transaction.rows(DATABASE_ID)[0][0]
    calendar = Calendar()
    calendar.add("prodid", "-//kamflow//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(_name(person, program)))
    calendar.add("refresh-interval", _AGAIN, parameters={"VALUE": "DURATION"})
    found = [
        (item, number)
        for item, number in _items(session, program)
        if person is None or person in item.people
    ]
    for item, number in sorted(found, key=lambda one: (one[0].on, one[0].id)):
        calendar.add_component(_event(item, number, database))
    text: bytes = calendar.to_ical()
    return text


def _name(person: str | None, program: str | None) -> str:
    words = [word for word in (program, f"for {person}" if person else None) if word]
    return printable(" ".join(["kamflow", *words]))


def _items(session: Session, program: str | None) -> Iterator[tuple[AgendaItem, int]]:
    """Yield what is due, with the number of the newest event of its subject."""
    above = session.find(program).id if program is not None else None
    ids = [
        entry.id
        for entry in session.transaction.entries()
        if above is None or entry.id == above or entry.id.startswith(f"{above}/")
    ]
    session.transaction.prefetch(ids)
    for identity in ids:
        compiled, view = session.view(session.find(identity))
        for item in agenda(compiled, view):
            yield item, view.snapshot.sequence


def _event(item: AgendaItem, number: int, database: str) -> Event:
    event = Event()
    event.add("uid", f"{item.id}@{database}.kamflow")
    event.add("dtstamp", item.since)
    event.add("sequence", number)
    event.add("dtstart", item.on)
    if item.on < date.max:  # an event of a day without an end lasts that day
        event.add("dtend", item.on + timedelta(days=1))
    event.add("summary", printable(f"{item.title} ({item.name})"))
    lines = [item.subject, item.text, f"for {', '.join(item.people)}" if item.people else ""]
    event.add("description", "\n".join(line for line in lines if line))
    event.add("categories", [f"kamflow {item.kind}"])
    event.add("transp", "TRANSPARENT")
    return event
