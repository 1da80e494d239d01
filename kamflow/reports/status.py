"""The portfolio by stage: how many, how long, how ready, what waits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from kamflow.engine.alerts import shutting
from kamflow.engine.clocks import days_in_stage
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.promises import shut_by
from kamflow.engine.view import View
from kamflow.model.escalation import OpenEscalation
from kamflow.model.pack import Stage
from kamflow.model.rules import SEVERITIES
from kamflow.model.values import Unknown, Verdict


class StageStatus(Struct, frozen=True, kw_only=True):
    """The instances in one stage. Days are whole days since the stage was entered."""

    stage: str
    count: int
    median_days: int
    p90_days: int
    sla_days: int | None
    over_sla: int
    ready: int  # whose next gate is met, with no condition open that keeps it shut
    waiting: int  # with an approval that waits for votes
    names: tuple[str, ...]
    escalated: int = 0  # with an escalation that is open
    escalations: dict[str, int] = {}  # severity -> open escalations
    regions: dict[str, dict[str, int]] = {}  # region -> its state -> subjects


class ProgramStatus(Struct, frozen=True, kw_only=True):
    """A program and its members by stage."""

    program: str
    name: str
    stage: str
    days_in_stage: int
    sla_days: int | None
    kind: str  # of the members; empty when the policy governs none
    stages: tuple[StageStatus, ...]
    total: int
    escalations: dict[str, int] = {}  # open ones of the program and of its members, by severity
    regions: dict[str, dict[str, int]] = {}  # as in `StageStatus`, over all stages


class StatusReport(Struct, frozen=True, kw_only=True):
    """The status of all programs. `stale_pct` is the share of recorded facts that are too old."""

    as_of: datetime
    policy: str
    stale_pct: float
    programs: tuple[ProgramStatus, ...]


class Facts(Struct):
    """Counts recorded facts and stale ones."""

    recorded: int = 0
    stale: int = 0

    def count(self, view: View) -> None:
        """Add the facts of one subject."""
        for name in view.snapshot.facts:
            self.recorded += 1
            self.stale += isinstance(view[name], Unknown)

    @property
    def stale_pct(self) -> float:
        """The share of stale facts, in %, to one decimal."""
        return round(100 * self.stale / self.recorded, 1) if self.recorded else 0.0


def program_status(
    compiled: CompiledPack, program: View, kind: str, members: Sequence[tuple[CompiledPack, View]]
) -> ProgramStatus:
    """Return a program with its members of `kind`, each with the policy it stands under."""
    snapshot = program.snapshot
    own = compiled.pack.workflows[snapshot.workflow].stages[snapshot.stage]
    stages = compiled.pack.workflow_of(kind).stages if kind else {}
    return ProgramStatus(
        program=snapshot.id,
        name=snapshot.name,
        stage=snapshot.stage,
        days_in_stage=days_in_stage(snapshot, program.today),
        sla_days=own.sla_days,
        kind=kind,
        stages=tuple(
            _stage_status(
                stage, kind, [pair for pair in members if pair[1].snapshot.stage == stage.id]
            )
            for stage in stages.values()
        ),
        total=len(members),
        escalations=_escalations([program, *(view for _, view in members)]),
        regions=_regions(kind, members),
    )


def _stage_status(stage: Stage, kind: str, members: list[tuple[CompiledPack, View]]) -> StageStatus:
    days = sorted(days_in_stage(view.snapshot, view.today) for _, view in members)
    return StageStatus(
        stage=stage.id,
        count=len(members),
        median_days=_rank(days, 50),
        p90_days=_rank(days, 90),
        sla_days=stage.sla_days,
        over_sla=sum(stage.sla_days is not None and day > stage.sla_days for day in days),
        ready=sum(is_ready(compiled, view) for compiled, view in members),
        waiting=sum(bool(view.snapshot.approvals) for _, view in members),
        names=tuple(view.snapshot.name for _, view in members),
        escalated=sum(any(_open(view)) for _, view in members),
        escalations=_escalations([view for _, view in members]),
        regions=_regions(kind, members),
    )


def _open(view: View) -> Iterator[OpenEscalation]:
    """Yield the escalations of a subject that are open and not only observed."""
    return (item for item in view.snapshot.escalations.values() if not item.observed)


def _escalations(views: list[View]) -> dict[str, int]:
    """Return how many escalations are open by severity, the worst first."""
    found = Counter(item.severity for view in views for item in _open(view))
    return {name: found[name] for name in reversed(SEVERITIES) if found[name]}


def _regions(kind: str, members: Sequence[tuple[CompiledPack, View]]) -> dict[str, dict[str, int]]:
    """Return how many subjects stand where in each region, in the order of the policy.

    One of which that was never recorded stands where it begins: at the first state.
    """
    found: dict[str, Counter[str]] = {}
    order: dict[str, tuple[str, ...]] = {}
    for compiled, view in members:
        for region in compiled.pack.regions.values():
            if region.kind != kind:
                continue
            states = order.setdefault(region.id, compiled.pack.facts[region.fact].shape.values)
            value = str(view[region.fact])
            found.setdefault(region.id, Counter())[value if value in states else states[0]] += 1
    return {
        region: {name: counts[name] for name in order[region] if counts[name]}
        for region, counts in found.items()
    }


def _rank(ordered: list[int], percent: int) -> int:
    """Return the nearest-rank percentile: the least value that so many percent do not exceed."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)] if ordered else 0


def is_ready(compiled: CompiledPack, view: View) -> bool:
    """Tell whether the way onwards is open: the gate of the first transition that has one.

    An open condition of an earlier yes keeps it shut, and so does an escalation; a gate that is
    only observed keeps nothing shut. The policy lists the way onwards first among the transitions
    of a stage.
    """
    workflow = compiled.pack.workflows[view.snapshot.workflow]
    leaving = workflow.leaving(view.snapshot.stage)
    onwards = next((item for item in leaving if item.gate is not None), None)
    if onwards is None or onwards.gate is None or shut_by(workflow, view.snapshot, onwards):
        return False
    if shutting(view, onwards.gate) is not None:
        return False
    if compiled.pack.gates[onwards.gate].observe:
        return True
    asked = onwards.approval is not None
    return compiled.verdict(onwards.gate, view, before_approval=asked) is Verdict.MET


def policies(compiled: Iterable[CompiledPack]) -> str:
    """Return the policies in use, for the foot of a report."""
    return ", ".join(
        dict.fromkeys(
            f"{item.pack.id} {item.pack.version} ({item.pack.digest[:12]})" for item in compiled
        )
    )
