"""What the names in conditions stand for: variables of an input."""

from collections.abc import Iterable
from fractions import Fraction

from kamflow.analysis.checks.amounts import (
    Amount,
    Case,
    Cases,
    Line,
    Spoken,
    TooComplexError,
    Vocabulary,
    added,
)
from kamflow.analysis.checks.formulas import (
    KNOWN,
    TRUE,
    UNKNOWN,
    Completeness,
    Is,
    Step,
    Steps,
    Variable,
    every,
)
from kamflow.model.pack import FactType, Pack, Scorecard, Scored, Table
from kamflow.model.values import NUMERIC, Shape

FLAG_WORDS = ("true", "false")
_ONE = Fraction(1)


def amount_of(name: str, shape_type: str) -> Amount:
    """Return the value of a variable."""
    if shape_type in NUMERIC or shape_type == "date":
        return Line(((name, _ONE),))
    return Spoken(name)


def known(name: str, shape_type: str) -> Cases:
    """Return the one case of a variable: its value, once it is known."""
    return (Case(Is(name, KNOWN), amount_of(name, shape_type)),)


def variable_for(name: str, shape: Shape, *, missing: bool, stale: bool = False) -> Variable:
    """Return the variable for values of `shape`."""
    if shape.type in NUMERIC:
        return Variable(
            name=name,
            low=None if shape.low is None else Fraction(shape.low),
            high=None if shape.high is None else Fraction(shape.high),
            whole=shape.type == "integer",
            missing=missing,
            stale=stale,
        )
    if shape.type == "date":
        return Variable(name=name, whole=True, day=True, missing=missing, stale=stale)
    words = FLAG_WORDS if shape.type == "flag" else shape.values
    spoken = shape.type != "flag" and not shape.values
    return Variable(name=name, words=words, spoken=spoken, missing=missing, stale=stale)


def fact_variable(fact: FactType) -> Variable:
    """Return the variable of a recorded fact, or of a derived one that is not looked into."""
    missing = fact.default is None
    return variable_for(fact.name, fact.shape, missing=missing, stale=fact.max_age is not None)


def column_shape(table: Table, column: str) -> Shape:
    """Return what a column of a table can give."""
    words = (row.id if column == "row" else row.then.get(column, "") for row in table.rows)
    return Shape(type="choice", values=tuple(dict.fromkeys(words)))


class Scores:
    """The outputs of one scorecard."""

    def __init__(self, pack: Pack, scorecard: Scorecard, vocabulary: Vocabulary) -> None:
        self._pack, self._card, self._vocabulary = pack, scorecard, vocabulary

    def loose(self, output: str) -> Cases:
        """Return an output as a variable of its own, whatever the scored facts are."""
        name = f"{self._card.id}.{output}"
        low, high = self._reach(output)
        never_unknown = output == "completeness_pct"
        self._vocabulary.meet(Variable(name=name, low=low, high=high, missing=not never_unknown))
        return known(name, "number")

    def exact(self, output: str) -> Cases:
        """Return an output as it follows from the scored facts."""
        if output == "oldest_days":
            return self.loose(output)
        if output == "completeness_pct":
            return self._completeness()
        if output == "total":
            return self._total()
        return next(self._points(item) for item in self._card.criteria if item.id == output)

    def _completeness(self) -> Cases:
        facts = tuple(self._fact(item) for item in self._card.criteria)
        name = f"{self._card.id}.completeness_pct"
        steps = tuple(Fraction(100 * n, max(len(facts), 1)) for n in range(len(facts) + 1))
        self._vocabulary.meet(Variable(name=name, points=steps, link=Completeness(facts)))
        return known(name, "number")

    def _points(self, item: Scored) -> Cases:
        fact = self._fact(item)
        amount = self._banded(item, fact) if item.bands else amount_of(fact, "number")
        case = Case(Is(fact, KNOWN), amount)
        if item.missing is None:
            return (case,)
        return (case, Case(Is(fact, UNKNOWN), Line((), Fraction(item.missing))))

    def _banded(self, item: Scored, fact: str) -> Amount:
        steps = tuple(
            Step(
                None if band.at_least is None else Fraction(band.at_least),
                None if band.at_most is None else Fraction(band.at_most),
                Fraction(band.points),
            )
            for band in item.bands
        )
        otherwise = Fraction(item.otherwise)
        points = tuple(sorted({otherwise, *(step.points for step in steps)}))
        link = Steps(fact, steps, otherwise)
        name = self._vocabulary.meet(
            Variable(
                name=f"{self._card.id}.{item.id}",
                points=points,
                low=points[0],
                high=points[-1],
                link=link,
            )
        )
        return amount_of(name, "number")

    def _total(self) -> Cases:
        cases: Cases = (Case(TRUE, Line()),)
        for item in self._card.criteria:
            cases = tuple(
                Case(every(case.when, part.when), self._plus(case.amount, item, part.amount))
                for case in cases
                for part in self._points(item)
            )
        return cases

    def _plus(self, before: Amount, item: Scored, points: Amount) -> Line:
        if not (isinstance(before, Line) and isinstance(points, Line)):
            raise TooComplexError
        weight, low, high = Fraction(item.weight), self._card.low, self._card.high
        if low is None or high is None:
            return added(before, points, weight)
        span = Fraction(high) - Fraction(low)
        moved = added(points, Line((), Fraction(-low)))
        return added(before, moved, weight / span)

    def _fact(self, item: Scored) -> str:
        return self._vocabulary.meet(fact_variable(self._pack.facts[item.fact]))

    def _reach(self, output: str) -> tuple[Fraction | None, Fraction | None]:
        match output:
            case "completeness_pct":
                return Fraction(0), Fraction(100)
            case "oldest_days":
                return Fraction(0), None
            case _:
                amounts = [case.amount for case in self.exact(output)]
                reaches = [self._vocabulary.reach_of(a) for a in amounts if isinstance(a, Line)]
        return _lowest(low for low, _ in reaches), _highest(high for _, high in reaches)


def _lowest(ends: Iterable[Fraction | None]) -> Fraction | None:
    found = list(ends)
    return None if None in found else min(end for end in found if end is not None)


def _highest(ends: Iterable[Fraction | None]) -> Fraction | None:
    found = list(ends)
    return None if None in found else max(end for end in found if end is not None)
