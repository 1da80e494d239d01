"""Segregation of duties: each rule of a policy keeps those from acting whom it means, no others."""

from datetime import timedelta

import pytest

from kamflow.engine.segregation import Act, forbids
from kamflow.model import commands as c
from kamflow.model.approval import Duty
from kamflow.model.remark import Evidence
from tests.builders import NOON, days_ago
from tests.unit.engine.duties import (
    ACME,
    asked,
    governed,
    refusal,
    the_request,
    vote,
)

ASKER = Duty(id="SOD-01", title="who asks does not vote", acts=("vote",), who=("requester",))
KAM = Duty(id="SOD-02", title="no KAM approves", acts=("vote",), who=("account.kam",))
NOMINATOR = Duty(
    id="SOD-03",
    title="who nominates abstains",
    acts=("vote",),
    who=("account.nominated_by",),
    only=("AP-ONE",),
)
SCORE = Duty(
    id="SOD-04",
    title="others score",
    acts=("record",),
    who=("account.nominated_by", "account.kam"),
    only=("score.*",),
)
VALUE = Duty(
    id="SOD-06", title="others say", acts=("record",), who=("kam",), only=("account.good",)
)
AUTHOR = Duty(id="SOD-07", title="authors do not publish", acts=("publish",), who=("author",))
DELEGATE = Duty(
    id="SOD-09",
    title="no delegate in conflict",
    acts=("delegate",),
    who=("requester", "account.kam"),
)
OUTSIDE = Duty(id="SOD-12", title="outsiders see little", acts=("read", "vote"), who=("customer",))


def delegating(person: str, to: str, *approvals: str) -> c.GiveDelegation:
    return c.GiveDelegation(
        actor=person,
        person=person,
        to=to,
        begins_at=days_ago(1),
        ends_at=NOON + timedelta(days=5),
        reason="holiday",
        approvals=approvals,
    )


# ---------------------------------------------------------------------------- voting


def test_who_asks_does_not_vote_and_is_told_the_rule_and_the_way_out() -> None:
    world = asked(ASKER)

    why = refusal(world, c.CastVote(actor="ann", approval=the_request(world).id, vote="approve"))

    assert why == ("`ann` asked for it (SOD-01: who asks does not vote); somebody else has to vote")
    assert vote(world, "bob").accepted


def test_without_the_duty_who_asks_votes() -> None:
    world = asked()

    assert vote(world, "ann").accepted
    assert world.stage(ACME) == "planning"


@pytest.mark.parametrize(("duty", "person"), [(KAM, "kim"), (NOMINATOR, "nic")])
def test_whom_a_fact_names_does_not_vote(duty: Duty, person: str) -> None:
    world = governed(duty)
    world.assign("north", "boss", person)
    world.request(ACME, "plan", by="zoe")

    why = refusal(world, c.CastVote(actor=person, approval=the_request(world).id, vote="approve"))

    assert f"`{person}` is `{duty.who[0]}` ({duty.id}: {duty.title})" in why


def test_a_duty_that_names_an_approval_leaves_the_others_alone() -> None:
    world = governed(NOMINATOR)
    world.assign("north", "clerk", "nic")
    world.request(ACME, "reject", by="zoe")

    assert vote(world, "nic").accepted


def test_a_duty_does_not_lapse_when_the_fact_is_too_old() -> None:
    world = governed(NOMINATOR)
    world.assign("north", "boss", "nic")
    world.later(60)
    world.request(ACME, "plan", by="zoe")

    assert not vote(world, "nic").accepted


@pytest.mark.parametrize("excepted", ["AP-ONE", "AP-*", "T1"])
def test_an_exception_is_made_by_id_or_by_the_beginning_of_one(excepted: str) -> None:
    duty = Duty(id="D", title="t", acts=("vote",), who=("requester",), excepted=(excepted,))

    assert vote(asked(duty), "ann").accepted


def test_a_duty_may_mean_everybody_with_a_role() -> None:
    duty = Duty(id="D", title="t", acts=("vote",), who=("staff",))
    world = governed(duty)
    world.assign("north", "boss", "dan")

    problem = world.request(ACME, "plan", by="zoe").reasons

    assert "cannot be given" in problem[0]


