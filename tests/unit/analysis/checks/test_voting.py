"""Approvals that nobody can give are found, ballot by ballot, with duties and levels."""

import pytest

from tests.unit.analysis.checks.found import found, lifecycle

ROLES = """
roles:
  sponsor: {who: sponsor of the account, holder: account.sponsor}
  manager: {who: manager of the account, holder: account.kam}
  board: {who: the board}
  panel: {who: those two, members: [sponsor, manager]}
"""
DEADLINES = "approving: {deadline: 5 business days}\n"
FLOW = lifecycle(
    "candidate: {kind: initial}, planning: {kind: end}",
    "id: A1, trigger: plan, from: candidate, to: planning, approval: AP, requested_by: [kam]",
)
CODES = ("K541", "K542", "K543", "K545", "K546")


def checked(approval: str, *others: str, flow: str = FLOW) -> list[str]:
    """Return what is found about the voters of an approval, without places."""
    text = f"approvals:\n  AP: {{{approval}}}\n"
    return found(ROLES, text, DEADLINES, *others, lifecycle=flow, only=CODES)


@pytest.mark.parametrize(
    "approval",
    [
        "voters: [sponsor, board], rule: all",
        "voters: [board], rule: at_least 60%, quorum: 4",
        "voters: [sponsor], rule: everybody",
        "steps: [{voters: [sponsor]}, {voters: [sponsor, manager], rule: all}]",
        "steps: [{need: any, ballots: [{voters: [sponsor], rule: at_least 2}, {voters: [board]}]}]",
        "steps: [{when: account.size > 1, voters: [sponsor], rule: at_least 2}, {voters: [board]}]",
    ],
)
def test_an_approval_that_somebody_can_give_is_let_pass(approval: str) -> None:
    assert checked(approval) == []


@pytest.mark.parametrize(
    ("approval", "problem"),
    [
        ("steps: [{voters: [board]}, {voters: [sponsor], rule: at_least 2}]",
         "in step 2 2 votes are needed and at most 1 person may vote"),
        ("steps: [{ballots: [{voters: [board]}, {voters: [panel], rule: majority, quorum: 3}]}]",
         "in step 1 3 votes are needed and at most 2 people may vote"),
        ("voters: [sponsor], rule: everybody, excluded: [account.sponsor]",
         "nobody who is not excluded can vote as `sponsor`"),
        ("voters: [panel], rule: at_least 60%, quorum: 3",
         "3 votes are needed and at most 2 people may vote"),
        ("voters: [sponsor], quorum: 2", "2 votes are needed and at most 1 person may vote"),
    ],
)  # fmt: skip
def test_an_approval_that_nobody_can_give_is_found(approval: str, problem: str) -> None:
    assert checked(approval) == [f"K541 approval AP cannot be given: {problem}"]


def duty(text: str) -> str:
    return f"duties: {{D-1: {{title: a duty, on: [vote], {text}}}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        "who: [account.sponsor]",
        "who: [sponsor]",
        "who: [sponsor], only: [A*]",
        "who: [sponsor], only: [A1]",
        "who: [sponsor], only: [plan]",
    ],
)
def test_a_duty_that_bans_every_voter_makes_an_approval_that_nobody_can_give(text: str) -> None:
    assert checked("voters: [sponsor]", duty(text)) == [
        (
            "K541 approval AP cannot be given: nobody who is not excluded can vote as `sponsor`; "
            "duties bar people from this vote: D-1"
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "who: [account.kam]",
        "who: [sponsor], except: [AP]",
        "who: [sponsor], except: [A1]",
        "who: [sponsor], only: [account.size]",
    ],
)
def test_a_duty_about_something_else_bans_nobody(text: str) -> None:
    assert checked("voters: [sponsor]", duty(text)) == []


def test_a_duty_that_bans_all_parts_of_a_role_bans_the_role() -> None:
    assert checked("voters: [panel]", duty("who: [sponsor, manager]")) != []
    assert checked("voters: [panel]", duty("who: [sponsor]")) == []


def test_a_duty_against_who_asks_counts_where_only_one_person_asks() -> None:
    flow = FLOW.replace("requested_by: [kam]", "requested_by: [sponsor]")

    (said,) = checked("voters: [sponsor]", duty("who: [requester]"), flow=flow)

    assert said.startswith("K542 approval AP cannot be given when `sponsor` asks for A1")


def test_the_chair_of_each_ballot_has_a_vote() -> None:
    ballot = "{voters: [sponsor], rule: majority, chair: board}"

    (said,) = checked(f"steps: [{{voters: [board]}}, {{ballots: [{ballot}]}}]")

    assert said.startswith("K543 the chair `board` of approval AP is none of its voters")


def test_going_up_to_who_votes_already_is_found() -> None:
    said = "K546 approval AP goes up to nobody but those who vote already: `sponsor`"

    (line,) = checked("voters: [panel], escalate_to: [sponsor]")

    assert line.startswith(said)
    assert checked("voters: [panel], escalate_to: [sponsor, board]") == []
    assert checked("steps: [{voters: [panel]}, {voters: [board]}], escalate_to: [sponsor]") == []


def test_an_approval_without_a_deadline_may_wait_for_ever() -> None:
    text = "approvals: {AP: {voters: [board]}, AP-2: {voters: [board], deadline: 2 days}}\n"

    assert found(ROLES, text, lifecycle=FLOW, only=("K545",)) == [
        (
            "K545 approval AP has no `deadline`, and `approving` gives none: a request that "
            "nobody decides waits for ever"
        )
    ]


def test_the_deadline_of_all_approvals_is_held_against_the_stage() -> None:
    flow = FLOW.replace("{kind: initial}", "{kind: initial, sla: 5 days}")
    text = "approvals: {AP: {voters: [board]}}\napproving: {deadline: 10 business days}\n"

    (said,) = found(ROLES, text, lifecycle=flow, only=("K544",))

    assert "approval AP may take 10 business days, and A1 asks for it in stage `candidate`" in said


def test_what_appeals_waivers_and_duties_name_is_used() -> None:
    text = """
approvals:
  AP: {voters: [board], appeal: {by: [board], within: 5 days, approval: AP-2, transition: A1}}
  AP-2: {voters: [board]}
  AP-3: {voters: [board]}
waiving: {approval: AP-3, longest: P.longest}
rights: {remind: [clerk]}
duties: {D: {title: a duty, on: [vote], who: [auditor]}}
parameters: {longest: {type: integer, value: 9}}
roles: {clerk: {who: clerk}, auditor: {who: auditor}}
"""

    unused = found(ROLES, text, lifecycle=FLOW, only=("K553",))

    assert not [line for line in unused if any(it in line for it in ("AP-", "longest", "clerk"))]
    assert not [line for line in unused if "auditor" in line]
