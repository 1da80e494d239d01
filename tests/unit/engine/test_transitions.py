"""Transitions: who may ask, which one is meant, where it leads and what it sets."""

import pytest

from kamflow.engine.machine import WorkflowMachine
from kamflow.model.events import ApprovalDecided, CommandRefused, FactsRecorded, StageEntered
from kamflow.model.values import Verdict
from tests.builders import World, a_pack, a_world

FACTS = """
facts:
  account:
    account.n: {type: number}
    account.size: {type: money}
    account.kam: {type: person}
    account.asked_by: {type: person}
    account.day: {type: date}
    account.count: {type: integer, default: 0}
    account.text: {type: text}
roles:
  boss: {who: boss}
  kam: {who: kam, holder: account.kam}
  system: {who: us, identity: system}
gates:
  G: {subject: account, criteria: [{id: G.1, must: account.n > 5, why: more, fix_by: [boss]}]}
"""
ACME = "north/acme"


def lifecycle(*transitions: str, stages: str = "") -> str:
    items = "".join(f"    - {{{item}}}\n" for item in transitions)
    named = "candidate: {kind: initial}, planning: {kind: active}, hold: {kind: waiting}"
    return (
        "workflow:\n  id: lifecycle\n  subject: account\n"
        f"  stages: {{{named}, lost: {{kind: end}}{stages}}}\n  transitions:\n{items}"
        "    - {id: Z1, trigger: z, from: candidate, to: [planning, hold, lost]}\n"
    )


def world_with(*transitions: str, stages: str = "") -> World:
    return a_world(FACTS, lifecycle=lifecycle(*transitions, stages=stages))


def value(world: World, fact: str) -> str | None:
    observed = world.subjects[ACME].facts.get(fact)
    return observed.value if observed else None


def test_a_transition_without_conditions_is_made() -> None:
    world = world_with("id: A1, trigger: go, from: candidate, to: planning")

    decision = world.request(ACME, "go", by="ann")

    entered = decision.happenings[0]
    assert isinstance(entered, StageEntered)
    assert (entered.left, entered.stage, entered.trigger) == ("candidate", "planning", "go")
    assert world.subjects[ACME].entered_at == world.now


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        ("goo", "stage `candidate` has no trigger `goo`; did you mean `go`?"),
        ("xyz", "stage `candidate` has no trigger `xyz`; from here: go, z"),
    ],
)
def test_an_unknown_trigger_is_answered_with_the_known_ones(trigger: str, reason: str) -> None:
    world = world_with("id: A1, trigger: go, from: candidate, to: planning")

    decision = world.request(ACME, trigger)

    assert (decision.accepted, decision.reasons) == (False, (reason,))


def test_a_refusal_is_kept_in_the_history_and_changes_nothing_else() -> None:
    world = world_with("id: A1, trigger: go, from: candidate, to: planning, gate: G")
    before = world.subjects[ACME]

    decision = world.request(ACME, "go", by="ann")

    (kept,) = decision.happenings
    assert isinstance(kept, CommandRefused)
    assert (kept.command, kept.transition, kept.reasons) == ("go", "A1", decision.reasons)
    assert [finding.criterion for finding in kept.findings] == ["G.1"]
    after = world.subjects[ACME]
    assert (after.stage, after.facts, after.sequence) == (
        before.stage,
        before.facts,
        before.sequence + 1,
    )


@pytest.mark.parametrize(
    ("number", "reason"),
    [(None, "gate G is not ready: G.1"), (5, "gate G is not met: G.1"), (6, None)],
)
def test_a_gate_that_is_not_ready_is_told_apart_from_one_that_is_not_met(
    number: int | None, reason: str | None
) -> None:
    world = world_with("id: A1, trigger: go, from: candidate, to: planning, gate: G")
    if number is not None:
        world.record(ACME, {"account.n": number})

    decision = world.request(ACME, "go")

    assert decision.reasons == (() if reason is None else (reason,))
    assert decision.accepted is (reason is None)
    assert decision.gate is not None


