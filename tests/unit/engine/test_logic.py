"""Three values: a condition is met, unmet or unknown, and unknown carries its causes."""

from decimal import Context, Decimal, localcontext

import pytest

from kamflow.model.values import Unknown
from tests.builders import World, a_world, days_ago, load, verdict_of

FACTS = """
facts:
  account:
    account.yes: {type: flag}
    account.no: {type: flag}
    account.open: {type: flag}
    account.other: {type: flag, writers: [clerk]}
    account.n: {type: number}
    account.m: {type: number}
    account.zero: {type: number}
    account.gone: {type: number}
    account.day: {type: date}
    account.word: {type: choice, values: [red, green]}
    account.stale: {type: number, max_age: 10 days}
    account.standing: {type: number, default: 5}
    account.double: {type: number, derived: 2 * account.n}
  program:
    program.n: {type: number}
    program.stale: {type: number, max_age: 10 days}
roles: {clerk: {who: clerk}}
"""


@pytest.fixture(scope="module")
def world() -> World:
    world = a_world(FACTS)
    world.record("north", {"program.n": 1})
    world.record("north", {"program.stale": 1}, as_of=days_ago(11))
    facts = {"account.yes": True, "account.no": False, "account.n": 6, "account.m": 4}
    world.record("north/acme", {**facts, "account.zero": 0, "account.word": "red"})
    world.record("north/acme", {"account.day": "2026-03-01"})
    world.record("north/acme", {"account.stale": 1}, as_of=days_ago(11))
    return world


def verdict(world: World, condition: str) -> str:
    spelled = condition.replace("YES", "account.yes").replace("NO", "account.no")
    return verdict_of(world.ask("north/acme", spelled.replace("OPEN", "account.open")))


def causes(world: World, condition: str) -> list[str]:
    value = world.ask("north/acme", condition)
    assert isinstance(value, Unknown)
    return [f"{cause.name}: {cause.reason}" for cause in value.causes]


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        ("YES", "YES", "met", "met"),
        ("YES", "NO", "unmet", "met"),
        ("YES", "OPEN", "unknown", "met"),
        ("NO", "YES", "unmet", "met"),
        ("NO", "NO", "unmet", "unmet"),
        ("NO", "OPEN", "unmet", "unknown"),
        ("OPEN", "YES", "unknown", "met"),
        ("OPEN", "NO", "unmet", "unknown"),
        ("OPEN", "OPEN", "unknown", "unknown"),
    ],
)
def test_and_and_or_follow_the_three_valued_tables(
    world: World, left: str, right: str, both: str, either: str
) -> None:
    assert verdict(world, f"{left} and {right}") == both
    assert verdict(world, f"{left} or {right}") == either


@pytest.mark.parametrize(
    ("item", "opposite"), [("YES", "unmet"), ("NO", "met"), ("OPEN", "unknown")]
)
def test_not_turns_a_verdict_and_leaves_the_unknown(world: World, item: str, opposite: str) -> None:
    assert verdict(world, f"not {item}") == opposite


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("account.n = 6", "met"),
        ("account.n != 6", "unmet"),
        ("account.n < 6", "unmet"),
        ("account.n <= 6", "met"),
        ("account.n > 6", "unmet"),
        ("account.n >= 6", "met"),
        ("6.0 = account.n", "met"),
        ("account.m < account.n", "met"),
        ("account.n between 6 and 6", "met"),
        ("account.n between 7 and 5", "unmet"),
        ("account.n between account.m and 6", "met"),
        ("account.n between account.gone and 5", "unmet"),
        ("account.n between account.gone and 6", "unknown"),
        ("account.gone between 1 and 2", "unknown"),
        ("account.n in {4, 6}", "met"),
        ("account.n not in {4, 6}", "unmet"),
        ("account.n in {account.m, 6}", "met"),
        ("account.n in {account.gone, 6}", "met"),
        ("account.n in {account.gone, 7}", "unknown"),
        ("account.n not in {account.gone, 6}", "unmet"),
        ("account.gone in {4, 6}", "unknown"),
        ("account.word = red", "met"),
        ("account.word in {green}", "unmet"),
        ("account.day = 2026-03-01", "met"),
        ("account.day < today", "met"),
        ("account.day between 2026-03-01 and 2026-03-01", "met"),
        ("account.yes = true", "met"),
        ("account.no = false", "met"),
        ("account.no = account.yes", "unmet"),
        ("account.yes != account.open", "unknown"),
        ("stage = candidate", "met"),
        ("today = 2026-03-31", "met"),
    ],
)
def test_comparisons_at_their_edges(world: World, condition: str, expected: str) -> None:
    assert verdict(world, condition) == expected


@pytest.mark.parametrize(
    ("fact", "present", "known"),
    [
        ("account.n", "met", "met"),
        ("account.gone", "unmet", "unmet"),
        ("account.stale", "met", "unmet"),
        ("account.double", "met", "met"),
        ("program.n", "met", "met"),
        ("program.stale", "met", "unmet"),
    ],
)
def test_present_asks_for_a_value_and_known_for_a_fresh_one(
    world: World, fact: str, present: str, known: str
) -> None:
    opposite = {"met": "unmet", "unmet": "met"}

    assert verdict(world, f"{fact} is present") == present
    assert verdict(world, f"{fact} is absent") == opposite[present]
    assert verdict(world, f"{fact} is known") == known
    assert verdict(world, f"{fact} is unknown") == opposite[known]


