"""Fixed values in what a fact is set to: they have to be values of the fact."""

import operator
from collections.abc import Callable, Iterator
from decimal import Decimal

from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack
from kamflow.model.values import NUMERIC, Shape, format_number, parse_value

_OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def unfit_constants(node: Expression, shape: Shape, pack: Pack) -> Iterator[tuple[int, str]]:
    """Yield where a number that never changes is none of `shape`, and why."""
    if shape.type not in NUMERIC:
        return  # the words of a choice are looked at where types are
    for part in _branches(node):
        for value, said in _values(part, pack):
            try:
                parse_value(shape, format_number(value))
            except ValueError as error:
                yield part.at, f"{error}{said}"


def _branches(node: Expression) -> Iterator[Expression]:
    """Yield what `node` can come to: both sides of an `if`."""
    todo = [node]
    while todo:
        item = todo.pop()
        if isinstance(item, tree.If):
            todo += [item.no, item.yes]
        else:
            yield item


def _values(node: Expression, pack: Pack) -> Iterator[tuple[Decimal, str]]:
    """Yield the numbers that a constant stands for; a parameter has one for each override."""
    if not isinstance(node, tree.Name):
        value = _number(node, pack)
        if value is not None:
            signed = node.item if isinstance(node, tree.Negative) else node
            literal = isinstance(signed, tree.Number)
            yield value, "" if literal else f", which `{unparse(node)}` comes to"
        return
    parameter = pack.parameters.get(node.path.removeprefix("P."))
    if not node.path.startswith("P.") or parameter is None or parameter.shape.type not in NUMERIC:
        return
    yield Decimal(parameter.value), f", the value of `{node.path}`"
    for item in parameter.overrides:
        yield Decimal(item.value), f", the value of `{node.path}` for {item.layer} {item.key}"


def _number(node: Expression, pack: Pack) -> Decimal | None:
    """Return the number that `node` always is, if it is one."""
    match node:
        case tree.Number():
            return node.value
        case tree.Negative():
            value = _number(node.item, pack)
            return None if value is None else -value
        case tree.Arithmetic() if node.op in _OPERATIONS:
            left, right = _number(node.left, pack), _number(node.right, pack)
            if left is None or right is None:
                return None
            return _OPERATIONS[node.op](left, right)
        case tree.Name() if node.path.startswith("P."):
            parameter = pack.parameters.get(node.path.removeprefix("P."))
            fixed = parameter and not parameter.overrides and parameter.shape.type in NUMERIC
            return Decimal(parameter.value) if parameter and fixed else None
        case _:
            return None