def test_a_refusal_explains_each_criterion_and_who_can_fix_it() -> None:
    world = world_with("id: A1, trigger: go, from: candidate, to: planning, gate: G")

    text = world.request(ACME, "go").explain()

    assert text.splitlines() == [
        "refused",
        "  gate G is not ready: G.1",
        "  G.1 unknown: account.n > 5",
        "    `account.n`: no value",
        "    can be fixed by boss",
    ]


@pytest.mark.parametrize(("by", "accepted"), [("ann", True), ("kim", True), ("eve", False)])
def test_only_the_roles_that_may_ask_can_ask(by: str, accepted: bool) -> None:  # noqa: FBT001
    world = world_with(
        "id: A1, trigger: go, from: candidate, to: planning, requested_by: [boss, kam]"
    )
    world.assign("north", "boss", "ann")
    world.record(ACME, {"account.kam": "kim"})

    decision = world.request(ACME, "go", by=by)

    assert decision.accepted is accepted
    if not accepted:
        assert decision.reasons == ("`eve` has none of the roles boss (ann), kam (kim)",)


@pytest.mark.parametrize("actor", ["system", ""])
def test_nobody_asks_as_the_engine_or_as_nobody(actor: str) -> None:
    world = world_with("id: A1, trigger: go, from: candidate, to: planning, requested_by: [system]")

    assert not world.request(ACME, "go", by=actor).accepted
    assert world.stage(ACME) == "candidate"


TWO = (
    "id: A1, trigger: go, from: candidate, to: planning, when: account.n > 5",
    "id: A2, trigger: go, from: candidate, to: hold, when: account.n < 5",
)


@pytest.mark.parametrize(("number", "stage"), [(6, "planning"), (4, "hold")])
def test_the_guard_chooses_between_transitions_of_the_same_trigger(number: int, stage: str) -> None:
    world = world_with(*TWO)
    world.record(ACME, {"account.n": number})

    world.request(ACME, "go")

    assert world.stage(ACME) == stage


def test_without_a_guard_that_is_met_every_one_says_why() -> None:
    world = world_with(*TWO)
    world.record(ACME, {"account.n": 5})

    decision = world.request(ACME, "go")

    assert decision.reasons == ("A1 is not open: account.n > 5", "A2 is not open: account.n < 5")


def test_an_unknown_guard_is_not_open() -> None:
    decision = world_with(TWO[0]).request(ACME, "go")

    assert decision.reasons == ("A1 is not known to be open: account.n > 5 (`account.n` no value)",)


def test_two_guards_that_are_met_together_are_a_fault_of_the_policy() -> None:
    world = world_with(TWO[0], TWO[1].replace("< 5", "> 1"))
    world.record(ACME, {"account.n": 6})

    decision = world.request(ACME, "go")

    assert decision.reasons == ("the guards of A1, A2 are met together; correct the policy",)


@pytest.mark.parametrize(
    ("target", "stage", "reasons"),
    [
        ("hold", "hold", ()),
        ("lost", "lost", ()),
        (None, "candidate", ("pick a stage to enter: planning, hold, lost",)),
        ("candidate", "candidate", ("pick a stage to enter: planning, hold, lost",)),
    ],
)
def test_a_transition_with_several_targets_enters_the_one_that_is_picked(
    target: str | None, stage: str, reasons: tuple[str, ...]
) -> None:
    world = world_with()

    decision = world.request(ACME, "z", target=target)

    assert (world.stage(ACME), decision.reasons) == (stage, reasons)


def test_a_transition_to_the_same_stage_does_not_leave_it() -> None:
    world = world_with(
        "id: A1, trigger: check, from: candidate, to: same, set: {account.day: today}"
    )
    entered_at = world.subjects[ACME].entered_at
    world.later(3)

    world.request(ACME, "check")

    after = world.subjects[ACME]
    assert (after.stage, after.entered_at, after.came_from) == ("candidate", entered_at, None)
    assert value(world, "account.day") == "2026-04-03"


