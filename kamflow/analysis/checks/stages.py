"""Whether every stage leads to an end and no milestone is passed by; where transitions lead."""

from itertools import pairwise

from kamflow.analysis.checks.report import Report, listed
from kamflow.analysis.checks.stated import stage_key
from kamflow.model.pack import RETURNING, SAME, Pack, Transition, Workflow


def check_stages(pack: Pack, report: Report) -> None:
    """Report stages without an end ahead, workflows that have none, and milestones passed by."""
    for workflow in pack.workflows.values():
        _check_milestones(workflow, report)
        ends = {stage.id for stage in workflow.stages.values() if stage.kind == "end"}
        if not ends:
            message = (
                f"workflow `{workflow.id}` has no stage of the kind `end`, so its instances stay "
                "for ever; if that is meant, nothing is wrong"
            )
            report.add("K502", ("workflow", workflow.id), message)
            continue
        leading = _leading_to(workflow, ends)
        for stage in workflow.stages:
            if stage not in leading:
                out = sorted({goal for item in workflow.leaving(stage) for goal in item.targets})
                how = f"it leads only to {listed(out)}" if out else "no transition leaves it"
                message = f"stage `{stage}` never reaches an end: {how}"
                report.add("K501", (stage_key(workflow.id), stage), message)


def goals(workflow: Workflow, item: Transition, source: str) -> tuple[str, ...]:
    """Return the stages that a transition can lead to from `source`."""
    if item.targets == (SAME,):
        return (source,)
    if item.targets == (RETURNING,):
        entering = (other for other in workflow.transitions if source in other.targets)
        return tuple(dict.fromkeys(stage for other in entering for stage in other.sources))
    return item.targets


def reached_from(
    workflow: Workflow, start: str, *, without: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Return the stages that can follow on one, itself included; `without` some transitions."""
    reached, waiting = {start}, [start]
    while waiting:
        stage = waiting.pop()
        for item in workflow.leaving(stage):
            further = set() if item.id in without else set(goals(workflow, item, stage)) - reached
            reached |= further
            waiting += further
    return frozenset(reached)


def _leading_to(workflow: Workflow, ends: set[str]) -> frozenset[str]:
    leading = set(ends)
    while True:
        further = {
            source
            for item in workflow.transitions
            for source in item.sources
            if source not in leading and leading.intersection(goals(workflow, item, source))
        }
        if not further:
            return frozenset(leading)
        leading |= further


def _check_milestones(workflow: Workflow, report: Report) -> None:
    pairs = dict.fromkeys(pair for chain in workflow.milestones for pair in pairwise(chain))
    for before, stage in pairs:
        way = _way_round(workflow, stage, before)
        if way:
            message = (
                f"stage `{stage}` of `{workflow.id}` can be reached without `{before}`: "
                f"{' -> '.join(way)}; let the way lead through it, or take it out of `milestones`"
            )
            report.add("K509", (stage_key(workflow.id), stage), message)


def _way_round(workflow: Workflow, goal: str, avoided: str) -> tuple[str, ...]:
    """Return a shortest way to a stage past another one: stages with transitions in between."""
    ways: dict[str, tuple[str, ...]] = {}
    if workflow.initial != avoided:
        ways[workflow.initial] = (workflow.initial,)
    waiting = list(ways)
    for stage in waiting:
        for item in workflow.leaving(stage):
            for target in item.targets:
                # Who returns, or stays, comes to no stage that was not passed before.
                if target not in (SAME, RETURNING, avoided, *ways):
                    ways[target] = (*ways[stage], item.id, target)
                    waiting.append(target)
    return ways.get(goal, ())
