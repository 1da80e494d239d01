"""What sentences are put together with: verbs, units, and texts as they stand."""

from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.values import Shape


def own_unit(node: tree.Number, shape: Shape) -> Shape:
    """Return a number's unit as a type; without one, that of what it stands beside."""
    return Shape(type="number", unit=node.unit) if node.unit else shape


def bare_text(node: Expression) -> str:
    """Return the text of an expression that nobody has words for."""
    try:
        return unparse(node)
    except KeyError:  # a node that has no text yet
        return type(node).__name__.lower()


def verb_of(node: Expression, noun: str) -> str:
    """Return `is` or `are`, as a noun for an expression needs it."""
    since = isinstance(node, tree.Call) and node.function.endswith("_since")
    return "are" if since or noun.startswith("the points for ") else "is"
