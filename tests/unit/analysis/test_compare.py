"""What differs between two policies: meaning, not text."""

import pytest

from kamflow.analysis.compare import PackChange, compare_packs
from kamflow.language.load import load_pack
from tests.builders import LIFECYCLE, a_pack, files_of, shipped_pack
from tests.unit.language.governed import APPROVALS, AROUND, WORDS
from tests.unit.language.governed import LIFECYCLE as GOVERNED

BASE = """
facts:
  account:
    account.n: {type: number, unit: pieces, source: manual, writers: [boss, clerk], max_age: P.age}
    account.score: {type: number, derived: card.total}
    account.good: {type: flag, derived: choice.out = yes}
    account.owner: {type: person}
parameters:
  least: {type: number, value: 5, unit: pieces, meaning: fewest}
  age: {type: integer, value: 90, unit: days}
roles: {boss: {who: the boss}, clerk: {who: a clerk}}
scorecards:
  card:
    subject: account
    criteria:
      - {id: D1, fact: account.n, weight: 20, bands: [{at_least: 10, points: 2}], otherwise: 1}
tables:
  choice:
    subject: account
    rows:
      - {id: R1, when: account.n >= P.least, then: {out: yes}, why: enough}
      - {id: R2, when: account.n >= 1, then: {out: maybe}}
      - {id: R3, otherwise: true, then: {out: no}}
gates:
  G:
    title: Gate
    subject: account
    criteria:
      - {id: C1, must: account.n > 1, why: because, fix_by: [boss, clerk]}
      - {id: C2, should: account.good, why: better}
approvals:
  AP: {title: Yes, voters: [boss, clerk], rule: at_least 2, excluded: [account.owner]}
"""
FLOW = LIFECYCLE.replace("to: planning}", "to: planning, gate: G, approval: AP}")


def changed(*edits: tuple[str, str], flow: tuple[str, str] = ("", "")) -> list[PackChange]:
    """Return what differs when some words of a small policy are replaced."""
    text = BASE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    new_flow = FLOW.replace(*flow) if flow[0] else FLOW
    found = compare_packs(a_pack(BASE, lifecycle=FLOW), a_pack(text, lifecycle=new_flow))
    return list(found.changes)


def told(changes: list[PackChange]) -> list[tuple[str, str, str, str, str, str]]:
    return [
        (item.section, item.id, item.part, item.what, item.before, item.after) for item in changes
    ]


def test_a_policy_differs_in_nothing_from_itself() -> None:
    assert compare_packs(shipped_pack(), shipped_pack()).changes == ()


def test_layout_order_and_comments_are_no_difference() -> None:
    assert changed(("writers: [boss, clerk]", "writers: [clerk, boss]")) == []
    assert changed(("account.n > 1", "(account.n  >1)"), ("title: Gate", "title: 'Gate' # x")) == []


@pytest.mark.parametrize(
    ("edit", "change"),
    [
        (("value: 5", "value: 7"), ("parameters", "least", "", "value", "5 pieces", "7 pieces")),
        (
            ("must: account.n > 1", "must: account.n > 2"),
            ("gates", "G", "criterion C1", "condition", "account.n > 1", "account.n > 2"),
        ),
        (
            ("must: account.n", "should: account.n"),
            ("gates", "G", "criterion C1", "severity", "must", "should"),
        ),
        (
            ("fix_by: [boss, clerk]", "fix_by: [boss]"),
            ("gates", "G", "criterion C1", "fix by", "boss, clerk", "boss"),
        ),
        (
            ("type: number, unit: pieces", "type: integer, unit: pieces"),
            ("facts", "account.n", "", "type", "number", "integer"),
        ),
        (
            ("writers: [boss, clerk]", "writers: [clerk]"),
            ("facts", "account.n", "", "writers", "boss, clerk", "clerk"),
        ),
        (
            ("max_age: P.age", "max_age: 30 days"),
            ("facts", "account.n", "", "max age", "P.age", "30 days"),
        ),
        (
            ("weight: 20", "weight: 25"),
            ("scorecards", "card", "criterion D1", "weight", "20", "25"),
        ),
        (
            ("at_least: 10, points: 2", "at_least: 12, points: 2"),
            (
                "scorecards",
                "card",
                "criterion D1",
                "bands",
                "at least 10: 2 points",
                "at least 12: 2 points",
            ),
        ),
        (
            ("then: {out: yes}", "then: {out: maybe}"),
            ("tables", "choice", "row R1", "outcome", "out yes", "out maybe"),
        ),
        (
            ("rule: at_least 2", "rule: all"),
            ("approvals", "AP", "", "rule", "at_least 2", "all"),
        ),
        (
            ("excluded: [account.owner]", "excluded: [account.owner, requester]"),
            ("approvals", "AP", "", "excluded", "account.owner", "account.owner, requester"),
        ),
        (("who: a clerk", "who: clerks"), ("roles", "clerk", "", "who", "a clerk", "clerks")),
    ],
)
def test_what_has_another_value_is_told_with_both(
    edit: tuple[str, str], change: tuple[str, str, str, str, str, str]
) -> None:
    edits = [edit]
    if edit[0].startswith("then:"):  # keep the column readable by `account.good`
        edits.append(("choice.out = yes", "choice.out = maybe"))

    assert change in told(changed(*edits))


