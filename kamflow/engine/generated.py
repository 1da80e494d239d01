"""One function for the verdict of a whole gate, for sweeps that need no findings.

The function is generated once, from fixed templates and numbers alone: names, values and thresholds
of the policy are handed to it as constants and never become program text. What the templates do not
know is asked of the closure of that part. Three values: `True`, `False`, and `None` for unknown.
"""

from collections.abc import Callable, Iterable
from typing import Any

from kamflow.engine.closures import compile_expression, constant_of
from kamflow.engine.view import Source, View, age_limit
from kamflow.model import expression as tree
from kamflow.model.expression import Condition, Expression
from kamflow.model.pack import Criterion, Gate, Pack
from kamflow.model.snapshot import Snapshot
from kamflow.model.values import NUMERIC, Unknown, Verdict, value_reader

# Takes the subject, the day of judgement as an ordinal, and what looks at the subject for closures.
VerdictOf = Callable[[Snapshot, int, Callable[[], View]], Verdict]

_TOGETHER = 200  # criteria in one function: compiling one takes memory, all of it at once

_OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def generate_verdict(pack: Pack, gate: Gate, *, before_approval: bool = False) -> VerdictOf:
    """Return the function that gives the verdict of `gate`: the same as judging every criterion."""
    asked = [item for item in gate.criteria if not (before_approval and item.settled_by_approval)]
    starts = range(0, max(len(asked), 1), _TOGETHER)
    parts = [_part(pack, gate.kind, asked[start : start + _TOGETHER]) for start in starts]
    return parts[0] if len(parts) == 1 else _joined(parts)


def _part(pack: Pack, kind: str, criteria: Iterable[Criterion]) -> VerdictOf:
    writer = _Writer(pack, kind)
    for criterion in criteria:
        writer.criterion(criterion)
    return writer.function()


def _joined(parts: list[VerdictOf]) -> VerdictOf:
    """Return the verdict of a gate whose criteria are too many for one function."""

    def verdict(snapshot: Snapshot, day: int, look: Callable[[], View]) -> Verdict:
        found = Verdict.MET
        for part in parts:
            one = part(snapshot, day, look)
            if one is Verdict.UNMET:
                return one
            found = one if one is Verdict.UNKNOWN else found
        return found

    return verdict


