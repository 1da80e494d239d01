"""Judging one gate of ten criteria in memory: with all findings, and the verdict alone.

The gate is G-A6 of the shipped policy. Every round looks at the subject anew, so values are read,
checked for age and turned from text each time. The mixed subject has fresh, stale and missing facts
and no unmet criterion, so that no way to judge can stop early. CPU time in microseconds.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from bench.measuring import Result
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.engine.generated import generate_verdict
from kamflow.engine.view import Scene, View
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Observation, Snapshot
from kamflow.runtime.packs import read_policy

GATE, CRITERIA, BAR, VERDICT_BAR = "G-A6", 10, 20.0, 3.0
ROUNDS, RUNS = 5_000, 7
NOW = datetime(2026, 11, 1, tzinfo=UTC)

STALE = ("measure.kpi_coverage_pct", "account.requalification_score")
MISSING = ("review.lessons_logged_count", "review.outcome_based_pct")
SUBJECTS = {"fresh facts": ((), ()), "fresh, stale, missing": (STALE, MISSING)}

_VALUES = {"date": "2026-10-20", "flag": "false", "text": "x", "person": "ana", "money": "100000"}
_SPECIAL = {"account.health": "green", "account.requalification_score": "60"}


def run() -> list[Result]:
    """Measure both ways on both subjects."""
    pack = read_policy("kam-core")
    compiled = CompiledPack(pack)
    ways = (("verdict of", _verdict, VERDICT_BAR), ("judge", _judge, BAR))
    return [
        Result(
            name=f"{way} {CRITERIA} criteria, {what}",
            unit="us",
            values=tuple(
                _measure(prepare(compiled, _snapshot(pack, *lacking))) for _ in range(RUNS)
            ),
            bar=bar,
        )
        for way, prepare, bar in ways
        for what, lacking in SUBJECTS.items()
    ]


def _measure(judge: Callable[[], object]) -> float:
    begin = time.process_time()
    for _ in range(ROUNDS):
        judge()
    return (time.process_time() - begin) / ROUNDS * 1e6


def _judge(compiled: CompiledPack, snapshot: Snapshot) -> Callable[[], object]:
    """Return what judges the gate with all findings."""
    scene = Scene(compiled.sources, NOW, lambda _id: None, lambda _above, _kind: ())
    judged = judge_gate(compiled, GATE, scene.look(snapshot))
    if len(judged.findings) != CRITERIA:
        raise RuntimeError(f"{GATE} has {len(judged.findings)} criteria, not {CRITERIA}")
    return lambda: judge_gate(compiled, GATE, scene.look(snapshot))


def _verdict(compiled: CompiledPack, snapshot: Snapshot) -> Callable[[], object]:
    """Return what gives the verdict alone, and looks at the rest only where a closure asks."""
    scene = Scene(compiled.sources, NOW, lambda _id: None, lambda _above, _kind: ())
    verdict, day = generate_verdict(compiled.pack, compiled.pack.gates[GATE]), NOW.toordinal()

    def look() -> View:
        return scene.look(snapshot)

    if verdict(snapshot, day, look) is not judge_gate(compiled, GATE, look()).verdict:
        raise RuntimeError(f"the two ways to judge {GATE} differ")
    return lambda: verdict(snapshot, day, look)


def _snapshot(pack: Pack, stale: tuple[str, ...], missing: tuple[str, ...]) -> Snapshot:
    recorded = [item for item in pack.facts.values() if item.kind == "account" and not item.derived]
    facts: Mapping[str, Observation] = {
        item.name: _observed(
            _SPECIAL.get(item.name)
            or _VALUES.get(item.shape.type)
            or (*item.shape.values, "95")[0],
            900 if item.name in stale else 0,
        )
        for item in recorded
        if item.name not in missing
    }
    return Snapshot(
        id="north/acme",
        kind="account",
        name="Acme",
        parent=None,
        workflow="account_lifecycle",
        stage="measure",
        entered_at=NOW,
        opened_at=NOW,
        pack=pack.digest,
        sequence=1,
        facts=dict(facts),
    )


def _observed(value: str, age: int) -> Observation:
    at = NOW - timedelta(days=age)
    return Observation(value, at, "crm", "service:crm", at)
