"""Facts: who may state them, in which form, and what a statement changes."""

from datetime import datetime, timedelta

import pytest

from kamflow.model.commands import RecordFacts, Stated
from kamflow.model.decision import Decision
from kamflow.model.events import CommandRefused, FactsRecorded
from tests.builders import NOON, Plain, World, a_world, days_ago

FACTS = """
facts:
  program:
    program.n: {type: number}
  account:
    account.number: {type: number, range: -5 to 100}
    account.integer: {type: integer, unit: people}
    account.money: {type: money}
    account.percent: {type: percent}
    account.score: {type: score}
    account.date: {type: date}
    account.flag: {type: flag}
    account.choice: {type: choice, values: [red, green]}
    account.text: {type: text}
    account.kam: {type: person, writers: [boss, kam]}
    account.feed: {type: number, writers: [service]}
    account.twice: {type: number, derived: 2 * account.number}
roles:
  boss: {who: boss}
  kam: {who: kam, holder: account.kam}
  service: {who: systems, identity: service}
"""
ACME = "north/acme"


def told(
    world: World,
    fact: str,
    text: str,
    *,
    author: str = "ann",
    as_of: datetime = NOON,
    unit: str = "",
) -> Decision:
    stated = Stated(text=text, as_of=as_of, source="crm", author=author, unit=unit)
    return world.submit(ACME, RecordFacts(actor=author, facts={fact: stated}))


def value(world: World, fact: str) -> str | None:
    observed = world.subjects[ACME].facts.get(fact)
    return observed.value if observed else None


@pytest.mark.parametrize(
    ("fact", "text", "kept"),
    [
        ("account.number", " 12.50 ", "12.5"),
        ("account.number", "-0", "0"),
        ("account.number", "+1e1", "10"),
        ("account.number", ".5", "0.5"),
        ("account.number", "0e2", "0"),
        ("account.integer", "7.0", "7"),
        ("account.money", "7200000.10", "7200000.1"),
        ("account.percent", "12.5", "12.5"),
        ("account.score", "1", "1"),
        ("account.date", "2026-03-31", "2026-03-31"),
        ("account.date", "2026-03-31T23:59", "2026-03-31"),
        ("account.date", "2026-03-31 23:59:59+02:00", "2026-03-31"),
        ("account.flag", "Yes", "true"),
        ("account.flag", "0", "false"),
        ("account.choice", "red", "red"),
        ("account.text", "  a b ", "a b"),
    ],
)
def test_a_value_is_kept_in_its_canonical_form(fact: str, text: str, kept: str) -> None:
    world = a_world(FACTS)

    assert told(world, fact, text).accepted
    assert value(world, fact) == kept


@pytest.mark.parametrize(
    ("fact", "text", "fault"),
    [
        (
            "account.number",
            "12,5",
            "`12,5` is not a number; use a decimal point, or say `decimal: ','`",
        ),
        ("account.number", "1 000", "`1 000` is not a number"),
        ("account.number", "NaN", "`NaN` is not a number"),
        ("account.number", "Infinity", "`Infinity` is not a number"),
        ("account.number", "0x10", "`0x10` is not a number"),
        ("account.number", "", "`` is not a number"),
        ("account.number", "1e40", "`1e40` has more than 30 digits"),
        ("account.number", "1" * 31, "`1111111111111111111111111111111` has more than 30 digits"),
        ("account.number", "1e9999999999", "`1e9999999999` is not a number"),
        ("account.number", "101", "`101` is outside -5 to 100"),
        ("account.number", "-5.1", "`-5.1` is outside -5 to 100"),
        ("account.integer", "7.5", "`7.5` is not a whole number"),
        ("account.score", "0.9", "`0.9` is outside 1 to 5"),
        ("account.score", "5.1", "`5.1` is outside 1 to 5"),
        ("account.date", "31.03.2026", "`31.03.2026` is not a date; write 2026-03-31"),
        ("account.date", "2026-02-30", "`2026-02-30` is not a date; write 2026-03-31"),
        ("account.date", "2026-03-31 noon", "`2026-03-31 noon` is not a date; write 2026-03-31"),
        ("account.date", "2026-03-31T25:00", "`2026-03-31T25:00` is not a date; write 2026-03-31"),
        ("account.flag", "maybe", "`maybe` is not a flag; write `true` or `false`"),
        ("account.choice", "blue", "`blue` is not one of red, green"),
        ("account.choice", "", "`` is not one of red, green"),
        ("account.text", " ", "the value is empty"),
        ("account.text", "x" * 10_001, "the text has 10001 characters; at most 10000 are kept"),
        ("account.twice", "2", "is derived and cannot be recorded"),
        ("account.numbr", "2", "`account` has no such fact; did you mean `account.number`?"),
        ("program.n", "2", "`account` has no such fact"),
    ],
)
def test_what_is_no_value_is_refused_with_the_reason(fact: str, text: str, fault: str) -> None:
    world = a_world(FACTS)

    decision = told(world, fact, text)

    assert not decision.accepted
    assert decision.faults == {fact: fault}
    assert decision.reasons == (f"`{fact}`: {fault}",)
    assert world.subjects[ACME].facts == {}


@pytest.mark.parametrize(
    ("fact", "unit", "accepted"),
    [
        ("account.money", "EUR", True),
        ("account.money", "", True),
        ("account.money", "USD", False),
        ("account.integer", "people", True),
        ("account.integer", "FTE", False),
        ("account.percent", "%", True),
        ("account.number", "anything", True),
    ],
)
def test_a_value_is_stated_in_the_unit_in_which_it_is_kept(
    fact: str,
    unit: str,
    accepted: bool,  # noqa: FBT001
) -> None:
    assert told(a_world(FACTS), fact, "7", unit=unit).accepted is accepted


