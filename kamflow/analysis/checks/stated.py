"""Every condition of a pack, with the subject it speaks of and the place of what states it."""

from collections.abc import Iterator

from msgspec import Struct

from kamflow.language.circles import routed
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Condition, Pack, Setting


class Stated(Struct, frozen=True):
    """A condition or expression; `declared` is what states it (`gate` ...) and its id."""

    declared: tuple[str, str]
    kind: str
    tree: Expression


def statements(pack: Pack) -> Iterator[Stated]:
    """Yield every condition and expression that a pack states."""
    for fact in pack.facts.values():
        yield from _each(("fact", fact.name), fact.kind, fact.derived, fact.default)
    for table in pack.tables.values():
        for row in table.rows:
            yield from _each(row_key(table.id, row.id), table.kind, row.when)
    for gate in pack.gates.values():
        for criterion in gate.criteria:
            conditions = (criterion.condition, criterion.must_when, *criterion.needs)
            yield from _each(("criterion", criterion.id), gate.kind, *conditions)
    yield from _of_workflows(pack)
    yield from _of_approvals(pack)


def row_key(table: str, row: str) -> tuple[str, str]:
    """Return under which key the place of a row is kept."""
    return (f"row of table `{table}`", row)


def stage_key(workflow: str) -> str:
    """Return under which word the places of stages are kept."""
    return f"stage of `{workflow}`"


def kinds_of_approval(pack: Pack, approval: str) -> tuple[str, ...]:
    """Return the kinds of subject whose transitions ask for an approval, by name or by a route."""
    names = {
        approval,
        *(item.id for item in pack.approvals.values() if _leads(pack, item.id, approval)),
    }
    return tuple(
        dict.fromkeys(
            workflow.kind
            for workflow in pack.workflows.values()
            if any(item.approval in names for item in workflow.transitions)
        )
    )


def _leads(pack: Pack, route: str, approval: str) -> bool:
    item = pack.approvals[route]
    return item.route is not None and approval in routed(pack, item.route)


def inner(pack: Pack, node: Expression, kind: str) -> Iterator[tuple[Expression, str]]:
    """Yield a node and all below it, each with the kind of subject that it speaks of."""
    yield node, kind
    below = kind
    if isinstance(node, tree.Aggregate):
        below = pack.kind_of_set(node.members) or ""
    for part in tree.children(node):
        yield from inner(pack, part, below)


def _of_workflows(pack: Pack) -> Iterator[Stated]:
    for workflow in pack.workflows.values():
        for stage in workflow.stages.values():
            settings = _values(stage.set)
            yield from _each((stage_key(workflow.id), stage.id), workflow.kind, *settings)
        for item in workflow.transitions:
            settings = _values((*item.set, *item.set_on_approval))
            yield from _each(("transition", item.id), workflow.kind, item.when, *settings)
            for freeze in item.freeze:
                members = pack.kind_of_set(freeze.members) or ""
                yield from _each(("transition", item.id), members, freeze.where)


def _of_approvals(pack: Pack) -> Iterator[Stated]:
    for approval in pack.approvals.values():
        conditions = (approval.auto_when, *(voter.when for voter in approval.voters))
        for kind in kinds_of_approval(pack, approval.id):
            yield from _each(("approval", approval.id), kind, *conditions)


def _values(settings: tuple[Setting, ...]) -> tuple[Condition | None, ...]:
    return tuple(setting.value for setting in settings)


def _each(declared: tuple[str, str], kind: str, *conditions: Condition | None) -> Iterator[Stated]:
    for condition in conditions:
        if condition is not None:
            yield Stated(declared, kind, condition.tree)
