"""`kamflow policy fmt`, `show`, `graph`, `schema`, `diff` and `new`, and the packs that ship."""

import json
import re
from pathlib import Path

import pytest

from kamflow import read_policy
from kamflow.runtime.authoring import STARTER
from tests.command_line import Run

CANONICAL = "every file is in canonical layout\n"


@pytest.fixture
def mine(run: Run, tmp_path: Path) -> Path:
    """A policy of one's own, as `policy new` writes it."""
    assert run("policy", "new", "mine").code == 0
    return tmp_path / "mine"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


# ---- new


def test_a_new_policy_has_no_problems_and_is_in_canonical_layout(run: Run, mine: Path) -> None:
    checked, laid_out = run("policy", "check", "mine"), run("policy", "fmt", "mine", "--check")

    assert checked.code == 0
    assert "2 workflows" in checked.out
    assert "5 facts, 1 parameter, 1 approval" in checked.out
    assert laid_out.out == CANONICAL
    assert "#" in (mine / "rules" / "gates.yaml").read_text("utf-8")


def test_a_new_policy_is_named_after_its_folder_or_as_told(run: Run) -> None:
    run("policy", "new", "My 2nd Policy")
    run("policy", "new", "other", "--id", "north-europe")

    assert read_policy("My 2nd Policy").id == "my-2nd-policy"
    assert read_policy("other").id == "north-europe"


def test_a_new_policy_overwrites_nothing(run: Run, mine: Path) -> None:
    (mine / "rules" / "gates.yaml").write_text("mine", "utf-8")

    again = run("policy", "new", "mine")

    assert again.code == 2
    assert "not empty" in again.err
    assert (mine / "rules" / "gates.yaml").read_text("utf-8") == "mine"


def test_an_id_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    refused = run("policy", "new", "mine", "--id", "Größe")

    assert refused.code == 2
    assert "is no id of a pack" in refused.err
    assert not (tmp_path / "mine").exists()


def test_a_program_runs_under_a_new_policy(run: Run, mine: Path) -> None:
    run("init", "--pack", str(mine))
    run("program", "create", "north", "--assign", "manager=ana", "--by", "ana")
    run("record", "north", "program.objective=grow", "program.sponsor=victor", "--by", "ana")

    asked = run("program", "request", "north", "start", "--by", "ana")
    voted = run("vote", re.findall(r"north#\d+", asked.out)[0], "approve", "--by", "victor")

    assert "running" in voted.out


# ---- fmt


@pytest.mark.parametrize("pack", ["kam-core", "kam-lite", str(STARTER)])
def test_what_is_shipped_is_in_canonical_layout(run: Run, pack: str) -> None:
    assert run("policy", "fmt", pack, "--check").out == CANONICAL


def test_check_tells_what_would_be_rewritten_and_writes_nothing(run: Run, mine: Path) -> None:
    file = mine / "rules" / "gates.yaml"
    edit(file, "must: program.objective is present", "must: (program.objective   is present)")
    before = file.read_text("utf-8")

    checked = run("policy", "fmt", "mine", "--check")

    assert checked.code == 2
    assert checked.out == "mine/rules/gates.yaml is not in canonical layout\n"
    assert file.read_text("utf-8") == before


def test_files_are_rewritten_and_mean_the_same(run: Run, mine: Path) -> None:
    digest, file = read_policy(mine).digest, mine / "rules" / "gates.yaml"
    before = file.read_text("utf-8")
    edit(file, "must: program.objective is present", "must: (program.objective   is present)")
    edit(file, "excluded: [requester]", "excluded:   [ requester ]")

    rewritten, again = run("policy", "fmt", "mine"), run("policy", "fmt", "mine")

    assert rewritten.out == "mine/rules/gates.yaml is rewritten\n"
    assert file.read_text("utf-8") == before
    assert again.out == CANONICAL
    assert read_policy(mine).digest == digest


