"""Stages that lead nowhere, guards that overlap, transitions that never open or never end."""
# ruff: noqa: E501, ISC004 - tables of cases read best one to a line, messages in one piece

import pytest

from tests.unit.analysis.checks.found import found, gate, lifecycle

THREE = "a: {kind: initial}, b: {kind: active}, c: {kind: end}"


def test_a_stage_that_no_transition_leaves_never_reaches_an_end() -> None:
    workflow = lifecycle(
        THREE, "id: T1, trigger: go, from: a, to: b", "id: T2, trigger: end, from: a, to: c"
    )

    assert found(lifecycle=workflow) == [
        "K501 stage `b` never reaches an end: no transition leaves it"
    ]


def test_a_stage_that_only_leads_back_to_itself_never_reaches_an_end() -> None:
    workflow = lifecycle(
        THREE,
        "id: T1, trigger: go, from: a, to: b",
        "id: T2, trigger: again, from: b, to: same",
        "id: T3, trigger: end, from: a, to: c",
    )

    assert found(lifecycle=workflow) == [
        "K501 stage `b` never reaches an end: it leads only to `same`"
    ]


def test_a_stage_that_returns_to_where_it_came_from_reaches_an_end() -> None:
    workflow = lifecycle(
        THREE,
        "id: T1, trigger: hold, from: a, to: b",
        "id: T2, trigger: resume, from: b, to: returning",
        "id: T3, trigger: end, from: a, to: c",
    )

    assert found(lifecycle=workflow) == []


def test_a_workflow_without_an_end_is_a_hint() -> None:
    said = found(only=("K502",))

    assert [line.split(",")[0] for line in said] == [
        "K502 workflow `lifecycle` has no stage of the kind `end`",
        "K502 workflow `rollout` has no stage of the kind `end`",
    ]


def two_ways(one: str, other: str, more: str = "") -> str:
    """Return a workflow with two transitions of one trigger and these guards."""
    return lifecycle(
        "a: {kind: initial}, b: {kind: end}, c: {kind: end}",
        f"id: T1, trigger: go, from: a, to: b, when: '{one}'{more}",
        f"id: T2, trigger: go, from: a, to: c, when: '{other}'{more}",
    )


@pytest.mark.parametrize(
    ("one", "other", "example"),
    [
        ("account.size >= 5", "account.size <= 5", "`account.size` = 5"),
        ("account.revenue > 1.5", "account.revenue < 1.7", "`account.revenue` = 1.6"),
        ("account.signed_on is present", "account.signed_on is unknown", "`account.signed_on` is stale"),
        ("days_since(account.signed_on) <= 90", "days_since(account.signed_on) >= 90", "is 90 days ago"),
        ("account.signed_on < 2026-03-01", "account.signed_on > 2026-02-01", "= 2026-02-02"),
        ("account.segment in {core, growth}", "account.segment != core", "= growth"),
        ("not account.pilot", "account.pilot = false or account.size = 3", "`account.pilot` = false"),
        ("account.kam = account.sponsor", "account.kam is known", "account.kam"),
        ("account.revenue > account.cost", "account.cost >= 10", "`account.revenue`"),
        ("account.large", "account.size < 60", "`account.size` = 50"),
        ("2 * account.size + 1 >= 7", "account.size = 3", "`account.size` = 3"),
        ("min(account.size, 7) > 5", "account.size = 6", "`account.size` = 6"),
    ],
)  # fmt: skip
def test_guards_that_overlap_are_told_with_an_example(one: str, other: str, example: str) -> None:
    (said,) = found(lifecycle=two_ways(one, other), only=("K503", "K507", "K561"))

    assert said.startswith("K503 T1 and T2 are both open for `go` in stage `a`, for example when")
    assert example in said


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("account.size > 5", "account.size <= 5"),
        ("account.size > 5", "not (account.size > 5)"),
        ("account.size > 5.1", "account.size < 5.9"),  # no whole number lies between
        ("account.signed_on is present", "account.signed_on is absent"),
        ("account.segment in {core, growth}", "account.segment = strategic"),
        ("account.pilot", "account.pilot = false"),
        ("account.kam = account.sponsor", "account.kam != account.sponsor"),
        ("account.revenue > account.cost", "account.revenue <= account.cost"),
        ("account.revenue - account.cost > 10", "account.cost > account.revenue"),
        ("account.large", "account.size < 50"),
        ("if account.pilot then account.size > 5 else account.size > 7", "account.size < 6"),
        ("account.score < 2", "account.size * 0 + account.score > 3"),
        ("trend(account.size, 2, falling)", "not trend(account.size, 2, falling)"),
    ],
)
def test_guards_that_part_are_let_pass(one: str, other: str) -> None:
    assert found(lifecycle=two_ways(one, other), only=("K503", "K507", "K561")) == []


