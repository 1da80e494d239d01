"""Conditions on what was reported: the events of a subject, what followed them and what did not."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from kamflow.engine.calendars import first_source, moving_source, span_source
from kamflow.engine.days import Moving, shift, unit_of
from kamflow.engine.deadlines import HOURS
from kamflow.engine.past import Compile, read
from kamflow.engine.view import Source, View
from kamflow.model import expression as tree
from kamflow.model.events import EventReported
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack
from kamflow.model.values import Cause, Unknown


def reports(view: View, pack: Pack, event: str) -> Sequence[EventReported]:
    """Return the reports of an event in event time: of the subject, or of the one above it."""
    place = _owner(view, pack, event)
    return () if place is None else place.history.reported(event)


def _owner(view: View, pack: Pack, event: str) -> View | None:
    kind = pack.events[event].kind
    return view if view.snapshot.kind == kind else view.at(kind)


def members_of(node: tree.Aggregate, pack: Pack) -> Callable[[View], Sequence[EventReported]]:
    """Return what finds the reports that a set of events may have, before its condition is asked.

    Those of the span may, and of those the ones that nothing has followed when it is said so. Of a
    set that is only counted, reports that the key of a rule leaves out are not among them.
    """
    among = candidates(node.members, node.where if node.function == "count" else None, pack)
    first_of = None if node.within is None else first_source(node.within, pack)

    def find(view: View) -> Sequence[EventReported]:
        found = among(view)
        if first_of is not None and found:
            first, day = first_of(view), view.day
            found = found[bisect_left(found, first, key=_day) : bisect_right(found, day, key=_day)]
        if node.without and found:
            followed = _followed(view, pack, node.without, node.by)
            found = [item for item in found if followed.by_when(item) is None]
        return found

    return find


def candidates(
    event: str, where: Expression | None, pack: Pack
) -> Callable[[View], Sequence[EventReported]]:
    """Return what finds the reports for which a condition can be met, in event time.

    Where it asks that what they carry be the key of a rule, that is those of the key.
    """
    field = None if where is None else _field_of_key(where)
    if field is None:
        return lambda view: reports(view, pack, event)

    def find(view: View) -> Sequence[EventReported]:
        place: View | None = view
        while place is not None and "key" not in place:
            place = place.asker
        if place is None or place["key"].__class__ is Unknown:
            return reports(view, pack, event)
        return _by_value(view, pack, event, field).get(place["key"], ())

    return find


def _field_of_key(where: Expression) -> str | None:
    """Return the name, `event.x`, that has to be the key for a condition to be met."""
    if isinstance(where, tree.Both):
        return _field_of_key(where.left) or _field_of_key(where.right)
    if not isinstance(where, tree.Compare) or where.op != "=":
        return None
    for one, other in ((where.left, where.right), (where.right, where.left)):
        if isinstance(one, tree.Name) and isinstance(other, tree.Key):
            return one.path if one.path.startswith("event.") else None
    return None


def _by_value(view: View, pack: Pack, event: str, field: str) -> dict[Any, list[EventReported]]:
    """Return the reports of an event by what they carry under a name; kept with the history."""
    owner = _owner(view, pack, event)
    if owner is None:
        return {}
    kept = owner.history.worked_out
    found: dict[Any, list[EventReported]] | None = kept.get((event, field, "values"))
    if found is None:
        found = kept[event, field, "values"] = {}
        for item in owner.history.reported(event):
            value = names_of(view, pack, item).get(field)
            if value is not None and value.__class__ is not Unknown:
                found.setdefault(value, []).append(item)
    return found


def event_view(view: View, pack: Pack, report: EventReported) -> View:
    """Return a view of the subject that knows what a report carries, as `event.x`."""
    found = view.reported.get(id(report))
    if found is None:
        found = view.reported[id(report)] = view.with_names(names_of(view, pack, report))
    return found


def names_of(view: View, pack: Pack, report: EventReported) -> dict[str, Any]:
    """Return what a report carries, kept with the report, whose identity stands for it."""
    names = view.scene.carried.get(id(report))
    if names is None:
        names = view.scene.carried[id(report)] = {"event": report, **carried(pack, report)}
    return names


def _day(report: EventReported) -> int:
    return report.happened_at.toordinal()


def carried(pack: Pack, report: EventReported) -> dict[str, Any]:
    """Return what a report carries, as `event.x`: values, or unknown ones."""
    found: dict[str, Any] = {}
    for name, shape in pack.events[report.name].payload.items():
        text, place = report.payload.get(name), f"event.{name}"
        if text is None:
            found[place] = Unknown((Cause(place, "not reported"),))
        else:
            found[place] = read(text, place, shape)
    return found


def _followed(view: View, pack: Pack, event: str, by: str) -> "_Followed":
    """Return when an event was reported; kept with the history."""
    owner = _owner(view, pack, event)
    if owner is None:
        return _Followed((), by)
    kept = owner.history.worked_out
    found: _Followed | None = kept.get((event, by, "followed"))
    if found is None:
        found = kept[event, by, "followed"] = _Followed(owner.history.reported(event), by)
    return found


class _Followed:
    """When something was reported, by what tells the reports apart."""

    def __init__(self, reported: Sequence[EventReported], by: str) -> None:
        self._by = by
        self._at: dict[str | None, list[datetime]] = {}
        for item in reported:
            self._at.setdefault(item.payload.get(by) if by else "", []).append(item.happened_at)

    def by_when(self, report: EventReported) -> datetime | None:
        """Return when it was first reported at the same instant as a report or later.

        A report that does not carry the field is followed by nothing.
        """
        key = report.payload.get(self._by) if self._by else ""
        instants = self._at.get(key, []) if key is not None else []
        place = bisect_left(instants, report.happened_at)
        return instants[place] if place < len(instants) else None


def absence(node: tree.Absence, pack: Pack, compile_expression: Compile) -> Source:
    """Return whether what should have followed an event did not, and its time is over."""
    find = unanswered(node, pack, compile_expression)
    return lambda view: bool(find(view))


def unanswered(
    node: tree.Absence, pack: Pack, compile_expression: Compile
) -> Callable[[View], list[EventReported]]:
    """Return what finds the events that nothing followed in time."""
    where = None if node.where is None else compile_expression(node.where, pack)
    moving_of, span_of = moving_source(unit_of(node.span, pack), pack), span_source(node.span, pack)
    among, meant = candidates(node.after, node.where, pack), chooser(node.where, where, pack)

    def find(view: View) -> list[EventReported]:
        awaited = [item for item in among(view) if meant(item, view)]
        if not awaited:
            return []
        followed = _followed(view, pack, node.event, node.by)
        is_over = _ending(span_of(view), moving_of(view), view)
        return [item for item in awaited if is_over(item.happened_at, followed.by_when(item))]

    return find


def chooser(
    node: Expression | None, where: Source | None, pack: Pack
) -> Callable[[EventReported, View], bool]:
    """Return `is_meant`, asked once for each report where what it carries says it alone."""
    if node is None or where is None:
        return lambda _report, _view: True
    if not reads_alone(node):
        return lambda report, view: is_meant(where, report, view, pack)
    ask: Callable[[Any], Any] = where  # of what a report carries it reads nothing else
    key = f"? {id(where)}"

    def meant(report: EventReported, view: View) -> bool:
        names = names_of(view, pack, report)
        if key not in names:
            names[key] = (ask(names) is True, ask)  # which stays, and with it its identity
        return bool(names[key][0])

    return meant


def reads_alone(node: Expression) -> bool:
    """Tell whether a condition reads what an event carries, and nothing else."""
    return all(map(_is_carried, tree.walk(node)))


def _is_carried(part: Expression) -> bool:
    """Tell whether a part of a condition reads what an event carries, or nothing at all."""
    if isinstance(part, tree.Name):
        return part.path.startswith("event.")
    if isinstance(part, tree.Word):
        return part.value not in ("stage", "today")
    return isinstance(part, tree.Compare | tree.Among | tree.Both | tree.Either | tree.Number)


def is_meant(where: Source | None, report: EventReported, view: View, pack: Pack) -> bool:
    """Tell whether a report is one after which something is awaited."""
    return where is None or where(event_view(view, pack, report)) is True


def _ending(
    span: tree.Number, moving: Moving, view: View
) -> Callable[[datetime, datetime | None], bool]:
    """Return what tells whether the time after an instant is over and nothing came in it."""

    def after_hours(since: datetime, came: datetime | None) -> bool:
        end = since + timedelta(hours=int(span.value))
        return end <= view.scene.now and (came is None or came > end)

    def after_days(since: datetime, came: datetime | None) -> bool:
        end = shift(since.date(), span.value, span.unit, moving)
        if end is None or end.toordinal() >= view.day:
            return False  # there is time left
        return came is None or came.toordinal() > end.toordinal()

    return after_hours if span.unit == HOURS else after_days
