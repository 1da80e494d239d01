"""Whether what a criterion asks for can be there when it is asked."""

from collections.abc import Iterator, Sequence

from kamflow.analysis.called import settings_called
from kamflow.analysis.checks.asking import Asking
from kamflow.analysis.checks.formulas import ABSENT, Formula, Is
from kamflow.analysis.checks.gates import demand
from kamflow.analysis.checks.names import fact_variable
from kamflow.analysis.checks.reading import Reading
from kamflow.analysis.checks.report import Report, listed
from kamflow.analysis.checks.stages import goals, reached_from
from kamflow.model import expression as tree
from kamflow.model.pack import Criterion, FactType, Gate, Pack, Transition, Workflow
from kamflow.model.setting import Setting


def check_waiting(pack: Pack, asking: Asking, report: Report) -> None:
    """Report musts that need a fact which only the engine records, later or never."""
    for gate in pack.gates.values():
        for criterion in gate.criteria:
            if criterion.must:
                for name in _engine_facts(pack, criterion):
                    if _needs(pack, criterion, gate, name, asking):
                        _check(pack, gate, criterion, pack.facts[name], report)


def facts_under(pack: Pack, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the recorded facts that names hang on, each once."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        fact = pack.facts.get(name)
        if fact is None or name in seen:
            continue
        seen.add(name)
        if fact.derived is None:
            yield name
        else:
            waiting += tree.names_in(fact.derived.tree)


def _engine_facts(pack: Pack, criterion: Criterion) -> Iterator[str]:
    """Yield the facts of a criterion that nobody but the engine records."""
    trees = (criterion.condition.tree, *(need.tree for need in criterion.needs))
    names = tuple(name for node in trees for name in tree.names_in(node))
    for name in facts_under(pack, names):
        fact = pack.facts[name]
        engine = bool(fact.writers) and all(
            pack.roles[role].identity == "system" for role in fact.writers if role in pack.roles
        )
        if engine and fact.default is None:
            yield name


def _needs(pack: Pack, criterion: Criterion, gate: Gate, name: str, asking: Asking) -> bool:
    """Tell whether the criterion cannot be met while the fact has no value."""

    def without(reading: Reading) -> Sequence[Formula]:
        variable = reading.vocabulary.meet(fact_variable(pack.facts[name]))
        return [Is(variable, ABSENT), demand(criterion, reading)]

    about = f"whether {criterion.id} needs `{name}`"
    return asking.ask(about, gate.kind, without).impossible


def _check(pack: Pack, gate: Gate, criterion: Criterion, fact: FactType, report: Report) -> None:
    if any(item.fact == fact.name for item in settings_called(pack)) or any(
        region.fact == fact.name for region in pack.regions.values()
    ):
        return  # at any time
    setters = sorted(set(_setters(pack, fact.name)))
    if not setters:
        message = (
            f"{criterion.id} needs `{fact.name}`, which only the engine may record, and no "
            "transition or stage sets it"
        )
        report.add("K552", ("fact", fact.name), message)
        return
    for workflow in pack.workflows.values():
        asking_for = [item for item in workflow.transitions if item.gate == gate.id]
        if workflow.kind != fact.kind or not asking_for:
            continue
        shut = frozenset(item.id for item in asking_for if not _sets_first(item, criterion, fact))
        reached = reached_from(workflow, workflow.initial, without=shut)
        for item in asking_for:
            if item.id in shut and not _set_before(workflow, item, fact.name, reached, shut):
                message = (
                    f"{criterion.id} needs `{fact.name}` before {item.id} leaves "
                    f"{listed(item.sources, 'or')}, and it is set only later, by "
                    f"{listed(setters)}"
                )
                report.add("K526", ("criterion", criterion.id), message)


def _setters(pack: Pack, fact: str) -> Iterator[str]:
    """Yield the transitions and stages that set a fact to a value."""
    for workflow in pack.workflows.values():
        for item in workflow.transitions:
            if _sets((*item.set, *item.set_on_approval), fact):
                yield item.id
        for stage in workflow.stages.values():
            if _sets(stage.set, fact) or any(item.fact == fact for item in stage.keep):
                yield stage.id


def _sets(settings: tuple[Setting, ...], fact: str) -> bool:
    return any(item.fact == fact and (item.actor or item.value is not None) for item in settings)


def _sets_first(item: Transition, criterion: Criterion, fact: FactType) -> bool:
    """Tell whether the approval of the transition sets the fact before the criterion is judged."""
    return criterion.settled_by_approval and _sets(item.set_on_approval, fact.name)


def _set_before(
    workflow: Workflow,
    item: Transition,
    fact: str,
    reached: frozenset[str],
    shut: frozenset[str],
) -> bool:
    """Tell whether some way to the transition sets the fact."""
    behind = [stage for stage in reached if _sets(workflow.stages[stage].set, fact)]
    for other in workflow.transitions:
        if other.id in shut or not reached.intersection(other.sources):
            continue
        if _sets((*other.set, *other.set_on_approval), fact):
            behind += _targets(workflow, other)
    ways = (reached_from(workflow, stage, without=shut) for stage in behind)
    return any(way.intersection(item.sources) for way in ways)


def _targets(workflow: Workflow, item: Transition) -> list[str]:
    return [goal for source in item.sources for goal in goals(workflow, item, source)]
