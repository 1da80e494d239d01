"""The smallest change that opens a gate: the fewest facts, and where each has to get to."""

from collections.abc import Sequence

from msgspec import Struct

from kamflow.analysis.covering import Requirement, Solution, solve
from kamflow.analysis.demands import Demand, NotSimpleError, Variable, Ways
from kamflow.analysis.phrasing import (
    ANY_VALUE,
    NO_VALUE,
    amount,
    bounds,
    example_text,
    tie_text,
    wanted_text,
)
from kamflow.analysis.wanting import Wanting
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.engine.view import View
from kamflow.language.rewriting import sides
from kamflow.language.sentences import phrase
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Criterion
from kamflow.model.values import Unknown, Verdict


class Wish(Struct, frozen=True, kw_only=True):
    """A fact that has to change, and where to."""

    name: str  # the fact, or the text of what is not taken apart
    title: str  # in plain words
    recorded: bool  # whether it is a recorded fact; otherwise it follows from others
    made_of_words: bool  # whether `title` says what has no name
    now: str | None  # None: unknown
    last: str | None  # the value that is too old, if there is one
    wanted: str  # "at least 2 initiatives", "strategic or growth", "any value", "no value"
    least: str | None  # least value that is accepted, when it is one range
    most: str | None  # greatest value that is accepted, when it is one range
    example: (
        str | None
    )  # a value that opens the gate with those of the other wishes; None: no value
    missing: tuple[str, ...]  # facts for want of which it is unknown
    criteria: tuple[str, ...]  # that ask for it

    @property
    def text(self) -> str:
        """The wish on one line."""
        if not self.recorded:
            return self._followed()
        if self.wanted == NO_VALUE:
            return f"withdraw {self.name}, now {self.now or self.last}"
        if self.now is not None and self.wanted == ANY_VALUE:
            return f"change {self.name}, now {self.now}"
        if self.now is not None:
            return f"{self.name} {self.wanted}, now {self.now}"
        detail = "" if self.wanted == ANY_VALUE else f": {self.wanted}"
        if self.last is not None:
            return f"record {self.name} again{detail}, last {self.last}"
        return f"record {self.name}{detail}"

    def _followed(self) -> str:
        """Return a wish for a value that follows from others."""
        name = self.title if self.made_of_words else self.name
        if self.now is not None:
            return f"{name} has to be {self.wanted}, now {self.now}"
        lacking = f"; {', '.join(self.missing)} lacking" if self.missing else ""
        wanted = "known" if self.wanted == ANY_VALUE else self.wanted
        return f"{name} has to be {wanted}, now unknown{lacking}"


class Alternative(Struct, frozen=True, kw_only=True):
    """Wishes that open the gate together; `together` ties the values of several."""

    wishes: tuple[Wish, ...]
    together: tuple[str, ...] = ()


class SmallestChange(Struct, frozen=True, kw_only=True):
    """What would open a gate, with the fewest facts first; nothing to do when it is open.

    Without alternatives a gate that is not open cannot be opened: `conflict` names the criteria
    that contradict each other. When not `exact`, the gate has too many combinations to try all.
    """

    gate: str
    open: bool
    criteria: tuple[str, ...] = ()  # that keep it shut
    alternatives: tuple[Alternative, ...] = ()
    conflict: tuple[str, ...] = ()
    exact: bool = True


def smallest_change(
    compiled: CompiledPack, gate_id: str, view: View, *, before_approval: bool = False
) -> SmallestChange:
    """Return the fewest facts to change so that the gate opens, at most five alternatives.

    A derived fact is followed to the recorded ones when its expression is simple; otherwise it is
    named itself, and taken to change alone. What is waived asks for nothing.

    Args:
        compiled: Pack that has the gate.
        gate_id: Gate to open.
        view: Subject at the instant of judgement.
        before_approval: Leave out the criteria that the approval itself brings about.
    """
    judged = judge_gate(compiled, gate_id, view, before_approval=before_approval)
    shut = tuple(item.criterion.id for item in judged.open_findings())
    if judged.verdict is Verdict.MET:
        return SmallestChange(gate=gate_id, open=True)
    wanting = Wanting(compiled, view, view.snapshot.kind)
    waived = view.snapshot.waived(compiled.pack.gates[gate_id], view.today)
    criteria = (i.criterion for i in judged.findings if i.criterion.id not in waived)
    requirements = [item for criterion in criteria for item in _required(wanting, criterion)]
    answer = solve(wanting.variables, requirements)
    teller = _Teller(compiled, view, wanting)
    return SmallestChange(
        gate=gate_id,
        open=False,
        criteria=shut,
        alternatives=tuple(map(teller.alternative, _from_now_on(answer.solutions, wanting))),
        conflict=answer.conflict,
        exact=answer.exact,
    )