def test_a_policy_with_problems_is_left_alone(run: Run, mine: Path) -> None:
    edit(mine / "rules" / "gates.yaml", "program.objective is present", "program.objektive = 1")
    edit(mine / "rules" / "facts.yaml", "facts:", "facts:   ")
    before = [file.read_bytes() for file in sorted(mine.rglob("*.yaml"))]

    refused = run("policy", "fmt", "mine")

    assert refused.code == 2
    assert "K302" in refused.err
    assert [file.read_bytes() for file in sorted(mine.rglob("*.yaml"))] == before


# ---- show, graph, schema


def test_a_policy_is_told_in_plain_english(run: Run) -> None:
    shown = run("policy", "show", "lite")

    assert shown.code == 0
    assert shown.out.startswith("Key account management for small programs (kam-lite 1.0.0)\n===")
    assert "GL-A1.2 (must): The account has a sponsor and its sponsor load is below 3" in shown.out
    assert "score_auto" in shown.out


def test_parts_of_a_policy_are_told_alone_and_as_markdown(run: Run) -> None:
    parts = ("--gate", "GL-A0", "--approval", "AL-PLAN", "--scorecard", "designation_lite")

    shown = run("policy", "show", "lite", *parts, "--markdown")

    heads = [line for line in shown.out.splitlines() if line.startswith("#")]
    assert heads == [
        "### GL-A0: Admission",
        "### AL-PLAN: Account plan",
        "### Designation score (designation\\_lite)",
    ]
    assert "| D1 | growth potential, three years | 30 |" in shown.out


def test_lines_of_text_keep_to_the_width(run: Run) -> None:
    shown = run("policy", "show", "lite", "--workflow", "account_lifecycle")

    assert max(map(len, shown.out.splitlines())) <= 100


def test_a_part_that_is_not_there_is_an_error_with_a_hint(run: Run) -> None:
    shown = run("policy", "show", "core", "--gate", "G-A22")

    assert shown.code == 2
    assert "did you mean `G-A2`" in shown.err


def test_a_policy_is_told_to_programs_as_data(run: Run) -> None:
    shown = run("policy", "show", "lite", "--gate", "GL-A0", "--json")

    told = json.loads(shown.out)
    assert told["pack"] == "kam-lite"
    assert [block["block"] for block in told["document"]] == ["heading", "bullets"]
    assert told["document"][0] == {"block": "heading", "level": 3, "text": "GL-A0: Admission"}


def test_data_and_markdown_at_once_are_refused(run: Run) -> None:
    shown = run("policy", "show", "lite", "--json", "--markdown")

    assert shown.code == 2
    assert "take one of `--json` and `--markdown`" in shown.err


def test_a_workflow_is_drawn(run: Run, tmp_path: Path) -> None:
    mermaid = run("policy", "graph", "lite", "--workflow", "program_rollout")
    svg = run("policy", "graph", "lite", "--workflow", "program_rollout", "--format", "svg")
    named = ("--output", "rollout.svg")
    written = run("policy", "graph", "lite", "--workflow", "program_rollout", *named)

    assert mermaid.out.startswith("stateDiagram-v2\n")
    assert svg.out.startswith("<svg ")
    assert written.out == "rollout.svg is written\n"
    assert (tmp_path / "rollout.svg").read_text("utf-8") == svg.out


def test_a_workflow_that_is_not_there_is_an_error_with_a_hint(run: Run) -> None:
    drawn = run("policy", "graph", "lite", "--workflow", "program_rolout")

    assert drawn.code == 2
    assert "did you mean `program_rollout`" in drawn.err


def test_the_schema_is_printed_or_written(run: Run, tmp_path: Path) -> None:
    printed, written = run("policy", "schema"), run("policy", "schema", "--output", "schema.json")

    assert written.code == 0
    assert json.loads((tmp_path / "schema.json").read_text("utf-8")) == printed.json
    assert printed.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"


# ---- diff


def test_the_same_policy_has_no_differences(run: Run, mine: Path) -> None:
    compared = run("policy", "diff", "mine", str(mine))

    assert compared.code == 0
    assert "no difference" in compared.out


