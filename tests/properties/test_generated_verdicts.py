"""The generated function of a gate and judging every criterion give the same verdict, always."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.engine.view import Scene
from kamflow.model.pack import FactType
from kamflow.model.snapshot import Observation, Snapshot, Waiver
from tests.builders import NOON, shipped_pack

PACK = shipped_pack()
COMPILED = CompiledPack(PACK)
RECORDED = [fact for fact in PACK.facts.values() if not fact.derived]

PLAIN = {
    "date": st.sampled_from(["2024-02-29", "2025-12-31", "2026-01-05", "2026-03-31", "2026-04-02"]),
    "flag": st.sampled_from(["true", "false"]),
    "text": st.sampled_from(["x", "not a number"]),
    "person": st.sampled_from(["ana", "olga"]),
}
NUMBERS = st.sampled_from(["0", "1", "2", "3.5", "5", "50", "80", "90", "100", "60000", "-1", "?"])


def values(fact: FactType) -> st.SearchStrategy[str]:
    """Return texts that a fact can have, with one that another policy left behind."""
    if fact.shape.values:
        return st.sampled_from(fact.shape.values)
    return PLAIN.get(fact.shape.type, NUMBERS)


def observed(fact: FactType) -> st.SearchStrategy[Observation]:
    return st.builds(
        lambda text, days: Observation(text, NOON - timedelta(days=days), "crm", "ana", NOON),
        values(fact),
        st.sampled_from([0, 1, 2, 29, 31, 95, 96, 180, 181, 900]),
    )


def subjects(kind: str) -> st.SearchStrategy[Snapshot]:
    own = {fact.name: observed(fact) for fact in RECORDED if fact.kind == kind}
    stages = sorted(PACK.workflow_of(kind).stages)
    return st.builds(
        lambda facts, stage: Snapshot(
            id="north",
            kind=kind,
            name="North",
            parent=None,
            workflow=PACK.workflow_of(kind).id,
            stage=stage,
            entered_at=NOON,
            opened_at=NOON,
            pack=PACK.digest,
            sequence=1,
            facts=facts,
        ),
        st.fixed_dictionaries({}, optional=own),
        st.sampled_from(stages),
    )


def waivers(gate: str) -> st.SearchStrategy[dict[str, Waiver]]:
    """Return waivers of criteria of a gate: in force, over, or of another gate."""
    ids = [item.id for item in PACK.gates[gate].criteria]
    waiver = st.builds(
        lambda of, days: Waiver(
            id="north#1",
            gate=of,
            criterion="",
            owner="ana",
            reason="",
            ends_on=NOON.date() + timedelta(days=days),
        ),
        st.sampled_from([gate, gate, gate, "other"]),
        st.sampled_from([-1, 0, 0, 30]),
    )
    return st.one_of(st.just({}), st.dictionaries(st.sampled_from(ids), waiver))


@pytest.mark.parametrize("gate", PACK.gates)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_both_ways_to_judge_a_gate_agree(gate: str, data: st.DataObject) -> None:
    subject = data.draw(subjects(PACK.gates[gate].kind))
    subject = replace(subject, waivers=data.draw(waivers(gate)))
    scene = Scene(COMPILED.sources, NOON, lambda _id: None, lambda _id, _kind: ())

    for before in (False, True):
        view = scene.look(subject)
        judged = judge_gate(COMPILED, gate, view, before_approval=before)

        assert COMPILED.verdict(gate, scene.look(subject), before_approval=before) is judged.verdict
