"""Every condition of a pack, with the subject it speaks of and the place of what states it."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from kamflow.analysis.reading import conditions_in
from kamflow.language.asked import kinds_asked
from kamflow.model import expression as tree
from kamflow.model.capacity import Waitlist
from kamflow.model.expression import Condition, Expression
from kamflow.model.pack import Pack
from kamflow.model.setting import Setting


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
    for line in pack.waitlists.values():
        yield from _each(("waitlist", line.id), line.id, *_of_waitlist(line))
    yield from _of_calls(pack)


def row_key(table: str, row: str) -> tuple[str, str]:
    """Return under which key the place of a row is kept."""
    return (f"row of table `{table}`", row)


def stage_key(workflow: str) -> str:
    """Return under which word the places of stages are kept."""
    return f"stage of `{workflow}`"


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
            kept = (part for item in stage.keep for part in (item.when, item.value))
            settings = (*_values(stage.set), *kept)
            yield from _each((stage_key(workflow.id), stage.id), workflow.kind, *settings)
        for item in workflow.transitions:
            settings = _values((*item.set, *item.set_on_approval))
            yield from _each(("transition", item.id), workflow.kind, item.when, *settings)
            for freeze in item.freeze:
                members = pack.kind_of_set(freeze.members) or ""
                yield from _each(("transition", item.id), members, freeze.where)


def _of_approvals(pack: Pack) -> Iterator[Stated]:
    kinds = kinds_asked(pack)
    for approval in pack.approvals.values():
        steps = approval.in_steps()
        ballots = [ballot for step in steps for ballot in step.ballots]
        voters = (voter.when for ballot in ballots for voter in ballot.voters)
        conditions = (approval.auto_when, *(step.when for step in steps), *voters)
        for kind in kinds.get(approval.id, ()):
            yield from _each(("approval", approval.id), kind, *conditions)


def _of_waitlist(line: Waitlist) -> Iterator[Condition | None]:
    yield from (line.waiting, line.ready, line.holds, line.reserved, line.planned, *line.order)
    for place in line.places.values():
        yield from (place.load, place.capacity)


def _of_calls(pack: Pack) -> Iterator[Stated]:
    """Yield what rules, timers and regions state; what events carry is about no kind."""
    for rule in pack.rules.values():
        own = conditions_in(replace(rule, together=None))
        yield from _each(("rule", rule.id), rule.kind, *own)
        yield from _each(("rule", rule.id), "", *conditions_in(rule.together))
    for timer in pack.timers.values():
        yield from _each(("timer", timer.id), timer.kind, *conditions_in(timer))
    for region in pack.regions.values():
        yield from _each(("region", region.id), region.kind, *conditions_in(region))


def _values(settings: tuple[Setting, ...]) -> tuple[Condition | None, ...]:
    return tuple(setting.value for setting in settings)


def _each(declared: tuple[str, str], kind: str, *conditions: Condition | None) -> Iterator[Stated]:
    for condition in conditions:
        if condition is not None:
            yield Stated(declared, kind, condition.tree)
