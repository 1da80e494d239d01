"""The smallest change: which facts, where to, and in which words."""

import re

import pytest

from kamflow.analysis.smallest import SmallestChange, smallest_change
from kamflow.model.escalated import EscalationRaised
from kamflow.reports.why import explain
from tests.builders import Plain, World, a_world, days_ago, shipped_pack

FACTS = """
facts:
  program:
    program.size: {type: integer, unit: accounts}
  account:
    account.n: {type: integer, range: 0 to 10, max_age: 90 days}
    account.m: {type: integer}
    account.share: {type: percent}
    account.other: {type: percent}
    account.ended_on: {type: date}
    account.score: {type: score}
    account.kickoff_on: {type: date}
    account.pilot: {type: flag}
    account.load: {type: integer, default: 0}
    account.limit: {type: integer, unit: accounts, default: P.limit}
    account.segment: {type: choice, values: [strategic, growth, core]}
    account.kam: {type: person}
    account.sponsor: {type: person}
    account.both: {type: flag, derived: account.pilot and account.n >= 3}
    account.total: {type: number, derived: account.n + 2 * account.m}
    account.pilots: {type: integer, derived: count(accounts where account.pilot)}
    account.fit: {type: number, derived: card.total}
parameters: {limit: {type: integer, value: 3, unit: accounts}, least: {type: integer, value: 2}}
scorecards: {card: {subject: account, criteria: [{id: C1, fact: account.score}]}}
"""


def a_gate(*criteria: str, **facts: Plain) -> World:
    """Return a world whose gate `G` has these criteria, with facts of the account."""
    items = [
        re.sub(r"^(must|should): ([^']*?)(, (must_when|needs|settled_by):.*)?$", _quoted, item)
        for item in criteria
    ]
    listed = ", ".join(f"{{id: c{number}, {text}}}" for number, text in enumerate(items, 1))
    world = a_world(FACTS, f"gates: {{G: {{subject: account, criteria: [{listed}]}}}}")
    if facts:
        world.record("north/acme", {f"account.{name}": value for name, value in facts.items()})
    return world


def _quoted(match: re.Match[str]) -> str:
    return f"{match[1]}: '{match[2]}'{match[3] or ''}"


def change_of(world: World, *, before_approval: bool = False) -> SmallestChange:
    view = world.view("north/acme")
    return smallest_change(world.compiled, "G", view, before_approval=before_approval)


def lines(world: World) -> list[list[str]]:
    """Return the wishes of each alternative."""
    return [[wish.text for wish in item.wishes] for item in change_of(world).alternatives]


# ---------------------------------------------------------------------------- one criterion

