"""A policy pack made ready to judge: every gate and guard a function, made on first use."""

from datetime import date
from functools import cached_property, partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kamflow.engine.beneath import names_beneath
from kamflow.engine.calendars import CalendarOf, calendar_source
from kamflow.engine.closures import compile_expression
from kamflow.engine.enginenames import engine_source
from kamflow.engine.generated import VerdictOf, generate_verdict
from kamflow.engine.lookback import Show, shows
from kamflow.engine.machine import WorkflowMachine
from kamflow.engine.tables import scorecard_source, table_source
from kamflow.engine.view import (
    Fetched,
    Source,
    Sources,
    View,
    age_limit,
    parameter_source,
    parent_source,
    recorded_source,
)
from kamflow.language.enginenames import is_engine_name
from kamflow.model.approval import Duty
from kamflow.model.capacity import Keep, Waitlist
from kamflow.model.decision import Reading
from kamflow.model.expression import Condition, names_in
from kamflow.model.pack import Criterion, Pack, Transition
from kamflow.model.values import Cause, Unknown, Value, Verdict, value_reader


class ReadyCriterion(Struct, frozen=True):
    """A criterion with its functions and what it reads: names, and parameters as they stand."""

    criterion: Criterion
    judge: Source
    must_when: Source | None
    needs: tuple[Source, ...]
    names: tuple[str, ...]
    parameters: tuple[Reading, ...]
    further: tuple[Show, ...]  # former values, series, sets


class ReadyGate(Struct, frozen=True):
    """A gate with its criteria, and the recorded facts of the subject that they read."""

    kind: str
    criteria: tuple[ReadyCriterion, ...]
    before_approval: tuple[ReadyCriterion, ...]  # without those that the approval brings about
    facts: tuple[Fetched, ...]


