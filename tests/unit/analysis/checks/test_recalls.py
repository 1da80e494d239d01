"""Call-ins that are over as soon as the subject has moved on are found."""

from tests.unit.analysis.checks.found import found, lifecycle

APPROVALS = """
approvals:
  AP:
    voters: [kam]
    auto_when: account.size < 10
    call_in: {by: [kam], within: 5 business days, approval: AP-2, undo: A9}
  AP-2: {voters: [kam]}
approving: {deadline: 5 business days}
"""
STAGES = (
    "candidate: {kind: initial}, planning: {kind: active}, running: {kind: active}, "
    "held: {kind: waiting}, leaving: {kind: active}, gone: {kind: end}"
)
ADOPT = "id: A1, trigger: adopt, from: candidate, to: planning, approval: AP"
WAYS = (
    "id: A3, trigger: hold, from: planning, to: held",
    "id: A4, trigger: stop, from: planning, to: gone",
    "id: A5, trigger: leave, from: planning, to: leaving, despite_conditions: true",
    "id: A6, trigger: back, from: planning, to: candidate",
    "id: A7, trigger: note, from: planning, to: same",
)
START = "id: A2, trigger: start, from: planning, to: running"
UNDO = "id: A9, trigger: undo, from: planning, to: candidate"


def checked(*transitions: str) -> list[str]:
    return found(APPROVALS, lifecycle=lifecycle(STAGES, ADOPT, *WAYS, *transitions), only=("K547",))


def test_a_call_in_that_is_over_once_the_subject_has_moved_on_is_found() -> None:
    assert checked(START, UNDO) == [
        (
            "K547 once the subject has moved on from `planning` to `running`, approval AP cannot "
            "be called in any more, whatever is left of 5 business days; let A9 start there as well"
        )
    ]


def test_a_transition_that_starts_there_as_well_takes_it_back() -> None:
    undo = UNDO.replace("from: planning", "from: [planning, running]")

    assert checked(START, undo) == []


def test_who_waits_ends_leaves_or_goes_back_has_not_moved_on() -> None:
    resume = "id: A8, trigger: resume, from: held, to: running"

    assert checked(resume, UNDO) == []
