"""The parts of a condition have to fit: names are there, and their types can be compared."""

import pytest

from tests.builders import problems

FACTS = """
facts:
  program:
    program.size: {type: integer}
  account:
    account.growth: {type: percent}
    account.revenue: {type: money}
    account.since: {type: date}
    account.pilot: {type: flag}
    account.segment: {type: choice, values: [strategic, growth, core]}
    account.tier: {type: choice, values: [strategic, other]}
    account.kam: {type: person}
    account.note: {type: text}
parameters:
  growth_min: {type: percent, value: 10}
  budget: {type: money, value: 5000}
  start: {type: date, value: 2026-01-01}
scorecards:
  score: {subject: account, criteria: [{id: S1, fact: account.growth}]}
tables:
  route:
    subject: account
    rows: [{id: R1, otherwise: true, then: {way: short}}]
"""


def problems_of(condition: str, subject: str = "account") -> list[str]:
    """Return what is wrong with a condition, by column of the condition."""
    criterion = f"- id: G.1\n        must: |-\n          {condition}\n"
    gate = f"gates:\n  G:\n    subject: {subject}\n    criteria:\n      {criterion}"
    return [line.split(" ", 1)[1] for line in problems(FACTS, gate)]


@pytest.mark.parametrize(
    "condition",
    [
        "account.growth > 5 and account.growth > P.growth_min",
        "account.growth between program.size and P.growth_min + 1",
        "account.revenue >= 5000 and account.revenue > P.budget",
        "account.revenue / P.budget > 3",
        "account.revenue >= 80 % of P.budget",
        "account.since > P.start and account.since <= today and account.since > 2026-01-01",
        "days_since(account.since) <= 90 days",
        "months_since(today) = 0",
        "account.pilot",
        "not account.pilot = true",
        "account.segment = strategic",
        "strategic = account.segment",
        'account.segment = "strategic"',
        "account.segment in {strategic, growth}",
        "account.segment = (if account.pilot then growth else core)",
        "account.tier in {other, account.tier}",
        "account.kam = account.note",
        "account.kam = ana",
        'account.note != "none"',
        "stage = candidate",
        "stage in {candidate, planning}",
        "route.way = short and route.row = R1",
        "score.total > 5 and score.S1 > 1 and score.completeness_pct = 100",
        "min(account.growth, 5) > max(1, 2, 3)",
        "(if account.pilot then 1 else 2) > 1",
        "count(accounts where account.pilot and stage = planning) > 2",
        "sum(account.revenue of accounts) > P.budget",
        "count(accounts where account.kam = self.account.kam) < 5",
        "edited(score by account.kam within 24 hours)",
        "(account.growth > 5) is known",
    ],
)
def test_what_fits_is_accepted(condition: str) -> None:
    assert problems_of(condition) == []


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        (
            "account.growt > 5",
            "K302 there is no fact `account.growt`; did you mean `account.growth`?",
        ),
        ("P.growth_mn > 5", "K302 there is no parameter `growth_mn`; did you mean `growth_min`?"),
        ("xyz > 5", "K302 `xyz` alone means nothing here"),
        (
            "growth_min > 5",
            "K302 `growth_min` alone means nothing here; did you mean `P.growth_min`?",
        ),
        (
            "account.segment = strategy",
            "K302 `strategy` is not one of its values; did you mean `strategic`?",
        ),
        (
            'account.segment = "gold"',
            "K302 `gold` is not one of its values: strategic, growth, core",
        ),
        (
            "account.segment = (if account.pilot then gold else core)",
            "K302 `gold` is not one of its values: strategic, growth, core",
        ),
        (
            "account.segment in {strategic, cre}",
            "K302 `cre` is not one of its values; did you mean `core`?",
        ),
        (
            "stage = plannning",
            "K302 `plannning` is not one of its values; did you mean `planning`?",
        ),
        ("account.tier = account.segment", "K303 its value `growth` is not accepted here"),
        ("account.growth", "K303 a flag belongs here, not a percentage"),
        ("account.growth and account.pilot", "K303 a flag belongs here, not a percentage"),
        ("not account.segment", "K303 a flag belongs here, not a choice"),
        ("account.growth = account.segment", "K303 a percentage belongs here, not a choice"),
        ("account.growth > account.since", "K303 a percentage belongs here, not a date"),
        ("account.since > 5", "K303 a date belongs here, not a number"),
        ("account.pilot = 1", "K303 a flag belongs here, not a number"),
        ("account.segment > strategic", "K303 a choice has no order; compare it with `=`"),
        ("account.pilot < true", "K303 a flag has no order; compare it with `=`"),
        (
            "account.revenue > account.growth",
            "K306 an amount of money in `EUR` belongs here, not a percentage in `%`",
        ),
        ("account.segment + 1 > 2", "K303 `+` does not fit a choice and a number"),
        ("-account.since > 2", "K303 a number belongs here, not a date"),
        ("min(account.growth, account.kam) > 2", "K303 a number belongs here, not a person"),
        ("days_since(account.growth) > 2", "K303 a date belongs here, not a percentage"),
        ("months_since(5) > 2", "K303 a date belongs here, not a number"),
        (
            "(if account.pilot then 1 else account.kam) = 1",
            "K303 `then` gives a number, `else` a person",
        ),
        ("count(acounts) > 2", "K302 there is no set `acounts`; did you mean `accounts`?"),
        ("count(accounts where account.growth) > 2", "K303 a flag belongs here, not a percentage"),
        ("sum(account.segment of accounts) > 2", "K303 a number belongs here, not a choice"),
        ("self.account.kam = ana", "K302 `self.` stands only inside a set"),
        (
            "edited(scor by account.kam within 24 hours)",
            "K302 there is no scorecard `scor`; did you mean `score`?",
        ),
        (
            "edited(score by account.growth within 24 hours)",
            "K303 a person belongs here, not a percentage",
        ),
        ("route.wy = short", "K302 table `route` has no column `wy`; did you mean `way`?"),
        ("route.way = long", "K302 `long` is not one of its values: short"),
        ("score.totl > 1", "K302 scorecard `score` has no output `totl`; did you mean `total`?"),
    ],
)
def test_what_does_not_fit_is_an_error_with_the_way_out(condition: str, problem: str) -> None:
    assert problems_of(condition) == [problem]


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("account.pilot", "K302 `account.pilot` is a fact of `account` and cannot be read here"),
        ("score.total > 1", "K302 scorecard `score` is about `account` and cannot be read here"),
        ("route.way = short", "K302 table `route` is about `account` and cannot be read here"),
        ("stage = planning", "K302 `planning` is not one of its values: proposed, pilot"),
    ],
)
def test_a_program_reads_nothing_of_one_account(condition: str, problem: str) -> None:
    assert problems_of(condition, subject="program") == [problem]


