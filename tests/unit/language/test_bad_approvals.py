"""What a policy says of approvals and cannot work is refused with the way out."""

import pytest

from tests.builders import problems
from tests.unit.language.governed import APPROVALS, AROUND, LIFECYCLE, WORDS


def wrong(approvals: str = APPROVALS, around: str = AROUND, words: str = WORDS) -> list[str]:
    return problems(words, approvals, around, lifecycle=LIFECYCLE)


def with_approval(text: str) -> list[str]:
    """Return what is wrong with one more approval, without its place."""
    return [item.split(" ", 1)[1] for item in wrong(f"{APPROVALS}  AP-X: {text}\n")]


def with_duty(text: str) -> list[str]:
    return [item.split(" ", 1)[1] for item in wrong(around=f"{AROUND}  D-X: {text}\n")]


def without(text: str) -> str:
    """Return what stands around approvals with `text` left out."""
    assert text in AROUND
    return AROUND.replace(text, "")


def test_an_approval_has_steps_or_a_ballot_of_its_own() -> None:
    assert with_approval("{steps: [{voters: [board]}], rule: all}") == [
        "K206 approval `AP-X` has `steps`, and `rule` beside it says nothing; leave one"
    ]
    assert with_approval("{title: empty}") == ["K202 approval `AP-X` needs the key `voters`"]


def test_a_step_has_ballots_or_one_of_its_own() -> None:
    assert with_approval("{steps: [{voters: [board], ballots: [{voters: [head]}]}]}") == [
        (
            "K206 a step of approval `AP-X` has `ballots`, and `voters` beside it says nothing; "
            "leave one"
        )
    ]
    assert with_approval("{steps: [{title: empty}]}") == [
        "K202 a step of approval `AP-X` needs the key `voters`"
    ]
    assert with_approval("{steps: [{ballots: [{rule: all}]}]}") == [
        "K202 a ballot of approval `AP-X` needs the key `voters`"
    ]


def test_unknown_words_of_a_ballot_are_named() -> None:
    assert sorted(with_approval("{voters: [{role: haed, each: region}], rule: most}")) == [
        "K203 there is no role `haed`; did you mean `head`?",
        (
            "K205 `rule: most` is not understood; write it like `one, all, at_least 2, majority or "
            "two_thirds`"
        ),
        "K206 `each: region` is not known; it is one of function",
    ]


def test_a_share_is_one_to_a_hundred_percent() -> None:
    assert with_approval("{voters: [board], rule: at_least 101%}") == [
        "K206 `rule: at_least 101%` is no share; write 1% to 100%"
    ]
    assert with_approval("{voters: [board], rule: majority, quorum: 0%}") == [
        "K206 `quorum: 0%` is no share; write 1% to 100%"
    ]


def test_ties_are_of_a_majority_and_the_chair_that_breaks_one_is_named() -> None:
    assert with_approval("{voters: [board], rule: all, tie: approve}") == [
        "K206 `tie` of approval `AP-X` says nothing: only `rule: majority` has ties"
    ]
    assert with_approval("{voters: [board], rule: majority, tie: chair}") == [
        "K202 `tie: chair` of approval `AP-X` needs the key `chair`"
    ]


def test_what_follows_an_automatic_yes_needs_one() -> None:
    assert with_approval("{voters: [board], spot_check: {share: 5%, by: [auditor]}}") == [
        (
            "K206 `spot_check` of approval `AP-X` is about automatic decisions, and it has no "
            "`auto_when`"
        )
    ]


def test_an_appeal_names_a_transition_that_starts_where_the_decision_leads() -> None:
    unknown = wrong(APPROVALS.replace("transition: A4", "transition: A9"))
    elsewhere = wrong(APPROVALS.replace("transition: A4", "transition: A5"))

    assert [item.split(" ", 1)[1] for item in unknown] == ["K203 there is no transition `A9`"]
    assert [item.split(" ", 1)[1] for item in elsewhere] == [
        (
            "K206 `transition` of the appeal of approval `AP-R` is `A5`, which does not start in "
            "`rejected` or `candidate`, where the decision leads"
        )
    ]


