"""Approvals from the request to the decision: who is asked, who may vote, what a vote does."""

import pytest

from kamflow.model.commands import CastVote
from kamflow.model.decision import Decision
from kamflow.model.events import ApprovalDecided, ApprovalRequested, ApprovalWithdrawn, StageEntered
from tests.builders import Plain, World, a_world

FACTS = """
facts:
  account:
    account.ready: {type: flag, max_age: 30 days, default: true}
    account.open: {type: flag, default: true}
    account.big: {type: flag}
    account.kam: {type: person}
    account.note: {type: text, max_age: 30 days}
    account.approved_on: {type: date}
roles:
  kam: {who: kam, holder: account.kam}
  boss: {who: boss}
  clerk: {who: clerk}
  third: {who: third}
  both: {who: both, members: [boss, clerk]}
gates:
  G:
    subject: account
    criteria:
      - {id: G.1, must: account.ready}
      - {id: G.2, must: account.approved_on is present, settled_by: approval}
"""

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}, lost: {kind: end}}
  transitions:
    - id: A1
      trigger: plan
      from: candidate
      to: planning
      gate: G
      approval: AP
      when: account.open
      set_on_approval: {account.approved_on: today}
    - {id: A2, trigger: lose, from: candidate, to: lost}
    - {id: A3, trigger: touch, from: candidate, to: same, approval: AP}
