"""Gates that an escalation shuts, and gates that are only observed."""

from kamflow.engine.alerts import shut_by, shutting
from kamflow.engine.escalations.raising import clear
from kamflow.model.decision import Decision
from kamflow.model.escalated import GateObserved
from kamflow.model.events import ApprovalWithdrawn, StageEntered
from kamflow.model.values import Verdict
from tests.builders import World
from tests.unit.engine.escalations.alerts import (
    ACME,
    GATES,
    LIFECYCLE,
    MONDAY,
    alerted,
    do,
    escalation,
    raise_it,
    ruled,
)

APPROVAL = "\napprovals: {AP: {title: Plan, voters: [board], rule: one}}\n"
ASKED = LIFECYCLE.replace("to: running, gate: G}", "to: running, gate: G, approval: AP}")
OBSERVED = GATES.replace("subject: account", "subject: account\n    observe: true")
SHUT_BY_PROGRAM = """
rules:
  E-29:
    title: Full
    subject: program
    when: program.size > 1000
    to: [L4]
    shut: [G]
"""


def run(world: World) -> Decision:
    return world.request(ACME, "run", by="somebody")


def clear_it(world: World) -> None:
    do(world, lambda draft: clear(draft, escalation(world), "over", MONDAY))


# ---------------------------------------------------------------------------- shut


def test_a_gate_is_shut_while_the_escalation_is_open() -> None:
    world = ruled("to: [L1]\nshut: [G]")
    raise_it(world)
    one = escalation(world)

    decision = run(world)

    assert not decision.accepted
    (reason,) = decision.reasons
    assert reason == (
        f"escalation {one.id} (E-01 Trouble) shuts gate G; it opens when the escalation is resolved"
    )
    assert shut_by(world.subjects[ACME], "G") == one
    assert shut_by(world.subjects[ACME], "X") is None


def test_it_opens_again_when_the_escalation_is_over() -> None:
    world = ruled("to: [L1]\nshut: [G]")
    raise_it(world)
    assert not run(world).accepted

    clear_it(world)

    assert run(world).accepted
    assert world.stage(ACME) == "running"


def test_other_ways_stay_open() -> None:
    world = ruled("to: [L1]\nshut: [G]")
    raise_it(world)

    assert world.request(ACME, "hold", by="somebody").accepted


def test_votes_do_not_open_a_gate_that_was_shut_meanwhile() -> None:
    world = ruled("to: [L1]\nshut: [G]", lifecycle=ASKED, gates=GATES + APPROVAL)
    assert run(world).accepted
    raise_it(world)

    decision = world.vote(ACME, "approve", by="board-person")

    withdrawn = [item for item in decision.happenings if isinstance(item, ApprovalWithdrawn)]
    assert "shuts gate G" in withdrawn[0].reason
    assert world.stage(ACME) == "planning"


def test_what_clears_before_the_vote_is_no_hindrance() -> None:
    world = ruled("to: [L1]\nshut: [G]", lifecycle=ASKED, gates=GATES + APPROVAL)
    run(world)
    raise_it(world)
    clear_it(world)

    world.vote(ACME, "approve", by="board-person")

    assert world.stage(ACME) == "running"


def test_a_gate_is_shut_from_above_as_well() -> None:
    world = alerted(SHUT_BY_PROGRAM)
    world.record("north", {"program.size": 2000})
    one = shutting(world.view(ACME), "G")

    assert one is not None
    assert one.id.startswith("north#")
    assert f"escalation {one.id} (E-29 Full) shuts gate G" in run(world).reasons[0]


# ---------------------------------------------------------------------------- observed


def test_an_observed_gate_is_judged_and_keeps_nobody_back() -> None:
    world = alerted(gates=OBSERVED)
    world.record(ACME, {"account.value": -5})

    decision = run(world)

    assert decision.accepted
    assert world.stage(ACME) == "running"
    seen, entered = decision.happenings[:2]
    assert isinstance(seen, GateObserved)
    assert (seen.gate, seen.transition) == ("G", "A2")
    assert [item.criterion for item in seen.findings] == ["G.1"]
    assert isinstance(entered, StageEntered)
    assert decision.gate is not None
    assert decision.gate.verdict is Verdict.UNMET


def test_an_observed_gate_that_is_met_says_nothing() -> None:
    world = alerted(gates=OBSERVED)

    decision = run(world)

    assert not any(isinstance(item, GateObserved) for item in decision.happenings)


def test_people_are_asked_past_an_observed_gate() -> None:
    world = alerted(gates=OBSERVED + APPROVAL, lifecycle=ASKED)
    world.record(ACME, {"account.value": -5})
    assert run(world).accepted

    decision = world.vote(ACME, "approve", by="board-person")

    assert world.stage(ACME) == "running"
    assert [item.gate for item in decision.happenings if isinstance(item, GateObserved)] == ["G"]
