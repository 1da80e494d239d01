"""Pictures of workflows as text: SVG and Mermaid."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings

from kamflow.analysis.diagram import mermaid, svg
from kamflow.model.pack import Workflow
from tests.builders import shipped_pack
from tests.unit.analysis.workflows import PACK, SHIPPED, a_workflow, workflows

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 - ours


@pytest.mark.parametrize("name", SHIPPED)
def test_a_picture_names_every_stage_trigger_gate_and_approval(name: str) -> None:
    workflow = shipped_pack().workflows[name]

    found = set(texts(svg(shipped_pack(), workflow)))

    assert found >= set(workflow.stages)
    for item in workflow.transitions:
        assert found >= {item.trigger} | ({item.gate, item.approval} - {None})


@settings(deadline=None, max_examples=25)
@given(workflows())
def test_a_picture_of_any_workflow_is_well_formed_and_the_same_each_time(
    workflow: Workflow,
) -> None:
    picture = svg(PACK, workflow)

    assert set(texts(picture)) >= set(workflow.stages)
    assert svg(PACK, workflow) == picture


def test_a_picture_needs_nothing_from_elsewhere() -> None:
    picture = svg(shipped_pack(), shipped_pack().workflows["account_lifecycle"])

    tags = {node.tag.removeprefix(SVG) for node in ET.fromstring(picture).iter()}  # noqa: S314 - ours
    assert tags <= {"svg", "title", "rect", "text", "path", "polygon", "circle", "g"}
    assert "href" not in picture


def test_words_of_the_policy_cannot_break_a_picture() -> None:
    workflow = a_workflow({"a": "initial", "b": "end"}, 'x<y & "z": a -> b')

    assert 'x<y & "z"' in texts(svg(PACK, workflow))


def test_a_tag_tells_the_title_of_its_gate() -> None:
    pack = shipped_pack()

    picture = svg(pack, pack.workflows["account_lifecycle"])

    assert f"<title>{pack.gates['G-A2'].title}</title>" in picture


def test_mermaid_draws_triggers_gates_and_approvals_on_the_lines() -> None:
    text = mermaid(shipped_pack(), shipped_pack().workflows["account_lifecycle"])

    assert text.startswith("stateDiagram-v2\n")
    assert "    [*] --> candidate\n" in text
    assert "    planning --> mobilization : commit_plan (G-A2, AP-PLAN)\n" in text
    assert "    selection --> planning : designate (G-A1, AP-DESIG, automatic)\n" in text
    assert "    on_hold --> returning : resume (G-A9)\n" in text
    assert "    rejected --> [*]\n" in text


def test_mermaid_draws_a_transition_that_does_not_leave_the_stage() -> None:
    text = mermaid(shipped_pack(), shipped_pack().workflows["program_rollout"])

    assert "    pilot : stays for checkpoint_m6 (G-P3a, AP-P3A)\n" in text
    assert "    pilot : stays for extend_pilot (AP-P3A)\n" in text


def test_mermaid_draws_one_line_for_all_transitions_between_two_stages() -> None:
    """It would draw two of them on each other."""
    workflow = a_workflow({"a": "initial", "b": "end"}, "go: a -> b", "run: a -> b")

    assert "    a --> b : go<br/>run\n" in mermaid(PACK, workflow)


def test_mermaid_gets_another_name_for_a_stage_that_is_called_like_a_word_of_its_own() -> None:
    text = mermaid(PACK, a_workflow({"note": "initial", "end": "end"}, "go: note -> end"))

    assert 'state "end" as end_stage' in text
    assert "    note_stage --> end_stage : go\n" in text


def test_mermaid_gets_codes_for_signs_that_it_would_read() -> None:
    text = mermaid(PACK, a_workflow({"a": "initial", "b": "end"}, "a;b#: a -> b"))

    assert "a --> b : a#59;b#35;" in text
