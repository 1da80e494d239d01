"""Facts that come too late, parameters out of order, approvals that nobody can give, idle names."""
# ruff: noqa: E501, ISC004 - tables of cases read best one to a line, messages in one piece

import pytest

from kamflow.analysis.checks.verify import verify
from kamflow.language.load import load_pack
from kamflow.runtime.packs import verified
from tests.builders import load
from tests.unit.analysis.checks.found import found, gate, lifecycle

STAGES = "a: {kind: initial}, b: {kind: active}, c: {kind: end}"
ASKS = "id: T1, trigger: go, from: a, to: b, gate: G"


def test_a_must_that_needs_what_is_set_later_never_holds() -> None:
    workflow = lifecycle(
        STAGES, ASKS, "id: T2, trigger: end, from: b, to: c, set: {account.approved_on: today}"
    )

    said = found(gate("account.approved_on is present"), lifecycle=workflow)

    assert said == [
        "K526 C0 needs `account.approved_on` before T1 leaves `a`, and it is set only later, "
        "by `T2`"
    ]


@pytest.mark.parametrize(
    ("stages", "last"),
    [
        (STAGES, "id: T2, trigger: end, from: a, to: c, set: {account.approved_on: today}"),
        (STAGES.replace("initial", "initial, set: {account.approved_on: today}"), "id: T2, trigger: end, from: b, to: c"),
        (STAGES, "id: T2, trigger: note, from: a, to: same, set: {account.approved_on: today}"),
    ],
)  # fmt: skip
def test_a_must_waits_only_for_what_cannot_come_before(stages: str, last: str) -> None:
    workflow = lifecycle(stages, ASKS, last, "id: T3, trigger: stop, from: b, to: c")

    said = found(gate("account.approved_on is present"), lifecycle=workflow)

    assert [line[:4] for line in said] == (["K526"] if "from: a, to: c" in last else [])


@pytest.mark.parametrize("criterion", ["account.approved_on is absent", "account.size > 3"])
def test_a_must_that_holds_without_the_fact_needs_nothing(criterion: str) -> None:
    workflow = lifecycle(
        STAGES, ASKS, "id: T2, trigger: end, from: b, to: c, set: {account.approved_on: today}"
    )

    assert found(gate(criterion), lifecycle=workflow) == []


def test_what_the_approval_sets_is_there_for_a_criterion_that_it_settles() -> None:
    workflow = lifecycle(
        STAGES,
        f"{ASKS}, approval: AP, set_on_approval: {{account.approved_on: today}}",
        "id: T2, trigger: end, from: b, to: c",
    )
    settled = gate("account.approved_on is present").replace("must:", "settled_by: approval, must:")

    assert found(settled, "approvals: {AP: {voters: [kam]}}", lifecycle=workflow) == []


def test_a_must_that_needs_what_nobody_records_is_found() -> None:
    said = found(gate("account.approved_on is present"))

    assert said == [
        "K552 C0 needs `account.approved_on`, which only the engine may record, and no transition "
        "or stage sets it"
    ]


def test_a_fact_that_anybody_may_record_is_a_hint() -> None:
    facts = "facts: {account: {account.open: {type: flag}}}"

    said = found(gate("account.open"), facts, only=("K551",))

    assert said == ["K551 `account.open` opens `C0` and has no `writers`: anybody may record it"]


def test_a_fact_that_opens_many_criteria_is_told_shortly() -> None:
    facts = "facts: {account: {account.open: {type: flag}}}"

    said = found(gate(*["account.open"] * 8), facts, only=("K551",))

    assert said == [
        "K551 `account.open` opens `C0` and 7 more and has no `writers`: anybody may record it"
    ]


# ---------------------------------------------------------------------------- parameters


def ordered(low: int, high: int, overrides: str = "", head: str = "") -> list[str]:
    """Return what is found when `low` has to be below `high`."""
    pack = f"""
pack: {{id: test, version: 1.0.0, currency: EUR, {head}ordered: [[low, high]]}}
subjects: {{account: {{workflow: l}}}}
parameters:
  low: {{type: number, value: {low}}}
  high: {{type: number, value: {high}}}
workflow:
  {{id: l, subject: account, stages: {{a: {{kind: initial}}, b: {{kind: end}}}},
  transitions: [{{id: T, trigger: go, from: a, to: b}}]}}
{overrides}"""
    return [
        f"{item.code} {item.message}"
        for item in verified(load_pack({"a.yaml": pack.encode()})).diagnostics
        if item.severity != "hint"
    ]


