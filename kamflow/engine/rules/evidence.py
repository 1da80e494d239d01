"""Which reports a rule counts: its evidence, and the events that have to come together."""

from collections.abc import Callable, Sequence
from datetime import datetime

from kamflow.engine.closures import compile_expression
from kamflow.engine.history import Reported
from kamflow.engine.reported import chooser, is_meant, members_of, unanswered
from kamflow.engine.rules.index import Index, ReadyItem
from kamflow.engine.view import View
from kamflow.model import expression as tree
from kamflow.model.events import EventReported
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack

AT_MOST = 12  # reports for each of the events that have to come together; the newest count


def counted(index: Index, parts: Sequence[Expression], view: View) -> tuple[str, ...]:
    """Return the ids of the reports that parts of a condition count, in order of event time."""
    pack, found = index.pack, dict[str, datetime]()
    for part in parts:
        if id(part) not in index.finders:
            index.finders[id(part)] = _finder(pack, part)
        chosen = index.finders[id(part)](view)
        if chosen:
            place = owner_of(view, pack, chosen[0].name)
            told = place.history.told(chosen[0].name)
            for event in chosen:
                found[identity(place, told[id(event)])] = event.happened_at
    return tuple(sorted(found, key=lambda name: (found[name], name)))


def identity(owner: View, report: Reported) -> str:
    """Return the id of a report: `north/acme#17`."""
    return f"{owner.snapshot.id}#{report.sequence}"


def owner_of(view: View, pack: Pack, event: str) -> View:
    """Return the view of the subject of which an event is reported: this one, or one above."""
    kind = pack.events[event].kind
    return view if view.snapshot.kind == kind else view.at(kind) or view


def come_together(
    pack: Pack, item: ReadyItem, view: View, seconds: int
) -> list[tuple[str, datetime]]:
    """Return the newest events of one sort, with ids, that are at most so many seconds old."""
    owner, found = owner_of(view, pack, item.event), list[tuple[str, datetime]]()
    for report in reversed(owner.history.reports(item.event)):
        at = report.event.happened_at
        if (view.scene.now - at).total_seconds() > seconds or len(found) == AT_MOST:
            break
        if is_meant(item.where, report.event, view, pack):
            found.append((identity(owner, report), at))
    return found


def keys_of(pack: Pack, event: str, field: str, view: View) -> set[str]:
    """Return the different values that reports of an event carry in a field, as text."""
    reports = owner_of(view, pack, event).history.reported(event)
    return {text for item in reports if (text := item.payload.get(field))}


def _finder(pack: Pack, part: Expression) -> Callable[[View], Sequence[EventReported]]:
    """Return what finds the reports that a part of a condition counts."""
    if isinstance(part, tree.Absence):
        return unanswered(part, pack, compile_expression)
    if not isinstance(part, tree.Aggregate):
        return lambda _view: ()
    where = None if part.where is None else compile_expression(part.where, pack)
    find, meant = members_of(part, pack), chooser(part.where, where, pack)
    return lambda view: [item for item in find(view) if meant(item, view)]
