"""What imported accounts come to when one gate is judged for all of them."""

import pytest
from msgspec.structs import replace

from kamflow import Kamflow, NotFoundError, Pack
from kamflow.model.values import Verdict
from tests.importing.desk import Desk, with_facts

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN


@pytest.fixture
def kam(desk: Desk) -> Kamflow:
    file = desk.file("id,x\nacme,20\nbeta,5\ngamma,\n")
    assert desk.import_(file, with_facts("account.share: x")).written
    desk.kam.create_program("south", "South", by="ana")
    desk.kam.create_account("south", "acme", "Acme", by="ana")
    return desk.kam


def with_bar(policy: Pack, value: str) -> Pack:
    """Return the policy with another least share, unsealed as a what-if may be."""
    parameter = replace(policy.parameters["share_min"], value=value)
    return replace(policy, parameters={"share_min": parameter}, digest="")


def test_a_gate_is_judged_for_every_subject_of_a_kind(kam: Kamflow) -> None:
    found = kam.judge_all("account", "worth-it")

    assert {subject: item.verdict for subject, item in found.items()} == {
        "north/acme": MET,
        "north/beta": UNMET,
        "north/gamma": UNKNOWN,
        "south/acme": UNKNOWN,
    }
    assert [item.criterion.id for item in found["north/acme"].findings] == ["share", "vip"]


def test_a_gate_is_judged_for_one_program_and_for_programs_themselves(kam: Kamflow) -> None:
    assert list(kam.judge_all("account", "worth-it", "south")) == ["south/acme"]
    assert {item.verdict for item in kam.judge_all("program", "ready").values()} == {UNKNOWN}


def test_another_policy_is_tried_without_a_trace(kam: Kamflow) -> None:
    before = kam.packs()

    found = kam.judge_all("account", "worth-it", "north", policy=with_bar(kam.policy(), "5"))

    assert [item.verdict for item in found.values()] == [MET, MET, UNKNOWN]
    assert kam.packs() == before
    assert kam.judge_all("account", "worth-it", "north")["north/beta"].verdict is UNMET


def test_a_gate_or_a_program_that_is_not_there_is_told(kam: Kamflow) -> None:
    with pytest.raises(NotFoundError, match="no gate `worthit`; did you mean `worth-it`"):
        kam.judge_all("account", "worthit")
    with pytest.raises(NotFoundError, match="no subject `soutj`"):
        kam.judge_all("account", "worth-it", "soutj")
