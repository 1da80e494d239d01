"""What is declared and never used, and what anybody may change."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from kamflow.analysis.called import roles_called, settings_called
from kamflow.analysis.checks.report import Report, listed
from kamflow.analysis.checks.stated import statements
from kamflow.analysis.checks.waiting import facts_under
from kamflow.analysis.reading import amounts
from kamflow.language.asked import asked_otherwise
from kamflow.language.circles import routed
from kamflow.model import expression as tree
from kamflow.model.approval import Approval
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack
from kamflow.model.setting import Setting

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
    used["parameter"].update(chain.from_iterable(pack.ordered))
    used["fact"].update(_facts_by_name(pack))
    used["role"].update(_roles_by_name(pack))
    used["approval"].update(asked_otherwise(pack))
    for name in chain.from_iterable(amounts(pack).values()):
        _use(pack, name, used)
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
    for part in tree.walk(node):
        if isinstance(part, tree.Name):
            yield part.path
        if isinstance(part, tree.Edited):
            yield f"{part.scorecard}.total"


def _facts_by_name(pack: Pack) -> Iterator[str]:
    for role in pack.roles.values():
        if role.holder:
            yield role.holder
    for scorecard in pack.scorecards.values():
        yield from (item.fact for item in scorecard.criteria)
    for approval in pack.approvals.values():
        yield from (*approval.excluded, *(approval.appeal.by if approval.appeal else ()))
    for duty in pack.duties.values():
        yield from (*duty.who, *duty.only, *duty.excepted)
    yield from pack.layers.values()
    yield from pack.calendar_by
    for setting in _settings(pack):
        yield setting.fact
    yield from _places_by_name(pack)


def _places_by_name(pack: Pack) -> Iterator[str]:
    for workflow in pack.workflows.values():
        yield from (item.fact for stage in workflow.stages.values() for item in stage.keep)
    for line in pack.waitlists.values():
        yield from (place.person for place in line.places.values())
    yield from (region.fact for region in pack.regions.values())


def _settings(pack: Pack) -> Iterator[Setting]:
    yield from settings_called(pack)
    for workflow in pack.workflows.values():
        for stage in workflow.stages.values():
            yield from stage.set
        for item in workflow.transitions:
            yield from (*item.set, *item.set_on_approval)


def _roles_by_name(pack: Pack) -> Iterator[str]:
    for role in pack.roles.values():
        yield from (*role.members, *role.higher)
    for fact in pack.facts.values():
        yield from fact.writers
    for gate in pack.gates.values():
        for criterion in gate.criteria:
            yield from (*criterion.fix_by, *criterion.waived_by)
    for approval in pack.approvals.values():
        yield from _roles_of(approval)
    yield from _roles_around(pack)
    for workflow in pack.workflows.values():
        yield from (role for item in workflow.transitions for role in item.requested_by)


def _roles_of(approval: Approval) -> Iterator[str]:
    """Yield the roles that an approval names."""
    for ballot in (ballot for step in approval.in_steps() for ballot in step.ballots):
        yield from (voter.role for voter in ballot.voters)
        yield ballot.chair or ""
    yield from approval.escalate_to
    for said in (approval.call_in, approval.spot_check, approval.appeal):
        yield from said.by if said else ()


def _roles_around(pack: Pack) -> Iterator[str]:
    """Yield the roles of waivers, emergencies, rights, duties, rules and timers."""
    yield from roles_called(pack)
    if pack.waiving:
        yield from pack.waiving.asked_by
    if pack.break_glass:
        glass = pack.break_glass
        yield from (*glass.asked_by, *glass.confirmed_by, *glass.reviewed_by)
    for roles in pack.rights.values():
        yield from roles
    for duty in pack.duties.values():
        yield from (*duty.who, *duty.only, *duty.excepted)
        yield from (role for group in duty.apart for role in group)


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
