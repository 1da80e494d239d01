"""Conditions to formulas: when a condition is met and when it is unmet.

A shallow reading takes derived facts, columns of tables and outputs of scorecards for variables of
their own; a deep one works out what they hang on. What cannot come about when read shallowly never
comes about; what can is asked again deeply.
"""

from decimal import Decimal
from fractions import Fraction

from kamflow.analysis.checks import formulas
from kamflow.analysis.checks.amounts import (
    Case,
    Cases,
    Line,
    Vocabulary,
    Word,
    added,
    combined,
    compared,
    constant,
    merged,
    scaled,
)
from kamflow.analysis.checks.formulas import (
    ALWAYS,
    NEVER,
    TRUE,
    Formula,
    Is,
    Truth,
    Variable,
    both,
    either,
    every,
    opposite,
    some,
)
from kamflow.analysis.checks.names import (
    Scores,
    column_shape,
    fact_variable,
    known,
    variable_for,
)
from kamflow.analysis.checks.spans import is_day, moved, unit_in
from kamflow.analysis.checks.turning import as_cases, as_truth, line
from kamflow.analysis.checks.unseen import aggregate, months, opaque, written_out
from kamflow.engine.closures import constant_of
from kamflow.engine.days import unit_of
from kamflow.language.enginenames import ENGINE_NAMES, is_engine_name
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack, Parameter, Table
from kamflow.model.values import NUMERIC, Shape, value_reader


class CalendarError(Exception):
    """A day of the calendar is named, so that days have to be counted from a fixed one."""