ONE = {
    "account.n >= P.least": "account.n at least 2, now 1",
    "account.n > 1": "account.n at least 2, now 1",
    "account.n = 7": "account.n 7, now 1",
    "account.n != 1": "account.n 0 or at least 2, now 1",
    "account.n between 3 and 6": "account.n between 3 and 6, now 1",
    "account.n in {4, 5, 8}": "account.n between 4 and 5 or 8, now 1",
    "not account.n <= 4": "account.n at least 5, now 1",
    "account.share >= 80": "record account.share: at least 80 %",
    "account.share > 80 and account.share < 90": "record account.share: above 80 and below 90 %",
    "3 * account.share >= 100": "record account.share: at least 33.333334 %",
    "account.score >= 3.5": "record account.score: at least 3.5",
    "account.limit >= 5": "record account.limit: at least 5 accounts",
    "account.segment in {strategic, growth}": "record account.segment: strategic or growth",
    "account.segment not in {strategic, growth}": "record account.segment: core",
    "account.segment != core": "record account.segment: strategic or growth",
    'account.kam != "bo"': "record account.kam: anything but bo",
    "account.kam is present": "record account.kam",
    "account.n is absent": "withdraw account.n, now 1",
    "account.pilot": "record account.pilot: true",
    "account.pilot = false": "record account.pilot: false",
    "account.kickoff_on >= 2026-01-01": "record account.kickoff_on: 2026-01-01 or later",
    "days_since(account.kickoff_on) <= 30": "record account.kickoff_on: 2026-03-01 or later",
    "days_since(account.kickoff_on) between 10 and 30": (
        "record account.kickoff_on: between 2026-03-01 and 2026-03-21"
    ),
    "months_since(account.kickoff_on) >= 6": "record account.kickoff_on: 2025-09-30 or earlier",
    "months_since(account.kickoff_on) < 1": "record account.kickoff_on: 2026-03-01 or later",
    "account.total >= 10": "record account.m: at least 5",
    "program.size >= 2": "record program.size: at least 2 accounts",
    "account.pilots >= 3": "account.pilots has to be at least 3, now 0",
    "count(accounts where account.pilot) >= 3": (
        "the number of accounts for which the account is a pilot has to be at least 3, now 0"
    ),
    "account.n * account.n >= 9": "the n times the n has to be at least 9, now 1",
    "stage = planning": "the stage has to be planning, now candidate",
    "today >= 2026-05-01": ("whether today is on or after 2026-05-01 has to be true, now false"),
    "account.kickoff_on >= today - 12 months": "record account.kickoff_on: 2025-03-31 or later",
    "account.kickoff_on + 10 days <= today": "record account.kickoff_on: 2026-03-21 or earlier",
    "account.kickoff_on + 1 months <= 2026-03-31": (
        "the kickoff date plus 1 months has to be 2026-03-31 or earlier, now unknown;"
        " account.kickoff_on lacking"
    ),
    "account.kickoff_on within 30 days": (
        "record account.kickoff_on: between 2026-03-01 and 2026-03-31"
    ),
    "account.kickoff_on within 1 months": (
        "record account.kickoff_on: between 2026-02-28 and 2026-03-31"
    ),
    "account.n / account.load >= 2": (
        "the n divided by the load has to be at least 2, now unknown"
    ),
    "change(account.m over 90 days) > 5": (
        "the change of the m over 90 days has to be above 5, now unknown; account.m lacking"
    ),
    "trend(account.m, 2, rising)": (
        "whether each of the last 2 readings of the m is higher than the one before has to be"
        " true, now unknown; account.m lacking"
    ),
    "account.fit >= 3": "record account.score: at least 3",
}


def test_a_fact_whose_value_has_to_fit_another_is_to_be_changed_not_recorded_again() -> None:
    world = a_gate("must: account.load >= 3", "must: account.load + account.n <= 3", n=2)

    assert lines(world) == [["record account.load: at least 3", "change account.n, now 2"]]


def test_nobody_is_asked_to_change_the_past() -> None:
    world = a_gate("must: account.m >= (account.m as of 2026-01-01) + 2")
    world.record("north/acme", {"account.m": 7}, as_of=days_ago(200, world.now))
    world.record("north/acme", {"account.m": 5})

    assert lines(world) == [["account.m at least 9, now 5"]]


@pytest.mark.parametrize("text", ONE)
def test_each_fact_is_told_where_it_has_to_get_to(text: str) -> None:
    world = a_gate(f"must: {text}", n=1)

    assert lines(world) == [[ONE[text]]]


def test_a_date_tells_the_last_day_that_is_accepted() -> None:
    world = a_gate("must: days_since(account.kickoff_on) >= 60", kickoff_on="2026-03-01")

    (wish,) = change_of(world).alternatives[0].wishes

    assert wish.text == "account.kickoff_on 2026-01-30 or earlier, now 2026-03-01"
    assert (wish.least, wish.most, wish.example) == (None, "2026-01-30", "2026-01-30")


def test_a_stale_value_has_to_be_recorded_again() -> None:
    world = a_gate("must: account.n >= 3")
    world.record("north/acme", {"account.n": 7}, as_of=days_ago(91))

    (wish,) = change_of(world).alternatives[0].wishes

    assert wish.text == "record account.n again: at least 3, last 7"
    assert wish.now is None


def test_a_wish_carries_its_bounds_and_an_example_for_programs() -> None:
    world = a_gate("must: account.n >= 3 and account.n <= 6", n=9)

    (wish,) = change_of(world).alternatives[0].wishes

    assert (wish.least, wish.most, wish.example, wish.now) == ("3", "6", "6", "9")


# ---------------------------------------------------------------------------- several


