"""Who set an automatic yes off does not look at it afterwards, though the engine asked for it."""

from msgspec.structs import replace

from kamflow.language.load import sealed
from kamflow.model.approval import SpotCheck
from kamflow.model.pack import Pack
from kamflow.model.snapshot import OpenReview
from tests.builders import World
from tests.unit.engine.duties import ACME, a_world_of, closing, refusal, the_pack, with_approval
from tests.unit.engine.test_revisions import ALWAYS


def followed() -> Pack:
    """Return a policy by which a lost account that is reopened is planned at once."""
    check = SpotCheck(share_pct=100, by=("auditor",))
    pack = with_approval(the_pack(), "AP-ONE", auto_when=ALWAYS, spot_check=check)
    flow = pack.workflows["lifecycle"]
    first, *others = flow.transitions
    transitions = (replace(first, automatic=True), *others)
    workflows = {**pack.workflows, "lifecycle": replace(flow, transitions=transitions)}
    return sealed(replace(pack, workflows=workflows))


def reopened(*auditors: str, by: str = "fay") -> tuple[World, OpenReview]:
    """Return what has to be reviewed after `by` has reopened the account."""
    world = a_world_of(followed())
    world.place(ACME, "lost")
    for person in auditors:
        world.assign("north", "auditor", person)
    assert world.request(ACME, "reopen", by=by).accepted
    assert world.stage(ACME) == "planning"
    (review,) = world.subjects[ACME].reviews.values()
    return world, review


def test_who_let_the_engine_ask_does_not_review_it() -> None:
    world, review = reopened("lou")

    assert review.people == ("fay",)
    assert "`fay` took part in it" in refusal(world, closing(review.id))
    assert world.submit(ACME, closing(review.id, by="lou")).accepted


def test_where_nobody_else_could_review_it_they_do() -> None:
    world, review = reopened()

    assert review.people == ()
    assert world.submit(ACME, closing(review.id)).accepted


def test_who_reviews_nothing_is_noted_all_the_same() -> None:
    _, review = reopened(by="zoe")

    assert review.people == ("zoe",)
