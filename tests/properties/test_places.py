"""Whatever is asked for in whatever order: nobody gets more places than there are."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.engine.evolve import replay
from kamflow.model.commands import CastVote, Turn
from tests.builders import World, shipped_pack
from tests.scenarios.portfolio import ADMISSION, SCORES, Facts

CAPACITY = 2
ACCOUNTS = 5
SPONSORS = ("exec_sponsor", "other")
UNBLOCKED: Facts = {"account.compliance_block": False, "account.credit_block": False}

accounts = st.integers(0, ACCOUNTS - 1).map(lambda number: f"north/a{number}")
steps = st.one_of(
    st.tuples(st.sampled_from(("admit", "reserve", "readmit", "designate", "turn")), accounts),
    st.tuples(st.sampled_from(("guard", "clear", "refresh", "leave", "approve")), accounts),
    st.tuples(st.sampled_from(SPONSORS), accounts),
    st.tuples(st.just("later"), st.integers(1, 40)),
)


def a_program() -> World:
    world = World(shipped_pack())
    world.open("program", "north")
    world.staff("north")
    world.place("north", "optimize")
    world.record("north", {"program.customer_count": 1_000})
    for number in range(ACCOUNTS):
        account = f"north/a{number}"
        world.open("account", f"a{number}", "north", by="nominator")
        world.record(account, {"account.kam": "kam"})
        places: Facts = {"account.sponsor": "exec_sponsor", "account.sponsor_capacity": CAPACITY}
        for facts in (places, ADMISSION, SCORES):
            assert world.record(account, facts).accepted
    return world


def move(sponsor: str, world: World, account: str) -> None:
    if world.ask(account, "account.designated") is False:
        world.record(account, {"account.sponsor": sponsor})


def approve(world: World, account: str) -> None:
    for approval in tuple(world.subjects[account].approvals):
        for person in ("program_manager", "sales_leader"):
            world.submit(account, CastVote(actor=person, approval=approval, vote="approve"))


def leave(world: World, account: str) -> None:
    if world.stage(account) == "planning":
        world.place(account, "declassified")


def refresh(world: World, account: str) -> None:
    for facts in (UNBLOCKED, SCORES):
        world.record(account, facts)


def guard(share: str) -> Callable[[World, str], object]:
    facts: Facts = {"account.revenue_share_pct": share}
    return lambda world, account: world.record(account, facts)


STEPS: dict[str, Callable[[World, str], object]] = {
    "guard": guard("21"),
    "clear": guard("3.1"),
    "refresh": refresh,
    "turn": lambda world, account: world.submit(account, Turn(actor="system")),
    "approve": approve,
    "leave": leave,
    **{sponsor: partial(move, sponsor) for sponsor in SPONSORS},
}


def take(world: World, word: str, account: str) -> None:
    """Take one step; what is refused is no matter here."""
    if word in STEPS:
        STEPS[word](world, account)
    else:
        world.request(account, word, by="program_office")


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, min_size=4, max_size=30))
def test_places_held_and_reserved_never_exceed_what_a_sponsor_has(
    taken: list[tuple[str, str | int]],
) -> None:
    world = a_program()

    for word, what in taken:
        if isinstance(what, int):
            world.now += timedelta(days=what)
            world.record("north", {"program.customer_count": 1_000})
        else:
            take(world, word, what)
        held = Counter(
            world.ask(account, "account.sponsor")
            for account in world.subjects
            if account != "north" and world.ask(account, "account.holds_place") is True
        )
        assert max(held.values(), default=0) <= CAPACITY

    for subject, snapshot in world.subjects.items():
        assert replay(world.events[subject]) == snapshot
