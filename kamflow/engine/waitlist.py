"""Who is offered a place that has become free: of those who wait and could take it, the best."""

from collections.abc import Container, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from kamflow.engine.asking import No
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.draft import Draft
from kamflow.engine.moves import find_transition, request
from kamflow.engine.people import SYSTEM
from kamflow.engine.view import Scene, View
from kamflow.model.capacity import Waitlist
from kamflow.model.events import FactLapsed, FactsRecorded, PlaceOffered, StageEntered
from kamflow.model.expression import Condition
from kamflow.model.values import Unknown, format_value


class Waiting(Struct, frozen=True, kw_only=True):
    """A subject that waits; `ready` says that it could take a place now."""

    subject: str
    order: dict[str, str | None]  # expression -> what it comes to; nothing: unknown
    since: datetime  # aware UTC
    ready: bool


def in_order(
    compiled: CompiledPack, line: Waitlist, who: Condition, members: Iterable[View]
) -> list[Waiting]:
    """Return the subjects for which `who` is met, in the order in which places are offered.

    The highest value comes first and an unknown one last; then who has waited longest; then by id.
    """
    found: list[tuple[Any, Waiting]] = []
    for view in members:
        if compiled.ask(who, view) is not True:
            continue
        values = [compiled.ask(item, view) for item in line.order]
        subject = Waiting(
            subject=view.snapshot.id,
            order={
                item.text: None if isinstance(value, Unknown) else format_value(value)
                for item, value in zip(line.order, values, strict=True)
            },
            since=view.snapshot.entered_at,
            ready=compiled.ask(line.ready, view) is True,
        )
        ranks = tuple((0, -item) if isinstance(item, Decimal) else (1, 0) for item in values)
        found.append(((ranks, subject.since, subject.subject), subject))
    return [subject for _, subject in sorted(found, key=lambda item: item[0])]


def offer(draft: Draft) -> None:
    """Take the subject up again when it waits, a place is free, and nobody ready comes before."""
    compiled = draft.compiled
    line = compiled.pack.waitlists.get(draft.snapshot.kind)
    if line is None or compiled.ask(line.waiting, draft.view) is not True:
        return
    members = draft.view.members(line.id, compiled.pack.kinds[line.id].parent)
    waiting = in_order(compiled, line, line.waiting, members)
    first = next((rank for rank, item in enumerate(waiting, start=1) if item.ready), None)
    if first is None or waiting[first - 1].subject != draft.instance:
        return
    mark, gate, actor = draft.mark(), draft.gate, draft.actor
    draft.actor = SYSTEM
    try:
        no = _take_up(draft, line, waiting[first - 1], (first, len(waiting)))
    finally:
        draft.actor = actor
    if no is not None:
        draft.back_to(mark)
        draft.gate = gate
        draft.notes.append(f"{line.trigger} waits: {'; '.join(no.reasons)}")


def _take_up(draft: Draft, line: Waitlist, item: Waiting, place: tuple[int, int]) -> No | None:
    rank, waiting = place
    draft.emit(
        PlaceOffered(
            trigger=line.trigger, rank=rank, waiting=waiting, order=item.order, since=item.since
        )
    )
    found = find_transition(draft, line.trigger)
    return found if isinstance(found, No) else request(draft, found, None, "")


def freed_for(
    compiled: CompiledPack, before: View, after: View, events: Iterable[object]
) -> tuple[Waitlist, ...]:
    """Return the waitlists for which events may have freed a place, looking at nobody else.

    Args:
        compiled: Policy.
        before: The subject of the events before them.
        after: The same subject after them.
        events: What happened.
    """
    kinds, own = compiled.pack.kinds, before.snapshot.kind
    concerned = (
        line
        for line in compiled.pack.waitlists.values()
        if own in (line.id, kinds[line.id].parent if line.id in kinds else None)
    )
    happened = tuple(events)
    return tuple(
        i for i in concerned if any(_frees(compiled, i, before, after, e) for e in happened)
    )


def _frees(
    compiled: CompiledPack, line: Waitlist, before: View, after: View, event: object
) -> bool:
    match event:
        case FactLapsed():
            return True
        case FactsRecorded():
            return not compiled.freeing(line).isdisjoint((*event.facts, *event.forgotten))
        case StageEntered() if before.snapshot.kind == line.id:
            held = compiled.ask(line.holds, before) is True
            return held and compiled.ask(line.holds, after) is not True
        case _:
            return isinstance(event, StageEntered)


def next_in_line(
    compiled: CompiledPack, scene: Scene, line: Waitlist, parent: str, passed: Container[str]
) -> str | None:
    """Return who is to be offered a place next; `passed` are those who had their turn already."""
    for item in in_order(compiled, line, line.waiting, scene.members(parent, line.id)):
        if item.ready and item.subject not in passed:
            return item.subject
    return None
