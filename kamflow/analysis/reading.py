"""What reads what: which criteria, rows, facts and transitions hang on a name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct

from kamflow.analysis.called import spans_called
from kamflow.model.approval import Amount
from kamflow.model.expression import Condition, Edited, Expression, Name, walk
from kamflow.model.pack import Age, FactType, Pack, Workflow


class Readers(Struct, frozen=True):
    """What reads a name: by itself, and the criteria that do so by way of facts and tables."""

    direct: tuple[str, ...]
    through: tuple[str, ...]


class _Use(Struct, frozen=True):
    label: str  # "criterion G-A1.4", "row R9 of designation"
    gives: str  # the name under which others read it; empty when nothing can
    names: frozenset[str]


class Reading:
    """The uses of names in a pack, ready to be asked."""

    def __init__(self, pack: Pack) -> None:
        self._by_name: dict[str, dict[str, _Use]] = defaultdict(dict)
        for use in _uses(pack):
            for name in use.names:
                self._by_name[name][use.label] = use

    def of(self, name: str) -> Readers:
        """Return what reads `name`: a fact, a table, a scorecard, or `P.x`."""
        direct = self._by_name.get(name, {})
        reached, waiting = {name}, [use.gives for use in direct.values()]
        through: dict[str, None] = {}
        while waiting:
            given = waiting.pop()
            if not given or given in reached:
                continue
            reached.add(given)
            for label, use in self._by_name.get(given, {}).items():
                waiting.append(use.gives)
                if label.startswith("criterion ") and label not in direct:
                    through[label] = None
        return Readers(tuple(direct), tuple(sorted(through)))


def _uses(pack: Pack) -> Iterator[_Use]:
    for fact in pack.facts.values():
        yield _use(pack, f"fact {fact.name}", fact.name, fact)
    for scorecard in pack.scorecards.values():
        read = frozenset(item.fact for item in scorecard.criteria)
        yield _Use(f"scorecard {scorecard.id}", scorecard.id, read)
    for table in pack.tables.values():
        yield from (_use(pack, f"row {row.id} of {table.id}", table.id, row) for row in table.rows)
    for gate in pack.gates.values():
        yield from (_use(pack, f"criterion {item.id}", "", item) for item in gate.criteria)
    yield from _uses_around(pack)
    for line in pack.waitlists.values():
        yield _use(pack, f"waitlist {line.id}", "", line)
    for workflow in pack.workflows.values():
        yield from _uses_of(pack, workflow)


def _uses_around(pack: Pack) -> Iterator[_Use]:
    for approval in pack.approvals.values():
        yield _use(pack, f"approval {approval.id}", "", approval)
    given = amounts(pack)
    called = {
        **{f"rule {item.id}": item for item in pack.rules.values()},
        **{f"timer {item.id}": item for item in pack.timers.values()},
        **{f"region {item.id}": item for item in pack.regions.values()},
    }
    for label, item in called.items():
        use = _use(pack, label, "", item)
        yield _Use(label, "", use.names.union(given.pop(label, ())))
    for label, names in given.items():
        yield _Use(label, "", frozenset(names))


def amounts(pack: Pack) -> dict[str, tuple[str, ...]]:
    """Return the parameters by which approvals, waivers, rules and timers are run."""
    found: dict[str, tuple[Amount | None, ...]] = {}
    if pack.approving is not None:
        said = pack.approving
        found["approving"] = (*said.remind, *said.escalate, said.expire, said.condition_days)
    for approval in pack.approvals.values():
        if approval.condition_days is not None:
            found[f"approval {approval.id}"] = (approval.condition_days,)
    if pack.waiving is not None:
        found["waiving"] = (pack.waiving.longest,)
    told = {
        label: tuple(f"P.{item.parameter}" for item in items if item and item.parameter)
        for label, items in found.items()
    }
    return told | spans_called(pack)


def _uses_of(pack: Pack, workflow: Workflow) -> Iterator[_Use]:
    for stage in workflow.stages.values():
        yield _use(pack, f"stage {stage.id} of {workflow.id}", "", stage)
    for transition in workflow.transitions:
        yield _use(pack, f"transition {transition.id}", "", transition)


def _use(pack: Pack, label: str, gives: str, value: Struct) -> _Use:
    names = {_read(pack, name) for item in conditions_in(value) for name in _names(item.tree)}
    if isinstance(value, FactType) and value.max_age is not None and value.max_age.parameter:
        names.add(f"P.{value.max_age.parameter}")
    return _Use(label, gives, frozenset(names))


def _read(pack: Pack, path: str) -> str:
    """Return what a dotted name reads: `designation.outcome` reads the table `designation`."""
    head = path.partition(".")[0]
    return head if head in pack.tables or head in pack.scorecards else path


def _names(tree: Expression) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Name):
            yield node.path
        elif isinstance(node, Edited):
            yield node.scorecard


def conditions_in(value: object) -> Iterator[Condition]:
    """Yield every condition that a declaration holds, at any depth."""
    if isinstance(value, Condition):
        yield value
    elif isinstance(value, Struct) and not isinstance(value, Age):
        for name in value.__struct_fields__:
            yield from conditions_in(getattr(value, name))
    elif isinstance(value, Mapping):
        yield from (found for item in value.values() for found in conditions_in(item))
    elif isinstance(value, tuple):
        yield from (found for item in value for found in conditions_in(item))
