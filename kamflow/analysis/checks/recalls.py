"""How long what was approved automatically can be taken back by a call-in."""

from collections.abc import Iterator

from kamflow.analysis.checks.report import Report, listed
from kamflow.analysis.checks.stages import goals
from kamflow.language.asked import asking
from kamflow.model.approval import Approval, CallIn
from kamflow.model.pack import Pack, Transition, Workflow


def check_call_ins(pack: Pack, report: Report) -> None:
    """Report call-ins that are over as soon as the subject has moved on."""
    for approval in pack.approvals.values():
        if approval.call_in is not None:
            _check(pack, approval, approval.call_in, report)


def _check(pack: Pack, approval: Approval, call_in: CallIn, report: Report) -> None:
    deciding = asking(pack, approval.id)
    for workflow in pack.workflows.values():
        undo = next((item for item in workflow.transitions if item.id == call_in.undo), None)
        made = [item for item in workflow.transitions if item in deciding]
        if undo is None:
            continue
        for stage in dict.fromkeys(_entered(workflow, made)):
            further = dict.fromkeys(_further(workflow, stage, made))
            lost = [goal for goal in further if goal not in (*undo.sources, *undo.targets)]
            if lost and stage in undo.sources:
                message = (
                    f"once the subject has moved on from `{stage}` to {listed(lost, 'or')}, "
                    f"approval {approval.id} cannot be called in any more, whatever is left of "
                    f"{call_in.within}; let {undo.id} start there as well"
                )
                report.add("K547", ("approval", approval.id), message)


def _entered(workflow: Workflow, made: list[Transition]) -> Iterator[str]:
    """Yield the stages into which transitions lead."""
    for item in made:
        for source in item.sources:
            yield from goals(workflow, item, source)


def _further(workflow: Workflow, stage: str, made: list[Transition]) -> Iterator[str]:
    """Yield the stages one step further on.

    That is neither back to where it was decided, nor a pause or an end, nor a way out, which a
    policy keeps open in spite of conditions.
    """
    before = {source for item in made for source in item.sources}
    for item in workflow.leaving(stage):
        if item.despite_conditions:
            continue
        for goal in goals(workflow, item, stage):
            waits = goal in workflow.stages and workflow.stages[goal].kind in ("waiting", "end")
            if goal != stage and goal not in before and not waits:
                yield goal
