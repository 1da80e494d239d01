"""Whether automatic transitions can go round without anything new having happened."""

from collections.abc import Iterator, Mapping, Sequence

from kamflow.analysis.checks.amounts import Case, Cases, Word
from kamflow.analysis.checks.asking import Asking
from kamflow.analysis.checks.formulas import TRUE, Formula, every, opposite, some
from kamflow.analysis.checks.gates import demand
from kamflow.analysis.checks.guards import guard
from kamflow.analysis.checks.names import amount_of, variable_for
from kamflow.analysis.checks.reading import Reading, stage_of
from kamflow.analysis.checks.report import Report
from kamflow.analysis.checks.stages import goals
from kamflow.model.pack import Pack, Transition, Workflow
from kamflow.model.setting import Setting

MAX_STEPS = 6  # transitions of a circle
MAX_CIRCLES = 50

Step = tuple[Transition, str, str]  # what is made, from where, to where


def check_loops(pack: Pack, asking: Asking, report: Report) -> None:
    """Report circles of automatic transitions whose guards can all be met in turn."""
    for workflow in pack.workflows.values():
        for circle in _circles(workflow):
            _check(pack, workflow, circle, asking, report)


def _check(
    pack: Pack, workflow: Workflow, circle: Sequence[Step], asking: Asking, report: Report
) -> None:
    def make(reading: Reading) -> Sequence[Formula]:
        return list(_met_in_turn(pack, workflow, circle, reading))

    way = " -> ".join([circle[0][1], *(f"{item.id} -> {goal}" for item, _, goal in circle)])
    answer = asking.ask(f"whether {way} goes on", workflow.kind, make, sure=True)
    if answer.possible:
        message = (
            f"automatic transitions go in a circle, {answer.when}: {way}; "
            "add to a guard what has to happen in between"
        )
        report.add("K506", ("transition", circle[0][0].id), message)


def _circles(workflow: Workflow) -> Iterator[tuple[Step, ...]]:
    """Yield the shortest circles first; each once, from its first stage in the file."""
    steps = [
        (item, source, goal)
        for item in workflow.transitions
        if item.automatic and item.approval is None
        for source in item.sources
        for goal in goals(workflow, item, source)
    ]
    order = {stage: place for place, stage in enumerate(workflow.stages)}
    trails: list[tuple[Step, ...]] = [(step,) for step in steps]
    found = 0
    for _ in range(MAX_STEPS):
        for trail in trails:
            if trail[-1][2] == trail[0][1]:
                found += 1
                yield trail
            if found == MAX_CIRCLES:
                return
        trails = [
            (*trail, step)
            for trail in trails[:MAX_CIRCLES]
            for step in steps
            if trail[-1][2] == step[1] != trail[0][1]
            and order[step[1]] > order[trail[0][1]]
            and step[1] not in [one for _, one, _ in trail]
        ]


def _met_in_turn(
    pack: Pack, workflow: Workflow, circle: Sequence[Step], reading: Reading
) -> Iterator[Formula]:
    """Yield what has to be true of the first input for each step, with what was set before.

    The first step is made once more: only then has the circle closed.
    """
    fixed: dict[str, Cases] = {}
    for place, (item, source, goal) in enumerate((*circle, circle[0])):
        now = Reading(
            pack,
            workflow.kind,
            deep=True,
            calendar=reading.calendar,
            vocabulary=reading.vocabulary,
        )
        now.fixed = {**fixed, stage_of(workflow.kind): _fixed_word(source)}
        yield guard(now, item).met
        if item.gate is not None and pack.gates[item.gate].kind == workflow.kind:
            yield every(*(demand(one, now) for one in pack.gates[item.gate].criteria))
        entering = workflow.stages[goal].set if goal != source else ()
        fixed = {**fixed, **after_settings(now, (*entering, *item.set), place)}


def after_settings(now: Reading, settings: Sequence[Setting], place: int) -> Mapping[str, Cases]:
    """Return what facts are once a transition or a rule has set them, as step `place`."""
    return {setting.fact: _set(now, setting, place) for setting in settings}


def _set(now: Reading, setting: Setting, place: int) -> Cases:
    if setting.actor:
        return _fixed_word("system")
    if setting.value is None:
        return ()
    cases = now.cases(setting.value.tree)
    unknown = opposite(some(*(case.when for case in cases)))
    shape = now.pack.facts[setting.fact].shape
    name = f"{setting.fact} before step {place + 1}"
    kept = now.fixed.get(setting.fact)
    if kept is None:
        now.vocabulary.meet(variable_for(name, shape, missing=False))
        kept = (Case(TRUE, amount_of(name, shape.type)),)
    return (*cases, *(Case(every(unknown, case.when), case.amount) for case in kept))


def _fixed_word(word: str) -> Cases:
    return (Case(TRUE, Word(word)),)