def _from_now_on(solutions: Sequence[Solution], wanting: Wanting) -> list[Solution]:
    """Return the solutions that leave former values alone, as far as there is such a one."""

    def former(solution: Solution) -> int:
        return sum(isinstance(wanting.variables[name].node, tree.Past) for name in solution.regions)

    least = min(map(former, solutions), default=0)
    return [item for item in solutions if former(item) == least]


def _required(wanting: Wanting, criterion: Criterion) -> list[Requirement]:
    """Return what a criterion asks for; a `should` asks for nothing."""
    needed = [item.tree for item in criterion.needs]
    if criterion.must:
        parts = [_met(wanting, part) for part in sides(criterion.condition.tree, tree.Both)]
        parts += [_known(wanting, node) for node in needed]
        return [Requirement(criterion.id, ways) for ways in parts if ways != (Demand(),)]
    if criterion.must_when is None:
        return []
    excused = _unmet(wanting, criterion.must_when.tree)
    try:
        strict = wanting.variables.all_of(
            _met(wanting, criterion.condition.tree), *(_known(wanting, node) for node in needed)
        )
        return [Requirement(criterion.id, wanting.variables.any_of(excused, strict))]
    except NotSimpleError:
        return [Requirement(criterion.id, excused)]


def _met(wanting: Wanting, node: Expression) -> Ways:
    try:
        return wanting.ways(node, Verdict.MET)
    except NotSimpleError:
        return wanting.as_a_whole(node, Verdict.MET)


def _unmet(wanting: Wanting, node: Expression) -> Ways:
    try:
        return wanting.ways(node, Verdict.UNMET)
    except NotSimpleError:
        return wanting.as_a_whole(node, Verdict.UNMET)


def _known(wanting: Wanting, node: Expression) -> Ways:
    try:
        return wanting.known(node)
    except NotSimpleError:
        return wanting.as_a_whole(node, None)


class _Teller:
    """Puts solutions into words."""

    def __init__(self, compiled: CompiledPack, view: View, wanting: Wanting) -> None:
        self._pack, self._view, self._wanting = compiled.pack, view, wanting

    def alternative(self, solution: Solution) -> Alternative:
        """Return a solution as wishes, in the order in which the gate names the facts."""
        order = [name for name in self._wanting.variables if name in solution.regions]
        known = self._wanting.variables
        ties = (tie_text(tie, known, self._title) for tie in solution.ties)
        together = tuple(dict.fromkeys(ties))
        return Alternative(
            wishes=tuple(self._wish(name, solution) for name in order), together=together
        )

    def _wish(self, name: str, solution: Solution) -> Wish:
        variable, region = self._wanting.variables[name], solution.regions[name]
        observed = self._view.observation(name) if variable.traced else None
        now, last = self._now(variable), observed.value if observed else None
        tied = any(name in tie.names for tie in solution.ties)
        if (
            not tied
            and variable.state.value is not None
            and region.values.has(variable.state.value)
        ):
            now = None  # a value that may stay, recorded anew
        least, most = bounds(variable, region)
        example = solution.examples[name]
        return Wish(
            name=name,
            title=self._title(variable),
            recorded=variable.traced,
            made_of_words=not isinstance(variable.node, tree.Name),
            now=now,
            last=last if now is None else None,
            wanted=wanted_text(variable, region),
            least=least,
            most=most,
            example=None if example is None else example_text(variable, region, example),
            missing=self._missing(variable),
            criteria=solution.asked.get(name, ()),
        )

    def _title(self, variable: Variable) -> str:
        return phrase(variable.node, self._pack, self._view.snapshot.kind)

    @staticmethod
    def _now(variable: Variable) -> str | None:
        value = variable.state.value
        return None if value is None else amount(variable, value)

    def _missing(self, variable: Variable) -> tuple[str, ...]:
        value = self._wanting.value(variable.node)
        if variable.traced or not isinstance(value, Unknown):
            return ()
        names = dict.fromkeys(cause.name for cause in value.causes)
        return tuple(name for name in names if name in self._pack.facts)
