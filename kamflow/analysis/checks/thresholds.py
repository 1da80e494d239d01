"""Whether comparisons can come out one way and the other."""

from kamflow.analysis.checks.amounts import TooComplexError
from kamflow.analysis.checks.asking import Asking, number
from kamflow.analysis.checks.boxes import Space
from kamflow.analysis.checks.cells import tests_in
from kamflow.analysis.checks.formulas import Bound, Test, Truth, Variable
from kamflow.analysis.checks.reading import CalendarError, Reading
from kamflow.analysis.checks.report import Report
from kamflow.analysis.checks.stated import Stated, inner, statements
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack

_UNEQUAL = frozenset({"<", "<=", ">", ">="})


def check_thresholds(pack: Pack, asking: Asking, report: Report) -> None:
    """Report comparisons of one fact with fixed values that come out the same for every value."""
    for stated in statements(pack):
        for node, kind in inner(pack, stated.tree, stated.kind):
            if isinstance(node, tree.Compare | tree.Between | tree.Among):
                _check(node, kind, stated, asking, report)


def _check(node: Expression, kind: str, stated: Stated, asking: Asking, report: Report) -> None:
    try:
        reading, truth = _read(node, kind, asking)
    except (TooComplexError, RecursionError, LookupError):
        return
    tests = tests_in((truth.met, truth.unmet))
    variables = [reading.vocabulary[name] for name in tests]
    if len(variables) > 1 or any(item.link or item.opaque for item in variables):
        return
    space, text = Space(reading.vocabulary, (truth.met, truth.unmet)), unparse(node)
    reach = _reach(variables[0]) if variables else "both sides are fixed"
    if not space.boxes(truth.met):
        report.add("K523", stated.declared, f"`{text}` is never met: {reach}")
    elif not space.boxes(truth.unmet):
        report.add("K524", stated.declared, f"`{text}` is met by every value: {reach}")
    elif variables:
        _check_fraction(text, variables[0], tests[variables[0].name], stated, report)


def _read(node: Expression, kind: str, asking: Asking) -> tuple[Reading, Truth]:
    reading = asking.reading(kind, deep=False)
    try:
        return reading, reading.truth(node)
    except CalendarError:
        reading = asking.reading(kind, deep=False, calendar=True)
        return reading, reading.truth(node)


def _check_fraction(
    text: str, variable: Variable, tests: dict[Test, None], stated: Stated, report: Report
) -> None:
    bounds = [test for test in tests if isinstance(test, Bound) and test.op in _UNEQUAL]
    broken = [test.value for test in bounds if test.value.denominator != 1]
    if variable.whole and not variable.day and broken:
        message = (
            f"`{text}` compares the whole number `{variable.name}` with {number(broken[0])}; "
            "write the whole number that is meant"
        )
        report.add("K525", stated.declared, message)


def _reach(variable: Variable) -> str:
    name, low, high = f"`{variable.name}`", variable.low, variable.high
    if variable.words is not None:
        return f"{name} is one of {', '.join(variable.words)}"
    whole = " a whole number" if variable.whole else ""
    if low is not None and high is not None:
        return f"{name} is{whole or ' a number'} from {number(low)} to {number(high)}"
    if low is not None:
        return f"{name} is{whole or ' a number'} from {number(low)} up"
    if high is not None:
        return f"{name} is{whole or ' a number'} up to {number(high)}"
    return f"{name} is{whole or ' any number'}"
