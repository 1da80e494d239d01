"""What is declared and never used, and what anybody may change."""

import re
from collections.abc import Iterator, Mapping

from kamflow.analysis.checks.report import Report, listed
from kamflow.analysis.checks.stated import statements
from kamflow.analysis.checks.waiting import facts_under
from kamflow.language.circles import routed
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack, Setting

_MENTIONED = re.compile(r"\bP\.([a-z][a-z0-9_]*)")
_SORTS = ("fact", "parameter", "role", "scorecard", "table", "gate", "approval")

NAMED = 6  # criteria that a message names


def check_usage(pack: Pack, report: Report) -> None:
    """Report facts of a must that anybody may record, and what nothing uses."""
    _check_writers(pack, report)
    used = _used(pack)
    declared: Mapping[str, Mapping[str, object]] = {
        "fact": pack.facts,
        "parameter": pack.parameters,
        "role": pack.roles,
        "scorecard": pack.scorecards,
        "table": pack.tables,
        "gate": pack.gates,
        "approval": pack.approvals,
    }
    for sort in _SORTS:
        by_file: dict[str, list[str]] = {}
        for name in declared[sort]:
            if name not in used[sort]:
                by_file.setdefault(report.place(sort, name).file, []).append(name)
        for names in by_file.values():
            _report_unused(sort, names, report)


def _report_unused(sort: str, names: list[str], report: Report) -> None:
    first = min(names, key=lambda name: (report.place(sort, name).line, name))
    if len(names) == 1:
        message = f"{sort} `{first}` is used nowhere"
    else:
        message = f"{len(names)} {sort}s are used nowhere: {', '.join(names)}"
    report.add("K553", (sort, first), message)


def _check_writers(pack: Pack, report: Report) -> None:
    """Report the facts of musts that anybody may record."""
    asked: dict[str, list[str]] = {}
    for gate in pack.gates.values():
        for criterion in gate.criteria:
            names = tree.names_in(criterion.condition.tree) if criterion.must else ()
            for name in facts_under(pack, names):
                if not pack.facts[name].writers:
                    asked.setdefault(name, []).append(criterion.id)
    for name, criteria in asked.items():
        more = len(criteria) - NAMED
        opens = f"`{criteria[0]}` and {len(criteria) - 1} more" if more > 0 else listed(criteria)
        message = f"`{name}` opens {opens} and has no `writers`: anybody may record it"
        report.add("K551", ("fact", name), message)


def _used(pack: Pack) -> Mapping[str, set[str]]:
    used: dict[str, set[str]] = {sort: set() for sort in _SORTS}
    for stated in statements(pack):
        for path in _names(stated.tree):
            _use(pack, path, used)
    for text in _texts(pack):
        used["parameter"].update(_MENTIONED.findall(text))
    for chain in pack.ordered:
        used["parameter"].update(chain)
    used["fact"].update(_facts_by_name(pack))
    used["role"].update(_roles_by_name(pack))
    for workflow in pack.workflows.values():
        used["gate"].update(item.gate for item in workflow.transitions if item.gate)
        used["approval"].update(item.approval for item in workflow.transitions if item.approval)
    for approval in pack.approvals.values():
        if approval.route is not None:
            used["table"].add(approval.route.partition(".")[0])
            used["approval"].update(routed(pack, approval.route))
    return used


def _use(pack: Pack, path: str, used: Mapping[str, set[str]]) -> None:
    head, _, tail = path.partition(".")
    if head == "P":
        used["parameter"].add(tail)
    elif head in pack.tables:
        used["table"].add(head)
    elif head in pack.scorecards:
        used["scorecard"].add(head)
    else:
        used["fact"].add(path)


def _names(node: Expression) -> Iterator[str]:
    if isinstance(node, tree.Name):
        yield node.path
    if isinstance(node, tree.Edited):
        yield f"{node.scorecard}.total"
    for part in tree.children(node):
        yield from _names(part)


def _facts_by_name(pack: Pack) -> Iterator[str]:
    for role in pack.roles.values():
        if role.holder:
            yield role.holder
    for scorecard in pack.scorecards.values():
        yield from (item.fact for item in scorecard.criteria)
    for approval in pack.approvals.values():
        yield from approval.excluded
    yield from pack.layers.values()
    yield from pack.calendar_by
    for setting in _settings(pack):
        yield setting.fact


def _settings(pack: Pack) -> Iterator[Setting]:
    for workflow in pack.workflows.values():
        for stage in workflow.stages.values():
            yield from stage.set
        for item in workflow.transitions:
            yield from (*item.set, *item.set_on_approval)


def _roles_by_name(pack: Pack) -> Iterator[str]:
    for role in pack.roles.values():
        yield from role.members
    for fact in pack.facts.values():
        yield from fact.writers
    for gate in pack.gates.values():
        yield from (role for criterion in gate.criteria for role in criterion.fix_by)
    for approval in pack.approvals.values():
        yield from (voter.role for voter in approval.voters)
        yield approval.chair or ""
    for workflow in pack.workflows.values():
        yield from (role for item in workflow.transitions for role in item.requested_by)


def _texts(pack: Pack) -> Iterator[str]:
    """Yield the words that mention parameters: notes, and the ages of facts."""
    for fact in pack.facts.values():
        yield fact.note
        if fact.max_age is not None and fact.max_age.parameter:
            yield f"P.{fact.max_age.parameter}"
    for gate in pack.gates.values():
        yield from (criterion.note for criterion in gate.criteria)
    yield from (approval.note for approval in pack.approvals.values())
    for workflow in pack.workflows.values():
        yield from (item.note for item in workflow.transitions)