def test_an_account_reads_the_facts_of_its_program() -> None:
    assert problems_of("program.size > 2") == []


def test_a_problem_stands_at_the_word_that_causes_it() -> None:
    gate = (
        "gates:\n"
        "  G:\n"
        "    subject: account\n"
        "    criteria:\n"
        "      - {id: G.1, must: 'account.pilot and account.segment = cor'}\n"
    )

    found = problems(FACTS, gate)

    column = gate.splitlines()[4].index("cor'") + 1
    assert found == [
        f"rules/2.yaml:5:{column}: K302 `cor` is not one of its values; did you mean `core`?"
    ]


def test_everything_wrong_with_a_condition_is_told_at_once() -> None:
    found = problems_of("account.growt > 5 or account.since > 5 or account.kam > ana")

    assert [line.split()[0] for line in found] == ["K302", "K303", "K303"]


@pytest.mark.parametrize(
    ("declaration", "problem"),
    [
        (
            "type: integer, derived: account.segment",
            "K303 a whole number belongs here, not a choice",
        ),
        ("type: flag, derived: account.growth", "K303 a flag belongs here, not a percentage"),
        ("type: date, default: 5", "K303 a date belongs here, not a number"),
        (
            "type: choice, values: [x, y], derived: if account.pilot then x else z",
            "K302 `z` is not one of its values: x, y",
        ),
        ("type: choice, values: [x, y], default: z", "K302 `z` is not one of its values: x, y"),
        (
            "type: choice, values: [x, y], derived: account.tier",
            "K303 its value `strategic` is not accepted here",
        ),
    ],
)
def test_what_a_fact_is_worked_out_from_has_its_type(declaration: str, problem: str) -> None:
    found = problems(FACTS, f"facts: {{account: {{account.x: {{{declaration}}}}}}}")

    assert [line.split(" ", 1)[1] for line in found] == [problem]
