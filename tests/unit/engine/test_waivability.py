"""Which criteria bear a waiver, by the policy that judges, and who decides on it."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from kamflow.analysis.smallest import smallest_change
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.language.load import sealed
from kamflow.model.approval import Approval, Voter
from kamflow.model.commands import RequestWaiver
from kamflow.model.events import WaiverEnded, WaiverGranted
from kamflow.model.pack import Pack
from kamflow.model.values import Verdict
from kamflow.reports.arrangements import waiver_entries
from kamflow.reports.subjects import subject_view
from tests.builders import TODAY, World
from tests.unit.engine.duties import (
    ACME,
    WAIVING,
    a_world_of,
    happened,
    refusal,
    the_pack,
    the_request,
    vote,
    with_criterion,
)

LAST = TODAY + timedelta(days=30)
OLD = the_pack(waiving=WAIVING)
UNWAIVABLE = with_criterion(OLD, "G.1", waivable=False)
OPTIONAL = with_criterion(OLD, "G.1", must=False)
SETTLED = with_criterion(OLD, "G.1", settled_by_approval=True)


def without_it(pack: Pack) -> Pack:
    gate = pack.gates["G"]
    return sealed(replace(pack, gates={"G": replace(gate, criteria=gate.criteria[1:])}))


def waiving(criterion: str = "G.1", *, by: str = "ann", ends_on: date = LAST) -> RequestWaiver:
    return RequestWaiver(
        actor=by, criterion=criterion, owner="olga", reason="a merger", ends_on=ends_on
    )


def bad(pack: Pack = OLD) -> World:
    world = a_world_of(pack)
    world.record(ACME, {"account.good": False})
    return world


def waived() -> World:
    """Return the bad account whose one open criterion is waived."""
    world = bad()
    assert world.submit(ACME, waiving()).accepted
    assert vote(world, "dan").accepted
    assert set(world.subjects[ACME].waivers) == {"G.1"}
    return world


# ---------------------------------------------------------------------------- other policies


@pytest.mark.parametrize("new", [UNWAIVABLE, SETTLED])
def test_a_policy_that_lets_a_criterion_be_waived_no_longer_takes_no_notice(new: Pack) -> None:
    world, compiled = waived(), CompiledPack(new)
    view = world.view(ACME).scene.under(compiled.sources).look(world.subjects[ACME])

    verdict = judge_gate(compiled, "G", view)

    assert verdict.verdict is Verdict.UNMET
    assert compiled.verdict("G", view) is Verdict.UNMET
    assert verdict.waived_findings() == ()
    assert not smallest_change(compiled, "G", view).open
    assert judge_gate(world.compiled, "G", world.view(ACME)).verdict is Verdict.MET


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (UNWAIVABLE, "G.1 cannot be waived; it has to be met"),
        (OPTIONAL, "G.1 is a `should`, which keeps no gate shut; it needs no waiver"),
        (SETTLED, "G.1 cannot be waived; the approval itself brings it about"),
        (without_it(OLD), "the policy has no criterion G.1 any more"),
    ],
)
def test_it_ends_with_a_reason_once_that_policy_is_taken(new: Pack, why: str) -> None:
    world = waived()
    world.publish(new)
    assert world.request(ACME, "plan", by="zoe").accepted
    assert vote(world, "bob").accepted

    decision = world.request(ACME, "back", by="ann")

    (ended,) = happened(decision, WaiverEnded)
    assert ended == WaiverEnded(criterion="G.1", reason=why)
    assert not world.subjects[ACME].waivers


def test_the_next_request_meets_the_shut_gate() -> None:
    world = waived()
    world.publish(UNWAIVABLE)
    world.request(ACME, "plan", by="zoe")
    vote(world, "bob")
    world.request(ACME, "back", by="ann")

    decision = world.request(ACME, "plan", by="zoe")

    assert "gate G is not met: G.1" in decision.reasons[0]
    assert "cannot be waived" in refusal(world, waiving())


def test_what_means_nothing_is_not_listed() -> None:
    world, new = waived(), CompiledPack(UNWAIVABLE)
    snapshot = world.subjects[ACME]

    def listed(pack: Pack) -> list[str]:
        return [item.criterion for item in waiver_entries([snapshot], TODAY, lambda _: pack)]

    assert (listed(OLD), listed(UNWAIVABLE), listed(without_it(OLD))) == (["G.1"], [], [])
    assert [item.criterion for item in snapshot.waivers_under(OLD, LAST)] == ["G.1"]
    assert not snapshot.waivers_under(OLD, LAST + timedelta(days=1))
    assert subject_view(world.compiled, world.view(ACME)).waivers
    assert not subject_view(new, world.view(ACME)).waivers


def test_a_request_for_a_waiver_that_the_policy_allows_no_longer_grants_nothing() -> None:
    world = bad()
    world.submit(ACME, waiving())
    world.packs[world.subjects[ACME].pack] = CompiledPack(UNWAIVABLE)

    decision = vote(world, "dan")

    assert not happened(decision, WaiverGranted)
    assert "G.1 cannot be waived" in "; ".join(decision.reasons)


# ---------------------------------------------------------------------------- what needs none


@pytest.mark.parametrize(
    ("pack", "criterion", "why"),
    [
        (OLD, "G.3", "G.3 is a `should`, which keeps no gate shut; it needs no waiver"),
        (SETTLED, "G.1", "G.1 cannot be waived; the approval itself brings it about"),
    ],
)
def test_what_bears_no_waiver_is_refused(pack: Pack, criterion: str, why: str) -> None:
    assert refusal(bad(pack), waiving(criterion)) == why


def test_a_should_that_can_block_bears_one() -> None:
    blocking = replace(OLD.gates["G"].criteria[0].condition)
    pack = with_criterion(OLD, "G.3", must_when=blocking)

    assert bad(pack).submit(ACME, waiving("G.3")).accepted


# ---------------------------------------------------------------------------- who decides

BOARD = Approval(
    id="AP-BOARD",
    title="The board",
    voters=(Voter(role="clerk"),),
    rule="two_thirds",
    quorum=3,
    excluded=(),
)


def by_the_board() -> World:
    pack = with_criterion(OLD, "G.1", waived_by=("AP-BOARD",))
    world = bad(sealed(replace(pack, approvals={**pack.approvals, "AP-BOARD": BOARD})))
    for person in ("fred", "gil"):
        world.assign("north", "clerk", person)
    return world


def test_a_criterion_can_name_an_approval_with_its_own_rule() -> None:
    world = by_the_board()

    assert world.submit(ACME, waiving()).accepted

    assert the_request(world).approval == "AP-BOARD"
    assert vote(world, "dan").accepted
    assert vote(world, "eve").accepted
    assert not world.subjects[ACME].waivers
    assert vote(world, "fred").accepted
    assert set(world.subjects[ACME].waivers) == {"G.1"}


def test_nobody_else_votes_on_it() -> None:
    world = by_the_board()
    world.submit(ACME, waiving())

    assert not vote(world, "bob").accepted
