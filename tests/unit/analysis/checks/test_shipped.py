"""The shipped policies pass the checks, and a slip in them is found."""
# ruff: noqa: E501 - tables of cases read best one to a line, messages in one piece

import pytest

from kamflow.language.load import load_pack
from kamflow.runtime.packs import SHIPPED, check_policy, load_policy, read_files, verified

FILES = read_files("kam-core")


@pytest.mark.parametrize("pack", SHIPPED)
def test_a_shipped_policy_has_no_errors_and_no_warnings(pack: str) -> None:
    found = check_policy(pack).diagnostics

    assert [str(item) for item in found if item.severity != "hint"] == []
    assert len(found) <= 8


@pytest.mark.parametrize("pack", SHIPPED)
def test_nothing_about_a_shipped_policy_is_left_open(pack: str) -> None:
    assert [item for item in check_policy(pack).diagnostics if item.code == "K561"] == []


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("workflows/account_lifecycle.yaml", "in {incubate, waitlist}", "in {incubate, reject}",
         "K505 TA-03 and TA-04 are both open and automatic in stage `selection`"),
        ("rules/designation.yaml", "otherwise: true", "when: designation_score.total > 60",
         "K511 table `designation` has a gap"),
        ("rules/designation.yaml", "designation_score.total >= P.score_mid",
         "designation_score.total >= P.score_auto", "K512 warning: row `R11` is never reached: `R10`"),
        ("rules/parameters.yaml", "score_low: {type: number, value: 55",
         "score_low: {type: number, value: 63", "K531 `score_mid` (62.5) has to be greater than"),
        ("rules/parameters.yaml", "maturity_opt_avg: {type: score, value: 3.5",
         "maturity_opt_avg: {type: score, value: 1", "K524 warning: `maturity.avg >= P.maturity_opt_avg`"),
        ("rules/parameters.yaml", "pilot_min: {type: integer, value: 3",
         "pilot_min: {type: integer, value: 6", "K521 gate G-P2 never opens: G-P2.18 is never met"),
        ("rules/approvals.yaml", "voters: [exec_sponsor, finance_controller]",
         "voters: [kam, finance_controller]", "K541 approval AP-DEAL cannot be given"),
        ("rules/approvals.yaml", "chair: exec_sponsor", "chair: hr_talent_lead",
         "K543 the chair `hr_talent_lead` of approval AP-EXIT"),
        ("rules/gates_account.yaml", "must: account.hold_reason is present",
         "must: account.hold_started_on is present", "K526 G-A8.1 needs `account.hold_started_on`"),
        ("rules/gates_program.yaml", "must: program.choice_cascade_answered = 5",
         "must: program.choice_cascade_answered = 6", "K523 `program.choice_cascade_answered = 6`"),
        ("workflows/program_rollout.yaml", "trigger: scale, from: pilot", "trigger: scale, from: [design, pilot]",
         "K509 stage `scale` of `program_rollout` can be reached without `pilot`: proposed -> TP-01 ->"),
        ("rules/parameters.yaml", "approval_escalate_pct: {type: percent, value: 100",
         "approval_escalate_pct: {type: percent, value: 50", "K531 `approval_escalate_pct` (50) has to be greater"),
        ("rules/approvals.yaml", "    deadline: 5 business days\n    escalate_to: [program_sponsor]\n  AP-DESIG-C",
         "    deadline: 25 business days\n  AP-DESIG-C",
         "K544 warning: approval AP-DESIG-B may take 25 business days, and TA-02 asks for it in stage `selection`"),
        ("rules/gates_account.yaml", "must: incident.open_major_count <= P.open_major_max",
         "must: incident.open_critical_count > 0", "K521 gate G-A4 never opens: `G-A4.7` and `G-A4.8`"),
    ],
)  # fmt: skip
def test_a_slip_in_the_shipped_policy_is_found(
    file: str, before: str, after: str, said: str
) -> None:
    text = FILES[file].decode()
    assert before in text

    loaded = load_pack({**FILES, file: text.replace(before, after, 1).encode()})
    found = [str(item).split(": ", 1)[1] for item in verified(loaded).diagnostics]

    assert [line for line in found if line.startswith(said)], "\n".join(found)


def test_guards_that_meet_at_one_day_are_found() -> None:
    """On the ninetieth day both ways back from a hold would be open."""
    file = "workflows/account_lifecycle.yaml"
    text = FILES[file].replace(b"trigger: resume_replan", b"trigger: resume")
    text = text.replace(b"> P.hold_replan_days", b">= P.hold_replan_days")

    found = verified(load_pack({**FILES, file: text})).diagnostics

    (said,) = [item.message for item in found if item.severity == "error"]
    assert "TA-17 and TA-18 are both open for `resume` in stage `on_hold`" in said
    assert "`account.hold_started_on` is 90 days ago" in said


def test_an_error_leaves_no_pack_and_a_warning_does() -> None:
    file = "rules/designation.yaml"
    gap = FILES[file].replace(b"otherwise: true", b"when: designation_score.total > 60")
    idle = FILES[file].replace(b"total >= P.score_mid", b"total >= P.score_auto")

    assert verified(load_pack({**FILES, file: gap})).pack is None
    assert verified(load_pack({**FILES, file: idle})).pack is not None
    assert load_policy("kam-core").pack is not None
