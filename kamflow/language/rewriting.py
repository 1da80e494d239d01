"""Conditions turned into others that say the same, or the opposite."""

from kamflow.model import expression as tree
from kamflow.model.expression import Expression

_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_STATES = {"present": "absent", "absent": "present", "known": "unknown", "unknown": "known"}


def turned(node: Expression) -> Expression | None:
    """Return a condition that says the opposite without `not`, where there is one."""
    match node:
        case tree.Not():
            return node.item
        case tree.Compare():
            return tree.Compare(op=_OPPOSITE[node.op], left=node.left, right=node.right)
        case tree.Among():
            options = node.options
            return tree.Among(value=node.value, options=options, negated=not node.negated)
        case tree.State():
            return tree.State(value=node.value, state=_STATES[node.state])
        case _:
            return None


def sides(node: Expression, sort: type[tree.Both | tree.Either]) -> list[Expression]:
    """Return the parts of a chain of `and`s (or of `or`s), in order."""
    found: list[Expression] = []
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, sort):
            todo += [part.right, part.left]
        else:
            found.append(part)
    return found


def bounds(node: tree.Between) -> tuple[Expression, Expression]:
    """Return the two comparisons that make a `between`."""
    low = tree.Compare(op=">=", left=node.value, right=node.low)
    return low, tree.Compare(op="<=", left=node.value, right=node.high)


def comparisons(node: tree.Among) -> Expression:
    """Return the comparisons that make an `in`."""
    equal = [tree.Compare(op="=", left=node.value, right=item) for item in node.options]
    found: Expression = equal[0]
    for item in equal[1:]:
        found = tree.Either(left=found, right=item)
    return tree.Not(item=found) if node.negated else found


def counted(node: tree.Arithmetic) -> list[Expression]:
    """Return the conditions of `(if a then 1 else 0) + (if b then 1 else 0)`, or nothing."""
    found: list[Expression] = []
    part: Expression = node
    while True:
        whole = isinstance(part, tree.Arithmetic) and part.op == "+"
        last = part.right if isinstance(part, tree.Arithmetic) and whole else part
        if not (isinstance(last, tree.If) and _is(last.yes, 1) and _is(last.no, 0)):
            return []
        found.append(last.condition)
        if not (isinstance(part, tree.Arithmetic) and whole):
            return found[::-1]
        part = part.left


def _is(node: Expression, number: int) -> bool:
    return isinstance(node, tree.Number) and node.value == number


def with_key(node: Expression) -> Expression:
    """Return `node` with the word `key` standing for the value that an event rule is judged for."""
    return tree.mapped(node, _key_of)


def _key_of(node: Expression) -> Expression:
    is_key = isinstance(node, tree.Word) and node.value == "key"
    return tree.Key(at=node.at) if is_key else node
