"""Whether gates can open, and whether each criterion says something."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from kamflow.analysis.checks.asking import Asking, Topic
from kamflow.analysis.checks.formulas import TRUE, Formula, every, some
from kamflow.analysis.checks.guards import guard, in_stage
from kamflow.analysis.checks.reading import Reading
from kamflow.analysis.checks.report import Report, listed
from kamflow.model.pack import Criterion, Gate, Pack, Transition, Workflow

Impossible: TypeAlias = Callable[[Sequence[int]], bool]


def check_gates(pack: Pack, asking: Asking, report: Report) -> None:
    """Report gates that never open, alone or behind a guard, and criteria that say nothing."""
    for gate in pack.gates.values():
        uses = _uses(pack, gate)
        shut = _report_shut(gate, uses, asking, report)
        if not shut:
            for workflow, item in uses:
                _report_shut_behind(gate, workflow, item, asking, report)
        _report_idle(gate, uses, asking, report)


Uses: TypeAlias = Sequence[tuple[Workflow, Transition]]


def _uses(pack: Pack, gate: Gate) -> Uses:
    return [
        (workflow, item)
        for workflow in pack.workflows.values()
        for item in workflow.transitions
        if item.gate == gate.id
    ]


def _stages(gate: Gate, uses: Uses, reading: Reading) -> Formula:
    """Return the formula that the subject is in a stage in which the gate is asked."""
    own = [item for workflow, item in uses if workflow.kind == gate.kind]
    if not own or len(own) != len(uses):
        return TRUE
    return in_stage(reading, tuple(stage for item in own for stage in item.sources))


def demand(criterion: Criterion, reading: Reading) -> Formula:
    """Return the formula that a criterion does not block its gate."""
    known = [reading.known(need.tree) for need in criterion.needs]
    met = every(reading.truth(criterion.condition.tree).met, *known)
    if criterion.must:
        return met
    if criterion.must_when is None:
        return TRUE
    return some(reading.truth(criterion.must_when.tree).unmet, met)


def _report_shut(gate: Gate, uses: Uses, asking: Asking, report: Report) -> bool:
    blocking = [item for item in gate.criteria if item.must or item.must_when]

    def make(reading: Reading) -> Sequence[Formula]:
        return [*(demand(item, reading) for item in blocking), _stages(gate, uses, reading)]

    topic = Topic(asking, gate.kind, make)
    impossible = _asker(topic, f"whether gate {gate.id} ever opens", always=(len(blocking),))
    if not blocking or not impossible(range(len(blocking))):
        return False
    core = [blocking[place].id for place in least(range(len(blocking)), impossible)]
    if not core:
        return False
    how = f"{core[0]} is never met" if len(core) == 1 else f"{listed(core)} cannot be met together"
    report.add("K521", ("gate", gate.id), f"gate {gate.id} never opens: {how}")
    return True


def _report_shut_behind(
    gate: Gate, workflow: Workflow, item: Transition, asking: Asking, report: Report
) -> None:
    """Report a transition whose guard contradicts what its gate asks before any approval."""
    if item.when is None or workflow.kind != gate.kind:
        return
    blocking = [
        one for one in gate.criteria if one.must and not (item.approval and one.settled_by_approval)
    ]

    def make(reading: Reading) -> Sequence[Formula]:
        own = [guard(reading, item).met, in_stage(reading, item.sources)]
        return [*(demand(one, reading) for one in blocking), *own]

    topic = Topic(asking, gate.kind, make)
    last = len(blocking)
    impossible = _asker(topic, f"whether {item.id} is ever made", always=(last, last + 1))
    if not blocking or impossible(()) or not impossible(range(last)):
        return
    core = [blocking[place].id for place in least(range(last), impossible)]
    message = f"{item.id} is never made: its guard `{item.when.text}` contradicts {listed(core)}"
    report.add("K507", ("transition", item.id), message)


def _asker(topic: Topic, about: str, *, always: Sequence[int]) -> Impossible:
    """Return what tells whether formulas contradict each other or those that `always` hold."""

    def impossible(places: Sequence[int]) -> bool:
        picked = (*places, *always)
        return topic.ask(about, lambda formulas: ([formulas[n] for n in picked], ())).impossible

    return impossible


def least(places: Sequence[int], impossible: Impossible) -> tuple[int, ...]:
    """Return a part of `places` that is impossible and of which nothing can be left out.

    Source: QuickXplain, Junker, AAAI 2004.
    """
    return _explained((), tuple(places), impossible, checked=False)


def _explained(
    before: tuple[int, ...], places: tuple[int, ...], impossible: Impossible, *, checked: bool
) -> tuple[int, ...]:
    if checked and impossible(before):
        return ()
    if len(places) <= 1:
        return places
    half = len(places) // 2
    left, right = places[:half], places[half:]
    found = _explained((*before, *left), right, impossible, checked=True)
    more = _explained((*before, *found), left, impossible, checked=bool(found))
    return (*more, *found)


def _report_idle(gate: Gate, uses: Uses, asking: Asking, report: Report) -> None:
    for criterion in gate.criteria:
        if report.has("K524", ("criterion", criterion.id)):
            continue  # one of its comparisons says it already

        def unmet(reading: Reading, criterion: Criterion = criterion) -> Sequence[Formula]:
            truth = reading.truth(criterion.condition.tree)
            return [truth.unmet, _stages(gate, uses, reading)]

        about = f"whether {criterion.id} is ever unmet"
        if asking.ask(about, gate.kind, unmet).impossible:
            message = (
                f"{criterion.id} is never unmet, whatever the values: "
                f"`{criterion.condition.text}`; ask whether they are known, or for more"
            )
            report.add("K522", ("criterion", criterion.id), message)
