"""Conditions as sentences that a member of a board understands.

The words come from the titles of facts; where a fact has none, from its name. What this file does
not know how to say stands in its condition text.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from kamflow.language.alert_words import (
    ENGINE_WORDS,
    KEY_WORDS,
    escalated_words,
    event_title,
    lacking_words,
    same_words,
    span_words,
)
from kamflow.language.rewriting import counted, sides, turned
from kamflow.language.scope import Scope, UnknownNameError
from kamflow.language.typing import Typing
from kamflow.language.units import difference
from kamflow.language.verbs import bare_text, own_unit, verb_of
from kamflow.language.wording import (
    COMPARED,
    DATED,
    TOTALS,
    article,
    event_words,
    fact_words,
    flag_words,
    listed,
    needed_unit,
    output_words,
    owns_well,
    parameter_words,
    plain_words,
    value_words,
)
from kamflow.model import expression as tree
from kamflow.model.expression import Condition, Expression
from kamflow.model.pack import FactType, Pack
from kamflow.model.values import NUMERIC, Shape

_Say: TypeAlias = Callable[[Any, Any], str]


def sentence(
    condition: Condition, pack: Pack, kind: str, values: Mapping[str, str] | None = None
) -> str:
    """Return a condition about a subject of `kind` as a sentence.

    Args:
        condition: The condition.
        pack: Policy that declares what it reads.
        kind: Kind of the subject; empty when it is about any.
        values: Parameters as they stand for the subject, by name with `P.`; as the policy has them
            when not given.
    """
    text = _Speaker(pack, kind, values or {}).clause(condition.tree)
    return f"{text[:1].upper()}{text[1:]}."


def phrase(node: Expression, pack: Pack, kind: str) -> str:
    """Return an expression as it stands inside a sentence: `the team size`."""
    return _Speaker(pack, kind, {}).noun(node)


class _Speaker:
    """Says conditions about one subject; once it was named, what it has is `its`."""

    def __init__(
        self, pack: Pack, kind: str, values: Mapping[str, str], scope: Scope | None = None
    ) -> None:
        self._pack, self._kind, self._values = pack, kind, values
        self._scope = scope or Scope(pack=pack, kind=kind)
        self._named = False

    # ------------------------------------------------------------------------ clauses

    def clause(self, node: Expression) -> str:
        """Return a condition as a clause without full stop."""
        say = self._CLAUSES.get(type(node), _Speaker._statement)
        return say(self, node)

    def _not(self, node: tree.Not) -> str:
        if isinstance(node.item, tree.Escalated):
            return escalated_words(self._pack, node.item.rule, "not ")
        opposite = turned(node.item)
        if opposite is not None:
            return self.clause(opposite)
        flag = self._flag(node.item)
        if flag is not None:
            return self._said(flag[1])
        return f"it is not so that ({self.clause(node.item)})"

    def _both(self, node: tree.Both) -> str:
        parts = sides(node, tree.Both)
        said = [
            f"either {self.clause(part)}" if isinstance(part, tree.Either) else self.clause(part)
            for part in parts
        ]
        comma = any(isinstance(part, tree.Either | tree.If) for part in parts)
        return listed(said, "and", comma=comma)

    def _either(self, node: tree.Either) -> str:
        parts = sides(node, tree.Either)
        comma = any(isinstance(part, tree.Both | tree.If) for part in parts)
        return listed([self.clause(part) for part in parts], "or", comma=comma)

    def _if(self, node: tree.If) -> str:
        condition = self.clause(node.condition)
        return f"if {condition}, then {self.clause(node.yes)}, otherwise {self.clause(node.no)}"

    def _compare(self, node: tree.Compare) -> str:
        flag = self._flag(node.left)
        if flag is not None and isinstance(node.right, tree.Flag) and node.op in ("=", "!="):
            return self._said(flag[0 if node.right.value is (node.op == "=") else 1])
        subject, shape = self.noun(node.left), self._shape(node.left)
        bound = self._bound(node.op, node.right, shape, subject)
        return f"{subject} {verb_of(node.left, subject)} {bound}"

    def _between(self, node: tree.Between) -> str:
        subject, shape = self.noun(node.value), self._shape(node.value)
        low = self._amount(node.low, Shape(type=shape.type), subject)
        high = self._amount(node.high, shape, subject)
        return f"{subject} {verb_of(node.value, subject)} between {low} and {high}"

    def _among(self, node: tree.Among) -> str:
        subject, shape = self.noun(node.value), self._shape(node.value)
        options = [self._amount(item, shape, subject) for item in node.options]
        if not node.negated:
            return f"{subject} {verb_of(node.value, subject)} {listed(options, 'or')}"
        no, word = ("not", "") if len(options) == 1 else ("neither", "nor")
        return f"{subject} {verb_of(node.value, subject)} {no} {listed(options, word)}"

    def _state(self, node: tree.State) -> str:
        fact = self._fact(node.value)
        there = node.state in ("present", "known")
        if fact is not None and node.state in ("present", "absent"):
            words = fact_words(fact, self._kind)
            own = fact.name.partition(".")[0] == self._kind and fact.shape.type != "date"
            if own and owns_well(words):
                has = f"has {article(words)} {words}" if there else f"has no {words}"
                return self._said(f"the {self._kind_words()} {has}")
            return f"{self.noun(node.value)} is {'' if there else 'not '}recorded"
        subject, no = self.noun(node.value), "" if there else "not "
        if subject.startswith("the answer whether "):
            return f"it is {no}known {subject.removeprefix('the answer ')}"
        return f"{subject} {verb_of(node.value, subject)} {no}known"

    def _edited(self, node: tree.Edited) -> str:
        card = output_words(self._pack, node.scorecard, "total")
        who, hours = self.noun(node.person), value_words(node.hours)
        return f"the {card} was edited by {who} in the last {hours} hours"

    def _within(self, node: tree.Within) -> str:
        return f"{self.noun(node.value)} is within the last {self._long(node.span)}"

    def _long(self, span: tree.Span) -> str:
        return span_words(self._pack, span, self._values)

    def _trend(self, node: tree.Trend) -> str:
        way = "lower" if node.direction == "falling" else "higher"
        step = difference(self._shape(node.fact))
        step = step if step.unit else Shape(type="")
        by = "" if node.by is None else f" by {self._amount(node.by, step, '')} or more"
        told = f"each of the last {node.steps} readings of {self.noun(node.fact)}"
        return f"{told} is {way} than the one before{by}"

    def _absence(self, node: tree.Absence) -> str:
        event, after = (event_title(self._pack, name) for name in (node.event, node.after))
        told = f"no {event}{same_words(node.by)} followed within {self._long(node.span)}"
        inside = self._in_scope(lambda: self._scope.events(node.after))
        where = "" if node.where is None else f" for which {inside.clause(node.where)}"
        return f"{told} after {after}{where}"

    def _escalated(self, node: tree.Escalated) -> str:
        return escalated_words(self._pack, node.rule)

    def _statement(self, node: Expression) -> str:
        """Return a value that stands as a condition."""
        if isinstance(node, tree.Flag):
            return "this always holds" if node.value else "this never holds"
        flag = self._flag(node)
        return f"{self.noun(node)} holds" if flag is None else self._said(flag[0])

    # ------------------------------------------------------------------------ nouns

    def noun(self, node: Expression) -> str:
        """Return a value as it stands inside a sentence."""
        say = self._NOUNS.get(type(node))
        if say is not None:
            return say(self, node)
        return (
            f"whether {self.clause(node)}"
            if type(node) in self._CLAUSES
            else f"“{bare_text(node)}”"
        )

    def _word(self, node: tree.Word) -> str:
        if node.value == "stage":
            return self._own("stage")
        return node.value if node.value == "today" else plain_words(node.value)

    def _name(self, node: tree.Name) -> str:
        head, _, tail = node.path.partition(".")
        if head == "P":
            return parameter_words(self._pack, tail, self._values.get(node.path), "")
        if head in self._pack.tables or head in self._pack.scorecards:
            return f"the {output_words(self._pack, head, tail)}"
        fact = self._pack.facts.get(node.path)
        if fact is None:
            return ENGINE_WORDS.get(node.path) or f"the {plain_words(node.path)}"
        if node.of_asker and self._scope.asker is not None:
            return f"this {plain_words(self._scope.asker)}'s {fact_words(fact, self._scope.asker)}"
        words = fact_words(fact, self._kind)
        return self._own(words) if head == self._kind else f"the {words}"

    def _arithmetic(self, node: tree.Arithmetic) -> str:
        if node.op == "% of":
            share = self._amount(node.left, Shape(type="percent", unit="%"), "")
            return f"{share} of {self._part(node.right)}"
        if conditions := counted(node):
            return f"the number that hold of these ({'; '.join(map(self.clause, conditions))})"
        chain = isinstance(node.left, tree.Arithmetic) and node.left.op == node.op in ("+", "*")
        left = self.noun(node.left) if chain else self._part(node.left)
        word = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}[node.op]
        if isinstance(node.right, tree.If) and node.op in ("+", "-"):
            return f"{left}, {word} {self._choice(node.right)},"
        return f"{left} {word} {self._part(node.right)}"

    def _part(self, node: Expression) -> str:
        nested = isinstance(node, tree.Arithmetic | tree.If)
        return f"({self.noun(node)})" if nested else self.noun(node)

    def _negative(self, node: tree.Negative) -> str:
        return f"minus {self._part(node.item)}"

    def _choice(self, node: tree.If) -> str:
        """Return `1 unless ...` or `1 if ..., otherwise 2`."""
        yes, no = self.noun(node.yes), self.noun(node.no)
        if yes == "0":
            return f"{no} unless {self.clause(node.condition)}"
        condition = self.clause(node.condition)
        if " for which " in yes:
            return f"if {condition}, {yes}, otherwise {no}"
        return f"{yes} if {condition}" if no == "0" else f"{yes} if {condition}, otherwise {no}"

    def _call(self, node: tree.Call) -> str:
        items = [self.noun(item) for item in node.arguments]
        if node.function in ("min", "max"):
            word = "lower" if node.function == "min" else "higher"
            if len(items) > 2:  # noqa: PLR2004 - of two things one is lower, of three the lowest
                word = "lowest" if node.function == "min" else "highest"
            return f"the {word} of {listed(items, 'and')}"
        if node.function in ("days_since", "months_since"):
            unit = node.function.removesuffix("_since")
            return f"{unit} since {event_words(items[0])}"
        return f"the {plain_words(node.function)} of {listed(items, 'and')}"

    def _aggregate(self, node: tree.Aggregate) -> str:
        inside = self._inside(node)
        value = "" if node.value is None else f"{inside.noun(node.value)} over "
        shared = ""
        if node.function == "max_per" and node.value is not None:
            value, shared = "", f" with the same {inside.noun(node.value).removeprefix('the ')}"
        members = self._members_words(node)
        where = "" if node.where is None else f" for which {inside.clause(node.where)}"
        total = TOTALS.get(node.function, plain_words(node.function))
        return f"the {total} of {value}{members}{shared}{where}"

    def _members_words(self, node: tree.Aggregate) -> str:
        within = "" if node.within is None else f" in the last {self._long(node.within)}"
        if node.cohort:
            return f"members of the cohort “{node.members}”{within}"
        if "." in node.members:
            lacking = lacking_words(self._pack, node)
            return f"{event_title(self._pack, node.members)} events{within}{lacking}"
        return f"{plain_words(node.members)}{' entered' if within else ''}{within}"

    def _inside(self, node: tree.Aggregate) -> "_Speaker":
        return self._in_scope(lambda: self._members(node))

    def _in_scope(self, enter: Callable[[], Scope]) -> "_Speaker":
        try:
            scope = enter()
        except UnknownNameError:
            scope = self._scope
        return _Speaker(self._pack, scope.kind, self._values, scope)

    def _members(self, node: tree.Aggregate) -> Scope:
        if node.cohort:
            return self._scope.cohort(node.members)
        events = "." in node.members
        return self._scope.events(node.members) if events else self._scope.members(node.members)

    def _past(self, node: tree.Past) -> str:
        day = node.day
        if isinstance(day, tree.Arithmetic) and day.left == tree.Word(
            value="today", at=day.left.at
        ):
            return f"{self.noun(node.fact)} as it was {self.noun(day.right)} ago"
        return f"{self.noun(node.fact)} as it was on {self.noun(day)}"

    def _change(self, node: tree.Change) -> str:
        return f"the change of {self.noun(node.fact)} over {self._long(node.span)}"

    # ------------------------------------------------------------------------ parts

    def _own(self, words: str) -> str:
        return f"its {words}" if self._named and owns_well(words) else f"the {words}"

    def _said(self, clause: str) -> str:
        """Return a clause and note whether it names the subject."""
        subject = f"the {self._kind_words()} "
        if self._named and clause.startswith(f"{subject}has "):
            return f"it {clause.removeprefix(subject)}"
        self._named |= clause.startswith(subject) and self._scope.asker is None
        return clause

    def _kind_words(self) -> str:
        kind = self._pack.kinds.get(self._kind)
        return plain_words(kind.id if kind else self._kind or "subject")

    def _fact(self, node: Expression) -> FactType | None:
        return self._pack.facts.get(node.path) if isinstance(node, tree.Name) else None

    def _flag(self, node: Expression) -> tuple[str, str] | None:
        """Return what a flag says when it is true and when it is false."""
        fact = self._fact(node)
        if fact is None or fact.shape.type != "flag":
            return None
        return flag_words(fact, self._kind)

    def _shape(self, node: Expression) -> Shape:
        return Typing(self._scope, lambda *_problem: None).type_of(node)

    def _bound(self, op: str, node: Expression, shape: Shape, noun: str) -> str:
        """Return what stands behind `is`: `at least 2`, or one bound or the other."""
        if isinstance(node, tree.If):
            yes = self._bound(op, node.yes, shape, noun)
            condition = self.clause(node.condition)
            return f"{yes} if {condition}, otherwise {self._bound(op, node.no, shape, noun)}"
        words = DATED if shape.type == "date" else COMPARED
        fixed = isinstance(node, tree.Number) or self._is_parameter(node)
        equal = "equal to " if op in ("=", "!=") and shape.type in NUMERIC and not fixed else ""
        return f"{words[op]}{equal}{self._amount(node, shape, noun)}"

    @staticmethod
    def _is_parameter(node: Expression) -> bool:
        return isinstance(node, tree.Name) and node.path.startswith("P.")

    def _amount(self, node: Expression, shape: Shape, noun: str) -> str:
        """Return a value that is compared with a noun, with the unit that the noun has."""
        if isinstance(node, tree.Number):
            unit = node.unit if shape.type == "date" else needed_unit(own_unit(node, shape), noun)
            return value_words(node.value, unit)
        if isinstance(node, tree.Name) and self._is_parameter(node):
            name = node.path.removeprefix("P.")
            parameter = self._pack.parameters.get(name)
            shown = parameter and needed_unit(parameter.shape, noun)
            unit = shown if shown and (shape.unit or not shape.type) else ""
            return parameter_words(self._pack, name, self._values.get(node.path), unit)
        if isinstance(node, tree.Negative) and isinstance(node.item, tree.Number | tree.Name):
            return f"minus {self._amount(node.item, shape, noun)}"
        return self.noun(node)

    _CLAUSES: ClassVar[dict[type, _Say]] = {
        tree.Not: _not,
        tree.Both: _both,
        tree.Either: _either,
        tree.If: _if,
        tree.Compare: _compare,
        tree.Between: _between,
        tree.Among: _among,
        tree.State: _state,
        tree.Edited: _edited,
        tree.Within: _within,
        tree.Trend: _trend,
        tree.Absence: _absence,
        tree.Escalated: _escalated,
    }
    _NOUNS: ClassVar[dict[type, _Say]] = {
        tree.Number: lambda _speaker, node: value_words(node.value, node.unit),
        tree.Day: lambda _speaker, node: value_words(node.value),
        tree.Text: lambda _speaker, node: f"“{node.value}”",
        tree.Flag: lambda _speaker, node: value_words(node.value),
        tree.Word: _word,
        tree.Name: _name,
        tree.Key: lambda _speaker, _node: KEY_WORDS,
        tree.Arithmetic: _arithmetic,
        tree.Negative: _negative,
        tree.If: _choice,
        tree.Call: _call,
        tree.Aggregate: _aggregate,
        tree.Cohort: lambda _speaker, node: f"the cohort “{node.name}”",
        tree.Past: _past,
        tree.Change: _change,
    }
