"""`docs/reference/policy.md` explains every key, and its examples make one sound pack."""

import re

import pytest

from kamflow.language.keys import KEYS
from kamflow.language.load import load_pack
from kamflow.model.values import TYPE_NAMES
from tests.documentation.pages import DOCS, blocks, codes, section, tables

PAGE = DOCS / "reference" / "policy.md"

# section of KEYS -> heading, title of the first column of its table
TABLES = {
    "file": ("Policy files", "section"),
    "pack": ("pack", "key"),
    "calendar": ("calendars", "key"),
    "closure": ("calendars", "key of a closure"),
    "subject": ("subjects", "key"),
    "fact": ("facts", "key"),
    "event": ("events", "key"),
    "payload": ("events", "key of a payload"),
    "parameter": ("parameters", "key"),
    "override": ("overrides", "key"),
    "role": ("roles", "key"),
    "scorecard": ("scorecards", "key"),
    "scored": ("scorecards", "key of a criterion"),
    "band": ("scorecards", "key of a band"),
    "table": ("tables", "key"),
    "row": ("tables", "key of a row"),
    "gate": ("gates", "key"),
    "criterion": ("gates", "key of a criterion"),
    "approval": ("approvals", "key"),
    "voter": ("approvals", "key of a voter"),
    "approving": ("approving", "key"),
    "step": ("approvals", "key of a step"),
    "ballot": ("approvals", "key of a ballot"),
    "call_in": ("approvals", "key of a call-in"),
    "spot_check": ("approvals", "key of a spot check"),
    "appeal": ("approvals", "key of an appeal"),
    "waiving": ("waiving", "key"),
    "break_glass": ("break_glass", "key"),
    "rights": ("rights", "right"),
    "duty": ("duties", "key"),
    "waitlist": ("waitlists", "key"),
    "place": ("waitlists", "key of a place"),
    "escalating": ("escalating", "key"),
    "level": ("escalating", "key of a level"),
    "rule": ("rules", "key"),
    "together": ("rules", "key of events that come together"),
    "item": ("rules", "key of one of these events"),
    "each": ("rules", "key of `each`"),
    "grade": ("rules", "key of a grade"),
    "rung": ("rules", "key of an entry of `to`"),
    "task": ("rules", "key of a task"),
    "timer": ("timers", "key"),
    "mark": ("timers", "key of a mark"),
    "region": ("regions", "key"),
    "move": ("regions", "key of a move"),
    "notifying": ("notifying", "key"),
    "quiet": ("notifying", "key of the quiet hours"),
    "notice": ("notifying", "key of a notice"),
    "workflow": ("workflow", "key"),
    "stage": ("workflow", "key of a stage"),
    "keep": ("workflow", "key of a kept fact"),
    "transition": ("workflow", "key of a transition"),
}


def explained(heading: str, title: str) -> list[str]:
    found = [table for table in tables(section(PAGE, heading)) if table[0][0] == title]
    return [key for row in found[0][1:] for key in codes(row[0])]


@pytest.mark.parametrize("part", KEYS)
def test_every_key_is_explained_in_the_table_of_its_section(part: str) -> None:
    assert sorted(explained(*TABLES[part])) == sorted(KEYS[part])


def test_every_fact_type_is_named() -> None:
    rows = {row[0]: row[1] for table in tables(section(PAGE, "facts")) for row in table}

    assert set(TYPE_NAMES) <= set(codes(rows["`type`"]))


def test_the_examples_make_one_pack_without_problems() -> None:
    files = {f"rules/{block.line}.yaml": block.text.encode() for block in blocks(PAGE, "yaml")}

    loaded = load_pack(files)

    assert [str(problem) for problem in loaded.diagnostics] == []


@pytest.mark.parametrize("part", KEYS)
def test_the_examples_use_every_key(part: str) -> None:
    written = "\n".join(block.text for block in blocks(PAGE, "yaml"))

    assert [key for key in KEYS[part] if not re.search(rf"\b{key}:", written)] == []