"""
ACME = "north/acme"


def asking(approval: str, **roles: str) -> World:
    """Return a world with this approval and people (`ann ben`) in roles; nothing is asked yet."""
    world = a_world(FACTS, f"approvals: {{AP: {{{approval}}}}}", lifecycle=LIFECYCLE)
    for role, people in roles.items():
        for person in people.split():
            world.assign("north", role, person)
    return world


def asked(approval: str, **roles: str) -> World:
    """Return such a world after `zoe` has asked for the plan."""
    world = asking(approval, **roles)
    decision = world.request(ACME, "plan", by="zoe")
    assert decision.accepted, decision.reasons
    return world


def kinds(decision: Decision) -> list[str]:
    return [type(event).__name__ for event in decision.happenings]


def test_people_are_asked_before_the_transition_is_made() -> None:
    world = asking("voters: [boss], rule: one", boss="ann")

    decision = world.request(ACME, "plan", by="zoe")

    assert decision.accepted
    assert kinds(decision) == ["ApprovalRequested"]
    assert decision.reasons == (f"approval AP `{ACME}#2` waits for ann",)
    assert world.stage(ACME) == "candidate"


def test_the_last_vote_makes_the_transition() -> None:
    world = asked("voters: [boss, clerk], rule: all", boss="ann", clerk="ben")

    first = world.vote(ACME, "approve", by="ann")
    second = world.vote(ACME, "approve", by="ben")

    assert kinds(first) == ["VoteCast"]
    assert first.reasons == (f"approval `{ACME}#2` still waits for ben",)
    assert kinds(second) == ["VoteCast", "ApprovalDecided", "FactsRecorded", "StageEntered"]
    assert world.stage(ACME) == "planning"
    assert world.subjects[ACME].approvals == {}


def test_every_event_after_the_first_names_it_as_its_cause() -> None:
    world = asked("voters: [boss], rule: one", boss="ann")

    decision = world.vote(ACME, "approve", by="ann")

    first = decision.events[0].sequence
    assert [item.cause for item in decision.events] == [None, first, first, first]


def test_a_no_leaves_the_stage_and_is_told_with_who_said_it() -> None:
    world = asked("voters: [boss, clerk], rule: all", boss="ann", clerk="ben")
    world.vote(ACME, "approve", by="ann")

    decision = world.vote(ACME, "reject", by="ben")

    assert decision.accepted
    decided = decision.happenings[-1]
    assert isinstance(decided, ApprovalDecided)
    assert (decided.approved, decided.reason) == (False, "ann approve, ben reject")
    assert world.stage(ACME) == "candidate"
    assert decision.reasons == ("plan was not approved: ann approve, ben reject",)


@pytest.mark.parametrize(
    ("by", "answer", "reason"),
    [
        ("eve", "approve", "`eve` has no vote on it; ann may vote"),
        ("zoe", "approve", "`zoe` may not vote on it: asked for it; ann may vote"),
        ("kim", "approve", "`kim` may not vote on it: is `account.kam`; ann may vote"),
        ("ann", "maybe", "`maybe` is no vote; it is approve, reject, abstain"),
    ],
)
def test_who_may_not_vote_is_told_why(by: str, answer: str, reason: str) -> None:
    approval = "voters: [boss], rule: one, excluded: [requester, account.kam]"
    world = asking(approval, boss="ann zoe kim")
    world.record(ACME, {"account.kam": "kim"})
    world.request(ACME, "plan", by="zoe")

    decision = world.vote(ACME, answer, by=by)

    assert not decision.accepted
    assert decision.reasons == (reason,)
    assert kinds(decision) == ["CommandRefused"]


def test_nobody_votes_twice() -> None:
    world = asked("voters: [boss], rule: at_least 2", boss="ann ben")
    world.vote(ACME, "approve", by="ann")

    again = world.vote(ACME, "approve", by="ann")

    assert again.reasons == ("`ann` has voted on it already",)
    assert world.stage(ACME) == "candidate"


def test_a_person_with_two_roles_has_one_vote() -> None:
    world = asked("voters: [boss, clerk], rule: all", boss="ann ben", clerk="ann")

    first = world.vote(ACME, "approve", by="ann")

    assert world.stage(ACME) == "candidate"
    assert first.reasons == (f"approval `{ACME}#2` still waits for ben",)


def test_an_approval_that_is_not_open_takes_no_votes() -> None:
    world = asking("voters: [boss], rule: one", boss="ann")

    decision = world.submit(ACME, CastVote(actor="ann", approval=f"{ACME}#99", vote="approve"))

    assert decision.reasons == (f"approval `{ACME}#99` is not open; open are none",)


@pytest.mark.parametrize(
    ("approval", "roles", "reason"),
    [
        ("voters: [boss], rule: one", {}, "nobody may vote as `boss`"),
        ("voters: [boss, clerk], rule: one", {}, "nobody may vote as `boss`, `clerk`"),
        ("voters: [boss, clerk], rule: all", {"boss": "ann"}, "nobody may vote as `clerk`"),
        (
            "voters: [boss, clerk], rule: all",
            {"boss": "ann", "clerk": "ann"},
            "there are fewer people than roles that have to vote, and one person has one vote",
        ),
        (
            "voters: [boss], rule: at_least 2",
            {"boss": "ann"},
            "2 votes are needed and 1 person may vote",
        ),
        (
            "voters: [boss], rule: majority, quorum: 3",
            {"boss": "ann ben"},
            "3 votes are needed and 2 people may vote",
        ),
        (
            "voters: [boss], rule: majority, chair: clerk",
            {"boss": "ann ben", "clerk": "eve"},
            "the chair `clerk` has to vote and nobody can",
        ),
        (
            "voters: [boss], rule: one, excluded: [requester]",
            {"boss": "zoe"},
            "nobody may vote as `boss`",
        ),
    ],
)
def test_what_nobody_could_approve_is_refused_at_once(
    approval: str, roles: dict[str, str], reason: str
) -> None:
    world = asking(approval, **roles)

    decision = world.request(ACME, "plan", by="zoe")

    assert not decision.accepted
    assert decision.reasons == (f"approval AP cannot be given: {reason}",)
    assert world.subjects[ACME].approvals == {}


def test_one_staffed_role_of_several_is_enough_when_the_first_vote_decides() -> None:
    world = asked("voters: [boss, clerk], rule: one", clerk="ben")

    world.vote(ACME, "approve", by="ben")

    assert world.stage(ACME) == "planning"


@pytest.mark.parametrize(
    ("big", "voters"),
    [(True, {"ann", "ben"}), (False, {"ann"}), (None, {"ann", "ben"})],
)
def test_a_role_votes_only_when_its_condition_is_met_or_unknown(
    big: Plain | None,
    voters: set[str],
) -> None:
    world = asking(
        "voters: [boss, {role: clerk, when: account.big}], rule: all", boss="ann", clerk="ben"
    )
    if big is not None:
        world.record(ACME, {"account.big": big})

    decision = world.request(ACME, "plan", by="zoe")

    assert decision.reasons == (
        f"approval AP `{ACME}#{decision.events[0].sequence}` waits for {', '.join(sorted(voters))}",
    )


def test_a_condition_of_the_pack_can_approve_at_once_and_says_so() -> None:
    world = asking("voters: [boss], rule: one, auto_when: not account.big", boss="ann")
    world.record(ACME, {"account.big": False})

    decision = world.request(ACME, "plan", by="zoe")

    assert kinds(decision) == ["ApprovalDecided", "FactsRecorded", "StageEntered"]
    decided = decision.happenings[0]
    assert isinstance(decided, ApprovalDecided)
    assert (decided.automatic, decided.approved, decided.reason) == (True, True, "not account.big")
    assert decision.events[0].actor == "system"
    assert [finding.criterion for finding in decided.findings] == ["G.1", "AP auto_when"]
    assert "account.big" in decided.findings[1].values


@pytest.mark.parametrize("big", [True, None])
def test_people_are_asked_while_the_condition_is_unmet_or_unknown(big: Plain | None) -> None:
    world = asking("voters: [boss], rule: one, auto_when: not account.big", boss="ann")
    if big is not None:
        world.record(ACME, {"account.big": big})

    decision = world.request(ACME, "plan", by="zoe")

    assert kinds(decision) == ["ApprovalRequested"]


def test_the_same_is_not_asked_twice_at_a_time() -> None:
    world = asked("voters: [boss], rule: one", boss="ann")

    again = world.request(ACME, "plan", by="yan")

    assert not again.accepted
    assert again.reasons == (f"approval `{ACME}#2` is waiting for votes already",)


def test_leaving_the_stage_withdraws_what_is_still_asked() -> None:
    world = asked("voters: [boss], rule: one", boss="ann")

    decision = world.request(ACME, "lose", by="zoe")

    assert [type(event) for event in decision.happenings] == [StageEntered, ApprovalWithdrawn]
    assert world.subjects[ACME].approvals == {}


def test_a_transition_that_stays_in_the_stage_leaves_other_requests_open() -> None:
    world = asked("voters: [boss], rule: one", boss="ann")
    asked_first = next(iter(world.subjects[ACME].approvals))
    world.request(ACME, "touch", by="zoe")
    second = next(key for key in world.subjects[ACME].approvals if key != asked_first)

    world.submit(ACME, CastVote(actor="ann", approval=second, vote="approve"))

    assert list(world.subjects[ACME].approvals) == [asked_first]


def test_the_gate_is_judged_again_at_the_last_vote() -> None:
    world = asked("voters: [boss], rule: one", boss="ann")
    world.record(ACME, {"account.ready": True})
    world.later(31)  # by which that is too old

    decision = world.vote(ACME, "approve", by="ann")

    assert decision.accepted
    assert kinds(decision) == ["VoteCast", "ApprovalWithdrawn"]
    assert decision.reasons == ("the votes would decide, but gate G is not ready: G.1; ask again",)
    assert decision.gate is not None
    assert world.stage(ACME) == "candidate"
    assert "account.approved_on" not in world.subjects[ACME].facts


def test_the_guard_is_asked_again_at_the_last_vote() -> None:
    world = asked("voters: [boss], rule: one", boss="ann")
    world.record(ACME, {"account.open": False})

    decision = world.vote(ACME, "approve", by="ann")

    assert kinds(decision) == ["VoteCast", "ApprovalWithdrawn"]
    assert world.stage(ACME) == "candidate"


def test_what_was_refused_is_not_asked_again_before_a_fact_has_changed() -> None:
    world = asked("voters: [boss], rule: one", boss="ann")
    world.vote(ACME, "reject", by="ann")

    at_once = world.request(ACME, "plan", by="zoe")
    world.record(ACME, {"account.note": "new"})
    later = world.request(ACME, "plan", by="zoe")

    assert at_once.reasons == ("nothing has changed since the last no; record new facts first",)
    assert later.accepted


def test_an_observation_that_replaces_nothing_is_no_change() -> None:
    world = asking("voters: [boss], rule: one", boss="ann")
    world.record(ACME, {"account.note": "now"})
    world.request(ACME, "plan", by="zoe")
    world.vote(ACME, "reject", by="ann")

    world.record(
        ACME, {"account.note": "before"}, as_of=world.subjects[ACME].opened_at.replace(year=2020)
    )

    assert not world.request(ACME, "plan", by="zoe").accepted


def test_a_vote_counts_no_more_when_the_voter_becomes_one_who_may_not() -> None:
    approval = "voters: [boss], rule: at_least 2, excluded: [account.kam]"
    world = asked(approval, boss="ann ben eve")
    world.vote(ACME, "approve", by="ann")
    world.record(ACME, {"account.kam": "ann"})

    world.vote(ACME, "approve", by="ben")
    before = world.stage(ACME)
    world.vote(ACME, "approve", by="eve")

    assert (before, world.stage(ACME)) == ("candidate", "planning")


def test_a_vote_counts_no_more_when_the_voter_has_left_the_role() -> None:
    world = asked("voters: [boss], rule: at_least 2", boss="ann ben eve")
    world.vote(ACME, "approve", by="ann")
    world.unassign("north", "boss", "ann")

    world.vote(ACME, "approve", by="ben")

    assert world.stage(ACME) == "candidate"


def test_who_comes_into_a_role_can_vote_on_what_is_open() -> None:
    world = asked("voters: [boss], rule: at_least 2", boss="ann ben")
    world.unassign("north", "boss", "ben")
    world.assign("north", "boss", "new")
    world.vote(ACME, "approve", by="ann")

    world.vote(ACME, "approve", by="new")

    assert world.stage(ACME) == "planning"


def test_the_members_of_a_committee_vote() -> None:
    world = asked("voters: [both], rule: majority, quorum: 3", boss="ann ben", clerk="eve")

    for person in ("ann", "ben", "eve"):
        world.vote(ACME, "approve", by=person)

    assert world.stage(ACME) == "planning"


def test_findings_and_remark_stand_in_the_request() -> None:
    world = asking("voters: [boss], rule: one", boss="ann")

    decision = world.request(ACME, "plan", by="zoe")

    asked_for = decision.happenings[0]
    assert isinstance(asked_for, ApprovalRequested)
    assert (asked_for.transition, asked_for.target) == ("A1", "planning")
    assert [finding.values for finding in asked_for.findings] == [{"account.ready": "true"}]
