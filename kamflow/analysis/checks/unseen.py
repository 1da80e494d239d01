"""Variables for what is not looked into: sets of subjects, histories, months of the calendar."""

from fractions import Fraction

from kamflow.analysis.checks import formulas
from kamflow.analysis.checks.amounts import Case, Cases, Line, Vocabulary
from kamflow.analysis.checks.formulas import Formula, Is, Variable, every
from kamflow.analysis.checks.names import FLAG_WORDS, known, variable_for
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.values import Shape

_COUNTED = frozenset({"count", "sum"})


def aggregate(node: tree.Aggregate, vocabulary: Vocabulary) -> Cases:
    """Return the number that a set of subjects comes to."""
    low = high = None
    if node.function in ("count", "share"):
        low, high = Fraction(0), Fraction(100) if node.function == "share" else None
    name = vocabulary.meet(
        Variable(
            name=written_out(node),
            low=low,
            high=high,
            whole=node.function == "count",
            missing=node.function not in _COUNTED,
            members=node.members,
        )
    )
    return known(name, "number")


def months(node: tree.Call, of: Cases, when: Formula, vocabulary: Vocabulary) -> Cases:
    """Return the months since a day as a number of their own, known `when` the day is."""
    days = (name for case in of if isinstance(case.amount, Line) for name, _ in case.amount.parts)
    variable = Variable(name=written_out(node), whole=True, beside=tuple(dict.fromkeys(days)))
    name = vocabulary.meet(variable)
    return (Case(every(when, Is(name, formulas.KNOWN)), Line(((name, Fraction(1)),))),)


def opaque(node: Expression, shape: Shape, vocabulary: Vocabulary) -> Cases:
    """Return what may be anything, so that an example with it may not come about."""
    if shape.type == "flag":
        shape = Shape(type="choice", values=FLAG_WORDS)
    name = written_out(node)
    plain = variable_for(name, shape, missing=True)
    fields = {field: getattr(plain, field) for field in plain.__struct_fields__}
    vocabulary.meet(Variable(**{**fields, "opaque": True}))
    return known(name, shape.type)


def written_out(node: Expression) -> str:
    """Return an expression as text, or where it stands."""
    try:
        return unparse(node)
    except (KeyError, AttributeError, AssertionError):
        return f"{type(node).__name__} at {node.at}"
