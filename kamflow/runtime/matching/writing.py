"""Rules as durable_rules reads them, within the subset that was found sound.

The subset: conjunctions; comparisons with a constant; joins to a fact that stands before, closed by
one that always holds; the fact `go` last, and after its pattern what must not be there.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from kamflow.model.matching import Join, MatchRule, Pattern
from kamflow.runtime.matching.fields import Fields, literal

BEGIN, GO = {"k": 1}, {"k": 2}  # facts of our own: the first and the last one
FIRST_KIND = 10

Term: TypeAlias = dict[str, Any]

_OPERATORS = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}


def write_rule(rule: MatchRule, kinds: Mapping[str, int], fields: Fields) -> Term:
    """Return a rule; its patterns are `p0`, `p1` ... in the order of `rule.every`."""
    return _Writer(rule, kinds, fields).written()


class _Writer:
    def __init__(self, rule: MatchRule, kinds: Mapping[str, int], fields: Fields) -> None:
        self._rule, self._kinds, self._fields = rule, kinds, fields
        self._places = {item.alias: f"p{n}" for n, item in enumerate(rule.every)}
        self._kind_of = {item.alias: item.kind for item in rule.every}
        # What later facts of the rule are joined to has to be there for the rule to fire.
        self._needed = {(join.alias, join.other) for item in rule.every for join in item.join}

    def written(self) -> Term:
        every = [{self._places[item.alias]: self._positive(item)} for item in self._rule.every]
        none = [
            {f"n{number}$not": self._negative(item)} for number, item in enumerate(self._rule.none)
        ]
        # INVARIANT: `go` stands between the two. The engine answers wrongly where something may
        # still come after a pattern that must not match.
        return {"all": [*every, {"go": GO}, *none]}

    def _positive(self, item: Pattern) -> Term:
        read = [other for alias, other in sorted(self._needed) if alias == item.alias]
        joins = [
            self._compared(item, join, self._fields.name((self._kind_of[join.alias], join.other)))
            for join in item.join
        ]
        return self._conjunction(item, read, joins)

    def _negative(self, item: Pattern) -> Term:
        return self._conjunction(
            item, (), [term for join in item.join for term in self._against(item, join)]
        )

    def _against(self, item: Pattern, join: Join) -> Iterable[Term]:
        """Yield a join of a pattern that must not match.

        Where the field it is joined to is missing it matches nothing, and the rule may fire. So the
        engine gets a value in any case, and asks whether it is a true one.
        """
        key = self._kind_of[join.alias], join.other
        self._fields.name(key)
        if (join.alias, join.other) in self._needed:
            yield self._compared(item, join, self._fields.name(key))
            return
        value, is_there = self._fields.shadow(key)
        yield self._compared(item, join, value)
        yield {"one": {self._places[join.alias]: is_there}}

    def _conjunction(self, item: Pattern, read: Iterable[str], joins: list[Term]) -> Term:
        # INVARIANT: the engine decides by stale memory where a field of a join is missing.
        present = dict.fromkeys([*read, *(join.field for join in item.join)])
        terms: list[Term] = [{"k": self._kinds[item.kind]}]
        terms += [{"$ex": {self._fields.name((item.kind, field)): 1}} for field in present]
        for where in item.where:
            name = self._fields.name((item.kind, where.field))
            terms.append(_comparison(where.op, name, literal(where.value)))
        terms += joins
        if joins:
            # INVARIANT: the last join always holds. After one that does not, the engine would read
            # behind the end of its own instructions.
            terms.append({"one": {self._places[item.join[-1].alias]: "one"}})
        return terms[0] if len(terms) == 1 else {"$and": terms}

    def _compared(self, item: Pattern, join: Join, other: str) -> Term:
        value: Term = {self._places[join.alias]: other}
        if join.plus:
            value = {"$add": {"$l": value, "$r": literal(join.plus)}}
        return _comparison(join.op, self._fields.name((item.kind, join.field)), value)


def _comparison(operator: str, name: str, value: object) -> Term:
    return {name: value} if operator == "==" else {_OPERATORS[operator]: {name: value}}
