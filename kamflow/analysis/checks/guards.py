"""Whether the guards of transitions leave one way open, and some way."""

from collections.abc import Sequence
from itertools import combinations

from kamflow.analysis.checks.asking import Asking
from kamflow.analysis.checks.formulas import ALWAYS, Formula, Is, Truth, Words
from kamflow.analysis.checks.reading import Reading, stage_of
from kamflow.analysis.checks.report import Report, listed
from kamflow.model import expression as tree
from kamflow.model.pack import Pack, Transition, Workflow


def check_guards(pack: Pack, asking: Asking, report: Report) -> None:
    """Report transitions that are open together, never open, or leave a trigger without a way."""
    for workflow in pack.workflows.values():
        for stage in workflow.stages:
            _check_stage(asking, report, workflow, stage)
        for item in workflow.transitions:
            if item.when is not None:
                _can_open(asking, report, workflow, item)


def guard(reading: Reading, item: Transition) -> Truth:
    """Return when the guard of a transition is met."""
    return ALWAYS if item.when is None else reading.truth(item.when.tree)


def in_stage(reading: Reading, stages: tuple[str, ...]) -> Formula:
    """Return the formula that the subject is in one of some stages."""
    reading.cases(tree.Word(value="stage"))  # so that the variable is there
    return Is(stage_of(reading.kind), Words(frozenset(stages)))


def _check_stage(asking: Asking, report: Report, workflow: Workflow, stage: str) -> None:
    for one, other in combinations(workflow.leaving(stage), 2):
        if one.trigger == other.trigger or (one.automatic and other.automatic):
            _apart(asking, report, (workflow, stage), (one, other))
    for trigger in workflow.complete:
        _complete(asking, report, (workflow, stage), trigger)


def _apart(
    asking: Asking,
    report: Report,
    where: tuple[Workflow, str],
    pair: tuple[Transition, Transition],
) -> None:
    workflow, stage = where
    one, other = pair

    def together(reading: Reading) -> Sequence[Formula]:
        return [*(guard(reading, item).met for item in pair), in_stage(reading, (stage,))]

    about = f"whether {one.id} and {other.id} are open together"
    answer = asking.ask(about, workflow.kind, together, sure=True)
    if not answer.possible:
        return
    code = _code(one, other)
    what = "and automatic" if code == "K505" else f"for `{one.trigger}`"
    message = (
        f"{one.id} and {other.id} are both open {what} in stage `{stage}`, {answer.when}, and "
        "then neither is made"
    )
    report.add(code, ("transition", other.id), message)


def _code(one: Transition, other: Transition) -> str:
    if one.trigger != other.trigger or (one.automatic and other.automatic):
        return "K505"
    apart = one.requested_by and other.requested_by
    return "K504" if apart and not set(one.requested_by) & set(other.requested_by) else "K503"


def _can_open(asking: Asking, report: Report, workflow: Workflow, item: Transition) -> None:
    def opened(reading: Reading) -> Sequence[Formula]:
        return [guard(reading, item).met, in_stage(reading, item.sources)]

    answer = asking.ask(f"whether {item.id} ever opens", workflow.kind, opened)
    if answer.impossible:
        text = item.when.text if item.when else ""
        message = (
            f"{item.id} never opens: in stage {listed(item.sources, 'or')} no input meets `{text}`"
        )
        report.add("K507", ("transition", item.id), message)


def _complete(asking: Asking, report: Report, where: tuple[Workflow, str], trigger: str) -> None:
    """Report an input for which no transition of a trigger is open; one that is unknown may be."""
    workflow, stage = where
    ways = [item for item in workflow.leaving(stage) if item.trigger == trigger]
    if not ways:
        return

    def shut(reading: Reading) -> Sequence[Formula]:
        return [*(guard(reading, item).unmet for item in ways), in_stage(reading, (stage,))]

    about = f"whether `{trigger}` is complete in stage `{stage}`"
    answer = asking.ask(about, workflow.kind, shut, sure=True)
    if answer.possible:
        message = (
            f"`{trigger}` is not complete in stage `{stage}`: "
            f"{listed([item.id for item in ways])} {'is' if len(ways) == 1 else 'are'} not open, "
            f"{answer.when}; widen a guard, or add a transition for the rest"
        )
        report.add("K508", ("transition", ways[0].id), message)
