"""Who has places left: load, reservations and free places per person, and who waits for one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.view import View
from kamflow.engine.waitlist import Waiting, in_order
from kamflow.model.capacity import Place, Waitlist
from kamflow.model.values import Unknown


class PersonPlaces(Struct, frozen=True, kw_only=True):
    """The places of one person. Nothing where a number is unknown."""

    person: str
    load: Decimal | None  # places taken, reserved ones among them
    reserved: int
    capacity: Decimal | None
    free: Decimal | None


class PlacesView(Struct, frozen=True, kw_only=True):
    """The places of all people of one sort, such as sponsors."""

    id: str
    title: str
    people: tuple[PersonPlaces, ...]  # by name
    free: Decimal  # of all together, as far as it is known


class WaitingView(Struct, frozen=True, kw_only=True):
    """A subject that waits for a place, or would have to."""

    subject: str
    name: str
    order: dict[str, str | None]  # expression -> what it comes to; nothing: unknown
    since: datetime  # aware UTC; in its stage
    ready: bool  # there is a place for it now
    full: tuple[str, ...]  # people who have no place for it; sorts of which nobody is named


class CapacityReport(Struct, frozen=True, kw_only=True):
    """The places of a program, who waits for one in the order of offers, who would have to wait."""

    as_of: datetime
    program: str
    kind: str
    title: str
    places: tuple[PlacesView, ...]
    waiting: tuple[WaitingView, ...]
    planned: int  # how many will need a place next
    would_wait: tuple[WaitingView, ...]  # those of them for whom there is none, the best served


def capacity_report(
    compiled: CompiledPack, line: Waitlist, program: str, members: Sequence[View], now: datetime
) -> CapacityReport:
    """Return the places of a program.

    Args:
        compiled: Policy.
        line: Its waitlist of one kind of subject.
        program: Id of the program.
        members: All subjects of that kind in it.
        now: Instant of the report, aware UTC.
    """
    places = tuple(_places(compiled, line, place, members) for place in line.places.values())
    free = {(place.id, item.person): item.free for place in places for item in place.people}
    waiting = in_order(compiled, line, line.waiting, members)
    planned = in_order(compiled, line, line.planned, members) if line.planned else []
    by_id = {view.snapshot.id: view for view in members}
    return CapacityReport(
        as_of=now,
        program=program,
        kind=line.id,
        title=line.title,
        places=places,
        waiting=tuple(
            _view(i, by_id[i.subject], _full(line, by_id[i.subject], free)) for i in waiting
        ),
        planned=len(planned),
        would_wait=tuple(_would_wait(line, planned, by_id, dict(free))),
    )


_Free = dict[tuple[str, str], Decimal | None]


def _places(
    compiled: CompiledPack, line: Waitlist, place: Place, members: Sequence[View]
) -> PlacesView:
    of_person: dict[str, list[View]] = {}
    for view in members:
        person = view[place.person]
        if not isinstance(person, Unknown):
            of_person.setdefault(str(person), []).append(view)
    people = tuple(
        _person(compiled, line, place, person, of_person[person]) for person in sorted(of_person)
    )
    known = (item.free for item in people if item.free is not None)
    return PlacesView(id=place.id, title=place.title, people=people, free=sum(known, Decimal(0)))


def _person(
    compiled: CompiledPack, line: Waitlist, place: Place, person: str, own: Sequence[View]
) -> PersonPlaces:
    load = compiled.ask(place.load, own[0])  # which is the same for all of one person
    limits = [compiled.ask(place.capacity, view) for view in own]
    capacity = max((item for item in limits if isinstance(item, Decimal)), default=None)
    taken = load if isinstance(load, Decimal) else None
    reserved = [view for view in own if line.reserved and compiled.ask(line.reserved, view) is True]
    return PersonPlaces(
        person=person,
        load=taken,
        reserved=len(reserved),
        capacity=capacity,
        free=None if taken is None or capacity is None else max(Decimal(0), capacity - taken),
    )


def _would_wait(
    line: Waitlist, planned: Sequence[Waiting], by_id: dict[str, View], free: _Free
) -> Iterator[WaitingView]:
    """Give out the places that are free, the best first; yield who gets none."""
    for item in planned:
        view = by_id[item.subject]
        full = _full(line, view, free)
        if full:
            yield _view(item, view, full)
            continue
        for place in line.places.values():
            key = (place.id, str(view[place.person]))
            left = free.get(key)
            free[key] = None if left is None else left - 1


def _full(line: Waitlist, view: View, free: _Free) -> tuple[str, ...]:
    """Return who has no place for a subject; a sort of places of which nobody is named."""
    found = []
    for place in line.places.values():
        person = view[place.person]
        if isinstance(person, Unknown):
            found.append(place.id)
        elif free.get((place.id, str(person))) == 0:
            found.append(str(person))
    return tuple(found)


def _view(item: Waiting, view: View, full: tuple[str, ...]) -> WaitingView:
    return WaitingView(
        subject=item.subject,
        name=view.snapshot.name,
        order=item.order,
        since=item.since,
        ready=item.ready,
        full=full,
    )