def test_a_criterion_that_is_new_is_told_whole() -> None:
    line = "      - {id: C2, should: account.good, why: better}\n"

    (change,) = changed((line, f"{line}      - {{id: C3, must: account.n < 9, why: so}}\n"))

    assert (change.part, change.what) == ("criterion C3", "added")
    assert change.after == "must account.n < 9; why so"


def test_a_criterion_that_is_gone_is_told() -> None:
    (change,) = changed(("      - {id: C2, should: account.good, why: better}\n", ""))

    assert (change.part, change.what) == ("criterion C2", "removed")


def test_a_whole_gate_that_is_new_is_one_change() -> None:
    new = "gates:\n  N: {subject: account, criteria: [{id: C9, must: account.n > 1, why: x}]}"

    (change,) = changed(("gates:", new))

    assert (change.section, change.id, change.part, change.what) == ("gates", "N", "", "added")


def test_transitions_and_stages_are_compared() -> None:
    found = changed(flow=("planning, gate: G", "planning, when: account.n > 1, gate: G"))

    assert told(found) == [
        ("workflow", "lifecycle", "transition A1", "when", "none", "account.n > 1")
    ]


def test_rows_in_another_order_are_another_table() -> None:
    first = "      - {id: R1, when: account.n >= P.least, then: {out: yes}, why: enough}\n"
    second = "      - {id: R2, when: account.n >= 1, then: {out: maybe}}\n"

    (change,) = changed((first + second, second + first))

    assert (change.what, change.before, change.after) == (
        "order of the rows",
        "R1, R2, R3",
        "R2, R1, R3",
    )


def test_transitions_of_a_stage_in_another_order_lead_onwards_otherwise() -> None:
    last = FLOW.splitlines()[-1]
    other = last.replace("id: A1, trigger: plan", "id: A2, trigger: skip")
    old = a_pack(BASE, lifecycle=f"{FLOW}{other}\n")
    new = a_pack(BASE, lifecycle=f"{FLOW.replace(last, other)}{last}\n")

    assert told(list(compare_packs(old, new).changes)) == [
        (
            "workflow",
            "lifecycle",
            "stage candidate",
            "order of the transitions",
            "A1, A2",
            "A2, A1",
        )
    ]


def test_a_moved_threshold_tells_who_reads_it() -> None:
    (change,) = changed(("value: 5", "value: 7"))

    assert change.read_by == ("row R1 of choice",)
    assert change.reaches == ("criterion C2",)


def test_a_threshold_for_the_age_of_a_fact_reaches_its_readers() -> None:
    (change,) = changed(("value: 90", "value: 60"))

    assert change.read_by == ("fact account.n",)
    assert change.reaches == ("criterion C1", "criterion C2")


def test_two_packs_without_anything_in_common_can_be_compared() -> None:
    found = compare_packs(a_pack(), shipped_pack())

    added = [item for item in found.changes if item.what == "added"]
    assert len(added) > len(shipped_pack().facts)


