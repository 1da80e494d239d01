"""What a request is bound to: recorded values beneath what its gate reads, never the clock."""

import pytest

from kamflow.engine.binding import reads_clock
from tests.builders import World
from tests.unit.engine.requests import ACME, MONDAY, POLICY, asked, request_of

FACTS = """    account.open_items_count: {type: integer, default: 0}
    account.points: {type: number}
    account.seen_on: {type: date, max_age: 30 days}
    account.days_unseen: {type: number, derived: today - account.seen_on}
    account.stars: {type: number, derived: account.points * 2}
"""
CARD = """scorecards:
  card:
    title: Card
    subject: account
    criteria:
      - {id: C.1, title: P, fact: account.points, otherwise: 0, bands: [{at_least: 1, points: 1}]}
"""


def bound(condition: str) -> dict[str, str | None]:
    """Return what a request is bound to whose gate has this one criterion."""
    return request_of(asked_on(condition)).bound


def asked_on(condition: str) -> World:
    policy = POLICY.replace("    account.note:", f"{FACTS}    account.note:")
    policy = policy.replace("must: account.value > 5", f"must: {condition}")
    policy = f"{policy}{CARD}"
    return asked(policy=policy)


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("account.value > 5", ["account.value"]),
        ("account.stars is unknown or account.stars > 1", ["account.points"]),
        ("account.days_unseen is unknown or account.days_unseen < 30", ["account.seen_on"]),
        ("who.approval = AP", ["account.value"]),
        ("card.total is unknown or card.total >= 0", ["account.points"]),
        ("account.value > P.level_pct or account.value > 5", ["account.value"]),
        ("stage = candidate", []),
        ("count(accounts where account.value > 5) >= 1", [
            "count(accounts where account.value > 5)"
        ]),
        ("count(accounts where account.days_unseen > 5) >= 0", []),
        ("count(accounts within 30 days) >= 0", []),
        ("count(incident.reported within 30 days) < 9", ["reports of incident.reported"]),
        ("program.mood is present", ["program.mood"]),
    ],
)  # fmt: skip
def test_a_request_is_bound_to_what_was_recorded(condition: str, names: list[str]) -> None:
    others = {"program.frozen", "program.mood", "reports of incident.reported", "who.approval"}
    of_others = {"account.checked_on", *others} - set(names)

    assert [name for name in bound(condition) if name not in of_others] == names


def test_a_value_that_is_too_old_is_still_the_same_value() -> None:
    world = asked_on("account.seen_on is unknown or account.seen_on > 2020-01-01")
    world.record(ACME, {"account.seen_on": MONDAY.date()})
    before = request_of(world)
    world.later(7)

    world.record(ACME, {"account.note": "x"})

    assert request_of(world).rounds == before.rounds
    assert request_of(world).bound["account.seen_on"] == "2026-03-02"


def test_a_fact_that_was_never_recorded_is_bound_by_its_default() -> None:
    assert bound("account.value > 5")["account.value"] == "10"
    assert bound("account.note is unknown")["account.note"] is None


def test_a_set_is_bound_by_what_it_comes_to() -> None:
    name = "count(accounts where account.value > 5)"

    assert bound(f"{name} >= 1")[name] == "1"


@pytest.mark.parametrize(
    ("fact", "reads"),
    [("account.days_unseen", True), ("account.stars", False), ("account.large", False)],
)
def test_what_reads_the_clock_is_known(fact: str, *, reads: bool) -> None:
    pack = asked_on("account.value > 5").compiled.pack
    derived = pack.facts[fact].derived

    assert derived is not None
    assert reads_clock(derived.tree, pack) is reads
