"""Closures and SQL reach the same verdict: met, unmet and unknown, on both databases."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from operator import attrgetter
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Connection, Engine, create_engine

from kamflow.engine.beneath import names_beneath
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.engine.view import Scene
from kamflow.errors import NotInSqlError
from kamflow.model import expression as tree
from kamflow.model.pack import FactType, Pack
from kamflow.model.snapshot import Observation, Snapshot
from kamflow.model.values import Verdict
from kamflow.storage.portfolio import rebuild, verdicts
from tests.builders import NOON, shipped_pack
from tests.properties.sql_worlds import Case, cases

BITS = {Verdict.MET: 1, Verdict.UNMET: 0, Verdict.UNKNOWN: None}
Judged = dict[str, list[int | None]]  # id -> the verdicts of the gate and of each criterion


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def server(postgres: str) -> Iterator[Engine]:
    engine = create_engine(postgres)
    yield engine
    engine.dispose()


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def by_closures(
    compiled: CompiledPack, gate: str, snapshots: Sequence[Snapshot], now: datetime
) -> Judged:
    known = {item.id: item for item in snapshots}

    def members(above: str, kind: str) -> list[Snapshot]:
        below = (item for item in snapshots if item.parent == above and item.kind == kind)
        return sorted(below, key=attrgetter("id"))

    judged: Judged = {}
    for item in snapshots:
        if item.kind != compiled.pack.gates[gate].kind or not item.id.startswith("north"):
            continue
        scene = Scene(compiled.sources, now, known.get, members)
        found = judge_gate(compiled, gate, scene.look(item))
        judged[item.id] = [BITS[found.verdict], *(BITS[one.verdict] for one in found.findings)]
    return judged


def by_sql(connection: Connection, compiled: CompiledPack, gate: str, now: datetime) -> Judged:
    rows = verdicts(connection, compiled, gate, "north", now=now)
    return {subject: bits for subject, *bits in rows}


@given(case=cases())
@settings(
    max_examples=20,
    phases=(Phase.explicit, Phase.generate),  # making a case smaller takes minutes
    suppress_health_check=list(HealthCheck),
)
def test_sql_and_closures_reach_the_same_verdicts(
    case: Case, sqlite: Engine, server: Engine
) -> None:
    compiled = CompiledPack(case.pack)

    for engine in (sqlite, server):
        with rolled_back(engine) as connection:
            rebuild(connection, case.pack, case.snapshots)
            for gate in case.pack.gates:
                found = by_sql(connection, compiled, gate, case.now)

                assert found == by_closures(compiled, gate, case.snapshots, case.now)


@pytest.fixture(scope="module")
def accounts() -> list[Snapshot]:
    """A program with 200 accounts under the shipped policy, made from a fixed seed."""
    chance = Random(7)  # noqa: S311 - made up
    found = [_shipped(chance, "program", "north", None)]
    return [*found, *(_shipped(chance, "account", f"north/a{n:03}", "north") for n in range(200))]


def _shipped(chance: Random, kind: str, identity: str, parent: str | None) -> Snapshot:
    pack = shipped_pack()
    recorded = [fact for fact in pack.facts.values() if fact.kind == kind and not fact.derived]
    return Snapshot(
        id=identity,
        kind=kind,
        name=identity,
        parent=parent,
        workflow=pack.workflow_of(kind).id,
        stage=chance.choice(list(pack.workflow_of(kind).stages)),
        entered_at=NOON,
        opened_at=NOON,
        pack=pack.digest,
        sequence=1,
        facts={
            fact.name: Observation(
                _near_thresholds(chance, fact),
                NOON - timedelta(days=chance.choice((0, 1, 3, 29, 30, 31, 90, 180, 366))),
                "crm",
                chance.choice(("ana", "olga")),
                NOON - timedelta(hours=chance.choice((0, 24, 25))),
            )
            for fact in recorded
            if chance.random() < 0.9
        },
    )


def _near_thresholds(chance: Random, fact: FactType) -> str:
    """Return a value of the fact, for a number mostly one that a parameter has."""
    if fact.shape.values:
        return chance.choice(fact.shape.values)
    match fact.shape.type:
        case "date":
            return (
                (NOON - timedelta(days=chance.choice((0, 1, 30, 60, 90, 180, 400))))
                .date()
                .isoformat()
            )
        case "flag":
            return chance.choice(("true", "false"))
        case "text" | "person":
            return chance.choice(("ana", "olga", "kim"))
        case _:
            stated = [item.value for item in shipped_pack().parameters.values()]
            return chance.choice(("0", "1", "2", "3", "5", "8", "99.9", "100", *stated))


def test_every_criterion_of_the_shipped_policy_has_the_same_verdict(
    accounts: list[Snapshot], sqlite: Engine, server: Engine
) -> None:
    compiled = CompiledPack(shipped_pack())
    reported = {gate for gate in compiled.pack.gates if reads_reports(compiled.pack, gate)}
    gates = compiled.pack.gates.keys() - reported
    wanted = {gate: by_closures(compiled, gate, accounts, NOON) for gate in gates}

    for engine in (sqlite, server):
        with rolled_back(engine) as connection:
            rebuild(connection, compiled.pack, accounts)
            found = {gate: by_sql(connection, compiled, gate, NOON) for gate in wanted}
            for gate in reported:
                with pytest.raises(NotInSqlError, match="judge_all` instead"):
                    by_sql(connection, compiled, gate, NOON)

        assert found == wanted


def reads_reports(pack: Pack, gate: str) -> bool:
    """Tell whether a gate hangs on what was reported, which is no column."""
    criteria = pack.gates[gate].criteria
    asked = [
        item for one in criteria for item in (one.condition, one.must_when, *one.needs) if item
    ]
    facts = [pack.facts[name] for name in names_beneath(pack, asked) if name in pack.facts]
    derived = [fact.derived for fact in facts if fact.derived is not None]
    return any(tree.events_in(part) for item in (*asked, *derived) for part in tree.walk(item.tree))


def test_of_each_verdict_there_is_enough_to_compare(accounts: list[Snapshot]) -> None:
    compiled = CompiledPack(shipped_pack())

    judged = [by_closures(compiled, gate, accounts, NOON) for gate in compiled.pack.gates]

    bits = Counter(bit for rows in judged for row in rows.values() for bit in row)
    assert min(bits[bit] for bit in (1, 0, None)) > 1_000