def call_in(text: str, approvals: str = APPROVALS) -> list[str]:
    """Return what is wrong when AP-A is called in like that, without its place."""
    line = "call_in: {by: [board], within: 5 business days, approval: AP-C, undo: A2}"
    assert line in approvals
    return [i.split(" ", 1)[1] for i in wrong(approvals.replace(line, f"call_in: {{{text}}}"))]


def test_a_call_in_undoes_from_where_the_decision_leads() -> None:
    assert call_in("by: [board], within: 5 days, approval: AP-C, undo: A1") == [
        (
            "K206 `undo` of the call-in of approval `AP-A` is `A1`, which does not start in "
            "`planning`, where the decision leads"
        )
    ]


def test_what_a_call_in_undoes_starts_wherever_the_decision_leads() -> None:
    two = LIFECYCLE.replace(
        "from: candidate, to: planning, gate", "from: candidate, to: [planning, rejected], gate"
    )

    found = problems(WORDS, APPROVALS, AROUND, lifecycle=two)

    assert [item.split(" ", 1)[1] for item in found] == [
        (
            "K206 `undo` of the call-in of approval `AP-A` is `A2`, which does not start in "
            "`rejected`, where the decision leads"
        )
    ]


def test_a_decision_to_stay_is_undone_from_there() -> None:
    stay = LIFECYCLE.replace(
        "from: candidate, to: planning, gate", "from: candidate, to: same, gate"
    )
    more = "    - {id: A6, trigger: skip, from: candidate, to: planning}\n"

    found = problems(WORDS, APPROVALS, AROUND, lifecycle=stay + more)

    assert [item.split(" ", 1)[1] for item in found] == [
        (
            "K206 `undo` of the call-in of approval `AP-A` is `A2`, which does not start in "
            "`candidate`, where the decision leads"
        )
    ]


def test_what_a_call_in_undoes_leads_to_one_stage() -> None:
    two = LIFECYCLE.replace(
        "from: planning, to: candidate", "from: planning, to: [candidate, rejected]"
    )

    found = problems(WORDS, APPROVALS, AROUND, lifecycle=two)

    assert [item.split(" ", 1)[1] for item in found] == [
        (
            "K206 `undo` of the call-in of approval `AP-A` is `A2`, which leads to candidate or "
            "rejected; name one that leads to a single stage"
        )
    ]


def test_what_a_call_in_undoes_is_of_the_same_workflow() -> None:
    assert call_in("by: [board], within: 5 days, approval: AP-C, undo: P1") == [
        (
            "K206 `undo` of the call-in of approval `AP-A` is `P1`, which is none of workflow "
            "`lifecycle`, where the decision is made"
        )
    ]


def test_people_decide_on_call_ins_and_appeals() -> None:
    again = APPROVALS.replace("approval: AP-C", "approval: AP-A")

    assert [item.split(" ", 1)[1] for item in wrong(again)] == [
        (
            f"K206 the {what} of approval `{name}` names `AP-A`, which has `auto_when`; people "
            "have to decide here, so name an approval without it"
        )
        for what, name in (("call-in", "AP-A"), ("appeal", "AP-R"))
    ]


def test_a_role_votes_once_in_a_ballot() -> None:
    assert with_approval("{voters: [board, {role: board, when: account.ready}], rule: all}") == [
        "K206 `board` is twice in `voters` of approval `AP-X`; name it once"
    ]
    assert with_approval("{steps: [{voters: [board]}, {voters: [board, head, head]}]}") == [
        "K206 `head` is twice in `voters` of a step of approval `AP-X`; name it once"
    ]


