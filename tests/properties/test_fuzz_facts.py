"""Facts that no policy of today would take: refused when stated, unknown when they are there."""

from decimal import Decimal

import pytest

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.model.events import EventReported, FactsRecorded
from kamflow.model.snapshot import Observation
from kamflow.model.values import TYPE_NAMES, Shape, Unknown, Verdict, parse_value, value_reader
from tests.builders import NOON, World, a_world

FACTS = """
facts:
  account:
    account.n: {type: number}
    account.on: {type: date}
    account.note: {type: text}
    account.huge: {type: number, derived: account.x15 * account.x15}
    account.x0: {type: number}
"""
SQUARES = "".join(
    f"    account.x{place + 1}: {{type: number, derived: account.x{place} * account.x{place}}}\n"
    for place in range(15)
)
EVENTS = "events: {account: {bill.paid: {payload: {sum: {type: number}, on: {type: date}}}}}"
HALVES = ("a\ud800b", "\udcff", "2026-03-31\udfff", "\ud83d")


@pytest.fixture
def world() -> World:
    return a_world(FACTS + SQUARES, EVENTS)


def left(world: World, fact: str, text: str) -> None:
    """Leave a text as a fact, as another policy may have."""
    seen = Observation(text, NOON, "crm", "ana", NOON)
    world.happened("north/acme", FactsRecorded(facts={fact: seen}))


@pytest.mark.parametrize("text", HALVES)
@pytest.mark.parametrize("type_name", TYPE_NAMES)
def test_half_a_character_is_no_value_of_any_type(type_name: str, text: str) -> None:
    with pytest.raises(ValueError, match="half a character"):
        parse_value(Shape(type=type_name, values=(text,)), text)


def test_a_statement_with_half_a_character_is_refused_and_the_others_with_it(world: World) -> None:
    decision = world.record("north/acme", {"account.n": "1", "account.note": HALVES[0]})

    assert not decision.accepted
    assert "`account.note`: the text holds half a character" in decision.explain()


@pytest.mark.parametrize("text", ["NaN", "sNaN", "-Infinity", "1e1001", "1e-999999", "", "x"])
def test_a_text_that_is_no_number_is_unknown_wherever_it_is_read(world: World, text: str) -> None:
    left(world, "account.n", text)

    for condition in ("account.n < 1", "account.n in {1}", "account.n + 1 = 1", "-account.n = 1"):
        assert isinstance(world.ask("north/acme", condition), Unknown)
    with pytest.raises((ValueError, ArithmeticError)):
        value_reader("number")(text)


@pytest.mark.parametrize("text", ["NaN", "soon", "1e99999999", ""])
def test_what_an_event_carried_under_another_policy_is_unknown(world: World, text: str) -> None:
    payload = {"sum": text, "on": text}
    world.happened("north/acme", EventReported(name="bill.paid", happened_at=NOON, payload=payload))

    assert str(world.ask("north/acme", "count(bill.paid where event.sum > 1)")) == "0"
    assert str(world.ask("north/acme", "count(bill.paid where event.on is known)")) == "0"


def test_numbers_without_end_are_unknown_and_say_why(world: World) -> None:
    world.record("north/acme", {"account.x0": "3" * 30})

    found = world.ask("north/acme", "account.huge > 1")

    assert isinstance(found, Unknown)
    assert found.causes[0].reason == "the number is too large"


def test_a_sum_over_members_that_is_too_large_is_unknown(world: World) -> None:
    nearly = Decimal(10) ** (Decimal("1899.85") / 2**15)  # x15 has as many digits as there may be
    for name in ("one", "two"):
        world.open("account", name, "north")
        world.record(f"north/{name}", {"account.x0": f"{nearly:.20E}"})

    one = world.ask("north/one", "account.x15")
    both = world.ask("north", "sum(account.x15 of accounts)")

    assert isinstance(one, Decimal)
    assert isinstance(both, Unknown)
    assert both.causes[0].reason == "the number is too large"


def test_a_fact_called_like_a_table_is_judged_alike_in_both_ways() -> None:
    world = a_world(
        "facts: {account: {way.out: {type: text}, account.n: {type: number}}}",
        "tables: {way: {subject: account, rows: [{id: R, otherwise: true, then: {out: left}}]}}",
        "gates: {G: {subject: account, criteria: [{id: C, must: way.out = left}]}}",
    )
    compiled: CompiledPack = world.compiled

    found = judge_gate(compiled, "G", world.view("north/acme")).verdict

    assert found is Verdict.MET
    assert compiled.verdict("G", world.view("north/acme")) is found


def test_a_set_within_a_set_speaks_of_each_member(world: World) -> None:
    for number in range(3):
        world.open("account", f"a{number}", "north")
        world.record(f"north/a{number}", {"account.n": number})
    above = "count(accounts where account.n > self.account.n) >= 1"

    assert str(world.ask("north", f"count(accounts where {above})")) == "2"


@pytest.mark.parametrize(("told", "absent"), [(31, True), (30, False), (25, False), (24, True)])
def test_what_follows_in_the_same_instant_or_on_the_last_day_follows(
    told: int,
    absent: bool,  # noqa: FBT001 - what pytest passes
) -> None:
    world = a_world("events: {account: {ask.sent: {}, ask.answered: {}}}")
    world.report("north/acme", "ask.sent", days=30)
    world.report("north/acme", "ask.answered", days=told)

    found = world.ask("north/acme", "no ask.answered within 5 days after ask.sent")

    assert found is absent