def test_ordered_parameters_rise() -> None:
    assert ordered(1, 2) == []
    assert ordered(2, 2) == ["K531 `high` (2) has to be greater than `low` (2)"]
    assert ordered(3, 2) == ["K531 `high` (2) has to be greater than `low` (3)"]


def test_ordered_parameters_rise_in_every_layer() -> None:
    override = (
        "overrides: [{parameter: low, layer: account, key: acme, value: 9, owner: ana, reason: x}]"
    )

    assert ordered(1, 2, override) == [
        "K531 `high` (2) has to be greater than `low` (9) for account `acme`"
    ]


def test_ordered_parameters_rise_after_an_override_has_ended() -> None:
    override = """overrides:
- {parameter: low, layer: account, key: acme, value: 9, owner: ana, reason: x}
- {parameter: high, layer: account, key: acme, value: 10, owner: ana, reason: x, until: 2026-05-01}
"""

    assert ordered(1, 2, override) == [
        "K531 `high` (2) has to be greater than `low` (9) for account `acme` after 2026-05-01"
    ]
    assert ordered(1, 10, override) == []


@pytest.mark.parametrize(("high", "count"), [(15, 1), (16, 0)])
def test_ordered_parameters_rise_where_two_layers_meet(high: int, count: int) -> None:
    layers = f"""overrides:
- {{parameter: low, layer: region, key: N, value: 15, owner: ana, reason: x}}
- {{parameter: high, layer: segment, key: core, value: {high}, owner: ana, reason: x}}
facts: {{account: {{account.region: {{type: text}}, account.segment: {{type: text}}}}}}
"""

    said = ordered(10, 20, layers, "layers: {region: account.region, segment: account.segment}, ")

    assert (
        said
        == ["K531 `high` (15) has to be greater than `low` (15) for region `N` and segment `core`"][
            :count
        ]
    )


def test_an_ordered_name_has_to_be_a_parameter() -> None:
    files = "pack: {id: t, version: 1.0.0, currency: EUR, ordered: [[low, hgh]]}\nparameters: {low: {type: number, value: 1}, high: {type: number, value: 2}}\n"

    said = [str(item) for item in load_pack({"a.yaml": files.encode()}).diagnostics]

    assert "a.yaml:1:62: K203 there is no numeric parameter `hgh`; did you mean `high`?" in said


# ---------------------------------------------------------------------------- approvals

ROLES = """
roles:
  owner: {who: account manager, holder: account.kam}
  deputy: {who: stands in, holder: account.kam}
  backer: {who: sponsor, holder: account.sponsor}
  board: {who: committee, members: [owner, backer]}
  office: {who: program office}
"""


def approval(text: str, asked: str = "") -> list[str]:
    """Return what is found about one approval, that a transition asks for."""
    workflow = lifecycle(
        "a: {kind: initial}, b: {kind: end}", f"id: T1, trigger: go, from: a, to: b, approval: AP{asked}"
    )  # fmt: skip
    return found(ROLES, f"approvals: {{AP: {{{text}}}}}", lifecycle=workflow)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("voters: [owner], excluded: [account.kam]", "nobody who is not excluded can vote as `owner`"),
        ("voters: [owner, office], rule: all, excluded: [account.kam]", "can vote as `owner`"),
        ("voters: [owner, deputy], rule: all", "`owner` and `deputy` are held by fewer people"),
        ("voters: [board], rule: at_least 3", "3 votes are needed and at most 2 people may vote"),
        ("voters: [board], rule: majority, quorum: 2, excluded: [account.kam]", "2 votes are needed and at most 1"),
        ("voters: [system]", "can vote as `system`"),
        ("voters: []", "it has no voters"),
    ],
)  # fmt: skip
def test_an_approval_that_nobody_can_give_is_dead(text: str, problem: str) -> None:
    (said,) = approval(text)

    assert said.startswith("K541 approval AP cannot be given: ")
    assert problem in said