def test_a_fact_that_several_criteria_read_is_wished_for_once() -> None:
    world = a_gate("must: account.n >= 3", "must: account.n <= 6 and account.pilot", n=1)

    (alternative,) = change_of(world).alternatives

    assert [wish.text for wish in alternative.wishes] == [
        "account.n between 3 and 6, now 1",
        "record account.pilot: true",
    ]
    assert alternative.wishes[0].criteria == ("c1", "c2")


def test_the_alternative_with_the_fewest_facts_comes_first() -> None:
    world = a_gate("must: account.m = 4 and account.pilot or account.n >= 3", n=1)

    assert lines(world) == [
        ["account.n at least 3, now 1"],
        ["record account.m: 4", "record account.pilot: true"],
    ]


def test_at_most_five_alternatives_are_told() -> None:
    either = " or ".join(f"account.n = {n} and account.m = {n}" for n in range(7))
    pairs = a_gate(*(f"must: account.{name} or account.m >= 3" for name in ("pilot", "both")))

    assert len(change_of(a_gate(f"must: {either}")).alternatives) == 5
    assert lines(pairs)[0] == ["record account.m: at least 3"]


def test_an_escalation_has_to_be_over() -> None:
    gate = "gates: {G: {subject: account, criteria: [{id: c1, must: 'not escalated(\"E\")'}]}}"
    rule = "rules: {E: {title: Trouble, subject: account, when: account.n > 9}}"
    world = a_world(FACTS, gate, rule)
    raised = EscalationRaised(
        id="e", rule="E", title="Trouble", severity="high", as_of=world.now, raised_at=world.now
    )
    world.happened("north/acme", raised)

    assert lines(world) == [["whether “Trouble” is escalated (E) has to be false, now true"]]


def test_of_two_facts_compared_either_may_change() -> None:
    world = a_gate("must: account.load < account.limit", load=5)

    assert lines(world) == [
        ["account.load at most 2, now 5"],
        ["record account.limit: at least 6 accounts"],
    ]


def test_two_facts_that_are_missing_are_tied_to_each_other() -> None:
    (alternative,) = change_of(a_gate("must: account.n < account.m")).alternatives

    assert [wish.text for wish in alternative.wishes] == ["record account.n", "record account.m"]
    assert alternative.together == ("the n is below the m",)


@pytest.mark.parametrize(("same", "found"), [("=", "bo"), ("!=", "anything but bo")])
def test_people_are_compared_as_well(same: str, found: str) -> None:
    world = a_gate(f"must: account.kam {same} account.sponsor", kam="bo")

    assert lines(world) == [[f"record account.sponsor: {found}"]]


def test_a_derived_fact_is_followed_to_what_is_recorded() -> None:
    world = a_gate("must: account.both", "must: account.total >= 10", n=2, m=1)

    assert lines(world) == [["record account.pilot: true", "account.n at least 8, now 2"]]


def test_the_least_and_the_greatest_of_several_are_followed() -> None:
    least = a_gate("must: min(account.n, account.m) >= 3", n=2, m=9)
    greatest = a_gate("must: max(account.n, account.m) >= 3", n=2, m=1)

    assert lines(least) == [["account.n at least 3, now 2"]]
    assert lines(greatest) == [["account.n at least 3, now 2"], ["account.m at least 3, now 1"]]


def test_an_if_is_opened_by_its_condition_too() -> None:
    world = a_gate("must: account.n <= (if account.pilot then 9 else 5)", n=7, pilot=False)

    assert lines(world) == [["account.n at most 5, now 7"], ["account.pilot true, now false"]]


# ---------------------------------------------------------------------------- severity, needs


def test_a_should_is_no_reason_to_change_anything() -> None:
    change = change_of(a_gate("should: account.n >= 3", "must: account.pilot", n=1, pilot=True))

    assert change.open
    assert change.alternatives == ()


def test_what_makes_a_should_strict_can_be_turned_instead() -> None:
    world = a_gate("should: account.n >= 3, must_when: account.m >= 2", n=1, m=2)

    assert lines(world) == [["account.m at most 1, now 2"], ["account.n at least 3, now 1"]]


def test_what_a_criterion_needs_has_to_be_known() -> None:
    world = a_gate("must: account.pilot, needs: [account.m, account.fit]", pilot=True)

    assert lines(world) == [["record account.m", "record account.score"]]