@pytest.mark.parametrize("said", ["title: T,", "chain_limit: 7,", "title: T, chain_limit: 7,"])
def test_what_the_head_of_a_pack_says_is_compared(said: str) -> None:
    files = files_of()
    old = load_pack(files).pack
    head = files["rules/head.yaml"].replace(b"id: test,", f"id: test, {said}".encode())
    new = load_pack({**files, "rules/head.yaml": head}).pack

    assert old is not None
    assert new is not None
    assert len(compare_packs(old, new).changes) == said.count(":")


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("remind: [P.remind_pct, 80]", "remind: 80",
         ("pack", "test", "", "approving: remind", "80, P.remind_pct", "80")),
        ("escalate: [100, 150]", "escalate: [50, 150]",
         ("pack", "test", "", "approving: escalate", "100, then 150", "50, then 150")),
        ("longest: P.waiver_days", "longest: 30",
         ("pack", "test", "", "waiving: longest", "P.waiver_days", "30")),
        ("reassign: [board]", "reassign: [board, sponsor]",
         ("pack", "test", "", "right reassign", "board", "board, sponsor")),
        ("on: [vote]", "on: [vote, waive]", ("duties", "D-1", "", "on", "vote", "vote, waive")),
        ("[board, sponsor]]", "[board]]",
         ("duties", "D-2", "", "apart", "admin / board, sponsor", "admin / board")),
        ("[sponsor, board]\n    returns", "[board, sponsor]\n    returns",
         ("approvals", "AP-A", "", "escalate to", "sponsor, then board", "board, then sponsor")),
        ("share: 10%", "share: 20%",
         ("approvals", "AP-A", "", "spot check", "10% by auditor within 10 days",
          "20% by auditor within 10 days")),
        ("undo: A2", "undo: A5",
         ("approvals", "AP-A", "", "call in",
          "by board within 5 business days; AP-C decides, else A2",
          "by board within 5 business days; AP-C decides, else A5")),
        ("rule: at_least 60%", "rule: at_least 50%",
         ("approvals", "AP-R", "", "rule", "at_least 60%", "at_least 50%")),
        ("quorum: 4", "quorum: 40%", ("approvals", "AP-R", "", "quorum", "4", "40%")),
        ("tie: approve", "tie: no", ("approvals", "AP-C", "", "tie", "approve", "none")),
        ("waived_by: [finance]", "waived_by: [board]",
         ("gates", "G", "criterion G-1", "waived by", "finance", "board")),
        ("{who: finance, higher: [board]}", "{who: finance}",
         ("roles", "finance", "", "higher", "board", "none")),
    ],
)  # fmt: skip
def test_what_governs_approvals_is_compared(before: str, after: str, what: tuple[str, ...]) -> None:
    texts = (WORDS, APPROVALS, AROUND)
    changed = tuple(text.replace(before, after, 1) for text in texts)

    (found,) = compare_packs(
        a_pack(*texts, lifecycle=GOVERNED), a_pack(*changed, lifecycle=GOVERNED)
    ).changes

    assert (found.section, found.id, found.part, found.what, found.before, found.after) == what


def test_steps_in_another_order_are_another_policy() -> None:
    lines = APPROVALS.splitlines(keepends=True)
    last = next(line for line in lines if "everybody" in line)
    first = next(line for line in lines if "Finance" in line)
    swapped = APPROVALS.replace(last, "").replace(first, last + first)

    (found,) = compare_packs(
        a_pack(WORDS, APPROVALS, lifecycle=GOVERNED), a_pack(WORDS, swapped, lifecycle=GOVERNED)
    ).changes

    assert (found.section, found.id, found.what) == ("approvals", "AP-A", "steps")
    assert found.before.startswith("Finance: [one of finance] when account.budget > 5; then All: ")
    assert found.after.startswith("[everybody of sponsor]; then Finance: ")


def test_a_parameter_of_deadlines_is_read_by_what_runs_approvals() -> None:
    changed = WORDS.replace("value: 50", "value: 60")

    (found,) = compare_packs(
        a_pack(WORDS, APPROVALS, AROUND, lifecycle=GOVERNED),
        a_pack(changed, APPROVALS, AROUND, lifecycle=GOVERNED),
    ).changes

    assert found.read_by == ("approving",)