@pytest.mark.parametrize(
    "text",
    [
        "voters: [owner, office], excluded: [account.kam]",
        "voters: [owner, backer], rule: all",
        "voters: [board], rule: at_least 2",
        "voters: [office], rule: majority, quorum: 7",
        "voters: [office, {role: owner, when: account.pilot}], rule: all, excluded: [account.kam]",
        "voters: [board], rule: majority, chair: backer",
    ],
)
def test_an_approval_that_somebody_can_give_is_let_pass(text: str) -> None:
    assert approval(text) == []


def test_who_asks_and_may_not_vote_cannot_be_the_only_voter() -> None:
    text = "voters: [owner], excluded: [requester]"

    assert [line[:4] for line in approval(text, ", requested_by: [owner]")] == ["K542"]
    assert [line[:4] for line in approval(text, ", requested_by: [deputy]")] == ["K542"]
    assert approval(text, ", requested_by: [owner, office]") == []
    assert approval(text, ", requested_by: [backer]") == []
    assert approval("voters: [office], excluded: [requester]", ", requested_by: [office]") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("voters: [office], rule: majority, chair: backer", "is none of its voters"),
        ("voters: [board], rule: majority, chair: owner, excluded: [account.kam]", "is always excluded"),
    ],
)  # fmt: skip
def test_a_chair_has_a_vote(text: str, problem: str) -> None:
    (said,) = approval(text)

    assert said.startswith("K543 ")
    assert problem in said


@pytest.mark.parametrize(
    ("deadline", "sla", "codes"),
    [
        ("31 days", "30 days", ["K544"]),
        ("30 days", "30 days", []),
        ("21 business days", "28 days", ["K544"]),  # four weeks and a day
        ("20 business days", "28 days", []),
        ("22 business days", "30 days", []),
        ("1 business day", "1 day", []),
        ("", "1 day", []),
    ],
)
def test_an_approval_has_to_be_given_while_its_stage_lasts(
    deadline: str, sla: str, codes: list[str]
) -> None:
    workflow = lifecycle(
        f"a: {{kind: initial, sla: {sla}}}, b: {{kind: end}}",
        "id: T1, trigger: go, from: a, to: b, approval: AP",
    )
    text = f"approvals: {{AP: {{voters: [office]{f', deadline: {deadline}' if deadline else ''}}}}}"

    said = found(ROLES, text, lifecycle=workflow)

    assert [line[:4] for line in said] == codes


def test_the_deadline_of_an_approval_that_is_routed_to_counts() -> None:
    workflow = lifecycle(
        "a: {kind: initial, sla: 5 days}, b: {kind: end}",
        "id: T1, trigger: go, from: a, to: b, approval: ROUTED",
    )
    rows = "tables: {who: {subject: account, rows: [{id: R, otherwise: true, then: {say: AP}}]}}"
    approvals = "approvals: {ROUTED: {route: who.say}, AP: {voters: [office], deadline: 9 days}}"

    (said,) = found(ROLES, rows, approvals, lifecycle=workflow)

    assert said == (
        "K544 approval AP may take 9 days, and T1 asks for it in stage `a`, which should take at "
        "most 5 days"
    )


# ---------------------------------------------------------------------------- names


def test_what_is_used_nowhere_is_one_hint_for_a_sort_and_file() -> None:
    parameters = "parameters: {low: {type: number, value: 1}, high: {type: number, value: 2}}"

    said = found(gate("account.size > P.low"), parameters, only=("K553",))

    assert "K553 parameter `high` is used nowhere" in said
    assert "K553 gate `G` is used nowhere" in said
    assert "K553 10 facts are used nowhere: " in " ".join(said)


def test_a_parameter_that_a_note_mentions_is_used() -> None:
    texts = (
        "parameters: {high: {type: number, value: 2}}",
        "facts: {account: {account.limit: {type: number, note: more than P.high is a warning}}}",
    )

    assert not any("high" in line for line in found(*texts, only=("K553",)))


def test_the_place_is_that_of_the_declaration() -> None:
    loaded = load("facts: {account: {account.score: {type: score}}}", gate("account.score > 5"))
    assert loaded.pack is not None

    found_there = {item.code: item.place for item in verify(loaded.pack, loaded.places)}

    assert (found_there["K523"].file, found_there["K523"].line) == ("rules/2.yaml", 5)
    assert (found_there["K521"].file, found_there["K521"].line) == ("rules/2.yaml", 2)