class _Writer:
    """Writes the lines of one function, and keeps the constants that they use."""

    def __init__(self, pack: Pack, kind: str) -> None:
        self._pack, self._kind = pack, kind
        self._constants: list[object] = []
        self._loaded: dict[str, str] = {}
        self._marks = 0
        self._lines = ["get, view, unknown = snapshot.facts.get, None, False"]

    def function(self) -> VerdictOf:
        """Return the function that was written."""
        self._lines.append("return UNKNOWN if unknown else MET")
        body = "\n".join(f"    {line}" for line in self._lines)
        names = {f"k{place}": value for place, value in enumerate(self._constants)}
        names |= {"Unknown": Unknown, **{item.name: item for item in Verdict}}
        source = f"def verdict(snapshot, day, look):\n{body}\n"
        exec(compile(source, "<gate>", "exec"), names)  # noqa: S102 - see the docstring above
        made: Any = names["verdict"]
        return made  # type: ignore[no-any-return]

    def criterion(self, item: Criterion) -> None:
        """Write one criterion; a `should` that is never a `must` says nothing about the gate."""
        if not item.must and item.must_when is None:
            return
        indent = ""
        if item.must_when is not None:
            strict = self._ask(item.must_when)
            self._lines.append(f"if {strict} is not False:")
            indent = "    "
        needs = [self._ask(need) for need in item.needs]
        verdict = self._expression(item.condition.tree) if not indent else self._ask(item.condition)
        asked = " or ".join(f"{need} is None" for need in needs)
        self._lines += [
            f"{indent}r = {f'None if {asked} else {verdict}' if needs else verdict}",
            f"{indent}if r is False: return UNMET",
            f"{indent}if r is None: unknown = True",
        ]

    def _constant(self, value: object) -> str:
        self._constants.append(value)
        return f"k{len(self._constants) - 1}"

    def _mark(self) -> str:
        self._marks += 1
        return f"t{self._marks}"

    def _ask(self, condition: Condition) -> str:
        return self._closure(compile_expression(condition.tree, self._pack))

    def _closure(self, source: Source) -> str:
        mark = self._mark()
        seen = "(view := view or look())"
        asked = f"({mark} := {self._constant(source)}({seen})).__class__ is Unknown"
        return f"(None if {asked} else {mark})"

    def _expression(self, node: Expression) -> str:
        """Return program text for a condition; its closure's answer where no template fits."""
        match node:
            case tree.Both() | tree.Either():
                return self._pair(node)
            case tree.Not():
                mark = self._mark()
                return (
                    f"(None if ({mark} := {self._expression(node.item)}) is None else not {mark})"
                )
            case tree.Compare():
                return self._compare(node, node.left, node.op, node.right)
            case tree.State() if (known := self._load(node.value)) is not None:
                return self._state(node, known)
            case tree.Among() if (known := self._load(node.value)) is not None:
                options = [constant_of(item, self._pack) for item in node.options]
                if None not in options:
                    word = "not in" if node.negated else "in"
                    accepted = self._constant(frozenset(options))
                    return f"(None if {known} is None else {known} {word} {accepted})"
        return self._closure(compile_expression(node, self._pack))

    def _state(self, node: tree.State, known: str) -> str:
        """Return whether a recorded fact is known, or was recorded at all."""
        wanted = "is not" if node.state in ("known", "present") else "is"
        if node.state in ("known", "unknown"):
            return f"({known} {wanted} None)"
        fact = self._pack.facts[node.value.path] if isinstance(node.value, tree.Name) else None
        if fact is not None and fact.default is None:
            return f"(get({self._constant(fact.name)}) {wanted} None)"
        return self._closure(compile_expression(node, self._pack))

    def _pair(self, node: tree.Both | tree.Either) -> str:
        """Return both sides joined as three-valued logic has it; the right one only when needed."""
        one, other = self._mark(), self._mark()
        settled, rest = ("False", "True") if isinstance(node, tree.Both) else ("True", "False")
        left, right = self._expression(node.left), self._expression(node.right)
        either = f"({one} := {left}) is {settled} or ({other} := {right}) is {settled}"
        return f"({settled} if {either} else None if {one} is None or {other} is None else {rest})"

    def _compare(self, node: Expression, left: Expression, op: str, right: Expression) -> str:
        bound = constant_of(right, self._pack)
        days = isinstance(left, tree.Call) and left.function == "days_since"
        value = self._load(left.arguments[0] if isinstance(left, tree.Call) and days else left)
        if bound is None or value is None:
            return self._closure(compile_expression(node, self._pack))
        shown = f"day - {value}.toordinal()" if days else value
        compared = f"{shown} {_OPERATORS[op]} {self._constant(bound)}"
        return f"(None if {value} is None else {compared})"

    def _load(self, node: Expression) -> str | None:
        """Write how a recorded fact of the subject is read; nothing for any other expression."""
        if not isinstance(node, tree.Name) or node.of_asker:
            return None
        fact, head = self._pack.facts.get(node.path), node.path.partition(".")[0]
        if fact is None or fact.kind != self._kind or fact.derived:
            return None
        if head in self._pack.tables or head in self._pack.scorecards:
            return None  # a fact that is called like a table or scorecard is not read
        default = fact.default and constant_of(fact.default.tree, self._pack)
        if fact.default is not None and default is None:
            return None
        if node.path not in self._loaded:
            mark = self._loaded[node.path] = self._mark()
            name, limit = self._constant(node.path), age_limit(fact, self._pack)
            plain = fact.shape.type not in {*NUMERIC, "date", "flag"}
            reader = "" if plain else self._constant(_safe(value_reader(fact.shape.type)))
            read = f"{reader}(o.value)" if reader else "o.value"
            if limit is not None:
                read = f"None if day - o.as_of.toordinal() > {int(limit)} else {read}"
            missing = self._constant(default) if fact.default else None
            self._lines.append(f"{mark} = {missing} if (o := get({name})) is None else {read}")
        return self._loaded[node.path]


def _safe(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a reader that gives nothing for text of another type, left by another policy."""

    def careful(text: str) -> Any:  # noqa: ANN401 - a value
        try:
            return read(text)
        except (ValueError, ArithmeticError, LookupError):
            return None

    return careful
