"""Every event has a line that a person can read."""

from datetime import UTC, date, datetime
from typing import get_args

import pytest
from kamflow_cli.telling import change_text, event_line
from kamflow_cli.wording import last_moment, minute

import kamflow as k
from kamflow.model.kept import KeptFinding
from kamflow.model.snapshot import Observation
from kamflow.model.values import Severity, Verdict

AT = datetime(2026, 4, 1, tzinfo=UTC)
LATER = datetime(2026, 4, 11, tzinfo=UTC)
ONE = "north/acme#3"
PROMISE = k.OpenCondition(id=f"{ONE}.1", text="hire eve", owner="mia", due_on=date(2026, 4, 20))
FILE = k.Evidence(title="offer.pdf", digest="a" * 64, size=8)
ASKED = k.WaiverAsked(
    gate="G-1", criterion="G-1.1", owner="mia", reason="a pilot", ends_on=date(2026, 4, 20)
)
SEEN = Observation(value="12", as_of=AT, source="manual", author="mia", recorded_at=AT)

LINES: dict[str, k.Event] = {
    "opened in candidate": k.SubjectOpened(
        subject="acme", kind="account", name="Acme", parent="north", workflow="l", stage="candidate"
    ),
    "margin = 12; plan forgotten": k.FactsRecorded(facts={"margin": SEEN}, forgotten=("plan",)),
    "place holds until 2026-04-20": k.LapseScheduled(fact="place", last_day=date(2026, 4, 20)),
    "place holds no longer": k.FactLapsed(fact="place"),
    "a place is free: readmit, first of 2 who can take it": k.PlaceOffered(
        trigger="readmit", rank=1, waiting=2, order={}, since=AT
    ),
    "incident.opened on 2026-04-01, level major": k.EventReported(
        name="incident.opened", happened_at=AT, payload={"level": "major"}
    ),
    "cohort wave frozen: nobody": k.CohortFrozen(cohort="wave", members=()),
    "plan (A1): candidate -> planning": k.StageEntered(
        transition="A1", trigger="plan", left="candidate", stage="planning"
    ),
    "refused vote: no role": k.CommandRefused(command="vote", reasons=("no role",)),
    "flo is finance for sales from 2026-04-01 until 2026-04-10": k.RoleAssigned(
        role="finance", person="flo", begins_at=AT, ends_at=LATER, function="sales"
    ),
    "flo is no longer finance": k.RoleEnded(role="finance", person="flo"),
    "sid is away from 2026-04-01 until 2026-04-10; bob may vote meanwhile": k.AbsenceRecorded(
        id="north#2", person="sid", begins_at=AT, ends_at=LATER, deputies=("bob",)
    ),
    "absence `north#2` ended": k.AbsenceEnded(id="north#2"),
    "bob votes for sid on AP-1 from 2026-04-01 until 2026-04-10: travels": k.DelegationGiven(
        id="north#3",
        person="sid",
        to="bob",
        begins_at=AT,
        ends_at=LATER,
        reason="travels",
        approvals=("AP-1",),
    ),
    "delegation `north#3` ended: sid is back": k.DelegationEnded(
        id="north#3", reason="sid is back"
    ),
    "periods that began or ended by 2026-04-01": k.PeriodsTurned(until=AT),
    f"approval AP-1 `{ONE}` asked for A1": k.ApprovalRequested(
        id=ONE, approval="AP-1", transition="A1", target="planning"
    ),
    f"`{ONE}` judged again (AP-2), votes are to be cast anew: margin 12 -> no value": (
        k.ApprovalReevaluated(
            id=ONE, approval="AP-2", changed={"margin": k.Change(before="12", after=None)}
        )
    ),
    f"`{ONE}` sent back: why?": k.ApprovalReturned(id=ONE, question="why?"),
    f"`{ONE}` answered: so [offer.pdf (8 bytes, aaaaaaaaaaaa)]": k.ApprovalResumed(
        id=ONE, answer="so", evidence=(FILE,)
    ),
    f"on `{ONE}`: see it": k.ApprovalCommented(id=ONE, text="see it"),
    f"`{ONE}`: fay, bob reminded": k.ApprovalReminded(id=ONE, people=("fay", "bob")),
    f"`{ONE}` goes to board (bea): nobody decided": k.ApprovalEscalated(
        id=ONE, level=1, roles=("board",), people=("bea",), reason="nobody decided"
    ),
    f"`{ONE}` cannot be decided before 2026-04-11: sid is away": k.ApprovalStalled(
        id=ONE, reason="sid is away", until=LATER
    ),
    f"`{ONE}` can be decided again": k.ApprovalUnstalled(id=ONE),
    f"bob votes instead of sid on `{ONE}`: conflict": k.ApprovalReassigned(
        id=ONE, person="sid", to="bob", reason="conflict"
    ),
    f"votes approve for sid on `{ONE}`: fine; on condition: hire eve (mia until 2026-04-20)": (
        k.VoteCast(id=ONE, vote="approve", remark="fine", principal="sid", conditions=(PROMISE,))
    ),
    "AP-1 approved, on the condition hire eve: fay approve": k.ApprovalDecided(
        id=ONE,
        approval="AP-1",
        transition="A1",
        approved=True,
        reason="fay approve",
        conditions=(PROMISE,),
    ),
    f"approval `{ONE}` withdrawn: not now": k.ApprovalWithdrawn(id=ONE, reason="not now"),
    f"approval `{ONE}` expired: nobody decided by 2026-04-10": k.ApprovalExpired(
        id=ONE, approval="AP-1", transition="A1", due_at=LATER
    ),
    f"condition `{ONE}.1` is met: eve is here": k.ConditionMet(id=f"{ONE}.1", remark="eve is here"),
    f"condition `{ONE}.1` is overdue: mia had until 2026-04-10": k.ConditionOverdue(
        id=f"{ONE}.1", owner="mia", due_at=LATER
    ),
    "G-1.1 is waived until 2026-04-20 (owner mia): a pilot": k.WaiverGranted(
        id=ONE,
        gate="G-1",
        criterion="G-1.1",
        owner="mia",
        reason="a pilot",
        ends_on=date(2026, 4, 20),
    ),
    "G-1.1 is waived no longer: it pays": k.WaiverEnded(criterion="G-1.1", reason="it pays"),
    f"`{ONE}` has to be reviewed (spot check) by auditor": k.ReviewOpened(
        id=ONE, kind="spot_check", roles=("auditor",)
    ),
    f"`{ONE}` was not reviewed (spot check): auditor had until 2026-04-10": k.ReviewOverdue(
        id=ONE, kind="spot_check", roles=("auditor",), due_at=LATER
    ),
    f"review of `{ONE}`: confirmed: right": k.ReviewClosed(
        id=ONE, answer="confirmed", remark="right"
    ),
    "glass broken for A1, asked by mia, confirmed by bea: a fire": k.GlassBroken(
        id=ONE, transition="A1", asked_by="mia", confirmed_by="bea", reason="a fire"
    ),
    f"escalated `{ONE}`, high, to kam (L1): E-01 Incidents (it); shuts G-1": k.EscalationRaised(
        id=ONE,
        rule="E-01",
        title="Incidents",
        severity="high",
        as_of=AT,
        key="it",
        level="L1",
        roles=("kam",),
        shut=("G-1",),
    ),
    f"`{ONE}` again: n#1, n#2": k.EscalationExtended(id=ONE, evidence=("n#1", "n#2"), as_of=AT),
    f"`{ONE}` is high now; board (L3) joined": k.EscalationWorsened(
        id=ONE, severity="high", as_of=AT, level="L3", roles=("board",)
    ),
    f"`{ONE}` climbs; board, hr joined": k.EscalationClimbed(
        id=ONE, roles=("board", "hr"), due_at=AT
    ),
    f"the clock of `{ONE}` stands still": k.EscalationStopped(id=ONE),
    f"the clock of `{ONE}` goes on": k.EscalationResumed(id=ONE),
    f"takes care of `{ONE}`: I call them": k.EscalationAcknowledged(id=ONE, remark="I call them"),
    f"`{ONE}` is given to ivy: she knows them": k.EscalationReassigned(
        id=ONE, to="ivy", reason="she knows them"
    ),
    f"on `{ONE}`: we met [offer.pdf (8 bytes, aaaaaaaaaaaa)]": k.EscalationCommented(
        id=ONE, text="we met", evidence=(FILE,)
    ),
    f"`{ONE}` is resolved: they are calm": k.EscalationResolved(
        id=ONE, rule="E-01", remark="they are calm", as_of=AT
    ),
    "manager, hr told: TM-01 half of it is over": k.NoticeGiven(
        rule="TM-01", title="half of it is over", roles=("manager", "hr"), as_of=AT
    ),
    "timer TM-01 came to `warn` at 2026-04-01": k.TimerReached(
        timer="TM-01", mark="warn", since=AT, due_at=AT
    ),
    "timer TM-01 ended: the stage was left": k.TimerEnded(
        timer="TM-01", reason="the stage was left"
    ),
    "task `n#4` for kam: look at it, until 2026-04-10": k.TaskGiven(
        id="n#4",
        rule="E-01",
        task="look",
        title="look at it",
        roles=("kam",),
        due=k.Due(at=LATER, calendar=""),
    ),
    "task `n#4` is given to ivy: she knows them": k.TaskReassigned(
        id="n#4", to="ivy", reason="she knows them"
    ),
    "task `n#4` is done: looked [offer.pdf (8 bytes, aaaaaaaaaaaa)]": k.TaskDone(
        id="n#4", remark="looked", evidence=(FILE,)
    ),
    "task `n#4` is overdue since 2026-04-11": k.TaskOverdue(id="n#4", due_at=LATER),
    "task `n#4` is not asked for any more: it is over": k.TaskDropped(
        id="n#4", reason="it is over"
    ),
    "E-05 holds since 2026-04-01": k.PatternHeld(pattern="E-05", since=AT),
    "E-05 holds no longer": k.PatternBroken(pattern="E-05"),
    "gate G-1 would have been shut for A1: G-1.2": k.GateObserved(
        gate="G-1",
        transition="A1",
        findings=(
            KeptFinding(criterion="G-1.1", severity=Severity.MUST, verdict=Verdict.MET),
            KeptFinding(criterion="G-1.2", severity=Severity.MUST, verdict=Verdict.UNMET),
        ),
    ),
    "the firing engine proposed nothing where E-01 holds; what holds counts (rules aaaaaaaaaaaa)": (
        k.MatchersDiverged(rules="a" * 64, proposed=(), expected=("E-01",))
    ),
}


