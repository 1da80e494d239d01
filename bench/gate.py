"""Judging one gate of ten criteria in memory, all findings built, from a snapshot that is loaded.

The gate is G-A6 of the shipped policy. Every round looks at the subject anew, so values are read,
checked for age and turned from text each time. CPU time of this process, in microseconds.
"""

import time
from datetime import UTC, datetime, timedelta

from bench.measuring import Result
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.engine.view import Scene
from kamflow.model.pack import FactType, Pack
from kamflow.model.snapshot import Observation, Snapshot
from kamflow.runtime.packs import read_policy

GATE, CRITERIA, BAR = "G-A6", 10, 20.0
ROUNDS, RUNS = 5_000, 7
NOW = datetime(2026, 11, 1, tzinfo=UTC)

_VALUES = {"date": "2026-10-20", "flag": "false", "text": "x", "person": "ana", "money": "100000"}


def run() -> list[Result]:
    """Judge the gate with all facts fresh, and with a third each fresh, stale and missing."""
    pack = read_policy("kam-core")
    compiled = CompiledPack(pack)
    return [
        Result(
            name=f"judge {CRITERIA} criteria, {what}",
            unit="us",
            values=tuple(_measure(compiled, _snapshot(pack, ages)) for _ in range(RUNS)),
            bar=BAR,
        )
        for what, ages in (("fresh facts", (3,)), ("fresh, stale, missing", (3, 900, None)))
    ]


def _measure(compiled: CompiledPack, snapshot: Snapshot) -> float:
    scene = Scene(compiled.sources, NOW, lambda _id: None, lambda _above, _kind: ())
    judged = judge_gate(compiled, GATE, scene.look(snapshot))
    if len(judged.findings) != CRITERIA:
        raise RuntimeError(f"{GATE} has {len(judged.findings)} criteria, not {CRITERIA}")
    begin = time.process_time()
    for _ in range(ROUNDS):
        judge_gate(compiled, GATE, scene.look(snapshot))
    return (time.process_time() - begin) / ROUNDS * 1e6


def _snapshot(pack: Pack, ages: tuple[int | None, ...]) -> Snapshot:
    """Return an account whose facts are so many days old in turn; nothing stands for missing."""
    recorded = [fact for fact in pack.facts.values() if fact.kind == "account" and not fact.derived]
    aged = ((fact, ages[place % len(ages)]) for place, fact in enumerate(recorded))
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
        facts={fact.name: _observed(fact, age) for fact, age in aged if age is not None},
    )


def _observed(fact: FactType, age: int) -> Observation:
    shape, at = fact.shape, NOW - timedelta(days=age)
    value = shape.values[0] if shape.values else _VALUES.get(shape.type, "4")
    return Observation(value, at, "crm", "service:crm", at)
