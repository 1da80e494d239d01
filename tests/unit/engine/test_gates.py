"""Gates: what each criterion comes to, and what they come to together."""

from itertools import permutations

import pytest

from kamflow.engine.gates import judge_gate
from kamflow.model.decision import GateVerdict
from kamflow.model.values import Severity, Verdict
from tests.builders import World, a_world, days_ago

FACTS = """
facts:
  program:
    program.size: {type: number, writers: [boss]}
  account:
    account.yes: {type: flag, default: true}
    account.no: {type: flag, default: false}
    account.open: {type: flag, writers: [boss]}
    account.n: {type: number, max_age: 90 days}
    account.kam: {type: person}
roles: {boss: {who: boss}}
parameters: {least: {type: number, value: 5}}
scorecards: {card: {subject: account, criteria: [{id: C1, fact: account.n}]}}
"""


def a_gate(*criteria: str) -> World:
    """Return a world whose gate `G` has these criteria: `must: ...` or `should: ...`."""
    items = ", ".join(f"{{id: c{number}, {text}}}" for number, text in enumerate(criteria, 1))
    return a_world(FACTS, f"gates: {{G: {{subject: account, criteria: [{items}]}}}}")


def judged(world: World, *, before_approval: bool = False) -> GateVerdict:
    view = world.view("north/acme")
    return judge_gate(world.compiled, "G", view, before_approval=before_approval)


MUSTS = {"met": "must: account.yes", "unmet": "must: account.no", "unknown": "must: account.open"}


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        (("met",), Verdict.MET),
        (("met", "met"), Verdict.MET),
        (("met", "unknown"), Verdict.UNKNOWN),
        (("met", "unmet"), Verdict.UNMET),
        (("unmet", "unknown"), Verdict.UNMET),
        (("met", "unknown", "unmet"), Verdict.UNMET),
    ],
)
def test_a_gate_is_as_good_as_its_weakest_must_in_any_order(
    parts: tuple[str, ...], verdict: Verdict
) -> None:
    for order in permutations(parts):
        assert judged(a_gate(*(MUSTS[part] for part in order))).verdict is verdict


@pytest.mark.parametrize("should", ["account.no", "account.open"])
def test_a_should_never_blocks(should: str) -> None:
    gate = judged(a_gate("must: account.yes", f"should: {should}"))

    assert gate.verdict is Verdict.MET
    assert gate.findings[1].verdict is not Verdict.MET
    assert gate.open_findings() == ()


@pytest.mark.parametrize(
    ("when", "severity", "verdict"),
    [
        ("account.yes", Severity.MUST, Verdict.UNMET),
        ("account.no", Severity.SHOULD, Verdict.MET),
        ("account.open", Severity.MUST, Verdict.UNMET),
    ],
)
def test_a_should_becomes_a_must_when_its_condition_is_met_or_unknown(
    when: str, severity: Severity, verdict: Verdict
) -> None:
    gate = judged(a_gate(f"should: account.no, must_when: {when}"))

    assert gate.findings[0].severity is severity
    assert gate.verdict is verdict


@pytest.mark.parametrize("must", ["account.yes", "account.no"])
def test_a_criterion_is_unknown_while_what_it_needs_is(must: str) -> None:
    gate = judged(a_gate(f"must: {must}, needs: [account.n, card.total]"))

    assert gate.verdict is Verdict.UNKNOWN
    assert [cause.name for cause in gate.findings[0].causes] == ["account.n"]


def test_a_criterion_goes_by_its_condition_once_what_it_needs_is_known() -> None:
    world = a_gate("must: account.yes, needs: [account.n, card.total]")

    world.record("north/acme", {"account.n": 0})

    assert judged(world).verdict is Verdict.MET


def test_what_the_approval_settles_is_left_out_before_the_votes_alone() -> None:
    world = a_gate("must: account.yes", "must: account.no, settled_by: approval")

    before, after = judged(world, before_approval=True), judged(world)

    assert [finding.criterion.id for finding in before.findings] == ["c1"]
    assert before.verdict is Verdict.MET
    assert after.verdict is Verdict.UNMET


def test_every_criterion_is_judged_even_after_a_failure() -> None:
    gate = judged(a_gate("must: account.no", "must: account.open", "should: account.no"))

    assert [finding.verdict for finding in gate.findings] == [
        Verdict.UNMET,
        Verdict.UNKNOWN,
        Verdict.UNMET,
    ]
    assert [finding.criterion.id for finding in gate.open_findings()] == ["c1", "c2"]


def test_a_finding_keeps_the_values_that_it_read_and_where_they_came_from() -> None:
    world = a_gate("must: account.n >= P.least and account.kam is absent")
    world.record("north/acme", {"account.n": "7.50"}, as_of=days_ago(3))

    (finding,) = judged(world).findings

    assert {reading.name: reading.value for reading in finding.readings} == {
        "account.n": "7.5",
        "account.kam": None,
        "P.least": "5",
    }
    observed = finding.readings[0].observation
    assert observed is not None
    assert (observed.author, observed.as_of) == ("service:erp", days_ago(3))
    assert finding.kept().values == {"account.n": "7.5", "P.least": "5"}


def test_a_finding_about_the_program_says_who_recorded_it_there() -> None:
    world = a_gate("must: program.size > 1")
    world.assign("north", "boss", "ann")
    world.record_by("ann", "north", {"program.size": 2})

    (reading,) = judged(world).findings[0].readings

    assert reading.observation is not None
    assert reading.observation.author == "ann"


def test_a_stale_value_is_shown_as_stale_not_as_the_value() -> None:
    world = a_gate("must: account.n > 1")
    world.record("north/acme", {"account.n": 7}, as_of=days_ago(91))

    (finding,) = judged(world).findings

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.readings[0].value is None
    assert finding.kept().causes[0].reason == "stale: 91 days old, at most 90"