@pytest.mark.parametrize("left", ["candidate", "planning", "lost"])
def test_returning_leads_back_to_the_stage_that_was_left(left: str) -> None:
    world = world_with(
        "id: A1, trigger: pause, from: [candidate, planning, lost], to: hold",
        "id: A2, trigger: resume, from: hold, to: returning",
    )
    world.place(ACME, left)
    world.request(ACME, "pause")

    decision = world.request(ACME, "resume")

    assert decision.accepted
    assert world.stage(ACME) == left


def test_there_is_nowhere_to_return_to_from_the_first_stage() -> None:
    world = world_with("id: A1, trigger: back, from: candidate, to: returning")

    decision = world.request(ACME, "back")

    assert decision.reasons == ("there is no stage to return to",)


def test_what_a_transition_sets_is_worked_out_before_the_stage_is_left() -> None:
    world = world_with(
        "id: A1, trigger: go, from: candidate, to: planning, "
        "set: {account.count: account.count + 1, account.asked_by: actor, account.day: today,"
        " account.text: stage, account.n: absent}"
    )
    world.record(ACME, {"account.n": 3})

    decision = world.request(ACME, "go", by="ann")

    assert value(world, "account.count") == "1"
    assert value(world, "account.asked_by") == "ann"
    assert value(world, "account.day") == "2026-03-31"
    assert value(world, "account.text") == "candidate"
    assert value(world, "account.n") is None
    recorded = decision.happenings[1]
    assert isinstance(recorded, FactsRecorded)
    assert recorded.forgotten == ("account.n",)


def test_a_value_that_is_unknown_is_not_set() -> None:
    world = world_with(
        "id: A1, trigger: go, from: candidate, to: planning, set: {account.n: account.n + 1}"
    )

    world.request(ACME, "go")

    assert value(world, "account.n") is None
    assert world.stage(ACME) == "planning"


def test_what_a_transition_sets_wins_over_what_the_stage_sets() -> None:
    world = world_with(
        "id: A1, trigger: go, from: candidate, to: won, set: {account.text: trip}",
        stages=", won: {kind: end, set: {account.text: account.text, account.n: 7}}",
    )
    world.record(ACME, {"account.text": "before"})

    world.request(ACME, "go")

    assert (value(world, "account.text"), value(world, "account.n")) == ("trip", "7")


def test_a_setting_carries_the_unit_of_its_fact() -> None:
    world = world_with("id: A1, trigger: go, from: candidate, to: planning, set: {account.size: 5}")

    world.request(ACME, "go")

    observed = world.subjects[ACME].facts["account.size"]
    assert (observed.value, observed.unit, observed.author) == ("5", "EUR", "system")


def test_a_stage_that_is_entered_forgets_former_refusals() -> None:
    world = world_with(
        "id: A1, trigger: go, from: candidate, to: planning",
        "id: A2, trigger: back, from: planning, to: candidate",
    )
    world.happened(ACME, ApprovalDecided(id="x", approval="A", transition="A1", approved=False))
    refused = world.request(ACME, "go").accepted

    world.place(ACME, "planning")
    world.request(ACME, "back")

    assert not refused
    assert world.request(ACME, "go").accepted


def test_the_machine_makes_no_step_that_the_workflow_has_not() -> None:
    pack = a_pack(FACTS, lifecycle=lifecycle("id: A1, trigger: go, from: candidate, to: planning"))
    machine = WorkflowMachine(pack.workflows["lifecycle"])

    assert machine.advance("candidate", "A1", "planning") == "planning"
    for stage, transition, target in (
        ("planning", "A1", "planning"),
        ("candidate", "A1", "hold"),
        ("candidate", "A9", "hold"),
    ):
        with pytest.raises(LookupError):
            machine.advance(stage, transition, target)


def test_findings_of_the_gate_stand_in_the_event() -> None:
    world = world_with("id: A1, trigger: go, from: candidate, to: planning, gate: G")
    world.record(ACME, {"account.n": 6})

    entered = world.request(ACME, "go").happenings[0]

    assert isinstance(entered, StageEntered)
    (finding,) = entered.findings
    assert (finding.criterion, finding.verdict, finding.values) == (
        "G.1",
        Verdict.MET,
        {"account.n": "6"},
    )
