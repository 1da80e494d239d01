"""Unknown is never met: what is met stays met whatever the missing facts turn out to be."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.engine.gates import judge_gate
from kamflow.model.values import Severity, Unknown, Verdict
from tests.builders import NOON, Plain, World, a_world, days_ago, shipped_pack
from tests.scenarios.portfolio import (
    ADMISSION,
    DEAL,
    PEOPLE,
    PLAN,
    SCORES,
    TEAM,
    VALUE,
    Facts,
    review,
)

NUMBERS = [f"account.n{number}" for number in range(4)]
FLAGS = [f"account.f{number}" for number in range(3)]
FACTS = "facts:\n  account:\n" + "".join(
    [f"    {name}: {{type: number, max_age: 30 days}}\n" for name in NUMBERS]
    + [f"    {name}: {{type: flag, max_age: 30 days}}\n" for name in FLAGS]
)
WORLD = a_world(FACTS)
OPENED = WORLD.subjects["north/acme"]

amounts = st.recursive(
    st.sampled_from([*NUMBERS, "0", "1", "2.5"]),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from("+-*/"), part).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), part, part).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
        part.map(lambda text: f"(-{text})"),
    ),
    max_leaves=4,
)
comparisons = st.one_of(
    st.tuples(amounts, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), amounts).map(" ".join),
    st.tuples(amounts, amounts, amounts).map(lambda t: f"{t[0]} between {t[1]} and {t[2]}"),
    st.tuples(amounts, st.sampled_from(["in", "not in"]), amounts, amounts).map(
        lambda t: f"{t[0]} {t[1]} {{{t[2]}, {t[3]}}}"
    ),
)
conditions = st.recursive(
    st.one_of(st.sampled_from(FLAGS), comparisons),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["and", "or"]), part).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
        part.map(lambda text: f"not ({text})"),
        st.tuples(part, part, part).map(lambda t: f"if {t[0]} then ({t[1]}) else ({t[2]})"),
    ),
    max_leaves=5,
)
values = st.fixed_dictionaries(
    {
        **{name: st.integers(-3, 3) for name in NUMBERS},
        **{name: st.booleans() for name in FLAGS},
    }
)
ages = st.fixed_dictionaries(
    {name: st.sampled_from(["fresh", "stale", "missing"]) for name in [*NUMBERS, *FLAGS]}
)


def answer(condition: str, facts: dict[str, Plain], state: dict[str, str]) -> object:
    """Return what a condition comes to when some facts are stale and some are missing."""
    WORLD.subjects["north/acme"], WORLD.events["north/acme"] = OPENED, []
    for name, value in facts.items():
        if state[name] != "missing":
            as_of = NOON if state[name] == "fresh" else days_ago(31)
            WORLD.record("north/acme", {name: value}, as_of=as_of)
    return WORLD.ask("north/acme", condition)


@given(conditions, values, ages)
@settings(max_examples=400)
def test_learning_more_never_turns_a_verdict_round(
    condition: str, facts: dict[str, Plain], state: dict[str, str]
) -> None:
    before = answer(condition, facts, state)

    after = answer(condition, facts, dict.fromkeys(state, "fresh"))

    assert isinstance(before, Unknown) or before == after


@given(conditions, values)
@settings(max_examples=100)
def test_what_is_unknown_says_why(condition: str, facts: dict[str, Plain]) -> None:
    found = answer(condition, facts, dict.fromkeys(facts, "missing"))

    if isinstance(found, Unknown):
        assert found.causes
        assert len(set(found.causes)) == len(found.causes)


WHOLE: Facts = {
    **PEOPLE, **ADMISSION, **SCORES, **PLAN, **TEAM, **VALUE, **DEAL, **review("2026-03-31"),
    "account.hold_reason": "merger", "account.exit_requested_by": "none",
    "account.sponsor_is_kam_line_manager": False,
    "account.handover_done_pct": 100, "initiative.active_count": 0,
    "team.has_operations": True, "team.has_finance": True, "account.pilot": False,
}  # fmt: skip
ACCOUNT_GATES = sorted(key for key, gate in shipped_pack().gates.items() if gate.kind == "account")


def judged(old: frozenset[str], as_of: datetime) -> dict[str, Verdict]:
    """Return the verdict of every `must` about an account some of whose facts are old."""
    world = World(shipped_pack())
    world.open("program", "north")
    world.staff("north")
    world.open("account", "acme", "north")
    world.record("north/acme", PEOPLE)
    world.record("north/acme", {key: value for key, value in WHOLE.items() if key not in old})
    aged = {key: value for key, value in WHOLE.items() if key in old - PEOPLE.keys()}
    world.record("north/acme", aged, as_of=as_of)
    view = world.view("north/acme")
    return {
        finding.criterion.id: finding.verdict
        for gate in ACCOUNT_GATES
        for finding in judge_gate(world.compiled, gate, view).findings
        if finding.severity is Severity.MUST
    }


FRESH = judged(frozenset(), NOON)


@given(st.frozensets(st.sampled_from(sorted(WHOLE))))
@settings(max_examples=40)
def test_no_criterion_of_the_shipped_pack_is_met_by_a_fact_that_grows_stale(
    old: frozenset[str],
) -> None:
    found = judged(old, days_ago(1_000))

    turned = {key for key, verdict in found.items() if verdict is Verdict.MET} - {
        key for key, verdict in FRESH.items() if verdict is Verdict.MET
    }
    assert not turned
