"""Trees back to text: the canonical form of a condition."""

from collections.abc import Callable
from typing import Any

from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.values import format_number

# How tightly a node binds; a part that binds more loosely than its place needs parentheses.
_IF, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)

_TIGHTNESS = {
    tree.If: _IF,
    tree.Either: _OR,
    tree.Both: _AND,
    tree.Not: _NOT,
    tree.Compare: _COMPARISON,
    tree.Between: _COMPARISON,
    tree.Among: _COMPARISON,
    tree.State: _COMPARISON,
    tree.Negative: _SIGN,
}


def unparse(node: Expression) -> str:
    """Return the canonical text of `node`; parsing it gives the same tree but for offsets."""
    return _WRITERS[type(node)](node)


def _at(node: Expression, needed: int) -> str:
    """Return the text of a part, in parentheses where its place needs a tighter one."""
    text = unparse(node)
    return text if _tightness(node) >= needed else f"({text})"


def _tightness(node: Expression) -> int:
    if isinstance(node, tree.Arithmetic):
        return _SUM if node.op in ("+", "-") else _PRODUCT
    return _TIGHTNESS.get(type(node), _ATOM)


def _number(node: tree.Number) -> str:
    return f"{format_number(node.value)} {node.unit}".rstrip()


def _flag(node: tree.Flag) -> str:
    return "true" if node.value else "false"


def _name(node: tree.Name) -> str:
    return f"self.{node.path}" if node.of_asker else node.path


def _compare(node: tree.Compare) -> str:
    return f"{_at(node.left, _SUM)} {node.op} {_at(node.right, _SUM)}"


def _between(node: tree.Between) -> str:
    low, high = _at(node.low, _SUM), _at(node.high, _SUM)
    return f"{_at(node.value, _SUM)} between {low} and {high}"


def _among(node: tree.Among) -> str:
    options = ", ".join(_at(item, _SUM) for item in node.options)
    return f"{_at(node.value, _SUM)} {'not ' * node.negated}in {{{options}}}"


def _both(node: tree.Both) -> str:
    return f"{_at(node.left, _AND)} and {_at(node.right, _NOT)}"


def _either(node: tree.Either) -> str:
    return f"{_at(node.left, _OR)} or {_at(node.right, _AND)}"


def _arithmetic(node: tree.Arithmetic) -> str:
    own = _tightness(node)
    return f"{_at(node.left, own)} {node.op} {_at(node.right, own + 1)}"


def _if(node: tree.If) -> str:
    condition, yes, no = unparse(node.condition), unparse(node.yes), unparse(node.no)
    return f"if {condition} then {yes} else {no}"


def _call(node: tree.Call) -> str:
    return f"{node.function}({', '.join(unparse(item) for item in node.arguments)})"


def _aggregate(node: tree.Aggregate) -> str:
    value = "" if node.value is None else f"{unparse(node.value)} of "
    where = "" if node.where is None else f" where {unparse(node.where)}"
    return f"{node.function}({value}{node.members}{where})"


def _edited(node: tree.Edited) -> str:
    hours = format_number(node.hours)
    return f"edited({node.scorecard} by {_at(node.person, _SUM)} within {hours} hours)"


_WRITERS: dict[type, Callable[[Any], str]] = {
    tree.Number: _number,
    tree.Day: lambda node: str(node.value.isoformat()),
    tree.Text: lambda node: f'"{node.value}"',
    tree.Flag: _flag,
    tree.Word: lambda node: str(node.value),
    tree.Name: _name,
    tree.Compare: _compare,
    tree.Between: _between,
    tree.Among: _among,
    tree.State: lambda node: f"{_at(node.value, _SUM)} is {node.state}",
    tree.Not: lambda node: f"not {_at(node.item, _NOT)}",
    tree.Both: _both,
    tree.Either: _either,
    tree.Arithmetic: _arithmetic,
    tree.Negative: lambda node: f"-{_at(node.item, _SIGN)}",
    tree.If: _if,
    tree.Call: _call,
    tree.Aggregate: _aggregate,
    tree.Edited: _edited,
}
