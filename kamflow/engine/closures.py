"""Trees to functions: what a gate runs.

A function takes a `View` and gives a value or `Unknown`. `Unknown` is told apart by its class, the
quickest test there is; operators pass it on with its causes.
"""

import operator
from collections.abc import Callable
from datetime import date
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import lru_cache
from typing import Any

from kamflow.engine.alerts import is_escalated
from kamflow.engine.arithmetic import OPERATIONS, negative
from kamflow.engine.calendars import date_arithmetic
from kamflow.engine.causes import by_zero
from kamflow.engine.days import months_between
from kamflow.engine.past import change, edited, past, trend, within
from kamflow.engine.reported import absence
from kamflow.engine.sets import aggregate
from kamflow.engine.view import Source, View
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack
from kamflow.model.values import Cause, Unknown, Value, value_reader

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_expression(node: Expression, pack: Pack) -> Source:
    """Return the function that works out `node`."""
    constant = constant_of(node, pack)
    if constant is not None:
        return lambda _view: constant
    return _MAKERS[type(node)](node, pack)


def constant_of(node: Expression, pack: Pack) -> Value | None:
    """Return the value of a literal or a parameter; nothing for what hangs on a subject."""
    match node:
        case tree.Number() | tree.Day() | tree.Text() | tree.Flag():
            return node.value
        case tree.Word() if node.value not in ("stage", "today"):
            return node.value
        case tree.Name() if node.path.startswith("P."):
            parameter = pack.parameters[node.path.removeprefix("P.")]
            fixed = not parameter.overrides
            return value_reader(parameter.shape.type)(parameter.value) if fixed else None
        case _:
            return None


def _name(node: tree.Name, _pack: Pack) -> Source:
    if not node.of_asker:
        return operator.itemgetter(node.path)
    path = node.path

    def of_asker(view: View) -> Any:  # noqa: ANN401 - Value or Unknown
        if view.asker is None:
            raise AssertionError(f"`self.{path}` outside a set")
        return view.asker[path]

    return of_asker


def _key(_node: tree.Key, _pack: Pack) -> Source:
    missing = Unknown((Cause("key", "it stands for a value only where a rule is judged"),))

    def read(view: View) -> Any:  # noqa: ANN401 - Value or Unknown
        place: View | None = view
        while place is not None:
            if "key" in place:
                return place["key"]
            place = place.asker
        return missing

    return read


def _escalated(node: tree.Escalated, pack: Pack) -> Source:
    rule, caller = node.rule, pack.caller(node.rule)
    kind = caller.kind if caller else ""

    def judge(view: View) -> bool:
        place = view if view.snapshot.kind == kind else view.at(kind)
        return place is not None and is_escalated(place.snapshot, rule)

    return judge


def _compare(op: str, left_node: Expression, right_node: Expression, pack: Pack) -> Source:
    compare, bound = _COMPARE[op], constant_of(right_node, pack)
    left = compile_expression(left_node, pack)
    if bound is not None and isinstance(left_node, tree.Name) and not left_node.of_asker:
        return _compare_name(compare, left_node.path, bound)
    right = compile_expression(right_node, pack)

    def judge(view: View) -> bool | Unknown:
        one, other = left(view), right(view)
        if one.__class__ is Unknown:
            return one.joined(other) if other.__class__ is Unknown else one
        if other.__class__ is Unknown:
            return other
        return compare(one, other)

    return judge


def _compare_name(compare: Callable[[Any, Any], bool], path: str, bound: Value) -> Source:
    """Return the commonest condition, a fact against a fixed value, in its quickest form."""

    def judge(view: View) -> bool | Unknown:
        value = view[path]
        return value if value.__class__ is Unknown else compare(value, bound)

    return judge


def _among(node: tree.Among, pack: Pack) -> Source:
    value = compile_expression(node.value, pack)
    constants = [constant_of(item, pack) for item in node.options]
    if None in constants:
        found = _any([_compare("=", node.value, item, pack) for item in node.options])
        return _not(found) if node.negated else found
    accepted, negated = frozenset(constants), node.negated

    def judge(view: View) -> bool | Unknown:
        one = value(view)
        return one if one.__class__ is Unknown else (one in accepted) is not negated

    return judge


def _state(node: tree.State, pack: Pack) -> Source:
    value, wanted = compile_expression(node.value, pack), node.state in ("present", "known")
    if node.state in ("known", "unknown"):
        return lambda view: (value(view).__class__ is not Unknown) is wanted
    if not isinstance(node.value, tree.Name):
        return lambda view: (value(view).__class__ is not Unknown) is wanted
    path, of_asker = node.value.path, node.value.of_asker

    def present(view: View) -> bool:
        place = view.asker if of_asker and view.asker is not None else view
        recorded = place.observation(path) is not None
        return (recorded or place[path].__class__ is not Unknown) is wanted

    return present


def _both(left: Source, right: Source) -> Source:
    def judge(view: View) -> bool | Unknown:
        one = left(view)
        if one is False:
            return False
        other = right(view)
        if other is False or one is True:
            return other  # type: ignore[no-any-return]
        return one if other is True else one.joined(other)  # type: ignore[no-any-return]

    return judge


