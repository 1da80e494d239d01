"""Trees back to text: the canonical form of a condition.

Where both readings of a text are common, parentheses say which one is meant although the grammar
needs none: `a or (b and c)`, `not (a = b)`, `(a / b) * c`, `if a then b else (c or d)`.
"""

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
    tree.Within: _COMPARISON,
    tree.Absence: _COMPARISON,
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


def _not(node: tree.Not) -> str:
    return f"not {_at(node.item, _NOT if isinstance(node.item, tree.Not) else _ATOM)}"


def _both(node: tree.Both) -> str:
    return f"{_at(node.left, _AND)} and {_at(node.right, _NOT)}"


def _either(node: tree.Either) -> str:
    left = _OR if isinstance(node.left, tree.Either) else _NOT
    return f"{_at(node.left, left)} or {_at(node.right, _NOT)}"


def _arithmetic(node: tree.Arithmetic) -> str:
    own = _tightness(node)
    before = node.left.op if isinstance(node.left, tree.Arithmetic) else node.op
    mixed = own == _PRODUCT and before != node.op and (before, node.op) != ("*", "/")
    return f"{_at(node.left, own + mixed)} {node.op} {_at(node.right, own + 1)}"


def _if(node: tree.If) -> str:
    condition, yes = _at(node.condition, _OR), _at(node.yes, _NOT)
    no = unparse(node.no) if isinstance(node.no, tree.If) else _at(node.no, _NOT)
    return f"if {condition} then {yes} else {no}"


def _call(node: tree.Call) -> str:
    return f"{node.function}({', '.join(unparse(item) for item in node.arguments)})"


def _aggregate(node: tree.Aggregate) -> str:
    value = "" if node.value is None else f"{unparse(node.value)} of "
    members = f'cohort("{node.members}")' if node.cohort else node.members
    within = "" if node.within is None else f" within {unparse(node.within)}"
    where = "" if node.where is None else f" where {unparse(node.where)}"
    lacking = f" without {node.without}{_by(node.by)}" if node.without else ""
    return f"{node.function}({value}{members}{lacking}{within}{where})"


def _by(field: str) -> str:
    return f" by {field}" if field else ""


def _trend(node: tree.Trend) -> str:
    by = "" if node.by is None else f" by {_at(node.by, _SUM)}"
    return f"trend({node.fact.path}, {node.steps}, {node.direction}{by})"


def _absence(node: tree.Absence) -> str:
    where = "" if node.where is None else f" where {_at(node.where, _NOT)}"
    return f"no {node.event} within {unparse(node.span)} after {node.after}{_by(node.by)}{where}"


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
    tree.Key: lambda _node: "key",
    tree.Escalated: lambda node: f'escalated("{node.rule}")',
    tree.Compare: _compare,
    tree.Between: _between,
    tree.Among: _among,
    tree.State: lambda node: f"{_at(node.value, _SUM)} is {node.state}",
    tree.Not: _not,
    tree.Both: _both,
    tree.Either: _either,
    tree.Arithmetic: _arithmetic,
    tree.Negative: lambda node: f"-{_at(node.item, _SIGN)}",
    tree.If: _if,
    tree.Call: _call,
    tree.Aggregate: _aggregate,
    tree.Cohort: lambda node: f'cohort("{node.name}")',
    tree.Within: lambda node: f"{_at(node.value, _SUM)} within {unparse(node.span)}",
    tree.Trend: _trend,
    tree.Past: lambda node: f"{node.fact.path} as of {_at(node.day, _ATOM)}",
    tree.Change: lambda node: f"change({node.fact.path} over {unparse(node.span)})",
    tree.Absence: _absence,
    tree.Edited: _edited,
}
