"""What a workflow promises: a way for a trigger whatever the values, no milestone left out."""
# ruff: noqa: E501 - tables of cases read best one to a line, messages in one piece

import pytest

from kamflow import Pack, Paragraph, compare_packs, describe_part
from tests.builders import a_pack, problems
from tests.unit.analysis.checks.found import found, lifecycle


def promising(promise: str, stages: str, *transitions: str) -> str:
    """Return a workflow with a promise in it."""
    return lifecycle(stages, *transitions).replace("  stages:", f"  {promise}\n  stages:")


def sorting(*guards: str) -> str:
    """Return a workflow in which accounts are sorted by guards, completely."""
    ways = [
        f"id: T{n}, trigger: go, from: a, to: b, when: '{item}'" for n, item in enumerate(guards)
    ]
    return promising("complete: [go]", "a: {kind: initial}, b: {kind: end}", *ways)


@pytest.mark.parametrize(
    ("guards", "example"),
    [
        (("account.size < 5", "account.size > 5"), "`account.size` = 5"),
        (("account.size < 100",), "`account.size` = 100"),
        (("account.segment in {core, growth}",), "`account.segment` = strategic"),
        (("account.pilot and account.size > 3", "not account.pilot"), "`account.pilot` = true, `account.size` = 0"),
        (("account.kam is present",), "`account.kam` has no value"),
        (("days_since(account.signed_on) < 9", "days_since(account.signed_on) > 9"), "is 9 days ago"),
        (("account.revenue > account.cost", "account.revenue < account.cost"), "`account.revenue`"),
        (("account.large", "account.size < 49"), "`account.size` = 49"),
        (("stage = b",), "`stage of the account` = a"),
    ],
)  # fmt: skip
def test_a_trigger_for_which_an_input_finds_no_way_is_told(
    guards: tuple[str, ...], example: str
) -> None:
    (said,) = found(lifecycle=sorting(*guards), only=("K508", "K561"))

    assert said.startswith("K508 `go` is not complete in stage `a`: `T0`")
    assert example in said


@pytest.mark.parametrize(
    "guards",
    [
        ("account.size < 5", "account.size >= 5"),
        ("account.size < 5", "account.size > 4"),  # sizes are whole
        ("account.size <= 100",),
        ("account.segment in {core, growth}", "account.segment = strategic"),
        ("account.kam is present", "account.kam is absent"),
        ("account.revenue > account.cost", "account.revenue <= account.cost"),
        ("account.large", "account.size < 50"),
        ("stage = a",),
    ],
)
def test_a_trigger_with_a_way_for_every_known_input_is_let_pass(guards: tuple[str, ...]) -> None:
    assert found(lifecycle=sorting(*guards), only=("K508", "K561")) == []


def test_a_transition_without_a_guard_takes_the_rest() -> None:
    workflow = promising(
        "complete: [go]",
        "a: {kind: initial}, b: {kind: end}",
        "id: T1, trigger: go, from: a, to: b, when: account.pilot",
        "id: T2, trigger: go, from: a, to: b",
    )

    assert found(lifecycle=workflow, only=("K508",)) == []


def test_only_triggers_that_are_named_have_to_be_complete() -> None:
    workflow = sorting("account.pilot").replace("complete: [go]", "title: Plain")

    assert found(lifecycle=workflow, only=("K508",)) == []


def test_completeness_that_hangs_on_history_is_left_open() -> None:
    said = found(lifecycle=sorting("trend(account.size, 2, falling)"), only=("K508", "K561"))

    assert [line[:4] for line in said] == ["K561"]
    assert "whether `go` is complete in stage `a`" in said[0]


# ---------------------------------------------------------------------------- milestones

STAGES = (
    "a: {kind: initial}, b: {kind: active}, c: {kind: active}, d: {kind: waiting}, e: {kind: end}"
)
WAY = (
    "id: T1, trigger: go, from: a, to: b",
    "id: T2, trigger: go, from: b, to: c",
    "id: T3, trigger: hold, from: [b, c], to: d",
    "id: T4, trigger: resume, from: d, to: returning",
    "id: T5, trigger: end, from: [a, b, c, d], to: e",
)


@pytest.mark.parametrize(
    ("chains", "further", "way"),
    [
        ("[[b, c]]", "id: T6, trigger: jump, from: a, to: c", "a -> T6 -> c"),
        ("[[a, b, c]]", "id: T6, trigger: jump, from: a, to: [b, c]", "a -> T6 -> c"),
        ("[[a, b], [b, c]]", "id: T6, trigger: jump, from: a, to: d", ""),  # returns where it was
        ("[[b, c]]", "id: T6, trigger: note, from: a, to: same", ""),
        ("[[b, c]]", "id: T6, trigger: back, from: c, to: a", ""),
        ("[[b, d]]", "id: T6, trigger: wait, from: a, to: d", "a -> T6 -> d"),
        ("[[c, e]]", "id: T6, trigger: note, from: b, to: same", "a -> T5 -> e"),
        ("[[c, b]]", "id: T6, trigger: note, from: b, to: same", "a -> T1 -> b"),
    ],
)  # fmt: skip
def test_a_way_past_a_milestone_is_told(chains: str, further: str, way: str) -> None:
    workflow = promising(f"milestones: {chains}", STAGES, *WAY, further)

    said = found(lifecycle=workflow, only=("K509",))

    assert [way] == [line.split(": ")[1].split(";")[0] for line in said] if way else not said


def test_each_passage_is_told_once() -> None:
    workflow = promising(
        "milestones: [[b, c], [b, c]]", STAGES, *WAY, "id: T6, trigger: jump, from: a, to: c"
    )

    assert len(found(lifecycle=workflow, only=("K509",))) == 1


@pytest.mark.parametrize(
    ("promise", "said"),
    [
        ("complete: [goo]", "K203 no transition has the trigger `goo`; did you mean `go`?"),
        ("complete: [[go]]", "K205 `complete` of the workflow is a list of words"),
        ("milestones: [[b, cc]]", "K203 milestone `cc` is not a stage"),
        ("milestones: [b, c]", "K205 `milestones` holds lists of stages: `[[pilot, scale]]`"),
        ("milestones: [[b, [c]]]", "K205 `milestones` holds lists of stages: `[[pilot, scale]]`"),
        ("milestones: b", "K205 `milestones` holds lists of stages: `[[pilot, scale]]`"),
    ],
)
def test_a_promise_has_to_name_what_is_there(promise: str, said: str) -> None:
    told = problems(lifecycle=promising(promise, STAGES, *WAY))

    assert told
    assert all(said in line for line in told)


# ---------------------------------------------------------------------------- told to readers


def promised(promise: str) -> Pack:
    return a_pack(lifecycle=promising(promise, STAGES, *WAY))


def test_promises_are_told_in_plain_english() -> None:
    document = describe_part(promised("milestones: [[b, c]]"), "workflow", "lifecycle")

    told = [block.text for block in document if isinstance(block, Paragraph)]
    assert "Each of these is reached only through the one before: b, c." in told


def test_the_order_of_milestones_is_part_of_what_a_policy_says() -> None:
    one, other = promised("milestones: [[b, c]]"), promised("milestones: [[c, b]]")

    (change,) = compare_packs(one, other).changes

    assert (change.what, change.before, change.after) == ("milestones", "b < c", "c < b")
    assert promised("complete: [go, end]").digest == promised("complete: [end, go]").digest