@pytest.mark.parametrize("line", LINES)
def test_an_event_is_told_on_one_line(line: str) -> None:
    assert event_line(LINES[line]) == line


def test_no_event_is_left_out() -> None:
    assert {type(event) for event in LINES.values()} == set(get_args(k.Event))


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            k.AbsenceRecorded(id="n#2", person="sid", begins_at=AT, left=True),
            "sid has left, from 2026-04-01",
        ),
        (
            k.ApprovalRequested(
                id=ONE, approval="AP-1", transition="", target="", purpose="waiver", waiver=ASKED
            ),
            f"approval AP-1 `{ONE}` asked to waive G-1.1 until 2026-04-20 (owner mia): a pilot",
        ),
        (
            k.ApprovalRequested(
                id=ONE, approval="AP-1", transition="A3", target="c", purpose="appeal", about="n#1"
            ),
            f"approval AP-1 `{ONE}` asked on the appeal against `n#1`",
        ),
        (
            k.ApprovalDecided(
                id=ONE, approval="AP-1", transition="A1", approved=True, automatic=True, reason="r"
            ),
            "AP-1 approved automatically: r",
        ),
        (
            k.ApprovalDecided(
                id=ONE, approval="AP-1", transition="A1", approved=False, reason="fay reject"
            ),
            "AP-1 rejected: fay reject",
        ),
        (
            k.EventReported(name="incident.opened", happened_at=AT, late=True),
            "incident.opened on 2026-04-01, too late for rules to look at",
        ),
        (
            k.EscalationRaised(
                id=ONE, rule="E-01", title="Incidents", severity="high", as_of=AT, observed=True
            ),
            "would have escalated, high: E-01 Incidents",
        ),
        (
            k.EscalationRaised(id=ONE, rule="E-01", title="Incidents", severity="high", as_of=AT),
            f"escalated `{ONE}`, high, to nobody: E-01 Incidents",
        ),
        (
            k.NoticeGiven(rule="E-09", title="A sign", roles=("kam",), as_of=AT, observed=True),
            "would have told kam: E-09 A sign",
        ),
    ],
)
def test_what_an_event_is_about_changes_its_words(event: k.Event, line: str) -> None:
    assert event_line(event) == line


def test_a_value_that_was_unknown_is_told_as_none() -> None:
    changed = {"a": k.Change(before=None, after="1"), "b": k.Change(before="2", after="3")}

    assert change_text(changed) == "a no value -> 1, b 2 -> 3"


def test_midnight_is_told_as_the_day_and_an_end_at_midnight_as_the_day_before() -> None:
    noon = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)

    assert (minute(AT), minute(noon)) == ("2026-04-01", "2026-04-01 12:30")
    assert (last_moment(AT), last_moment(noon)) == ("2026-03-31", "2026-04-01 12:30")
