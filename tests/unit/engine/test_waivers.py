"""Waivers: who asks and agrees, for how long a criterion keeps no gate shut, and how that ends."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from kamflow.engine.gates import judge_gate
from kamflow.language.load import sealed
from kamflow.model.approval import Amount, Duty
from kamflow.model.commands import EndWaiver, RequestWaiver
from kamflow.model.decision import Decision, Finding
from kamflow.model.events import Event, FactsRecorded, StageEntered, WaiverEnded, WaiverGranted
from kamflow.model.values import Verdict
from kamflow.reports.why import explain
from tests.builders import NOON, TODAY, World
from tests.unit.engine.duties import (
    ACME,
    WAIVING,
    a_world_of,
    governed,
    refusal,
    the_pack,
    the_request,
    vote,
    with_criterion,
)

LAST = TODAY + timedelta(days=30)


def bad(**changes: object) -> World:
    """Return the account with a gate that a bad account does not pass."""
    world = governed(waiving=WAIVING, **changes)
    world.record(ACME, {"account.good": False})
    return world


def waiving(
    criterion: str = "G.1", *, by: str = "ann", ends_on: date = LAST, reason: str = "a merger"
) -> RequestWaiver:
    return RequestWaiver(
        actor=by, criterion=criterion, owner="olga", reason=reason, ends_on=ends_on
    )


def waived(world: World, ends_on: date = LAST) -> Decision:
    """Ask for the waiver and agree to it."""
    assert world.submit(ACME, waiving(ends_on=ends_on)).accepted
    return vote(world, "dan")


def first_finding(world: World) -> Finding:
    return judge_gate(world.compiled, "G", world.view(ACME)).findings[0]


def test_a_waiver_is_asked_of_the_voters_of_its_approval() -> None:
    world = bad()

    decision = world.submit(ACME, waiving())

    assert decision.accepted
    request = the_request(world)
    assert (request.approval, request.purpose, request.transition) == ("AP-TWO", "waiver", "")
    assert request.waiver is not None
    assert request.waiver.gate == "G"
    assert "waits for dan, eve" in decision.reasons[0]


def test_a_yes_grants_it_and_the_gate_opens_without_the_criterion() -> None:
    world = bad()
    assert "gate G is not met: G.1" in world.request(ACME, "plan", by="ann").reasons[0]

    decision = waived(world)

    (granted,) = [item for item in decision.happenings if isinstance(item, WaiverGranted)]
    assert (granted.criterion, granted.owner, granted.asked_by) == ("G.1", "olga", "ann")
    assert world.request(ACME, "plan", by="ann").accepted
    assert vote(world, "bob").accepted
    assert world.stage(ACME) == "planning"


def test_a_no_grants_nothing() -> None:
    world = bad()
    world.submit(ACME, waiving())

    assert vote(world, "dan", "reject").accepted

    assert not world.subjects[ACME].waivers
    assert not world.subjects[ACME].approvals
    assert not world.request(ACME, "plan", by="ann").accepted


def test_the_finding_stays_unmet_and_says_who_asked_and_until_when() -> None:
    world = bad()
    waived(world)

    finding = first_finding(world)

    assert finding.verdict is Verdict.UNMET
    assert finding.waived is not None
    assert (finding.waived.asked_by, finding.waived.ends_on) == ("ann", LAST)
    verdict = judge_gate(world.compiled, "G", world.view(ACME))
    assert verdict.verdict is Verdict.MET
    assert verdict.open_findings() == ()
    assert verdict.waived_findings() == (finding,)


def test_an_unknown_finding_is_waived_as_well() -> None:
    world = governed(waiving=WAIVING)
    world.happened(ACME, _forgotten("account.good"))
    waived(world)

    assert first_finding(world).verdict is Verdict.UNKNOWN
    assert judge_gate(world.compiled, "G", world.view(ACME)).verdict is Verdict.MET


def _forgotten(fact: str) -> Event:
    return FactsRecorded(facts={}, forgotten=(fact,))


def test_the_history_keeps_for_which_waiver_a_stage_was_entered() -> None:
    world = bad()
    waived(world)
    (waiver,) = world.subjects[ACME].waivers.values()
    world.request(ACME, "plan", by="ann")

    decision = vote(world, "bob")

    (entered,) = [item for item in decision.happenings if isinstance(item, StageEntered)]
    first = entered.findings[0]
    assert (first.criterion, first.waived) == ("G.1", waiver.id)


def test_a_criterion_that_is_met_needs_no_waiver() -> None:
    world = bad()
    waived(world)
    world.record(ACME, {"account.good": True})

    assert first_finding(world).waived is None


@pytest.mark.parametrize(("days", "verdict"), [(30, Verdict.MET), (31, Verdict.UNMET)])
def test_it_holds_on_its_last_day_and_not_on_the_next(days: int, verdict: Verdict) -> None:
    world = bad()
    waived(world)

    world.later(days)

    assert judge_gate(world.compiled, "G", world.view(ACME)).verdict is verdict
    assert world.compiled.verdict("G", world.view(ACME)) is verdict


def test_when_its_last_day_is_over_the_history_says_so() -> None:
    world = bad()
    waived(world)
    world.later(31)

    decision = world.record(ACME, {"account.note": "x"})

    assert any(isinstance(item, WaiverEnded) for item in decision.happenings)
    assert not world.subjects[ACME].waivers


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (waiving("G.9"), "`account` has no criterion `G.9`"),
        (waiving("G.2"), "G.2 cannot be waived; it has to be met"),
        (waiving(reason=" "), "say why it is to be waived"),
        (waiving(ends_on=TODAY - timedelta(days=1)), "2026-03-30 is over"),
        (waiving(ends_on=TODAY + timedelta(days=91)), "after 90 days at most, so by 2026-06-29"),
    ],
)
def test_what_cannot_be_waived_is_refused_with_the_reason(command: RequestWaiver, why: str) -> None:
    pack = with_criterion(the_pack(waiving=WAIVING), "G.2", waivable=False)

    assert why in refusal(a_world_of(pack), command)


@pytest.mark.parametrize("days", [0, 90])
def test_the_first_and_the_last_day_that_are_allowed(days: int) -> None:
    assert bad().submit(ACME, waiving(ends_on=TODAY + timedelta(days=days))).accepted


@pytest.mark.parametrize("longest", [9_999_999, 10**12])
def test_a_limit_beyond_the_calendar_is_no_limit(longest: int) -> None:
    world = governed(waiving=replace(WAIVING, longest=Amount(number=longest)))

    assert world.submit(ACME, waiving(ends_on=date.max)).accepted


def test_all_that_is_wrong_is_said_at_once() -> None:
    command = RequestWaiver(actor="ann", criterion="G.1", owner="", reason="", ends_on=date.max)

    assert refusal(bad(), command).count(";") == 2


def test_a_policy_without_waivers_allows_none() -> None:
    assert "the policy lets nobody waive" in refusal(governed(), waiving())


def test_only_the_roles_that_the_policy_names_ask() -> None:
    world = governed(waiving=replace(WAIVING, asked_by=("chief",)))

    assert "`ann` has none of the roles chief (cid)" in refusal(world, waiving())
    assert world.submit(ACME, waiving(by="cid")).accepted


def test_the_same_is_asked_for_once() -> None:
    world = bad()
    world.submit(ACME, waiving())

    assert "asks for a waiver of G.1 already" in refusal(world, waiving())


def test_roles_on_the_criterion_decide_all_together() -> None:
    pack = with_criterion(the_pack(waiving=WAIVING), "G.1", waived_by=("boss", "chief"))
    world = a_world_of(pack)
    world.record(ACME, {"account.good": False})
    world.submit(ACME, waiving(by="zoe"))

    assert not vote(world, "dan").accepted
    assert vote(world, "ann").accepted
    assert not world.subjects[ACME].waivers
    assert vote(world, "cid").accepted
    assert set(world.subjects[ACME].waivers) == {"G.1"}


def test_who_asks_does_not_agree_where_a_duty_says_so() -> None:
    duty = Duty(id="SOD-01", title="t", acts=("vote",), who=("requester",))
    world = governed(duty, waiving=WAIVING)
    world.record(ACME, {"account.good": False})
    world.submit(ACME, waiving(by="dan"))

    assert not vote(world, "dan").accepted
    assert vote(world, "eve").accepted


def test_a_waiver_that_is_agreed_to_after_its_last_day_is_pointless() -> None:
    world = bad()
    world.submit(ACME, waiving(ends_on=TODAY))
    world.later(1)

    decision = vote(world, "dan")

    assert not world.subjects[ACME].waivers
    assert "2026-03-31, the last day of the waiver, is over" in "; ".join(decision.reasons)


def test_its_owner_ends_it_with_a_reason() -> None:
    world = bad()
    waived(world)

    assert "say why" in refusal(world, EndWaiver(actor="olga", criterion="G.1", reason=""))
    assert world.submit(ACME, EndWaiver(actor="olga", criterion="G.1", reason="met")).accepted
    assert judge_gate(world.compiled, "G", world.view(ACME)).verdict is Verdict.UNMET


def test_others_end_it_by_right_alone() -> None:
    world = bad(rights={"end_waiver": ("auditor",)})
    waived(world)

    assert "olga owns the waiver" in refusal(
        world, EndWaiver(actor="ann", criterion="G.1", reason="x")
    )
    assert world.submit(ACME, EndWaiver(actor="fay", criterion="G.1", reason="x")).accepted


def test_what_is_not_waived_cannot_be_ended() -> None:
    assert "`G.1` is not waived" in refusal(
        bad(), EndWaiver(actor="olga", criterion="G.1", reason="x")
    )


def test_the_explanation_shows_the_waiver_and_asks_for_nothing_that_is_waived() -> None:
    world = bad()
    world.record(ACME, {"account.safe": False})
    waived(world)

    (plan,) = explain(world.compiled, world.view(ACME), "plan").transitions

    assert plan.waived == 1
    shown = plan.criteria[0].waived
    assert shown is not None
    assert (shown.asked_by, shown.owner, shown.until) == ("ann", "olga", LAST)
    assert plan.smallest_change is not None
    wishes = [wish.name for item in plan.smallest_change.alternatives for wish in item.wishes]
    assert wishes == ["account.safe"]


def test_a_gate_that_is_open_by_a_waiver_needs_no_change() -> None:
    world = bad()
    waived(world)

    (plan,) = explain(world.compiled, world.view(ACME), "plan").transitions

    assert plan.open
    assert plan.smallest_change is not None
    assert plan.smallest_change.open


def test_a_waiver_survives_the_change_of_the_stage() -> None:
    world = bad()
    waived(world)
    world.request(ACME, "plan", by="ann")
    vote(world, "bob")

    world.request(ACME, "back", by="ann")

    assert world.stage(ACME) == "candidate"
    assert judge_gate(world.compiled, "G", world.view(ACME)).verdict is Verdict.MET


def test_the_instant_of_the_end_is_utc() -> None:
    world = bad()
    waived(world, TODAY)
    world.now = NOON.replace(hour=23, minute=59)

    assert judge_gate(world.compiled, "G", world.view(ACME)).verdict is Verdict.MET


def test_a_waiver_whose_criterion_is_gone_waives_nothing() -> None:
    world = bad()
    world.submit(ACME, waiving())
    gate = world.compiled.pack.gates["G"]
    without = sealed(
        replace(world.compiled.pack, gates={"G": replace(gate, criteria=gate.criteria[1:])})
    )
    world.packs[world.subjects[ACME].pack] = type(world.compiled)(without)

    decision = vote(world, "dan")

    assert "the policy has no criterion G.1 any more" in "; ".join(decision.reasons)
