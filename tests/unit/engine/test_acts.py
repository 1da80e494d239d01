"""What each command does, and that each of these acts can be forbidden."""

from typing import get_args

import pytest
from msgspec.structs import replace

from kamflow.engine.acts import acts_of
from kamflow.engine.segregation import Act, conflicts
from kamflow.language.load import sealed
from kamflow.model import commands as c
from kamflow.model.approval import ACTS, Duty
from tests.builders import NOON, World, a_pack
from tests.unit.engine.duties import (
    ACME,
    GLASS,
    WAIVING,
    asked,
    governed,
    refusal,
    the_request,
)

SAMPLES: dict[object, c.Command] = {
    type(item): item
    for item in (
        c.OpenSubject(actor="ann", id="x", kind="account", name="x", parent="north"),
        c.RecordFacts(actor="ann", facts={}),
        c.ReportEvent(actor="ann", name="x", happened_at=NOON),
        c.AssignRole(actor="ann", role="boss", person="bob"),
        c.EndRole(actor="ann", role="boss", person="bob"),
        c.RecordAbsence(actor="ann", person="ann", begins_at=NOON, deputies=("bob",)),
        c.EndAbsence(actor="ann", id="x"),
        c.GiveDelegation(
            actor="ann", person="ann", to="bob", begins_at=NOON, ends_at=NOON, reason="x"
        ),
        c.EndDelegation(actor="ann", id="x"),
        c.RequestTransition(actor="ann", trigger="plan"),
        c.CastVote(actor="ann", approval="north/acme#1", vote="approve"),
        c.Comment(actor="ann", approval="north/acme#1", text="x"),
        c.ReturnRequest(actor="ann", approval="north/acme#1", question="x"),
        c.ResumeRequest(actor="ann", approval="north/acme#1", answer="x"),
        c.WithdrawRequest(actor="ann", approval="north/acme#1", reason="x"),
        c.Remind(actor="ann", approval="north/acme#1"),
        c.Reassign(actor="ann", approval="north/acme#1", person="bob", to="eve", reason="x"),
        c.SettleCondition(actor="ann", condition="x", remark=""),
        c.RequestWaiver(actor="ann", criterion="G.1", owner="x", reason="y", ends_on=NOON.date()),
        c.EndWaiver(actor="ann", criterion="G.1", reason="x"),
        c.BreakGlass(actor="ann", trigger="plan", reason="x"),
        c.CallIn(actor="ann", decision="x", reason="x"),
        c.LodgeAppeal(actor="ann", decision="x", reason="x"),
        c.CloseReview(actor="ann", review="x", answer="confirm", remark=""),
        c.Turn(actor="system"),
        c.AcknowledgeEscalation(actor="ann", escalation="x"),
        c.ReassignEscalation(actor="ann", escalation="x", to="bob", reason="y"),
        c.CommentEscalation(actor="ann", escalation="x", text="y"),
        c.ResolveEscalation(actor="ann", escalation="x", remark="y"),
        c.CompleteTask(actor="ann", task="x", remark="y"),
        c.ReassignTask(actor="ann", task="x", to="bob", reason="y"),
    )
}
# What each command does; these three give nobody anything, so no duty forbids them.
HARMLESS = {c.OpenSubject, c.EndAbsence, c.EndDelegation, c.Turn}


@pytest.mark.parametrize(
    ("act", "command"),
    [
        ("request", c.RequestTransition(actor="ann", trigger="plan")),
        (
            "waive",
            c.RequestWaiver(
                actor="ann", criterion="G.1", owner="x", reason="y", ends_on=NOON.date()
            ),
        ),
        ("waive", c.EndWaiver(actor="ann", criterion="G.1", reason="x")),
        ("break_glass", c.BreakGlass(actor="ann", trigger="plan", reason="x")),
        ("request", c.BreakGlass(actor="ann", trigger="plan", reason="x")),
        ("call_in", c.CallIn(actor="ann", decision="north/acme#1", reason="x")),
        ("appeal", c.LodgeAppeal(actor="ann", decision="north/acme#1", reason="x")),
        ("review", c.CloseReview(actor="ann", review="north/acme#1", answer="confirm", remark="")),
        ("record", c.ReportEvent(actor="ann", name="x", happened_at=NOON)),
        ("record", c.SettleCondition(actor="ann", condition="x", remark="")),
        ("assign", c.EndRole(actor="ann", role="boss", person="bob")),
    ],
)
def test_each_act_can_be_forbidden(act: str, command: c.Command) -> None:
    duty = Duty(id="SOD-99", title="not this one", acts=(act,), who=("boss",))
    world = governed(duty, waiving=WAIVING, break_glass=GLASS)

    assert "`ann` is boss (SOD-99: not this one)" in refusal(world, command)


def test_the_engine_itself_can_be_kept_from_asking() -> None:
    automatic = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions:
    - {id: T1, trigger: plan, from: candidate, to: planning, when: account.good, automatic: true}
"""
    duty = Duty(id="D", title="people ask", acts=("request",), who=("system",), only=("T1",))
    roles = "roles: {system: {who: the engine, identity: system}}"
    facts = "facts: {account: {account.good: {type: flag}}}"
    stages = []
    for duties in ({}, {"D": duty}):
        world = World(sealed(replace(a_pack(roles, facts, lifecycle=automatic), duties=duties)))
        world.open("program", "north")
        world.open("account", "acme", "north")
        decision = world.record(ACME, {"account.good": True})
        assert decision.accepted
        stages.append(world.stage(ACME))

    assert stages == ["planning", "candidate"]


def test_every_command_has_its_acts() -> None:
    world = asked()
    open_one = replace(the_request(world), id="north/acme#1")
    snapshot = replace(world.subjects[ACME], approvals={open_one.id: open_one})
    facts = {"score.fit": c.Stated(text="1", as_of=NOON, source="manual", author="ann")}
    samples = {**SAMPLES, c.RecordFacts: c.RecordFacts(actor="ann", facts=facts)}

    found = {
        kind: {act.kind for act in acts_of(world.compiled.pack, snapshot, samples[kind])}
        for kind in get_args(c.Command)
    }

    assert {kind for kind, acts in found.items() if not acts} == HARMLESS
    assert set().union(*found.values()) == set(ACTS) - {"publish"}


def test_a_review_is_not_closed_by_who_took_part() -> None:
    duty = Duty(id="D", title="t", acts=("review",), who=("requester",))
    act = Act(kind="review", person="ann", involved=("ann",))

    assert conflicts(governed(duty).compiled, None, act)
    assert not conflicts(governed(duty).compiled, None, Act(kind="review", person="ann"))
