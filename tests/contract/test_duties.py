"""Duties, waivers and revisions on every store: who publishes, and what is read back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from kamflow import Kamflow, Portfolio, Verdict, fixed_clock
from kamflow.errors import RefusedError
from kamflow.language.load import sealed
from kamflow.model.approval import Duty
from kamflow.model.pack import Pack
from tests.builders import NOON, TODAY
from tests.unit.engine.duties import ACME, GLASS, WAIVING, the_pack, with_criterion

AUTHOR = Duty(id="SOD-07", title="authors do not publish", acts=("publish",), who=("author",))
ADMIN = Duty(id="SOD-08", title="admins do no business", acts=("publish",), who=("admin",))
LAST = TODAY + timedelta(days=30)


def by_authors(pack: Pack, *authors: str) -> Pack:
    return sealed(replace(pack, authors=authors))


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    yield kam
    kam.close()


def opened(kam: Kamflow, pack: Pack) -> None:
    """Publish a policy and enter a bad account with its people."""
    kam.publish(pack, by="pam")
    kam.create_program("north", "North", by="zoe")
    kam.create_account("north", "acme", "Acme", by="zoe")
    for role, person in {"boss": "ann", "chief": "cid", "clerk": "dan", "admin": "gus"}.items():
        assert kam.assign("north", role, person, by="zoe").accepted
    kam.record_facts(ACME, {"account.good": False}, by="zoe")


def waived(kam: Kamflow) -> None:
    asked = kam.waive(ACME, "G.1", owner="olga", reason="a merger", until=LAST, by="ann")
    assert asked.accepted, asked.reasons
    (request,) = kam.subject(ACME).approvals
    assert kam.vote(request.id, "approve", by="dan").accepted


# ---------------------------------------------------------------------------- publishing


def test_an_author_does_not_publish_and_somebody_else_does(kam: Kamflow) -> None:
    pack = by_authors(the_pack(AUTHOR), "ann")

    with pytest.raises(RefusedError) as caught:
        kam.publish(pack, by="ann")

    assert caught.value.reasons == (
        "`ann` wrote it (SOD-07: authors do not publish); somebody else has to publish it",
    )
    assert kam.packs() == []
    assert kam.publish(pack, by="ben")


def test_an_author_does_not_get_past_the_duty_by_leaving_it_out(kam: Kamflow) -> None:
    kam.publish(the_pack(AUTHOR), by="pam")

    with pytest.raises(RefusedError, match="SOD-07"):
        kam.publish(by_authors(the_pack(), "ann"), by="ann")

    assert kam.publish(by_authors(the_pack(), "ann"), by="ben")


def test_whoever_holds_a_forbidden_role_anywhere_does_not_publish(kam: Kamflow) -> None:
    opened(kam, the_pack(ADMIN))
    new = by_authors(the_pack(), "ann")

    with pytest.raises(RefusedError, match="`gus` is admin"):
        kam.publish(new, by="gus")

    assert kam.publish(new, by="ann")


def publishing(pack: Pack, *roles: str) -> Pack:
    return sealed(replace(pack, rights={"publish": roles}))


def test_only_whoever_has_the_right_publishes_and_the_new_policy_gives_it_to_nobody(
    kam: Kamflow,
) -> None:
    opened(kam, publishing(the_pack(), "chief", "admin"))
    new = publishing(the_pack(AUTHOR), "boss")

    with pytest.raises(RefusedError) as caught:
        kam.publish(new, by="ann")

    assert caught.value.reasons == (
        "`ann` has none of the roles chief (cid), admin (gus), which publish a policy",
    )
    assert len(kam.packs()) == 1
    assert kam.publish(new, by="cid")


def test_anybody_publishes_while_nobody_has_one_of_the_roles(kam: Kamflow) -> None:
    opened(kam, publishing(the_pack(), "auditor"))

    assert kam.publish(publishing(the_pack(AUTHOR), "auditor"), by="ann")


def test_the_role_counts_on_any_top_subject_and_not_below(kam: Kamflow) -> None:
    opened(kam, publishing(the_pack(), "chief"))
    kam.create_program("south", "South", by="zoe")
    assert kam.assign("south", "chief", "sue", by="zoe").accepted
    assert kam.assign(ACME, "chief", "low", by="zoe").accepted

    with pytest.raises(RefusedError):
        kam.publish(the_pack(), by="low")

    assert kam.publish(the_pack(), by="sue")


def test_who_opens_a_database_with_a_policy_publishes_it_without_a_role(
    kam: Kamflow, url: str
) -> None:
    opened(kam, publishing(the_pack(), "chief"))

    other = Kamflow.open(url, pack="kam-lite", clock=fixed_clock(NOON))

    assert other.policy().id == "kam-lite"
    other.close()


def test_the_same_policy_again_is_no_publish(kam: Kamflow) -> None:
    pack = by_authors(the_pack(AUTHOR), "ann")
    kam.publish(pack, by="ben")

    assert not kam.publish(pack, by="ann")


# ---------------------------------------------------------------------------- waivers


def test_a_waiver_is_read_back_and_judged_alike_in_every_way(kam: Kamflow, url: str) -> None:
    pack = the_pack(waiving=WAIVING)
    opened(kam, pack)
    waived(kam)

    judged = kam.judge_all("account", "G")[ACME]

    (found, *_) = judged.findings
    assert judged.verdict is Verdict.MET
    assert found.waived is not None
    assert (found.waived.asked_by, found.waived.ends_on) == ("ann", LAST)
    with Portfolio(url) as portfolio:
        portfolio.rebuild(pack)
        after = NOON + timedelta(days=31)
        (row,) = portfolio.verdicts(pack, "G", "north", now=NOON)
        (late,) = portfolio.verdicts(pack, "G", "north", now=after)
        assert portfolio.tally(pack, "G", "north", now=NOON)[Verdict.MET] == 1
    assert (row[:3], late[:3]) == ((ACME, 1, 0), (ACME, 0, 0))


def test_a_policy_that_waives_nothing_takes_no_notice_in_any_way(kam: Kamflow, url: str) -> None:
    opened(kam, the_pack(waiving=WAIVING))
    waived(kam)
    new = with_criterion(the_pack(waiving=WAIVING), "G.1", waivable=False)

    judged = kam.judge_all("account", "G", policy=new)[ACME]

    assert judged.verdict is Verdict.UNMET
    assert judged.waived_findings() == ()
    with Portfolio(url) as portfolio:
        portfolio.rebuild(new)
        (row,) = portfolio.verdicts(new, "G", "north", now=NOON)
        assert portfolio.tally(new, "G", "north", now=NOON)[Verdict.UNMET] == 1
    assert row[:3] == (ACME, 0, 0)
    assert [item.criterion for item in kam.waivers()] == ["G.1"]


def test_a_kept_answer_tells_the_waiver_again(kam: Kamflow) -> None:
    opened(kam, the_pack(waiving=WAIVING))
    waived(kam)

    first, again = (kam.once("k").request(ACME, "plan", by="ann") for _ in range(2))

    assert first == again
    assert again.gate is not None
    assert again.gate.findings[0].waived is not None


def test_a_broken_glass_and_its_review_are_read_back(kam: Kamflow) -> None:
    opened(kam, the_pack(break_glass=GLASS))
    kam.break_glass(ACME, "plan", reason="a fire", by="ann")
    (request,) = kam.subject(ACME).approvals

    decision = kam.vote(request.id, "approve", by="cid")

    assert decision.accepted
    assert kam.subject(ACME).stage == "planning"
    kinds = [type(item.event).__name__ for item in kam.history(ACME)[-4:]]
    assert {"GlassBroken", "ReviewOpened", "StageEntered"} <= set(kinds)
    with kam.reading() as session:
        (review,) = session.find(ACME).reviews.values()
    assert review.people == ("ann", "cid")
