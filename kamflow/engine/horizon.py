"""When a condition could first change by time alone: never later than it does, perhaps earlier.

What hangs on days changes when a day is over, UTC. A part of a condition that is not understood
better than that is looked at again with the next day; one without time never. New facts and
reports are not foreseen: by those a condition is judged anyhow.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeAlias

from kamflow.engine.closures import compile_expression
from kamflow.engine.enginenames import AHEAD
from kamflow.engine.growth import DAYS_IN_STAGE, growing, months_reached, turns
from kamflow.engine.instants import (
    first_of,
    midnight,
    next_edit,
    next_end,
    next_former,
    next_report,
    passing,
    tomorrow,
)
from kamflow.engine.view import View, age_limit
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import FactType, Pack

When: TypeAlias = Callable[[View], datetime | None]

_OTHERWISE = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_RISING, _FALLING, _CHANGING = "rising", "falling", "changing"


class Horizon:
    """What tells of the conditions of a policy when they change; nothing of one that never does."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._known: dict[tuple[int, str], tuple[Expression, When | None]] = {}
        self._names: dict[str, When | None] = {}

    def rising(self, node: Expression) -> When | None:
        """Return what tells when a condition could be met that is not."""
        return self._kept(node, _RISING)

    def falling(self, node: Expression) -> When | None:
        """Return what tells when a condition could be no longer met, or no longer unknown."""
        return self._kept(node, _FALLING)

    def changing(self, node: Expression) -> When | None:
        """Return what tells when a tree could come to something else."""
        return self._kept(node, _CHANGING)

    def _kept(self, node: Expression, how: str) -> When | None:
        known = self._known.get((id(node), how))
        if known is None:
            known = self._known[id(node), how] = (node, self._made(node, how))
        return known[1]

    def _made(self, node: Expression, how: str) -> When | None:
        if how != _CHANGING:
            found = self._directed(node, how)
            if found is not None:
                return found[0]
        make = _MAKERS.get(type(node))
        if make is not None:
            return make(self, node)
        return _first([self.changing(part) for part in tree.children(node)])

    # ------------------------------------------------------------------ towards yes or no

    def _directed(self, node: Expression, how: str) -> tuple[When | None] | None:
        """Return what tells when a condition turns one way; nothing where both ways are one."""
        rises = how == _RISING
        match node:
            case tree.Not():
                return (self.falling(node.item) if rises else self.rising(node.item),)
            case tree.Both():
                parts = (node.left, node.right)
                return (self._all_of(parts, how) if rises else self._one_of(parts, how),)
            case tree.Either():
                parts = (node.left, node.right)
                return (self._one_of(parts, how) if rises else self._all_of(parts, how),)
            case tree.Absence() if not rises:
                return (None,)
            case tree.Compare():
                return self._count(node, how)
            case _:
                return None

    def _one_of(self, parts: Iterable[Expression], how: str) -> When | None:
        return _first([self._kept(part, how) for part in parts])

    def _all_of(self, parts: Iterable[Expression], how: str) -> When | None:
        """Return when all parts have turned, each at least once: the whole cannot before."""
        goal = how == _RISING
        asked = [(compile_expression(part, self.pack), self._kept(part, how)) for part in parts]
        if all(when is None for _, when in asked):
            return None

        def work(view: View) -> datetime | None:
            latest: datetime | None = None
            for judge, when in asked:
                if judge(view) is goal:
                    continue
                at = None if when is None else when(view)
                if at is None:
                    return None
                latest = at if latest is None else max(latest, at)
            return latest

        return work

    def _count(self, node: tree.Compare, how: str) -> tuple[When | None] | None:
        """Return when a number of reports turns a comparison: by time alone they only get fewer."""
        op, count, bound = node.op, node.left, node.right
        if not isinstance(count, tree.Aggregate):
            op, count, bound = _OTHERWISE.get(op, op), bound, count
        if not isinstance(count, tree.Aggregate) or not self._gets_fewer(count):
            return None
        if self.changing(bound) is not None or op not in _OTHERWISE:
            return None
        at_least = op in (">", ">=")
        return (None,) if at_least is (how == _RISING) else (self.changing(count),)

    def _gets_fewer(self, node: tree.Aggregate) -> bool:
        """Tell whether a set is one of reports that are counted, by nothing that time changes."""
        if node.cohort or "." not in node.members or node.function != "count":
            return False
        return node.where is None or self.changing(node.where) is None

    # ------------------------------------------------------------------ any change

    def name(self, node: tree.Name) -> When | None:
        """Return when what stands under a name could change."""
        when = self._path(node.path)
        if when is None or not node.of_asker:
            return when
        return lambda view: when(view if view.asker is None else view.asker)

    def _path(self, name: str) -> When | None:
        if name not in self._names:
            self._names[name] = None  # while it is looked at
            self._names[name] = self._looked_up(name)
        return self._names[name]

    def _looked_up(self, name: str) -> When | None:
        pack, (head, _, tail) = self.pack, name.partition(".")
        if head == "P":
            return self._parameter(tail)
        if head in pack.scorecards:
            facts = [self._path(item.fact) for item in pack.scorecards[head].criteria]
            return _first([*facts, tomorrow if tail == "oldest_days" else None])
        if head in pack.tables:
            rows = (row.when for row in pack.tables[head].rows)
            return _first([self.changing(row.tree) for row in rows if row is not None])
        if name in pack.facts:
            return self._fact(pack.facts[name])
        if name == "subject.stale_facts":
            return self._aging()
        return _OF_SUBJECT.get(tail) if head == "subject" else None

    def _aging(self) -> When | None:
        """Return when the next recorded fact is too old, or will be before long."""
        facts = self.pack.facts.values()
        limits = {item.name: limit for item in facts if (limit := age_limit(item, self.pack))}

        def work(view: View) -> datetime | None:
            observed = view.snapshot.facts
            ends = (
                observed[name].as_of.toordinal() + edge + 1
                for name, limit in limits.items()
                if name in observed
                for edge in (limit, limit - AHEAD)
            )
            return first_of(midnight(end) for end in ends if end > view.day)

        return work if limits else None

    def _parameter(self, name: str) -> When | None:
        ends = [item.until for item in self.pack.parameters[name].overrides if item.until]
        if not ends:
            return None
        return lambda view: first_of(
            midnight(end.toordinal() + 1) for end in ends if end >= view.today
        )

    def _fact(self, fact: FactType) -> When | None:
        if fact.derived is not None:
            return _at(fact.kind, self.changing(fact.derived.tree))
        limit = age_limit(fact, self.pack)
        stand_in = None if fact.default is None else self.changing(fact.default.tree)
        if limit is None and stand_in is None:
            return None

        def work(view: View) -> datetime | None:
            observed = view.snapshot.facts.get(fact.name)
            if observed is None:
                return None if stand_in is None else stand_in(view)
            if limit is None:
                return None
            stale = observed.as_of.toordinal() + limit + 1
            return midnight(stale) if stale > view.day else None

        return _at(fact.kind, work)

    def compare(self, node: tree.Compare) -> When | None:
        """Return when a comparison turns over; exact where both sides grow evenly with the days."""
        changes = [self.changing(node.left), self.changing(node.right)]
        if changes == [None, None]:
            return None
        besides = _first([self._besides(node.left), self._besides(node.right)])
        left, right = growing(node.left, self.pack), growing(node.right, self.pack)
        if left is not None and right is not None:

            def work(view: View) -> datetime | None:
                one, other = left(view), right(view)
                days = None if one is None or other is None else turns(node.op, one, other)
                return None if days is None else midnight(view.day + days)

            return _first([besides, work])
        months = self._months(node.left, node.right) or self._months(node.right, node.left)
        return _first(changes) if months is None else _first([besides, months])

    def _besides(self, node: Expression) -> When | None:
        """Return when what stands beneath changes, without the passing of the days itself."""
        match node:
            case tree.Call(function="days_since" | "months_since"):
                return self._besides(node.arguments[0])
            case tree.Word() | tree.Name(path="subject.days_in_stage"):
                return None
            case tree.Arithmetic() | tree.Negative():
                return _first([self._besides(part) for part in tree.children(node)])
            case tree.Name() if not node.of_asker and (fact := self.pack.facts.get(node.path)):
                if fact.derived is not None and growing(node, self.pack) is not None:
                    return _at(fact.kind, self._besides(fact.derived.tree))
        return self.changing(node)

    def _months(self, one: Expression, other: Expression) -> When | None:
        """Return when months since a day reach a bound that time does not move."""
        if not isinstance(one, tree.Call) or one.function != "months_since":
            return None
        if self.changing(other) is not None:
            return None
        day = compile_expression(one.arguments[0], self.pack)
        bound = compile_expression(other, self.pack)
        return lambda view: first_of(months_reached(day(view), bound(view), view))

    def between(self, node: tree.Between) -> When | None:
        """Return when a value leaves or enters its bounds."""
        low = tree.Compare(op=">=", left=node.value, right=node.low)
        high = tree.Compare(op="<=", left=node.value, right=node.high)
        return _first([self.changing(low), self.changing(high)])

    def call(self, node: tree.Call) -> When | None:
        """Return when a function changes: ages do with every day."""
        parts = _first([self.changing(part) for part in node.arguments])
        if node.function not in ("days_since", "months_since"):
            return parts
        day = compile_expression(node.arguments[0], self.pack)
        return lambda view: tomorrow(view) if isinstance(day(view), date) else parts and parts(view)

    def within(self, node: tree.Within) -> When | None:
        """Return when a day comes into the span, or leaves it."""
        day, pack = compile_expression(node.value, self.pack), self.pack

        def work(view: View) -> datetime | None:
            found = day(view)
            return (
                passing(pack, found.toordinal(), node.span, view)
                if isinstance(found, date)
                else None
            )

        return _first([work, self.changing(node.value)])

    def aggregate(self, node: tree.Aggregate) -> When | None:
        """Return when a set could come to something else; most are asked for with every day."""
        inner = [self.changing(part) for part in (node.value, node.where) if part is not None]
        daily = tomorrow if any(when is not None for when in inner) else None
        if node.cohort or "." not in node.members:
            return tomorrow if node.within is not None else daily
        if node.within is None:
            return daily
        return _first([daily, lambda view: next_report(self.pack, node, view)])

    def absence(self, node: tree.Absence) -> When | None:
        """Return when the time of the next thing that is waited for is over."""
        timely = node.where is None or self.changing(node.where) is None
        daily = None if timely else tomorrow
        return _first([daily, lambda view: next_end(self.pack, node, view)])

    def change(self, node: tree.Change) -> When | None:
        """Return when the value now or the former one is another."""
        now, pack = self.name(node.fact), self.pack
        return _first([now, lambda view: next_former(pack, node, view)])


