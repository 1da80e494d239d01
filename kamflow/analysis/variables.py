"""What can change about a subject, as it is now: recorded facts, and values taken as a whole."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from kamflow.analysis.demands import Demand, Variable, Variables
from kamflow.analysis.regions import (
    EVERY_NUMBER,
    EVERY_WORD,
    Numbers,
    Point,
    Region,
    Span,
    State,
    Values,
    Words,
)
from kamflow.engine.calendars import first_source
from kamflow.engine.closures import compile_expression
from kamflow.engine.days import unit_of
from kamflow.engine.view import View
from kamflow.language.scope import Scope
from kamflow.language.typing import Typing
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import FactType, Pack, Scorecard
from kamflow.model.values import NUMERIC, Shape, Unknown, Value

_EDGES = (date.min.toordinal(), date.max.toordinal())


def point_of(value: Value) -> Point:
    """Return a value as it is reckoned with: numbers exact, dates as the ordinal of their day."""
    if isinstance(value, Decimal):
        return Fraction(value)
    return Fraction(value.toordinal()) if isinstance(value, date) else value


class Catalogue:
    """The variables of conditions about one subject, each made when it is first named."""

    def __init__(self, pack: Pack, view: View, kind: str) -> None:
        self._pack, self._view = pack, view
        self._scope = Scope(pack=pack, kind=kind)
        self.variables = Variables()

    @property
    def today(self) -> int:
        """The ordinal of the day of judgement."""
        return self._view.day

    def value(self, node: Expression) -> Value | Unknown:
        """Return what an expression comes to now."""
        value: Value | Unknown = compile_expression(node, self._pack)(self._view)
        return value

    def constant(self, node: Expression) -> Value | None:
        """Return a value that no change of the subject moves; nothing for any other."""
        match node:
            case tree.Number() | tree.Day() | tree.Text() | tree.Flag():
                return node.value
            case tree.Word() if node.value not in ("stage", "today"):
                return node.value
            case _ if self._is_fixed(node):
                value = self.value(node)
                return None if isinstance(value, Unknown) else value
            case _:
                return None

    def _is_fixed(self, node: Expression) -> bool:
        match node:
            case tree.Word():
                return node.value != "stage"
            case tree.Name():
                return node.path.startswith("P.")
            case tree.Arithmetic() | tree.Negative() | tree.Call():
                return all(map(self._is_fixed, tree.children(node)))
            case _:
                return isinstance(node, tree.Number | tree.Day)

    def is_moved(self, node: tree.Arithmetic) -> bool:
        """Tell whether a date is moved by months or business days, which differ in length."""
        units = {unit_of(part, self._pack) for part in (node.left, node.right)}
        return bool(units & {"months", "business days"}) and self._type(node).type == "date"

    def span(self, node: tree.Within) -> tree.Between:
        """Return a `within` as the days that it means today."""
        first = date.fromordinal(first_source(node.span, self._pack)(self._view))
        low, high = tree.Day(value=first), tree.Day(value=self._view.today)
        return tree.Between(value=node.value, low=low, high=high)

    def recorded(self, node: tree.Name) -> FactType | None:
        """Return the declaration of a fact that is recorded; nothing for any other name."""
        fact = self._pack.facts.get(node.path)
        if fact is None or fact.derived is not None or node.of_asker:
            return None
        if fact.name not in self.variables:
            value, recorded = self.value(node), self._view.observation(fact.name) is not None
            known = None if isinstance(value, Unknown) or not recorded else point_of(value)
            self._add(node, fact.shape, State(known, recorded), traced=True)
        return fact

    def derived(self, node: tree.Name) -> Expression | None:
        """Return the expression of a derived fact; nothing for any other name."""
        fact = self._pack.facts.get(node.path)
        return None if fact is None or fact.derived is None else fact.derived.tree

    def scorecard(self, node: tree.Name) -> tuple[Scorecard, str] | None:
        """Return the scorecard and output that a name stands for; nothing for any other name."""
        head, _, output = node.path.partition(".")
        card = self._pack.scorecards.get(head)
        return (card, output) if card is not None and output else None

    def age(self, name: str) -> int | None:
        """Return how many days old the recorded value of a fact is; nothing without one."""
        observed = self._view.observation(name)
        return None if observed is None else self._view.day - observed.as_of.toordinal()

    def whole(self, node: Expression) -> str:
        """Return the key of an expression that is not taken apart."""
        key = unparse(node)
        if key not in self.variables:
            value = self.value(node)
            known = None if isinstance(value, Unknown) else point_of(value)
            self._add(node, self._shape(node, value), State(known, recorded=False), traced=False)
        return key

    def fresh(self, key: str, *, stale: bool = False) -> Demand:
        """Return that there is a value: a fresh one, or one that is too old as well."""
        numeric = isinstance(self.variables[key].domain, Numbers)
        return Demand({key: Region(EVERY_NUMBER if numeric else EVERY_WORD, stale=stale)})

    def lacking(self, key: str, *, stale: bool = False, absent: bool = True) -> Demand:
        """Return that there is no fresh value: none at all, or one that is too old."""
        numeric = isinstance(self.variables[key].domain, Numbers)
        none: Values = Numbers(()) if numeric else Words(frozenset())
        return Demand({key: Region(none, stale=stale, absent=absent)})

    def months(self, base: str) -> str:
        """Return the key of the age in months of a date fact."""
        call = tree.Call(function="months_since", arguments=(tree.Name(path=base),))
        key = self.whole(call)
        if not self.variables[key].months_of:
            self.variables[key] = replace(self.variables[key], whole=True, months_of=base)
        return key

    def days_of(self, span: Span) -> Span:
        """Return the days whose age in months is in a span of whole numbers."""
        low = None if span.high is None else Fraction(self._last_day(int(span.high) + 1) + 1)
        high = None if span.low is None else Fraction(self._last_day(int(span.low)))
        return Span(low, high)

    def _last_day(self, months: int) -> int:
        """Return the last day that is at least so many months ago; the day before all if none."""
        low, high = _EDGES[0] - 1, _EDGES[1]
        while low < high:
            middle = (low + high + 1) // 2
            if self._is_older(middle, months):
                low = middle
            else:
                high = middle - 1
        return low

    def _is_older(self, day: int, months: int) -> bool:
        then = tree.Day(value=date.fromordinal(day))
        age = tree.Call(function="months_since", arguments=(then,))
        bound = tree.Number(value=Decimal(months))
        return self.value(tree.Compare(op=">=", left=age, right=bound)) is True

    def _add(self, node: Expression, shape: Shape, state: State, *, traced: bool) -> None:
        key = unparse(node)
        self.variables[key] = Variable(
            key=key,
            node=node,
            shape=shape,
            state=state,
            domain=_domain(shape),
            whole=shape.type in ("integer", "date"),
            traced=traced,
        )

    def _type(self, node: Expression) -> Shape:
        return Typing(self._scope, lambda *_problem: None).type_of(node)

    def _shape(self, node: Expression, value: Value | Unknown) -> Shape:
        """Return the type of an expression that is not taken apart."""
        if isinstance(node, tree.Aggregate) and node.function == "count":
            return Shape(type="integer", low=Decimal(0))
        shape = self._type(node)
        if shape.type or isinstance(value, Unknown):
            return shape
        sort = {Decimal: "number", bool: "flag"}.get(type(value), "text")
        return Shape(type="date" if isinstance(value, date) else sort)


def _domain(shape: Shape) -> Values:
    if shape.type in NUMERIC:
        low = None if shape.low is None else Fraction(shape.low)
        high = None if shape.high is None else Fraction(shape.high)
        return Numbers((Span(low, high),))
    if shape.type == "date":
        return Numbers((Span(Fraction(_EDGES[0]), Fraction(_EDGES[1])),))
    if shape.type == "flag":
        return Words(frozenset({True, False}))
    return Words(frozenset(shape.values)) if shape.values else EVERY_WORD
