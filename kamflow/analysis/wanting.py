"""From a condition to what facts have to be for it to be met, unmet or unknown.

A derived fact is followed to the recorded facts when its expression is a sum, a comparison or made
of those by `and`, `or`, `not` and `if`. Anything else (a set, a table, a trend) is a variable of
its own, named by its text.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeVar

from kamflow.analysis.demands import (
    ALWAYS,
    NEVER,
    OPPOSITE,
    Demand,
    NotSimpleError,
    Variables,
    Ways,
)
from kamflow.analysis.regions import Numbers, Region, Words
from kamflow.analysis.scoring import scores_of, young_enough
from kamflow.analysis.terms import (
    Cases,
    Extreme,
    Literal,
    Pick,
    Sum,
    Term,
    added,
    combined,
    compared,
    scaled,
)
from kamflow.analysis.variables import Catalogue, point_of
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.view import View
from kamflow.language.rewriting import bounds, comparisons
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.values import Unknown, Value, Verdict

_MET, _UNMET, _UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN
_TURNED = {_MET: _UNMET, _UNMET: _MET, _UNKNOWN: _UNKNOWN}
T = TypeVar("T")

_Ask = Callable[[Verdict], Ways]


class Wanting:
    """Reads conditions about one subject at one instant."""

    def __init__(self, compiled: CompiledPack, view: View, kind: str) -> None:
        self._catalogue = Catalogue(compiled.pack, view, kind)
        self.variables: Variables = self._catalogue.variables
        self._deriving = False

    def ways(self, node: Expression, wanted: Verdict) -> Ways:
        """Return the ways in which `node`, a condition, comes to what is wanted."""
        judged = self._judged(node)
        if judged is not None:
            return judged(wanted)
        if wanted is _UNKNOWN:
            return self.unknown(node)
        found = [
            (guard, compared(self.variables, term, "=", Literal(wanted is _MET)))
            for guard, term in self.cases(node)
        ]
        return self._any(self._all((guard,), ways) for guard, ways in found)

    def known(self, node: Expression) -> Ways:
        """Return the ways in which `node` has a value."""
        scores, output = scores_of(node, self, self._catalogue)
        if scores is not None:
            return scores.known(output)
        return self._any((guard,) for guard, _ in self.cases(node))

    def unknown(self, node: Expression) -> Ways:
        """Return the ways in which `node` has no value."""
        match node:
            case tree.Name():
                return self._name_unknown(node)
            case tree.If():
                return self._branches(node, self.unknown(node.condition), self.unknown)
            case tree.Arithmetic() | tree.Negative() | tree.Call():
                return self._any(self.unknown(part) for part in tree.children(node))
            case _ if (judged := self._judged(node)) is not None:
                return judged(_UNKNOWN)
            case _ if self._catalogue.constant(node) is not None:
                return NEVER
            case _:
                return (self._catalogue.lacking(self._catalogue.whole(node)),)

    def cases(self, node: Expression) -> Cases:
        """Return what the value of `node` is, case by case; unknown where no case holds.

        Raises:
            NotSimpleError: Inside a derived fact, when it cannot be taken apart.
        """
        before = self._deriving
        try:
            return self._taken_apart(node)
        except NotSimpleError:
            if before:
                raise
        finally:
            self._deriving = before
        return self._as_it_is(self._catalogue.whole(node))

    def as_a_whole(self, node: Expression, wanted: Verdict | None) -> Ways:
        """Return that a condition which is not taken apart comes to what is wanted, or is known."""
        key = self._catalogue.whole(node)
        known = self._catalogue.fresh(key)
        if wanted is None:
            return (known,)
        return (Demand({key: Region(Words(frozenset({wanted is _MET})))}),)

    def value(self, node: Expression) -> Value | Unknown:
        """Return what an expression comes to now."""
        return self._catalogue.value(node)

    # ------------------------------------------------------------------------ conditions

    def _judged(self, node: Expression) -> _Ask | None:
        """Return how to ask a condition made of others; nothing for a value."""
        match node:
            case tree.Not():
                return lambda wanted: self.ways(node.item, _TURNED[wanted])
            case tree.Both():
                return lambda wanted: self._both(node.left, node.right, wanted)
            case tree.Either():
                left, right = tree.Not(item=node.left), tree.Not(item=node.right)
                return lambda wanted: self._both(left, right, _TURNED[wanted])
            case _:
                return self._tested(node)

    def _tested(self, node: Expression) -> _Ask | None:
        """Return how to ask a condition about values; nothing for a value."""
        match node:
            case tree.Compare():
                return lambda wanted: self._compare(node, wanted)
            case tree.Between():
                return lambda wanted: self._both(*bounds(node), wanted)
            case tree.Within():
                return lambda wanted: self.ways(self._catalogue.span(node), wanted)
            case tree.Among():
                return lambda wanted: self.ways(comparisons(node), wanted)
            case tree.State():
                return lambda wanted: self._state(node, wanted)
            case _:
                return None

    def _both(self, left: Expression, right: Expression, wanted: Verdict) -> Ways:
        if wanted is _MET:
            return self._all(self.ways(left, _MET), self.ways(right, _MET))
        if wanted is _UNMET:
            return self._any((self.ways(left, _UNMET), self.ways(right, _UNMET)))
        one, other = self.ways(left, _UNKNOWN), self.ways(right, _UNKNOWN)
        return self._any(
            (
                self._all(one, other),
                self._all(one, self.ways(right, _MET)),
                self._all(self.ways(left, _MET), other),
            )
        )

    def _compare(self, node: tree.Compare, wanted: Verdict) -> Ways:
        if wanted is _UNKNOWN:
            return self._any((self.unknown(node.left), self.unknown(node.right)))
        sides = (node.left, node.right)
        if all(self._catalogue.constant(part) is not None for part in sides) and _waits(node):
            return self.as_a_whole(node, wanted)
        operator = node.op if wanted is _MET else OPPOSITE[node.op]
        aged = young_enough(node, operator, self, self._catalogue)
        if aged is not None:
            return aged
        return self._any(
            self._all((one,), (other,), self._compared(left, operator, right))
            for one, left in self.cases(node.left)
            for other, right in self.cases(node.right)
        )

    def _compared(self, left: Term, operator: str, right: Term) -> Ways:
        """Return when two terms compare so, with ages in months turned into days."""
        return tuple(
            Demand(dict(map(self._dated, way.regions.items())), way.ties)
            if len(way.regions) == 1
            else way
            for way in compared(self.variables, left, operator, right)
        )

    def _dated(self, item: tuple[str, Region]) -> tuple[str, Region]:
        key, region = item
        base = self.variables[key].months_of
        if not base or not isinstance(region.values, Numbers):
            return item
        spans = [self._catalogue.days_of(span) for span in reversed(region.values.whole().spans)]
        return base, Region(Numbers(tuple(spans)))

    def _state(self, node: tree.State, wanted: Verdict) -> Ways:
        """Return when a value is there, which is never unknown itself."""
        if wanted is _UNKNOWN:
            return NEVER
        there = (node.state in ("present", "known")) is (wanted is _MET)
        if node.state in ("known", "unknown") or not isinstance(node.value, tree.Name):
            return self.known(node.value) if there else self.unknown(node.value)
        return self._present(node.value) if there else self._absent(node.value)

    def _branches(self, node: tree.If, otherwise: Ways, ask: Callable[[Expression], Ways]) -> Ways:
        return self._any(
            (
                otherwise,
                self._all(self.ways(node.condition, _MET), ask(node.yes)),
                self._all(self.ways(node.condition, _UNMET), ask(node.no)),
            )
        )

    def _all(self, *parts: Ways) -> Ways:
        return self.variables.all_of(*parts)

    def _any(self, parts: Iterable[Iterable[Demand]]) -> Ways:
        return self.variables.any_of(*parts)

    # ------------------------------------------------------------------------ facts

    def _name_unknown(self, node: tree.Name) -> Ways:
        scores, output = scores_of(node, self, self._catalogue)
        if scores is not None:
            return scores.unknown(output)
        fact = self._catalogue.recorded(node)
        if fact is not None:
            absent = self._absent(node)
            stale = (self._catalogue.lacking(node.path, stale=True, absent=False),)
            return self._any((stale, absent))
        derived = self._catalogue.derived(node)
        if derived is not None:
            try:
                return self._inside(lambda: self.unknown(derived))
            except NotSimpleError:
                pass
        if self._catalogue.constant(node) is not None:
            return NEVER
        return (self._catalogue.lacking(self._catalogue.whole(node)),)

    def _present(self, node: tree.Name) -> Ways:
        if self._catalogue.recorded(node) is None:
            return self.known(node)
        default = self._default(node)
        standing = NEVER if default is None else self._any((guard,) for guard, _ in default)
        recorded = (self._catalogue.fresh(node.path, stale=True),)
        return self._any((recorded, self._all((self._catalogue.lacking(node.path),), standing)))

    def _absent(self, node: tree.Name) -> Ways:
        fact = self._catalogue.recorded(node)
        if fact is None:
            return self.unknown(node)
        missing = (self._catalogue.lacking(node.path),)
        if fact.default is None:
            return missing
        default = fact.default.tree
        try:
            empty = self._inside(lambda: self.unknown(default))
        except NotSimpleError:
            empty = NEVER if self._default(node) else ALWAYS
        return self._all(missing, empty)

    def _default(self, node: tree.Name) -> Cases | None:
        """Return what stands in for a recorded fact while nothing is recorded."""
        fact = self._catalogue.recorded(node)
        if fact is None or fact.default is None:
            return None
        default = fact.default.tree
        try:
            return self._inside(lambda: self.cases(default))
        except NotSimpleError:
            # Not followed: it is taken to stay what it is now.
            value = self._catalogue.value(default)
            return () if isinstance(value, Unknown) else ((Demand(), _constant(value)),)

    def _inside(self, ask: Callable[[], T]) -> T:
        """Ask about a derived fact or a default, which is taken apart as a whole or not at all."""
        before, self._deriving = self._deriving, True
        try:
            return ask()
        finally:
            self._deriving = before

    # ------------------------------------------------------------------------ values

    def _taken_apart(self, node: Expression) -> Cases:
        constant = self._catalogue.constant(node)
        if constant is not None:
            return ((Demand(), _constant(constant)),)
        match node:
            case tree.Name():
                return self._name(node)
            case tree.Arithmetic() | tree.Negative():
                return self._sum(node)
            case tree.If():
                yes = self._under(self.ways(node.condition, _MET), node.yes)
                return yes + self._under(self.ways(node.condition, _UNMET), node.no)
            case tree.Call():
                return self._call(node)
            case _:
                return self._flag(node)

    def _flag(self, node: Expression) -> Cases:
        judged = self._judged(node)
        if judged is None:
            raise NotSimpleError("neither a sum nor a condition")
        verdicts = ((True, judged(_MET)), (False, judged(_UNMET)))
        return tuple((guard, Literal(flag)) for flag, ways in verdicts for guard in ways)

    def _under(self, condition: Ways, node: Expression) -> Cases:
        return tuple(
            (way, term)
            for guard, term in self.cases(node)
            for way in self._all(condition, (guard,))
        )

    def _sum(self, node: tree.Arithmetic | tree.Negative) -> Cases:
        if isinstance(node, tree.Negative):
            return tuple((way, scaled(term, Fraction(-1))) for way, term in self.cases(node.item))
        if self._catalogue.is_moved(node):
            raise NotSimpleError("a date moved by months")
        found: list[tuple[Demand, Term]] = []
        for one, left in self.cases(node.left):
            for other, right in self.cases(node.right):
                ways, term = self._all((one,), (other,)), combined(node.op, left, right)
                found += [(way, term) for way in ways if term is not None]
        return tuple(found)

    def _call(self, node: tree.Call) -> Cases:
        if node.function in ("min", "max"):
            found: list[tuple[Demand, tuple[Term, ...]]] = [(Demand(), ())]
            for item in node.arguments:
                found = [
                    (way, (*terms, term))
                    for guard, terms in found
                    for other, term in self.cases(item)
                    for way in self._all((guard,), (other,))
                ]
            return tuple((way, Extreme(node.function == "min", terms)) for way, terms in found)
        cases = self.cases(node.arguments[0])
        if node.function == "days_since":
            today = Sum(constant=Fraction(self._catalogue.today))
            return tuple((way, added(today, scaled(term, Fraction(-1)))) for way, term in cases)
        if node.function != "months_since":
            raise NotSimpleError(node.function)
        return tuple((way, self._months(term)) for way, term in cases)

    def _months(self, term: Term) -> Term:
        """Return the age in months of a fact that stands alone.

        Raises:
            NotSimpleError: It is no fact.
        """
        if not isinstance(term, Sum) or term.constant or [n for _, n in term.parts] != [1]:
            raise NotSimpleError("months since something that is no fact")
        return Sum(((self._catalogue.months(term.parts[0][0]), Fraction(1)),))

    def _name(self, node: tree.Name) -> Cases:
        if self._catalogue.recorded(node) is not None:
            missing = (self._catalogue.lacking(node.path),)
            return self._as_it_is(node.path) + tuple(
                (way, term)
                for guard, term in self._default(node) or ()
                for way in self._all(missing, (guard,))
            )
        derived = self._catalogue.derived(node)
        if derived is not None:
            try:
                return self._inside(lambda: self.cases(derived))
            except NotSimpleError:
                return self._as_it_is(self._catalogue.whole(node))
        scores, output = scores_of(node, self, self._catalogue)
        if scores is None:
            raise NotSimpleError(node.path)
        return scores.cases(output)

    def _as_it_is(self, key: str) -> Cases:
        numeric = isinstance(self.variables[key].domain, Numbers)
        term = Sum(((key, Fraction(1)),)) if numeric else Pick(key)
        return ((self._catalogue.fresh(key), term),)


def _waits(node: Expression) -> bool:
    """Tell whether the day of judgement is read, so that waiting may help."""
    parts = tree.children(node)
    return node == tree.Word(value="today", at=node.at) or any(map(_waits, parts))


def _constant(value: Value) -> Term:
    point = point_of(value)
    return Sum(constant=point) if isinstance(point, Fraction) else Literal(point)