class Reading:
    """Reads the conditions about one kind of subject."""

    def __init__(
        self,
        pack: Pack,
        kind: str,
        *,
        deep: bool,
        calendar: bool = False,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self.pack, self.kind, self.deep, self.calendar = pack, kind, deep, calendar
        self.vocabulary = Vocabulary() if vocabulary is None else vocabulary
        self.fixed: dict[str, Cases] = {}  # what has just been set, facts and the stage
        self._truths: dict[str, Truth] = {}
        self._cases: dict[str, Cases] = {}

    def truth(self, node: Expression) -> Truth:
        """Return when a condition is met, and when it is unmet."""
        match node:
            case tree.Both():
                return both(self.truth(node.left), self.truth(node.right))
            case tree.Either():
                return either(self.truth(node.left), self.truth(node.right))
            case tree.Not():
                return self.truth(node.item).turned()
            case tree.If():
                return self._chosen(node)
            case _:
                return self._judged(node)

    def known(self, node: Expression) -> Formula:
        """Return when an expression has a value."""
        return some(*(case.when for case in self.cases(node)))

    def cases(self, node: Expression) -> Cases:
        """Return the values that an expression can have, and when."""
        match node:
            case tree.Number() | tree.Flag() | tree.Text() | tree.Day():
                return self._written(node.value)
            case tree.Word():
                return self._word(node.value)
            case tree.Name():
                return self._name(node)
            case tree.Arithmetic():
                return self._arithmetic(node)
            case tree.Negative():
                return merged(
                    Case(case.when, scaled(line(case), Fraction(-1)))
                    for case in self.cases(node.item)
                )
            case tree.If():
                return self._either_value(node)
            case tree.Call():
                return self._call(node)
            case _:
                return self._looked_at(node)

    # ------------------------------------------------------------------------ conditions

    def _judged(self, node: Expression) -> Truth:
        match node:
            case tree.Flag():
                return ALWAYS if node.value else NEVER
            case tree.Compare() | tree.Between() | tree.Among():
                return self._comparison(node)
            case tree.State():
                return self._state(node)
            case tree.Name():
                return self._flag(node)
            case tree.Within():
                return self._within(node)
            case _:
                return as_truth(self._looked_at(node))

    def _comparison(self, node: tree.Compare | tree.Between | tree.Among) -> Truth:
        if isinstance(node, tree.Compare):
            left, right = self.cases(node.left), self.cases(node.right)
            return compared(node.op, left, right, self.vocabulary)
        value = self.cases(node.value)
        if isinstance(node, tree.Between):
            low = compared(">=", value, self.cases(node.low), self.vocabulary)
            return both(low, compared("<=", value, self.cases(node.high), self.vocabulary))
        found = NEVER
        for option in node.options:
            found = either(found, compared("=", value, self.cases(option), self.vocabulary))
        return found.turned() if node.negated else found

    def _state(self, node: tree.State) -> Truth:
        wanted, name = self.known(node.value), self._recorded(node.value)
        if name and node.state in ("present", "absent"):
            wanted = Is(name, formulas.PRESENT)
        truth = Truth(wanted, opposite(wanted))
        return truth if node.state in ("present", "known") else truth.turned()

    def _recorded(self, node: Expression) -> str:
        """Return the variable of a fact that is recorded and read as it is; else nothing."""
        if not isinstance(node, tree.Name) or node.of_asker or node.path in self.fixed:
            return ""
        fact = self.pack.facts.get(node.path)
        return "" if fact is None or fact.derived else self.vocabulary.meet(fact_variable(fact))

    def _chosen(self, node: tree.If) -> Truth:
        condition, yes, no = map(self.truth, (node.condition, node.yes, node.no))
        return Truth(
            some(every(condition.met, yes.met), every(condition.unmet, no.met)),
            some(every(condition.met, yes.unmet), every(condition.unmet, no.unmet)),
        )

    def _flag(self, node: tree.Name) -> Truth:
        fact = self.pack.facts.get(node.path)
        if node.of_asker or not self.deep or fact is None or fact.derived is None:
            return as_truth(self._name(node))
        if node.path not in self._truths:
            self._truths[node.path] = self._about(fact.kind).truth(fact.derived.tree)
        return self._truths[node.path]

    # ------------------------------------------------------------------------ values

    def _written(self, value: object) -> Cases:
        amount = constant(value)
        if amount is not None:
            return (Case(TRUE, amount),)
        if not self.calendar:
            raise CalendarError
        return (Case(TRUE, Line((), Fraction(value.toordinal()))),)  # type: ignore[attr-defined]

    def _word(self, word: str) -> Cases:
        if word == "today":
            return (Case(TRUE, self._today()),)
        if word != "stage":
            return (Case(TRUE, Word(word)),)
        name = stage_of(self.kind)
        if name in self.fixed:
            return self.fixed[name]
        kind = self.pack.kinds.get(self.kind)
        workflow = self.pack.workflows.get(kind.workflow or "") if kind else None
        stages = tuple(workflow.stages) if workflow else ()
        self.vocabulary.meet(Variable(name=name, words=stages, spoken=not stages))
        return known(name, "choice")

    def _today(self) -> Line:
        if not self.calendar:
            return Line()
        name = self.vocabulary.meet(Variable(name="today", whole=True, day=True))
        return Line(((name, Fraction(1)),))

    def _name(self, node: tree.Name) -> Cases:
        if node.of_asker:
            return self._looked_at(node)
        if node.path in self.fixed:
            return self.fixed[node.path]
        if node.path not in self._cases:
            self._cases[node.path] = self._named(node.path)
        return self._cases[node.path]

    def _named(self, path: str) -> Cases:
        head, _, tail = path.partition(".")
        if head == "P":
            return self._parameter(self.pack.parameters[tail])
        if head in self.pack.tables:
            return self._column(self.pack.tables[head], tail)
        if head in self.pack.scorecards:
            scores = Scores(self.pack, self.pack.scorecards[head], self.vocabulary)
            return scores.exact(tail) if self.deep else scores.loose(tail)
        if is_engine_name(path, self.pack):
            return opaque(tree.Name(path=path), ENGINE_NAMES[path], self.vocabulary)
        fact = self.pack.facts[path]
        if fact.derived is None or not self.deep:
            return known(self.vocabulary.meet(fact_variable(fact)), fact.shape.type)
        if fact.shape.type == "flag":
            return as_cases(self._flag(tree.Name(path=path)))
        return self._about(fact.kind).cases(fact.derived.tree)

    def _parameter(self, parameter: Parameter) -> Cases:
        """Return the value of a parameter, or all that it has in one layer or another."""
        read = value_reader(parameter.shape.type)
        values = [read(text) for text in (parameter.value, *(o.value for o in parameter.overrides))]
        if len(set(values)) == 1 or parameter.shape.type not in NUMERIC:
            return self._written(values[0])
        points = tuple(sorted({Fraction(value) for value in values if isinstance(value, Decimal)}))
        name = f"P.{parameter.name}"
        self.vocabulary.meet(Variable(name=name, points=points, low=points[0], high=points[-1]))
        return known(name, "number")

    def _column(self, table: Table, column: str) -> Cases:
        shape = column_shape(table, column)
        if not self.deep:
            name = f"{table.id}.{column}"
            self.vocabulary.meet(variable_for(name, shape, missing=True))
            return known(name, "choice")
        reached: Formula = TRUE
        found: list[Case] = []
        for row in table.rows:
            truth = self._about(table.kind).truth(row.when.tree) if row.when else ALWAYS
            word = row.id if column == "row" else row.then[column]
            found.append(Case(every(reached, truth.met), Word(word)))
            reached = every(reached, truth.unmet)
        return merged(found)

    def _about(self, kind: str) -> "Reading":
        """Return the reading of conditions about what the subject belongs to, or itself."""
        if kind == self.kind:
            return self
        other = Reading(
            self.pack, kind, deep=self.deep, calendar=self.calendar, vocabulary=self.vocabulary
        )
        other.fixed = self.fixed
        return other

    def _arithmetic(self, node: tree.Arithmetic) -> Cases:
        found = []
        if is_day(node, self.pack):
            return self._moved(node)
        for left in self.cases(node.left):
            for right in self.cases(node.right):
                case = combined(node.op, line(left), line(right), self.vocabulary)
                if case is not None:
                    when = every(left.when, right.when, case.when)
                    found.append(Case(when, case.amount))
        return merged(found)

    def _moved(self, node: tree.Arithmetic) -> Cases:
        """Return a day so much before or after another one."""
        day, amount = node.left, node.right
        if is_day(amount, self.pack):
            day, amount = amount, day
        unit = unit_in(self.pack, unit_of(amount, self.pack))
        sign = Fraction(-1 if node.op == "-" else 1)
        written = written_out(node)
        return merged(
            Case(
                every(one.when, other.when),
                moved(line(one), scaled(line(other), sign), unit, written, self.vocabulary),
            )
            for one in self.cases(day)
            for other in self.cases(amount)
        )

    def _within(self, node: tree.Within) -> Truth:
        """Return when a day lies between the first of a span and today."""
        span, today = self._fixed(node.span), self._today()
        if span is None or span.unit == "hours":
            return as_truth(opaque(node, Shape(type="flag"), self.vocabulary))
        back, written = Line((), Fraction(-span.value)), f"today - {unparse(span)}"
        first = moved(today, back, unit_in(self.pack, span.unit), written, self.vocabulary)
        day = self.cases(node.value)
        since = compared(">=", day, (Case(TRUE, first),), self.vocabulary)
        return both(since, compared("<=", day, (Case(TRUE, today),), self.vocabulary))

    def _fixed(self, span: tree.Span) -> tree.Number | None:
        """Return how long a span is; nothing where that differs from subject to subject."""
        if isinstance(span, tree.Number):
            return span
        value = constant_of(span, self.pack)
        unit = unit_of(span, self.pack)
        return tree.Number(value=value, unit=unit) if isinstance(value, Decimal) else None

    def _either_value(self, node: tree.If) -> Cases:
        condition = self.truth(node.condition)
        yes, no = self.cases(node.yes), self.cases(node.no)
        return merged(
            [Case(every(condition.met, case.when), case.amount) for case in yes]
            + [Case(every(condition.unmet, case.when), case.amount) for case in no]
        )

    def _call(self, node: tree.Call) -> Cases:
        if node.function == "days_since" and len(node.arguments) == 1:
            return merged(
                Case(case.when, added(self._today(), line(case), Fraction(-1)))
                for case in self.cases(node.arguments[0])
            )
        if node.function in ("min", "max"):
            return self._extreme(node)
        if node.function == "months_since":
            day = node.arguments[0]
            return months(node, self.cases(day), self.known(day), self.vocabulary)
        return self._looked_at(node)

    def _extreme(self, node: tree.Call) -> Cases:
        before, *others = (self.cases(item) for item in node.arguments)
        nearer = "<=" if node.function == "min" else ">="
        for further in others:
            found = []
            for one in before:
                for other in further:
                    alone = (Case(TRUE, one.amount),), (Case(TRUE, other.amount),)
                    first = compared(nearer, *alone, self.vocabulary)
                    when = every(one.when, other.when)
                    found.append(Case(every(when, first.met), one.amount))
                    found.append(Case(every(when, first.unmet), other.amount))
            before = merged(found)
        return before

    def _looked_at(self, node: Expression) -> Cases:
        """Return what stands for an expression that is not looked into, or for a condition."""
        match node:
            case tree.Aggregate():
                return aggregate(node, self.vocabulary)
            case tree.Edited():
                name = written_out(node)
                flag = variable_for(name, Shape(type="flag"), missing=True)
                return known(self.vocabulary.meet(flag), "flag")
            case tree.Trend() | tree.Absence() | tree.Escalated():
                return opaque(node, Shape(type="flag"), self.vocabulary)
            case tree.Past() | tree.Name() | tree.Key():  # a name is one with `self.`
                return opaque(node, self._shape_of(node), self.vocabulary)
            case tree.Compare() | tree.Between() | tree.Among() | tree.State():
                return as_cases(self.truth(node))
            case tree.Both() | tree.Either() | tree.Not() | tree.Within():
                return as_cases(self.truth(node))
            case _:
                return opaque(node, Shape(type="number"), self.vocabulary)

    def _shape_of(self, node: tree.Past | tree.Name | tree.Key) -> Shape:
        if isinstance(node, tree.Key):
            return Shape(type="text")
        fact = self.pack.facts.get(node.fact.path if isinstance(node, tree.Past) else node.path)
        return fact.shape if fact else Shape(type="number")


def stage_of(kind: str) -> str:
    """Return the variable that has the stage of the subject of a kind."""
    return f"stage of the {kind}"