class CompiledPack:
    """A pack with the functions of its conditions."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._sources: dict[str, Sources] = {}
        self._gates: dict[str, ReadyGate] = {}
        self._conditions: dict[int, tuple[Condition, Source]] = {}
        self._leaving: dict[tuple[str, str], tuple[Transition, ...]] = {}
        self._automatic: dict[tuple[str, str], tuple[Transition, ...]] = {}
        self._kept: dict[str, dict[str, tuple[Keep, ...]]] = {}
        self._freeing: dict[str, frozenset[str]] = {}
        self._transitions: dict[str, dict[str, Transition]] = {}
        self._machines: dict[str, WorkflowMachine] = {}
        self._verdicts: dict[tuple[str, bool, frozenset[str]], VerdictOf] = {}
        # Worked out by `binding`: gate -> criterion -> what it hangs on, gate -> the same by name,
        # and approval -> conditions that choose who votes.
        self.ties: dict[str, dict[str, tuple[Any, ...]]] = {}
        self.tied: dict[str, dict[str, Any]] = {}
        self.choosing: dict[str, tuple[Condition, ...]] = {}
        self.reactive: dict[str, Any] = {}  # worked out by `rules`: kind -> what it reacts to
        self.spreading: dict[Any, Any] = {}  # worked out by `spreading`: who reads what elsewhere

    def sources(self, kind: str) -> Sources:
        """Return where names get their values from in conditions about `kind`."""
        if kind not in self._sources:
            self._sources[kind] = Sources(partial(self._make, kind))
        return self._sources[kind]

    def ask(self, condition: Condition, view: View) -> Value | Unknown:
        """Return what `condition` comes to for the subject of `view`."""
        kept = self._conditions.get(id(condition))
        if kept is None:
            kept = (condition, compile_expression(condition.tree, self.pack))
            self._conditions[id(condition)] = kept
        value: Value | Unknown = kept[1](view)
        return value

    def machine(self, workflow: str) -> WorkflowMachine:
        """Return the state machine of a workflow."""
        if workflow not in self._machines:
            self._machines[workflow] = WorkflowMachine(self.pack.workflows[workflow])
        return self._machines[workflow]

    def leaving(self, workflow: str, stage: str) -> tuple[Transition, ...]:
        """Return the transitions that start in a stage, in the order of the file."""
        key = (workflow, stage)
        if key not in self._leaving:
            self._leaving[key] = self.pack.workflows[workflow].leaving(stage)
        return self._leaving[key]

    def automatic(self, workflow: str, stage: str) -> tuple[Transition, ...]:
        """Return the automatic transitions that start in a stage."""
        key = (workflow, stage)
        if key not in self._automatic:
            self._automatic[key] = tuple(i for i in self.leaving(workflow, stage) if i.automatic)
        return self._automatic[key]

    def kept(self, workflow: str) -> dict[str, tuple[Keep, ...]]:
        """Return what the stages of a workflow keep, without those that keep nothing."""
        if workflow not in self._kept:
            stages = self.pack.workflows[workflow].stages.values()
            self._kept[workflow] = {item.id: item.keep for item in stages if item.keep}
        return self._kept[workflow]

    def freeing(self, line: Waitlist) -> frozenset[str]:
        """Return the names by which a place can become free for those who wait."""
        if line.id not in self._freeing:
            self._freeing[line.id] = names_beneath(self.pack, (line.ready, line.holds))
        return self._freeing[line.id]

    def transition(self, workflow: str, transition: str) -> Transition:
        """Return the transition of that id."""
        if workflow not in self._transitions:
            items = self.pack.workflows[workflow].transitions
            self._transitions[workflow] = {item.id: item for item in items}
        return self._transitions[workflow][transition]

    def gate(self, gate_id: str) -> ReadyGate:
        """Return a gate, ready to judge."""
        if gate_id not in self._gates:
            gate = self.pack.gates[gate_id]
            criteria = tuple(self._ready(item, gate.kind) for item in gate.criteria)
            names = dict.fromkeys(name for item in criteria for name in item.names)
            facts = (self._fetched(gate.kind, name) for name in names)
            self._gates[gate_id] = ReadyGate(
                gate.kind,
                criteria,
                tuple(item for item in criteria if not item.criterion.settled_by_approval),
                tuple(item for item in facts if item is not None),
            )
        return self._gates[gate_id]

    def verdict(self, gate_id: str, view: View, *, before_approval: bool = False) -> Verdict:
        """Return what a gate comes to, without the findings that lead to it."""
        held = view.snapshot.waivers
        if held:
            held = view.snapshot.waived(self.pack.gates[gate_id], view.today)
        key = (gate_id, before_approval, frozenset(held))
        if key not in self._verdicts:
            gate = self.pack.gates[gate_id]
            if held:
                asked = tuple(item for item in gate.criteria if item.id not in held)
                gate = replace(gate, criteria=asked)
            self._verdicts[key] = generate_verdict(self.pack, gate, before_approval=before_approval)
        return self._verdicts[key](view.snapshot, view.day, lambda: view)

    def _ready(self, criterion: Criterion, kind: str) -> ReadyCriterion:
        def compiled(condition: Condition) -> Source:
            return compile_expression(condition.tree, self.pack)

        must_when, names = criterion.must_when, names_in(criterion.condition.tree)
        return ReadyCriterion(
            criterion,
            compiled(criterion.condition),
            None if must_when is None else compiled(must_when),
            tuple(compiled(item) for item in criterion.needs),
            tuple(name for name in names if name not in self._fixed),
            tuple(self._fixed[name] for name in names if name in self._fixed),
            shows(criterion.condition.tree, self.pack, kind, compile_expression),
        )

    def _fetched(self, kind: str, name: str) -> Fetched | None:
        """Return how a name is read ahead; nothing for what is no recorded fact of `kind`."""
        fact, head = self.pack.facts.get(name), name.partition(".")[0]
        if fact is None or fact.kind != kind or fact.derived is not None:
            return None
        if head in self.pack.tables or head in self.pack.scorecards:
            return None
        return name, value_reader(fact.shape.type), age_limit(fact, self.pack)

    @cached_property
    def duties(self) -> dict[str, tuple[Duty, ...]]:
        """The duties by the act that they forbid."""
        duties = self.pack.duties.values()
        kinds = {kind for duty in duties for kind in duty.acts}
        return {kind: tuple(duty for duty in duties if kind in duty.acts) for kind in kinds}

    @cached_property
    def _fixed(self) -> dict[str, Reading]:
        """What stands under the parameters that are the same for every subject."""
        fixed = (item for item in self.pack.parameters.values() if not item.overrides)
        return {f"P.{item.name}": Reading(f"P.{item.name}", item.value) for item in fixed}

    @cached_property
    def ending(self) -> dict[str, tuple[date, ...]]:
        """The last days of the overrides that end, by the name of the parameter, if any do."""
        ends = {
            name: tuple(item.until for item in parameter.overrides if item.until is not None)
            for name, parameter in self.pack.parameters.items()
        }
        return {name: days for name, days in ends.items() if days}

    @cached_property
    def calendar_of(self) -> CalendarOf:
        """What finds the calendar by which the deadlines of a subject are counted."""
        return calendar_source(self.pack)

    @cached_property
    def _ancestors(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for kind in self.pack.kinds.values():
            chain, parent = [], kind.parent
            while parent is not None and parent not in chain:
                chain.append(parent)
                parent = self.pack.kinds[parent].parent
            found[kind.id] = tuple(chain)
        return found

    def _make(self, kind: str, name: str) -> Source:
        """Return how `name` is read in conditions about `kind`."""
        head, _, tail = name.partition(".")
        if name == "stage":
            return lambda view: view.snapshot.stage
        if name == "today":
            return lambda view: view.today
        if head == "P":
            return parameter_source(self.pack.parameters[tail], self.pack)
        if head in self.pack.tables or head in self.pack.scorecards:
            return self._answer(head, tail)
        if is_engine_name(name, self.pack):
            return engine_source(name, self.pack)
        return self._fact(kind, name)

    def _answer(self, head: str, output: str) -> Source:
        """Return how a table or scorecard (no `output`), or one output of it, is read."""
        if output:
            return lambda view: view[head].output(output)
        if head in self.pack.tables:
            return table_source(self.pack.tables[head], self.pack)
        return scorecard_source(self.pack.scorecards[head])

    def _fact(self, kind: str, name: str) -> Source:
        fact = self.pack.facts.get(name)
        if fact is None:
            unknown = Unknown((Cause(name, "the policy knows no such fact"),))
            return lambda _view: unknown
        if fact.kind != kind and fact.kind in self._ancestors.get(kind, ()):
            return parent_source(name, fact.kind)
        if fact.derived is not None:
            return compile_expression(fact.derived.tree, self.pack)
        default = fact.default
        stand_in = None if default is None else compile_expression(default.tree, self.pack)
        return recorded_source(fact, self.pack, stand_in)