def test_what_the_approval_settles_is_left_out_before_the_votes() -> None:
    world = a_gate("must: account.pilot, settled_by: approval", "must: account.n >= 3", n=1)

    before, after = change_of(world, before_approval=True), change_of(world)

    assert [wish.name for wish in before.alternatives[0].wishes] == ["account.n"]
    assert after.criteria == ("c1", "c2")


# ---------------------------------------------------------------------------- cannot open


@pytest.mark.parametrize(
    ("criteria", "conflict"),
    [
        (("account.n >= 5", "account.pilot", "account.n <= 3"), ("c1", "c3")),
        (("account.n >= 11",), ("c1",)),
        (("P.least > 3",), ("c1",)),
        (("account.pilot", "not account.pilot"), ("c1", "c2")),
        (("account.n < account.m", "account.m < account.n"), ("c1", "c2")),
        (("account.kam is present", "account.kam is absent"), ("c1", "c2")),
    ],
)
def test_criteria_that_contradict_each_other_are_named(
    criteria: tuple[str, ...], conflict: tuple[str, ...]
) -> None:
    change = change_of(a_gate(*(f"must: {text}" for text in criteria), n=1))

    assert not change.open
    assert change.alternatives == ()
    assert change.conflict == conflict


# ---------------------------------------------------------------------------- size


def test_a_condition_with_too_many_ways_is_named_as_a_whole() -> None:
    names = [f"account.{letter}{n}" for n in range(10) for letter in "ab"]
    more = "\n".join(f"    {name}: {{type: flag}}" for name in names)
    pairs = zip(names[::2], names[1::2], strict=True)
    many = " and ".join(f"({one} or {other})" for one, other in pairs)
    gate = f"gates: {{G: {{subject: account, criteria: [{{id: c1, must: not (not ({many}))}}]}}}}"

    (alternative,) = change_of(a_world(f"facts:\n  account:\n{more}", gate)).alternatives

    (wish,) = alternative.wishes
    assert wish.made_of_words
    assert wish.wanted == "true"


def test_a_gate_of_many_criteria_is_answered_without_trying_all() -> None:
    either = [f"must: account.n != {n % 10} or account.m > {n}" for n in range(100)]

    change = change_of(a_gate(*either, n=1, m=2))

    assert [[wish.name for wish in item.wishes] for item in change.alternatives] == [
        ["account.n"],
        ["account.m"],
    ]


def test_every_gate_that_ships_has_an_answer_for_an_account_of_which_nothing_is_known() -> None:
    world = World(shipped_pack())
    world.open("program", "north")
    world.open("account", "acme", "north")

    for gate in world.compiled.pack.gates.values():
        view = world.view("north/acme" if gate.kind == "account" else "north")
        change = smallest_change(world.compiled, gate.id, view)

        assert change.open or change.alternatives, gate.id
        assert change.exact, gate.id


def test_an_explanation_has_the_sentences_and_the_smallest_change() -> None:
    world = World(shipped_pack())
    world.open("program", "north")

    explanation = explain(world.compiled, world.view("north"), "start")

    change = explanation.smallest_change
    assert change is not None
    assert change == explanation.transitions[0].smallest_change
    assert change.criteria == ("G-P0.1", "G-P0.2", "G-P0.3", "G-P0.4")
    assert explanation.transitions[0].criteria[1].sentence == (
        "The level of the program sponsor is board or C-level."
    )


def test_without_a_gate_there_is_no_smallest_change() -> None:
    world = a_world(FACTS)

    assert explain(world.compiled, world.view("north/acme")).smallest_change is None


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("account.n >= 2 * account.m + 3", "the n is at least 2 times the m plus 3"),
        (
            "account.share - account.other > 5",
            "the share is above the other plus 5 percentage points",
        ),
        ("account.kickoff_on < account.ended_on", "the kickoff date is before the “ended” date"),
        ("account.kam != account.sponsor", "the KAM is not the same as the sponsor"),
        ("account.kam = account.sponsor", "the KAM is the same as the sponsor"),
        ("account.n = account.m", "the n is the same as the m"),
    ],
)
def test_a_tie_is_told_in_words(condition: str, words: str) -> None:
    (alternative, *_) = change_of(a_gate(f"must: {condition}")).alternatives

    assert alternative.together == (words,)
