"""What a policy says of approvals is read as it is written, and refused with the way out."""

from kamflow.language.layout import laid_out
from kamflow.language.load import sealed
from kamflow.model.approval import (
    Amount,
    Appeal,
    Approving,
    BreakGlass,
    CallIn,
    Duty,
    SpotCheck,
    Voter,
    Waiving,
)
from kamflow.model.pack import Pack
from tests.builders import a_pack
from tests.unit.language.governed import APPROVALS, AROUND, LIFECYCLE, WORDS


def the_pack(approvals: str = APPROVALS, around: str = AROUND) -> Pack:
    return a_pack(WORDS, approvals, around, lifecycle=LIFECYCLE)


# ---------------------------------------------------------------------------- what is read


def test_steps_and_ballots_are_read_in_order() -> None:
    first, second, third = the_pack().approvals["AP-A"].in_steps()

    assert (first.title, first.need, first.when and first.when.text) == (
        "Finance",
        "all",
        "account.budget > 5",
    )
    assert [ballot.rule for ballot in second.ballots] == ["majority", "all"]
    assert second.need == "any"
    assert second.ballots[1].voters == (Voter(role="head", each="function"),)
    assert third.ballots[0].rule == "everybody"


def test_a_ballot_has_quorum_chair_and_tie() -> None:
    ballot = the_pack().approvals["AP-A"].steps[1].ballots[0]

    assert (ballot.quorum, ballot.quorum_pct, ballot.chair, ballot.tie) == (0, 60, "board", "chair")


def test_a_share_of_voters_is_a_rule() -> None:
    approval = the_pack().approvals["AP-R"]

    assert (approval.rule, approval.least, approval.quorum) == ("share", 60, 4)
    assert the_pack().approvals["AP-C"].tie == "approve"


def test_what_becomes_of_a_decision_is_read() -> None:
    automatic, rejection = the_pack().approvals["AP-A"], the_pack().approvals["AP-R"]

    assert automatic.escalate_to == ("sponsor", "board")
    assert (automatic.returns, rejection.returns) == (2, None)
    assert automatic.call_in == CallIn(
        by=("board",), within="5 business days", approval="AP-C", undo="A2"
    )
    assert automatic.spot_check == SpotCheck(share_pct=10, by=("auditor",), within="10 days")
    assert rejection.appeal == Appeal(
        by=("account.kam", "sponsor"),
        within="10 business days",
        approval="AP-C",
        transition="A4",
    )


def test_how_approvals_are_run_is_read() -> None:
    assert the_pack().approving == Approving(
        deadline="10 business days",
        remind=(Amount(parameter="remind_pct"), Amount(number=80)),
        escalate=(Amount(number=100), Amount(number=150)),
        expire=Amount(number=300),
        returns=4,
        condition_days=Amount(parameter="waiver_days"),
    )


def test_waivers_and_emergencies_are_read() -> None:
    pack = the_pack()

    assert pack.waiving == Waiving(
        approval="AP-C", longest=Amount(parameter="waiver_days"), asked_by=("kam",)
    )
    assert pack.break_glass == BreakGlass(
        asked_by=("sponsor",),
        confirmed_by=("board",),
        reviewed_by=("auditor",),
        review_within="5 business days",
        deadline="2 business days",
    )
    assert [item.waived_by for item in pack.gates["G"].criteria] == [("finance",), ()]
    assert pack.roles["sponsor"].higher == ("board",)


def test_rights_and_duties_are_read() -> None:
    pack = the_pack()

    assert pack.rights == {"absence": ("board", "sponsor"), "reassign": ("board",)}
    assert pack.duties["D-1"] == Duty(
        id="D-1",
        title="who asks does not vote",
        acts=("vote",),
        who=("requester", "account.kam", "kam"),
        only=("AP-*",),
        excepted=("AP-S",),
        why="two pairs of eyes",
        source="policy",
    )
    assert pack.duties["D-2"].apart == (("admin",), ("board", "sponsor"))
    assert pack.duties["D-3"].kept_by == "criterion G-1"


def test_without_these_sections_nothing_is_said() -> None:
    pack = a_pack()

    assert (pack.approving, pack.waiving, pack.break_glass) == (None, None, None)
    assert (pack.rights, pack.duties) == ({}, {})


def test_the_authors_of_a_policy_are_read() -> None:
    assert a_pack(head_keys="authors: [ana, ben]").authors == ("ana", "ben")
    assert a_pack().authors == ()


def test_what_people_outside_may_see_is_read() -> None:
    pack = a_pack(
        "facts: {account: {a.open: {type: flag, shareable: true}, a.shut: {type: flag}}}",
    )

    assert (pack.facts["a.open"].shareable, pack.facts["a.shut"].shareable) == (True, None)


# ---------------------------------------------------------------------------- digest and layout


def test_the_order_of_steps_and_of_levels_counts_in_the_digest() -> None:
    levels = APPROVALS.replace("[sponsor, board]", "[board, sponsor]")
    lines = APPROVALS.splitlines(keepends=True)
    last = next(line for line in lines if "everybody" in line)
    first = next(line for line in lines if "Finance" in line)
    steps = APPROVALS.replace(last, "").replace(first, last + first)

    assert len({the_pack(text).digest for text in (APPROVALS, levels, steps)}) == 3


def test_the_order_of_ballots_and_of_rights_does_not_count_in_the_digest() -> None:
    lines = APPROVALS.splitlines(keepends=True)
    one, other = (next(item for item in lines if text in item) for text in ("60%,", "each"))
    ballots = APPROVALS.replace(other, "").replace(one, other + one)
    around = AROUND.replace("[board, sponsor]}", "[sponsor, board]}")

    assert the_pack(ballots, around).digest == the_pack().digest


def test_the_canonical_layout_says_the_same() -> None:
    approvals, around = laid_out(APPROVALS), laid_out(AROUND)

    assert the_pack(approvals, around).digest == the_pack().digest
    assert laid_out(approvals) == approvals


def test_sealing_twice_gives_one_digest() -> None:
    assert sealed(the_pack()).digest == the_pack().digest