@pytest.mark.parametrize("quorum", ["0", "000"])
def test_a_quorum_asks_for_votes(quorum: str) -> None:
    assert with_approval(f"{{voters: [board], rule: majority, quorum: {quorum}}}") == [
        f"K206 `quorum: {quorum}` asks for no vote; write 1 or more, or leave it out"
    ]


def test_time_is_a_day_or_more() -> None:
    spans = ("deadline: 0 days", "within: 0 business days", "review_within: 00 days")
    deadline, within, review = (
        f"K206 `{span}` is no time at all; write 1 day or more" for span in spans
    )

    assert with_approval("{voters: [board], deadline: 0 days}") == [deadline]
    assert call_in("by: [board], within: 0 business days, approval: AP-C, undo: A2") == [within]
    around = AROUND.replace("review_within: 5 business days", "review_within: 00 days")
    assert [item.split(" ", 1)[1] for item in wrong(around=around)] == [review]


def test_who_may_do_something_is_named() -> None:
    assert call_in("by: [], within: 5 days, approval: AP-C, undo: A2") == [
        "K206 `by` of `call_in` of approval `AP-A` names nobody; name at least one"
    ]
    check = APPROVALS.replace("by: [auditor]", "by: []")
    appeal = APPROVALS.replace("by: [account.kam, sponsor]", "by: []")
    for text, what in (
        (check, "`spot_check` of approval `AP-A`"),
        (appeal, "`appeal` of approval `AP-R`"),
    ):
        assert [item.split(" ", 1)[1] for item in wrong(text)] == [
            f"K206 `by` of {what} names nobody; name at least one"
        ]


@pytest.mark.parametrize(
    "line",
    ["asked_by: [sponsor]", "confirmed_by: [board]", "reviewed_by: [auditor]", "asked_by: [kam]"],
)
def test_who_acts_in_an_emergency_or_asks_for_a_waiver_is_named(line: str) -> None:
    key = line.split(":", maxsplit=1)[0]
    section = "waiving" if "kam" in line else "break_glass"
    assert line in AROUND

    assert [i.split(" ", 1)[1] for i in wrong(around=AROUND.replace(line, f"{key}: []"))] == [
        f"K206 `{key}` of `{section}` names nobody; name at least one"
    ]


def test_a_level_is_named_once() -> None:
    assert with_approval("{voters: [head], escalate_to: [board, board]}") == [
        "K206 `board` is twice in `escalate_to` of approval `AP-X`"
    ]


def test_higher_roles_do_not_go_in_a_circle() -> None:
    words = WORDS.replace("board: {who: the board}", "board: {who: board, higher: [sponsor]}")

    assert [item.split(" ", 1)[1] for item in wrong(words=words)] == [
        "K401 goes in a circle: sponsor -> board -> sponsor"
    ]


def test_shares_of_a_deadline_follow_each_other() -> None:
    around = AROUND.replace("[100, 150]", "[150, 100]").replace("expire: 300", "expire: 120")

    assert [item.split(" ", 1)[1] for item in wrong(around=around)] == [
        "K206 `escalate` does not rise from level to level, in percent of the deadline",
        "K206 `escalate` has a level after `expire`, in percent of the deadline",
    ]


def test_an_amount_is_a_whole_number_or_a_parameter() -> None:
    around = AROUND.replace("expire: 300", "expire: soon").replace("P.remind_pct", "P.remind")

    assert [item.split(" ", 1)[1] for item in wrong(around=around)] == [
        "K203 there is no percent parameter `P.remind`; did you mean `P.remind_pct`?",
        "K205 `expire: soon` is not understood; write it like `50`, or name a parameter",
    ]


def test_rights_and_acts_are_those_that_are_known() -> None:
    around = AROUND.replace("rights: {reassign", "rights: {resign")

    assert [item.split(" ", 1)[1] for item in wrong(around=around)] == [
        "K201 `rights` has no key `resign`; did you mean `reassign`?"
    ]
    assert with_duty("{title: x, on: [voting], who: [requester]}") == [
        "K206 `voting` is no act; did you mean `vote`?"
    ]