def _either(left: Source, right: Source) -> Source:
    def judge(view: View) -> bool | Unknown:
        one = left(view)
        if one is True:
            return True
        other = right(view)
        if other is True or one is False:
            return other  # type: ignore[no-any-return]
        return one if other is False else one.joined(other)  # type: ignore[no-any-return]

    return judge


def _any(items: list[Source]) -> Source:
    """Return whether one of `items` is met: as a chain of `or`, however long, has it."""

    def judge(view: View) -> bool | Unknown:
        unknown = []
        for item in items:
            one = item(view)
            if one is True:
                return True
            if one is not False:
                unknown.append(one)
        return joined(unknown) if unknown else False

    return judge


def _not(item: Source) -> Source:
    def judge(view: View) -> bool | Unknown:
        value = item(view)
        return value if value.__class__ is Unknown else not value

    return judge


def _negative(item: Source) -> Source:
    def work(view: View) -> Any:  # noqa: ANN401 - Decimal or Unknown
        value = item(view)
        return value if value.__class__ is Unknown else negative(value)

    return work


def _arithmetic(node: tree.Arithmetic, pack: Pack) -> Source:
    left, right = compile_expression(node.left, pack), compile_expression(node.right, pack)
    combine, with_dates = OPERATIONS[node.op], date_arithmetic(node, pack)

    def work(view: View) -> Any:  # noqa: ANN401 - Decimal, date or Unknown
        one, other = left(view), right(view)
        if one.__class__ is Unknown:
            return one.joined(other) if other.__class__ is Unknown else one
        if other.__class__ is Unknown:
            return other
        try:
            if isinstance(one, date) or isinstance(other, date):
                return with_dates(view, one, other)
            return combine(one, other)
        except (DivisionByZero, InvalidOperation):
            return by_zero(node, pack, view)
        except Overflow:
            return Unknown((Cause(node.op, "the number is too large"),))

    return work


def _if(node: tree.If, pack: Pack) -> Source:
    condition = compile_expression(node.condition, pack)
    yes, no = compile_expression(node.yes, pack), compile_expression(node.no, pack)

    def work(view: View) -> Any:  # noqa: ANN401 - Value or Unknown
        chosen = condition(view)
        if chosen.__class__ is Unknown:
            return chosen
        return yes(view) if chosen else no(view)

    return work


def _call(node: tree.Call, pack: Pack) -> Source:
    arguments = [compile_expression(item, pack) for item in node.arguments]
    if node.function in ("min", "max"):
        return _extreme(min if node.function == "min" else max, arguments)
    since, day = (_days if node.function == "days_since" else _months), arguments[0]

    def work(view: View) -> Any:  # noqa: ANN401 - Decimal or Unknown
        value = day(view)
        return value if value.__class__ is Unknown else since(view, value)

    return work


_decimal = lru_cache(maxsize=4096)(Decimal)  # ages repeat; making a Decimal costs more than this


def _days(view: View, day: Any) -> Decimal:  # noqa: ANN401 - a date
    return _decimal(view.day - day.toordinal())


def _months(view: View, day: Any) -> Decimal:  # noqa: ANN401 - a date
    return Decimal(months_between(day, view.today))


def _extreme(choose: Callable[..., Any], arguments: list[Source]) -> Source:
    def work(view: View) -> Any:  # noqa: ANN401 - Decimal or Unknown
        values = [item(view) for item in arguments]
        unknown = [value for value in values if value.__class__ is Unknown]
        return joined(unknown) if unknown else choose(values)

    return work


def joined(unknown: list[Unknown]) -> Unknown:
    """Return one unknown with the causes of all."""
    return Unknown(tuple(dict.fromkeys(cause for item in unknown for cause in item.causes)))


_MAKERS: dict[type, Callable[[Any, Pack], Source]] = {
    tree.Name: _name,
    tree.Key: _key,
    tree.Escalated: _escalated,
    tree.Word: lambda node, _pack: operator.itemgetter(node.value),
    tree.Compare: lambda node, pack: _compare(node.op, node.left, node.right, pack),
    tree.Between: lambda node, pack: _both(
        _compare(">=", node.value, node.low, pack), _compare("<=", node.value, node.high, pack)
    ),
    tree.Among: _among,
    tree.State: _state,
    tree.Both: lambda node, pack: _both(
        compile_expression(node.left, pack), compile_expression(node.right, pack)
    ),
    tree.Either: lambda node, pack: _either(
        compile_expression(node.left, pack), compile_expression(node.right, pack)
    ),
    tree.Not: lambda node, pack: _not(compile_expression(node.item, pack)),
    tree.Arithmetic: _arithmetic,
    tree.Negative: lambda node, pack: _negative(compile_expression(node.item, pack)),
    tree.If: _if,
    tree.Call: _call,
    tree.Aggregate: lambda node, pack: aggregate(node, pack, compile_expression),
    tree.Edited: lambda node, pack: edited(node, pack, compile_expression),
    tree.Within: lambda node, pack: within(node, pack, compile_expression),
    tree.Trend: lambda node, pack: trend(node, pack, compile_expression),
    tree.Past: lambda node, pack: past(node, pack, compile_expression),
    tree.Change: lambda node, pack: change(node, pack, compile_expression),
    tree.Absence: lambda node, pack: absence(node, pack, compile_expression),
}