def test_an_expression_is_known_when_its_parts_are(world: World) -> None:
    assert verdict(world, "(account.n + account.m) is known") == "met"
    assert verdict(world, "(account.n + account.gone) is unknown") == "met"
    assert verdict(world, "(OPEN and NO) is known") == "met"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("account.n + account.m", "10"),
        ("account.n - account.m", "2"),
        ("account.n * account.m", "24"),
        ("account.n / account.m", "1.5"),
        ("50 % of account.n", "3"),
        ("account.m % of 50", "2"),
        ("-account.n", "-6"),
        ("min(account.n, account.m, 5)", "4"),
        ("max(account.n, account.m, 5)", "6"),
        ("if account.yes then account.n else account.gone", "6"),
        ("if account.no then account.gone else account.m", "4"),
        ("account.standing", "5"),
        ("account.double", "12"),
        ("0.1 + 0.2", "0.3"),
        ("10 / 4 * 4", "10"),
    ],
)
def test_arithmetic_is_decimal(world: World, expression: str, value: str) -> None:
    assert world.ask("north/acme", expression) == Decimal(value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (
            "account.n / account.zero",
            ["account.n / account.zero: divided by zero: `account.zero` is 0"],
        ),
        (
            "1 / (account.n - 6)",
            ["1 / (account.n - 6): divided by zero: `account.n - 6` is 0 (account.n = 6)"],
        ),
        ("account.n / 0 > 1", ["account.n / 0: divided by zero"]),
        ("account.gone + 1", ["account.gone: no value"]),
        ("-account.gone", ["account.gone: no value"]),
        (
            "account.gone * account.stale",
            ["account.gone: no value", "account.stale: stale: 11 days old, at most 10"],
        ),
        ("account.gone + account.gone", ["account.gone: no value"]),
        ("min(account.n, account.gone)", ["account.gone: no value"]),
        ("if account.open then 1 else 2", ["account.open: no value"]),
        ("if account.yes then account.gone else 2", ["account.gone: no value"]),
        ("account.open and account.other", ["account.open: no value", "account.other: no value"]),
        ("account.open or account.other", ["account.open: no value", "account.other: no value"]),
        ("account.yes and account.other", ["account.other: no value"]),
        (
            "account.gone > account.stale",
            ["account.gone: no value", "account.stale: stale: 11 days old, at most 10"],
        ),
    ],
)
def test_the_unknown_tells_all_its_causes_once(
    world: World, expression: str, expected: list[str]
) -> None:
    assert causes(world, expression) == expected


def test_a_cause_names_the_roles_that_can_supply_the_fact(world: World) -> None:
    value = world.ask("north/acme", "account.other")

    assert isinstance(value, Unknown)
    assert [cause.writers for cause in value.causes] == [("clerk",)]


def test_what_is_decided_already_does_not_hang_on_the_unknown(world: World) -> None:
    assert verdict(world, "account.n > 5 or account.gone > 1") == "met"
    assert verdict(world, "account.gone > 1 or account.n > 5") == "met"
    assert verdict(world, "account.gone > 1 and account.n > 6") == "unmet"


@pytest.mark.parametrize(
    ("link", "longest"),
    [
        ("a.x{0}", 119),
        ("count(accounts where a.x{0} > 0)", 59),
        ("if a.x{0} > 1 then -(-(-(1 + a.x{0}))) else 2", 34),
        ("sum(a.x{0} of accounts where count(accounts where a.x{0} > 0) > 0)", 39),
    ],
)
def test_the_longest_chain_that_is_accepted_can_be_worked_out(link: str, longest: int) -> None:
    too_long = load(a_chain(link, longest + 1))
    world = a_world(a_chain(link, longest))
    world.record("north/acme", {f"a.x{longest}": 1})

    value = world.ask("north/acme", "a.x0")

    assert too_long.pack is None
    assert not isinstance(value, Unknown)


def a_chain(link: str, length: int) -> str:
    """Return facts each of which is worked out from the next one."""
    derived = "".join(
        f"    a.x{number}: {{type: number, derived: '{link.format(number + 1)}'}}\n"
        for number in range(length)
    )
    return f"facts:\n  account:\n{derived}    a.x{length}: {{type: number}}\n"


@pytest.mark.parametrize("context", [Context(prec=3), Context(prec=28, traps=[])])
def test_the_decimal_settings_of_the_program_around_do_not_matter(context: Context) -> None:
    world = a_world(FACTS)
    world.record("north/acme", {"account.n": "1234567.89", "account.zero": 0})

    with localcontext(context):
        negative = world.ask("north/acme", "-account.n")
        added = world.ask("north/acme", "account.n + 0.01")
        divided = world.ask("north/acme", "account.n / account.zero")

    assert (negative, added) == (Decimal("-1234567.89"), Decimal("1234567.90"))
    assert isinstance(divided, Unknown)