def test_a_vote_for_somebody_else_is_judged_for_both() -> None:
    world = asked(ASKER)
    (open_one,) = world.subjects[ACME].approvals.values()
    command = c.CastVote(actor="bob", approval=open_one.id, vote="approve", principal="ann")

    assert "`ann` asked for it" in refusal(world, command)


# ---------------------------------------------------------------------------- recording


@pytest.mark.parametrize("person", ["nic", "kim"])
def test_a_judged_score_is_not_written_by_who_has_an_interest(person: str) -> None:
    world = governed(SCORE)

    decision = world.record_by(person, ACME, {"score.fit": 5})

    assert not decision.accepted
    assert "(SOD-04: others score); somebody else has to state it" in decision.reasons[0]
    assert world.record_by("eve", ACME, {"score.fit": 5}).accepted
    assert world.record_by(person, ACME, {"account.note": "free"}).accepted


def test_who_hands_in_the_value_of_somebody_else_is_judged_as_well() -> None:
    world = governed(VALUE)
    told = c.Stated(text="true", as_of=NOON, source="manual", author="eve")
    told_by_kim = c.Stated(text="true", as_of=NOON, source="manual", author="kim")

    for command in (
        c.RecordFacts(actor="kim", facts={"account.good": told}),
        c.RecordFacts(actor="eve", facts={"account.good": told_by_kim}),
    ):
        assert "`kim` is kam (SOD-06: others say)" in refusal(world, command)


def test_all_values_are_refused_with_the_one_that_a_duty_forbids() -> None:
    world = governed(SCORE)

    decision = world.record_by("kim", ACME, {"account.note": "x", "score.fit": 5})

    assert not decision.accepted
    assert "account.note" not in world.subjects[ACME].facts


# ---------------------------------------------------------------------------- publishing


def test_an_author_does_not_publish() -> None:
    compiled = governed(AUTHOR).compiled

    def publishing(person: str) -> tuple[str, ...]:
        act = Act(kind="publish", person=person, involved=("ann", "ben"))
        return forbids(compiled, None, (act,))

    assert publishing("ann") == (
        "`ann` wrote it (SOD-07: authors do not publish); somebody else has to publish it",
    )
    assert publishing("zoe") == ()


# ---------------------------------------------------------------------------- delegation


def test_nobody_lends_a_vote_to_who_has_asked() -> None:
    world = asked(DELEGATE, by="bob")

    why = refusal(world, delegating("ann", "bob"))

    assert "`bob` asked for it (SOD-09: no delegate in conflict); name somebody else" in why
    assert world.submit(ACME, delegating("ann", "bob", "AP-TWO")).accepted


def test_nobody_lends_a_vote_to_the_kam() -> None:
    world = governed(DELEGATE)
    world.assign("north", "boss", "kim")

    assert "`kim` is `account.kam`" in refusal(world, delegating("ann", "kim"))


def test_a_deputy_is_judged_like_a_delegate() -> None:
    world = governed(DELEGATE)
    command = c.RecordAbsence(actor="ann", person="ann", begins_at=NOON, deputies=("kim",))

    assert "`kim` is `account.kam`" in refusal(world, command)


def test_a_delegate_in_conflict_never_counts_though_the_vote_was_lent_before() -> None:
    world = governed(ASKER)
    assert world.submit("north", delegating("bob", "ann")).accepted
    world.request(ACME, "plan", by="ann")

    assert not vote(world, "ann", principal="bob").accepted
    assert not vote(world, "ann").accepted


# ---------------------------------------------------------------------------- outsiders


def test_outsiders_neither_vote_nor_comment() -> None:
    world = governed(OUTSIDE)
    world.assign("north", "boss", "hal")
    world.request(ACME, "plan", by="zoe")
    request = the_request(world).id

    voted = refusal(world, c.CastVote(actor="hal", approval=request, vote="approve"))
    said = refusal(world, c.Comment(actor="hal", approval=request, text="hello"))

    assert "`hal` is customer (SOD-12: outsiders see little)" in voted
    assert "ask somebody inside the company" in said


def test_people_inside_comment() -> None:
    world = asked(OUTSIDE)

    assert world.submit(
        ACME,
        c.Comment(
            actor="ann",
            approval=the_request(world).id,
            text="see",
            evidence=(Evidence(title="offer", link="https://example.com"),),
        ),
    ).accepted
