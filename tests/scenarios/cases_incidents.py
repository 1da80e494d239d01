"""Event rules about incidents, rivals, blocks of credit and compliance."""

from tests.scenarios.cases import Case
from tests.scenarios.portfolio import Facts
from tests.scenarios.story import (
    NOTHING,
    Report,
    acknowledged,
    closed_by_people,
    incident,
    on,
    resolved,
)

CLEAR: Facts = {"account.compliance_block": False, "account.credit_block": False}
RIVAL = Report("signal.competitor", {"signal": "S-1", "competitor": "Borealis"})

CASES = (
    Case(
        rule="E-01",
        fires=[*on(0, incident("I-1", "major")), *on(90, incident("I-2", "major"))],
        edge=[*on(0, incident("I-1", "major")), *on(91, incident("I-2", "major"))],
        severity="high",
        joined=("program_manager",),
        then=((5, "exec_sponsor"),),
        asks=("review",),
        ends=[*on(100, resolved("I-1"), resolved("I-2")), (181, NOTHING)],
    ),
    Case(
        rule="E-02",
        fires=on(0, incident("I-1", "critical")),
        edge=on(0, incident("I-1", "major")),
        severity="critical",
        joined=("exec_sponsor",),
        then=((5, "program_sponsor"), (5, "steering_committee")),
        ends=on(3, resolved("I-1"), closed_by_people),
    ),
    Case(
        rule="E-03",
        fires=[*on(0, incident("I-1", "minor")), (1.01, NOTHING)],
        edge=[*on(0, incident("I-1", "minor")), *on(0.99, acknowledged("I-1")), (30, NOTHING)],
        joined=("kam",),
        then=((1, "program_manager"), (5, "exec_sponsor")),
        ends=on(2, resolved("I-1")),
    ),
    Case(
        rule="E-16",
        fires=[*on(0, RIVAL), *on(60, incident("I-1", "major"))],
        edge=[*on(0, RIVAL), *on(61, incident("I-1", "major"))],
        severity="critical",
        joined=("exec_sponsor",),
        then=((5, "program_sponsor"),),
        asks=("defend",),
        ends=on(62, Report("signal.closed", {"signal": "S-1"})),
    ),
    Case(
        rule="E-37",
        fires=on(1, {**CLEAR, "account.credit_block": True}),
        edge=on(1, CLEAR),
        severity="critical",
        joined=("exec_sponsor", "finance_controller"),
        asks=("",),  # to consider a hold
        ends=on(3, CLEAR),
    ),
)