@pytest.mark.parametrize(
    ("fact", "author", "accepted"),
    [
        ("account.number", "anybody", True),
        ("account.feed", "service:erp", True),
        ("account.feed", "service", True),
        ("account.feed", "services", False),
        ("account.feed", "ann", False),
        ("account.feed", "system", False),
        ("account.number", "system", False),
        ("account.kam", "bob", True),
        ("account.kam", "kim", True),
        ("account.kam", "ann", False),
    ],
)
def test_only_the_writers_of_a_fact_can_state_it(
    fact: str,
    author: str,
    accepted: bool,  # noqa: FBT001
) -> None:
    world = a_world(FACTS)
    world.assign("north", "boss", "bob")
    world.record_by("bob", ACME, {"account.kam": "kim"})
    values = {"account.number": "5", "account.feed": "5", "account.kam": "new"}

    decision = told(world, fact, values[fact], author=author)

    assert decision.accepted is accepted


def test_who_may_not_state_a_fact_is_told_who_may() -> None:
    world = a_world(FACTS)
    world.assign("north", "boss", "bob")

    decision = told(world, "account.kam", "kim")

    assert decision.faults == {
        "account.kam": "`ann` has none of the roles boss (bob), kam (nobody yet)"
    }


@pytest.mark.parametrize(
    ("ahead", "accepted"),
    [(timedelta(0), True), (timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False)],
)
def test_an_observation_of_the_future_is_refused_but_for_what_clocks_differ(
    ahead: timedelta,
    accepted: bool,  # noqa: FBT001
) -> None:
    assert told(a_world(FACTS), "account.number", "5", as_of=NOON + ahead).accepted is accepted


def test_an_instant_without_a_zone_is_refused() -> None:
    decision = told(a_world(FACTS), "account.number", "5", as_of=NOON.replace(tzinfo=None))

    assert decision.faults == {"account.number": "as of 2026-03-31 12:00:00 has no time zone"}


def test_one_value_that_is_wrong_refuses_all_with_every_fault() -> None:
    world = a_world(FACTS)

    decision = world.record(
        ACME, {"account.number": 5, "account.score": 9, "account.choice": "blue"}
    )

    assert sorted(decision.faults) == ["account.choice", "account.score"]
    assert world.subjects[ACME].facts == {}
    assert [type(event) for event in decision.happenings] == [CommandRefused]


def test_a_newer_observation_takes_the_place_of_the_older_one() -> None:
    world = a_world(FACTS)
    told(world, "account.number", "1", as_of=days_ago(2))

    told(world, "account.number", "2", as_of=days_ago(1))

    assert value(world, "account.number") == "2"


def test_an_older_observation_stands_in_the_history_alone() -> None:
    world = a_world(FACTS)
    told(world, "account.number", "2", as_of=days_ago(1))

    decision = told(world, "account.number", "1", as_of=days_ago(2))

    assert value(world, "account.number") == "2"
    (recorded,) = decision.happenings
    assert isinstance(recorded, FactsRecorded)
    assert recorded.facts["account.number"].value == "1"


def test_of_two_observations_of_the_same_instant_the_later_stated_one_counts() -> None:
    world = a_world(FACTS)
    told(world, "account.number", "1")

    told(world, "account.number", "2", author="ben")

    assert value(world, "account.number") == "2"


def test_the_same_observation_twice_changes_nothing() -> None:
    world = a_world(FACTS)
    told(world, "account.number", "12.50")
    before = world.subjects[ACME]

    decision = told(world, "account.number", "12.5")

    assert decision.accepted
    assert decision.events == ()
    assert world.subjects[ACME] == before


@pytest.mark.parametrize(
    "change", [{"text": "13"}, {"author": "ben"}, {"as_of": days_ago(-0) + timedelta(seconds=1)}]
)
def test_what_differs_in_anything_that_counts_is_news(change: dict[str, object]) -> None:
    world = a_world(FACTS)
    told(world, "account.number", "12", as_of=days_ago(1))
    first = {"fact": "account.number", "text": "12", "as_of": days_ago(1), "author": "ann"}

    decision = told(world, **{**first, **change})  # type: ignore[arg-type]

    assert len(decision.events) == 1


def test_of_several_facts_only_the_news_are_recorded() -> None:
    world = a_world(FACTS)
    world.record(ACME, {"account.number": 1, "account.text": "a"})

    decision = world.record(ACME, {"account.number": 1, "account.text": "b"})

    (recorded,) = decision.happenings
    assert isinstance(recorded, FactsRecorded)
    assert list(recorded.facts) == ["account.text"]


def test_an_observation_keeps_what_is_needed_to_judge_it() -> None:
    world = a_world(FACTS)
    stated = Stated(
        text="5", as_of=days_ago(3), source="crm", author="ann", evidence="https://crm/5"
    )

    world.submit(ACME, RecordFacts(actor="importer", facts={"account.money": stated}))

    observed = world.subjects[ACME].facts["account.money"]
    assert (observed.value, observed.unit, observed.source) == ("5", "EUR", "crm")
    assert (observed.author, observed.as_of) == ("ann", days_ago(3))
    assert (observed.recorded_at, observed.evidence) == (NOON, "https://crm/5")


@pytest.mark.parametrize("facts", [{}, {"account.number": 5}])
def test_recording_nothing_new_is_accepted(facts: dict[str, Plain]) -> None:
    world = a_world(FACTS)
    world.record(ACME, facts)

    assert world.record(ACME, facts).accepted