def test_differences_are_told_by_what_they_are_about(run: Run, mine: Path) -> None:
    run("policy", "new", "other", "--id", "mine")
    edit(mine / "rules" / "facts.yaml", "value: 250000", "value: 300000")
    edit(mine / "rules" / "gates.yaml", "must: account.kam", "should: account.kam")
    edit(mine / "rules" / "gates.yaml", "rule: one", "rule: all")

    compared = run("policy", "diff", "other", "mine")

    assert compared.code == 0
    told = re.sub(r"\([0-9a-f]{12}\)", "(digest)", compared.out)
    assert told == (
        "mine 0.1.0 (digest) -> mine 0.1.0 (digest)\n\n"
        "parameters\n  revenue_min\n    value: 250,000 EUR -> 300,000 EUR\n"
        "      read by criterion G-A1.1\n\n"
        "gates\n  G-A1\n    criterion G-A1.2\n      severity: must -> should\n\n"
        "approvals\n  AP-1\n    rule: one -> all\n\n"
        "3 differences\n"
    )


def test_differences_come_as_json(run: Run) -> None:
    compared = run("policy", "diff", "core", "lite", "--json")

    assert compared.json["old"]["id"] == "kam-core"
    assert {"section", "id", "part", "what", "before", "after"} <= compared.json["changes"][
        0
    ].keys()


def test_a_published_policy_is_named_by_its_digest(run: Run, mine: Path) -> None:
    run("init", "--pack", str(mine))
    digest = read_policy(mine).digest
    edit(mine / "rules" / "facts.yaml", "value: 250000", "value: 300000")

    compared = run("policy", "diff", f"digest:{digest[:6]}", "mine")
    unknown = run("policy", "diff", "digest:zz", "mine")

    assert "value: 250,000 EUR -> 300,000 EUR" in compared.out
    assert unknown.code == 2
    assert "begins with `zz`" in unknown.err


def test_a_beginning_that_several_digests_have_is_not_enough(run: Run, mine: Path) -> None:
    run("init", "--pack", str(mine))
    published = {read_policy(mine).digest}
    while len({digest[0] for digest in published}) == len(published):
        value = 100 + len(published)
        edit(
            mine / "rules" / "pack.yaml", "currency: EUR", f"currency: EUR\n  chain_limit: {value}"
        )
        run("policy", "publish", str(mine), "--by", "ana")
        published.add(read_policy(mine).digest)
        edit(mine / "rules" / "pack.yaml", f"\n  chain_limit: {value}", "")
    first = next(d[0] for d in published if sum(o[0] == d[0] for o in published) > 1)

    compared = run("policy", "diff", f"digest:{first}", "mine")

    assert compared.code == 2
    assert "give more of the digest" in compared.err


# ---- the packs that ship


@pytest.mark.parametrize(("name", "pack"), [("core", "kam-core"), ("lite", "kam-lite")])
def test_a_shipped_pack_has_a_short_name(run: Run, name: str, pack: str) -> None:
    checked = run("policy", "check", name)

    assert checked.code == 0
    assert checked.out.startswith(f"{pack} 1.0.0 ")


def test_init_takes_the_pack_for_small_programs(run: Run) -> None:
    done = run("init", "--pack", "lite")

    assert done.code == 0
    assert "kam-lite 1.0.0" in done.out


def test_an_unknown_pack_is_an_error_with_a_hint(run: Run, tmp_path: Path) -> None:
    refused = run("init", "--pack", "kam-lit")

    assert refused.code == 2
    assert "did you mean `kam-lite`" in refused.err
    assert not (tmp_path / "governance.db").exists()


def test_a_folder_of_that_name_comes_before_a_shipped_pack(run: Run, tmp_path: Path) -> None:
    run("policy", "new", "lite", "--id", "mine")

    assert run("policy", "check", "lite").out.startswith("mine 0.1.0 ")
    assert (tmp_path / "lite").is_dir()
