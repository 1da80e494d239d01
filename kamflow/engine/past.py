"""Conditions that look back: trends, former values, changes, who has edited what."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise

from kamflow.engine.arithmetic import minus
from kamflow.engine.calendars import first_source
from kamflow.engine.view import Source, View
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Observation
from kamflow.model.values import Cause, Shape, Unknown, Value, value_reader

Compile = Callable[[Expression, Pack], Source]


def within(node: tree.Within, pack: Pack, compile_expression: Compile) -> Source:
    """Return whether a day lies in the span that ends today."""
    value, first_of = compile_expression(node.value, pack), first_source(node.span, pack)

    def judge(view: View) -> bool | Unknown:
        day = value(view)
        if day.__class__ is Unknown:
            return day
        return bool(first_of(view) <= day.toordinal() <= view.day)

    return judge


def past(node: tree.Past, pack: Pack, compile_expression: Compile) -> Source:
    """Return the value that a fact had on a day."""
    day, name = compile_expression(node.day, pack), node.fact.path

    def work(view: View) -> Value | Unknown:
        on = day(view)
        return on if on.__class__ is Unknown else _value_on(view, pack, name, on.toordinal())

    return work


def change(node: tree.Change, pack: Pack, _compile: Compile) -> Source:
    """Return the value now less the value so long ago."""
    name, first_of = node.fact.path, first_source(node.span, pack)

    def work(view: View) -> Value | Unknown:
        now = view[name]
        before = _value_on(view, pack, name, first_of(view))
        if isinstance(now, Unknown):
            return now.joined(before) if isinstance(before, Unknown) else now
        return before if isinstance(before, Unknown) else minus(now, before)  # type: ignore[arg-type]

    return work


def observed_on(view: View, pack: Pack, name: str, day: int) -> Observation | None:
    """Return what was recorded of a fact as it held on `day` (its ordinal)."""
    return _owner(view, pack, name).history.on(name, day)


def _value_on(view: View, pack: Pack, name: str, day: int) -> Value | Unknown:
    observed, fact = observed_on(view, pack, name, day), pack.facts[name]
    if observed is None:
        return Unknown((Cause(name, "never measured by then", fact.writers),))
    return read(observed.value, name, fact.shape)


def read(text: str, name: str, shape: Shape) -> Value | Unknown:
    """Return what a text states; unknown when another policy has left a text that states none."""
    try:
        return value_reader(shape.type)(text)
    except (ValueError, ArithmeticError, LookupError):
        return Unknown((Cause(name, f"recorded as `{text}`, which is another type"),))


def _owner(view: View, pack: Pack, name: str) -> View:
    """Return the view of the subject that has the fact: this one, or one above."""
    return view.at(pack.facts[name].kind) or view


def series(view: View, pack: Pack, node: tree.Trend) -> Sequence[Observation]:
    """Return the readings that a trend compares, oldest first; fewer when there are no more."""
    name = node.fact.path
    return _owner(view, pack, name).history.readings(name)[-node.steps - 1 :]


def trend(node: tree.Trend, pack: Pack, compile_expression: Compile) -> Source:
    """Return whether each of the last readings is lower (or higher) than the one before."""
    name = node.fact.path
    by = None if node.by is None else compile_expression(node.by, pack)

    def judge(view: View) -> bool | Unknown:
        least = Decimal(0) if by is None else by(view)
        if least.__class__ is Unknown:
            return least
        readings = series(view, pack, node)
        values = [read(item.value, name, pack.facts[name].shape) for item in readings]
        known = [item for item in values if isinstance(item, Decimal)]
        if len(known) <= node.steps:
            what = f"measured {len(known)} times, {node.steps + 1} are needed"
            return Unknown((Cause(name, what, pack.facts[name].writers),))
        if isinstance(now := view[name], Unknown):  # a stale series is no news
            return now
        pairs = pairwise(known)
        falls = [minus(a, b) if node.direction == "falling" else minus(b, a) for a, b in pairs]
        return all(fall >= least and fall > 0 for fall in falls)

    return judge


def edited(node: tree.Edited, pack: Pack, compile_expression: Compile) -> Source:
    """Return whether a person has stated a scored fact in the last hours."""
    person = compile_expression(node.person, pack)
    facts = tuple(item.fact for item in pack.scorecards[node.scorecard].criteria)
    seconds = float(node.hours * 3600)

    def judge(view: View) -> bool | Unknown:
        who = person(view)
        if who.__class__ is Unknown:
            return who
        now, recorded = view.scene.now, view.snapshot.facts
        return any(
            observed.author == who and (now - observed.recorded_at).total_seconds() <= seconds
            for observed in (recorded[name] for name in facts if name in recorded)
        )

    return judge


def cohort_views(view: View, name: str) -> list[View] | Unknown:
    """Return views of the members of a frozen cohort, wherever they are now."""
    for place in view.upward():
        if name in place.snapshot.cohorts:
            found = (place.scene.subject(item) for item in place.snapshot.cohorts[name])
            return [item for item in found if item is not None]
    return Unknown((Cause(f'cohort("{name}")', "not frozen yet"),))
