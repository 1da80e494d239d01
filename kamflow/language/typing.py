"""Checks that the parts of a condition fit: names are there, and types can be compared."""

from collections.abc import Callable

from kamflow.language.diagnostics import did_you_mean
from kamflow.language.scope import (
    ANY,
    DATE,
    DAYS,
    FLAG,
    NUMBER,
    PERCENT,
    Scope,
    UnknownNameError,
)
from kamflow.language.timeunits import LONGEST, UNITS, is_time, is_whole, values_of
from kamflow.language.units import alike, arithmetic, difference
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.values import NUMERIC, Shape

Report = Callable[[int, str, str], None]  # offset in the text, code, message

_WORDS = {"choice", "text", "person"}


class Typing:
    """Finds the type of an expression in a scope and reports what does not fit."""

    def __init__(self, scope: Scope, report: Report) -> None:
        self._scope, self._report = scope, report

    def check(self, node: Expression, wanted: Shape | None) -> None:
        """Report everything wrong with `node`, and that it is not what is `wanted`."""
        if wanted is not None and isinstance(node, tree.Word | tree.Text) and wanted.type in _WORDS:
            self._word(node, wanted)
            return
        if wanted is not None and isinstance(node, tree.If):
            self._expect(self.type_of(node.condition), FLAG, node.condition)
            self.check(node.yes, wanted)
            self.check(node.no, wanted)
            return
        found = self.type_of(node)
        if wanted is not None:
            self._expect(found, wanted, node)

    def type_of(self, node: Expression) -> Shape:
        """Return the type of `node`."""
        match node:
            case tree.Number() | tree.Day() | tree.Text():
                return _literal(node)
            case tree.Word() | tree.Name() | tree.Key():
                return self._name(node)
            case tree.Arithmetic() | tree.Negative() | tree.Call() | tree.Aggregate():
                return self._computed(node)
            case tree.Past() | tree.Change():
                return self._history(node)
            case tree.If():
                return self._if(node)
            case _:
                self._judged(node)
                return FLAG

    def _judged(self, node: Expression) -> None:
        """Check an expression that is a flag."""
        match node:
            case tree.Compare():
                self._compare(node.left, node.right, node.op)
            case tree.Between():
                self._compare(node.value, node.low, ">=")
                self._compare(node.value, node.high, "<=")
            case tree.Among():
                for option in node.options:
                    self._compare(node.value, option, "=")
            case tree.State():
                self.type_of(node.value)
            case tree.Both() | tree.Either() | tree.Not() | tree.Flag():
                for part in tree.children(node):
                    self._expect(self.type_of(part), FLAG, part)
            case _:
                self._past(node)

    def _history(self, node: tree.Past | tree.Change) -> Shape:
        """Check a value that held before, or how far it has moved."""
        if isinstance(node, tree.Change):
            self._span(node.span)
            return difference(self.number(node.fact))
        self._expect(self.type_of(node.day), DATE, node.day)
        return self._name(node.fact)

    def _past(self, node: Expression) -> None:
        """Check a flag that looks at what happened before."""
        match node:
            case tree.Within():
                self._expect(self.type_of(node.value), DATE, node.value)
                self._span(node.span)
            case tree.Edited():
                self._edited(node)
            case tree.Trend():
                found = difference(self.number(node.fact))
                if node.by is not None:
                    self._expect(self.number(node.by), found, node.by)
            case tree.Absence():
                self._absence(node)
            case tree.Escalated():
                self._escalated(node)
            case tree.Cohort():
                self._report(node.at, "K301", "a cohort stands only where a set does")
            case _:
                raise AssertionError(node)

    def _absence(self, node: tree.Absence) -> None:
        """Check both events, what they have in common, and what narrows the first one."""
        self._span(node.span, UNITS)
        first = self._inside(node, self._scope.events, node.after)
        if first is not None and node.where is not None:
            first.check(node.where, FLAG)
        if first is not None:
            self._follows(node, first, node.event)

    def _followed(self, node: tree.Aggregate) -> None:
        if node.cohort or "." not in node.members:
            what = f"only reports of an event are followed by others; `{node.members}` is none"
            self._report(node.at, "K301", what)
            return
        first = self._inside(node, self._scope.events, node.members)
        if first is not None:
            self._follows(node, first, node.without)

    def _follows(self, node: tree.Absence | tree.Aggregate, first: "Typing", event: str) -> None:
        """Check the event that is awaited, and that both carry alike by what they are matched."""
        awaited = self._inside(node, self._scope.events, event)
        if not node.by or awaited is None:
            return
        name = tree.Name(path=f"event.{node.by}", at=node.at)
        one, other = awaited.type_of(name), first.type_of(name)
        if one.type and other.type and not alike(one, other):
            what = f"`{node.by}` is {_words(one)} in `{event}`, and {_words(other)} before"
            self._report(node.at, "K303", what)

    def _span(self, span: tree.Span, units: tuple[str, ...] = UNITS[:-1]) -> None:
        """Check that a parameter holds a span in one of `units`; hours only where they count."""
        if isinstance(span, tree.Number) or not self._name(span).type:
            return
        parameter = self._scope.pack.parameters[span.path.removeprefix("P.")]
        if not is_time(parameter, units):
            what = f"`{span.path}` is no span; give it `type: integer` and a `unit` of "
            self._report(span.at, "K306", f"{what}{', '.join(units)}")
            return
        for value in values_of(parameter):
            if not is_whole(value):
                what = f"`{span.path}` is {value} and stands for a span; it has to be "
                self._report(span.at, "K206", f"{what}a whole number from 1 to {LONGEST}")

    def _escalated(self, node: tree.Escalated) -> None:
        try:
            self._scope.calls(node.rule)
        except UnknownNameError as error:
            self._report(node.at, "K302", str(error))

    def _inside(
        self, node: Expression, enter: Callable[[str], Scope], name: str
    ) -> "Typing | None":
        """Return what checks the inside of a set; nothing but a report when there is none."""
        try:
            return Typing(enter(name), self._report)
        except UnknownNameError as error:
            self._report(node.at, "K302", str(error))
            return None

    def _edited(self, node: tree.Edited) -> None:
        if node.scorecard not in self._scope.pack.scorecards:
            hint = did_you_mean(node.scorecard, self._scope.pack.scorecards)
            self._report(node.at, "K302", f"there is no scorecard `{node.scorecard}`{hint}")
        self._expect(self.type_of(node.person), Shape(type="person"), node.person)

    def _computed(self, node: Expression) -> Shape:
        """Check an expression that is a number."""
        match node:
            case tree.Arithmetic():
                return self._arithmetic(node)
            case tree.Negative():
                return self.number(node.item)
            case tree.Call(function="days_since" | "months_since"):
                self._expect(self.type_of(node.arguments[0]), DATE, node.arguments[0])
                return (
                    DAYS if node.function == "days_since" else Shape(type="number", unit="months")
                )
            case tree.Call():
                first, *others = [self.number(item) for item in node.arguments]
                for item, shape in zip(node.arguments[1:], others, strict=True):
                    self._expect(shape, first, item)
                return next((shape for shape in (first, *others) if shape.unit), first)
            case tree.Aggregate():
                return self._aggregate(node)
            case _:
                raise AssertionError(node)

    def _aggregate(self, node: tree.Aggregate) -> Shape:
        if node.within is not None:
            self._span(node.within)
        inside = self._inside(node, self._entering(node), node.members)
        if inside is None:
            return NUMBER
        if node.without:
            self._followed(node)
        if node.where is not None:
            inside.check(node.where, FLAG)
        if node.value is None:
            return PERCENT if node.function == "share" else NUMBER
        if node.function == "max_per":
            inside.type_of(node.value)
            return NUMBER
        return inside.number(node.value)

    def _entering(self, node: tree.Aggregate) -> Callable[[str], Scope]:
        """Return how the scope inside a set of that sort is entered."""
        if node.cohort:
            return self._scope.cohort
        return self._scope.events if "." in node.members else self._scope.members

    def _arithmetic(self, node: tree.Arithmetic) -> Shape:
        """Return the type of a sum, product and so on; days can be added to dates."""
        left, right = self.type_of(node.left), self.type_of(node.right)
        if not left.type or not right.type:
            return ANY
        found = arithmetic(node.op, left, right)
        if found is None:
            what = f"`{node.op}` does not fit {_words(left)} and {_words(right)}"
            units = left.type in NUMERIC and right.type in NUMERIC
            self._report(node.right.at, "K306" if units else "K303", what)
            return ANY
        return found

    def number(self, node: Expression) -> Shape:
        """Return the type of `node`, which has to be a number."""
        found = self.type_of(node)
        if found.type and found.type not in NUMERIC:
            self._report(node.at, "K303", f"a number belongs here, not {_kind(found)}")
            return ANY
        return found

    def _if(self, node: tree.If) -> Shape:
        self._expect(self.type_of(node.condition), FLAG, node.condition)
        yes, no = self.type_of(node.yes), self.type_of(node.no)
        if yes.type and no.type and not alike(yes, no):
            code, told = ("K306", _words) if yes.type == no.type else ("K303", _kind)
            self._report(node.no.at, code, f"`then` gives {told(yes)}, `else` {told(no)}")
        return yes

    def _name(self, node: tree.Word | tree.Name | tree.Key) -> Shape:
        if isinstance(node, tree.Key):
            return self._scope.key or ANY
        if isinstance(node, tree.Word):
            if node.value == "today":
                return DATE
            if node.value == "stage":
                return Shape(type="choice", values=self._scope.stages())
            what = f"`{node.value}` alone means nothing here{self._hint(node)}"
            self._report(node.at, "K302", what)
            return ANY
        try:
            scope = self._scope.outside() if node.of_asker else self._scope
            return scope.shape_of(node.path)
        except UnknownNameError as error:
            self._report(node.at, "K302", str(error))
            return ANY

    def _hint(self, word: tree.Word) -> str:
        if word.value == "key":
            return "; it stands for a value only in an event rule with `each`"
        known = word.value in self._scope.pack.parameters
        return f"; did you mean `P.{word.value}`?" if known else ""

    def _compare(self, left: Expression, right: Expression, operator: str) -> None:
        if self._is_value(left) and not self._is_value(right):
            left, right = right, left
        shape = self.type_of(left)
        if self._is_value(right) and not shape.type:
            return  # the left side was reported already
        self.check(right, shape)
        if operator not in ("=", "!=") and shape.type not in ("", "date", *NUMERIC):
            self._report(left.at, "K303", f"a {shape.type} has no order; compare it with `=`")

    @staticmethod
    def _is_value(node: Expression) -> bool:
        word = isinstance(node, tree.Word) and node.value not in ("stage", "today")
        return word or isinstance(node, tree.Text)

    def _word(self, word: tree.Word | tree.Text, shape: Shape) -> None:
        """Check that `word` is a value of a choice."""
        if isinstance(word, tree.Word) and not self._is_value(word):
            self._expect(self._name(word), shape, word)
        elif shape.values and word.value not in shape.values:
            hint = did_you_mean(word.value, shape.values) or f": {', '.join(shape.values)}"
            self._report(word.at, "K302", f"`{word.value}` is not one of its values{hint}")

    def _expect(self, found: Shape, wanted: Shape, node: Expression) -> None:
        if not found.type or not wanted.type:
            return
        if found.type == "choice" and wanted.type == "choice" and wanted.values:
            alien = [value for value in found.values if value not in wanted.values]
            if alien:
                self._report(node.at, "K303", f"its value `{alien[0]}` is not accepted here")
        elif isinstance(node, tree.Number) and not node.unit and wanted.type in NUMERIC:
            return  # a bare number takes the unit of what it stands beside
        elif found.type in NUMERIC and wanted.type in NUMERIC and not alike(found, wanted):
            what = f"{_words(wanted)} belongs here, not {_words(found)}"
            self._report(node.at, "K306", what)
        elif not alike(found, wanted):
            self._report(node.at, "K303", f"{_kind(wanted)} belongs here, not {_kind(found)}")


def _literal(node: tree.Number | tree.Day | tree.Text) -> Shape:
    match node:
        case tree.Number():
            return Shape(type="number", unit=node.unit)
        case tree.Day():
            return DATE
        case tree.Text():
            return Shape(type="text")


_NAMES = {"money": "an amount of money", "integer": "a whole number", "percent": "a percentage"}


def _kind(shape: Shape) -> str:
    """Return a type in words, for messages."""
    return _NAMES.get(shape.type, f"a {shape.type}")


def _words(shape: Shape) -> str:
    """Return a type with its unit, for messages."""
    return f"{_kind(shape)} in `{shape.unit}`" if shape.unit else _kind(shape)