def test_what_hangs_on_history_is_left_open_rather_than_reported() -> None:
    workflow = two_ways("trend(account.size, 2, falling)", "account.size > 5")

    said = found(lifecycle=workflow, only=("K503", "K561"))

    assert [line[:4] for line in said] == ["K561"]


def test_guards_that_overlap_for_different_roles_are_a_warning() -> None:
    workflow = lifecycle(
        "a: {kind: initial}, b: {kind: end}, c: {kind: end}",
        "id: T1, trigger: go, from: a, to: b, requested_by: [kam]",
        "id: T2, trigger: go, from: a, to: c, requested_by: [system]",
    )

    (said,) = found(lifecycle=workflow)

    assert said.startswith(
        "K504 T1 and T2 are both open for `go` in stage `a`, whatever the values"
    )


def test_automatic_transitions_part_whatever_their_triggers() -> None:
    workflow = two_ways("account.size > 5", "account.size > 7", ", automatic: true")

    (said,) = found(lifecycle=workflow.replace("id: T2, trigger: go", "id: T2, trigger: leave"))

    assert said.startswith("K505 T1 and T2 are both open and automatic in stage `a`")


def test_a_guard_counts_only_in_the_stages_that_it_leaves() -> None:
    workflow = two_ways("stage = a", "stage = b")

    said = found(lifecycle=workflow)

    assert said == ["K507 T2 never opens: in stage `a` no input meets `stage = b`"]


def test_a_guard_that_contradicts_the_gate_is_never_made() -> None:
    workflow = lifecycle(
        "a: {kind: initial}, b: {kind: end}",
        "id: T1, trigger: go, from: a, to: b, gate: G, when: account.size < 5",
    )

    said = found(gate("account.pilot", "account.size > 7"), lifecycle=workflow)

    assert said == ["K507 T1 is never made: its guard `account.size < 5` contradicts `C1`"]


CIRCLE = (
    "id: T1, trigger: there, from: a, to: b, automatic: true, when: account.size > 3",
    "id: T3, trigger: end, from: b, to: c",
)


def test_automatic_transitions_that_feed_each_other_are_a_circle() -> None:
    back = "id: T2, trigger: back, from: b, to: a, automatic: true, when: account.size < 9"

    said = found(lifecycle=lifecycle(THREE, *CIRCLE, back))

    assert said == [
        "K506 automatic transitions go in a circle, for example when `account.size` = 4: "
        "a -> T1 -> b -> T2 -> a; add to a guard what has to happen in between"
    ]


@pytest.mark.parametrize(
    "back",
    [
        "id: T2, trigger: back, from: b, to: a, automatic: true, when: account.size < 3",
        "id: T2, trigger: back, from: b, to: a, when: account.size < 9",
        "id: T2, trigger: back, from: b, to: a, automatic: true, approval: AP",
    ],
)
def test_a_circle_that_waits_for_something_is_none(back: str) -> None:
    approval = "approvals: {AP: {voters: [kam]}}"

    assert found(approval, lifecycle=lifecycle(THREE, *CIRCLE, back)) == []


@pytest.mark.parametrize(
    ("value", "codes"), [("account.size - 1", ["K506"]), ("absent", []), ("0", [])]
)
def test_what_a_transition_sets_decides_on_a_circle(value: str, codes: list[str]) -> None:
    """A circle ends when the fact that opens it is forgotten or set below the bound."""
    again = f"id: T1, trigger: on, from: a, to: same, automatic: true, when: account.size > 3, set: {{account.size: {value}}}"
    further = "id: T2, trigger: go, from: a, to: b"
    done = "id: T3, trigger: end, from: b, to: c"

    said = found(lifecycle=lifecycle(THREE, again, further, done))

    assert [line[:4] for line in said] == codes
