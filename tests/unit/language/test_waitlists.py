"""Kept facts and waitlists: what is read, and what is wrong with them, each with its place."""

import pytest

from kamflow.language.load import sealed
from tests.builders import a_pack, problems

FACTS = """
facts:
  account:
    account.n: {type: number}
    account.kam: {type: person}
    account.until: {type: date}
    account.twice: {type: number, derived: 2 * account.n}
"""
WAITLIST = (
    "waitlists: {account: {waiting: stage = candidate, ready: account.n > 1, holds: account.n > 2, "
    "order: [account.n, account.twice], trigger: plan, "
    "places: {kam: {person: account.kam, load: account.n, capacity: 3}}}}"
)
KEEPING = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    planning: {kind: active, keep: %s}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning}
"""
KEPT = "{account.until: {while: account.n > 1, value: today + 3 days}}"


def found_in(text: str) -> list[str]:
    return [line.removeprefix("rules/2.yaml:") for line in problems(FACTS, text)]


def found_in_keep(text: str) -> list[str]:
    lines = problems(FACTS, lifecycle=KEEPING % text)
    return [line.removeprefix("workflows/l.yaml:") for line in lines]


def test_a_waitlist_is_read() -> None:
    line = a_pack(FACTS, WAITLIST).waitlists["account"]

    assert line.waiting.text == "stage = candidate"
    assert [item.text for item in line.order] == ["account.n", "account.twice"]
    assert (line.trigger, line.title) == ("plan", "account")
    assert line.places["kam"].person == "account.kam"


def test_what_a_stage_keeps_is_read() -> None:
    (kept,) = a_pack(FACTS, lifecycle=KEEPING % KEPT).workflows["lifecycle"].stages["planning"].keep

    assert (kept.fact, kept.when.text) == ("account.until", "account.n > 1")
    assert kept.value.text == "today + 3 days"


def test_the_order_of_a_waitlist_counts_for_the_digest() -> None:
    other = WAITLIST.replace("[account.n, account.twice]", "[account.twice, account.n]")

    assert sealed(a_pack(FACTS, WAITLIST)).digest != sealed(a_pack(FACTS, other)).digest


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "trigger: plan",
            "trigger: pln",
            "1:13: K203 no transition of `account` has the trigger `pln`; did you mean `plan`?",
        ),
        (
            "{account: {waiting",
            "{acount: {waiting",
            "1:13: K203 there is no subject `acount`; did you mean `account`?",
        ),
        (
            "holds: account.n > 2, ",
            "",
            "1:22: K202 waitlist of `account` needs the key `holds`",
        ),
        (
            "person: account.kam",
            "person: account.n",
            "1:168: K203 `account.n` is no person fact of `account`",
        ),
        (
            "order: [account.n, account.twice]",
            "ordr: [account.n]",
            "1:95: K201 waitlist of `account` has no key `ordr`; did you mean `order`?",
        ),
    ],
)
def test_what_does_not_fit_in_a_waitlist_is_told(before: str, after: str, problem: str) -> None:
    assert problem in found_in(WAITLIST.replace(before, after))


def test_only_what_stands_below_something_can_wait() -> None:
    text = (
        "waitlists: {program: {waiting: stage = proposed, ready: true, holds: false, trigger: x}}"
    )

    (problem,) = found_in(text)
    assert problem == (
        "1:13: K206 `program` cannot wait for a place; it needs a workflow, and a `parent` and a "
        "`plural` to compare it with the others"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "{account.until: {while: account.n > 1}}",
            "7:52: K202 kept fact `account.until` needs the key `value`",
        ),
        (
            "{account.twice: {while: account.n > 1, value: 3}}",
            "7:37: K203 `account.twice` is no settable fact of `account`",
        ),
        (
            "{account.until: {while: account.n, value: today}}",
            "7:60: K303",
        ),
        (
            "{account.until: {when: account.n > 1, value: today}}",
            "7:53: K201 kept fact `account.until` has no key `when`; did you mean `while`?",
        ),
    ],
)
def test_what_does_not_fit_in_a_kept_fact_is_told(text: str, problem: str) -> None:
    assert any(line.startswith(problem) for line in found_in_keep(text)), found_in_keep(text)