def test_a_duty_names_what_there_is() -> None:
    sorts = "approval or fact or event or transition or trigger or role or gate or criterion"

    assert with_duty("{title: x, on: [vote], who: [nobody], only: [AP-Q, AQ-*]}") == [
        "K203 there is no role or person fact `nobody`",
        f"K203 there is no {sorts} `AP-Q`; did you mean `AP-S`?",
        f"K203 there is no {sorts} `AQ-*`",
    ]


def test_a_duty_bans_or_is_kept_by_something() -> None:
    assert with_duty("{title: x}") == [
        "K202 duty `D-X` needs `on` and `who`, `apart`, or `kept_by`"
    ]
    assert with_duty("{title: x, who: [requester]}") == ["K202 duty `D-X` needs the key `on`"]
    assert with_duty("{title: x, on: [vote], kept_by: engine}") == [
        "K206 duty `D-X` is kept by something else and bans nothing: no `on`"
    ]
    assert with_duty("{title: x, on: [vote], apart: [[admin], [board]]}") == [
        "K206 duty `D-X` keeps roles apart, which is about `assign` alone"
    ]
    assert with_duty("{title: x, on: [assign], apart: [[admin, board]]}") == [
        "K205 `apart` of duty `D-X` needs two lists of roles to keep them apart"
    ]


def test_what_keeps_a_duty_is_there() -> None:
    assert with_duty("{title: x, kept_by: criterion G-9}") == [
        "K203 there is no criterion `G-9`; did you mean `G-2`?"
    ]
    assert with_duty("{title: x, kept_by: people}") == [
        (
            "K205 `kept_by: people` is not understood; write it like `criterion G-1.2`, "
            "`key break_glass`, or `engine one vote each`"
        )
    ]


def test_a_section_that_is_kept_out_keeps_no_duty() -> None:
    start = AROUND.index("break_glass:")
    end = AROUND.index("rights:")

    assert [item.split(" ", 1)[1] for item in wrong(around=without(AROUND[start:end]))] == [
        "K203 there is no key `break_glass`"
    ]


def test_a_criterion_without_waivers_names_nobody_who_decides_on_one() -> None:
    words = WORDS.replace("waivable: false", "waivable: false, waived_by: [board]")

    assert [item.split(" ", 1)[1] for item in wrong(words=words)] == [
        "K206 criterion `G-2` can never be waived, so nobody decides on it"
    ]


def test_a_route_does_not_decide_on_waivers() -> None:
    table = """
tables:
  way: {subject: account, rows: [{id: R, otherwise: true, then: {approval: AP-C}}]}
"""
    routed = f"{APPROVALS}  AP-X: {{route: way.approval}}\n{table}"
    around = AROUND.replace("waiving: {approval: AP-C", "waiving: {approval: AP-X")

    assert [item.split(" ", 1)[1] for item in wrong(routed, around)] == [
        "K206 `waiving` names `AP-X`, which only leads to others; name the one that decides"
    ]


def test_a_section_stands_in_one_file() -> None:
    found = problems(WORDS, APPROVALS, AROUND, "rights: {assign: [board]}", lifecycle=LIFECYCLE)

    assert [item.split(" ", 1)[1] for item in found] == [
        "K204 section `rights` is given twice; first at rules/3.yaml:16:1"
    ]


def test_conditions_of_an_approval_for_waivers_are_about_what_has_gates() -> None:
    approvals = f"{APPROVALS}  AP-W: {{voters: [board], auto_when: account.bdget > 1}}\n"
    around = AROUND.replace("approval: AP-C, longest", "approval: AP-W, longest")

    assert [item.split(" ", 1)[1] for item in wrong(approvals, around)] == [
        "K302 there is no fact `account.bdget`; did you mean `account.budget`?"
    ]