def _first(parts: list[When | None]) -> When | None:
    """Return what gives the earliest of several instants; nothing where none ever comes."""
    found = tuple(part for part in parts if part is not None)
    if len(found) < 2:  # noqa: PLR2004 - one, or none
        return found[0] if found else None
    return lambda view: first_of(when(view) for when in found)


def _at(kind: str, when: When | None) -> When | None:
    """Return the same for a fact of `kind`: of the subject or of one above it."""
    if when is None:
        return None

    def work(view: View) -> datetime | None:
        owner = view if view.snapshot.kind == kind else view.at(kind)
        return None if owner is None else when(owner)

    return work


def _requests_overdue(view: View) -> datetime | None:
    ends = (item.due.at for item in view.snapshot.approvals.values() if item.due is not None)
    return first_of(end for end in ends if end is not None and end > view.scene.now)


_OF_SUBJECT: dict[str, When] = {  # names of the engine that change by time
    DAYS_IN_STAGE.partition(".")[2]: tomorrow,
    "requests_overdue": _requests_overdue,
}
_MAKERS: dict[type, Callable[[Horizon, Any], When | None]] = {
    tree.Name: Horizon.name,
    tree.Word: lambda _horizon, node: tomorrow if node.value == "today" else None,
    tree.Compare: Horizon.compare,
    tree.Between: Horizon.between,
    tree.Call: Horizon.call,
    tree.Within: Horizon.within,
    tree.Aggregate: Horizon.aggregate,
    tree.Absence: Horizon.absence,
    tree.Change: Horizon.change,
    tree.Edited: lambda horizon, node: lambda view: next_edit(horizon.pack, node, view),
}
