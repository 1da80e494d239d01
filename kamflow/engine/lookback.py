"""What a criterion reads beside names: former values, series of readings, what sets come to."""

from collections.abc import Callable

from kamflow.engine.past import observed_on, series
from kamflow.engine.view import Source, View
from kamflow.language.scope import Scope
from kamflow.language.typing import Typing
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.decision import Reading
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Observation
from kamflow.model.values import Unknown, format_value

Compile = Callable[[Expression, Pack], Source]
Show = Callable[[View], list[Reading]]


def shows(node: Expression, pack: Pack, kind: str, compile_expression: Compile) -> tuple[Show, ...]:
    """Return what gives the further readings of a condition about a subject of `kind`."""
    typing = Typing(Scope(pack=pack, kind=kind), lambda *_problem: None)
    found: dict[str, Show] = {}
    for part in tree.walk_outside_sets(node):
        text = unparse(part)
        if text not in found:
            show = _show(part, pack, typing, compile_expression)
            if show is not None:
                found[text] = show
    return tuple(found.values())


def _show(node: Expression, pack: Pack, typing: Typing, compile_expression: Compile) -> Show | None:
    match node:
        case tree.Aggregate() | tree.Escalated():
            worked_out = _worked_out(node, typing, compile_expression(node, pack))
            return lambda view: [worked_out(view)]
        case tree.Past():
            return _former(node, pack, typing, compile_expression)
        case tree.Change():
            worked_out = _worked_out(node, typing, compile_expression(node, pack))
            former = _former(_start(node), pack, typing, compile_expression)
            return lambda view: [worked_out(view), *former(view)]
        case tree.Trend():
            return _series(node, pack, typing)
        case _:
            return None


def _worked_out(node: Expression, typing: Typing, source: Source) -> Callable[[View], Reading]:
    name, unit = unparse(node), typing.type_of(node).unit

    def show(view: View) -> Reading:
        value = source(view)
        text = None if isinstance(value, Unknown) else format_value(value)
        return Reading(name, text, unit=unit)

    return show


def _former(node: tree.Past, pack: Pack, typing: Typing, compile_expression: Compile) -> Show:
    name, unit = unparse(node), typing.type_of(node.fact).unit
    day = compile_expression(node.day, pack)

    def show(view: View) -> list[Reading]:
        on = day(view)
        if isinstance(on, Unknown):
            return [Reading(name, None, unit=unit)]
        observed = observed_on(view, pack, node.fact.path, on.toordinal())
        return [_observed(name, unit, observed)]

    return show


def _observed(name: str, unit: str, observed: Observation | None) -> Reading:
    return Reading(name, observed.value if observed else None, observed, unit)


def _start(node: tree.Change) -> tree.Past:
    """Return the value from which a change is counted."""
    day = tree.Arithmetic(op="-", left=tree.Word(value="today"), right=node.span)
    return tree.Past(fact=node.fact, day=day)


def _series(node: tree.Trend, pack: Pack, typing: Typing) -> Show:
    path, unit = node.fact.path, typing.type_of(node.fact).unit

    def show(view: View) -> list[Reading]:
        readings = series(view, pack, node)
        count = len(readings)
        return [
            _observed(f"{path}, reading {place} of the last {count}", unit, item)
            for place, item in enumerate(readings, start=1)
        ]

    return show
