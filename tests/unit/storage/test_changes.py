"""What a change of policy changes is what differs between two whole sweeps."""

from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import create_engine

from kamflow.engine.compiled import CompiledPack
from kamflow.errors import NotInSqlError
from kamflow.model.pack import Gate, Pack
from kamflow.model.snapshot import Observation, Snapshot, Waiver
from kamflow.storage.changes import changed_outcomes
from kamflow.storage.portfolio import rebuild, verdicts
from tests.builders import NOON, shipped_pack

GATE = "G-A6"
DAY = date(2026, 3, 1)
READ = {
    "measure.kpi_coverage_pct": ("85", "95"),
    "review.lessons_logged_count": ("0", "3"),
    "account.requalification_score": ("40", "60"),
    "account.health": ("red", "green"),
}
REST = {
    "review.quarterly_last_on": DAY.isoformat(),
    "review.joint_last_on": DAY.isoformat(),
    "review.shared_internal_on": DAY.isoformat(),
    "review.shared_customer_on": DAY.isoformat(),
    "account.last_requalified_on": DAY.isoformat(),
    "measure.plan_attainment_pct": "100",
    "review.outcome_based_pct": "60",
}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("kpi_coverage_min_pct", "80"), ("kpi_coverage_min_pct", "99"), ("requal_min", "30")],
)
def test_changed_outcomes_are_those_of_two_sweeps(
    tmp_path: Path, parameter: str, value: str
) -> None:
    pack = shipped_pack()
    tried = _with(pack, parameter, value)
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")

    with engine.begin() as connection:
        rebuild(connection, pack, _subjects(pack))
        found = changed_outcomes(connection, (pack, tried), GATE, "north", now=NOON)
        before, after = (
            {row[0]: row[1] for row in verdicts(connection, one, GATE, "north", now=NOON)}
            for one in (CompiledPack(pack), CompiledPack(tried))
        )

    assert found
    assert [(item.subject, item.before, item.after) for item in found] == [
        (key, before[key], after[key]) for key in sorted(before) if before[key] != after[key]
    ]
    engine.dispose()


def test_the_same_policy_changes_nothing(tmp_path: Path) -> None:
    pack = shipped_pack()
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")

    with engine.begin() as connection:
        rebuild(connection, pack, _subjects(pack))
        found = changed_outcomes(connection, (pack, pack), GATE, "north", now=NOON)

    assert found == []
    engine.dispose()


def test_where_one_policy_takes_no_notice_of_a_waiver_it_is_judged_one_by_one(
    tmp_path: Path,
) -> None:
    pack = shipped_pack()
    gate = pack.gates[GATE]
    criteria = tuple(replace(item, waivable=False) for item in gate.criteria)
    tried = replace(pack, gates={**pack.gates, GATE: replace(gate, criteria=criteria)})
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")

    with engine.begin() as connection:
        rebuild(connection, pack, _subjects(pack))
        with pytest.raises(NotInSqlError, match="takes no notice of a waiver"):
            changed_outcomes(connection, (pack, tried), GATE, "north", now=NOON)

    engine.dispose()


def _with(pack: Pack, parameter: str, value: str) -> Pack:
    changed = replace(pack.parameters[parameter], value=value)
    return replace(pack, parameters={**pack.parameters, parameter: changed}, digest="tried")


def _subjects(pack: Pack) -> list[Snapshot]:
    """Return every combination of low, high and missing values."""
    found = []
    for number, values in enumerate(product(*((*pair, None) for pair in READ.values()))):
        told = {**REST, **dict(zip(READ, values, strict=True))}
        facts = {
            name: Observation(text, NOON - timedelta(hours=1), "crm", "ana", NOON)
            for name, text in told.items()
            if text is not None
        }
        found.append(
            Snapshot(
                id=f"north/a{number:03}",
                kind="account",
                name=f"A{number}",
                parent="north",
                workflow="account_lifecycle",
                stage="measure",
                entered_at=NOON,
                opened_at=NOON,
                pack=pack.digest,
                sequence=1,
                facts=facts,
                waivers=_waived(pack.gates[GATE], number),
            )
        )
    return found


def _waived(gate: Gate, number: int) -> dict[str, Waiver]:
    """Return what a subject has waived: for two of three nothing, else every third criterion."""
    if number % 3:
        return {}
    return {
        item.id: Waiver(
            id="",
            gate=GATE,
            criterion=item.id,
            owner="ana",
            reason="",
            ends_on=NOON.date() + timedelta(days=number % 2 - 1),
        )
        for item in gate.criteria[number // 3 % 3 :: 3]
    }
